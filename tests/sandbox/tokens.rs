//! The rows that end in a token, and who can verify it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents};
use serde_json::{Value, json};
use token_wizard::domain::setting::SettingName;

use crate::provider::{Provider, REQUEST_ID};

/// The rows whose tokens can be verified.
pub(crate) const GRANTED: [&str; 45] = [
    "app-works",
    "app-works-v2",
    "awkward-secret",
    "user-works",
    "user-organizations",
    "public-client-user",
    "key-rollover",
    "fast-clock",
    "other-tenant",
    "switch-off",
    "switch-arrives",
    "in-no-workspace",
    "user-in-none",
    "viewer-role",
    "no-capacity",
    "many-workspaces",
    "empty-workspace",
    "unlicensed-user",
    "unlicensed-app",
    "ended-token",
    "revoked-app",
    "powerbi-throttled",
    "powerbi-moved",
    "powerbi-gateway",
    "powerbi-fault",
    "role-withdrawn",
    "group-left",
    "workspace-deleted",
    "models-hidden",
    "closed-to-apps",
    "header-cut",
    "header-stripped",
    "query-garbled",
    "powerbi-unavailable",
    "proxy-password",
    "trial-spent",
    "capacity-paused",
    "embedding-off",
    "old-workspace",
    "rules-everywhere",
    "media-type-lost",
    "no-build-permission",
    "query-fails",
    "admin-open",
    "admin-permission",
];

/// The rows whose tokens cannot be verified as Power BI's are.
pub(crate) const UNVERIFIABLE: [&str; 6] =
    ["graph-token", "other-resource", "unpublished-key", "false-signature", "other-algorithm", "unsigned-token"];

/// A token, taken apart.
pub(crate) struct Parts {
    header: Value,
    pub(crate) claims: Value,
    /// What was signed, as it came.
    message: String,
    signature: Vec<u8>,
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

impl Parts {
    fn of(body: &Value) -> Self {
        let token = body["access_token"].as_str().expect("a token");
        let (message, signature) = token.rsplit_once('.').expect("three parts");
        let (header, claims) = message.split_once('.').expect("three parts");
        Self {
            header: serde_json::from_slice(&decode(header)).expect("a header"),
            claims: serde_json::from_slice(&decode(claims)).expect("claims"),
            message: message.to_owned(),
            signature: decode(signature),
        }
    }

    /// The key of the set that the token names.
    fn key<'a>(&self, keys: &'a Value) -> Option<&'a Value> {
        keys["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == self.header["kid"])
    }

    fn is_signed(&self, message: &str, keys: &Value, algorithm: &'static RsaParameters) -> bool {
        let key = self.key(keys).expect("the key");
        assert_eq!((&key["kty"], &key["use"], &key["x5t"]), (&"RSA".into(), &"sig".into(), &self.header["kid"]));
        let number = |name: &str| decode(key[name].as_str().expect("a number"));
        let components = RsaPublicKeyComponents { n: number("n"), e: number("e") };
        components.verify(algorithm, message.as_bytes(), &self.signature).is_ok()
    }

    /// The claims, if a key of the set made the signature with RS256.
    fn verified(self, keys: &Value) -> Value {
        assert_eq!((&self.header["alg"], self.header.get("nonce")), (&"RS256".into(), None));
        assert_eq!(self.header["x5t"], self.header["kid"]);
        assert!(self.is_signed(&self.message, keys, &RSA_PKCS1_2048_8192_SHA256));
        self.claims
    }
}

impl Provider {
    pub(crate) async fn parts(&self, name: &str) -> Parts {
        let answer = self.ask(name).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        Parts::of(&answer.json())
    }

    async fn keys(&self, tenant: &str) -> Value {
        self.get(&format!("/{tenant}/discovery/keys")).await.json()
    }
}

#[tokio::test]
async fn tokens_are_signed_and_say_what_their_row_promises() {
    let provider = Provider::start().await;
    // From the second fetch on this set has every key.
    provider.keys("northwind.onmicrosoft.com").await;
    let keys = provider.keys("northwind.onmicrosoft.com").await;
    let away = ["other-tenant", "key-rollover", "fast-clock"];
    for name in GRANTED {
        let answer = provider.ask(name).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let body = answer.json();
        let claims = Parts::of(&body).verified(&keys);
        let values = &provider.account(name).values;
        let tid = claims["tid"].as_str().expect("a tenant");
        assert_eq!(claims["ver"], "1.0", "{name}");
        assert_eq!(claims["iss"], format!("https://sts.windows.net/{tid}/"), "{name}");
        assert_eq!(claims["appid"], values.get(SettingName::ClientId), "{name}");
        assert_eq!(claims["appidacr"], if name == "public-client-user" { "0" } else { "1" }, "{name}");
        assert_eq!(tid == provider.home(), !away.contains(&name), "{name}");
        assert_eq!(claims["aud"], values.get(SettingName::Resource), "{name}");
        let time = |name: &str| claims[name].as_i64().expect("a moment");
        assert_eq!((time("iat") - time("nbf"), time("exp") - time("iat")), (300, 3600), "{name}");

        let user = values.get(SettingName::User);
        if user.is_empty() {
            assert_eq!((&claims["idtyp"], claims.get("scp")), (&"app".into(), None), "{name}");
            assert_eq!(claims["oid"], claims["sub"], "{name}");
            assert!(body.get("refresh_token").is_none() && body.get("scope").is_none(), "{name}");
        } else {
            assert_eq!((&claims["upn"], &claims["amr"]), (&user.into(), &json!(["pwd"])), "{name}");
            assert!(claims["scp"].as_str().is_some_and(|scopes| scopes.contains("Report.Read.All")), "{name}");
            assert_eq!(body["scope"], claims["scp"], "{name}");
        }
        if name == "app-works-v2" {
            assert_eq!(body["expires_in"], 3599);
            assert!(body.get("resource").is_none() && body.get("expires_on").is_none());
        } else {
            assert_eq!(body["expires_in"], "3600", "{name}");
            assert_eq!(body["expires_on"], time("exp").to_string(), "{name}");
            assert_eq!(body["not_before"], time("nbf").to_string(), "{name}");
            assert_eq!(body["resource"], claims["aud"], "{name}");
        }
    }
}

