//! Signatures against vectors and signers that are not ours: RFC 7515, and the crate `rsa`, which shares no code with
//! ring.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use rsa::sha2::Sha256;
use rsa::signature::{RandomizedSigner, SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey, rand_core};
use serde_json::{Value, json};
use token_wizard::domain::exchange::{HttpAnswer, Route};
use token_wizard::domain::keys::{KeySet, Unusable};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::signature::{Algorithm, Flaw, Reason, Verdict, verify};
use token_wizard::domain::time::Timestamp;

/// The example key of RFC 7515, appendix A.2.1.
const RFC_KEY: &str = include_str!("../src/sandbox/keys/practice.json");

/// The example of appendix A.2.1, whole.
const RFC_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.\
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
    cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

fn number(key: &Value, name: &str) -> BigUint {
    let text = key[name].as_str().expect("a text");
    BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(text).expect("base64url"))
}

fn rfc_key() -> RsaPrivateKey {
    let key: Value = serde_json::from_str(RFC_KEY).expect("JSON");
    let primes = vec![number(&key, "p"), number(&key, "q")];
    RsaPrivateKey::from_components(number(&key, "n"), number(&key, "e"), number(&key, "d"), primes).expect("a key")
}

/// The public half as a JSON Web Key.
fn jwk(key: &RsaPrivateKey, members: &Value) -> Value {
    let encode = |number: &BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
    let mut jwk = json!({"kty": "RSA", "n": encode(key.n()), "e": encode(key.e())});
    for (name, value) in members.as_object().expect("members") {
        jwk[name] = value.clone();
    }
    jwk
}

/// A key of the right size that is not the RFC's: the public key of RFC 7517, appendix A.1.
fn other_jwk(members: &Value) -> Value {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jf44-csFCur-kEgU8awapJzKnqDKgw";
    let mut jwk = json!({"kty": "RSA", "n": n, "e": "AQAB"});
    for (name, value) in members.as_object().expect("members") {
        jwk[name] = value.clone();
    }
    jwk
}

fn key_set(keys: &[Value]) -> KeySet {
    let answer = HttpAnswer {
        status: 200,
        headers: Vec::new(),
        body: Secret::new(json!({"keys": keys}).to_string()),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(0),
        duration: Duration::ZERO,
    };
    KeySet::read(&answer).expect("a key set")
}

/// Counts; salts need not be secret here, and the test is the same every time.
struct Counter(u64);

