//! The token request and its answers, as RFC 6749 and Microsoft's two endpoints have them.
//!
//! Building a request and reading an answer do no I/O.

use std::time::Duration;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::exchange::{Body, HttpAnswer, HttpRequest};
use super::registration::{Grant, Registration, Version};
use super::secret::Secret;

/// How many numbers of one refusal are read; real ones have one or two.
const MOST_CODES: usize = 32;

/// Builds the token request (RFC 6749, sections 4.3.2 and 4.4.2).
///
/// `request_id` is sent as `client-request-id` and comes back as Entra's correlation ID.
pub fn token_request(registration: &Registration, request_id: &str, timeout: Duration) -> HttpRequest {
    // Encoding into a buffer that is wiped; the serializer below writes to it in place.
    let mut body = Zeroizing::new(String::with_capacity(1024));
    for (key, value) in form(registration) {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(key);
        body.push('=');
        body.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
    }
    HttpRequest {
        url: registration.endpoint.url.clone(),
        headers: vec![
            ("accept", "application/json".to_owned()),
            ("client-request-id", request_id.to_owned()),
            ("return-client-request-id", "true".to_owned()),
        ],
        bearer: None,
        body: Some(Body::Form(Secret::new(std::mem::take(&mut *body)))),
        timeout,
    }
}

/// The fields of the form, in the order in which they are sent.
pub(super) fn form(registration: &Registration) -> Vec<(&'static str, Zeroizing<String>)> {
    let text = |text: &str| Zeroizing::new(text.to_owned());
    let mut fields =
        vec![("grant_type", text(registration.grant_name().word())), ("client_id", text(&registration.client_id))];
    if let Some(secret) = &registration.client_secret {
        fields.push(("client_secret", text(secret.expose())));
    }
    match registration.endpoint.version {
        Version::V1 => fields.push(("resource", text(&registration.resource))),
        Version::V2 => fields.push(("scope", text(&default_scope(&registration.resource)))),
    }
    if let Grant::Password { user, password } = &registration.grant {
        fields.push(("username", text(user)));
        fields.push(("password", text(password.expose())));
    }
    fields
}

/// `{Resource}/.default`, also when that is already there or Resource ends with a slash.
pub(super) fn default_scope(resource: &str) -> String {
    if resource.ends_with("/.default") { resource.to_owned() } else { format!("{resource}/.default") }
}

/// The request as lines for the screen; secrets as a mask of fixed length.
pub fn describe_request(registration: &Registration, request_id: &str) -> Vec<String> {
    let mut lines = vec![
        format!("POST {}", registration.endpoint.url),
        "Content-Type: application/x-www-form-urlencoded".to_owned(),
        "Accept: application/json".to_owned(),
        format!("client-request-id: {request_id}"),
        String::new(),
    ];
    for (key, value) in form(registration) {
        match key {
            "client_secret" | "password" => {
                lines.push(format!("{key} = {} ({} characters)", super::mask::MASKED, value.chars().count()));
            }
            _ => lines.push(format!("{key} = {}", value.as_str())),
        }
    }
    lines
}

/// What a token endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenAnswer {
    /// A token (RFC 6749, section 5.1).
    Token(TokenResponse),
    /// A refusal in words of OAuth (section 5.2), or a JSON object that resembles one.
    Refusal(TokenError),
    /// No OAuth answer at all.
    Other(NoOauth),
}

/// A successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// The token.
    pub access_token: Secret,
    /// Seconds from now until it ends.
    pub expires_in: Option<i64>,
    /// v1 only: seconds since 1970 at which it ends.
    pub expires_on: Option<i64>,
    /// v1 only: the resource that the token is for, in Entra's words.
    pub resource: Option<String>,
    /// All tokens in the answer, for masking.
    pub tokens: Vec<Secret>,
}

/// A refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenError {
    /// The OAuth word: `invalid_client`.
    pub error: Option<String>,
    /// The server's words as they came.
    pub description: Option<String>,
    /// Entra's numbers in `error_codes`, in order.
    pub codes: Vec<u32>,
    /// Entra's trace ID.
    pub trace_id: Option<String>,
    /// Entra's correlation ID.
    pub correlation_id: Option<String>,
    /// Entra's time of the refusal.
    pub timestamp: Option<String>,
    /// `basic_action`, `consent_required`, …
    pub suberror: Option<String>,
}

/// Why an answer is none in words of OAuth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoOauth {
    /// Nothing in the body.
    Empty,
    /// A page.
    Html,
    /// JSON, but no object with a token or an error.
    OtherJson,
    /// A token was promised and is missing.
    NoToken,
    /// The body is longer than the limit.
    TooLong,
    /// Text or bytes.
    Text,
}

