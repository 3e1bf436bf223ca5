use std::time::Duration;

use serde_json::json;

use super::*;
use crate::domain::diagnosis::Severity;
use crate::domain::discovery::{self, Configuration, Discovery};
use crate::domain::exchange::{HttpAnswer, Route};
use crate::domain::registration::{Options, Registration, inspect};
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;

const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";
const OTHER: &str = "c2e51d47-9a08-4f6b-8d13-70b4e6f2a935";

fn registration(url: &str, tenant: &str) -> Registration {
    let values = Values::default()
        .with(SettingName::AppTenantId, tenant)
        .with(SettingName::AuthTokenUrl, url)
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0");
    let options = Options { allowed_hosts: vec!["idp.example".to_owned()], ..Options::default() };
    inspect(&values, &options).registration.expect("a request is possible")
}

fn token(header: &Value, claims: &Value) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn jwt(claims: &Value) -> Jwt {
    jwt::decode(&token(&json!({"alg": "RS256"}), claims)).expect("a JWT")
}

fn configuration(issuer: &str) -> Configuration {
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: Secret::new(json!({"issuer": issuer}).to_string()),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(0),
        duration: Duration::ZERO,
    };
    match discovery::read(&answer) {
        Discovery::Known(configuration) => *configuration,
        other => panic!("{other:?}"),
    }
}

#[test]
fn trusted_issuers_of_a_cloud() {
    let public = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
    let china = "https://login.partner.microsoftonline.cn/{AppTenantId}/oauth2/token";
    let sovereign = "https://login.sovcloud-identity.fr/{AppTenantId}/oauth2/token";
    for (url, issuer, expected) in [
        (public, "https://sts.windows.net/T/", Ok(())),
        (public, "https://login.microsoftonline.com/T/v2.0", Ok(())),
        (public, "https://login.windows.net/T/", Ok(())),
        (public, "https://login.microsoftonline.us/T/v2.0", Err(Distrust::OtherCloud)),
        (public, "https://sts.chinacloudapi.cn/T/", Err(Distrust::OtherCloud)),
        (public, "http://sts.windows.net/T/", Err(Distrust::Unknown)),
        (public, "https://sts.windows.net:8443/T/", Err(Distrust::Unknown)),
        (public, "https://sts.windows.net@evil.example/T/", Err(Distrust::Unknown)),
        (public, "https://x@sts.windows.net/T/", Err(Distrust::Unknown)),
        (public, "https://sts.windows.net.evil.example/T/", Err(Distrust::Unknown)),
        (public, "https://evil.example/sts.windows.net/", Err(Distrust::Unknown)),
        (public, "sts.windows.net", Err(Distrust::Unknown)),
        (china, "https://sts.chinacloudapi.cn/T/", Ok(())),
        (china, "https://sts.windows.net/T/", Err(Distrust::OtherCloud)),
        (sovereign, "https://login.sovcloud-identity.fr/T/v2.0", Ok(())),
        (sovereign, "https://sts.windows.net/T/", Ok(())),
        (sovereign, "https://login.microsoftonline.com/T/v2.0", Err(Distrust::OtherCloud)),
    ] {
        let found = trust(&jwt(&json!({"iss": issuer.replace('T', TENANT)})), &registration(url, TENANT), None);
        assert_eq!(found, expected.map_or_else(Trust::NotTrusted, |()| Trust::Trusted), "{url} {issuer}");
    }
    // On a host of Microsoft's no document can add an issuer.
    let foreign = "https://evil.example/";
    let found = trust(&jwt(&json!({"iss": foreign})), &registration(public, TENANT), Some(&configuration(foreign)));
    assert_eq!(found, Trust::NotTrusted(Distrust::Unknown));
    for claims in [json!({}), json!({"iss": 7})] {
        let found = trust(&jwt(&claims), &registration(public, TENANT), None);
        assert_eq!(found, Trust::NotTrusted(Distrust::NotNamed));
    }
}

