use super::realm::{self, Realm};
use super::*;
use crate::domain::diagnosis::Severity;
use crate::domain::exchange::Route;
use crate::domain::mask::Masker;
use crate::domain::registration::{Options, Registration, inspect};
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;

const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";
const PUBLIC: &str = "https://analysis.windows.net/powerbi/api";
const LIMIT: Duration = Duration::from_secs(5);

fn registration_of(url: &str, tenant: &str, resource: &str, user: &str) -> Registration {
    let values = Values::default()
        .with(SettingName::AppTenantId, tenant)
        .with(SettingName::AuthTokenUrl, url)
        .with(SettingName::Resource, resource)
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0")
        .with(SettingName::User, user)
        .with(SettingName::Password, if user.is_empty() { "" } else { "p" });
    let options = Options { allowed_hosts: vec!["idp.example".to_owned()], ..Options::default() };
    inspect(&values, &options).registration.expect("a request is possible")
}

fn registration(url: &str) -> Registration {
    registration_of(url, TENANT, PUBLIC, "")
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: Vec::new(),
        body: Secret::new(body),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(0),
        duration: Duration::ZERO,
    }
}

/// What Entra answers for a tenant of that cloud.
fn document(instance: &str, sub_scope: Option<&str>) -> String {
    let mut document = serde_json::json!({
        "issuer": format!("https://sts.windows.net/{TENANT}/"),
        "jwks_uri": "https://login.microsoftonline.com/common/discovery/keys",
        "token_endpoint": format!("https://login.{instance}/{TENANT}/oauth2/token"),
        "cloud_instance_name": instance,
        "tenant_region_scope": "NA",
    });
    if let Some(sub_scope) = sub_scope {
        document["tenant_region_sub_scope"] = sub_scope.into();
    }
    document.to_string()
}

#[test]
fn the_question_goes_to_the_sign_in_host_and_the_tenant_of_the_url() {
    for (url, expected) in [
        (
            "https://login.microsoftonline.com/{AppTenantId}/oauth2/token?api-version=1.0",
            Some(format!("https://login.microsoftonline.com/{TENANT}/.well-known/openid-configuration")),
        ),
        (
            "https://login.microsoftonline.us/contoso.com/oauth2/v2.0/token",
            Some("https://login.microsoftonline.us/contoso.com/v2.0/.well-known/openid-configuration".into()),
        ),
        (
            "https://login.windows.net/m%C3%BCller.de/oauth2/token",
            Some("https://login.windows.net/m%C3%BCller.de/.well-known/openid-configuration".into()),
        ),
        ("https://login.microsoftonline.com/token", None),
        ("http://127.0.0.1:3000/token", Some("http://127.0.0.1:3000/.well-known/openid-configuration".into())),
        (
            "http://127.0.0.1:18080/contoso.onmicrosoft.com/oauth2/token",
            Some("http://127.0.0.1:18080/contoso.onmicrosoft.com/.well-known/openid-configuration".into()),
        ),
    ] {
        let request = request(&registration(url).endpoint, LIMIT);
        assert!(request.iter().all(|request| request.body.is_none()), "no credentials");
        assert_eq!(request.map(|request| request.url.to_string()), expected, "{url}");
    }
}

#[test]
fn the_second_try_never_leaves_the_sign_in_host() {
    let local = registration("http://127.0.0.1:3000/token").endpoint;
    let public = registration("https://login.microsoftonline.com/{AppTenantId}/oauth2/token").endpoint;
    for (issuer, endpoint, expected) in [
        (
            "http://127.0.0.1:3000/realms/x/",
            &local,
            Some("http://127.0.0.1:3000/realms/x/.well-known/openid-configuration"),
        ),
        ("http://localhost:3000", &local, Some("http://127.0.0.1:3000/.well-known/openid-configuration")),
        ("http://127.0.0.1:3001/realms/x", &local, None),
        ("http://127.0.0.2:3000/realms/x", &local, None),
        ("https://127.0.0.1:3000/realms/x", &local, None),
        ("http://user@127.0.0.1:3000/", &local, None),
        ("http://127.0.0.1:3000/?x", &local, None),
        ("http://evil.example:3000/", &local, None),
        ("no URL", &local, None),
        (
            "https://sts.windows.net/x/",
            &public,
            Some("https://login.microsoftonline.com/x/.well-known/openid-configuration"),
        ),
        ("https://login.microsoftonline.us/x/", &public, None),
        ("https://login.microsoftonline.com:8443/x/", &public, None),
    ] {
        let request = request_for_issuer(issuer, endpoint, LIMIT);
        assert_eq!(request.as_ref().map(|request| request.url.as_str()), expected, "{issuer}");
    }
}

