//! Walks the stages: settings, connect, token, claims.

use std::time::Duration;

use super::{Blame, Event, Order, Stage, StageReport, Status, TokenReport};
use crate::domain::check;
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::endpoint::{Endpoint, Trust};
use crate::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, TransportError};
use crate::domain::jwt::{self, Claim, Jwt, JwtFault};
use crate::domain::mask::Masker;
use crate::domain::oauth::{self, TokenAnswer, TokenResponse};
use crate::domain::refusal;
use crate::domain::registration::{self, Registration};
use crate::domain::text::printable;
use crate::domain::time::{self, Timestamp};
use crate::domain::transport;

/// Clocks that are further apart than this, in seconds, make tokens look early or late.
const CLOCK_LEEWAY: i64 = 300;

/// Walks the ladder up to `order.until` and tells of every step.
///
/// The token request is sent at most once, and not at all when the ladder ends before the stage `token`.
pub async fn run<P: Http + Clock>(ports: &P, order: &Order, mut emit: impl FnMut(Event)) {
    let mut walk = Walk { ports, order, emit: &mut emit, masker: Masker::new(order.values.secrets()) };
    let last = walk.climb().await;
    for stage in Stage::ALL.into_iter().filter(|stage| *stage > last) {
        let report = Ending { status: Status::Skipped, ..Ending::default() };
        walk.end(stage, report);
    }
}

struct Walk<'a, P, E> {
    ports: &'a P,
    order: &'a Order,
    emit: &'a mut E,
    masker: Masker,
}

/// How a stage ended, without its name.
struct Ending {
    status: Status,
    duration: Duration,
    summary: String,
    diagnoses: Vec<Diagnosis>,
    blame: Blame,
}

impl Default for Ending {
    fn default() -> Self {
        Self {
            status: Status::Passed,
            duration: Duration::ZERO,
            summary: String::new(),
            diagnoses: Vec::new(),
            blame: Blame::Settings,
        }
    }
}

impl Ending {
    /// With the status that the diagnoses make.
    fn judged(summary: String, duration: Duration, diagnoses: Vec<Diagnosis>, blame: Blame) -> Self {
        Self { status: Status::of(&diagnoses), duration, summary, diagnoses, blame }
    }

    const fn is_failed(&self) -> bool {
        matches!(self.status, Status::Failed)
    }
}

