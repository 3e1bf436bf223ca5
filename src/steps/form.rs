//! What was typed: the seven fields over the values of the file.
//!
//! The draft, the difference and everything that is wrong are computed from the fields when they are asked for.

use crossterm::event::KeyEvent;
use url::Url;

use crate::domain::cloud::{CLOUDS, Cloud, CloudName};
use crate::domain::endpoint::{self, TENANT_PLACE};
use crate::domain::paste::{self, Cleaned};
use crate::domain::registration::{self, GrantName, Inspection, Options};
use crate::domain::secret::Secret;
use crate::domain::setting::SettingName::{self, AuthTokenUrl, ClientSecret, Password, Resource, User};
use crate::domain::setting::Values;
use crate::domain::shape::{self, Placeholder};
use crate::ui::text_field::{Handled, TextField};

/// Who reads the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Customers: the app signs in ("app owns data").
    Customers,
    /// People of the own organisation: a user signs in.
    Organisation,
}

/// What to press after a paste, in the words of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasteKeys {
    /// Brings back what was taken out.
    pub undo: &'static str,
    /// Takes out what looks like an accident.
    pub clean: &'static str,
}

impl PasteKeys {
    /// The keys on the screen.
    pub const SCREEN: Self = Self { undo: "Esc u", clean: "Esc x" };
}

/// The seven fields.
#[derive(Debug, Clone)]
pub struct Form {
    fields: [Field; 7],
    /// The values of the file as it was read or saved last.
    saved: Values,
    who: Who,
}

#[derive(Debug, Clone, Default)]
struct Field {
    text: TextField,
    /// It was left or pasted into: from then on what is wrong with it is shown at every key.
    is_judged: bool,
    /// What happened to the last paste.
    pasted: Option<Cleaned>,
}

impl Form {
    /// Fields for the values of a file.
    pub fn new(saved: Values) -> Self {
        let fields = SettingName::ALL.map(|name| {
            let text = saved.get(name);
            let shown = if shape::placeholder(text).is_some() { "" } else { text };
            Field { text: TextField::new(shown), is_judged: !shown.is_empty(), pasted: None }
        });
        let is_set = |name| !saved.get(name).is_empty() && shape::placeholder(saved.get(name)).is_none();
        let who = if is_set(User) || is_set(Password) { Who::Organisation } else { Who::Customers };
        Self { fields, saved, who }
    }

    /// The file was saved with these values.
    pub fn saved_as(&mut self, saved: Values) {
        self.saved = saved;
    }

    /// The values of the file.
    pub fn saved(&self) -> &Values {
        &self.saved
    }

    /// The field of a setting.
    pub fn field(&self, name: SettingName) -> &TextField {
        &self.fields[name as usize].text
    }

    fn field_mut(&mut self, name: SettingName) -> &mut Field {
        &mut self.fields[name as usize]
    }

    /// The placeholder that the file holds for a setting, to be shown as a hint in its empty field.
    pub fn placeholder(&self, name: SettingName) -> Option<&str> {
        let text = self.saved.get(name);
        shape::placeholder(text).map(|_| text)
    }

    /// Who reads the reports.
    pub fn who(&self) -> Who {
        self.who
    }

    /// Whether a user signs in: the choice, or what the fields say.
    pub fn has_user(&self) -> bool {
        self.who == Who::Organisation || !self.field(User).is_empty() || !self.field(Password).is_empty()
    }

    /// Chooses who reads the reports; customers need neither User nor Password.
    pub fn choose_who(&mut self, who: Who) {
        self.who = who;
        if who == Who::Customers {
            for name in [User, Password] {
                self.field_mut(name).text.replace("");
            }
        }
    }

    /// Brings back the user that [`Self::choose_who`] took out; whoever changed the fields since loses nothing.
    pub fn take_back_user(&mut self) {
        for name in [User, Password] {
            if self.field(name).is_empty() {
                self.undo(name);
            }
        }
        if !self.field(User).is_empty() || !self.field(Password).is_empty() {
            self.who = Who::Organisation;
        }
    }

    /// Chooses a cloud: host and resource together.
    pub fn choose_cloud(&mut self, cloud: &Cloud) {
        let host = cloud.sign_in_hosts.first().copied().unwrap_or_default();
        self.field_mut(AuthTokenUrl).text.replace(&format!("https://{host}/{TENANT_PLACE}/oauth2/token"));
        self.field_mut(Resource).text.replace(cloud.resource);
        for name in [AuthTokenUrl, Resource] {
            self.field_mut(name).is_judged = true;
        }
    }

    /// `AuthTokenUrl` as it would be in a cloud: the same at its sign-in host, or a new one where that makes no URL.
    pub fn url_in(&self, cloud: &Cloud) -> String {
        let text = self.field(AuthTokenUrl).text();
        let host = cloud.sign_in_hosts.first().copied().unwrap_or_default();
        let is_there =
            Url::parse(text).is_ok_and(|url| url.host_str().is_some_and(|host| cloud.sign_in_hosts.contains(&host)));
        if is_there {
            return text.to_owned();
        }
        endpoint::at_host(text, host).unwrap_or_else(|| format!("https://{host}/{TENANT_PLACE}/oauth2/token"))
    }

