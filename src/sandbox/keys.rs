//! The keys that sign the tokens, and the key sets that publish them.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaPublicKeyComponents,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The example key of RFC 7515, appendix A.2, with its CRT numbers. It is printed in the RFC: it protects nothing.
const PRACTICE_KEY: &str = include_str!("keys/practice.json");
/// A key made for this sandbox, to which the practice tenant rolls over. It protects nothing either.
const NEXT_KEY: &str = include_str!("keys/next.json");

/// The public key of RFC 7517, appendix A.1. It stands first in every key set and has signed no token, as a key that
/// has been rolled over: whoever takes the first key instead of the one that the token names is found out.
const FORMER_KEY: (&str, &str) = (
    "Ona5zzBdDGjrZu5oG3Vnjgn3VVo",
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn\
     jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6\
     qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jf44-csFCur-kEgU8aw\
     apJzKnqDKgw",
);

/// The name of a key that no key set ever lists.
const UNPUBLISHED_KID: &str = "7Rr0d1ThQ3xYc9mWZkUu5oPqLsE";

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    /// By the current key, with RS256, as Entra signs.
    Current,
    /// By the key to which the tenant is just rolling over.
    Next,
    /// By a key that is never published.
    Unpublished,
    /// With one bit of the signature changed on its way.
    Changed,
    /// By the current key, with PS256.
    Ps256,
    /// Not at all: the algorithm is `none` (RFC 7518, section 3.6).
    Absent,
}

/// The numbers of an RSA key as a JSON Web Key (RFC 7518, section 6.3).
#[derive(Deserialize)]
struct Numbers {
    kid: String,
    n: String,
    e: String,
    d: String,
    p: String,
    q: String,
    dp: String,
    dq: String,
    qi: String,
}

/// A key pair and its name; as in Entra's v1 key sets the name is also the thumbprint.
struct Key {
    pair: KeyPair,
    kid: String,
    n: String,
    e: String,
}

impl Key {
    fn load(json: &str) -> io::Result<Self> {
        let numbers: Numbers = serde_json::from_str(json)?;
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: number(&numbers.n)?, e: number(&numbers.e)? },
            d: number(&numbers.d)?,
            p: number(&numbers.p)?,
            q: number(&numbers.q)?,
            dP: number(&numbers.dp)?,
            dQ: number(&numbers.dq)?,
            qInv: number(&numbers.qi)?,
        };
        let pair = KeyPair::from_components(&components).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self { pair, kid: numbers.kid, n: numbers.n, e: numbers.e })
    }

    fn sign(&self, scheme: &'static dyn RsaEncoding, message: &[u8]) -> io::Result<Vec<u8>> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(scheme, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| io::Error::other("the practice key cannot sign"))?;
        Ok(signature)
    }
}

/// The keys of the practice tenants.
pub(super) struct Keys {
    current: Key,
    next: Key,
    /// Whether the key set of a tenant that rolls over was fetched already.
    has_rolled: AtomicBool,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("current", &self.current.kid).field("next", &self.next.kid).finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the keys from their files.
    pub(super) fn load() -> io::Result<Self> {
        Ok(Self { current: Key::load(PRACTICE_KEY)?, next: Key::load(NEXT_KEY)?, has_rolled: AtomicBool::new(false) })
    }

    /// A JSON Web Token with these claims; its header is the plain one of Power BI's tokens.
    pub(super) fn token(&self, claims: &Value, signing: Signing) -> io::Result<String> {
        let header = self.header(signing);
        self.compact(&header, &header, claims, signing)
    }

