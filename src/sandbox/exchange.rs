//! One request, and what every answer to it carries.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, DATE, EXPIRES, HOST, HeaderName, PRAGMA, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};

use super::Shared;
use super::answers::Stamps;
use super::clock;
use super::directory::Segment;
use super::identifier::is_guid;

pub(super) const JSON: &str = "application/json; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// For documents that change seldom.
pub(super) const ONE_DAY: &str = "max-age=86400, private";
/// For answers that are for one reader.
pub(super) const NOT_STORED: &str = "no-store, no-cache";

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// What stands on every answer besides `Date`.
const STANDING_HEADERS: [(HeaderName, &str); 7] = [
    (PRAGMA, "no-cache"),
    (EXPIRES, "-1"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("p3p"), "CP=\"DSP CUR OTPi IND OTRi ONL FIN\""),
    (HeaderName::from_static("x-ms-ests-server"), "2.1.99999.1 - LOOP SandboxSlices"),
    (SET_COOKIE, "x-ms-gateway-slice=sandbox; path=/; secure; httponly"),
];

/// One request and what its answer is stamped with.
pub(super) struct Exchange {
    /// The moment of the answer, by the clock of the tenant that was asked.
    pub(super) now: Timestamp,
    /// What makes the answer findable.
    pub(super) stamps: Stamps,
    /// The origin by which the client called: `http://127.0.0.1:18080`.
    pub(super) origin: String,
    cookie: String,
    /// The client's own ID as it was sent.
    sent_id: Option<HeaderValue>,
}

impl Exchange {
    /// Begins the exchange that answers a request to that tenant.
    pub(super) fn begin(shared: &Shared, tenant: &str, headers: &HeaderMap) -> Self {
        let now = now_at(tenant);
        let sent = text(headers, &CLIENT_REQUEST_ID);
        let correlation_id = if is_guid(sent) { sent.to_owned() } else { shared.identifiers.guid() };
        Self {
            now,
            stamps: Stamps { trace_id: shared.identifiers.guid(), correlation_id, timestamp: clock::written(now) },
            origin: origin(shared, text(headers, &HOST)),
            cookie: shared.identifiers.opaque(),
            sent_id: headers.get(CLIENT_REQUEST_ID).cloned(),
        }
    }

    /// An answer with all headers of the service; `telemetry` goes into `x-ms-clitelem` unless it is empty.
    pub(super) fn answer(
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
        let date = clock::http_date(self.now);
        let own = [
            (DATE, date.as_str()),
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

    /// A document that scripts of any origin may read.
    pub(super) fn document(&self, body: String) -> Response {
        let mut response = self.answer(StatusCode::OK, JSON, ONE_DAY, "", body);
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
        headers
            .insert(HeaderName::from_static("access-control-allow-methods"), HeaderValue::from_static("GET, OPTIONS"));
        response
    }

    /// A small HTML page, as Entra's front end gives for what never reaches the service.
    pub(super) fn page(&self, status: StatusCode, words: &str) -> Response {
        let body =
            format!("<!DOCTYPE html><html><head><title>{words}</title></head><body><h2>{words}</h2></body></html>");
        self.answer(status, HTML, "private", "", body)
    }
}

/// The present moment by the clock of that tenant.
fn now_at(tenant: &str) -> Timestamp {
    let now = clock::now();
    let Segment::Known(tenant) = Segment::read(tenant) else { return now };
    now.checked_add(SignedDuration::from_secs(tenant.ahead)).unwrap_or(now)
}

/// The origin that documents name: the one by which the client called if it is this server's, else its address.
fn origin(shared: &Shared, host: &str) -> String {
    let is_local_name = host.strip_prefix("localhost:").is_some_and(|port| port == shared.address.port().to_string());
    if is_local_name { format!("http://{host}") } else { format!("http://{}", shared.address) }
}

/// A header as text, empty when it is missing or no ASCII.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
