//! Requests that no row of the book makes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use token_wizard::domain::setting::SettingName;
use url::form_urlencoded;

use crate::provider::{FORM, Provider};

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
    for path in ["/", "/contoso.onmicrosoft.com/discovery"] {
        let answer = provider.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
}
