//! `AuthTokenUrl` as the application will use it: substituted, parsed, and trusted or not.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::cloud;
use super::diagnosis::{Diagnosis, Severity};
use super::registration::Version;
use super::setting::SettingName::{AppTenantId, AuthTokenUrl};

/// The text in `AuthTokenUrl` that the application replaces by `AppTenantId`.
pub const TENANT_PLACE: &str = "{AppTenantId}";

/// A token endpoint that credentials may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The whole URL.
    pub url: Url,
    /// What the path says.
    pub version: Version,
    /// Why the host is trusted.
    pub trust: Trust,
    /// The tenant in the path, `{tenant}/oauth2/…`, whether substituted or literal.
    pub tenant: Option<String>,
}

/// Why a sign-in host is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It is one of Microsoft's sign-in hosts.
    Microsoft,
    /// It is this machine.
    Loopback,
    /// The user vouched for it.
    Allowed,
}

impl Trust {
    /// Whether the host may be asked something before anybody has pressed a key for it.
    ///
    /// A file can name any port of this machine; what listens there is asked only once it was tested.
    pub const fn is_beforehand(self) -> bool {
        matches!(self, Self::Microsoft | Self::Allowed)
    }
}

impl Endpoint {
    /// The host as it stands in the URL.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// `host:port` for loopback and unusual ports, else the host alone.
    pub fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

/// `AuthTokenUrl` at another host, over https; path and `{AppTenantId}` stay. `None` for a text that is no URL.
pub fn at_host(text: &str, host: &str) -> Option<String> {
    let (_, rest) = text.trim().split_once("://")?;
    let (_, path) = rest.split_once('/')?;
    Some(format!("https://{host}/{path}"))
}

/// Returns whether the URL's host is this machine: 127.0.0.0/8, ::1 or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address == Ipv6Addr::LOCALHOST || address.to_ipv4_mapped().is_some_and(|v4: Ipv4Addr| v4.is_loopback())
        }
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// Reads `AuthTokenUrl`, with `{AppTenantId}` replaced by `tenant`.
///
/// # Errors
/// A diagnosis of severity error: not a URL, an unknown name in braces, no tenant, or a place that credentials must
/// not be sent to.
pub fn parse(text: &str, tenant: &str, allowed: &[String]) -> Result<Endpoint, Diagnosis> {
    let substituted = substitute(text, tenant)?;
    let url = Url::parse(substituted.trim()).map_err(|fault| not_a_url(text, fault))?;
    let trust = trust(&url, allowed)?;
    refuse_extras(&url)?;
    Ok(Endpoint { version: version(&url), tenant: tenant_in_path(&url), trust, url })
}

fn substitute(text: &str, tenant: &str) -> Result<String, Diagnosis> {
    if text.contains(TENANT_PLACE) {
        if tenant.is_empty() {
            return Err(error(
                "tenant-missing",
                "AppTenantId is not set",
                "Fill in AppTenantId, the Directory (tenant) ID.",
            )
            .at(AppTenantId)
            .because("AuthTokenUrl takes the tenant from AppTenantId."));
        }
        if tenant.contains(['/', '\\', '?', '#', '@', '%', '{', '}']) {
            return Err(error(
                "tenant-not-a-name",
                "AppTenantId is no tenant",
                "Put the Directory (tenant) ID alone into AppTenantId.",
            )
            .at(AppTenantId)
            .because(
                "It becomes one part of the path of AuthTokenUrl, so it must be a GUID or a domain and nothing else.",
            ));
        }
    }
    let substituted = text.replace(TENANT_PLACE, tenant);
    match brace(&substituted) {
        None => Ok(substituted),
        Some(found) => Err(error(
            "brace-left",
            format!("AuthTokenUrl still holds {found}"),
            format!("Write {TENANT_PLACE} in AuthTokenUrl in the place of {found}."),
        )
        .at(AuthTokenUrl)
        .because("The application replaces {AppTenantId}, spelled exactly so, and nothing else in braces.")),
    }
}

