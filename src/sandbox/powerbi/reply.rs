//! Answers of the API: lists, and refusals in the shapes of the live service.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderName, LOCATION, PRAGMA, PROXY_AUTHENTICATE, RETRY_AFTER, SERVER,
    STRICT_TRANSPORT_SECURITY, VIA, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::sandbox::clock;
use crate::sandbox::exchange::{Exchange, HTML};

/// How long a caller who called too often has to wait, in seconds.
const WAIT: &str = "47";
/// Where another cluster serves the tenant; a name that nobody has (RFC 2606).
const CLUSTER: &str = "https://cluster.powerbi.example/v1.0/myorg/groups";

const JSON: &str = "application/json; charset=utf-8";
const ODATA: &str = "application/json; odata.metadata=minimal; odata.streaming=true";

/// What stands on every answer of the service.
const STANDING_HEADERS: [(HeaderName, &str); 6] = [
    (CACHE_CONTROL, "no-store, must-revalidate, no-cache"),
    (PRAGMA, "no-cache"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (X_FRAME_OPTIONS, "deny"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("access-control-expose-headers"), "RequestId"),
];

/// What is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Refusal {
    NoToken,
    BadToken,
    UntrustedToken,
    EndedToken,
    Switch,
    Unlicensed,
    NoSeat,
    NotAuthorized,
    PersonalWorkspace,
    ClosedToApps,
    NotFound,
    IdentityMissing(&'static str),
    EmbedForbidden,
    QueryFailed,
    BadRequest,
    MediaType,
    Busy,
    Challenge,
    Moved,
    Fault,
    Unavailable,
    /// By a gateway, with a web page.
    Page,
    /// By a proxy that wants a password.
    ProxyPassword,
}

/// A list, or another success.
pub(super) fn list(body: &Value, exchange: &Exchange) -> Response {
    stamped(StatusCode::OK, ODATA, body.to_string(), exchange)
}

/// The refusal in its shape: a status, mostly a header, and seldom a body.
pub(super) fn refused(refusal: &Refusal, exchange: &Exchange) -> Response {
    let (status, info, body) = shape(refusal);
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let mut response = match refusal {
        Refusal::Page | Refusal::ProxyPassword => by_gateway(status),
        _ => stamped(status, JSON, body, exchange),
    };
    let headers = response.headers_mut();
    put(headers, HeaderName::from_static("x-powerbi-error-info"), info);
    match refusal {
        Refusal::Busy => put(headers, RETRY_AFTER, WAIT),
        Refusal::Moved => put(headers, LOCATION, CLUSTER),
        Refusal::ProxyPassword => put(headers, PROXY_AUTHENTICATE, "Basic realm=\"gate.contoso.example\""),
        Refusal::Challenge => {
            let claims = STANDARD.encode(r#"{"access_token":{"nbf":{"essential":true,"value":"1795528931"}}}"#);
            let challenge = format!(
                "Bearer authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", \
                 error=\"insufficient_claims\", claims=\"{claims}\""
            );
            put(headers, WWW_AUTHENTICATE, &challenge);
        }
        _ => {}
    }
    response
}

/// Status, `X-PowerBI-Error-Info` and body.
fn shape(refusal: &Refusal) -> (StatusCode, &'static str, Option<Value>) {
    const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
    const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
    let with_words = |code: &str, words: &str| Some(json!({"error": {"code": code, "message": words}}));
    match refusal {
        Refusal::NoToken | Refusal::EmbedForbidden | Refusal::Page => (FORBIDDEN, "", None),
        Refusal::BadToken => (FORBIDDEN, "InvalidToken", None),
        Refusal::UntrustedToken => (FORBIDDEN, "TokenExpired", None),
        Refusal::EndedToken => (
            FORBIDDEN,
            "TokenExpired",
            with_words("TokenExpired", "Access token has expired, resubmit with a new access token"),
        ),
        Refusal::Switch => (UNAUTHORIZED, "ServicePrincipalIsNotAllowedByTenantAdminSwitch", None),
        Refusal::Unlicensed => {
            (UNAUTHORIZED, "PowerBINotLicensedException", Some(exception("PowerBINotLicensedException")))
        }
        Refusal::NoSeat => (UNAUTHORIZED, "GroupNotAccessible", None),
        // Here the name stands in the body alone.
        Refusal::NotAuthorized => (UNAUTHORIZED, "", Some(exception("PowerBINotAuthorizedException"))),
        Refusal::PersonalWorkspace => (
            UNAUTHORIZED,
            "GroupNotAccessible",
            with_words("GroupNotAccessible", "Group APIs are not permitted for personal workspace"),
        ),
        Refusal::ClosedToApps => (FORBIDDEN, "", Some(json!({"Message": "API is not accessible for application"}))),
        Refusal::NotFound => (StatusCode::NOT_FOUND, "", Some(exception("PowerBIEntityNotFound"))),
        Refusal::IdentityMissing(id) => (
            StatusCode::BAD_REQUEST,
            "InvalidRequest",
            with_words(
                "InvalidRequest",
                &format!("Creating embed token for accessing dataset {id} requires effective identity to be provided"),
            ),
        ),
        Refusal::QueryFailed => (
            StatusCode::BAD_REQUEST,
            "",
            Some(json!({"error": {
                "code": "DatasetExecuteQueriesError",
                "pbi.error": {
                    "code": "DatasetExecuteQueriesError",
                    "parameters": {},
                    "details": [{"code": "DetailsMessage", "detail": {"type": 1, "value": "The syntax is incorrect."}}],
                },
            }})),
        ),
        Refusal::BadRequest => (
            StatusCode::BAD_REQUEST,
            "",
            with_words("InvalidRequest", "A member of the request is missing or malformed"),
        ),
        Refusal::MediaType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "",
            Some(json!({"Message": "The request entity's media type is not supported for this resource."})),
        ),
        Refusal::Busy => (
            StatusCode::TOO_MANY_REQUESTS,
            "",
            with_words("TooManyRequests", "You have exceeded the amount of requests allowed in the current time frame"),
        ),
        Refusal::Challenge => (UNAUTHORIZED, "", None),
        Refusal::Moved => (StatusCode::TEMPORARY_REDIRECT, "", None),
        Refusal::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "", Some(exception("UnknownError"))),
        Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "", None),
        Refusal::ProxyPassword => (StatusCode::PROXY_AUTHENTICATION_REQUIRED, "", None),
    }
}

/// The oldest shape of a body.
fn exception(code: &str) -> Value {
    json!({"error": {"code": code, "pbi.error": {"code": code, "parameters": {}, "details": [], "exceptionCulprit": 1}}})
}

/// The page of a gateway, which knows nothing of the headers of the service behind it.
fn by_gateway(status: StatusCode) -> Response {
    const PAGE: &str = "<!DOCTYPE html><html><head><title>ERROR: Access Denied</title></head>\
                        <body><h1>Access Denied</h1><p>By order of the proxy.</p></body></html>\n";
    let headers = [(CONTENT_TYPE, HTML), (SERVER, "squid"), (VIA, "1.1 gate.contoso.example (squid)")];
    (status, headers, PAGE).into_response()
}

fn stamped(status: StatusCode, kind: &'static str, body: String, exchange: &Exchange) -> Response {
    let kind = if body.is_empty() { "" } else { kind };
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    for (name, value) in STANDING_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    put(headers, CONTENT_TYPE, kind);
    put(headers, DATE, &clock::http_date(exchange.now));
    put(headers, HeaderName::from_static("requestid"), &exchange.stamps.trace_id);
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (Ok(value), false) = (HeaderValue::from_str(value), value.is_empty()) {
        headers.insert(name, value);
    }
}
