//! The practice tenant over real HTTP on loopback: every row of its book, and what it refuses besides.
#![expect(clippy::expect_used, clippy::panic, reason = "a test ends at the first answer that is not as promised")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::Value;
use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::sandbox::Sandbox;
use url::form_urlencoded;

const FORM: &str = "application/x-www-form-urlencoded";
const REQUEST_ID: &str = "6f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0";

/// What a row of the book must lead to.
struct Expected {
    name: &'static str,
    status: u16,
    error: &'static str,
    codes: &'static [u64],
    /// Whether text and IDs are parted by line breaks.
    line_breaks: bool,
    /// Whether `error_codes` is there.
    lists_codes: bool,
    suberror: Option<&'static str>,
}

const fn refused(name: &'static str, error: &'static str, codes: &'static [u64]) -> Expected {
    Expected { name, status: 400, error, codes, line_breaks: false, lists_codes: true, suberror: None }
}

const REFUSED: [Expected; 15] = [
    refused("unknown-tenant", "invalid_request", &[90002]),
    Expected { line_breaks: true, ..refused("unknown-app", "unauthorized_client", &[700_016]) },
    Expected { line_breaks: true, ..refused("app-elsewhere", "unauthorized_client", &[700_016]) },
    Expected { status: 401, ..refused("missing-secret", "invalid_client", &[7_000_218]) },
    Expected { status: 401, ..refused("wrong-secret", "invalid_client", &[7_000_215]) },
    Expected { status: 401, ..refused("secret-id", "invalid_client", &[7_000_215]) },
    Expected {
        status: 401,
        line_breaks: true,
        lists_codes: false,
        ..refused("expired-secret", "invalid_client", &[7_000_222])
    },
    Expected { status: 401, ..refused("secret-on-public-client", "invalid_client", &[700_025]) },
    Expected { line_breaks: true, ..refused("unknown-resource", "invalid_resource", &[500_011]) },
    refused("unknown-user", "invalid_grant", &[50034]),
    Expected { line_breaks: true, ..refused("wrong-password", "invalid_grant", &[70002, 50126]) },
    Expected { suberror: Some("basic_action"), ..refused("mfa-user", "interaction_required", &[50076]) },
    Expected { suberror: Some("basic_action"), ..refused("mfa-user-v2", "invalid_grant", &[50076]) },
    Expected { suberror: Some("message_only"), ..refused("blocked-user", "interaction_required", &[53003]) },
    Expected {
        suberror: Some("consent_required"),
        lists_codes: false,
        ..refused("missing-consent", "invalid_grant", &[65001])
    },
];

const GRANTED: [&str; 7] = [
    "app-works",
    "app-works-v2",
    "awkward-secret",
    "user-works",
    "public-client-user",
    "other-resource",
    "other-tenant",
];

struct Provider {
    client: reqwest::Client,
    origin: String,
    token_url: String,
    book: Vec<Account>,
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    fn code(&self) -> u64 {
        self.json()["error_codes"][0].as_u64().unwrap_or_else(|| panic!("{}", self.text))
    }
}

impl Provider {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::bind(0).await.expect("a free port");
        let origin = format!("http://{}", sandbox.address());
        let (token_url, book) = (sandbox.token_url(), sandbox.book());
        tokio::spawn(sandbox.serve());
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { client, origin, token_url, book }
    }

    fn account(&self, name: &str) -> &Account {
        self.book.iter().find(|account| account.name == name).unwrap_or_else(|| panic!("no row {name}"))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.origin))).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{}{path}", self.origin)).header("content-type", FORM);
        self.send(request.body(body)).await
    }

    /// Asks as the application does.
    async fn ask(&self, name: &str) -> Answer {
        let values = &self.account(name).values;
        let url = values.get(SettingName::AuthTokenUrl).replace("{AppTenantId}", values.get(SettingName::AppTenantId));
        let scope = format!("{}/.default", values.get(SettingName::Resource));
        let is_v2 = url.contains("/v2.0/");
        let has_user = !values.get(SettingName::User).is_empty();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", if has_user { "password" } else { "client_credentials" });
        form.append_pair("client_id", values.get(SettingName::ClientId));
        form.append_pair("client_secret", values.get(SettingName::ClientSecret));
        if is_v2 {
            form.append_pair("scope", &scope);
        } else {
            form.append_pair("resource", values.get(SettingName::Resource));
        }
        if has_user {
            form.append_pair("username", values.get(SettingName::User));
            form.append_pair("password", values.get(SettingName::Password));
        }
        let request = self.client.post(url).header("content-type", FORM).header("client-request-id", REQUEST_ID);
        self.send(request.body(form.finish())).await
    }
}