/// The code, severity and setting of what is made of an answer, or `known` or `-`.
fn outcome(answer: &HttpAnswer, registration: &Registration, is_issued: bool) -> String {
    let discovery = read(answer);
    match discovery.explain(registration, is_issued, &Masker::default()) {
        None => "-".to_owned(),
        Some(diagnosis) => {
            assert!(diagnosis.action.ends_with('.') && diagnosis.cause.ends_with('.'), "{diagnosis:?}");
            let setting = diagnosis.setting.map_or("-", SettingName::key);
            format!("{} {} {setting}", diagnosis.severity.word(), diagnosis.code)
        }
    }
}

#[test]
fn answers_and_what_becomes_of_them() {
    let substituted = registration("https://login.microsoftonline.com/{AppTenantId}/oauth2/token");
    let literal = registration("https://login.microsoftonline.com/contoso.com/oauth2/token");
    let refused = |code: u32, list: &str| {
        format!(
            "{{\"error\":\"invalid_tenant\",\"error_description\":\"AADSTS{code}: Tenant not found. Trace ID: t\"{list}}}"
        )
    };
    let not_checked = "warning tenant-not-checked -";
    for (status, body, registration, expected) in [
        (200, document("microsoftonline.com", None), &substituted, "-"),
        (400, refused(90_002, ",\"error_codes\":[90002]"), &substituted, "error AADSTS90002 AppTenantId"),
        (400, refused(90_002, ""), &literal, "error AADSTS90002 AuthTokenUrl"),
        (400, refused(900_023, ",\"error_codes\":[900023]"), &substituted, "error AADSTS900023 AppTenantId"),
        (400, refused(900_021, ",\"error_codes\":[900021]"), &literal, "error AADSTS900021 AuthTokenUrl"),
        (400, refused(90_038, ",\"error_codes\":[90038]"), &substituted, "warning AADSTS90038 AuthTokenUrl"),
        (404, String::new(), &substituted, not_checked),
        (404, "{\"error\":\"not_found\"}".into(), &substituted, not_checked),
        (404, "<html>".into(), &substituted, not_checked),
        (429, "Too Many Requests".into(), &substituted, not_checked),
        (200, "<html>".into(), &substituted, not_checked),
        (200, String::new(), &substituted, not_checked),
        (200, "[]".into(), &substituted, not_checked),
        (200, "{}".into(), &substituted, not_checked),
        (200, "{\"issuer\":7}".into(), &substituted, not_checked),
    ] {
        assert_eq!(outcome(&answer(status, &body), registration, false), expected, "{status} {body}");
    }
    let unknown = answer(400, &refused(90_002, ",\"error_codes\":[90002]"));
    assert_eq!(outcome(&unknown, &substituted, true), "warning AADSTS90002 AppTenantId");
    let cut = HttpAnswer { truncated: true, ..answer(200, &document("microsoftonline.com", None)) };
    assert_eq!(outcome(&cut, &substituted, false), not_checked);
}

#[test]
fn a_domain_becomes_the_tenant_id() {
    for (issuer, expected) in [
        (format!("https://sts.windows.net/{}/", TENANT.to_uppercase()), Some(TENANT)),
        (format!("https://login.microsoftonline.com/{TENANT}/v2.0"), Some(TENANT)),
        ("https://login.microsoftonline.com/{tenantid}/v2.0".into(), None),
        ("http://127.0.0.1:3000".into(), None),
    ] {
        let body = serde_json::json!({"issuer": issuer}).to_string();
        let Discovery::Known(found) = read(&answer(200, &body)) else { panic!("{issuer}") };
        assert_eq!(found.tenant.as_deref(), expected, "{issuer}");
    }
}

