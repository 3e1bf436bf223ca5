//! What an answer says about itself: headers first, body second.
//!
//! Refusals of Power BI mostly have no body; the reason stands in `X-PowerBI-Error-Info`. Bodies come in three shapes:
//! `{"error":{"code","pbi.error":{…}}}`, `{"error":{"code","message"}}` and `{"Message"}`.

use std::time::Duration;

use serde_json::Value;

use crate::domain::exchange::HttpAnswer;
use crate::domain::text::printable;
use crate::domain::time::Timestamp;

/// The longest name of an error that is kept, in characters.
const LONGEST_NAME: usize = 80;
/// The longest message that is kept, in characters.
pub(super) const LONGEST_MESSAGE: usize = 600;

/// What an answer says about itself; texts are one line, control characters taken out. They are not masked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signal {
    /// The status.
    pub status: u16,
    /// Power BI's own name for the error, from the header, else from the body.
    pub name: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// Whether a policy demands another token (`insufficient_claims` in `WWW-Authenticate`).
    pub is_challenge: bool,
    /// Whether the body is a web page.
    pub is_page: bool,
    /// Whether the service itself answered, as its headers show.
    pub is_power_bi: bool,
}

/// Reads what an answer says about itself.
pub fn read(answer: &HttpAnswer) -> Signal {
    let body = answer.body.expose();
    let (code, message) = said(body);
    let in_header = answer.header("x-powerbi-error-info").map(|text| short(text, LONGEST_NAME));
    let details = answer.header("x-powerbi-error-details").map(|text| short(text, LONGEST_MESSAGE));
    let is_challenge = answer
        .headers
        .iter()
        .any(|(name, value)| name == "www-authenticate" && value.to_ascii_lowercase().contains("insufficient_claims"));
    Signal {
        status: answer.status,
        is_power_bi: in_header.is_some() || answer.header("requestid").is_some(),
        name: in_header.filter(|name| !name.is_empty()).or(code),
        message: message.or(details).filter(|message| !message.is_empty()),
        is_challenge,
        is_page: is_page(answer, body),
    }
}

/// Name and message of a body.
fn said(body: &str) -> (Option<String>, Option<String>) {
    let Ok(Value::Object(whole)) = serde_json::from_str(body) else { return (None, None) };
    let name = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| short(text, LONGEST_NAME));
    let words = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| short(text, LONGEST_MESSAGE));
    match whole.get("error") {
        Some(Value::Object(error)) => {
            let inner = error.get("pbi.error");
            let code = name(error.get("code")).or_else(|| name(inner.and_then(|inner| inner.get("code"))));
            let detail = inner.and_then(|inner| inner.pointer("/details/0/detail/value"));
            (code, words(error.get("message")).or_else(|| words(detail)))
        }
        Some(Value::String(code)) => (Some(short(code, LONGEST_NAME)), words(whole.get("error_description"))),
        _ => (None, words(whole.get("Message")).or_else(|| words(whole.get("message")))),
    }
}

fn is_page(answer: &HttpAnswer, body: &str) -> bool {
    let is_declared = answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    is_declared || body.trim_start().starts_with('<')
}

fn short(text: &str, longest: usize) -> String {
    printable(text.trim()).chars().take(longest).collect()
}

/// How long to wait, from `Retry-After`: seconds, or a date seen from the moment of the answer.
pub fn retry_after(answer: &HttpAnswer) -> Option<Duration> {
    let text = answer.header("retry-after")?.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(Timestamp::from_http_date(text)?.since(answer.received_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::exchange::Route;
    use crate::domain::secret::Secret;
    use proptest::prelude::*;

    fn answer(headers: &[(&str, &str)], body: &str) -> HttpAnswer {
        HttpAnswer {
            status: 401,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: Secret::new(body),
            truncated: false,
            route: Route::default(),
            received_at: Timestamp::from_seconds(1_795_528_931),
            duration: Duration::ZERO,
        }
    }

    #[test]
    fn the_header_wins_over_the_body() {
        let body = r#"{"error":{"code":"FromBody","pbi.error":{"code":"Inner"}}}"#;
        let signal = read(&answer(&[("x-powerbi-error-info", "FromHeader")], body));
        assert_eq!(signal.name.as_deref(), Some("FromHeader"));
        assert!(signal.is_power_bi);
    }

    #[test]
    fn three_shapes_of_bodies() {
        for (body, name, message) in [
            (
                r#"{"error":{"pbi.error":{"code":"A","details":[{"code":"d","detail":{"value":"why"}}]}}}"#,
                Some("A"),
                Some("why"),
            ),
            (r#"{"error":{"code":"B","message":"b\nb"}}"#, Some("B"), Some("b b")),
            (r#"{"Message":"c"}"#, None, Some("c")),
            (r#"{"error":"D","error_description":"d"}"#, Some("D"), Some("d")),
            (r#"{"error":[1],"Message":7}"#, None, None),
            ("", None, None),
            ("{", None, None),
        ] {
            let signal = read(&answer(&[], body));
            assert_eq!((signal.name.as_deref(), signal.message.as_deref()), (name, message), "{body}");
        }
    }

    #[test]
    fn waiting_is_read_as_seconds_or_as_a_date() {
        let wait = |text| retry_after(&answer(&[("retry-after", text)], "")).map(|span| span.as_secs());
        assert_eq!(wait("60"), Some(60));
        assert_eq!(wait("Tue, 24 Nov 2026 14:03:11 GMT"), Some(60));
        assert_eq!(wait("Tue, 24 Nov 2026 14:00:11 GMT"), Some(0));
        assert_eq!(wait("soon"), None);
        assert_eq!(retry_after(&answer(&[], "")), None);
    }

    proptest! {
        #[test]
        fn any_answer_can_be_read(body: String, info: String, challenge: String) {
            let headers = [("x-powerbi-error-info", info.as_str()), ("www-authenticate", challenge.as_str())];
            let signal = read(&answer(&headers, &body));
            prop_assert!(signal.name.is_none_or(|name| name.chars().count() <= LONGEST_NAME));
        }
    }
}
