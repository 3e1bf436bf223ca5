//! Where a token may go.
//!
//! A token goes only where it belongs: one from a provider on this machine stays on this machine, one of a cloud goes
//! to no other cloud's API, and one for another API goes nowhere. An [`Api`] is the only thing that makes requests with
//! a bearer token, and there is none for a token that does not belong there.

use std::time::Duration;

use url::Url;

use super::call::Call;
use super::identity::Identity;
use crate::domain::cloud::{self, CLOUDS, Cloud, CloudName};
use crate::domain::diagnosis::Evidence;
use crate::domain::endpoint::{self, Trust};
use crate::domain::exchange::{Body, HttpAnswer, HttpRequest};
use crate::domain::jwt::{self, Claim, Jwt};
use crate::domain::registration::Registration;
use crate::domain::secret::Secret;
use crate::domain::text::printable;

/// What stands between the host and the call.
const BASE: &str = "/v1.0/myorg";

/// The header by which the practice tenant says that its own origin has the API.
const PRACTICE_HEADER: &str = "x-practice-powerbi";

/// Power BI's REST API with a token that belongs there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    root: Url,
    token: Secret,
    identity: Identity,
    /// Whether the place was named, by `--powerbi-api` or by the practice tenant.
    is_named: bool,
}

/// Why the token is sent to no API, in a full sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Skip {
    /// The sentence.
    pub reason: String,
}

impl Skip {
    fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// Why a URL is no root of an API; the sentence says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARoot {
    /// It is no URL.
    #[error("Write the API's root as a whole address, such as https://api.powerbi.com.")]
    NoUrl,
    /// Neither https nor loopback.
    #[error("Begin the API's root with https://; plain http is allowed to this machine alone.")]
    Scheme,
    /// There is more than a host.
    #[error("Name the host alone, such as https://api.powerbi.com; /v1.0/myorg is appended.")]
    Extras,
    /// It is the name of the resource, not the place of the API.
    #[error("That is the name of the resource, not the place of the API; the API is at https://{0}.")]
    Resource(&'static str),
}

/// Reads the root of an API, as `--powerbi-api` takes it.
///
/// # Errors
/// It is no URL, neither https nor loopback, more than a host, or the name of the resource.
pub fn api_root(text: &str) -> Result<Url, NotARoot> {
    let url = Url::parse(text.trim()).map_err(|_| NotARoot::NoUrl)?;
    check_root(&url)?;
    Ok(url)
}

fn check_root(url: &Url) -> Result<(), NotARoot> {
    let host = url.host_str().ok_or(NotARoot::NoUrl)?.trim_end_matches('.');
    if let Some(row) = CLOUDS.iter().find(|row| resource_host(row) == host) {
        return Err(NotARoot::Resource(row.api_host));
    }
    let is_plain_loopback = url.scheme() == "http" && endpoint::is_loopback(url);
    if url.scheme() != "https" && !is_plain_loopback {
        return Err(NotARoot::Scheme);
    }
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(NotARoot::Extras);
    }
    Ok(())
}

/// The practice tenant's own origin, when the answer with the token came from it.
///
/// Only a provider on this machine is believed, and the API is where the token came from: nothing leaves that origin.
pub fn practice_api(registration: &Registration, answer: &HttpAnswer) -> Option<Url> {
    let is_practice = registration.endpoint.trust == Trust::Loopback && answer.header(PRACTICE_HEADER).is_some();
    if is_practice { Url::parse(&registration.endpoint.origin()).ok() } else { None }
}

/// Whether an answer is the practice tenant's.
pub fn is_practice(registration: &Registration, evidence: &Evidence) -> bool {
    registration.endpoint.trust == Trust::Loopback && evidence.headers.iter().any(|(name, _)| name == PRACTICE_HEADER)
}

