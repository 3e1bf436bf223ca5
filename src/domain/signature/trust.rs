//! Whose keys count: the issuers that are trusted.

use url::Url;

use crate::domain::cloud;
use crate::domain::discovery::{self, Configuration};
use crate::domain::endpoint::Trust as HostTrust;
use crate::domain::jwt::{Claim, Jwt};
use crate::domain::registration::Registration;
use crate::domain::shape;

/// Whether the keys that the sign-in host publishes count for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// They do.
    Trusted,
    /// They do not, so the signature is not checked.
    NotTrusted(Distrust),
}

/// Why an issuer is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// The token does not say who issued it, or not in a text.
    #[error("the token names no issuer")]
    NotNamed,
    /// The issuer is neither Entra ID nor the sign-in host.
    #[error("it is neither Entra ID nor the sign-in host")]
    Unknown,
    /// It is Entra ID of another cloud than the sign-in host's, whose keys are not there.
    #[error("it is of another cloud than the sign-in host")]
    OtherCloud,
    /// It is Entra ID in the name of another tenant than the settings', or of one that cannot be compared.
    #[error("it is not of the tenant in the settings")]
    OtherTenant,
}

/// Says whether the token's issuer is trusted.
///
/// Trusted are Microsoft's issuers of the sign-in host's cloud. With a provider on this machine, or on a host that the
/// user vouches for, it is the sign-in host's origin or what lies below it, the issuer of the discovery document, or
/// Microsoft's issuer of the tenant in the settings.
pub fn trust(jwt: &Jwt, registration: &Registration, configuration: Option<&Configuration>) -> Trust {
    let Claim::Present(issuer) = jwt.text("iss") else { return Trust::NotTrusted(Distrust::NotNamed) };
    let judged = match registration.endpoint.trust {
        HostTrust::Microsoft => of_cloud(issuer, registration),
        HostTrust::Loopback | HostTrust::Allowed => elsewhere(issuer, jwt, registration, configuration),
    };
    judged.map_or_else(Trust::NotTrusted, |()| Trust::Trusted)
}

fn of_cloud(issuer: &str, registration: &Registration) -> Result<(), Distrust> {
    let host = microsoft_host(issuer).ok_or(Distrust::Unknown)?;
    let fits = match registration.cloud {
        Some(name) => cloud::issues_for(&host, name),
        // A sovereign cloud without a row: its own host, or the v1 issuer, which is one for all clouds but China.
        None => host == registration.endpoint.host() || host == "sts.windows.net",
    };
    if fits { Ok(()) } else { Err(Distrust::OtherCloud) }
}

fn elsewhere(
    issuer: &str,
    jwt: &Jwt,
    registration: &Registration,
    configuration: Option<&Configuration>,
) -> Result<(), Distrust> {
    let is_documented = configuration.is_some_and(|configuration| configuration.issuer == issuer);
    if microsoft_host(issuer).is_some() {
        let is_right = is_right_tenant(issuer, jwt, registration, configuration);
        return if is_right { Ok(()) } else { Err(Distrust::OtherTenant) };
    }
    let is_below = plain(issuer).is_some_and(|url| url.origin() == registration.endpoint.url.origin());
    if is_below || is_documented { Ok(()) } else { Err(Distrust::Unknown) }
}

fn is_right_tenant(
    issuer: &str,
    jwt: &Jwt,
    registration: &Registration,
    configuration: Option<&Configuration>,
) -> bool {
    let Some(tenant) = discovery::tenant_in(issuer) else { return false };
    match registration.tenant.as_deref() {
        Some(expected) if shape::is_guid(expected) => expected.eq_ignore_ascii_case(&tenant),
        // An alias leaves the tenant to the user's name; the token has to agree with itself.
        Some(alias) if shape::is_tenant_alias(alias) => {
            matches!(jwt.text("tid"), Claim::Present(tid) if tid.eq_ignore_ascii_case(&tenant))
        }
        // The configuration turns a domain into the tenant ID.
        _ => configuration
            .and_then(|configuration| configuration.tenant.as_deref())
            .is_some_and(|expected| expected.eq_ignore_ascii_case(&tenant)),
    }
}

/// The URL of an issuer that is nothing but scheme, host, port and path.
fn plain(issuer: &str) -> Option<Url> {
    Url::parse(issuer).ok().filter(|url| {
        let has_user = !url.username().is_empty() || url.password().is_some();
        !has_user && url.query().is_none() && url.fragment().is_none()
    })
}

/// The host, if it is one that issues Microsoft's tokens.
fn microsoft_host(issuer: &str) -> Option<String> {
    let url = plain(issuer).filter(|url| url.scheme() == "https" && url.port().is_none())?;
    url.host_str().filter(|host| cloud::is_issuer_host(host)).map(str::to_owned)
}

/// The tenant ID in a Microsoft issuer.
pub(in crate::domain) fn issuing_tenant(jwt: &Jwt) -> Option<String> {
    let Claim::Present(issuer) = jwt.text("iss") else { return None };
    microsoft_host(issuer).and_then(|_| discovery::tenant_in(issuer))
}