impl rand_core::RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        u32::try_from(self.next_u64() & 0xffff_ffff).expect("masked")
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(number.get(..chunk.len()).expect("at most eight"));
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core::CryptoRng for Counter {}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// Signed by the crate `rsa`.
fn signed(header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let key = rfc_key();
    let signature = if header["alg"] == "PS256" {
        let signer = rsa::pss::SigningKey::<Sha256>::new(key);
        signer.sign_with_rng(&mut Counter(7), message.as_bytes()).to_vec()
    } else {
        rsa::pkcs1v15::SigningKey::<Sha256>::new(key).sign(message.as_bytes()).to_vec()
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn check(token: &str, keys: &[Value]) -> Verdict {
    verify(&Secret::new(token), &key_set(keys))
}

#[test]
fn the_example_of_the_rfc_is_valid() {
    let key = jwk(&rfc_key(), &json!({}));
    assert_eq!(check(RFC_TOKEN, &[key]), Verdict::Valid(Algorithm::Rs256));
    assert_eq!(check(RFC_TOKEN, &[other_jwk(&json!({}))]), Verdict::NotChecked(Reason::OnlyKeyDoesNotFit));
}

#[test]
fn tokens_of_another_library_are_valid() {
    let keys = [other_jwk(&json!({"kid": "old", "x5t": "old"})), jwk(&rfc_key(), &json!({"kid": "new", "x5t": "new"}))];
    for (alg, algorithm) in [("RS256", Algorithm::Rs256), ("PS256", Algorithm::Ps256)] {
        for name in ["kid", "x5t"] {
            let token = signed(&json!({"alg": alg, name: "new"}), &json!({"iss": "joe"}));
            assert_eq!(check(&token, &keys), Verdict::Valid(algorithm), "{alg} {name}");
            let token = signed(&json!({"alg": alg, name: "old"}), &json!({"iss": "joe"}));
            assert_eq!(check(&token, &keys), Verdict::Invalid(Flaw::Mismatch), "{alg} {name}");
        }
    }
}

#[test]
fn an_algorithm_cannot_be_exchanged_for_another() {
    let keys = [jwk(&rfc_key(), &json!({"kid": "k"}))];
    for (claimed, real) in [("RS256", "PS256"), ("PS256", "RS256")] {
        let claims = json!({"iss": "joe"});
        let claimed = message(&json!({"alg": claimed, "kid": "k"}), &claims);
        let token = signed(&json!({"alg": real, "kid": "k"}), &claims);
        let (_, signature) = token.rsplit_once('.').expect("a signature");
        assert_eq!(check(&format!("{claimed}.{signature}"), &keys), Verdict::Invalid(Flaw::Mismatch));
    }
}

#[test]
fn unsigned_tokens_and_tokens_signed_with_the_public_key_are_unexpected() {
    let key = jwk(&rfc_key(), &json!({"kid": "k"}));
    for alg in ["none", "None", "NONE", ""] {
        let token = format!("{}.", message(&json!({"alg": alg, "kid": "k"}), &json!({"iss": "joe"})));
        let expected = Verdict::Invalid(Flaw::UnexpectedAlgorithm(Some(alg.into())));
        assert_eq!(check(&token, std::slice::from_ref(&key)), expected);
    }
    let message = message(&json!({"alg": "HS256", "kid": "k"}), &json!({"iss": "joe"}));
    let public = [rfc_key().n().to_bytes_be(), key.to_string().into_bytes(), key["n"].to_string().into_bytes()];
    for bytes in public {
        let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &bytes), message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
        let expected = Verdict::Invalid(Flaw::UnexpectedAlgorithm(Some("HS256".into())));
        assert_eq!(check(&token, std::slice::from_ref(&key)), expected);
    }
}

#[test]
fn keys_are_chosen_by_name_and_purpose() {
    let key = rfc_key();
    let right = |members: &Value| jwk(&key, members);
    let wrong = other_jwk;
    let small = json!({"kty": "RSA", "kid": "k", "n": URL_SAFE_NO_PAD.encode([0xff; 128]), "e": "AQAB"});
    let kid = json!({"alg": "RS256", "kid": "k", "x5t": "t"});
    let valid = Verdict::Valid(Algorithm::Rs256);
    let not_checked = Verdict::NotChecked;
    for (header, keys, expected) in [
        // Several keys of one name are all tried.
        (&kid, vec![wrong(&json!({"kid": "k"})), right(&json!({"kid": "k"}))], valid.clone()),
        (&kid, vec![small.clone(), right(&json!({"kid": "k"}))], valid.clone()),
        (&kid, vec![small.clone(), wrong(&json!({"kid": "k"}))], Verdict::Invalid(Flaw::Mismatch)),
        (&kid, vec![small], not_checked(Reason::UnusableKey(Unusable::Size(1024)))),
        (&kid, vec![json!({"kty": "EC", "kid": "k"})], not_checked(Reason::UnusableKey(Unusable::NoRsa))),
        // A key of another name is not tried, whatever its thumbprint; names are compared exactly.
        (&kid, vec![right(&json!({"kid": "K"}))], not_checked(Reason::UnknownKey("k".into()))),
        (&kid, vec![right(&json!({"kid": "other", "x5t": "t"}))], not_checked(Reason::UnknownKey("k".into()))),
        (&kid, vec![right(&json!({}))], not_checked(Reason::UnknownKey("k".into()))),
        (&kid, vec![right(&json!({"kid": "k", "use": "enc"}))], not_checked(Reason::UnknownKey("k".into()))),
        (&kid, vec![right(&json!({"kid": "k", "alg": "RS256"}))], valid.clone()),
        (&kid, vec![right(&json!({"kid": "k", "alg": "PS256"}))], not_checked(Reason::KeyForAnother("algorithm"))),
        (&kid, vec![right(&json!({"kid": "k", "issuer": "https://x/{tenantid}/v2.0"}))], valid.clone()),
        (
            &kid,
            vec![right(&json!({"kid": "k", "issuer": "https://x/9188040d/v2.0"}))],
            not_checked(Reason::KeyForAnother("issuer")),
        ),
        // A token that names no key is compared with the only one.
        (&json!({"alg": "RS256"}), vec![right(&json!({"kid": "k"}))], valid),
        (&json!({"alg": "RS256"}), vec![wrong(&json!({"kid": "k"}))], not_checked(Reason::OnlyKeyDoesNotFit)),
        (&json!({"alg": "RS256"}), vec![right(&json!({})), wrong(&json!({}))], not_checked(Reason::KeyNotNamed(2))),
        (&json!({"alg": "RS256"}), vec![], not_checked(Reason::KeyNotNamed(0))),
    ] {
        let token = signed(header, &json!({"iss": "https://x/1/v2.0", "tid": "1"}));
        assert_eq!(check(&token, &keys), expected, "{header} {keys:?}");
    }
}

#[test]
fn a_signature_has_one_spelling() {
    let keys = [jwk(&rfc_key(), &json!({}))];
    let malformed = Verdict::Invalid(Flaw::Malformed);
    assert_eq!(check(&format!("{RFC_TOKEN}=="), &keys), malformed);
    assert_eq!(check(&format!("{RFC_TOKEN}\n"), &keys), malformed);
    // The last character has four bits that stand for nothing: Rw, Rx, … would decode to the same bytes.
    let stem = RFC_TOKEN.strip_suffix('w').expect("the last character");
    assert_eq!(check(&format!("{stem}x"), &keys), malformed);
    let (message, signature) = RFC_TOKEN.rsplit_once('.').expect("a signature");
    assert_eq!(check(&format!("{message}."), &keys), malformed);
    // What is signed is the text as it came: another spelling of the same claims is another message.
    let respelled = RFC_TOKEN.replacen("fQ.", "fQ==.", 1);
    assert_ne!(respelled, RFC_TOKEN);
    assert_eq!(check(&respelled, &keys), Verdict::NotChecked(Reason::OnlyKeyDoesNotFit));
    // Zeros in front make it longer than the modulus.
    let longer = [&[0], URL_SAFE_NO_PAD.decode(signature).expect("bytes").as_slice()].concat();
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(longer));
    assert_eq!(check(&token, &keys), Verdict::NotChecked(Reason::OnlyKeyDoesNotFit));
}

