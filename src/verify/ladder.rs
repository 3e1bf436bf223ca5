//! Walks the stages: settings, connect, tenant, token, signature, claims, powerbi.
//!
//! Speed comes from order. With `client_credentials` the token request goes first, and what is asked without
//! credentials travels beside it on a second connection. A password is spent only after the tenant and the realm of
//! its user are known.
//!
//! The stages stand together in the order in which they run, so this file is longer than most.

mod gates;
mod words;

use std::cell::Cell;
use std::pin::pin;
use std::time::Duration;

use words::{connect_words, describe, describe_answer, expiry, opaque, tenant_words};

use super::{Blame, Event, OnRealm, Order, Stage, StageReport, Status, TokenReport, beside};
use crate::domain::check;
use crate::domain::diagnosis::{self, Diagnosis};
use crate::domain::discovery::realm::Realm;
use crate::domain::discovery::{Configuration, Discovery};
use crate::domain::endpoint::Endpoint;
use crate::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, TransportError};
use crate::domain::jwt;
use crate::domain::mask::Masker;
use crate::domain::network::{self, Connection};
use crate::domain::oauth::{self, TokenAnswer, TokenResponse};
use crate::domain::powerbi;
use crate::domain::refusal;
use crate::domain::registration::{self, GrantName, Registration};
use crate::domain::signature::Verdict;
use crate::domain::time::{self, Timestamp};
use crate::domain::transport;
use url::Url;

/// Walks the ladder up to `order.until` and tells of every step.
///
/// The token request is sent at most once, and not at all when the ladder ends before the stage `token`.
pub async fn run<P: Http + Clock>(ports: &P, order: &Order, mut emit: impl FnMut(Event)) {
    let mut walk = Walk {
        ports,
        order,
        emit: &mut emit,
        masker: Masker::new(order.values.secrets()),
        begun: ports.now(),
        connection: None,
        is_false: false,
        practice_api: None,
    };
    let last = walk.climb().await;
    for stage in Stage::ALL.into_iter().filter(|stage| *stage > last) {
        let report = Ending { status: Status::Skipped, ..Ending::default() };
        walk.end(stage, report);
    }
    walk.families().await;
}

struct Walk<'a, P, E> {
    ports: &'a P,
    order: &'a Order,
    emit: &'a mut E,
    masker: Masker,
    /// When the ladder began; all of it has one limit.
    begun: Timestamp,
    /// The connection of the stage `connect`, once it stands, and where it leads.
    connection: Option<(Connection, Endpoint)>,
    /// The token's signature is false.
    is_false: bool,
    /// Where the practice tenant has its Power BI.
    practice_api: Option<Url>,
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

    fn of(self, stage: Stage) -> StageReport {
        let Self { status, duration, summary, diagnoses, blame } = self;
        StageReport { stage, status, duration, summary, diagnoses, blame }
    }
}

