//! The provider's published keys: where they may be fetched from, and how a JSON Web Key Set is read (RFC 7517).
//!
//! Keys are fetched from the sign-in host of `AuthTokenUrl` only. A document that names another host for them is not
//! followed: whoever can write that document would otherwise choose who vouches for the token.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use url::{Host, Url};

use super::cloud;
use super::discovery::{self, Configuration};
use super::endpoint::{self, Endpoint, Trust};
use super::exchange::{HttpAnswer, HttpRequest};
use super::jwt::{Claim, Jwt};
use super::oauth::NoOauth;
use super::registration::{Registration, Version};
use super::text::{clip, printable};

/// Keys beyond this number are not read; Entra lists about ten.
const MOST_KEYS: usize = 100;
/// Sizes of a modulus that the signature check can use, in bits; below 2048 RSA is not safe (RFC 7518, section 3.3).
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The largest public exponent that the signature check can use.
const LARGEST_EXPONENT: u64 = (1 << 33) - 1;

/// The end of the path of Entra's key sets.
const fn path_end(version: Version) -> &'static str {
    match version {
        Version::V1 => "/discovery/keys",
        Version::V2 => "/discovery/v2.0/keys",
    }
}

/// The URL at the sign-in host, if it lies there or on another name of it; `None` for any other place.
///
/// Other names are the aliases in the row of the clouds, and for loopback `localhost`, 127.0.0.1 and ::1. The result
/// always has the host and port of `AuthTokenUrl`, so no other place is ever contacted.
pub fn at_sign_in_host(url: &Url, endpoint: &Endpoint) -> Option<Url> {
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_same_place = url.scheme() == endpoint.url.scheme()
        && url.port_or_known_default() == endpoint.url.port_or_known_default()
        && match endpoint.trust {
            Trust::Microsoft => cloud::is_same_sign_in(url.host_str().unwrap_or_default(), endpoint.host()),
            Trust::Loopback => url.host() == endpoint.url.host() || (is_usual(url) && is_usual(&endpoint.url)),
            Trust::Allowed => url.host() == endpoint.url.host(),
        };
    let mut moved = endpoint.url.clone();
    moved.set_path(url.path());
    moved.set_query(url.query());
    (is_plain && is_same_place).then_some(moved)
}

/// `localhost`, 127.0.0.1 or ::1: the usual names of one place.
fn is_usual(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        Some(Host::Domain(_)) => endpoint::is_loopback(url),
        None => false,
    }
}

/// Why there is no place to fetch keys from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKeys {
    /// No OpenID configuration, or none that names the keys.
    #[error("the provider does not say where its keys are")]
    NotNamed,
    /// They are said to be at this origin, which is not the sign-in host, or at something that is no URL.
    #[error("its keys are said to be at {0}, and only those at the sign-in host count")]
    UntrustedKeyHost(String),
}

/// The place of the keys for that token, at the sign-in host.
///
/// Entra has one key set for tokens of each version: the token decides, not the endpoint that it came from. Without a
/// configuration the place of Entra's sets is known all the same.
///
/// # Errors
/// Nobody says where the keys are, or says that they are on another host.
pub fn address(jwt: &Jwt, registration: &Registration, configuration: Option<&Configuration>) -> Result<Url, NoKeys> {
    let endpoint = &registration.endpoint;
    let version = token_version(jwt);
    let Some(named) = configuration.and_then(|configuration| configuration.jwks_uri.as_deref()) else {
        let tenant = super::signature::issuing_tenant(jwt).ok_or(NoKeys::NotNamed)?;
        return Ok(entra_set(endpoint, &tenant, version));
    };
    let parsed = Url::parse(named).ok();
    match parsed.as_ref().and_then(|url| at_sign_in_host(url, endpoint)) {
        Some(url) => Ok(of_version(url, version)),
        None => Err(NoKeys::UntrustedKeyHost(
            parsed.map_or_else(|| shown(named), |url| shown(&url.origin().ascii_serialization())),
        )),
    }
}

/// The place of the keys that the token to come will most likely need, to fetch them beside the token.
///
/// Tokens for Power BI are of version 1.0 from both endpoints. Only Entra's sets can be told in advance: `None` for
/// other providers, and for a URL that names no tenant.
pub fn likely_address(registration: &Registration) -> Option<Url> {
    let endpoint = &registration.endpoint;
    let is_power_bi = cloud::of_resource(&registration.resource).is_some();
    let version = if is_power_bi { Version::V1 } else { endpoint.version };
    let tenant = endpoint.tenant.as_deref().filter(|_| endpoint.trust == Trust::Microsoft)?;
    Some(entra_set(endpoint, tenant, version))
}

/// A text of the server's, harmless and short.
fn shown(text: &str) -> String {
    clip(&printable(text), 76).into_owned()
}

fn entra_set(endpoint: &Endpoint, tenant: &str, version: Version) -> Url {
    discovery::at(endpoint, &format!("/{tenant}{}", path_end(version)))
}

/// The set for tokens of that version, where the path has the shape of Entra's.
fn of_version(mut url: Url, version: Version) -> Url {
    let path = url.path().to_owned();
    let start = [Version::V2, Version::V1].into_iter().find_map(|known| path.strip_suffix(path_end(known)));
    if let Some(start) = start {
        url.set_path(&format!("{start}{}", path_end(version)));
    }
    url
}

