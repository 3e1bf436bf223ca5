//! What the stages say: summaries, and the few diagnoses that are made on the ladder itself.

use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::discovery::Discovery;
use crate::domain::discovery::realm::Realm;
use crate::domain::exchange::HttpAnswer;
use crate::domain::jwt::{Claim, Jwt, JwtFault};
use crate::domain::mask::Masker;
use crate::domain::refusal;
use crate::domain::registration::Registration;
use crate::domain::text::printable;
use crate::domain::time::{self, Timestamp};

/// `client_credentials, v1`, and for a client without a secret that it is public.
pub(super) fn describe(registration: &Registration) -> String {
    let client = if registration.client_secret.is_none() { ", public client" } else { "" };
    format!("{}, v{}{client}", registration.grant_name().word(), registration.endpoint.version.number())
}

/// `contoso.com = 8f3c…, EU, managed user`, as far as it is known.
pub(super) fn tenant_words(found: &Discovery, realm: Option<&Realm>, registration: &Registration) -> String {
    let asked = registration.tenant.as_deref().unwrap_or_default();
    let mut words: Vec<String> = match found {
        Discovery::Known(configuration) => {
            let id = configuration.tenant.as_deref();
            let name = match id {
                Some(id) if !asked.is_empty() && !id.eq_ignore_ascii_case(asked) => format!("{asked} = {id}"),
                Some(id) => id.to_owned(),
                None => configuration.issuer.clone(),
            };
            std::iter::once(name).chain(configuration.region_scope.clone()).collect()
        }
        Discovery::Refused(_) => vec![format!("{asked} unknown")],
        Discovery::NotChecked(_) => vec!["not checked".to_owned()],
    };
    words.extend(realm.map(|realm| realm.words().to_owned()).filter(|words| !words.is_empty()));
    printable(&words.join(", ")).into_owned()
}

/// `exp` of the token, if it is one that can be read.
pub(super) fn expiry(jwt: &Result<Jwt, JwtFault>) -> Option<Timestamp> {
    match jwt.as_ref().ok()?.seconds("exp") {
        Claim::Present(seconds) => Some(Timestamp::from_seconds(seconds)),
        Claim::Absent | Claim::Malformed => None,
    }
}

pub(super) fn opaque(fault: &JwtFault) -> Diagnosis {
    Diagnosis::new(
        Severity::Warning,
        "token-opaque",
        "The token is no JWT; its claims are not checked",
        "Try the token at the API it is for.",
    )
    .because(format!("It shows no claims: {fault}. Access tokens are opaque to clients, so that is legal."))
}

/// Status, headers and body as lines for the screen, masked.
pub(super) fn describe_answer(answer: &HttpAnswer, masker: &Masker) -> Vec<String> {
    let mut lines = vec![format!("HTTP {}, {}", answer.status, time::duration(answer.duration))];
    lines.extend(refusal::shown_headers(answer, masker).into_iter().map(|(name, value)| format!("{name}: {value}")));
    lines.push(String::new());
    lines.extend(refusal::shown_body(answer, masker).lines().map(str::to_owned));
    lines
}