/// The first text in braces, or the lone brace.
fn brace(text: &str) -> Option<String> {
    let rest: String = text.chars().skip_while(|c| !matches!(c, '{' | '}')).collect();
    let mut found = String::new();
    for c in rest.chars().take(40) {
        found.push(c);
        if c == '}' {
            break;
        }
    }
    (!found.is_empty()).then_some(found)
}

fn not_a_url(text: &str, fault: url::ParseError) -> Diagnosis {
    let action = if text.contains("://") {
        "Correct AuthTokenUrl: it has to be one whole https address."
    } else {
        "Write AuthTokenUrl as a whole address that begins with https://."
    };
    error("url-malformed", "AuthTokenUrl is no URL", action)
        .at(AuthTokenUrl)
        .because(format!("It cannot be read: {fault}."))
        .remedy("https://login.microsoftonline.com/{AppTenantId}/oauth2/token is right for the public cloud.")
}

fn trust(url: &Url, allowed: &[String]) -> Result<Trust, Diagnosis> {
    let host = url.host_str().unwrap_or_default();
    if is_loopback(url) {
        return match url.scheme() {
            "http" | "https" => Ok(Trust::Loopback),
            other => Err(wrong_scheme(other)),
        };
    }
    if url.scheme() != "https" {
        return Err(wrong_scheme(url.scheme()));
    }
    let named = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    if url.port().is_none() && cloud::is_trusted_host(host) {
        return Ok(Trust::Microsoft);
    }
    if allowed.iter().any(|vouched| is_same_authority(vouched, host, url.port())) {
        return Ok(Trust::Allowed);
    }
    Err(error("host-not-trusted", format!("{named} is no known sign-in host"), "Correct the host in AuthTokenUrl, or vouch for it with --allow-host.")
        .at(AuthTokenUrl)
        .because("Secrets are sent only to Microsoft's sign-in hosts and to this machine. Nothing was sent.")
        .remedy("Public cloud and GCC: login.microsoftonline.com. GCC High and DoD: login.microsoftonline.us. China: login.partner.microsoftonline.cn.")
        .remedy(format!("If this host is yours: token-wizard check --allow-host {named}")))
}