    /// Moves host and resource to a cloud together; the rest of the URL stays.
    pub fn move_to(&mut self, cloud: &Cloud) {
        for (name, text) in [(AuthTokenUrl, self.url_in(cloud)), (Resource, cloud.resource.to_owned())] {
            let field = self.field_mut(name);
            if field.text.text() != text {
                field.text.replace(&text);
                field.pasted = None;
            }
            field.is_judged = true;
        }
    }

    /// The row of the clouds that the fields lie in, if it is one.
    pub fn cloud(&self, options: &Options) -> Option<&'static Cloud> {
        let name = self.inspect(options).plan.cloud.filter(|name| *name != CloudName::Local)?;
        CLOUDS.iter().find(|cloud| cloud.name == name)
    }

    /// The effective values for a test: what was typed in the place of the file.
    pub fn draft(&self) -> Values {
        SettingName::ALL.into_iter().fold(Values::default(), |values, name| values.with(name, self.effective(name)))
    }

    fn effective(&self, name: SettingName) -> &str {
        let typed = self.field(name).text();
        if !typed.is_empty() || shape::placeholder(self.saved.get(name)).is_none() {
            return typed;
        }
        // An empty field over a placeholder: of an optional setting it means "", of any other one "not set yet".
        let is_optional = matches!(name, User | Password) || name == ClientSecret && self.has_user();
        if is_optional { "" } else { self.saved.get(name) }
    }

    /// The values that saving would write.
    pub fn to_save(&self) -> Values {
        SettingName::ALL.into_iter().fold(Values::default(), |values, name| {
            // A reference to a vault stays in the file; what was typed over it is for the test alone.
            let saved = self.saved.get(name);
            let is_reference = shape::placeholder(saved) == Some(Placeholder::Elsewhere);
            values.with(name, if is_reference { saved } else { self.effective(name) })
        })
    }

    /// The settings that saving would change.
    pub fn changed(&self) -> Vec<SettingName> {
        let to_save = self.to_save();
        SettingName::ALL.into_iter().filter(|name| to_save.get(*name) != self.saved.get(*name)).collect()
    }

    /// How the draft is read: the choice decides the grant while the user's fields are still empty.
    pub fn reading(&self, options: &Options) -> Options {
        let implied = if self.who == Who::Organisation { Some(GrantName::Password) } else { None };
        Options { grant: options.grant.or(implied), ..options.clone() }
    }

    /// Everything that is wrong with the draft.
    pub fn inspect(&self, options: &Options) -> Inspection {
        registration::inspect(&self.draft(), &self.reading(options))
    }

    /// Whether what is wrong with a field may be shown already.
    pub fn is_judged(&self, name: SettingName) -> bool {
        self.fields[name as usize].is_judged
    }

    /// From now on what is wrong with a field is shown.
    pub fn judge(&mut self, name: SettingName) {
        self.field_mut(name).is_judged = true;
    }

    /// The sentences about the last paste into a field.
    pub fn paste_notes(&self, name: SettingName) -> Vec<String> {
        self.paste_notes_for(name, PasteKeys::SCREEN)
    }

    /// The same with the keys of another view.
    pub fn paste_notes_for(&self, name: SettingName, keys: PasteKeys) -> Vec<String> {
        let pasted = self.fields[name as usize].pasted.as_ref();
        let notes = pasted.map(|cleaned| [cleaned.note(keys.undo), cleaned.suspicion(keys.clean)]);
        notes.into_iter().flatten().flatten().collect()
    }

    /// Whether something in the last paste can be taken out by a key.
    pub fn can_clean(&self, name: SettingName) -> bool {
        self.fields[name as usize].pasted.as_ref().is_some_and(|cleaned| !cleaned.suspicious.is_empty())
    }

    /// The focus comes to a field.
    pub fn enter(&mut self, name: SettingName) {
        self.field_mut(name).text.enter();
    }

    /// The focus leaves a field.
    pub fn leave(&mut self, name: SettingName) {
        let field = self.field_mut(name);
        field.text.leave();
        field.is_judged = true;
    }

    /// A key goes into a field.
    pub fn key(&mut self, name: SettingName, key: KeyEvent) -> Handled {
        let field = self.field_mut(name);
        let handled = field.text.key(key);
        if handled == Handled::Changed {
            field.pasted = None;
        }
        handled
    }

    /// Text is pasted into a field.
    pub fn paste(&mut self, name: SettingName, pasted: &str) {
        let cleaned = paste::clean(name, pasted);
        let field = self.field_mut(name);
        field.text.paste(pasted, cleaned.text.expose());
        field.is_judged = true;
        field.pasted = Some(cleaned);
    }

    /// Takes out of a password what looks like an accident of the paste.
    pub fn clean_more(&mut self, name: SettingName) {
        let field = self.field_mut(name);
        if let Some(mut cleaned) = field.pasted.take() {
            // What was typed around the paste stays.
            cleaned.text = Secret::new(field.text.text());
            let cleaned = cleaned.clean_more();
            field.text.replace(cleaned.text.expose());
            field.pasted = Some(cleaned);
        }
    }

    /// Takes the last change of a field back.
    pub fn undo(&mut self, name: SettingName) {
        let field = self.field_mut(name);
        field.text.undo();
        field.pasted = None;
    }

    /// The file has these values now: the fields that are not kept take them over.
    pub fn rebase(&mut self, values: Values, kept: &[SettingName]) {
        for name in SettingName::ALL.into_iter().filter(|name| !kept.contains(name)) {
            let text = values.get(name);
            let shown = if shape::placeholder(text).is_some() { "" } else { text };
            let field = self.field_mut(name);
            if field.text.text() != shown {
                field.text.replace(shown);
                field.pasted = None;
            }
            field.is_judged = !shown.is_empty();
        }
        if !kept.contains(&User) {
            let is_set = !self.field(User).is_empty() || !self.field(Password).is_empty();
            self.who = if is_set { Who::Organisation } else { Who::Customers };
        }
        self.saved = values;
    }

    /// Takes up what was typed in an earlier session; blank settings stay as they are.
    pub fn take_up(&mut self, values: &Values) {
        for name in SettingName::ALL.into_iter().filter(|name| !values.get(*name).is_empty()) {
            let field = self.field_mut(name);
            field.text.replace(values.get(name));
            field.is_judged = true;
        }
        if !values.get(User).is_empty() {
            self.who = Who::Organisation;
        }
    }

    /// Fills all fields with the values of an account.
    pub fn fill(&mut self, values: &Values) {
        for name in SettingName::ALL {
            let field = self.field_mut(name);
            field.text.replace(values.get(name));
            field.is_judged = true;
            field.pasted = None;
        }
        self.who = if values.get(User).is_empty() { Who::Customers } else { Who::Organisation };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::setting::SETTINGS;

    fn example() -> Values {
        SETTINGS.iter().fold(Values::default(), |values, setting| values.with(setting.name, setting.example))
    }

    #[test]
    fn placeholders_are_empty_fields_and_optional_ones_are_staged_as_blank() {
        let form = Form::new(example());
        assert!(form.field(ClientSecret).is_empty());
        assert_eq!(form.placeholder(ClientSecret), Some("[Client Secret for the Azure AD app]"));
        assert_eq!(form.draft().get(ClientSecret), "[Client Secret for the Azure AD app]");
        assert_eq!(form.draft().get(User), "");
        assert_eq!(form.changed(), [User, Password]);
    }

    #[test]
    fn customers_need_no_user_and_undo_brings_it_back() {
        let mut form = Form::new(example().with(User, "anna@contoso.com").with(Password, "p"));
        assert_eq!(form.who(), Who::Organisation);
        form.choose_who(Who::Customers);
        assert_eq!(form.draft().get(User), "");
        form.undo(User);
        assert_eq!(form.draft().get(User), "anna@contoso.com");
    }

    #[test]
    fn a_vault_reference_stays_in_the_file() {
        let reference = "@Microsoft.KeyVault(SecretUri=x)";
        let mut form = Form::new(example().with(ClientSecret, reference));
        form.paste(ClientSecret, "5c18Q~value");
        assert_eq!(form.draft().get(ClientSecret), "5c18Q~value");
        assert_eq!(form.to_save().get(ClientSecret), reference);
    }

    #[test]
    fn a_paste_is_cleaned_and_undo_brings_it_back() {
        let mut form = Form::new(example());
        form.paste(ClientSecret, "\"5c18Q~value\"\r\n");
        assert_eq!(form.field(ClientSecret).text(), "5c18Q~value");
        assert_eq!(form.paste_notes(ClientSecret).len(), 1);
        form.undo(ClientSecret);
        assert_eq!(form.field(ClientSecret).text(), "\"5c18Q~value\"\r\n");
    }

    #[test]
    fn a_cloud_sets_host_and_resource_together() {
        let mut form = Form::new(example());
        form.choose_cloud(&CLOUDS[2]);
        let options = Options::default();
        assert_eq!(form.cloud(&options).map(|cloud| cloud.name), Some(CloudName::GccHigh));
        assert_eq!(form.field(Resource).text(), "https://high.analysis.usgovcloudapi.net/powerbi/api");
        form.enter(AuthTokenUrl);
        form.paste(AuthTokenUrl, "https://login.windows.net/contoso.com/oauth2/v2.0/token");
        form.move_to(&CLOUDS[1]);
        assert_eq!(form.field(AuthTokenUrl).text(), "https://login.windows.net/contoso.com/oauth2/v2.0/token");
        assert_eq!(form.field(Resource).text(), CLOUDS[1].resource, "GCC signs in at the public cloud");
        form.move_to(&CLOUDS[4]);
        assert_eq!(
            form.field(AuthTokenUrl).text(),
            "https://login.partner.microsoftonline.cn/contoso.com/oauth2/v2.0/token"
        );
    }
}
