//! The HTTP side: routes, limits, and who answers.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use url::form_urlencoded;

use super::Shared;
use super::answers::{NOT_POSTED, Refusal};
use super::consent::{self, Asked};
use super::directory::{Fault, Segment};
use super::discovery;
use super::exchange::{Exchange, HTML, JSON, NOT_STORED, text};
use super::powerbi;
use super::realm;
use super::request::TokenRequest;
use super::rules::{self, Denial, Version};
use super::token;

/// The largest body that is read, in bytes; a token request has a few hundred.
const BODY_LIMIT: usize = 64 * 1024;

/// How long an app that asked too often has to wait, in seconds.
const WAIT: &str = "60";

/// All routes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/token", get(not_posted_v1).post(token_v1))
        .route("/{tenant}/oauth2/v2.0/token", get(not_posted_v2).post(token_v2))
        .route("/{tenant}/.well-known/openid-configuration", get(discovery_v1))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery_v2))
        .route("/{tenant}/discovery/keys", get(keys_v1))
        .route("/{tenant}/discovery/v2.0/keys", get(keys_v2))
        .route("/common/userrealm/{user}", get(realm_of_path))
        .route("/common/userrealm/", get(realm_of_query))
        .route("/{tenant}/adminconsent", get(consent_of_admin))
        .route("/{tenant}/oauth2/authorize", get(consent_of_user))
        .route("/{tenant}/oauth2/v2.0/authorize", get(consent_of_user))
        .merge(powerbi::router())
        .fallback(no_such_page)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

type Segments = Result<Path<String>, PathRejection>;
type Body64K = Result<Bytes, BytesRejection>;

async fn token_v1(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap, body: Body64K) -> Response {
    token(&shared, Version::One, &segment(tenant), &headers, body)
}

async fn token_v2(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap, body: Body64K) -> Response {
    token(&shared, Version::Two, &segment(tenant), &headers, body)
}

async fn not_posted_v1(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    let exchange = Exchange::begin(&shared, &segment(tenant), &headers);
    refused(&Refusal::plain(&NOT_POSTED), Version::One, &exchange)
}

async fn not_posted_v2(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    let exchange = Exchange::begin(&shared, &segment(tenant), &headers);
    refused(&Refusal::plain(&NOT_POSTED), Version::Two, &exchange)
}

async fn discovery_v1(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    about_tenant(&shared, tenant, &headers, |place, exchange| {
        discovery::document(place, Version::One, &exchange.origin)
    })
}

async fn discovery_v2(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    about_tenant(&shared, tenant, &headers, |place, exchange| {
        discovery::document(place, Version::Two, &exchange.origin)
    })
}

async fn keys_v1(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    about_tenant(&shared, tenant, &headers, |place, _| shared.keys.set(None, is_rolling(place)))
}

async fn keys_v2(State(shared): State<Arc<Shared>>, tenant: Segments, headers: HeaderMap) -> Response {
    about_tenant(&shared, tenant, &headers, |place, _| {
        shared.keys.set(Some(&discovery::issuer(place, Version::Two)), is_rolling(place))
    })
}

async fn realm_of_path(
    State(shared): State<Arc<Shared>>,
    user: Segments,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    realm(&shared, &segment(user), &query.unwrap_or_default(), &headers)
}

async fn realm_of_query(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let user = parameter(&query, "user");
    realm(&shared, &user, &query, &headers)
}

type Asking = (State<Arc<Shared>>, Segments, RawQuery, HeaderMap);

async fn consent_of_admin((State(shared), tenant, RawQuery(query), headers): Asking) -> Response {
    consent(&shared, Asked::Admin, tenant, query, &headers)
}

async fn consent_of_user((State(shared), tenant, RawQuery(query), headers): Asking) -> Response {
    consent(&shared, Asked::User, tenant, query, &headers)
}

async fn no_such_page(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    Exchange::begin(&shared, "", &headers).page(StatusCode::NOT_FOUND, "404 - File or directory not found.")
}

