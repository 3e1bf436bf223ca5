use super::*;
use crate::domain::exchange::Route;
use crate::domain::jwt;
use crate::domain::registration::{Options, inspect};
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::json;

const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";

fn registration(url: &str, resource: &str) -> Registration {
    let values = Values::default()
        .with(SettingName::AppTenantId, TENANT)
        .with(SettingName::AuthTokenUrl, url)
        .with(SettingName::Resource, resource)
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0");
    let options = Options { allowed_hosts: vec!["idp.example".to_owned()], ..Options::default() };
    inspect(&values, &options).registration.expect("a request is possible")
}

fn token(issuer: &str, version: &str) -> Jwt {
    let claims = json!({"iss": issuer, "ver": version});
    jwt::decode(&format!("e30.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()))).expect("a JWT")
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: Vec::new(),
        body: Secret::new(body),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(0),
        duration: Duration::ZERO,
    }
}

fn configuration(jwks_uri: &str) -> Configuration {
    let body = json!({"issuer": "https://x.example", "jwks_uri": jwks_uri}).to_string();
    match discovery::read(&answer(200, &body)) {
        discovery::Discovery::Known(configuration) => *configuration,
        other => panic!("{other:?}"),
    }
}

const PUBLIC: &str = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";

#[test]
fn keys_are_fetched_from_the_sign_in_host_only() {
    let v1 = token(&format!("https://sts.windows.net/{TENANT}/"), "1.0");
    let (local, allowed) = ("http://127.0.0.1:3000/token", "https://idp.example/token");
    for (url, jwks_uri, expected) in [
        (PUBLIC, "https://login.microsoftonline.com/k", Ok("https://login.microsoftonline.com/k")),
        (PUBLIC, "https://login.microsoftonline.com/k?appid=x", Ok("https://login.microsoftonline.com/k?appid=x")),
        // An alias is read as the sign-in host itself, which is contacted already.
        (PUBLIC, "https://login.windows.net/k", Ok("https://login.microsoftonline.com/k")),
        (PUBLIC, "https://evil.example/k", Err("https://evil.example")),
        (
            PUBLIC,
            "https://login.microsoftonline.com.evil.example/k",
            Err("https://login.microsoftonline.com.evil.example"),
        ),
        (PUBLIC, "https://login.microsoftonline.us/k", Err("https://login.microsoftonline.us")),
        (PUBLIC, "https://login.microsoftonline.com:8443/k", Err("https://login.microsoftonline.com:8443")),
        (PUBLIC, "http://login.microsoftonline.com/k", Err("http://login.microsoftonline.com")),
        (PUBLIC, "http://127.0.0.1/k", Err("http://127.0.0.1")),
        (PUBLIC, "https://user@login.microsoftonline.com/k", Err("https://login.microsoftonline.com")),
        (PUBLIC, "/k\u{1b}[2J", Err("/k[2J")),
        (local, "http://127.0.0.1:3000/jwks", Ok("http://127.0.0.1:3000/jwks")),
        (local, "http://localhost:3000/jwks", Ok("http://127.0.0.1:3000/jwks")),
        (local, "http://[::1]:3000/jwks", Ok("http://127.0.0.1:3000/jwks")),
        (local, "http://127.0.0.2:3000/jwks", Err("http://127.0.0.2:3000")),
        (local, "http://127.0.0.1:3001/jwks", Err("http://127.0.0.1:3001")),
        (local, "https://login.microsoftonline.com/k", Err("https://login.microsoftonline.com")),
        (allowed, "https://idp.example/k", Ok("https://idp.example/k")),
        (allowed, "https://www.idp.example/k", Err("https://www.idp.example")),
        (allowed, "http://idp.example/k", Err("http://idp.example")),
        (allowed, "file:///etc/passwd", Err("null")),
    ] {
        let registration = registration(url, "https://analysis.windows.net/powerbi/api");
        let found = address(&v1, &registration, Some(&configuration(jwks_uri))).map(String::from);
        let expected = expected.map(str::to_owned).map_err(|place| NoKeys::UntrustedKeyHost(place.to_owned()));
        assert_eq!(found, expected, "{jwks_uri}");
    }
}

#[test]
fn the_token_decides_which_of_entras_sets() {
    let sts = format!("https://sts.windows.net/{TENANT}/");
    let v2 = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    let set = |tenant: &str, end: &str| Ok(format!("https://login.microsoftonline.com/{tenant}/discovery/{end}"));
    let registration = registration(PUBLIC, "https://analysis.windows.net/powerbi/api");
    let document = |end: &str| configuration(&format!("https://login.microsoftonline.com/common/discovery/{end}"));
    for (issuer, version, named, expected) in [
        (&sts, "1.0", Some("v2.0/keys"), set("common", "keys")),
        (&sts, "2.0", Some("keys"), set("common", "keys")),
        (&v2, "2.0", Some("keys"), set("common", "v2.0/keys")),
        (&v2, "1.0", Some("v2.0/keys"), set("common", "v2.0/keys")),
        (&sts, "1.0", None, set(TENANT, "keys")),
        (&v2, "2.0", None, set(TENANT, "v2.0/keys")),
        (&"http://127.0.0.1:3000".to_owned(), "2.0", None, Err(NoKeys::NotNamed)),
    ] {
        let named = named.map(document);
        let found = address(&token(issuer, version), &registration, named.as_ref()).map(String::from);
        assert_eq!(found, expected, "{issuer} {version} {named:?}");
    }
}

#[test]
fn the_likely_set_is_the_one_of_the_resource() {
    let likely = |url, resource| likely_address(&registration(url, resource)).map(String::from);
    let v2 = "https://login.microsoftonline.com/{AppTenantId}/oauth2/v2.0/token";
    let set = |end: &str| Some(format!("https://login.microsoftonline.com/{TENANT}/discovery/{end}"));
    assert_eq!(likely(v2, "https://analysis.windows.net/powerbi/api"), set("keys"));
    assert_eq!(likely(v2, "https://api.example"), set("v2.0/keys"));
    assert_eq!(likely(PUBLIC, "https://api.example"), set("keys"));
    assert_eq!(likely("http://127.0.0.1:3000/token", "https://api.example"), None);
}

/// A number of so many bits, odd unless told otherwise.
fn modulus(bits: usize, last: u8) -> String {
    let mut bytes = vec![0x55; bits.div_ceil(8)];
    bytes[0] = 1 << ((bits - 1) % 8);
    *bytes.last_mut().expect("a byte") |= 1;
    *bytes.last_mut().expect("a byte") &= !(1 - last);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn a_broken_key_says_nothing_about_the_others() {
    let n = modulus(2048, 1);
    let padded =
        format!("{}=", URL_SAFE_NO_PAD.encode([&[0], URL_SAFE_NO_PAD.decode(&n).expect("n").as_slice()].concat()));
    let keys = json!({"keys": [
        {"kty": "RSA", "kid": "good", "use": "sig", "n": n, "e": "AQAB", "x5c": ["x"], "new": 1},
        {"kty": "RSA", "kid": "padded", "n": padded, "e": "AAEAAQ=="},
        {"kty": "RSA", "kid": "small", "n": modulus(1024, 1), "e": "AQAB"},
        {"kty": "RSA", "kid": "nearly", "n": modulus(2047, 1), "e": "AQAB"},
        {"kty": "RSA", "kid": "largest", "n": modulus(8192, 1), "e": "AQAB"},
        {"kty": "RSA", "kid": "large", "n": modulus(8193, 1), "e": "AQAB"},
        {"kty": "RSA", "kid": "even", "n": modulus(2048, 0), "e": "AQAB"},
        {"kty": "RSA", "kid": "even e", "n": n, "e": "AQAA"},
        {"kty": "RSA", "kid": "e is 1", "n": n, "e": "AQ"},
        {"kty": "RSA", "kid": "e is long", "n": n, "e": "AQAAAAAAAAAAAQ"},
        {"kty": "RSA", "kid": "no e", "n": n},
        {"kty": "RSA", "kid": "n is no text", "n": 7, "e": "AQAB"},
        {"kty": "EC", "kid": "curve", "crv": "P-256", "x": "x", "y": "y"},
        {"kty": "RSA", "kid": "encryption", "use": "enc", "n": n, "e": "AQAB"},
        {"kty": "RSA", "kid": "signing only", "key_ops": ["sign"], "n": n, "e": "AQAB"},
        "no key", null,
    ]});
    let set = KeySet::read(&answer(200, &keys.to_string())).expect("a key set");
    let found: Vec<(&str, Option<Unusable>)> =
        set.keys.iter().map(|key| (key.kid.as_deref().unwrap_or_default(), key.numbers.clone().err())).collect();
    assert_eq!(
        found,
        [
            ("good", None),
            ("padded", None),
            ("small", Some(Unusable::Size(1024))),
            ("nearly", Some(Unusable::Size(2047))),
            ("largest", None),
            ("large", Some(Unusable::Size(8193))),
            ("even", Some(Unusable::Malformed)),
            ("even e", Some(Unusable::Malformed)),
            ("e is 1", Some(Unusable::Malformed)),
            ("e is long", Some(Unusable::Malformed)),
            ("no e", Some(Unusable::Malformed)),
            ("n is no text", Some(Unusable::Malformed)),
            ("curve", Some(Unusable::NoRsa)),
        ]
    );
    assert_eq!(set.keys[0].numbers, set.keys[1].numbers, "zero bytes in front and padding change nothing");
}

#[test]
fn what_is_no_key_set() {
    for (status, body, expected) in [
        (404, "{\"keys\":[]}", Unreadable::Status(404)),
        (200, "<html>", Unreadable::NoSet),
        (200, "", Unreadable::NoSet),
        (200, "[]", Unreadable::NoSet),
        (200, "{\"keys\":{}}", Unreadable::NoSet),
    ] {
        assert_eq!(KeySet::read(&answer(status, body)), Err(expected), "{body}");
    }
    let cut = HttpAnswer { truncated: true, ..answer(200, "{\"keys\":[]}") };
    assert_eq!(KeySet::read(&cut), Err(Unreadable::NoSet));
    let many = json!({"keys": vec![json!({"kty": "EC"}); MOST_KEYS + 1]}).to_string();
    assert_eq!(KeySet::read(&answer(200, &many)).map(|set| set.keys.len()), Ok(MOST_KEYS));
}

proptest! {
    #[test]
    fn any_body_is_read_or_refused(body in "[{}\\[\\]\":,a-z0-9]{0,80}", n in "[A-Za-z0-9_=-]{0,40}", e in "[A-Za-z0-9_=-]{0,20}") {
        let _outcome = KeySet::read(&answer(200, &body));
        let key = json!({"keys": [{"kty": "RSA", "n": n, "e": e}]}).to_string();
        let set = KeySet::read(&answer(200, &key)).expect("a key set");
        prop_assert!(set.keys.iter().all(|key| key.numbers.is_err()), "too short for a key");
    }
}