/// The version of a token: by its issuer, else by `ver`.
fn token_version(jwt: &Jwt) -> Version {
    let issuer = match jwt.text("iss") {
        Claim::Present(text) => Url::parse(text).ok(),
        Claim::Absent | Claim::Malformed => None,
    };
    let is_v2_issuer = issuer.as_ref().is_some_and(|url| url.path().trim_end_matches('/').ends_with("/v2.0"));
    let is_v1_issuer = issuer.as_ref().and_then(Url::host_str).is_some_and(|host| host.starts_with("sts."));
    if is_v2_issuer || (!is_v1_issuer && jwt.text("ver") == Claim::Present("2.0")) { Version::V2 } else { Version::V1 }
}

/// The request for a key set; `address` comes from [`address`] or [`likely_address`].
pub fn request(address: Url, timeout: Duration) -> HttpRequest {
    discovery::get(address, timeout)
}

/// Why an answer is no key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A status that is no success.
    #[error("the answer to the request for the keys is HTTP {0}")]
    Status(u16),
    /// No JSON object with an array `keys`, or none that was read to its end.
    #[error("the answer to the request for the keys is no key set")]
    NoSet,
}

/// The keys of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet {
    /// The keys for signatures, in the order of the set; a key that cannot be used is there, and says why.
    pub keys: Vec<Key>,
}

impl KeySet {
    /// Reads a JSON Web Key Set; whatever is wrong with one key says nothing about the others.
    ///
    /// # Errors
    /// The answer is no key set.
    pub fn read(answer: &HttpAnswer) -> Result<Self, Unreadable> {
        if !(200..300).contains(&answer.status) {
            return Err(Unreadable::Status(answer.status));
        }
        let object = discovery::object(answer).map_err(|_: NoOauth| Unreadable::NoSet)?;
        let Some(Value::Array(members)) = object.get("keys") else { return Err(Unreadable::NoSet) };
        let keys = members.iter().take(MOST_KEYS).filter_map(Value::as_object).filter(|key| is_for_signatures(key));
        Ok(Self { keys: keys.map(Key::read).collect() })
    }
}

/// A key for encryption is none of ours (RFC 7517, sections 4.2 and 4.3).
fn is_for_signatures(key: &Map<String, Value>) -> bool {
    let may_verify = |operations: &Value| {
        operations.as_array().is_some_and(|list| list.iter().any(|operation| operation.as_str() == Some("verify")))
    };
    key.get("use").is_none_or(|purpose| purpose.as_str() == Some("sig")) && key.get("key_ops").is_none_or(may_verify)
}

/// One published key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub kid: Option<String>,
    /// The thumbprint of its certificate, SHA-1.
    pub x5t: Option<String>,
    /// The only algorithm that it may be used with, if the set says so.
    pub alg: Option<String>,
    /// The issuer that it signs for, `{tenantid}` for any tenant; only in Entra's v2 sets.
    pub issuer: Option<String>,
    /// Its numbers, or why they cannot be used.
    pub numbers: Result<RsaKey, Unusable>,
}

impl Key {
    fn read(object: &Map<String, Value>) -> Self {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let numbers = if text("kty") == Some("RSA") {
            RsaKey::read(text("n").unwrap_or_default(), text("e").unwrap_or_default())
        } else {
            Err(Unusable::NoRsa)
        };
        let owned = |name: &str| text(name).map(str::to_owned);
        Self { kid: owned("kid"), x5t: owned("x5t"), alg: owned("alg"), issuer: owned("issuer"), numbers }
    }
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Another kind of key.
    #[error("it is no RSA key")]
    NoRsa,
    /// Its numbers are missing, no base64url, even or out of range.
    #[error("its numbers cannot be read")]
    Malformed,
    /// Its modulus has so many bits.
    #[error("it has {0} bits, and 2048 to 8192 are accepted")]
    Size(usize),
}

/// A public RSA key whose numbers are known to be usable.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaKey {
    /// The modulus, big-endian, without leading zeros.
    pub n: Vec<u8>,
    /// The public exponent, big-endian, without leading zeros.
    pub e: Vec<u8>,
}

impl RsaKey {
    /// Reads modulus and exponent (RFC 7518, section 6.3.1).
    fn read(n: &str, e: &str) -> Result<Self, Unusable> {
        let n = number(n).ok_or(Unusable::Malformed)?;
        let e = number(e).ok_or(Unusable::Malformed)?;
        let bits = bits(&n);
        if !MODULUS_BITS.contains(&bits) {
            return Err(Unusable::Size(bits));
        }
        // An even modulus or exponent makes no RSA key, and the signature check would call every signature false.
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        let exponent = (e.len() <= 8).then(|| e.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)));
        let is_in_range = exponent.is_some_and(|exponent| (3..=LARGEST_EXPONENT).contains(&exponent));
        if is_odd(&n) && is_odd(&e) && is_in_range { Ok(Self { n, e }) } else { Err(Unusable::Malformed) }
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({} bits)", bits(&self.n))
    }
}

/// A big-endian number out of its base64url text; some providers pad it, or put a zero byte in front.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    (!significant.is_empty()).then_some(significant)
}

/// The bits of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros() as usize);
    (number.len() * 8).saturating_sub(unused)
}

#[cfg(test)]
mod tests;