/// Decides whether and where the token may go; `named` is the root that `--powerbi-api` or [`practice_api`] names.
///
/// # Errors
/// The reason why it goes nowhere.
pub fn api(registration: &Registration, named: Option<&Url>, token: &Secret) -> Result<Api, Skip> {
    let jwt = jwt::decode(token.expose()).ok();
    let audience = Audience::of(jwt.as_ref())?;
    let root = match named {
        Some(url) => {
            check_root(url).map_err(|fault| Skip::because(fault.to_string()))?;
            url.clone()
        }
        None => usual_root(registration, &audience)?,
    };
    if registration.endpoint.trust == Trust::Loopback {
        if !endpoint::is_loopback(&root) {
            return Err(Skip::because(format!(
                "The token is from a provider on this machine, so it is not sent to {}.",
                host_of(&root)
            )));
        }
    } else if let Some(target) = cloud_of_api(host_of(&root)) {
        belongs(registration, jwt.as_ref(), &audience, target, host_of(&root))?;
    }
    let identity = Identity::of(jwt.as_ref(), registration.grant_name());
    Ok(Api { root, token: token.clone(), identity, is_named: named.is_some() })
}

/// What `aud` says.
enum Audience {
    /// Power BI of these clouds.
    PowerBi(Vec<CloudName>),
    /// Nothing readable.
    Unknown,
}

impl Audience {
    /// Refuses a token that is for another API.
    fn of(jwt: Option<&Jwt>) -> Result<Self, Skip> {
        let Some(Claim::Present(audiences)) = jwt.map(Jwt::audiences) else { return Ok(Self::Unknown) };
        let rows: Vec<_> = audiences.iter().filter_map(|audience| row_of(audience)).map(|row| row.name).collect();
        if rows.is_empty() {
            let found = audiences.join(", ");
            return Err(Skip::because(format!("The token is for {}, not for Power BI.", printable(&found))));
        }
        Ok(Self::PowerBi(rows))
    }
}

/// The cloud whose Power BI an audience names, by resource or application ID.
fn row_of(audience: &str) -> Option<&'static Cloud> {
    let is_app = |row: &&Cloud| row.resource_app.is_some_and(|app| audience.eq_ignore_ascii_case(app));
    cloud::of_resource(audience).or_else(|| CLOUDS.iter().find(is_app))
}

/// The API of the cloud that the token is of.
fn usual_root(registration: &Registration, audience: &Audience) -> Result<Url, Skip> {
    let elsewhere = |place: &str| {
        Err(Skip::because(format!(
            "The token is from {place}, which has no known Power BI; name one with --powerbi-api."
        )))
    };
    let sign_in = registration.endpoint.host();
    match registration.endpoint.trust {
        Trust::Loopback => return elsewhere("a provider on this machine"),
        Trust::Allowed => return elsewhere("a host that you vouch for"),
        Trust::Microsoft => {}
    }
    // Clouds that share a sign-in host are told apart by what the token is for.
    let by_audience = match audience {
        Audience::PowerBi(names) => {
            names.iter().filter_map(|name| cloud::row(*name)).find(|row| row.sign_in_hosts.contains(&sign_in))
        }
        Audience::Unknown => None,
    };
    match by_audience.or_else(|| registration.cloud.and_then(cloud::row)) {
        Some(row) => {
            Url::parse(&format!("https://{}/", row.api_host)).map_err(|fault| Skip::because(fault.to_string()))
        }
        None => elsewhere("a cloud"),
    }
}