impl<P: Http + Clock, E: FnMut(Event)> Walk<'_, P, E> {
    /// Returns the last stage that ended.
    async fn climb(&mut self) -> Stage {
        let Some(registration) = self.settings() else { return Stage::Settings };
        match (self.order.until, registration.grant_name()) {
            (Stage::Settings, _) => Stage::Settings,
            (Stage::Connect | Stage::Tenant, _) => self.without_credentials(&registration).await,
            (_, GrantName::ClientCredentials) => self.token_first(&registration).await,
            (_, GrantName::Password) => self.realm_first(&registration).await,
        }
    }

    /// Up to the stage `tenant`, or only to `connect`: nothing is sent that is secret.
    async fn without_credentials(&mut self, registration: &Registration) -> Stage {
        (self.emit)(Event::Started(Stage::Connect));
        let limit = self.left();
        let (outcome, found) = beside::discover(self.ports, &registration.endpoint, limit).await;
        let outcome = if let Some(outcome) = outcome {
            outcome
        } else {
            // Where there is no document to ask for, the token's place itself shows whether it can be reached.
            let mut request = oauth::token_request(registration, &self.ports.request_id(), limit);
            request.body = None;
            self.ports.send(request).await
        };
        if let Some(last) = self.connect(&outcome, registration) {
            return last;
        }
        (self.emit)(Event::Started(Stage::Tenant));
        let realm = beside::realm(self.ports, registration, self.left()).await;
        self.tenant(&found, realm.as_ref(), registration, false);
        Stage::Tenant
    }

    /// The token request at once, tenant and keys beside it.
    async fn token_first(&mut self, registration: &Registration) -> Stage {
        (self.emit)(Event::Started(Stage::Connect));
        let (ports, limit) = (self.ports, self.limit_beside());
        let is_refused = Cell::new(false);
        let mut aside = pin!(async {
            let (_, found) = beside::discover(ports, &registration.endpoint, limit).await;
            let keys = if is_refused.get() { None } else { beside::prefetch(ports, registration, limit).await };
            (found, keys)
        });
        let mut post = pin!(ports.send(self.token_request(registration)));
        let mut known = None;
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut post => break outcome,
                found = &mut aside, if known.is_none() => known = Some(found),
            }
        };
        if let Some(last) = self.connect(&outcome, registration) {
            return last;
        }
        (self.emit)(Event::Started(Stage::Tenant));
        (self.emit)(Event::Started(Stage::Token));
        let token = self.token(outcome, registration, None);
        is_refused.set(token.is_none());
        let (found, keys) = match known {
            Some(known) => known,
            None => aside.await,
        };
        self.tenant(&found, None, registration, token.is_some());
        let Some(token) = token else { return Stage::Token };
        self.with_token(&token, registration, &found, keys).await
    }

    /// Tenant and realm first, and then the password, unless Entra says that there is no such tenant.
    async fn realm_first(&mut self, registration: &Registration) -> Stage {
        (self.emit)(Event::Started(Stage::Connect));
        let (ports, limit) = (self.ports, self.limit_beside());
        let ((outcome, found), realm) = tokio::join!(
            beside::discover(ports, &registration.endpoint, limit),
            beside::realm(ports, registration, limit)
        );
        let is_connected = outcome.is_some();
        if let Some(outcome) = outcome
            && let Some(last) = self.connect(&outcome, registration)
        {
            return last;
        }
        let is_known = if is_connected {
            (self.emit)(Event::Started(Stage::Tenant));
            self.tenant(&found, realm.as_ref(), registration, false)
        } else {
            true
        };
        if !is_known {
            return Stage::Tenant;
        }
        if let Some(realm) = realm.as_ref().filter(|realm| self.is_held_by(realm)) {
            if !is_connected {
                // The realm answered, so the way there is open; nothing else was asked.
                self.end(Stage::Connect, Ending { summary: registration.endpoint.authority(), ..Ending::default() });
                (self.emit)(Event::Started(Stage::Tenant));
                self.tenant(&found, Some(realm), registration, false);
            }
            (self.emit)(Event::Held(realm.clone()));
            return Stage::Tenant;
        }
        let request = self.token_request(registration);
        if is_connected {
            (self.emit)(Event::Started(Stage::Token));
        }
        let outcome = self.ports.send(request).await;
        if !is_connected {
            if let Some(last) = self.connect(&outcome, registration) {
                return last;
            }
            (self.emit)(Event::Started(Stage::Tenant));
            self.tenant(&found, realm.as_ref(), registration, false);
            (self.emit)(Event::Started(Stage::Token));
        }
        let Some(token) = self.token(outcome, registration, realm.as_ref()) else { return Stage::Token };
        self.with_token(&token, registration, &found, None).await
    }

    /// Whether a person decides first whether the password is sent.
    fn is_held_by(&self, realm: &Realm) -> bool {
        self.order.on_realm == OnRealm::Hold && realm.prospect().is_some()
    }

    /// The stages that look at the token.
    async fn with_token(
        &mut self,
        token: &TokenReport,
        registration: &Registration,
        found: &Discovery,
        keys: Option<beside::Fetched>,
    ) -> Stage {
        if self.order.until == Stage::Token {
            return Stage::Token;
        }
        let known = match found {
            Discovery::Known(configuration) => Some(&**configuration),
            Discovery::Refused(_) | Discovery::NotChecked(_) => None,
        };
        self.signature(token, registration, known, keys).await;
        if self.order.until == Stage::Signature {
            return Stage::Signature;
        }
        self.claims(token, registration, known);
        if self.order.until == Stage::Claims {
            return Stage::Claims;
        }
        if self.is_false {
            // Whoever made this token, it was not the provider.
            let summary = "A token whose signature failed is not sent.".to_owned();
            self.end(Stage::PowerBi, Ending { status: Status::Skipped, summary, ..Ending::default() });
            return Stage::PowerBi;
        }
        self.power_bi(token, registration).await;
        Stage::PowerBi
    }

    /// What is left of the time that all of it may take.
    fn left(&self) -> Duration {
        self.order.timeout.saturating_sub(self.ports.now().since(self.begun))
    }

    /// What is asked beside the token must not hold it up for long.
    fn limit_beside(&self) -> Duration {
        self.left().min(beside::LIMIT)
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

    fn token_request(&mut self, registration: &Registration) -> HttpRequest {
        let request_id = self.ports.request_id();
        (self.emit)(Event::Requested(oauth::describe_request(registration, &request_id)));
        oauth::token_request(registration, &request_id, self.left())
    }

    /// Ends the stage `connect`; returns the last stage if the ladder ends with it.
    fn connect(&mut self, outcome: &Result<HttpAnswer, TransportError>, registration: &Registration) -> Option<Stage> {
        let ending = match outcome {
            Ok(answer) => {
                let connection = Connection::of(answer);
                let ending = connected(&connection, &registration.endpoint);
                self.connection = Some((connection, registration.endpoint.clone()));
                ending
            }
            // The connection stood; what failed is the exchange over it.
            Err(error) if error.kind.is_after_connect() => {
                Ending { summary: registration.endpoint.authority(), ..Ending::default() }
            }
            Err(error) => {
                let diagnoses = network::interrupted(&registration.endpoint, error);
                let title = diagnoses.first().map(|diagnosis| diagnosis.title.clone()).unwrap_or_default();
                Ending::judged(title, error.duration, diagnoses, Blame::Network)
            }
        };
        let is_last = ending.is_failed() || self.order.until == Stage::Connect;
        self.end(Stage::Connect, ending);
        is_last.then_some(Stage::Connect)
    }

    /// Amends the stage `connect` if something came to light about it that was not worth a wait before.
    async fn families(&mut self) {
        let Some((mut connection, endpoint)) = self.connection.take() else { return };
        let tried = self.ports.families(&endpoint.url).await;
        if !tried.is_empty() && tried != connection.route.way.tried {
            connection.route.way.tried = tried;
            let report = connected(&connection, &endpoint).of(Stage::Connect);
            (self.emit)(Event::Amended(report));
        }
    }

    fn token(
        &mut self,
        outcome: Result<HttpAnswer, TransportError>,
        registration: &Registration,
        realm: Option<&Realm>,
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
            TokenAnswer::Token(response) => {
                self.practice_api = powerbi::practice_api(registration, &answer);
                return Some(self.issued(response, &answer, spent));
            }
            TokenAnswer::Refusal(error) => {
                let diagnosis = refusal::explain(&error, &answer, registration, realm, &self.masker);
                let summary = refusal::summary(Some(&error), &answer, &diagnosis, &self.masker);
                (diagnosis, summary)
            }
            TokenAnswer::Other(kind) => {
                let diagnosis = refusal::explain_other(kind, &answer, registration, &self.masker);
                let summary = refusal::summary(None, &answer, &diagnosis, &self.masker);
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
        let named = expiry(&jwt::decode(response.access_token.expose()))
            .or_else(|| response.expires_on.map(Timestamp::from_seconds));
        let promised = response.expires_in.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        let expires_at = named.or_else(|| Some(now.plus(promised?)));
        // A moment is by the server's clock, like the claims; a span is the same by every clock.
        let ahead = if named.is_some() { self.server_ahead() } else { 0 };
        let left = expires_at.map(|end| end.seconds_from(now.plus_seconds(ahead)));
        let left = left.map(|seconds| format!(", ends {}", time::relative(seconds))).unwrap_or_default();
        let summary = format!("{} token{left}, {}", answer.status, time::duration(spent));
        let report = TokenReport { token: response.access_token, received_at: now, expires_at };
        (self.emit)(Event::Token(report.clone()));
        self.end(Stage::Token, Ending { summary, duration: spent, blame: Blame::Provider, ..Ending::default() });
        report
    }

    /// Ends the stage `tenant`; tells whether the ladder may go on.
    fn tenant(
        &mut self,
        found: &Discovery,
        realm: Option<&Realm>,
        registration: &Registration,
        is_issued: bool,
    ) -> bool {
        let mut diagnoses: Vec<Diagnosis> = found.explain(registration, is_issued, &self.masker).into_iter().collect();
        diagnoses.extend(realm.and_then(Realm::explain));
        diagnosis::rank(&mut diagnoses);
        let ending =
            Ending::judged(tenant_words(found, realm, registration), Duration::ZERO, diagnoses, Blame::Provider);
        let may_go_on = !ending.is_failed();
        self.end(Stage::Tenant, ending);
        may_go_on
    }

    async fn signature(
        &mut self,
        token: &TokenReport,
        registration: &Registration,
        known: Option<&Configuration>,
        keys: Option<beside::Fetched>,
    ) {
        (self.emit)(Event::Started(Stage::Signature));
        let begun = self.ports.now();
        let limit = self.limit_beside();
        let verdict = beside::verdict(self.ports, &token.token, registration, known, keys, limit).await;
        let spent = self.ports.now().since(begun);
        self.is_false = matches!(verdict, Verdict::Invalid(_));
        let diagnoses = verdict.explain().into_iter().collect();
        self.end(Stage::Signature, Ending::judged(verdict.summary(), spent, diagnoses, Blame::Token));
    }

    fn claims(&mut self, token: &TokenReport, registration: &Registration, known: Option<&Configuration>) {
        (self.emit)(Event::Started(Stage::Claims));
        let ending = match jwt::decode(token.token.expose()) {
            Err(fault) => {
                Ending::judged("no JWT, not checked".to_owned(), Duration::ZERO, vec![opaque(&fault)], Blame::Token)
            }
            Ok(jwt) => {
                // A token is not wrong because this machine's clock is: the server that issued it knows the time. What
                // counts is the moment at which it came, so that every stage says the same of its end.
                let now = token.received_at.plus_seconds(self.server_ahead());
                let judgement = check::judge(&jwt, registration, known, now);
                let summary = judgement.summary();
                (self.emit)(Event::Claims(judgement.claims));
                Ending::judged(summary, Duration::ZERO, judgement.diagnoses, Blame::Token)
            }
        };
        self.end(Stage::Claims, ending);
    }

    /// How many seconds the server's clock is ahead of this machine's, if that matters.
    fn server_ahead(&self) -> i64 {
        let ahead = self.connection.as_ref().and_then(|(connection, _)| connection.ahead);
        ahead.filter(|ahead| ahead.abs() > network::CLOCK_LEEWAY).unwrap_or(0)
    }

    fn end(&mut self, stage: Stage, ending: Ending) {
        (self.emit)(Event::Ended(ending.of(stage)));
    }
}

/// How the stage `connect` ends over a connection that stands.
fn connected(connection: &Connection, endpoint: &Endpoint) -> Ending {
    let spent = connection.route.connect.unwrap_or_default();
    Ending::judged(connect_words(connection, endpoint), spent, connection.explain(endpoint), Blame::Network)
}
