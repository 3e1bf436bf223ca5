//! Tokens against settings, one fault at a time.

use serde_json::json;

use super::*;
use crate::domain::registration::{Options, inspect};
use crate::domain::setting::{SettingName, Values};

const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
const CLIENT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const POWER_BI: &str = "https://analysis.windows.net/powerbi/api";
const OBJECT: &str = "6d0c4f5e-2b1a-4e38-9f77-0a1b2c3d4e5f";
const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);

fn registration(tenant: &str, url: &str) -> Registration {
    let values = Values::default()
        .with(SettingName::AppTenantId, tenant)
        .with(SettingName::AuthTokenUrl, url)
        .with(SettingName::Resource, POWER_BI)
        .with(SettingName::ClientId, CLIENT)
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0");
    let options = Options { allowed_hosts: vec!["idp.example".to_owned()], ..Options::default() };
    inspect(&values, &options).registration.expect("a request is possible")
}

fn good() -> Value {
    json!({
        "aud": POWER_BI, "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT, "appid": CLIENT,
        "nbf": NOW.seconds() - 300, "exp": NOW.seconds() + 3600, "ver": "1.0", "oid": OBJECT, "sub": OBJECT,
    })
}

/// The token with some claims replaced; null takes one out.
fn with(changes: &Value) -> Jwt {
    let mut claims = good().as_object().cloned().unwrap_or_default();
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            claims.remove(name)
        } else {
            claims.insert(name.clone(), value.clone())
        };
    }
    Jwt { header: serde_json::Map::new(), claims }
}

fn codes(jwt: &Jwt, registration: &Registration) -> Vec<String> {
    judge(jwt, registration, None, NOW).diagnoses.into_iter().map(|diagnosis| diagnosis.code.into_owned()).collect()
}

const V1: &str = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";

#[test]
fn a_good_token_passes_and_every_fault_has_its_name() {
    let registration = registration(TENANT, V1);
    for (changes, expected) in [
        (json!({}), &[][..]),
        (json!({"aud": format!("{POWER_BI}/")}), &[]),
        (json!({"aud": "00000009-0000-0000-C000-000000000000"}), &[]),
        (json!({"aud": ["x", POWER_BI]}), &[]),
        (json!({"appid": null, "azp": CLIENT.to_uppercase()}), &[]),
        (json!({"appid": null, "client_id": CLIENT}), &[]),
        (json!({"iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "ver": null}), &[]),
        (json!({"nbf": NOW.seconds() + 299}), &[]),
        (json!({"nbf": null}), &[]),
        (json!({"aud": "https://graph.microsoft.com"}), &["audience-wrong"]),
        (json!({"aud": "fc4979e5-0aa5-429f-b13a-5d1365be5566"}), &["audience-wrong"]),
        (json!({"tid": CLIENT, "iss": format!("https://sts.windows.net/{CLIENT}/")}), &["tenant-wrong"]),
        (
            json!({"tid": null, "iss": format!("https://sts.windows.net/{CLIENT}/")}),
            &["issuer-wrong", "claims-not-checked"],
        ),
        (json!({"iss": "https://evil.example/"}), &["issuer-wrong"]),
        (json!({"iss": format!("http://sts.windows.net/{TENANT}/")}), &["issuer-wrong"]),
        (json!({"appid": TENANT}), &["application-wrong"]),
        (json!({"exp": NOW.seconds()}), &["token-expired"]),
        (json!({"exp": i64::MIN}), &["token-expired"]),
        (json!({"nbf": NOW.seconds() + 301}), &["token-not-yet-valid"]),
        (json!({"aud": null}), &["claims-not-checked"]),
        (json!({"exp": "3600", "aud": 7}), &["claims-not-checked"]),
        (json!({"appid": null}), &["claims-not-checked"]),
        (json!({"exp": "3600", "nbf": "1", "roles": 7}), &["claims-not-checked"]),
    ] {
        assert_eq!(codes(&with(&changes), &registration), expected, "{changes}");
    }
}

#[test]
fn a_right_resource_is_not_blamed_for_a_token_of_another_api() {
    let blamed = |url: &str, resource: &str| {
        let mut asked = registration(TENANT, url);
        resource.clone_into(&mut asked.resource);
        let judgement = judge(&with(&json!({"aud": "https://graph.microsoft.com"})), &asked, None, NOW);
        let wrong = judgement.diagnoses.into_iter().find(|found| found.code == "audience-wrong").expect("it is wrong");
        (wrong.setting, wrong.action + &wrong.remedies.concat())
    };
    let local = "http://127.0.0.1:18080/{AppTenantId}/oauth2/token";
    for (url, resource) in [(V1, POWER_BI), (local, POWER_BI), (local, "https://analysis.chinacloudapi.cn/powerbi/api")]
    {
        let (setting, words) = blamed(url, resource);
        assert_eq!(setting, Some(SettingName::AuthTokenUrl), "{url} {resource}");
        assert!(!words.contains("Resource"), "{words}");
    }
    for resource in ["https://analysis.chinacloudapi.cn/powerbi/api", "api://contoso", "https://vault.azure.net"] {
        assert_eq!(blamed(V1, resource).0, Some(SettingName::Resource), "{resource}");
    }
}

#[test]
fn what_cannot_be_compared_is_neither_right_nor_wrong() {
    for tenant in ["contoso.onmicrosoft.com", "organizations"] {
        let judgement = judge(
            &with(&json!({"tid": CLIENT, "iss": format!("https://sts.windows.net/{CLIENT}/")})),
            &registration(tenant, V1),
            None,
            NOW,
        );
        let verdict = |name: &str| judgement.claims.iter().find(|claim| claim.name == name).map(|claim| claim.verdict);
        assert_eq!(verdict("tid"), Some(Verdict::NotChecked), "{tenant}");
        assert_eq!(verdict("iss"), Some(Verdict::Pass), "{tenant}");
    }
}

#[test]
fn a_provider_elsewhere_may_name_itself() {
    let at = |url: &str| registration(TENANT, url);
    for (url, iss, expected) in [
        ("http://127.0.0.1:8080/token", "http://127.0.0.1:8080", Verdict::Pass),
        ("http://127.0.0.1:8080/token", "http://127.0.0.1:8080/realms/x", Verdict::Pass),
        ("http://127.0.0.1:8080/token", "http://127.0.0.1:80801/", Verdict::NotChecked),
        ("https://idp.example/token", "https://idp.example/", Verdict::Pass),
        ("https://idp.example/token", "https://other.example/", Verdict::NotChecked),
    ] {
        let judgement = judge(&with(&json!({"iss": iss, "tid": null})), &at(url), None, NOW);
        let found = judgement.claims.iter().find(|claim| claim.name == "iss").map(|claim| claim.verdict);
        assert_eq!(found, Some(expected), "{url} {iss}");
    }
}

#[test]
fn unknown_claims_are_shown_as_they_are() {
    let judgement = judge(&with(&json!({"x\u{1b}y": {"a": [1]}})), &registration(TENANT, V1), None, NOW);
    let claim = judgement.claims.last().expect("a claim");
    assert_eq!((claim.name.as_str(), claim.shown_value().as_str()), ("x\\u{1b}y", "{\"a\":[1]}"));
    assert_eq!(judgement.summary(), "9 as expected");
}
