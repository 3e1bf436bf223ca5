use super::*;
use crate::domain::registration::{Options, inspect};
use crate::domain::setting::{SettingName, Values};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";

fn registration(url: &str, resource: &str, allowed: &[&str]) -> Registration {
    let values = Values::default()
        .with(SettingName::AppTenantId, TENANT)
        .with(SettingName::AuthTokenUrl, url)
        .with(SettingName::Resource, resource)
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "a-secret");
    let allowed_hosts = allowed.iter().map(|host| (*host).to_owned()).collect();
    inspect(&values, &Options { allowed_hosts, ..Options::default() }).registration.expect("settings")
}

fn token(claims: &str) -> Secret {
    Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
}

fn of(row: &Cloud) -> Registration {
    let host = row.sign_in_hosts.first().expect("a host");
    registration(&format!("https://{host}/{{AppTenantId}}/oauth2/token"), row.resource, &[])
}

fn issuer(row: &Cloud) -> String {
    let host = if row.name == CloudName::China { "sts.chinacloudapi.cn" } else { "sts.windows.net" };
    format!("https://{host}/{TENANT}/")
}

fn token_of(row: &Cloud) -> Secret {
    token(&format!(r#"{{"aud":"{}","iss":"{}"}}"#, row.resource, issuer(row)))
}

fn outcome(registration: &Registration, named: Option<&str>, token: &Secret) -> String {
    let named = named.map(|text| Url::parse(text).expect("a URL"));
    match api(registration, named.as_ref(), token) {
        Ok(api) => api.origin(),
        Err(skip) => format!("skipped: {skip}"),
    }
}

const LOCAL: &str = "http://127.0.0.1:18080/{AppTenantId}/oauth2/token";

#[test]
fn each_cloud_has_its_own_api() {
    for row in &CLOUDS {
        let right = format!("https://{}", row.api_host);
        assert_eq!(outcome(&of(row), None, &token_of(row)), right);
        assert_eq!(outcome(&of(row), None, &Secret::new("opaque")), right);
        if let Some(app) = row.resource_app {
            let by_app = token(&format!(r#"{{"aud":["{app}"],"iss":"{}"}}"#, issuer(row)));
            assert_eq!(outcome(&of(row), None, &by_app), right);
        }
    }
}

#[test]
fn no_token_reaches_the_api_of_another_cloud() {
    for from in &CLOUDS {
        for to in CLOUDS.iter().filter(|to| to.name != from.name) {
            let hosts = [to.api_host.to_owned(), format!("{}.", to.api_host), format!("x.{}", resource_host(to))];
            for host in hosts {
                let found = outcome(&of(from), Some(&format!("https://{host}")), &token_of(from));
                assert!(found.starts_with("skipped"), "{} to {host}: {found}", from.name.word());
            }
            // The settings say one cloud, the token another.
            let found = outcome(&of(from), None, &token_of(to));
            let shares_sign_in = from.sign_in_hosts == to.sign_in_hosts;
            let belongs = shares_sign_in && found == format!("https://{}", to.api_host);
            assert!(found.starts_with("skipped") || belongs, "{} as {}: {found}", to.name.word(), from.name.word());
        }
    }
}

#[test]
fn a_token_of_this_machine_stays_on_it() {
    let local = registration(LOCAL, CLOUDS[0].resource, &[]);
    for row in &CLOUDS {
        for named in [format!("https://{}", row.api_host), "https://127.0.0.1.example".to_owned()] {
            let found = outcome(&local, Some(&named), &token_of(row));
            assert!(found.starts_with("skipped: The token is from a provider on this machine"), "{named}: {found}");
        }
    }
    let opaque = Secret::new("opaque");
    assert!(outcome(&local, None, &opaque).starts_with("skipped"));
    for named in ["http://127.0.0.1:9", "https://localhost:9", "http://[::1]:9"] {
        assert_eq!(outcome(&local, Some(named), &token_of(&CLOUDS[0])), named);
        assert_eq!(outcome(&local, Some(named), &opaque), named);
    }
}

#[test]
fn a_token_for_another_api_goes_nowhere() {
    let graph = token(r#"{"aud":"https://graph.microsoft.com"}"#);
    for registration in [of(&CLOUDS[0]), registration(LOCAL, CLOUDS[0].resource, &[])] {
        let found = outcome(&registration, Some("http://127.0.0.1:9"), &graph);
        assert_eq!(found, "skipped: The token is for https://graph.microsoft.com, not for Power BI.");
    }
    let foreign = token(&format!(r#"{{"aud":"{}","iss":"https://sts.chinacloudapi.cn/x/"}}"#, CLOUDS[0].resource));
    assert!(outcome(&of(&CLOUDS[0]), None, &foreign).starts_with("skipped: The token is issued by"));
}

#[test]
fn a_vouched_host_proves_its_cloud_by_the_token() {
    let vouched = registration("https://idp.example/{AppTenantId}/oauth2/token", CLOUDS[0].resource, &["idp.example"]);
    let real = Some("https://api.powerbi.com");
    assert!(outcome(&vouched, None, &token_of(&CLOUDS[0])).starts_with("skipped"));
    assert_eq!(outcome(&vouched, real, &token_of(&CLOUDS[0])), "https://api.powerbi.com");
    let own = token(&format!(r#"{{"aud":"{}","iss":"https://idp.example/"}}"#, CLOUDS[0].resource));
    assert!(outcome(&vouched, real, &own).starts_with("skipped"));
    assert!(outcome(&vouched, real, &Secret::new("opaque")).starts_with("skipped"));
    assert_eq!(outcome(&vouched, Some("https://api.example"), &own), "https://api.example");
}

#[test]
fn roots_are_hosts_and_nothing_else() {
    for (text, expected) in [
        ("https://api.powerbi.com", None),
        ("https://api.powerbi.com/", None),
        ("http://localhost:18080", None),
        ("api.powerbi.com", Some(NotARoot::NoUrl)),
        ("http://api.powerbi.com", Some(NotARoot::Scheme)),
        ("http://localhost.example", Some(NotARoot::Scheme)),
        ("ftp://127.0.0.1", Some(NotARoot::Scheme)),
        ("https://api.powerbi.com/v1.0/myorg", Some(NotARoot::Extras)),
        ("https://user@api.powerbi.com", Some(NotARoot::Extras)),
        ("https://api.powerbi.com?x", Some(NotARoot::Extras)),
        ("https://analysis.windows.net/powerbi/api", Some(NotARoot::Resource("api.powerbi.com"))),
        ("https://analysis.usgovcloudapi.net", Some(NotARoot::Resource("api.powerbigov.us"))),
    ] {
        assert_eq!(api_root(text).err(), expected, "{text}");
    }
    // What is no root is not called, whoever names it.
    let found = outcome(&of(&CLOUDS[0]), Some("http://api.powerbi.com"), &token_of(&CLOUDS[0]));
    assert!(found.starts_with("skipped"), "{found}");
}

#[test]
fn the_token_is_in_no_text_of_a_request() {
    let canary = Secret::new("canary-token");
    let api = api(&of(&CLOUDS[1]), None, &canary).expect("an API");
    let request = api.request(&Call::Workspaces, "an-id", Duration::from_secs(1));
    assert_eq!(request.url.as_str(), "https://api.powerbigov.us/v1.0/myorg/groups?$top=1000");
    assert_eq!(request.bearer.as_ref(), Some(&canary));
    assert!(!format!("{api:?}{request:?}").contains("canary"));
    assert_eq!(api.portal(), "app.powerbigov.us");
}
