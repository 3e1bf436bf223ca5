//! The pages on which consent is given, for one app and tenant.
//!
//! Forms of the addresses: Microsoft Learn, "Grant tenant-wide admin consent to an application" and "Microsoft identity
//! platform and OAuth 2.0 authorization code flow". They hold no secret, lead to Microsoft's sign-in hosts or to the
//! practice tenant, and consist of printable ASCII, whatever the settings hold.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::claims;
use super::cloud;
use super::diagnosis::Link;
use super::endpoint::Trust;
use super::oauth;
use super::registration::{GrantName, Registration, Version};
use super::shape;

/// Everything but the characters that are never special in a URL (RFC 3986, section 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The title of the page for administrators.
pub const ADMIN: &str = "Admin consent link";

/// The title of the page for the user.
pub const USER: &str = "User consent link";

/// The pages that may give the consent that is missing: an admin's for the whole tenant, and with the password grant
/// the user's own.
///
/// `practice` is the origin of the practice tenant, if the refusal is from it. None for a provider that is neither
/// Microsoft's nor that one, for an app of Microsoft's, and without a tenant to consent in.
pub fn links(registration: &Registration, practice: Option<&Url>) -> Vec<Link> {
    let (Some(origin), Some(tenant)) =
        (origin(registration, practice), registration.tenant.as_deref().and_then(component))
    else {
        return Vec::new();
    };
    if claims::app_name(&registration.client_id).is_some() {
        return Vec::new();
    }
    let Some(client_id) = component(&registration.client_id) else { return Vec::new() };
    let mut links = Vec::new();
    // Of an alias nobody knows beforehand whose admin it will be.
    if !shape::is_tenant_alias(&tenant) {
        links.push(Link { title: ADMIN, url: format!("{origin}/{tenant}/adminconsent?client_id={client_id}") });
    }
    if registration.grant_name() == GrantName::Password {
        let encoded = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
        let (version, what) = match registration.endpoint.version {
            Version::V1 => ("", format!("resource={}", encoded(&registration.resource))),
            Version::V2 => ("/v2.0", format!("scope={}", encoded(&oauth::default_scope(&registration.resource)))),
        };
        links.push(Link {
            title: USER,
            url: format!(
                "{origin}/{tenant}/oauth2{version}/authorize?client_id={client_id}&response_type=code&{what}&prompt=consent"
            ),
        });
    }
    links
}

/// Where the pages are: on Microsoft's host for that cloud, or on the practice tenant.
fn origin(registration: &Registration, practice: Option<&Url>) -> Option<String> {
    let practice = || practice.map(|origin| origin.as_str().trim_end_matches('/').to_owned());
    host(registration).map(|host| format!("https://{host}")).or_else(practice)
}

/// The host that shows pages of that cloud: the preferred one of the row, for some aliases only issue tokens.
fn host(registration: &Registration) -> Option<&str> {
    if registration.endpoint.trust != Trust::Microsoft || registration.endpoint.url.scheme() != "https" {
        return None;
    }
    let row = registration.cloud.and_then(cloud::row);
    Some(row.and_then(|row| row.sign_in_hosts.first().copied()).unwrap_or_else(|| registration.endpoint.host()))
}