/// Answers a token request.
fn token(shared: &Shared, version: Version, tenant: &str, headers: &HeaderMap, body: Body64K) -> Response {
    let exchange = Exchange::begin(shared, tenant, headers);
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return exchange.page(rejection.status(), "The request body cannot be read."),
    };
    let request = TokenRequest::read(text(headers, &CONTENT_TYPE), text(headers, &AUTHORIZATION), &body);
    let granted = match rules::decide(tenant, version, &request) {
        Ok(granted) => granted,
        Err(Denial::Refusal(refusal)) => return of_practice(refused(&refusal, version, &exchange)),
        Err(Denial::Fault(fault)) => return failed(fault, &exchange),
    };
    match token::body(&granted, version, exchange.now, &shared.keys, &shared.identifiers) {
        Ok(body) => of_practice(exchange.answer(StatusCode::OK, JSON, NOT_STORED, "1,0,0,,", body)),
        Err(_) => exchange.page(StatusCode::INTERNAL_SERVER_ERROR, "The token cannot be signed."),
    }
}

/// Says that what else belongs to it, Power BI and the pages of consent, is at the same origin.
fn of_practice(mut response: Response) -> Response {
    response.headers_mut().insert(powerbi::PRACTICE_HEADER, HeaderValue::from_static("same-origin"));
    response
}

/// Answers with the page that stands for the question of consent.
fn consent(shared: &Shared, asked: Asked, tenant: Segments, query: Option<String>, headers: &HeaderMap) -> Response {
    let tenant = segment(tenant);
    let exchange = Exchange::begin(shared, &tenant, headers);
    if rules::existing(&tenant).is_err() {
        return exchange.page(StatusCode::NOT_FOUND, "404 - There is no such practice tenant.");
    }
    let client_id = parameter(&query.unwrap_or_default(), "client_id");
    exchange.answer(StatusCode::OK, HTML, NOT_STORED, "", consent::page(asked, &tenant, &client_id))
}

/// Answers with the refusal.
fn refused(refusal: &Refusal, version: Version, exchange: &Exchange) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let telemetry = format!("1,{},0,,", refusal.row.code);
    exchange.answer(status, JSON, NOT_STORED, &telemetry, refusal.body(version, &exchange.stamps))
}

/// Answers as whoever stands before the service. A gateway knows nothing of the headers of the service behind it.
fn failed(fault: Fault, exchange: &Exchange) -> Response {
    const TEXT: &str = "text/plain; charset=utf-8";
    const PAGE: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n\
                        <center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n";
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    match fault {
        Fault::Throttled => {
            let words = "Too Many Requests".to_owned();
            let mut response = exchange.answer(StatusCode::TOO_MANY_REQUESTS, TEXT, NOT_STORED, "", words);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(WAIT));
            response
        }
        Fault::Page => {
            (unavailable, [(CONTENT_TYPE, HeaderValue::from_static(HTML))], Body::from(PAGE)).into_response()
        }
        Fault::Silent => (unavailable, Body::empty()).into_response(),
    }
}

/// Answers with a document about the tenant in the path, or with the refusal if there is none.
fn about_tenant(
    shared: &Shared,
    tenant: Segments,
    headers: &HeaderMap,
    write: impl FnOnce(Segment, &Exchange) -> String,
) -> Response {
    let tenant = segment(tenant);
    let exchange = Exchange::begin(shared, &tenant, headers);
    match rules::existing(&tenant) {
        Ok(place) => exchange.document(write(place, &exchange)),
        Err(refusal) => {
            let body = refusal.document_body(&exchange.stamps);
            exchange.answer(StatusCode::BAD_REQUEST, JSON, NOT_STORED, "", body)
        }
    }
}

/// Answers where the user's password is checked.
fn realm(shared: &Shared, user: &str, query: &str, headers: &HeaderMap) -> Response {
    let exchange = Exchange::begin(shared, "", headers);
    match realm::body(user, &parameter(query, "api-version")) {
        Some(body) => exchange.answer(StatusCode::OK, JSON, NOT_STORED, "", body),
        None => exchange.page(StatusCode::NOT_FOUND, "404 - File or directory not found."),
    }
}

/// The first parameter of that name in a query; empty when there is none.
fn parameter(query: &str, name: &str) -> String {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn is_rolling(place: Segment) -> bool {
    matches!(place, Segment::Known(tenant) if tenant.is_rolling)
}

/// The one segment of the path that varies; what cannot be decoded is empty.
fn segment(segment: Segments) -> String {
    segment.map(|Path(text)| text).unwrap_or_default()
}