    /// A token as Microsoft Graph gets it: its header holds a nonce, and the signature is made over a header that
    /// holds the nonce's SHA-256 in its place. Only Graph knows that; for everybody else it is no signature.
    pub(super) fn token_with_nonce(&self, claims: &Value, signing: Signing, nonce: &str) -> io::Result<String> {
        let mut shown = self.header(signing);
        let mut signed = shown.clone();
        if let (Some(shown), Some(signed)) = (shown.as_object_mut(), signed.as_object_mut()) {
            shown.insert("nonce".to_owned(), nonce.into());
            let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, nonce.as_bytes()));
            signed.insert("nonce".to_owned(), hash.into());
        }
        self.compact(&shown, &signed, claims, signing)
    }

    /// Whether one of the keys made the signature of a compact serialization with RS256, under its own name.
    pub(super) fn verifies(&self, token: &str) -> bool {
        let Some((message, signature)) = token.rsplit_once('.') else { return false };
        let header = message.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let header: Value = header.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let is_named = |key: &&Key| header.get("kid").and_then(Value::as_str) == Some(key.kid.as_str());
        let key = [&self.current, &self.next].into_iter().find(is_named);
        let parts = key.and_then(|key| Some((number(&key.n).ok()?, number(&key.e).ok()?)));
        let (Some((n, e)), Ok(signature)) = (parts, URL_SAFE_NO_PAD.decode(signature)) else { return false };
        let is_rs256 = header.get("alg").and_then(Value::as_str) == Some("RS256");
        let public = RsaPublicKeyComponents { n, e };
        is_rs256 && public.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature).is_ok()
    }

    fn key(&self, signing: Signing) -> &Key {
        if signing == Signing::Next { &self.next } else { &self.current }
    }

    fn header(&self, signing: Signing) -> Value {
        let kid = self.key(signing).kid.as_str();
        match signing {
            Signing::Current | Signing::Next | Signing::Changed => plain_header("RS256", kid),
            Signing::Unpublished => plain_header("RS256", UNPUBLISHED_KID),
            Signing::Ps256 => plain_header("PS256", kid),
            Signing::Absent => json!({"typ": "JWT", "alg": "none"}),
        }
    }

    /// The compact serialization (RFC 7515, section 7.1) with one header shown and another one signed.
    fn compact(&self, shown: &Value, signed: &Value, claims: &Value, signing: Signing) -> io::Result<String> {
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let message = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(signed.to_string()));
        let key = self.key(signing);
        let signature = match signing {
            Signing::Absent => Vec::new(),
            Signing::Ps256 => key.sign(&RSA_PSS_SHA256, message.as_bytes())?,
            Signing::Current | Signing::Next | Signing::Unpublished => {
                key.sign(&RSA_PKCS1_SHA256, message.as_bytes())?
            }
            Signing::Changed => {
                let mut signature = key.sign(&RSA_PKCS1_SHA256, message.as_bytes())?;
                signature.last_mut().into_iter().for_each(|last| *last ^= 1);
                signature
            }
        };
        let shown = URL_SAFE_NO_PAD.encode(shown.to_string());
        Ok(format!("{shown}.{claims}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The key set as JSON text; an issuer stands beside each key in v2 only.
    ///
    /// The next key is listed once the set of a tenant that rolls over (`is_rolling`) has been fetched before: who
    /// misses it there finds it by fetching once more.
    pub(super) fn set(&self, issuer: Option<&str>, is_rolling: bool) -> String {
        let lists_next = if is_rolling {
            self.has_rolled.swap(true, Ordering::Relaxed)
        } else {
            self.has_rolled.load(Ordering::Relaxed)
        };
        let (former_kid, former_n) = FORMER_KEY;
        let current = &self.current;
        let mut listed = vec![(former_kid, former_n, current.e.as_str()), (&current.kid, &current.n, &current.e)];
        if lists_next {
            listed.push((&self.next.kid, &self.next.n, &self.next.e));
        }
        let entry = |(kid, n, e): (&str, &str, &str)| {
            let mut key = json!({"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": n, "e": e});
            if let (Some(issuer), Some(members)) = (issuer, key.as_object_mut()) {
                members.insert("issuer".to_owned(), issuer.into());
            }
            key
        };
        json!({"keys": listed.into_iter().map(entry).collect::<Vec<_>>()}).to_string()
    }
}

fn plain_header(algorithm: &str, kid: &str) -> Value {
    json!({"typ": "JWT", "alg": algorithm, "x5t": kid, "kid": kid})
}

/// A big-endian number out of its base64url text.
fn number(text: &str) -> io::Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.2.1: the signature scheme is deterministic, so the RFC's own answer must come out.
    #[test]
    fn the_practice_key_is_the_example_of_the_rfc() {
        let key = Key::load(PRACTICE_KEY).expect("the fixture is a key");
        let payload = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode("{\"alg\":\"RS256\"}"), URL_SAFE_NO_PAD.encode(payload));
        let signature = key.sign(&RSA_PKCS1_SHA256, message.as_bytes()).expect("a signature");
        let signature = URL_SAFE_NO_PAD.encode(signature);
        assert!(signature.starts_with("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"));
        assert!(signature.ends_with("p0igcN_IoypGlUPQGe77Rw"));
    }

    #[test]
    fn the_next_key_is_listed_from_the_second_fetch_on() {
        let keys = Keys::load().expect("keys");
        let lists_next = |is_rolling| keys.set(None, is_rolling).contains(&keys.next.kid);
        assert!(!lists_next(false) && !lists_next(false), "other tenants do not start it");
        assert!(!lists_next(true));
        assert!(lists_next(true) && lists_next(false));
        assert!(!keys.set(None, true).contains(UNPUBLISHED_KID));
    }
}