/// A text as one component of a URL; none when it would be no component, or another one than it looks.
fn component(text: &str) -> Option<String> {
    let text = text.trim();
    let is_path_of_its_own = text.chars().all(|letter| letter == '.');
    (!is_path_of_its_own).then(|| utf8_percent_encode(text, COMPONENT).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::registration::{Options, inspect};
    use crate::domain::setting::{SettingName, Values};

    const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
    const CLIENT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

    fn registration(url: &str, resource: &str, tenant: &str, client_id: &str, user: &str) -> Option<Registration> {
        let values = Values::default()
            .with(SettingName::AppTenantId, tenant)
            .with(SettingName::AuthTokenUrl, url)
            .with(SettingName::Resource, resource)
            .with(SettingName::ClientId, client_id)
            .with(SettingName::ClientSecret, "5c18Q~c4nary")
            .with(SettingName::User, user)
            .with(SettingName::Password, if user.is_empty() { "" } else { "c4nary" });
        let options = Options { allowed_hosts: vec!["sso.contoso.example".to_owned()], ..Options::default() };
        inspect(&values, &options).registration
    }

    fn urls(url: &str, resource: &str, user: &str) -> Vec<String> {
        let registration = registration(url, resource, TENANT, CLIENT, user).expect("a request is possible");
        links(&registration, None).into_iter().map(|link| link.url).collect()
    }

    const POWER_BI: &str = "https://analysis.windows.net/powerbi/api";

    #[test]
    fn the_links_are_of_this_app_tenant_and_cloud() {
        let admin = |host: &str| format!("https://{host}/{TENANT}/adminconsent?client_id={CLIENT}");
        for (asked, resource, host) in [
            ("login.microsoftonline.com", POWER_BI, "login.microsoftonline.com"),
            ("sts.windows.net", POWER_BI, "login.microsoftonline.com"),
            (
                "login.microsoftonline.us",
                "https://high.analysis.usgovcloudapi.net/powerbi/api",
                "login.microsoftonline.us",
            ),
            (
                "login.chinacloudapi.cn",
                "https://analysis.chinacloudapi.cn/powerbi/api",
                "login.partner.microsoftonline.cn",
            ),
        ] {
            let url = format!("https://{asked}/{{AppTenantId}}/oauth2/token");
            assert_eq!(urls(&url, resource, ""), [admin(host)]);
        }
    }

    #[test]
    fn the_practice_tenant_has_pages_of_its_own() {
        let url = "http://127.0.0.1:18080/{AppTenantId}/oauth2/token";
        let asked = registration(url, POWER_BI, TENANT, CLIENT, "a@contoso.com").expect("possible");
        let practice = Url::parse("http://127.0.0.1:18080").expect("a URL");
        let found = links(&asked, Some(&practice));
        let [admin, user] = found.as_slice() else { panic!("two pages: {found:?}") };
        assert_eq!(admin.url, format!("http://127.0.0.1:18080/{TENANT}/adminconsent?client_id={CLIENT}"));
        assert!(user.url.starts_with(&format!("http://127.0.0.1:18080/{TENANT}/oauth2/authorize?")), "{}", user.url);
        let url = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
        let asked = registration(url, POWER_BI, TENANT, CLIENT, "").expect("possible");
        assert!(links(&asked, Some(&practice)).iter().all(|link| link.url.starts_with("https://login.microsoft")));
    }

    #[test]
    fn a_user_has_a_page_of_its_own_in_the_words_of_the_endpoint() {
        let start = format!("https://login.microsoftonline.com/{TENANT}/oauth2");
        let what = format!("authorize?client_id={CLIENT}&response_type=code");
        let resource = "https%3A%2F%2Fanalysis.windows.net%2Fpowerbi%2Fapi";
        let found = urls("https://login.microsoftonline.com/{AppTenantId}/oauth2/token", POWER_BI, "a@contoso.com");
        assert_eq!(found.get(1), Some(&format!("{start}/{what}&resource={resource}&prompt=consent")));
        let found =
            urls("https://login.microsoftonline.com/{AppTenantId}/oauth2/v2.0/token", POWER_BI, "a@contoso.com");
        assert_eq!(found.get(1), Some(&format!("{start}/v2.0/{what}&scope={resource}%2F.default&prompt=consent")));
        let found = urls("https://login.microsoftonline.com/organizations/oauth2/token", POWER_BI, "a@contoso.com");
        assert!(matches!(found.as_slice(), [only] if only.contains("/organizations/oauth2/authorize?")), "{found:?}");
    }

    #[test]
    fn other_providers_and_microsofts_own_apps_have_none() {
        for url in [
            "http://127.0.0.1:18080/{AppTenantId}/oauth2/token",
            "https://sso.contoso.example/{AppTenantId}/oauth2/token",
        ] {
            assert_eq!(urls(url, POWER_BI, "a@contoso.com"), [""; 0], "{url}");
        }
        let url = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
        let own = registration(url, POWER_BI, TENANT, "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "").expect("possible");
        assert_eq!(links(&own, None), []);
    }

    proptest! {
        #[test]
        fn whatever_the_settings_hold_becomes_one_component(client_id in "\\PC{1,20}|[\\x00-\\x7f]{1,20}", resource in "\\PC{1,30}") {
            let url = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
            let Some(registration) = registration(url, &resource, TENANT, &client_id, "a@contoso.com") else { return Ok(()) };
            for link in links(&registration, None) {
                prop_assert!(link.url.bytes().all(|byte| byte.is_ascii_graphic()), "{}", link.url);
                prop_assert!(!link.url.contains("c4nary"));
                let parsed = url::Url::parse(&link.url).expect("a URL");
                prop_assert_eq!(parsed.as_str(), link.url.as_str());
                prop_assert_eq!((parsed.scheme(), parsed.host_str()), ("https", Some("login.microsoftonline.com")));
                prop_assert_eq!(parsed.path_segments().and_then(|mut path| path.next()), Some(TENANT));
                let id = parsed.query_pairs().find(|(key, _)| key == "client_id").map(|(_, id)| id.into_owned());
                prop_assert_eq!(id.as_deref(), Some(client_id.trim()));
            }
        }
    }
}