#[test]
fn trusted_issuers_elsewhere() {
    let local = "http://127.0.0.1:3000/{AppTenantId}/oauth2/token";
    let allowed = "https://idp.example/{AppTenantId}/oauth2/token";
    let sts = format!("https://sts.windows.net/{TENANT}/");
    let other = format!("https://sts.windows.net/{OTHER}/");
    for (url, tenant, issuer, document, expected) in [
        (local, TENANT, "http://127.0.0.1:3000", None, Ok(())),
        (local, TENANT, "http://127.0.0.1:3000/realms/x", None, Ok(())),
        (local, TENANT, "http://127.0.0.1:30000/", None, Err(Distrust::Unknown)),
        (local, TENANT, "http://127.0.0.1:3000@evil.example/", None, Err(Distrust::Unknown)),
        (local, TENANT, "http://localhost:3000", None, Err(Distrust::Unknown)),
        (local, TENANT, "http://localhost:3000", Some("http://localhost:3000"), Ok(())),
        (local, TENANT, "http://localhost:3000/", Some("http://localhost:3000"), Err(Distrust::Unknown)),
        (local, TENANT, "https://idp.example/", Some("https://idp.example/"), Ok(())),
        (local, TENANT, "urn:issuer", Some("urn:issuer"), Ok(())),
        (local, TENANT, sts.as_str(), None, Ok(())),
        (local, TENANT, other.as_str(), None, Err(Distrust::OtherTenant)),
        // A document cannot make another tenant the right one.
        (local, TENANT, other.as_str(), Some(other.as_str()), Err(Distrust::OtherTenant)),
        (local, "contoso.com", sts.as_str(), None, Err(Distrust::OtherTenant)),
        (local, "contoso.com", sts.as_str(), Some(sts.as_str()), Ok(())),
        (local, "organizations", sts.as_str(), None, Ok(())),
        (local, "organizations", other.as_str(), None, Err(Distrust::OtherTenant)),
        (local, TENANT, "https://sts.windows.net/", None, Err(Distrust::OtherTenant)),
        (allowed, TENANT, "https://idp.example/x", None, Ok(())),
        (allowed, TENANT, "https://www.idp.example/x", None, Err(Distrust::Unknown)),
    ] {
        let claims = json!({"iss": issuer, "tid": TENANT});
        let found = trust(&jwt(&claims), &registration(url, tenant), document.map(configuration).as_ref());
        let expected = expected.map_or_else(Trust::NotTrusted, |()| Trust::Trusted);
        assert_eq!(found, expected, "{url} {tenant} {issuer} {document:?}");
    }
}

#[test]
fn the_header_alone_decides_before_any_key() {
    let unexpected = |name: Option<&str>| Verdict::Invalid(Flaw::UnexpectedAlgorithm(name.map(str::to_owned)));
    for (header, expected) in [
        (json!({"alg": "none"}), unexpected(Some("none"))),
        (json!({"alg": "HS256"}), unexpected(Some("HS256"))),
        (json!({"alg": "rs256"}), unexpected(Some("rs256"))),
        (json!({"alg": "RS1"}), unexpected(Some("RS1"))),
        (json!({"alg": "ES256"}), unexpected(Some("ES256"))),
        (json!({"alg": "none", "nonce": "x"}), unexpected(Some("none"))),
        (json!({"alg": 256}), unexpected(None)),
        (json!({}), unexpected(None)),
        (json!({"alg": "RS256", "nonce": "x"}), Verdict::NotChecked(Reason::NonceInHeader)),
        (json!({"alg": "PS256", "crit": ["b64"]}), Verdict::NotChecked(Reason::CriticalExtensions)),
        (json!({"alg": "RS256", "kid": "k"}), Verdict::NotChecked(Reason::UnknownKey("k".into()))),
        (json!({"alg": "RS256", "kid": 7}), Verdict::NotChecked(Reason::UnknownKey("7".into()))),
        (json!({"alg": "RS256", "x5t": "t"}), Verdict::NotChecked(Reason::UnknownKey("t".into()))),
        (json!({"alg": "RS256"}), Verdict::NotChecked(Reason::KeyNotNamed(0))),
    ] {
        assert_eq!(verify(&Secret::new(token(&header, &json!({}))), &KeySet::default()), expected, "{header}");
    }
    for (text, fault) in [("opaque", JwtFault::Parts(1)), ("a.b.c.d.e", JwtFault::Encrypted)] {
        assert_eq!(verify(&Secret::new(text), &KeySet::default()), Verdict::NotChecked(Reason::NoJwt(fault)));
    }
}