fn is_same_authority(vouched: &str, host: &str, port: Option<u16>) -> bool {
    let (name, vouched_port) = match vouched.rsplit_once(':') {
        Some((name, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => (name, digits.parse::<u16>().ok()),
        _ => (vouched, None),
    };
    name.eq_ignore_ascii_case(host) && vouched_port.unwrap_or(443) == port.unwrap_or(443)
}

fn wrong_scheme(scheme: &str) -> Diagnosis {
    error("scheme-not-https", format!("AuthTokenUrl begins with {scheme}:"), "Begin AuthTokenUrl with https://.")
        .at(AuthTokenUrl)
        .because("Secrets are sent over https only; plain http is allowed to this machine alone. Nothing was sent.")
}

fn refuse_extras(url: &Url) -> Result<(), Diagnosis> {
    let found = if !url.username().is_empty() || url.password().is_some() {
        "a user name before the host"
    } else if url.fragment().is_some() {
        "a part after #"
    } else if url.query_pairs().any(|(key, _)| key != "api-version") {
        "a part after ?"
    } else {
        return Ok(());
    };
    Err(error("url-extras", format!("AuthTokenUrl has {found}"), "Take everything out of AuthTokenUrl that is not host and path.")
        .at(AuthTokenUrl)
        .because("A token endpoint has none of it, and it can send secrets to another place than the one that is read. Nothing was sent."))
}

/// The path decides: `/oauth2/v2.0/token` is v2, anything else v1.
fn version(url: &Url) -> Version {
    if url.path().trim_end_matches('/').ends_with("/oauth2/v2.0/token") { Version::V2 } else { Version::V1 }
}

fn tenant_in_path(url: &Url) -> Option<String> {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    let tenant = segments.next()?;
    (segments.next()? == "oauth2").then(|| tenant.to_owned())
}

fn error(code: &'static str, title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Error, code, title, action)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";

    fn code(text: &str, allowed: &[&str]) -> String {
        let allowed: Vec<_> = allowed.iter().map(|host| (*host).to_owned()).collect();
        match parse(text, TENANT, &allowed) {
            Ok(endpoint) => {
                format!("{:?} {:?} {}", endpoint.trust, endpoint.version, endpoint.tenant.unwrap_or_default())
            }
            Err(diagnosis) => diagnosis.code.into_owned(),
        }
    }

    #[test]
    fn urls_and_what_becomes_of_them() {
        for (text, allowed, expected) in [
            ("https://login.microsoftonline.com/{AppTenantId}/oauth2/token", &[][..], format!("Microsoft V1 {TENANT}")),
            ("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token", &[], "Microsoft V2 contoso.com".into()),
            (
                "https://LOGIN.microsoftonline.com/{AppTenantId}/oauth2/token?api-version=1.0",
                &[],
                format!("Microsoft V1 {TENANT}"),
            ),
            ("https://login.microsoftonline.us//contoso.com/oauth2/token", &[], "Microsoft V1 contoso.com".into()),
            ("http://127.0.0.1:18080/{AppTenantId}/oauth2/token", &[], format!("Loopback V1 {TENANT}")),
            ("http://127.1.2.3/token", &[], "Loopback V1 ".into()),
            ("http://[::1]:80/token", &[], "Loopback V1 ".into()),
            ("http://localhost:3000/token", &[], "Loopback V1 ".into()),
            ("http://localhost.evil.example/token", &[], "scheme-not-https".into()),
            ("http://login.microsoftonline.com/x/oauth2/token", &[], "scheme-not-https".into()),
            ("https://login.microsoftonline.com:8443/x/oauth2/token", &[], "host-not-trusted".into()),
            ("https://login.microsoftonline.com.evil.example/x/oauth2/token", &[], "host-not-trusted".into()),
            ("https://login.microsoftonline.com@evil.example/x/oauth2/token", &[], "host-not-trusted".into()),
            ("https://user@login.microsoftonline.com/x/oauth2/token", &[], "url-extras".into()),
            ("https://login.microsoftonline.com/x/oauth2/token#f", &[], "url-extras".into()),
            ("https://login.microsoftonline.com/x/oauth2/token?resource=y", &[], "url-extras".into()),
            ("https://idp.example/token", &["idp.example"], "Allowed V1 ".into()),
            ("https://idp.example:8443/token", &["idp.example"], "host-not-trusted".into()),
            ("https://idp.example:8443/token", &["idp.example:8443"], "Allowed V1 ".into()),
            ("http://idp.example/token", &["idp.example"], "scheme-not-https".into()),
            ("https://login.microsoftonline.com/{tenantId}/oauth2/token", &[], "brace-left".into()),
            ("https://login.microsoftonline.com/{apptenantid}/oauth2/token", &[], "brace-left".into()),
            ("login.microsoftonline.com/{AppTenantId}/oauth2/token", &[], "url-malformed".into()),
            ("ftp://login.microsoftonline.com/x", &[], "scheme-not-https".into()),
            ("", &[], "url-malformed".into()),
        ] {
            assert_eq!(code(text, allowed), expected, "{text}");
        }
    }

    #[test]
    fn another_host_keeps_the_path() {
        for (text, expected) in [
            ("https://a.example/{AppTenantId}/oauth2/token", Some("https://b.example/{AppTenantId}/oauth2/token")),
            (" http://a.example:81/x?api-version=1.0", Some("https://b.example/x?api-version=1.0")),
            ("https://a.example", None),
            ("a.example/x", None),
        ] {
            assert_eq!(at_host(text, "b.example").as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_tenant_cannot_change_the_shape_of_the_url() {
        let url = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
        for tenant in ["a/../b", "evil.example/x?", "x#", "{AppTenantId}"] {
            assert_eq!(
                parse(url, tenant, &[]).map_err(|d| d.code.into_owned()),
                Err("tenant-not-a-name".to_owned()),
                "{tenant}"
            );
        }
        assert_eq!(parse(url, "", &[]).map_err(|d| d.code.into_owned()), Err("tenant-missing".to_owned()));
    }
}
