//! What is answered: the provider's own words, or ours in the same form.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::gate::Origin;
use crate::domain::exchange::HttpAnswer;
use crate::domain::oauth::{self, TokenAnswer};
use crate::domain::secret::Secret;
use crate::verify::{Blame, Report, Status};

/// The content type of our own words, and of a provider that names none for its JSON.
const JSON: &str = "application/json; charset=utf-8";

/// The methods of every place here.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// W3C, Private Network Access: a browser asks before a public page may reach loopback.
const REQUEST_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// An answer that can be given to many.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    status: StatusCode,
    content_type: HeaderValue,
    body: Secret,
}

impl Answer {
    /// The answer for one of them.
    pub(super) fn response(&self) -> Response {
        let mut response = plain(self.status, self.body.expose().to_owned());
        response.headers_mut().insert(CONTENT_TYPE, self.content_type.clone());
        response
    }
}

/// The provider's answer as it came, if it is one in words of OAuth; the application would pass that on.
pub(super) fn verbatim(answer: &HttpAnswer) -> Option<Answer> {
    let is_oauth = !matches!(oauth::read_answer(answer), TokenAnswer::Other(_));
    let status = StatusCode::from_u16(answer.status).ok().filter(|status| {
        // The others have no body or lead elsewhere.
        (status.is_success() || status.is_client_error() || status.is_server_error())
            && !matches!(*status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT)
    })?;
    // Whatever else it is called, it is JSON; called a page it could run as one.
    let is_json = |kind: &&str| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    };
    let content_type = answer.header("content-type").filter(is_json).unwrap_or(JSON);
    let content_type = HeaderValue::from_str(content_type).unwrap_or(HeaderValue::from_static(JSON));
    is_oauth.then(|| Answer { status, content_type, body: answer.body.clone() })
}

/// What is wrong, where the provider did not say it itself.
pub(super) fn diagnosed(report: &Report) -> Answer {
    let blame = report.first(Status::Failed).map(|stage| stage.blame);
    let words = match report.answer() {
        Some(diagnosis) => format!("{}: {}. {}", diagnosis.code, diagnosis.title, diagnosis.action),
        None => "The provider gave no answer.".to_owned(),
    };
    // Our side, or the one behind us.
    let status = match blame {
        Some(Blame::Settings) => StatusCode::INTERNAL_SERVER_ERROR,
        Some(Blame::Network | Blame::Provider | Blame::Token | Blame::PowerBi) | None => StatusCode::BAD_GATEWAY,
    };
    Answer { status, content_type: HeaderValue::from_static(JSON), body: Secret::new(json(&words)) }
}

/// Our own words.
pub(super) fn refusal(status: StatusCode, words: &str) -> Response {
    let mut response = plain(status, json(words));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}

/// A method that no place here has.
pub(super) fn wrong_method() -> Response {
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "Only GET is answered here.");
    response.headers_mut().insert(ALLOW, METHODS);
    response
}

/// The answer to OPTIONS; for a page of the allowed origin what it asks before it asks.
pub(super) fn options(asked: &HeaderMap, is_allowed_origin: bool) -> Response {
    let mut response = plain(StatusCode::NO_CONTENT, String::new());
    let headers = response.headers_mut();
    headers.insert(ALLOW, METHODS);
    if is_allowed_origin {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        // One origin is trusted, and no header has a meaning here.
        if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        if asked.get(REQUEST_PRIVATE_NETWORK).is_some_and(|value| value == "true") {
            headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
    }
    response
}

/// The same path with a slash at the end.
pub(super) fn with_slash(path: &str) -> Response {
    let mut response = plain(StatusCode::TEMPORARY_REDIRECT, String::new());
    if let Ok(place) = HeaderValue::from_str(&format!("{path}/")) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// Adds what every answer says to a browser.
pub(super) fn finish(mut response: Response, allowed: Option<&Origin>, is_allowed_origin: bool) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Some(origin) = allowed {
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if is_allowed_origin && let Ok(origin) = HeaderValue::from_str(origin.as_str()) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
    response
}

fn plain(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// In the form of an OAuth refusal (RFC 6749, section 5.2), which a front end that shows errors knows.
fn json(words: &str) -> String {
    serde_json::json!({ "error": "token_wizard", "error_description": words }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::exchange::Route;
    use crate::domain::time::Timestamp;
    use std::time::Duration;

    fn answer(status: u16, content_type: &str, body: &str) -> HttpAnswer {
        HttpAnswer {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: Secret::new(body),
            truncated: false,
            route: Route::default(),
            received_at: Timestamp::from_seconds(0),
            duration: Duration::ZERO,
        }
    }

    #[test]
    fn the_providers_words_pass_and_pages_do_not() {
        let token = r#"{"access_token":"a"}"#;
        let refusal = r#"{"error":"invalid_client"}"#;
        let kind = |status, kind, body| verbatim(&answer(status, kind, body)).map(|answer| answer.content_type);
        let latin = "application/json; charset=iso-8859-1";
        assert_eq!(kind(200, latin, token).expect("passes"), latin);
        assert_eq!(kind(401, "text/html", refusal).expect("passes"), JSON);
        assert_eq!(kind(503, "application/json", refusal).expect("passes"), "application/json");
        assert_eq!(kind(200, "text/html", "<html>"), None);
        assert_eq!(kind(302, "application/json", refusal), None);
        assert_eq!(kind(204, "application/json", refusal), None);
        assert_eq!(kind(200, "application/json", "{}"), None);
    }
}