#[tokio::test]
async fn a_new_key_is_found_by_fetching_once_more() {
    let provider = Provider::start().await;
    let parts = provider.parts("key-rollover").await;
    let tenant = parts.claims["tid"].as_str().expect("a tenant").to_owned();
    // What others fetch does not matter.
    provider.keys("common").await;
    provider.keys(provider.home()).await;
    assert!(parts.key(&provider.keys(&tenant).await).is_none());
    let keys = provider.keys(&tenant).await;
    let tid = tenant.as_str();
    assert_eq!(parts.verified(&keys)["tid"], tid);
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_key_that_is_never_published_is_in_no_set() {
    let provider = Provider::start().await;
    let parts = provider.parts("unpublished-key").await;
    for tenant in [provider.home(), "common", "northwind.onmicrosoft.com", "northwind.onmicrosoft.com"] {
        assert!(parts.key(&provider.keys(tenant).await).is_none(), "{tenant}");
    }
}

#[tokio::test]
async fn a_changed_signature_differs_by_one_bit() {
    let provider = Provider::start().await;
    let mut parts = provider.parts("false-signature").await;
    let keys = provider.keys(provider.home()).await;
    assert!(!parts.is_signed(&parts.message, &keys, &RSA_PKCS1_2048_8192_SHA256));
    *parts.signature.last_mut().expect("a signature") ^= 1;
    parts.verified(&keys);
}

#[tokio::test]
async fn another_algorithm_is_named_and_used() {
    let provider = Provider::start().await;
    let parts = provider.parts("other-algorithm").await;
    let keys = provider.keys(provider.home()).await;
    assert_eq!(parts.header["alg"], "PS256");
    assert!(parts.is_signed(&parts.message, &keys, &RSA_PSS_2048_8192_SHA256));
    assert!(!parts.is_signed(&parts.message, &keys, &RSA_PKCS1_2048_8192_SHA256));

    let bare = provider.parts("unsigned-token").await;
    assert_eq!((&bare.header["alg"], bare.signature.len()), (&"none".into(), 0));
}

#[tokio::test]
async fn tokens_for_graph_are_signed_over_the_hash_of_their_nonce() {
    let provider = Provider::start().await;
    let keys = provider.keys(provider.home()).await;
    for name in ["graph-token", "other-resource"] {
        let parts = provider.parts(name).await;
        assert_eq!(parts.claims["aud"], "https://graph.microsoft.com", "{name}");
        assert!(!parts.is_signed(&parts.message, &keys, &RSA_PKCS1_2048_8192_SHA256), "{name}");
        let mut header = parts.header.clone();
        let hash = digest(&SHA256, header["nonce"].as_str().expect("a nonce").as_bytes());
        header["nonce"] = URL_SAFE_NO_PAD.encode(hash).into();
        let (_, claims) = parts.message.split_once('.').expect("two parts");
        let signed = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert!(parts.is_signed(&signed, &keys, &RSA_PKCS1_2048_8192_SHA256), "{name}");
    }
}

#[tokio::test]
async fn a_fast_clock_shows_in_the_header_and_in_the_token() {
    let provider = Provider::start().await;
    let moment = |date: &str| DateTimeParser::new().parse_timestamp(date).expect("a date");
    let right = moment(provider.ask("app-works").await.header("date"));
    let answer = provider.ask("fast-clock").await;
    let fast = moment(answer.header("date"));
    // The two requests may fall into neighbouring seconds, or a few more on a busy machine.
    let ahead = fast.as_second() - right.as_second();
    assert!((600..660).contains(&ahead), "{ahead}");
    let claims = Parts::of(&answer.json()).claims;
    assert_eq!(claims["iat"], fast.as_second());

    // Every answer of that tenant has that clock, and refusals are stamped by it too.
    let document = provider.get("/tailspin.onmicrosoft.com/.well-known/openid-configuration").await;
    assert!(moment(document.header("date")) >= fast);
    let refusal = provider.get("/tailspin.onmicrosoft.com/oauth2/token").await.json();
    let stamp: Timestamp = refusal["timestamp"].as_str().expect("a moment").parse().expect("a moment");
    assert!(stamp >= fast);
}

#[tokio::test]
async fn the_headers_are_those_of_the_service() {
    let provider = Provider::start().await;
    let answer = provider.ask("app-works").await;
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(answer.header("client-request-id"), REQUEST_ID);
    for name in ["date", "pragma", "p3p", "strict-transport-security", "x-ms-ests-server", "x-ms-request-id"] {
        assert!(!answer.header(name).is_empty(), "{name}");
    }
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("ASCII")).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("fpc=")), "{cookies:?}");
    assert!(cookies.iter().any(|cookie| cookie.starts_with("x-ms-gateway-slice=")), "{cookies:?}");

    // Without an ID of the client's own, a fresh one is made, and traces never repeat.
    let [one, two] = [provider.post("/x/oauth2/token", &[]).await, provider.post("/x/oauth2/token", &[]).await];
    assert_eq!(one.header("client-request-id"), "");
    assert_ne!(one.json()["correlation_id"], two.json()["correlation_id"]);
    assert_ne!(one.json()["trace_id"], two.json()["trace_id"]);
}
