//! What is wrong with a token by itself, and what to know before it is used.

use serde_json::Value;

use super::{Kind, audience, owner, powerbi};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::jwt::Jwt;
use crate::domain::pasted::token::Damage;
use crate::domain::setting::SettingName::Resource;
use crate::domain::time::Timestamp;

/// What is wrong with its text, in a few words for the answer.
pub(super) fn flaw(damage: Damage) -> &'static str {
    match damage {
        Damage::HeaderMissing => "its beginning is missing",
        Damage::HeaderCut => "cut in the header",
        Damage::PayloadCut => "cut in the payload",
        Damage::PayloadBroken => "the payload is broken",
        Damage::SignatureMissing => "the signature is missing",
        Damage::SignatureLength(..) => "the signature is cut or broken",
        Damage::Unsigned => "it is not signed",
    }
}

/// What is wrong with its text.
pub(super) fn damaged(damage: Damage) -> Diagnosis {
    let (code, title, cause) = match damage {
        Damage::HeaderMissing => (
            "header-missing",
            "The beginning of the token is missing",
            "A token begins with eyJ and has two dots. Here the part before the first dot is not there.".to_owned(),
        ),
        Damage::HeaderCut => (
            "token-cut",
            "The token is cut in its header",
            "It ends before the first dot, so it shows no claims.".to_owned(),
        ),
        Damage::PayloadCut => (
            "token-cut",
            "The token is cut in its payload",
            "It ends in the middle of the claims; those before the cut are shown.".to_owned(),
        ),
        Damage::PayloadBroken => (
            "payload-broken",
            "The payload of the token is broken",
            "Characters of it are missing or were changed; the claims before that place are shown.".to_owned(),
        ),
        Damage::SignatureMissing => (
            "signature-missing",
            "The signature is missing",
            "Nothing stands behind the payload. The claims can be read, but every API refuses such a token.".to_owned(),
        ),
        Damage::SignatureLength(found, right) => (
            "signature-length",
            "The signature is cut or broken",
            format!(
                "It has {found} characters, and by its algorithm it should have {right}. Every API refuses such a token."
            ),
        ),
        Damage::Unsigned => (
            "unsigned",
            "The token is not signed",
            "Its header says alg none, so anybody can have written it. Every API refuses such a token.".to_owned(),
        ),
    };
    Diagnosis::new(Severity::Error, code, title, "Copy the token again, from eyJ to its last character.")
        .because(cause)
        .remedy("Copy it from the answer itself: windows, logs and terminals cut long lines.")
}

/// It has ended.
pub(super) fn expired(end: Timestamp, now: Timestamp) -> Diagnosis {
    Diagnosis::new(Severity::Error, "token-expired", "The token has expired", "Get a new token.")
        .because(format!("It ended at {}, and this machine's clock says {}.", end.utc(), now.utc()))
        .remedy("A token of Entra lasts 60 to 90 minutes; if this one is new, compare the clock with the time.")
}

/// It has not begun.
pub(super) fn early(start: Timestamp, now: Timestamp) -> Diagnosis {
    Diagnosis::new(
        Severity::Error,
        "token-not-yet-valid",
        "The token is not valid yet",
        "Compare this machine's clock with the time.",
    )
    .because(format!("It begins at {}, and this machine's clock says {}.", start.utc(), now.utc()))
}

/// What is worth knowing for whoever wants to use the token at Power BI.
pub(super) fn use_of(kind: Kind, jwt: &Jwt) -> Vec<Diagnosis> {
    let mut notes = Vec::new();
    let audience = audience(jwt).unwrap_or_default();
    let cloud = powerbi(&audience);
    if kind == Kind::Id {
        notes.push(
            Diagnosis::new(
                Severity::Warning,
                "id-token",
                "An ID token is for the application",
                "Send access_token to the API, not id_token.",
            )
            .because("It proves to the application who has signed in. No API accepts it."),
        );
    } else if kind == Kind::Access && cloud.is_none() && !audience.is_empty() {
        notes.push(
            Diagnosis::new(
                Severity::Info,
                "not-powerbi",
                "The token is not for Power BI",
                "To call Power BI, ask for a token with its Resource.",
            )
            .at(Resource)
            .because("Power BI refuses tokens for other APIs. Whether another API is meant, decode cannot know."),
        );
    }
    let roles = jwt.claims.get("roles").and_then(Value::as_array);
    let is_tenant = |role: &Value| role.as_str().is_some_and(|role| role.starts_with("Tenant.Read"));
    if cloud.is_some() && owner(jwt) == Some("app-only") && roles.is_some_and(|roles| roles.iter().any(is_tenant)) {
        notes.push(
            Diagnosis::new(
                Severity::Warning,
                "tenant-permission",
                "The app carries Tenant permissions",
                "Remove Tenant.Read.All and Tenant.ReadWrite.All from the app registration.",
            )
            .because(
                "A service principal needs no API permission for Power BI, and with these the admin APIs refuse it.",
            )
            .remedy("Entra admin center > App registrations > your app > API permissions."),
        );
    }
    notes
}
