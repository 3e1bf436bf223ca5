//! The words of a refusal fit the answer and the settings that it is about.

use std::time::Duration;

use super::*;
use crate::domain::exchange::Route;
use crate::domain::registration::{Options, inspect};
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;

const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";

fn registration(tenant: &str, user: &str) -> Registration {
    let values = Values::default()
        .with(SettingName::AppTenantId, tenant)
        .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "5c18Q~c4nary")
        .with(SettingName::User, user)
        .with(SettingName::Password, if user.is_empty() { "" } else { "c4nary" });
    inspect(&values, &Options::default()).registration.expect("a request is possible")
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Secret::new(body),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(1_795_528_931),
        duration: Duration::ZERO,
    }
}

fn other(kind: NoOauth, status: u16, headers: &[(&str, &str)], body: &str) -> Diagnosis {
    explain_other(kind, &answer(status, headers, body), &registration(TENANT, ""), &Masker::default())
}

fn numbered(code: u32, registration: &Registration, realm: Option<&Realm>) -> Diagnosis {
    let error = TokenError { codes: vec![code], ..TokenError::default() };
    explain(&error, &answer(400, &[], ""), registration, realm, &Masker::default())
}

#[test]
fn only_a_guid_is_compared_with_the_secret_id() {
    let compares = |secret: &str| {
        let asked = Registration { client_secret: Some(Secret::new(secret)), ..registration(TENANT, "") };
        numbered(7_000_215, &asked, None).remedies.iter().any(|remedy| remedy.contains("column Secret ID"))
    };
    assert!(compares("5c18fa07-2fa1-41d2-883f-0016d3cca427"));
    assert!(!compares("5c18Q~practiceValue.of_forty_characters0"));
}

#[test]
fn a_throttled_request_says_how_long_to_wait() {
    let wait = |headers: &[(&str, &str)]| other(NoOauth::Text, 429, headers, "Too many requests").action;
    assert_eq!(wait(&[("retry-after", "45")]), "Wait 45 s, then test once.");
    assert_eq!(wait(&[("retry-after", "300")]), "Wait 5 min, then test once.");
    assert_eq!(wait(&[]), "Wait 60 s, then test once.");
    assert_eq!(wait(&[("retry-after", "soon")]), "Wait 60 s, then test once.");
    let busy = other(NoOauth::Text, 503, &[("retry-after", "20")], "busy");
    assert_eq!(busy.action, "Wait 20 s, then test once more.");
    let looping = numbered(50_196, &registration(TENANT, ""), None);
    assert!(looping.action.starts_with("Wait ten minutes"), "{}", looping.action);
}

#[test]
fn a_web_page_in_the_place_of_a_fault_is_a_gateways() {
    let page = other(NoOauth::Html, 503, &[], "<html>busy</html>");
    assert_eq!(page.action, "Wait a minute, then test; if it lasts, ask who runs the proxy or gateway.");
    assert!(page.cause.starts_with("A proxy or gateway answered with a web page"), "{}", page.cause);
    assert!(page.remedies.iter().all(|remedy| !remedy.contains("Trace ID") && !remedy.contains("Retry-After")));
    let ided = other(NoOauth::Html, 503, &[("x-ms-request-id", "0d9c")], "<html>busy</html>");
    assert!(ided.remedies.iter().any(|remedy| remedy.starts_with(KEEP_IDS)), "{:?}", ided.remedies);
    let silent = other(NoOauth::Empty, 502, &[], "");
    assert!(!silent.cause.contains("HTML") && !silent.cause.contains("web page"), "{}", silent.cause);
}

#[test]
fn a_tenant_that_is_a_domain_has_its_domain_looked_up() {
    let remedies = |tenant: &str| numbered(90_002, &registration(tenant, ""), None).remedies.join("\n");
    assert!(remedies("contosso.com").contains("Custom domain names: see whether contosso.com is listed"));
    assert!(!remedies(TENANT).contains("domain"), "{}", remedies(TENANT));
    assert!(!remedies("contosso.com").contains("copy Tenant ID"));
}

#[test]
fn a_request_across_clouds_names_both() {
    let crossed = numbered(900_382, &registration("adatum.onmicrosoft.us", ""), None);
    assert_eq!(crossed.action, "Choose US government, GCC High in step Endpoint: the tenant is of that cloud.");
    assert_eq!(
        crossed.cause,
        "By its domain adatum.onmicrosoft.us is a tenant of US government, GCC High; the request was made for \
         another cloud: public cloud. An app that proves itself with a secret gets no token across clouds."
    );
    let unknown = numbered(900_382, &registration(TENANT, ""), None);
    assert!(unknown.cause.contains("another cloud than the host in AuthTokenUrl"), "{}", unknown.cause);
    let repeats = |diagnosis: &Diagnosis| diagnosis.remedies.iter().any(|remedy| remedy.contains("step Endpoint"));
    assert!(!repeats(&crossed) && !repeats(&unknown));
}

#[test]
fn a_second_factor_leads_to_the_gates_by_the_paths_of_the_other_pages() {
    let refused = numbered(50_076, &registration(TENANT, "anna@contoso.com"), None);
    let remedies = refused.remedies.join("\n");
    assert!(remedies.contains("app.powerbi.com > Settings > Admin portal > Tenant settings > Developer settings"));
    assert!(remedies.contains("A service principal suits reports for customers."));
    assert!(!remedies.contains("Gate ") && !remedies.contains("Power BI admin portal"), "{remedies}");
    assert_eq!(remedies.matches("Admin portal").count(), 1, "{remedies}");
    assert!(refused.cause.starts_with("The password was accepted"), "{}", refused.cause);
}

#[test]
fn a_federated_user_is_told_what_to_look_for() {
    let realm = Realm::Federated { host: Some("adfs.contoso.example".to_owned()), protocol: None };
    let refused = numbered(50_126, &registration(TENANT, "lee@contoso.example"), Some(&realm));
    assert_eq!(refused.remedies.first().map(String::as_str), Some(super::super::discovery::realm::CLOUD_ONLY));
}
