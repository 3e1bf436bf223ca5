//! What the stages say: summaries, and the few diagnoses that are made on the ladder itself.

use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::discovery::Discovery;
use crate::domain::discovery::realm::Realm;
use crate::domain::endpoint::Endpoint;
use crate::domain::exchange::HttpAnswer;
use crate::domain::jwt::{Claim, Jwt, JwtFault};
use crate::domain::mask::Masker;
use crate::domain::network::{self, Connection};
use crate::domain::refusal;
use crate::domain::registration::Registration;
use crate::domain::status;
use crate::domain::text::printable;
use crate::domain::time::{self, Timestamp};

/// `client_credentials, v1`, and for a client without a secret that it is public.
pub(super) fn describe(registration: &Registration) -> String {
    let client = if registration.client_secret.is_none() { ", public client" } else { "" };
    format!("{}, v{}{client}", registration.grant_name().word(), registration.endpoint.version.number())
}

/// `login.microsoftonline.com, TLS 1.3, 42 ms`; a clock that is wrong comes first, for it is the reason of the warning.
pub(super) fn connect_words(connection: &Connection, endpoint: &Endpoint) -> String {
    let skew = connection.ahead.and_then(network::skew_words);
    let clock = skew.map(|words| format!("clock {}, ", words.trim_end_matches(" of"))).unwrap_or_default();
    format!("{clock}{}", connection.words(endpoint))
}

/// `contoso.com = 8f3c…, region EU, managed user`, as far as it is known. The kind of the user comes first where it is
/// the reason of a warning.
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
            let region = configuration.region_scope.as_ref().map(|region| format!("region {region}"));
            std::iter::once(name).chain(region).collect()
        }
        Discovery::Refused(_) => vec![format!("{asked} unknown")],
        Discovery::NotChecked(_) => vec!["not checked".to_owned()],
    };
    if let Some(realm) = realm.filter(|realm| !realm.words().is_empty()) {
        let place = if realm.explain().is_some() { 0 } else { words.len() };
        words.insert(place, realm.words().to_owned());
    }
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

/// Status, body and headers as lines for the screen, masked: the body is what people look for, so it comes first.
pub(super) fn describe_answer(answer: &HttpAnswer, masker: &Masker) -> Vec<String> {
    let headers = refusal::shown_headers(answer, masker);
    let mut lines = vec![format!("HTTP {}, {}", status::words(answer.status), time::duration(answer.duration))];
    let body = refusal::shown_body(answer, masker);
    if !body.is_empty() {
        lines.push(String::new());
        lines.extend(body.lines().map(str::to_owned));
    }
    if !headers.is_empty() {
        lines.push(String::new());
        lines.extend(headers.into_iter().map(|(name, value)| format!("{name}: {value}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::discovery::NotChecked;
    use crate::domain::exchange::Route;
    use crate::domain::registration::{self, Options};
    use crate::domain::secret::Secret;
    use crate::domain::setting::{SettingName, Values};

    fn registration() -> Registration {
        let values = Values::default()
            .with(SettingName::AppTenantId, "contoso.com")
            .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
            .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
            .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
            .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0");
        registration::inspect(&values, &Options::default()).registration.expect("settings")
    }

    fn answer(headers: &[(&str, &str)], body: &str) -> HttpAnswer {
        HttpAnswer {
            status: 429,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: Secret::new(body),
            truncated: false,
            route: Route::default(),
            received_at: Timestamp::from_seconds(1_795_528_931),
            duration: Duration::from_millis(2),
        }
    }

    #[test]
    fn a_wrong_clock_is_told_before_where_the_connection_leads() {
        let endpoint = registration().endpoint;
        let words = |ahead| connect_words(&Connection { route: Route::default(), ahead }, &endpoint);
        assert_eq!(words(Some(600)), "clock 10 min behind, login.microsoftonline.com, TLS");
        assert_eq!(words(Some(-3 * 86_400)), "clock 3 days ahead, login.microsoftonline.com, TLS");
        assert_eq!([words(Some(2)), words(None)], ["login.microsoftonline.com, TLS", "login.microsoftonline.com, TLS"]);
    }

    #[test]
    fn the_kind_of_a_user_comes_first_where_it_is_a_reason() {
        let found = Discovery::NotChecked(NotChecked::NoTenantInUrl);
        let words = |realm| tenant_words(&found, Some(&realm), &registration());
        assert_eq!(words(Realm::Managed), "not checked, managed user");
        assert_eq!(words(Realm::Federated { host: None, protocol: None }), "federated user, not checked");
    }

    #[test]
    fn the_body_comes_between_the_status_and_the_headers() {
        let lines =
            describe_answer(&answer(&[("retry-after", "60"), ("pragma", "no-cache")], "one\ntwo"), &Masker::default());
        let expected =
            ["HTTP 429 Too Many Requests, 2 ms", "", "one", "two", "", "retry-after: 60", "pragma: no-cache"];
        assert_eq!(lines, expected);
        assert_eq!(describe_answer(&answer(&[], ""), &Masker::default()), ["HTTP 429 Too Many Requests, 2 ms"]);
    }
}