#[test]
fn a_tenant_that_exists_is_described() {
    let public = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
    let local = "http://127.0.0.1:18080/{AppTenantId}/oauth2/token";
    for (url, tenant, instance, sub_scope, expected) in [
        (public, TENANT, "microsoftonline.com", None, "The tenant exists: region NA, public cloud.".to_owned()),
        (
            public,
            "contoso.com",
            "microsoftonline.us",
            Some("DOD"),
            format!("The tenant exists: {TENANT}, region NA, US government, DoD."),
        ),
        (public, TENANT, "sovcloud-identity.fr", None, "The tenant exists: region NA.".to_owned()),
        (local, "contoso.com", "microsoftonline.com", None, format!("The provider knows it: {TENANT}.")),
    ] {
        let registration = registration_of(url, tenant, PUBLIC, "");
        let found = read(&answer(200, &document(instance, sub_scope)));
        assert_eq!(found.words(&registration), Some(expected), "{url} {instance}");
    }
    let nasty = r#"{"issuer":"x","tenant_region_scope":"E\u001b[2J\nU"}"#;
    let words = read(&answer(200, nasty)).words(&registration(public));
    assert_eq!(words.as_deref(), Some("The tenant exists: region E[2J U."));
    assert_eq!(read(&answer(404, "")).words(&registration(public)), None);
}

#[test]
fn a_tenant_of_another_cloud_is_sent_there() {
    let public = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
    let government = "https://login.microsoftonline.us/{AppTenantId}/oauth2/token";
    let gcc = "https://analysis.usgovcloudapi.net/powerbi/api";
    let high = "https://high.analysis.usgovcloudapi.net/powerbi/api";
    let other_cloud = "warning tenant-other-cloud AuthTokenUrl";
    let other_resource = "warning tenant-other-resource Resource";
    for (url, resource, instance, sub_scope, expected) in [
        (public, PUBLIC, "microsoftonline.com", None, "-"),
        (public, PUBLIC, "microsoftonline.us", Some("DODCON"), other_cloud),
        (public, PUBLIC, "partner.microsoftonline.cn", None, other_cloud),
        (government, high, "microsoftonline.com", None, other_cloud),
        (public, PUBLIC, "microsoftonline.com", Some("GCC"), other_resource),
        (public, gcc, "microsoftonline.com", Some("GCC"), "-"),
        (public, gcc, "microsoftonline.com", None, "-"),
        (public, "https://graph.microsoft.com", "microsoftonline.com", Some("GCC"), "-"),
        (government, high, "microsoftonline.us", Some("DOD"), other_resource),
        (government, high, "microsoftonline.us", Some("DODCON"), "-"),
        (government, high, "microsoftonline.us", None, "-"),
        (public, PUBLIC, "sovcloud-identity.fr", None, "-"),
        ("http://127.0.0.1:1/{AppTenantId}/oauth2/token", PUBLIC, "microsoftonline.us", None, "-"),
    ] {
        let registration = registration_of(url, TENANT, resource, "");
        let found = outcome(&answer(200, &document(instance, sub_scope)), &registration, false);
        assert_eq!(found, expected, "{url} {resource} {instance} {sub_scope:?}");
        let row = read(&answer(200, &document(instance, sub_scope))).other_cloud(&registration);
        assert_eq!(row.is_some(), expected != "-", "{url} {resource} {instance} {sub_scope:?}");
        assert!(row.is_none_or(|row| row.resource != resource), "it moves to where it is");
    }
    let registration = registration(public);
    let body =
        format!("{{\"issuer\":\"x\",\"token_endpoint\":\"https://login.chinacloudapi.cn/{TENANT}/oauth2/token\"}}");
    let diagnosis =
        read(&answer(200, &body)).explain(&registration, false, &Masker::default()).expect("the host tells the cloud");
    for named in [
        "login.partner.microsoftonline.cn",
        "https://analysis.chinacloudapi.cn/powerbi/api",
        "api.powerbi.cn",
        "portal.azure.cn",
    ] {
        assert!(diagnosis.remedies.iter().any(|remedy| remedy.contains(named)), "{named}: {diagnosis:?}");
    }
}

