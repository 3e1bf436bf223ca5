//! The key that signs the tokens, and the key sets that publish it.

use std::fmt;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde::Deserialize;
use serde_json::{Value, json};

/// The example key of RFC 7515, appendix A.2, with its CRT numbers. It is printed in the RFC: it protects nothing.
const PRACTICE_KEY: &str = include_str!("answers/practice-key.json");

/// The public key of RFC 7517, appendix A.1. It stands first in every key set and has signed no token, as a key that
/// has been rolled over: whoever takes the first key instead of the one that the token names is found out.
const FORMER_KEY: (&str, &str) = (
    "Ona5zzBdDGjrZu5oG3Vnjgn3VVo",
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn\
     jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6\
     qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jf44-csFCur-kEgU8aw\
     apJzKnqDKgw",
);

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

/// The key pair of the practice tenant.
pub(super) struct PracticeKey {
    pair: KeyPair,
    /// Its name; as in Entra's v1 key sets it is also the thumbprint.
    kid: String,
    n: String,
    e: String,
}

impl fmt::Debug for PracticeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PracticeKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl PracticeKey {
    /// Reads the key from the fixture.
    pub(super) fn load() -> io::Result<Self> {
        let numbers: Numbers = serde_json::from_str(PRACTICE_KEY)?;
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

    /// A JSON Web Token with these claims, signed with RS256; its header is the plain one of Power BI's tokens.
    pub(super) fn token(&self, claims: &Value) -> io::Result<String> {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": self.kid, "kid": self.kid});
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(signed.as_bytes())?);
        Ok(format!("{signed}.{signature}"))
    }

    fn sign(&self, message: &[u8]) -> io::Result<Vec<u8>> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| io::Error::other("the practice key cannot sign"))?;
        Ok(signature)
    }

    /// The key set as JSON text; an issuer stands beside each key in v2 only.
    pub(super) fn set(&self, issuer: Option<&str>) -> String {
        let (former_kid, former_n) = FORMER_KEY;
        let keys = [(former_kid, former_n), (self.kid.as_str(), self.n.as_str())].map(|(kid, n)| {
            let mut key = json!({"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": n, "e": self.e});
            if let (Some(issuer), Some(members)) = (issuer, key.as_object_mut()) {
                members.insert("issuer".to_owned(), issuer.into());
            }
            key
        });
        json!({"keys": keys}).to_string()
    }
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
        let key = PracticeKey::load().expect("the fixture is a key");
        let payload = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode("{\"alg\":\"RS256\"}"), URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()).expect("a signature"));
        assert!(signature.starts_with("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"));
        assert!(signature.ends_with("p0igcN_IoypGlUPQGe77Rw"));
    }
}