/// Every bit of the text, and every bit of the signature's bytes.
#[test]
fn no_flipped_bit_is_valid() {
    let claims = json!({"iss": "joe", "tid": "1"});
    let keys = key_set(&[jwk(&rfc_key(), &json!({"kid": "k"}))]);
    for alg in ["RS256", "PS256"] {
        let token = signed(&json!({"alg": alg, "kid": "k"}), &claims);
        assert!(matches!(verify(&Secret::new(token.as_str()), &keys), Verdict::Valid(_)));
        for at in 0..token.len() {
            for bit in 0..7 {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let flipped = String::from_utf8(bytes).expect("ASCII stays ASCII");
                let verdict = verify(&Secret::new(flipped.as_str()), &keys);
                assert!(!matches!(verdict, Verdict::Valid(_)), "{alg}, bit {bit} of byte {at}");
            }
        }
        let (message, signature) = token.rsplit_once('.').expect("a signature");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("bytes");
        for at in 0..signature.len() * 8 {
            let mut flipped = signature.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(flipped));
            assert_eq!(verify(&Secret::new(token), &keys), Verdict::Invalid(Flaw::Mismatch), "{alg}, bit {at}");
        }
    }
}

/// A token and the set with its key; signing is slow without optimisation.
static SIGNED: LazyLock<(String, KeySet)> = LazyLock::new(|| {
    let token = signed(&json!({"alg": "RS256", "kid": "k"}), &json!({"iss": "joe"}));
    (token, key_set(&[jwk(&rfc_key(), &json!({"kid": "k"}))]))
});

proptest! {
    #[test]
    fn nothing_else_is_valid(
        header in "[{}\":,a-zA-Z0-9]{0,40}",
        alg in prop::sample::select(vec!["RS256", "PS256", "none", "HS256"]),
        payload in "[ -~]{0,60}",
        signature in prop::collection::vec(any::<u8>(), 0..300),
        is_free in any::<bool>(),
    ) {
        let header = if is_free { header } else { json!({"alg": alg, "kid": "k"}).to_string() };
        let [header, payload] = [header, payload].map(|text| URL_SAFE_NO_PAD.encode(text));
        let token = format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(signature));
        let verdict = verify(&Secret::new(token), &SIGNED.1);
        prop_assert!(!matches!(verdict, Verdict::Valid(_)));
    }

    #[test]
    fn no_changed_claim_is_valid(name in "[a-z]{1,8}", value in "[ -~]{0,20}") {
        let (token, keys) = &*SIGNED;
        let (_, signature) = token.rsplit_once('.').expect("a signature");
        let changed = message(&json!({"alg": "RS256", "kid": "k"}), &json!({"iss": "joe", name: value}));
        prop_assume!(!token.starts_with(&changed));
        let verdict = verify(&Secret::new(format!("{changed}.{signature}")), keys);
        prop_assert_eq!(verdict, Verdict::Invalid(Flaw::Mismatch));
    }
}
