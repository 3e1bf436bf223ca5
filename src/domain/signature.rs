//! The token's signature against the provider's published keys (RFC 7515, section 5.2).
//!
//! Accepted are RS256 and PS256, the first of which Entra signs with. [`key_address`] says where the keys are, or what
//! is known without any; [`verify`] compares. Only a comparison that was made ends in [`Verdict::Valid`] or
//! [`Flaw::Mismatch`]; a key that may have been published since the set was read leaves the signature not checked.

mod explain;
mod trust;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents};
use serde_json::Value;
use url::Url;

pub(super) use trust::issuing_tenant;
pub use trust::{Distrust, Trust, trust};

use super::discovery::Configuration;
use super::jwt::{self, Claim, Jwt, JwtFault};
use super::keys::{self, Key, KeySet, NoKeys, RsaKey, Unreadable, Unusable};
use super::registration::Registration;
use super::secret::Secret;

/// An accepted algorithm (RFC 7518, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

impl Algorithm {
    /// The name in `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// The algorithm of that name, which is case-sensitive.
    fn from_name(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Ps256].into_iter().find(|known| known.name() == name)
    }

    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Ps256 => &RSA_PSS_2048_8192_SHA256,
        }
    }
}

/// What is known of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A published key of the issuer made it.
    Valid(Algorithm),
    /// It vouches for nothing.
    Invalid(Flaw),
    /// Neither is known.
    NotChecked(Reason),
}

/// Why a signature vouches for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// `alg` is none of the accepted ones: `none`, HS256, …; `None` when the header has no text there.
    UnexpectedAlgorithm(Option<String>),
    /// It is no base64url without padding.
    Malformed,
    /// The key that the token names did not make it over these bytes.
    Mismatch,
}

