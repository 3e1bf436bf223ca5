//! Decodes a token without trusting it (RFC 7519, RFC 7515 section 7.1). Nothing here verifies anything.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// base64url, with or without padding.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The longest token that is decoded, in bytes; real ones are below 16 KiB.
const LONGEST: usize = 256 * 1024;

/// A decoded token: its header and claims, neither of them verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Jwt {
    /// The header's members, in order.
    pub header: Map<String, Value>,
    /// The claims, in the order of the token.
    pub claims: Map<String, Value>,
}

/// Why a token shows no claims.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwtFault {
    /// Not three parts between dots.
    #[error("a JWT has 3 parts between dots, this has {0}")]
    Parts(usize),
    /// Five parts: encrypted (RFC 7516).
    #[error("it is encrypted; only the API can read it")]
    Encrypted,
    /// A part is no base64url.
    #[error("its {0} is not base64url")]
    Base64(&'static str),
    /// A part is no JSON object.
    #[error("its {0} is no JSON object")]
    Json(&'static str),
    /// Too long to be a token.
    #[error("it is longer than 256 KiB")]
    TooLong,
}

/// Decodes the header and the claims.
///
/// # Errors
/// The token is no JWT, which is legal: access tokens are opaque to clients.
pub fn decode(token: &str) -> Result<Jwt, JwtFault> {
    if token.len() > LONGEST {
        return Err(JwtFault::TooLong);
    }
    let parts: Vec<&str> = token.trim().split('.').collect();
    match parts.as_slice() {
        [header, claims, _signature] => {
            Ok(Jwt { header: object(header, "header")?, claims: object(claims, "payload")? })
        }
        [_, _, _, _, _] => Err(JwtFault::Encrypted),
        _ => Err(JwtFault::Parts(parts.len())),
    }
}

fn object(part: &str, name: &'static str) -> Result<Map<String, Value>, JwtFault> {
    let Ok(bytes) = BASE64URL.decode(part) else { return Err(JwtFault::Base64(name)) };
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(JwtFault::Json(name)),
    }
}

/// A claim of the wanted kind, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim<T> {
    /// Not in the token.
    Absent,
    /// There, but of another type.
    Malformed,
    /// There.
    Present(T),
}

impl Jwt {
    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Claim<&str> {
        match self.claims.get(name) {
            None => Claim::Absent,
            Some(Value::String(text)) => Claim::Present(text),
            Some(_) => Claim::Malformed,
        }
    }

    /// A claim that is a `NumericDate`: seconds since 1970, fractions cut off (RFC 7519, section 2).
    pub fn seconds(&self, name: &str) -> Claim<i64> {
        match self.claims.get(name) {
            None => Claim::Absent,
            Some(Value::Number(number)) => {
                number.as_i64().or_else(|| whole(number.as_f64())).map_or(Claim::Malformed, Claim::Present)
            }
            Some(_) => Claim::Malformed,
        }
    }

    /// `aud`: one text or an array of texts (RFC 7519, section 4.1.3).
    pub fn audiences(&self) -> Claim<Vec<&str>> {
        match self.claims.get("aud") {
            None => Claim::Absent,
            Some(Value::String(text)) => Claim::Present(vec![text]),
            Some(Value::Array(items)) => match items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
                Some(texts) if !texts.is_empty() => Claim::Present(texts),
                _ => Claim::Malformed,
            },
            Some(_) => Claim::Malformed,
        }
    }
}

/// A fraction cut to whole seconds; `None` outside of what an `i64` can hold exactly enough.
fn whole(number: Option<f64>) -> Option<i64> {
    let number = number.filter(|number| number.abs() < 9.0e15)?;
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked, and the fraction is meant to go")]
    Some(number.trunc() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn decodes_with_and_without_padding() {
        let jwt = decode(&token(r#"{"alg":"RS256"}"#, r#"{"aud":"a","exp":12.9}"#)).expect("a JWT");
        assert_eq!(jwt.seconds("exp"), Claim::Present(12));
        let padded = format!("{}.{}.", URL_SAFE.encode("{}"), URL_SAFE.encode(r#"{"a":1}"#));
        assert!(decode(&padded).is_ok());
    }

    #[test]
    fn tokens_that_show_no_claims() {
        for (text, fault) in [
            ("", JwtFault::Parts(1)),
            ("opaque", JwtFault::Parts(1)),
            ("a.b", JwtFault::Parts(2)),
            ("a.b.c.d.e", JwtFault::Encrypted),
            ("!.e30.x", JwtFault::Base64("header")),
            ("e30.!.x", JwtFault::Base64("payload")),
            ("e30.W10.x", JwtFault::Json("payload")),
        ] {
            assert_eq!(decode(text), Err(fault), "{text}");
        }
        assert_eq!(decode(&"a".repeat(LONGEST + 1)), Err(JwtFault::TooLong));
    }

    #[test]
    fn claims_are_absent_malformed_or_present() {
        let claims = r#"{"exp":"12","nbf":1e300,"iat":-5,"aud":["a","b"],"iss":7}"#;
        let jwt = decode(&token("{}", claims)).expect("a JWT");
        assert_eq!(jwt.seconds("exp"), Claim::Malformed);
        assert_eq!(jwt.seconds("nbf"), Claim::Malformed);
        assert_eq!(jwt.seconds("iat"), Claim::Present(-5));
        assert_eq!(jwt.audiences(), Claim::Present(vec!["a", "b"]));
        assert_eq!(jwt.text("iss"), Claim::Malformed);
        assert_eq!(jwt.text("sub"), Claim::Absent);
    }

    proptest! {
        #[test]
        fn any_text_is_decoded_or_refused(text in "[a-zA-Z0-9_.=-]{0,200}") {
            let _outcome = decode(&text);
        }
    }
}