impl<P: Http + Clock, E: FnMut(Event)> Walk<'_, P, E> {
    /// Returns the last stage that ended.
    async fn climb(&mut self) -> Stage {
        let Some(registration) = self.settings() else { return Stage::Settings };
        if self.order.until == Stage::Settings {
            return Stage::Settings;
        }
        (self.emit)(Event::Started(Stage::Connect));
        let request_id = self.ports.request_id();
        let outcome = self.ports.send(self.request(&registration, &request_id)).await;
        if let Some(last) = self.connect(&outcome, &registration) {
            return last;
        }
        (self.emit)(Event::Started(Stage::Token));
        let Some(token) = self.token(outcome, &registration) else { return Stage::Token };
        if self.order.until == Stage::Token {
            return Stage::Token;
        }
        self.claims(&token, &registration);
        Stage::Claims
    }

    fn settings(&mut self) -> Option<Registration> {
        (self.emit)(Event::Started(Stage::Settings));
        let inspection = registration::inspect(&self.order.values, &self.order.options);
        (self.emit)(Event::Planned(inspection.plan.clone()));
        let summary = match (&inspection.registration, inspection.diagnoses.first()) {
            (None, Some(diagnosis)) => diagnosis.title.clone(),
            (Some(registration), _) => describe(registration),
            (None, None) => String::new(),
        };
        self.end(Stage::Settings, Ending::judged(summary, Duration::ZERO, inspection.diagnoses, Blame::Settings));
        inspection.registration
    }

    /// The token request; or, when only the connection is wanted, a request without credentials to the same place.
    fn request(&mut self, registration: &Registration, request_id: &str) -> HttpRequest {
        let mut request = oauth::token_request(registration, request_id, self.order.timeout);
        if self.order.until == Stage::Connect {
            request.form = None;
            return request;
        }
        (self.emit)(Event::Requested(oauth::describe_request(registration, request_id)));
        request
    }

    /// Ends the stage `connect`; returns the last stage if the ladder ends with it.
    fn connect(&mut self, outcome: &Result<HttpAnswer, TransportError>, registration: &Registration) -> Option<Stage> {
        let ending = match outcome {
            Ok(answer) => {
                let spent = answer.route.connect.unwrap_or_default();
                Ending::judged(
                    route(&registration.endpoint, answer),
                    spent,
                    clock_skew(answer).into_iter().collect(),
                    Blame::Network,
                )
            }
            // The connection stood; what failed is the exchange over it.
            Err(error) if error.kind.is_after_connect() => {
                Ending { summary: registration.endpoint.authority(), ..Ending::default() }
            }
            Err(error) => {
                let diagnosis = transport::explain(error, &registration.endpoint);
                Ending::judged(diagnosis.title.clone(), error.duration, vec![diagnosis], Blame::Network)
            }
        };
        let is_last = ending.is_failed() || self.order.until == Stage::Connect;
        self.end(Stage::Connect, ending);
        is_last.then_some(Stage::Connect)
    }

    fn token(
        &mut self,
        outcome: Result<HttpAnswer, TransportError>,
        registration: &Registration,
    ) -> Option<TokenReport> {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => {
                let diagnosis = transport::explain(&error, &registration.endpoint);
                let title = diagnosis.title.clone();
                self.end(Stage::Token, Ending::judged(title, error.duration, vec![diagnosis], Blame::Network));
                return None;
            }
        };
        let spent = answer.duration.saturating_sub(answer.route.connect.unwrap_or_default());
        let read = oauth::read_answer(&answer);
        if let TokenAnswer::Token(response) = &read {
            for token in &response.tokens {
                self.masker.add(token.expose());
            }
        }
        (self.emit)(Event::Answered(describe_answer(&answer, &self.masker)));
        (self.emit)(Event::Raw(answer.clone()));
        let (diagnosis, summary) = match read {
            TokenAnswer::Token(response) => return Some(self.issued(response, &answer, spent)),
            TokenAnswer::Refusal(error) => {
                let diagnosis = refusal::explain(&error, &answer, registration, &self.masker);
                let summary = refusal::summary(Some(&error), &answer, &diagnosis);
                (diagnosis, summary)
            }
            TokenAnswer::Other(kind) => {
                let diagnosis = refusal::explain_other(kind, &answer, registration, &self.masker);
                let summary = refusal::summary(None, &answer, &diagnosis);
                (diagnosis, summary)
            }
        };
        // A proxy that wants a password is a matter of the network, wherever it shows.
        let blame = if answer.status == 407 { Blame::Network } else { Blame::Provider };
        let summary = format!("{summary}, {}", time::duration(spent));
        self.end(Stage::Token, Ending::judged(summary, spent, vec![diagnosis], blame));
        None
    }

    fn issued(&mut self, response: TokenResponse, answer: &HttpAnswer, spent: Duration) -> TokenReport {
        let now = answer.received_at;
        let promised = response.expires_on.map(Timestamp::from_seconds).or_else(|| {
            let seconds = u64::try_from(response.expires_in?).ok()?;
            Some(now.plus(Duration::from_secs(seconds)))
        });
        let expires_at = expiry(&jwt::decode(response.access_token.expose())).or(promised);
        let left =
            expires_at.map(|end| format!(", ends {}", time::relative(end.seconds_from(now)))).unwrap_or_default();
        let summary = format!("{} token{left}, {}", answer.status, time::duration(spent));
        let report = TokenReport { token: response.access_token, received_at: now, expires_at };
        (self.emit)(Event::Token(report.clone()));
        self.end(Stage::Token, Ending { summary, duration: spent, blame: Blame::Provider, ..Ending::default() });
        report
    }

    fn claims(&mut self, token: &TokenReport, registration: &Registration) {
        (self.emit)(Event::Started(Stage::Claims));
        let ending = match jwt::decode(token.token.expose()) {
            Err(fault) => {
                Ending::judged("no JWT, not checked".to_owned(), Duration::ZERO, vec![opaque(&fault)], Blame::Token)
            }
            Ok(jwt) => {
                let judgement = check::judge(&jwt, registration, self.ports.now());
                let summary = judgement.summary();
                (self.emit)(Event::Claims(judgement.claims));
                Ending::judged(summary, Duration::ZERO, judgement.diagnoses, Blame::Token)
            }
        };
        self.end(Stage::Claims, ending);
    }

    fn end(&mut self, stage: Stage, ending: Ending) {
        let Ending { status, duration, summary, diagnoses, blame } = ending;
        (self.emit)(Event::Ended(StageReport { stage, status, duration, summary, diagnoses, blame }));
    }
}

