//! The HTTP side: routes, limits and the headers that Entra puts on every answer.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderName, PRAGMA, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Shared;
use super::answers::{NOT_POSTED, Refusal, Stamps};
use super::clock;
use super::directory::Segment;
use super::identifier::is_guid;
use super::request::TokenRequest;
use super::rules::{self, Version};
use super::token;

/// The largest body that is read, in bytes; a token request has a few hundred.
const BODY_LIMIT: usize = 64 * 1024;

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// What stands on every answer besides `Date`, which the HTTP library adds.
const STANDING_HEADERS: [(HeaderName, &str); 7] = [
    (PRAGMA, "no-cache"),
    (EXPIRES, "-1"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("p3p"), "CP=\"DSP CUR OTPi IND OTRi ONL FIN\""),
    (HeaderName::from_static("x-ms-ests-server"), "2.1.99999.1 - LOOP SandboxSlices"),
    (SET_COOKIE, "x-ms-gateway-slice=sandbox; path=/; secure; httponly"),
];

/// All routes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/token", get(not_posted_v1).post(token_v1))
        .route("/{tenant}/oauth2/v2.0/token", get(not_posted_v2).post(token_v2))
        .route("/{tenant}/discovery/keys", get(keys_v1))
        .route("/{tenant}/discovery/v2.0/keys", get(keys_v2))
        .fallback(no_such_page)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

type Segments = Result<Path<String>, PathRejection>;
type Body64K = Result<Bytes, BytesRejection>;

async fn token_v1(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap, body: Body64K) -> Response {
    token(&shared, Version::One, tenant, &headers, body)
}

async fn token_v2(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap, body: Body64K) -> Response {
    token(&shared, Version::Two, tenant, &headers, body)
}

async fn not_posted_v1(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    refused(&Refusal::plain(&NOT_POSTED), Version::One, &Exchange::begin(&shared, &headers))
}

async fn not_posted_v2(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    refused(&Refusal::plain(&NOT_POSTED), Version::Two, &Exchange::begin(&shared, &headers))
}

async fn keys_v1(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    keys(&shared, Version::One, tenant, &headers)
}

async fn keys_v2(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    keys(&shared, Version::Two, tenant, &headers)
}

async fn no_such_page(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    page(StatusCode::NOT_FOUND, "404 - File or directory not found.", &Exchange::begin(&shared, &headers))
}

/// Answers a token request.
fn token(shared: &Shared, version: Version, tenant: Segments, headers: &HeaderMap, body: Body64K) -> Response {
    let exchange = Exchange::begin(shared, headers);
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return page(rejection.status(), "The request body cannot be read.", &exchange),
    };
    let request = TokenRequest::read(text(headers, &CONTENT_TYPE), text(headers, &AUTHORIZATION), &body);
    let granted = match rules::decide(&segment(tenant), version, &request) {
        Ok(granted) => granted,
        Err(refusal) => return refused(&refusal, version, &exchange),
    };
    match token::body(&granted, version, exchange.now, &shared.key, &shared.identifiers) {
        Ok(body) => exchange.answer(StatusCode::OK, JSON, "no-store, no-cache", "1,0,0,,", body),
        Err(_) => page(StatusCode::INTERNAL_SERVER_ERROR, "The token cannot be signed.", &exchange),
    }
}

/// Answers with the refusal.
fn refused(refusal: &Refusal, version: Version, exchange: &Exchange) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let telemetry = format!("1,{},0,,", refusal.row.code);
    exchange.answer(status, JSON, "no-store, no-cache", &telemetry, refusal.body(version, &exchange.stamps))
}

/// Answers with the key set of a tenant.
fn keys(shared: &Shared, version: Version, tenant: Segments, headers: &HeaderMap) -> Response {
    let exchange = Exchange::begin(shared, headers);
    let place = match rules::existing(&segment(tenant)) {
        Ok(place) => place,
        Err(refusal) => {
            let body = refusal.document_body(&exchange.stamps);
            return exchange.answer(StatusCode::BAD_REQUEST, JSON, "no-store, no-cache", "", body);
        }
    };
    // Entra leaves this word for the reader to fill in where the path names no tenant.
    let tenant = if let Segment::Known(tenant) = place { tenant.id } else { "{tenantid}" };
    let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let body = match version {
        Version::One => shared.key.set(None),
        Version::Two => shared.key.set(Some(&issuer)),
    };
    exchange.answer(StatusCode::OK, JSON, "max-age=86400, private", "", body)
}

/// A small HTML page, as Entra's front end gives for what never reaches the service.
fn page(status: StatusCode, words: &str, exchange: &Exchange) -> Response {
    let body = format!("<!DOCTYPE html><html><head><title>{words}</title></head><body><h2>{words}</h2></body></html>");
    exchange.answer(status, HTML, "private", "", body)
}

/// The tenant in the path; what cannot be decoded is no tenant.
fn segment(tenant: Segments) -> String {
    tenant.map(|Path(tenant)| tenant).unwrap_or_default()
}

/// A header as text, empty when it is missing or no ASCII.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// One request and what its answer is stamped with.
struct Exchange {
    now: jiff::Timestamp,
    stamps: Stamps,
    cookie: String,
    /// The client's own ID as it was sent.
    sent_id: Option<HeaderValue>,
}

impl Exchange {
    fn begin(shared: &Shared, headers: &HeaderMap) -> Self {
        let now = clock::now();
        let sent = text(headers, &CLIENT_REQUEST_ID);
        let correlation_id = if is_guid(sent) { sent.to_owned() } else { shared.identifiers.guid() };
        Self {
            now,
            stamps: Stamps { trace_id: shared.identifiers.guid(), correlation_id, timestamp: clock::written(now) },
            cookie: shared.identifiers.opaque(),
            sent_id: headers.get(CLIENT_REQUEST_ID).cloned(),
        }
    }

    fn answer(
        &self,
        status: StatusCode,
        kind: &'static str,
        cache: &'static str,
        telemetry: &str,
        body: String,
    ) -> Response {
        let mut response = (status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        for (name, value) in STANDING_HEADERS {
            headers.append(name, HeaderValue::from_static(value));
        }
        let cookie = format!("fpc={}; path=/; secure; HttpOnly; SameSite=None", self.cookie);
        let own = [
            (REQUEST_ID, self.stamps.trace_id.as_str()),
            (SET_COOKIE, cookie.as_str()),
            (HeaderName::from_static("x-ms-clitelem"), telemetry),
        ];
        for (name, value) in own.into_iter().filter(|(_, value)| !value.is_empty()) {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.append(name, value);
            }
        }
        if let Some(sent) = &self.sent_id {
            headers.insert(CLIENT_REQUEST_ID, sent.clone());
        }
        response
    }
}
