//! What a provider says about a tenant without credentials: its OpenID configuration, and the realm of a user.
//!
//! Requests and answers are built and read here; what they mean for the settings is said by `explain`.

mod explain;
pub mod question;
pub mod realm;

use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::catalogue;
use super::endpoint::{Endpoint, Trust};
use super::exchange::{HttpAnswer, HttpRequest};
use super::keys;
use super::oauth::{self, NoOauth, TokenAnswer, TokenError};
use super::registration::Version;
use super::shape;

/// The path of an OpenID configuration below its issuer (OpenID Connect Discovery 1.0, section 4).
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// Entra's numbers for a tenant that does not exist: unknown, the all-zero GUID, malformed.
const NO_SUCH_TENANT: [u32; 3] = [90_002, 900_021, 900_023];

/// The request for the OpenID configuration of the tenant in the URL, of the endpoint's version.
///
/// `None` when the URL names no tenant: at one of Microsoft's hosts there is nothing to ask then. Another provider is
/// asked at its root.
pub fn request(endpoint: &Endpoint, timeout: Duration) -> Option<HttpRequest> {
    let below = match (&endpoint.tenant, endpoint.trust, endpoint.version) {
        (Some(tenant), _, Version::V1) => format!("/{tenant}"),
        (Some(tenant), _, Version::V2) => format!("/{tenant}/v2.0"),
        (None, Trust::Microsoft, _) => return None,
        (None, Trust::Loopback | Trust::Allowed, _) => String::new(),
    };
    Some(get(at(endpoint, &format!("{below}{WELL_KNOWN}")), timeout))
}

/// The second try, when the first one led nowhere: the configuration below the token's issuer.
///
/// `None` when the issuer does not lie on the sign-in host, or on another name of it.
pub fn request_for_issuer(issuer: &str, endpoint: &Endpoint, timeout: Duration) -> Option<HttpRequest> {
    let issuer = Url::parse(issuer).ok().filter(|url| url.query().is_none())?;
    let mut url = keys::at_sign_in_host(&issuer, endpoint)?;
    url.set_path(&format!("{}{WELL_KNOWN}", issuer.path().trim_end_matches('/')));
    Some(get(url, timeout))
}

/// Another path at the sign-in host; percent signs in it stay as they are.
pub(super) fn at(endpoint: &Endpoint, path: &str) -> Url {
    let mut url = endpoint.url.clone();
    url.set_path(path);
    url.set_query(None);
    url
}

/// A request without credentials.
pub(super) fn get(url: Url, timeout: Duration) -> HttpRequest {
    HttpRequest { url, headers: vec![("accept", "application/json".to_owned())], bearer: None, body: None, timeout }
}

/// What is known of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discovery {
    /// It exists.
    Known(Box<Configuration>),
    /// Entra says that there is no such tenant.
    Refused(Box<Refusal>),
    /// Nothing is known.
    NotChecked(NotChecked),
}

/// What an OpenID configuration says; as the server wrote it, not made harmless for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The issuer of this tenant's tokens of the version that was asked for.
    pub issuer: String,
    /// The tenant ID, a GUID out of the issuer, also when a domain was asked for; `None` for `organizations` and for
    /// other providers.
    pub tenant: Option<String>,
    /// Where the keys are said to be.
    pub jwks_uri: Option<String>,
    /// Where tokens are said to be issued.
    pub token_endpoint: Option<String>,
    /// `cloud_instance_name`: `microsoftonline.com`, `microsoftonline.us`, `partner.microsoftonline.cn`.
    pub cloud_instance: Option<String>,
    /// `tenant_region_scope`: `NA`, `EU`, `USGov`, …
    pub region_scope: Option<String>,
    /// `tenant_region_sub_scope`: `GCC`, `DOD`, `DODCON` for government tenants.
    pub region_sub_scope: Option<String>,
}

impl Configuration {
    fn from_object(object: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let issuer = text("issuer")?;
        Some(Self {
            tenant: tenant_in(&issuer),
            issuer,
            jwks_uri: text("jwks_uri"),
            token_endpoint: text("token_endpoint"),
            cloud_instance: text("cloud_instance_name"),
            region_scope: text("tenant_region_scope"),
            region_sub_scope: text("tenant_region_sub_scope"),
        })
    }
}

/// The GUID that is the first part of the path.
pub(super) fn tenant_in(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    let first = url.path_segments()?.next()?;
    shape::is_guid(first).then(|| first.to_ascii_lowercase())
}

/// A refusal with the answer that it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The refusal in words of OAuth.
    pub error: TokenError,
    /// The answer.
    pub answer: HttpAnswer,
}

/// Why nothing is known of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotChecked {
    /// The URL names no tenant, so nothing was asked.
    NoTenantInUrl,
    /// The exchange failed, for this reason in words.
    NoAnswer(String),
    /// The answer has this status, and is no refusal in words of OAuth.
    Status(u16),
    /// The answer was refused for a reason that says nothing about the tenant.
    Refused(Box<Refusal>),
    /// The answer is no JSON object.
    NoJson(NoOauth),
    /// The answer is JSON and names no issuer.
    NoIssuer,
}

/// Reads the answer to [`request`] or [`request_for_issuer`].
pub fn read(answer: &HttpAnswer) -> Discovery {
    if (200..300).contains(&answer.status) {
        return match object(answer) {
            Err(kind) => Discovery::NotChecked(NotChecked::NoJson(kind)),
            Ok(object) => Configuration::from_object(&object)
                .map_or(Discovery::NotChecked(NotChecked::NoIssuer), |found| Discovery::Known(Box::new(found))),
        };
    }
    let TokenAnswer::Refusal(error) = oauth::read_answer(answer) else {
        return Discovery::NotChecked(NotChecked::Status(answer.status));
    };
    let in_words = catalogue::codes_in(error.description.as_deref().unwrap_or_default());
    let codes: Vec<u32> = error.codes.iter().copied().chain(in_words).collect();
    let refusal = Box::new(Refusal { error, answer: answer.clone() });
    if codes.iter().any(|code| NO_SUCH_TENANT.contains(code)) {
        Discovery::Refused(refusal)
    } else if codes.is_empty() {
        // Many servers answer 404 in JSON; without a number of Entra's that says no more than the status.
        Discovery::NotChecked(NotChecked::Status(answer.status))
    } else {
        Discovery::NotChecked(NotChecked::Refused(refusal))
    }
}

/// The body as a JSON object, or what it is instead.
pub(super) fn object(answer: &HttpAnswer) -> Result<Map<String, Value>, NoOauth> {
    let body = answer.body.expose().trim_start_matches('\u{feff}').trim();
    if answer.truncated {
        return Err(NoOauth::TooLong);
    }
    if body.is_empty() {
        return Err(NoOauth::Empty);
    }
    match serde_json::from_str(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(NoOauth::OtherJson),
        Err(_) if body.starts_with('<') => Err(NoOauth::Html),
        Err(_) => Err(NoOauth::Text),
    }
}

#[cfg(test)]
mod tests;