/// Why a signature was not checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The token is no JWT, or encrypted.
    #[error("the token is no JWT: {0}")]
    NoJwt(#[from] JwtFault),
    /// The issuer is none whose keys count.
    #[error("issuer not trusted: {0}")]
    IssuerNotTrusted(#[from] Distrust),
    /// The header has a `nonce`, over a hash of which the signature was made; only the API can check it.
    #[error("its header has a nonce, so only the API can check it")]
    NonceInHeader,
    /// The header has `crit`: extensions that are not known here change how the token is read.
    #[error("its header asks for extensions")]
    CriticalExtensions,
    /// There is no place to fetch keys from.
    #[error(transparent)]
    NoKeys(#[from] NoKeys),
    /// The keys could not be fetched, for this reason in words.
    #[error("the keys could not be fetched: {0}")]
    NotFetched(String),
    /// What was fetched is no key set.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The set has no key of that name (made fit for the screen); worth one more fetch, for keys roll over without
    /// notice.
    #[error("the provider publishes no key named {0}")]
    UnknownKey(String),
    /// The token names no key, and the set has another number of keys than one.
    #[error("the token names no key, and the provider publishes {0}")]
    KeyNotNamed(usize),
    /// The token names no key, and the only one did not make the signature; worth one more fetch.
    #[error("the token names no key, and the only one that is published does not fit")]
    OnlyKeyDoesNotFit,
    /// The key cannot be used.
    #[error("the key that it names cannot be used: {0}")]
    UnusableKey(Unusable),
    /// The key is published for another algorithm or issuer.
    #[error("the key that it names is published for another {0}")]
    KeyForAnother(&'static str),
}

impl Reason {
    /// Whether fetching the keys once more may help.
    pub const fn is_worth_a_fetch(&self) -> bool {
        matches!(self, Self::UnknownKey(_) | Self::OnlyKeyDoesNotFit)
    }
}

/// The place to fetch the keys from that the token has to be compared with.
///
/// # Errors
/// The verdict that no key can change: in this order, an issuer that is not trusted ([`trust`]), what the header alone
/// decides ([`screen`]), and keys that are nowhere or not at the sign-in host ([`keys::address`]).
pub fn key_address(
    jwt: &Jwt,
    registration: &Registration,
    configuration: Option<&Configuration>,
) -> Result<Url, Verdict> {
    if let Trust::NotTrusted(why) = trust(jwt, registration, configuration) {
        return Err(Verdict::NotChecked(why.into()));
    }
    screen(jwt)?;
    keys::address(jwt, registration, configuration).map_err(|why| Verdict::NotChecked(why.into()))
}

/// What the header decides before any key is needed.
///
/// # Errors
/// The verdict that no key can change: an unexpected algorithm, or a header that makes checking impossible here.
pub fn screen(jwt: &Jwt) -> Result<Algorithm, Verdict> {
    let name = jwt.header.get("alg").and_then(Value::as_str);
    let Some(algorithm) = name.and_then(Algorithm::from_name) else {
        return Err(Verdict::Invalid(Flaw::UnexpectedAlgorithm(name.map(str::to_owned))));
    };
    if jwt.header.contains_key("nonce") {
        return Err(Verdict::NotChecked(Reason::NonceInHeader));
    }
    if jwt.header.contains_key("crit") {
        return Err(Verdict::NotChecked(Reason::CriticalExtensions));
    }
    Ok(algorithm)
}

/// Compares the token's signature with the keys of its issuer, over exactly the bytes received.
///
/// Whether these keys count for the token is for [`key_address`] to say. The token chooses its key by `kid`, else by
/// `x5t`; several keys of one name are all tried. A token that names no key is compared with the only key of the set,
/// if there is exactly one (OpenID Connect Core 1.0, section 10.1); as nothing says that it was meant, a mismatch is
/// then no verdict.
pub fn verify(token: &Secret, keys: &KeySet) -> Verdict {
    let token = token.expose();
    let jwt = match jwt::decode(token) {
        Ok(jwt) => jwt,
        Err(fault) => return Verdict::NotChecked(Reason::NoJwt(fault)),
    };
    let algorithm = match screen(&jwt) {
        Ok(algorithm) => algorithm,
        Err(verdict) => return verdict,
    };
    // Strictly: with padding or stray bits one signature would have many spellings.
    let signed = token.rsplit_once('.').and_then(|(message, signature)| {
        let signature = URL_SAFE_NO_PAD.decode(signature).ok().filter(|bytes| !bytes.is_empty())?;
        Some((message.as_bytes(), signature))
    });
    let Some((message, signature)) = signed else { return Verdict::Invalid(Flaw::Malformed) };
    let choice = match choose(&jwt, algorithm, keys) {
        Ok(choice) => choice,
        Err(reason) => return Verdict::NotChecked(reason),
    };
    let fits = |key: &&RsaKey| {
        RsaPublicKeyComponents { n: &key.n, e: &key.e }.verify(algorithm.parameters(), message, &signature).is_ok()
    };
    if choice.keys.iter().any(fits) {
        Verdict::Valid(algorithm)
    } else if choice.is_named {
        Verdict::Invalid(Flaw::Mismatch)
    } else {
        Verdict::NotChecked(Reason::OnlyKeyDoesNotFit)
    }
}

/// The keys to try, at least one.
struct Choice<'a> {
    keys: Vec<&'a RsaKey>,
    /// Whether the token asked for them.
    is_named: bool,
}

fn choose<'a>(jwt: &Jwt, algorithm: Algorithm, set: &'a KeySet) -> Result<Choice<'a>, Reason> {
    let header = |name: &str| jwt.header.get(name);
    let named = |wanted: &Value, of: fn(&Key) -> Option<&str>| {
        let found: Vec<&Key> = set.keys.iter().filter(|key| of(key).is_some() && of(key) == wanted.as_str()).collect();
        if found.is_empty() {
            // A name that is no text is shown as the JSON that it is.
            let name = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
            Err(Reason::UnknownKey(explain::shown(&name)))
        } else {
            Ok(found)
        }
    };
    let (candidates, is_named) = match (header("kid"), header("x5t")) {
        (Some(kid), _) => (named(kid, |key| key.kid.as_deref())?, true),
        (None, Some(x5t)) => (named(x5t, |key| key.x5t.as_deref())?, true),
        (None, None) => match set.keys.as_slice() {
            [only] => (vec![only], false),
            keys => return Err(Reason::KeyNotNamed(keys.len())),
        },
    };
    let mut usable = Vec::new();
    let mut reason = None;
    for key in candidates {
        match usable_key(key, jwt, algorithm) {
            Ok(numbers) => usable.push(numbers),
            Err(fault) => reason = Some(fault),
        }
    }
    match reason {
        Some(reason) if usable.is_empty() => Err(reason),
        _ => Ok(Choice { keys: usable, is_named }),
    }
}

fn usable_key<'a>(key: &'a Key, jwt: &Jwt, algorithm: Algorithm) -> Result<&'a RsaKey, Reason> {
    if key.alg.as_deref().is_some_and(|alg| alg != algorithm.name()) {
        return Err(Reason::KeyForAnother("algorithm"));
    }
    if !key.issuer.as_deref().is_none_or(|issuer| is_issuer(issuer, jwt)) {
        return Err(Reason::KeyForAnother("issuer"));
    }
    key.numbers.as_ref().map_err(|fault| Reason::UnusableKey(*fault))
}

/// Entra's v2 sets say beside each key whom it signs for; `{tenantid}` stands for the token's `tid`.
fn is_issuer(template: &str, jwt: &Jwt) -> bool {
    let Claim::Present(issuer) = jwt.text("iss") else { return false };
    match jwt.text("tid") {
        Claim::Present(tid) => template.replace("{tenantid}", tid) == issuer,
        Claim::Absent | Claim::Malformed => template == issuer,
    }
}

#[cfg(test)]
mod tests;
