//! What may be kept of what was typed when a session is cut off.

use super::App;
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::shape::{is_domain, is_guid, is_sign_in_name};

impl App {
    /// The values that were typed and not saved, without the secret settings; none when there are none.
    ///
    /// A value that has not the shape of its setting is left out, for it may be a secret in the wrong field, and so
    /// is one that holds what is in a secret field. A blank value is not told from one that was not typed.
    pub fn draft(&self) -> Option<Values> {
        let typed = self.form.draft();
        let secrets: Vec<&Secret> = typed.secrets().chain(self.form.saved().secrets()).collect();
        let may_be_kept = |name: SettingName| {
            let text = typed.get(name);
            has_shape(name, text) && !secrets.iter().any(|secret| tells(text, secret.expose()))
        };
        let kept: Vec<SettingName> = self.form.changed().into_iter().filter(|name| may_be_kept(*name)).collect();
        (!kept.is_empty())
            .then(|| kept.into_iter().fold(Values::default(), |values, name| values.with(name, typed.get(name))))
    }
}

/// So many bytes of a secret may be part of another value by accident.
const ACCIDENTAL: usize = 8;

/// Whether a text is or holds a secret.
fn tells(text: &str, secret: &str) -> bool {
    text == secret || (secret.len() >= ACCIDENTAL && text.contains(secret))
}

/// Whether a text looks like a value of a setting that is no secret.
fn has_shape(name: SettingName, text: &str) -> bool {
    match name {
        SettingName::AppTenantId => is_guid(text) || is_domain(text),
        SettingName::ClientId => is_guid(text),
        SettingName::AuthTokenUrl | SettingName::Resource => {
            text.contains("://") && !text.contains(['@', '?', '#']) && !text.contains(char::is_whitespace)
        }
        SettingName::User => is_sign_in_name(text),
        SettingName::ClientSecret | SettingName::Password => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Start;
    use crate::domain::document::Document;
    use crate::domain::registration::Options;
    use crate::domain::storage::{Exposure, Stamp};
    use crate::ui::theme::Look;

    const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";

    /// The draft of what was typed into a fresh example file.
    fn draft(typed: &[(SettingName, &str)]) -> Option<Values> {
        let mut app = App::new(Start {
            path: "appsettings.json".into(),
            file: "appsettings.json".to_owned(),
            document: Document::read(include_bytes!("../../appsettings.example.json")).expect("the example"),
            stamp: Stamp { identity: (1, 1), length: 1, modified: 1, contents: 1 },
            options: Options::default(),
            draft: None,
            leftovers: Vec::new(),
            powerbi_api: None,
            exposure: Exposure::default(),
            book: Vec::new(),
            banner: None,
            look: Look::PLAIN,
            size: (80, 24),
        });
        for (name, text) in typed {
            app.form.paste(*name, text);
        }
        app.draft()
    }

    #[test]
    fn nothing_typed_is_no_draft() {
        assert_eq!(draft(&[]), None);
    }

    #[test]
    fn plain_values_are_kept_and_secrets_are_not() {
        let kept = draft(&[
            (SettingName::AppTenantId, "contoso.onmicrosoft.com"),
            (SettingName::ClientId, TENANT),
            (SettingName::ClientSecret, "c4nary~secret"),
            (SettingName::User, "anna@contoso.com"),
            (SettingName::Password, "c4nary-word"),
        ]);
        let expected = Values::default()
            .with(SettingName::AppTenantId, "contoso.onmicrosoft.com")
            .with(SettingName::ClientId, TENANT)
            .with(SettingName::User, "anna@contoso.com");
        assert_eq!(kept, Some(expected));
        assert_eq!(draft(&[(SettingName::ClientSecret, "c4nary~secret")]), None);
    }

    #[test]
    fn a_secret_in_the_wrong_field_is_not_kept() {
        assert_eq!(draft(&[(SettingName::ClientId, "5c18Q~practiceValue.of_forty_characters0")]), None);
        assert_eq!(draft(&[(SettingName::ClientSecret, TENANT), (SettingName::ClientId, TENANT)]), None);
        let url = format!("https://login.microsoftonline.com/{TENANT}/oauth2/token");
        assert_eq!(draft(&[(SettingName::ClientSecret, TENANT), (SettingName::AuthTokenUrl, &url)]), None);
        assert_eq!(draft(&[(SettingName::AuthTokenUrl, "https://me:word@login.example/")]), None);
    }
}