/// `client_credentials, v1`, and for a client without a secret that it is public.
fn describe(registration: &Registration) -> String {
    let client = if registration.client_secret.is_none() { ", public client" } else { "" };
    format!("{}, v{}{client}", registration.grant_name().word(), registration.endpoint.version.number())
}

/// `login.microsoftonline.com, TLS, 42 ms`.
fn route(endpoint: &Endpoint, answer: &HttpAnswer) -> String {
    let security = match (endpoint.url.scheme(), endpoint.trust) {
        ("https", _) => "TLS",
        _ => "plain http on loopback",
    };
    let proxy =
        answer.route.proxy.as_deref().map(|proxy| format!(" through proxy {}", printable(proxy))).unwrap_or_default();
    let spent = answer.route.connect.map(|spent| format!(", {}", time::duration(spent))).unwrap_or_default();
    let vouched = if endpoint.trust == Trust::Allowed { ", host allowed for this run" } else { "" };
    format!("{}{proxy}, {security}{vouched}{spent}", endpoint.authority())
}

/// Compares this machine's clock with the header `Date`.
fn clock_skew(answer: &HttpAnswer) -> Option<Diagnosis> {
    let server = Timestamp::from_http_date(answer.header("date")?)?;
    let ahead = answer.received_at.seconds_from(server);
    if ahead.abs() <= CLOCK_LEEWAY {
        return None;
    }
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    let span = time::span(ahead.unsigned_abs());
    Some(
        Diagnosis::new(
            Severity::Warning,
            "clock-skew",
            format!("This clock is {span} {direction} the server's"),
            "Set this machine's clock.",
        )
        .because("Tokens are valid between two moments; with a wrong clock they look expired or not yet valid.")
        .remedy("timedatectl shows whether the clock is synchronised."),
    )
}

/// `exp` of the token, if it is one that can be read.
fn expiry(jwt: &Result<Jwt, JwtFault>) -> Option<Timestamp> {
    match jwt.as_ref().ok()?.seconds("exp") {
        Claim::Present(seconds) => Some(Timestamp::from_seconds(seconds)),
        Claim::Absent | Claim::Malformed => None,
    }
}

fn opaque(fault: &JwtFault) -> Diagnosis {
    Diagnosis::new(
        Severity::Warning,
        "token-opaque",
        "The token is no JWT; its claims are not checked",
        "Try the token at the API it is for.",
    )
    .because(format!("It shows no claims: {fault}. Access tokens are opaque to clients, so that is legal."))
}

/// Status, headers and body as lines for the screen, masked.
fn describe_answer(answer: &HttpAnswer, masker: &Masker) -> Vec<String> {
    let mut lines = vec![format!("HTTP {}, {}", answer.status, time::duration(answer.duration))];
    lines.extend(refusal::shown_headers(answer, masker).into_iter().map(|(name, value)| format!("{name}: {value}")));
    lines.push(String::new());
    lines.extend(refusal::shown_body(answer, masker).lines().map(str::to_owned));
    lines
}
