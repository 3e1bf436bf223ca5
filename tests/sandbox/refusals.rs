//! The rows that are refused, or not answered by the service at all.

use serde_json::{Value, json};

use crate::provider::{Provider, REQUEST_ID};

/// What a row of the book must lead to.
pub(crate) struct Expected {
    pub(crate) name: &'static str,
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

const fn policy(name: &'static str, suberror: &'static str, codes: &'static [u64]) -> Expected {
    Expected { suberror: Some(suberror), ..refused(name, "interaction_required", codes) }
}

const fn expired(name: &'static str, error: &'static str) -> Expected {
    Expected { line_breaks: true, suberror: Some("user_password_expired"), ..refused(name, error, &[50055]) }
}

pub(crate) const REFUSED: [Expected; 35] = [
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
    policy("blocked-user", "message_only", &[53003]),
    Expected {
        suberror: Some("consent_required"),
        lists_codes: false,
        ..refused("missing-consent", "invalid_grant", &[65001])
    },
    refused("unknown-domain", "invalid_request", &[90002]),
    Expected { line_breaks: true, ..refused("broken-tenant", "invalid_request", &[900_023]) },
    refused("no-tenant", "invalid_request", &[50059]),
    refused("alias-user", "invalid_request", &[9_001_023]),
    Expected { line_breaks: true, ..refused("other-cloud", "invalid_request", &[900_382]) },
    refused("other-cloud-user", "invalid_request", &[90038]),
    Expected { status: 401, ..refused("no-principal", "invalid_client", &[7_000_229]) },
    Expected { line_breaks: true, ..refused("disabled-app", "unauthorized_client", &[7_000_112]) },
    Expected { status: 401, ..refused("other-apps-secret", "invalid_client", &[7_000_215]) },
    refused("no-power-bi", "invalid_client", &[650_052]),
    policy("blocked-app", "message_only", &[53003]),
    refused("unknown-user-domain", "invalid_grant", &[50034]),
    Expected { line_breaks: true, ..refused("federated-user", "invalid_grant", &[70002, 50126]) },
    Expected { line_breaks: true, ..refused("locked-user", "invalid_grant", &[50053]) },
    Expected { line_breaks: true, ..refused("disabled-user", "invalid_grant", &[70002, 50057]) },
    expired("expired-password", "user_password_expired"),
    expired("expired-password-v2", "invalid_grant"),
    Expected {
        line_breaks: true,
        suberror: Some("basic_action"),
        ..refused("mfa-unregistered", "interaction_required", &[50079])
    },
    policy("unmanaged-device", "additional_action", &[530_003]),
    Expected {
        suberror: Some("message_only"),
        lists_codes: false,
        ..refused("security-defaults", "interaction_required", &[530_035])
    },
];

/// The rows whose requests do not reach the service.
pub(crate) const FAILING: [&str; 3] = ["throttled", "gateway-page", "gateway-silent"];

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
        // Entra hides the address in braces of its own; no others are left.
        let others = description.replace("{EmailHidden}", "");
        assert!(!others.contains(['{', '}']), "{name}: {description}");
    }
}

#[tokio::test]
async fn the_book_shows_every_shape_of_answer() {
    let provider = Provider::start().await;
    let (mut breaks, mut spaces, mut listed, mut unlisted, mut several) = (0, 0, 0, 0, 0);
    for account in &provider.book {
        let answer = provider.ask(account.name).await;
        let Ok(body) = serde_json::from_str::<Value>(&answer.text) else { continue };
        if answer.status == 200 {
            continue;
        }
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
async fn a_policy_is_named_in_claims_which_are_json_inside_of_a_text() {
    let provider = Provider::start().await;
    for name in ["blocked-user", "blocked-app", "unmanaged-device"] {
        let body = provider.ask(name).await.json();
        let claims: Value = serde_json::from_str(body["claims"].as_str().expect("a text")).expect("JSON in it");
        let policies = &claims["access_token"]["capolids"];
        assert_eq!(policies["essential"], json!(true), "{name}");
        assert_eq!(policies["values"][0].as_str().map(str::len), Some(36), "{name}");
    }
    assert!(provider.ask("mfa-user").await.json().get("claims").is_none());
}

#[tokio::test]
async fn v1_says_where_an_expired_password_can_be_changed() {
    let provider = Provider::start().await;
    let first = provider.ask("expired-password").await.json();
    assert!(first["password_change_url"].as_str().is_some_and(|url| url.starts_with("https://")), "{first}");
    assert!(provider.ask("expired-password-v2").await.json().get("password_change_url").is_none());
}

#[tokio::test]
async fn who_asks_too_often_is_told_in_plain_text_how_long_to_wait() {
    let provider = Provider::start().await;
    let answer = provider.ask("throttled").await;
    assert_eq!((answer.status, answer.text.as_str()), (429, "Too Many Requests"));
    assert_eq!(answer.header("retry-after"), "60");
    assert!(answer.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn a_gateway_answers_without_the_headers_of_the_service() {
    let provider = Provider::start().await;
    let page = provider.ask("gateway-page").await;
    assert_eq!((page.status, page.header("content-type")), (503, "text/html; charset=utf-8"));
    assert!(page.text.starts_with("<html>"));
    let silent = provider.ask("gateway-silent").await;
    assert_eq!((silent.status, silent.text.as_str(), silent.header("content-type")), (503, "", ""));
    for answer in [page, silent] {
        assert!(!answer.header("date").is_empty());
        assert_eq!((answer.header("x-ms-request-id"), answer.header("p3p")), ("", ""));
    }
}