#[test]
fn trust_comes_before_the_header_and_the_header_before_the_keys() {
    let public = registration("https://login.microsoftonline.com/{AppTenantId}/oauth2/token", TENANT);
    let local = registration("http://127.0.0.1:3000/token", TENANT);
    let sts = format!("https://sts.windows.net/{TENANT}/");
    let (none, good) = (json!({"alg": "none"}), json!({"alg": "RS256"}));
    for (header, issuer, registration, expected) in [
        (&none, "https://evil.example", &public, Err(Verdict::NotChecked(Distrust::Unknown.into()))),
        (&none, sts.as_str(), &public, Err(Verdict::Invalid(Flaw::UnexpectedAlgorithm(Some("none".into()))))),
        (&good, sts.as_str(), &public, Ok(format!("https://login.microsoftonline.com/{TENANT}/discovery/keys"))),
        (&good, sts.as_str(), &local, Ok(format!("http://127.0.0.1:3000/{TENANT}/discovery/keys"))),
        (&good, "http://127.0.0.1:3000", &local, Err(Verdict::NotChecked(NoKeys::NotNamed.into()))),
    ] {
        let jwt = jwt::decode(&token(header, &json!({"iss": issuer}))).expect("a JWT");
        assert_eq!(key_address(&jwt, registration, None).map(String::from), expected, "{header} {issuer}");
    }
}

#[test]
fn every_verdict_speaks_in_full_sentences() {
    let reasons = [
        Reason::NoJwt(JwtFault::Encrypted),
        Reason::IssuerNotTrusted(Distrust::OtherCloud),
        Reason::NonceInHeader,
        Reason::CriticalExtensions,
        Reason::NoKeys(NoKeys::NotNamed),
        Reason::NoKeys(NoKeys::UntrustedKeyHost("https://evil.example".into())),
        Reason::NotFetched("connection refused".into()),
        Reason::Unreadable(Unreadable::Status(404)),
        Reason::UnknownKey("k".into()),
        Reason::KeyNotNamed(3),
        Reason::OnlyKeyDoesNotFit,
        Reason::UnusableKey(Unusable::Size(1024)),
        Reason::KeyForAnother("issuer"),
    ];
    let not_checked = reasons.map(Verdict::NotChecked).into_iter().map(|verdict| (verdict, "signature-not-checked"));
    let invalid = [
        (Verdict::Invalid(Flaw::Mismatch), "signature-invalid"),
        (Verdict::Invalid(Flaw::Malformed), "signature-invalid"),
        (Verdict::Invalid(Flaw::UnexpectedAlgorithm(Some("none".into()))), "signature-unexpected-algorithm"),
        (Verdict::Invalid(Flaw::UnexpectedAlgorithm(None)), "signature-unexpected-algorithm"),
    ];
    for (verdict, code) in not_checked.chain(invalid) {
        let diagnosis = verdict.explain().expect("something to say");
        assert_eq!(diagnosis.code, code);
        let severity = if matches!(verdict, Verdict::Invalid(_)) { Severity::Error } else { Severity::Warning };
        assert_eq!(diagnosis.severity, severity, "{code}");
        assert!(diagnosis.action.ends_with('.') && diagnosis.action.len() <= 76, "{diagnosis:?}");
        assert!(diagnosis.cause.ends_with('.') && diagnosis.cause.starts_with(char::is_uppercase), "{diagnosis:?}");
        assert!(!verdict.summary().is_empty());
        let is_neutral = !diagnosis.title.contains("false") && !diagnosis.title.contains("valid");
        assert!(severity == Severity::Error || is_neutral, "{diagnosis:?}");
    }
    assert_eq!(Verdict::Valid(Algorithm::Rs256).explain(), None);
    let title = |name: &str| {
        let verdict = Verdict::Invalid(Flaw::UnexpectedAlgorithm(Some(name.to_owned())));
        verdict.explain().expect("something to say").title
    };
    assert_eq!(title("NONE"), "The token is not signed");
    assert_eq!(title("HS256"), "The token is signed by an unexpected algorithm");
    let unknown = Verdict::NotChecked(Reason::UnknownKey("k".to_owned())).explain().expect("something to say");
    assert!(unknown.remedies.is_empty() && unknown.cause.contains("roll over"), "{unknown:?}");
}

#[test]
fn names_out_of_the_token_are_made_harmless() {
    let hostile = format!("\u{1b}[2J\u{202e}{}", "x".repeat(10_000));
    for header in
        [json!({"alg": hostile}), json!({"alg": "RS256", "kid": hostile}), json!({"alg": "RS256", "kid": [hostile]})]
    {
        let verdict = verify(&Secret::new(token(&header, &json!({}))), &KeySet::default());
        let diagnosis = verdict.explain().expect("something to say");
        for text in [verdict.summary(), diagnosis.title, diagnosis.cause] {
            assert!(text.len() < 400 && !text.contains(['\u{1b}', '\u{202e}']), "{text}");
        }
    }
}