/// Reads the answer of a token endpoint, whatever its status and content type.
pub fn read_answer(answer: &HttpAnswer) -> TokenAnswer {
    let body = answer.body.expose().trim_start_matches('\u{feff}').trim();
    if answer.truncated {
        return TokenAnswer::Other(NoOauth::TooLong);
    }
    if body.is_empty() {
        return TokenAnswer::Other(NoOauth::Empty);
    }
    let Ok(value) = serde_json::from_str::<Value>(body) else {
        let is_page = body.starts_with('<') || answer.header("content-type").is_some_and(|kind| kind.contains("html"));
        return TokenAnswer::Other(if is_page { NoOauth::Html } else { NoOauth::Text });
    };
    let Value::Object(object) = value else { return TokenAnswer::Other(NoOauth::OtherJson) };
    let is_success = (200..300).contains(&answer.status);
    match text(&object, "access_token").filter(|token| !token.is_empty()) {
        Some(token) if is_success => TokenAnswer::Token(token_response(token, &object)),
        _ => refusal(&object, is_success),
    }
}

fn token_response(token: String, object: &Map<String, Value>) -> TokenResponse {
    let tokens = ["refresh_token", "id_token"].into_iter().filter_map(|key| text(object, key)).map(Secret::new);
    let access_token = Secret::new(token);
    TokenResponse {
        tokens: std::iter::once(access_token.clone()).chain(tokens).collect(),
        access_token,
        expires_in: number(object, "expires_in"),
        expires_on: number(object, "expires_on"),
        resource: text(object, "resource"),
    }
}

