//! The way to another machine: proxy, address families, TLS and certificates, as plain data and in words.

pub mod certificate;
pub mod families;
pub mod proxy;

use super::diagnosis::{self, Diagnosis, Severity};
use super::endpoint::{Endpoint, Trust};
use super::exchange::{HttpAnswer, Route, TransportError};
use super::time::{self, Timestamp};
use super::transport;
use certificate::{Presented, Roots};
use families::Tried;
use proxy::Choice;

/// Clocks that are further apart than this, in seconds, make tokens look early or late.
pub const CLOCK_LEEWAY: i64 = 300;

/// What is known of the way to the other side, as far as it was gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// The proxy, and what is doubtful about the variables that name it.
    pub proxy: Choice,
    /// What came of each address family, if the name has both; empty behind a proxy and on loopback.
    pub tried: Vec<Tried>,
    /// The TLS version agreed on: `TLS 1.3`.
    pub tls: Option<&'static str>,
    /// The certificate that the other side showed.
    pub presented: Option<Presented>,
    /// The roots that it was held against; known after a fault of a certificate only.
    pub roots: Option<Roots>,
    /// What the proxy answered instead of opening a tunnel.
    pub tunnel: Option<Tunnel>,
    /// How many seconds the proxy's clock is ahead of this machine's, by the header `Date` of its answer.
    pub proxy_ahead: Option<i64>,
}

/// What a proxy answered instead of opening a tunnel (RFC 9110, section 9.3.6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tunnel {
    /// The status code.
    pub status: u16,
    /// The schemes of `Proxy-Authenticate`: `Basic`, `NTLM`, `Negotiate`.
    pub schemes: Vec<String>,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The beginning of the body, without the proxy's credentials.
    pub body: String,
}

impl Way {
    /// What is doubtful about the way although it can be gone, or in addition to the reason why it cannot.
    pub fn explain(&self, host: &str) -> Vec<Diagnosis> {
        let mut diagnoses: Vec<Diagnosis> = families::explain(&self.tried, host).into_iter().collect();
        diagnoses.extend(self.proxy.explain(host));
        diagnosis::rank(&mut diagnoses);
        diagnoses
    }
}

/// A connection that stands, as far as the stage `connect` judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// How it came about.
    pub route: Route,
    /// How many seconds the server's clock is ahead of this machine's, by the header `Date`.
    pub ahead: Option<i64>,
}

impl Connection {
    /// The connection over which an answer came.
    pub fn of(answer: &HttpAnswer) -> Self {
        let date = answer.header("date").and_then(Timestamp::from_http_date);
        Self { route: answer.route.clone(), ahead: date.map(|date| date.seconds_from(answer.received_at)) }
    }

    /// A few words: `login.microsoftonline.com, IPv4, TLS 1.3, 42 ms`.
    pub fn words(&self, endpoint: &Endpoint) -> String {
        let way = &self.route.way;
        let security = match (endpoint.url.scheme(), way.tls) {
            ("https", Some(version)) => version,
            ("https", None) => "TLS",
            _ => "plain http on loopback",
        };
        let proxy = way.proxy.words().map(|words| format!(" through proxy {words}")).unwrap_or_default();
        let families = families::words(&way.tried).map(|words| format!(", {words}")).unwrap_or_default();
        let spent = self.route.connect.map(|spent| format!(", {}", time::duration(spent))).unwrap_or_default();
        let vouched = if endpoint.trust == Trust::Allowed { ", host allowed for this run" } else { "" };
        format!("{}{proxy}{families}, {security}{vouched}{spent}", endpoint.authority())
    }

    /// What is doubtful about it, the worst first.
    pub fn explain(&self, endpoint: &Endpoint) -> Vec<Diagnosis> {
        let mut diagnoses: Vec<Diagnosis> = self.ahead.and_then(clock_skew).into_iter().collect();
        diagnoses.extend(self.route.way.explain(endpoint.host()));
        diagnosis::rank(&mut diagnoses);
        diagnoses
    }
}

/// The stage `connect` of a way that ended too early: the reason first, then what is doubtful about the way.
pub fn interrupted(endpoint: &Endpoint, error: &TransportError) -> Vec<Diagnosis> {
    let mut diagnoses = vec![transport::explain(error, endpoint)];
    diagnoses.extend(error.way.explain(endpoint.host()));
    diagnosis::rank(&mut diagnoses);
    diagnoses
}

/// `3 days ahead of`, for a clock whose counterpart is `ahead` seconds ahead of it; `None` within the leeway.
pub fn skew_words(ahead: i64) -> Option<String> {
    let own = ahead.saturating_neg();
    let direction = if own > 0 { "ahead of" } else { "behind" };
    (own.abs() > CLOCK_LEEWAY).then(|| format!("{} {direction}", time::span(own.unsigned_abs())))
}

/// Judges this machine's clock by how many seconds the server's is ahead of it.
fn clock_skew(ahead: i64) -> Option<Diagnosis> {
    let words = skew_words(ahead)?;
    Some(
        Diagnosis::new(
            Severity::Warning,
            "clock-skew",
            format!("This clock is {words} the server's"),
            "Set this machine's clock.",
        )
        .because("Tokens are valid between two moments; with a wrong clock they look expired or not yet valid.")
        .remedy("Run timedatectl to see whether the clock is synchronised; timedatectl set-ntp true turns that on."),
    )
}