/// Claims of a token, after its signature was checked against the key that it names.
fn verified(token: &str, keys: &Value) -> Value {
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let (header, claims) = signed.split_once('.').expect("three parts");
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let header: Value = serde_json::from_slice(&decode(header)).expect("a header");
    assert_eq!(header["alg"], "RS256");
    assert_eq!(header["x5t"], header["kid"]);
    let key = keys["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == header["kid"]).expect("the key");
    assert_eq!((&key["kty"], &key["use"], &key["x5t"]), (&"RSA".into(), &"sig".into(), &header["kid"]));
    let number = |name: &str| decode(key[name].as_str().expect("a number"));
    RsaPublicKeyComponents { n: number("n"), e: number("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature))
        .expect("a true signature");
    serde_json::from_slice(&decode(claims)).expect("claims")
}

#[tokio::test]
async fn every_row_of_the_book_is_expected() {
    let provider = Provider::start().await;
    let mut expected: Vec<_> = REFUSED.iter().map(|row| row.name).chain(GRANTED).collect();
    let mut found: Vec<_> = provider.book.iter().map(|account| account.name).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn refusals_have_their_status_word_code_and_shape() {
    let provider = Provider::start().await;
    for row in &REFUSED {
        let answer = provider.ask(row.name).await;
        let (name, body) = (row.name, answer.json());
        assert_eq!(answer.status, row.status, "{name}");
        assert_eq!(body["error"], row.error, "{name}");
        assert_eq!(body.get("suberror").and_then(Value::as_str), row.suberror, "{name}");
        let description = body["error_description"].as_str().expect("a description");
        for code in row.codes {
            assert!(description.contains(&format!("AADSTS{code}: ")), "{name}: {description}");
        }
        let codes: Option<Vec<u64>> =
            body.get("error_codes").map(|codes| serde_json::from_value(codes.clone()).expect("numbers"));
        assert_eq!(codes.as_deref(), row.lists_codes.then_some(row.codes), "{name}");

        let gap = if row.line_breaks { "\r\n" } else { " " };
        let (trace, stamp) = (body["trace_id"].as_str().expect("an ID"), body["timestamp"].as_str().expect("a moment"));
        let end = format!("{gap}Trace ID: {trace}{gap}Correlation ID: {REQUEST_ID}{gap}Timestamp: {stamp}");
        assert!(description.ends_with(&end), "{name}: {description:?}");
        assert_eq!(description.contains("\r\n"), row.line_breaks, "{name}");
        assert_eq!((stamp.len(), stamp.find(' ')), (20, Some(10)), "{name}: {stamp}");
        assert!(stamp.parse::<jiff::Timestamp>().is_ok(), "{name}: {stamp}");

        assert_eq!(body["correlation_id"], REQUEST_ID, "{name}");
        assert_eq!(answer.header("client-request-id"), REQUEST_ID, "{name}");
        assert_eq!(answer.header("x-ms-request-id"), trace, "{name}");
        assert!(!description.contains(['{', '}']), "{name}: {description}");
    }
}

#[tokio::test]
async fn the_book_shows_every_shape_of_answer() {
    let provider = Provider::start().await;
    let (mut breaks, mut spaces, mut listed, mut unlisted, mut several) = (0, 0, 0, 0, 0);
    for account in &provider.book {
        let answer = provider.ask(account.name).await;
        if answer.status == 200 {
            continue;
        }
        let body = answer.json();
        let description = body["error_description"].as_str().expect("a description");
        *(if description.contains("\r\nTrace ID") { &mut breaks } else { &mut spaces }) += 1;
        match body.get("error_codes").and_then(Value::as_array) {
            None => unlisted += 1,
            Some(codes) if codes.len() > 1 => several += 1,
            Some(_) => listed += 1,
        }
    }
    assert!([breaks, spaces, listed, unlisted, several].into_iter().all(|count| count > 0));
}

#[tokio::test]
async fn tokens_are_signed_and_say_what_their_row_promises() {
    let provider = Provider::start().await;
    let keys = provider.get("/contoso.onmicrosoft.com/discovery/keys").await.json();
    let home = provider.account("app-works-v2").values.get(SettingName::AppTenantId).to_owned();
    for name in GRANTED {
        let answer = provider.ask(name).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let body = answer.json();
        let claims = verified(body["access_token"].as_str().expect("a token"), &keys);
        let values = &provider.account(name).values;
        let tid = claims["tid"].as_str().expect("a tenant");
        assert_eq!(claims["ver"], "1.0", "{name}");
        assert_eq!(claims["iss"], format!("https://sts.windows.net/{tid}/"), "{name}");
        assert_eq!(claims["appid"], values.get(SettingName::ClientId), "{name}");
        assert_eq!(claims["appidacr"], if name == "public-client-user" { "0" } else { "1" }, "{name}");
        assert_eq!(tid == home, name != "other-tenant", "{name}");
        assert_eq!(claims["aud"] == values.get(SettingName::Resource), name != "other-resource", "{name}");
        let time = |name: &str| claims[name].as_i64().expect("a moment");
        assert_eq!((time("iat") - time("nbf"), time("exp") - time("iat")), (300, 3600), "{name}");

        let user = values.get(SettingName::User);
        if user.is_empty() {
            assert_eq!((&claims["idtyp"], claims.get("scp")), (&"app".into(), None), "{name}");
            assert_eq!(claims["oid"], claims["sub"], "{name}");
            assert!(body.get("refresh_token").is_none() && body.get("scope").is_none(), "{name}");
        } else {
            assert_eq!((&claims["upn"], &claims["amr"]), (&user.into(), &serde_json::json!(["pwd"])), "{name}");
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

/// A path, the fields that are posted to it, the code of the refusal, and words of its text.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u64, &'a str);

#[tokio::test]
async fn requests_are_checked_in_order() {
    let provider = Provider::start().await;
    let viewer = provider.account("app-works-v2").values.clone();
    let (id, secret) = (viewer.get(SettingName::ClientId), viewer.get(SettingName::ClientSecret));
    let (v1, v2) = ("/contoso.onmicrosoft.com/oauth2/token", "/contoso.onmicrosoft.com/oauth2/v2.0/token");
    let app = ("grant_type", "client_credentials");
    let scope = ("scope", "https://analysis.windows.net/powerbi/api/.default");
    let cases: [Case; 14] = [
        ("/token/oauth2/token", &[], 900_023, "'token'"),
        ("/%7BAppTenantId%7D/oauth2/token", &[], 900_023, "'{AppTenantId}'"),
        ("/00000000-0000-0000-0000-000000000000/oauth2/token", &[], 900_021, ""),
        ("/nowhere.example/oauth2/token", &[], 90002, "'nowhere.example'"),
        (v1, &[], 900_144, "'grant_type'"),
        (v1, &[("grant_type", "")], 900_144, "'grant_type'"),
        (v1, &[("grant_type", "passwort")], 70003, "'passwort'"),
        ("/common/oauth2/token", &[app], 50059, ""),
        ("/common/oauth2/token", &[("grant_type", "password")], 9_001_023, ""),
        (v1, &[app], 900_144, "'client_id'"),
        (v2, &[app, ("client_id", id), scope, ("resource", "x")], 901_002, "'resource'"),
        (v2, &[app, ("client_id", id)], 900_144, "'scope'"),
        (v2, &[app, ("client_id", id), ("scope", "https://analysis.windows.net/powerbi/api")], 1_002_012, "powerbi"),
        (v1, &[app, ("client_id", id), ("client_secret", "")], 7_000_218, "'client_secret'"),
    ];
    for (path, fields, code, words) in cases {
        let answer = provider.post(path, fields).await;
        assert_eq!(answer.code(), code, "{path} {fields:?}: {}", answer.text);
        let text = answer.json()["error_description"].as_str().unwrap_or_default().to_owned();
        assert!(text.contains(words), "{text}");
    }
    let user = provider.account("user-works").values.clone();
    let signed_in = [
        ("grant_type", "password"),
        ("client_id", id),
        ("client_secret", secret),
        ("username", user.get(SettingName::User)),
        ("password", user.get(SettingName::Password)),
        ("scope", "openid offline_access https://analysis.windows.net/powerbi/api/Report.Read.All"),
    ];
    let answer = provider.post("/organizations/oauth2/v2.0/token", &signed_in).await.json();
    assert!(answer["refresh_token"].is_string(), "{answer}");
    assert!(answer["scope"].as_str().is_some_and(|scope| scope.contains("powerbi/api/Report.Read.All")), "{answer}");
}

#[tokio::test]
async fn v1_without_a_resource_gives_a_token_for_the_old_directory_api() {
    let provider = Provider::start().await;
    let values = provider.account("app-works").values.clone();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", values.get(SettingName::ClientId)),
        ("client_secret", values.get(SettingName::ClientSecret)),
    ];
    let answer = provider.post("/contoso.onmicrosoft.com/oauth2/token", &fields).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["resource"], "spn:00000002-0000-0000-c000-000000000000");
}

#[tokio::test]
async fn the_client_may_prove_itself_in_the_header() {
    let provider = Provider::start().await;
    let values = provider.account("awkward-secret").values.clone();
    let encode = |name| form_urlencoded::byte_serialize(values.get(name).as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(SettingName::ClientId), encode(SettingName::ClientSecret));
    let send = |body: &'static str| {
        let url = provider.token_url.replace("{AppTenantId}", "contoso.onmicrosoft.com");
        let request = provider.client.post(url).header("content-type", FORM);
        provider.send(request.header("authorization", format!("Basic {}", STANDARD.encode(&pair))).body(body))
    };
    assert_eq!(send("grant_type=client_credentials").await.status, 200);
    let two = send("grant_type=client_credentials&client_id=00000000-1111-2222-3333-444444444444").await;
    assert!(two.text.contains("AADSTS7000110"), "{}", two.text);
}

#[tokio::test]
async fn what_is_no_form_post_is_refused() {
    let provider = Provider::start().await;
    for path in ["/contoso.onmicrosoft.com/oauth2/token", "/contoso.onmicrosoft.com/oauth2/v2.0/token"] {
        let answer = provider.get(path).await;
        assert_eq!((answer.status, answer.code()), (400, 900_561));
        let url = format!("{}{path}", provider.origin);
        let json = provider.client.post(&url).header("content-type", "application/json");
        assert_eq!(provider.send(json.body(r#"{"grant_type":"password"}"#)).await.code(), 900_144);
        let long = provider.client.post(&url).header("content-type", FORM);
        assert_eq!(provider.send(long.body("a".repeat(64 * 1024 + 1))).await.status, 413);
    }
    for path in ["/", "/contoso.onmicrosoft.com/oauth2/authorize", "/contoso.onmicrosoft.com/discovery"] {
        let answer = provider.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
}

#[tokio::test]
async fn key_sets_name_their_issuer_in_v2_only() {
    let provider = Provider::start().await;
    let tenant = provider.account("app-works-v2").values.get(SettingName::AppTenantId).to_owned();
    let old = provider.get("/contoso.onmicrosoft.com/discovery/keys").await.json();
    let new = provider.get("/contoso.onmicrosoft.com/discovery/v2.0/keys").await.json();
    assert!(
        old["keys"].as_array().is_some_and(|keys| keys.len() == 2 && keys.iter().all(|key| key["issuer"].is_null()))
    );
    for key in new["keys"].as_array().expect("keys") {
        assert_eq!(key["issuer"], format!("https://login.microsoftonline.com/{tenant}/v2.0"));
        assert!(key["d"].is_null());
    }
    let unknown = provider.get("/nowhere.example/discovery/keys").await;
    assert_eq!((unknown.status, &unknown.json()["error"]), (400, &"invalid_tenant".into()));
}

#[tokio::test]
async fn the_scratch_copy_points_here_and_keeps_the_rest() {
    let sandbox = Sandbox::bind(0).await.expect("a free port");
    let example = include_str!("../appsettings.example.json");
    let real = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
    assert_eq!(sandbox.scratch(example), example.replace(real, &sandbox.token_url()));
    assert_eq!(sandbox.token_url(), format!("http://{}/{{AppTenantId}}/oauth2/token", sandbox.address()));
    assert_eq!(sandbox.scratch("{}"), "{}");
}

#[tokio::test]
async fn a_second_sandbox_takes_the_next_port() {
    let first = Sandbox::bind(0).await.expect("a free port");
    let wished = first.address().port();
    let second = Sandbox::bind(wished).await.expect("a free port");
    assert!(second.address().ip().is_loopback());
    assert_ne!(second.address().port(), wished);
}