#[test]
fn the_realm_is_asked_for_the_password_grant_only() {
    let url = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
    let asked = |user| realm::request(&registration_of(url, TENANT, PUBLIC, user), LIMIT).map(|r| r.url.to_string());
    assert_eq!(asked(""), None);
    assert_eq!(asked("CONTOSO\\anna"), None);
    assert_eq!(
        asked("anna+1%2F/..?#@contoso.com").as_deref(),
        Some("https://login.microsoftonline.com/common/userrealm/anna+1%252F%2F..%3F%23@contoso.com?api-version=1.0")
    );
}

#[test]
fn realms_in_the_words_of_all_versions() {
    let federated = |host: Option<&str>, protocol: Option<&str>| Realm::Federated {
        host: host.map(str::to_owned),
        protocol: protocol.map(str::to_owned),
    };
    for (status, body, expected, code) in [
        (200, r#"{"ver":"1.0","account_type":"Managed","domain_name":"some.onmicrosoft.com"}"#, Realm::Managed, "-"),
        (
            200,
            r#"{"account_type":"federated","federation_protocol":"WSTrust","federation_metadata_url":"https://adfs.contoso.com/adfs/services/trust/mex"}"#,
            federated(Some("adfs.contoso.com"), Some("WSTrust")),
            "warning user-federated",
        ),
        (
            200,
            r#"{"NameSpaceType":"Federated","AuthURL":"https://sts.contoso.com/adfs/ls/?username=anna"}"#,
            federated(Some("sts.contoso.com"), None),
            "warning user-federated",
        ),
        (200, r#"{"account_type":"Federated"}"#, federated(None, None), "warning user-federated"),
        (200, r#"{"account_type":"Managed","domain_name":"LIVE.com"}"#, Realm::Personal, "warning user-personal"),
        (200, r#"{"account_type":"Unknown"}"#, Realm::Unknown, "warning user-domain-unknown"),
        (404, "", Realm::NotChecked(realm::NotChecked::NoService), "-"),
        (503, "", Realm::NotChecked(realm::NotChecked::Status(503)), "info realm-not-checked"),
        (200, "<html>", Realm::NotChecked(realm::NotChecked::NoRealm), "info realm-not-checked"),
        (200, r#"{"account_type":7}"#, Realm::NotChecked(realm::NotChecked::NoRealm), "info realm-not-checked"),
    ] {
        let found = realm::read(&answer(status, body));
        assert_eq!(found, expected, "{body}");
        let diagnosis = found.explain();
        assert!(diagnosis.iter().all(|diagnosis| {
            let is_about_user = diagnosis.severity < Severity::Warning || diagnosis.setting == Some(SettingName::User);
            is_about_user && diagnosis.action.ends_with('.') && !format!("{diagnosis:?}").contains("anna")
        }));
        let line = diagnosis.map_or("-".into(), |found| format!("{} {}", found.severity.word(), found.code));
        assert_eq!(line, code, "{body}");
    }
}

#[test]
fn a_federated_user_is_named_as_such_and_the_refusal_rightly_explained() {
    let realm =
        realm::Realm::Federated { host: Some("adfs.contoso.com".to_owned()), protocol: Some("WSTrust".to_owned()) };
    let found = realm.explain().expect("something to say");
    assert_eq!(found.title, "The user in User signs in at adfs.contoso.com, not at Entra ID");
    assert!(found.cause.contains("has no password to compare with and refuses with AADSTS50126"), "{}", found.cause);
    assert!(!found.cause.contains("WSTrust"), "{}", found.cause);
    assert_eq!(found.remedies.first().map(String::as_str), Some(realm::CLOUD_ONLY));
}