fn refusal(object: &Map<String, Value>, is_success: bool) -> TokenAnswer {
    // Some gateways answer {"error": {"code": …, "message": …}}: as Azure's REST APIs do.
    let nested = object.get("error").and_then(Value::as_object);
    let error = TokenError {
        error: text(object, "error").or_else(|| nested.and_then(|inner| text(inner, "code"))),
        description: ["error_description", "message", "Message", "error_message", "detail"]
            .into_iter()
            .find_map(|key| text(object, key))
            .or_else(|| nested.and_then(|inner| text(inner, "message"))),
        codes: codes(object.get("error_codes")),
        trace_id: text(object, "trace_id"),
        correlation_id: text(object, "correlation_id"),
        timestamp: text(object, "timestamp"),
        suberror: text(object, "suberror"),
    };
    if error.error.is_none() && error.description.is_none() && error.codes.is_empty() {
        return TokenAnswer::Other(if is_success { NoOauth::NoToken } else { NoOauth::OtherJson });
    }
    TokenAnswer::Refusal(error)
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// A number, or a string of digits: the v1 endpoint has all numbers as strings.
fn number(object: &Map<String, Value>, key: &str) -> Option<i64> {
    match object.get(key)? {
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
}

/// `error_codes`: an array of numbers or digits, or rarely a string such as `"[500011]"`; at most [`MOST_CODES`].
fn codes(value: Option<&Value>) -> Vec<u32> {
    let digits = |text: &str| -> Vec<u32> {
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).take(MOST_CODES).collect()
    };
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| {
                item.as_u64().and_then(|code| u32::try_from(code).ok()).or_else(|| item.as_str()?.trim().parse().ok())
            })
            .take(MOST_CODES)
            .collect(),
        Some(Value::String(text)) => digits(text),
        Some(Value::Number(code)) => code.as_u64().and_then(|code| u32::try_from(code).ok()).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The server's words without trace and correlation IDs and the time, which follow after a blank or a line end.
pub fn words_of(description: &str) -> &str {
    let cut = description.find("Trace ID:").unwrap_or(description.len());
    description.split_at_checked(cut).map_or(description, |(words, _)| words).trim()
}

/// The value after `Trace ID:` or `Correlation ID:` in a description, for answers that have it nowhere else.
pub fn labelled<'a>(description: &'a str, label: &str) -> Option<&'a str> {
    let (_, after) = description.split_once(label)?;
    after.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::exchange::Route;
    use crate::domain::registration::{Options, inspect};
    use crate::domain::setting::{SettingName, Values};
    use crate::domain::time::Timestamp;

    fn registration(url: &str, user: bool, secret: &str) -> Registration {
        let mut values = Values::default()
            .with(SettingName::AppTenantId, "contoso.com")
            .with(SettingName::AuthTokenUrl, url)
            .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
            .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
            .with(SettingName::ClientSecret, secret);
        if user {
            values.set(SettingName::User, "anna@contoso.com");
            values.set(SettingName::Password, "p +&=%é");
        }
        inspect(&values, &Options::default()).registration.expect("a request is possible")
    }

    fn body(registration: &Registration) -> String {
        let Some(Body::Form(form)) = token_request(registration, "id", Duration::from_secs(30)).body else {
            panic!("a form")
        };
        form.expose().to_owned()
    }

    #[test]
    fn bodies_of_both_grants_on_both_endpoints() {
        let v1 = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
        let v2 = "https://login.microsoftonline.com/{AppTenantId}/oauth2/v2.0/token";
        let client = "client_id=1b4e28ba-2fa1-41d2-883f-0016d3cca427";
        let resource = "https%3A%2F%2Fanalysis.windows.net%2Fpowerbi%2Fapi";
        assert_eq!(
            body(&registration(v1, false, "a~.+/=&%b")),
            format!("grant_type=client_credentials&{client}&client_secret=a%7E.%2B%2F%3D%26%25b&resource={resource}")
        );
        assert_eq!(
            body(&registration(v2, false, "s")),
            format!("grant_type=client_credentials&{client}&client_secret=s&scope={resource}%2F.default")
        );
        assert_eq!(
            body(&registration(v1, true, "")),
            format!(
                "grant_type=password&{client}&resource={resource}&username=anna%40contoso.com&password=p+%2B%26%3D%25%C3%A9"
            )
        );
    }

    #[test]
    fn the_description_of_a_request_holds_no_secret() {
        let registration = registration("https://login.microsoftonline.com/x/oauth2/token", true, "c4n8Q~ary");
        let lines = describe_request(&registration, "id").join("\n");
        assert!(!lines.contains("c4n8Q~ary") && !lines.contains("p +"), "{lines}");
        assert!(lines.contains("client_secret = [masked] (9 characters)"), "{lines}");
    }

    fn answer(status: u16, body: &str) -> TokenAnswer {
        read_answer(&HttpAnswer {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: Secret::new(body),
            truncated: false,
            route: Route::default(),
            received_at: Timestamp::from_seconds(0),
            duration: Duration::ZERO,
        })
    }

    #[test]
    fn numbers_may_be_strings() {
        for body in [
            r#"{"token_type":"Bearer","expires_in":"3600","expires_on":"1573001562","resource":"r","access_token":"a.b.c"}"#,
            r#"{"token_type":"Bearer","expires_in":3600,"expires_on":1573001562,"resource":"r","access_token":"a.b.c"}"#,
        ] {
            let TokenAnswer::Token(token) = answer(200, body) else { panic!("{body}") };
            assert_eq!((token.expires_in, token.expires_on), (Some(3600), Some(1_573_001_562)));
        }
    }

    #[test]
    fn refusals_in_all_their_shapes() {
        for (body, error, codes) in [
            (
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: x","error_codes":[7000215]}"#,
                Some("invalid_client"),
                vec![7_000_215],
            ),
            (r#"{"error":"invalid_grant","error_codes":"[500011]"}"#, Some("invalid_grant"), vec![500_011]),
            (r#"{"error":"invalid_grant","error_codes":["70002",50126]}"#, Some("invalid_grant"), vec![70_002, 50_126]),
            (r#"{"error":{"code":"Forbidden","message":"no"}}"#, Some("Forbidden"), vec![]),
            (r#"{"error":"access_denied"}"#, Some("access_denied"), vec![]),
            (r#"{"message":"Not authorized"}"#, None, vec![]),
        ] {
            let TokenAnswer::Refusal(refusal) = answer(403, body) else { panic!("{body}") };
            assert_eq!((refusal.error.as_deref(), refusal.codes), (error, codes), "{body}");
        }
    }

    #[test]
    fn what_is_no_oauth_answer() {
        for (status, body, expected) in [
            (403, "", NoOauth::Empty),
            (200, "<!DOCTYPE html><p>Sign in</p>", NoOauth::Html),
            (429, "Too Many Requests", NoOauth::Text),
            (200, "[]", NoOauth::OtherJson),
            (200, "{}", NoOauth::NoToken),
            (403, "{}", NoOauth::OtherJson),
            (200, r#"{"access_token":""}"#, NoOauth::NoToken),
            (200, r#"{"access_token":7}"#, NoOauth::NoToken),
        ] {
            assert_eq!(answer(status, body), TokenAnswer::Other(expected), "{body}");
        }
    }

    #[test]
    fn words_end_before_the_trace_id_whatever_parts_them() {
        let spaced = "AADSTS50126: Bad. Trace ID: t1 Correlation ID: c1 Timestamp: 2024-07-15 11:14:02Z";
        let lined = "AADSTS50126: Bad.\r\nTrace ID: t1\r\nCorrelation ID: c1\r\nTimestamp: 2024-07-15 11:14:02Z";
        for text in [spaced, lined] {
            assert_eq!(words_of(text), "AADSTS50126: Bad.");
            assert_eq!(labelled(text, "Trace ID:"), Some("t1"));
            assert_eq!(labelled(text, "Correlation ID:"), Some("c1"));
        }
    }
}
