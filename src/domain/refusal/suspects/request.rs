//! The form itself: a field that is missing, or a body that cannot be read.

use super::{Case, Suspect};
use crate::domain::registration::{Grant, Version};
use crate::domain::setting::SettingName::{AuthTokenUrl, ClientId, ClientSecret, Password, Resource, User};
use crate::domain::shape;

/// `'scope'` in the server's words names the field that was missing.
pub(super) fn field_missing(case: &Case) -> Vec<Suspect> {
    let field = case.quoted_after("parameter").or_else(|| case.description.split('\'').nth(1)).unwrap_or_default();
    let lacking = |setting, action: &str| {
        vec![Suspect::new(setting, action, format!("The form reached Entra without the field {field}."))]
    };
    match field {
        "client_id" => lacking(ClientId, "Check that ClientId reaches the request: the form held no client_id."),
        "client_secret" | "client_assertion" | "client_secret or client_assertion" => super::secret::missing(case),
        "scope" => vec![Suspect::new(
            AuthTokenUrl,
            "End AuthTokenUrl with /oauth2/token, without v2.0: the application sends resource, not scope.",
            "A v2 endpoint wants scope. An application that sends resource, as this one does, is right at the v1 endpoint only.",
        )],
        "resource" => match case.registration.endpoint.version {
            Version::V1 => lacking(Resource, "Check that Resource reaches the request: the form held no resource."),
            Version::V2 => lacking(AuthTokenUrl, "End AuthTokenUrl with /oauth2/token, without v2.0."),
        },
        "username" => lacking(User, "Check that User reaches the request: the form held no username."),
        "password" => lacking(Password, "Check that Password reaches the request: the form held no password."),
        "grant_type" => vec![Suspect {
            setting: None,
            action: "Have the application send its form as application/x-www-form-urlencoded.".to_owned(),
            cause: "Entra found not even grant_type, so the body was sent as JSON or in the address, or a redirect dropped it.".to_owned(),
        }],
        _ => Vec::new(),
    }
}

/// A body that cannot be read: mostly a value that was not encoded.
pub(super) fn malformed(case: &Case) -> Vec<Suspect> {
    let is_breakable = |text: &str| !shape::breakable(text).is_empty();
    let suspect = |setting: crate::domain::setting::SettingName| {
        Suspect::new(
            setting,
            format!("Choose another {setting} without + & % =, or have the application encode its form."),
            format!("{setting} holds characters that a form must encode; sent as they are they break the body."),
        )
    };
    let mut found = Vec::new();
    if case.secret().is_some_and(is_breakable) {
        found.push(suspect(ClientSecret));
    }
    if let Grant::Password { password, .. } = &case.registration.grant
        && is_breakable(password.expose())
    {
        found.push(suspect(Password));
    }
    found
}