/// Whether a token of that registration belongs to the API of the cloud `target`.
fn belongs(
    registration: &Registration,
    jwt: Option<&Jwt>,
    audience: &Audience,
    target: CloudName,
    host: &str,
) -> Result<(), Skip> {
    let other = |what: String| Err(Skip::because(format!("{what}, so it is not sent to {host} ({}).", target.title())));
    let is_vouched = registration.endpoint.trust == Trust::Allowed;
    let sign_in = registration.endpoint.host();
    if !is_vouched && !cloud::row(target).is_some_and(|row| row.sign_in_hosts.contains(&sign_in)) {
        return other(format!("The token is from {sign_in}, a sign-in host of another cloud"));
    }
    match audience {
        Audience::PowerBi(names) if names.contains(&target) => {}
        Audience::PowerBi(names) => {
            let titles: Vec<_> = names.iter().map(|name| name.title()).collect();
            return other(format!("The token is for Power BI of another cloud ({})", titles.join("; ")));
        }
        Audience::Unknown if is_vouched => return other("Nothing says what the token is for".to_owned()),
        Audience::Unknown => {}
    }
    let issuer = jwt.map(|jwt| jwt.text("iss"));
    let issuer = match issuer {
        Some(Claim::Present(text)) => Url::parse(text).ok(),
        _ => None,
    };
    let issuer = issuer.as_ref().and_then(Url::host_str);
    match issuer {
        Some(issuer) if cloud::issues_for(issuer, target) => Ok(()),
        Some(issuer) if is_vouched || cloud::is_issuer_host(issuer) => {
            other(format!("The token is issued by {}", printable(issuer)))
        }
        None if is_vouched => other("Nothing says who issued the token".to_owned()),
        Some(_) | None => Ok(()),
    }
}

/// The cloud to which a host of Power BI belongs: the API itself, a cluster of it, or a private link.
fn cloud_of_api(host: &str) -> Option<CloudName> {
    let host = host.trim_end_matches('.');
    let is_below = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let domains = CLOUDS.iter().flat_map(|row| {
        let of_api = row.api_host.strip_prefix("api.").unwrap_or(row.api_host);
        [(of_api, row.name), (resource_host(row), row.name)]
    });
    // high.powerbigov.us is another cloud than powerbigov.us: the longest name decides.
    domains.filter(|(domain, _)| is_below(domain)).max_by_key(|(domain, _)| domain.len()).map(|(_, name)| name)
}

/// The host in the name of a resource, `analysis.windows.net`.
fn resource_host(row: &'static Cloud) -> &'static str {
    row.resource.split('/').nth(2).unwrap_or_default()
}

fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

impl Api {
    /// The request for a call. `request_id` is sent as `x-ms-client-request-id`.
    pub fn request(&self, call: &Call, request_id: &str, timeout: Duration) -> HttpRequest {
        let mut url = self.root.clone();
        let path = call.path();
        let (path, query) = path.split_once('?').map_or((path.as_str(), None), |(path, query)| (path, Some(query)));
        url.set_path(&format!("{BASE}/{path}"));
        url.set_query(query);
        HttpRequest {
            url,
            headers: vec![("accept", "application/json".to_owned()), ("x-ms-client-request-id", request_id.to_owned())],
            bearer: Some(self.token.clone()),
            body: call.body().map(Body::Json),
            timeout,
        }
    }

    /// The root, without a slash at the end: `https://api.powerbi.com`.
    pub fn origin(&self) -> String {
        self.root.origin().ascii_serialization()
    }

    /// Where all calls are below: `https://api.powerbi.com/v1.0/myorg`.
    pub fn service_root(&self) -> String {
        format!("{}{BASE}", self.origin())
    }

    /// The root as a URL.
    pub const fn root(&self) -> &Url {
        &self.root
    }

    /// Whether the root was named and is not the cloud's usual one.
    pub const fn is_named(&self) -> bool {
        self.is_named
    }

    /// Whom the token is for.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The host of the portal that belongs to the API: `app.powerbi.com`; of the public cloud for an API elsewhere.
    pub fn portal(&self) -> String {
        let row = cloud_of_api(host_of(&self.root)).and_then(cloud::row);
        let host = row.map_or("api.powerbi.com", |row| row.api_host);
        format!("app.{}", host.strip_prefix("api.").unwrap_or(host))
    }
}

#[cfg(test)]
mod tests;
