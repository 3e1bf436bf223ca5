//! A password is tried once in one run: files with the same user and password share what came of it.
//!
//! Smart lockout counts wrong passwords, and twenty files with the same wrong one would lock the user out. So the first
//! file's request goes alone, the others wait for its answer, and it decides: once the password was accepted, each file
//! may ask for its own token; what was refused is not sent again, and the others are given the same answer. How far a
//! refusal reaches depends on what it is about.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as Shared, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use url::Url;

use crate::domain::catalogue;
use crate::domain::cloud;
use crate::domain::endpoint::Trust;
use crate::domain::exchange::{Body, Clock, Http, HttpAnswer, HttpRequest, TransportError, TransportFault};
use crate::domain::mask::Masker;
use crate::domain::network::families::Tried;
use crate::domain::oauth::{self, TokenAnswer};
use crate::domain::registration::{Grant, Registration};
use crate::domain::secret::Secret;
use crate::domain::setting::SettingName::{AuthTokenUrl, ClientId, ClientSecret, Resource};
use crate::domain::text::head;
use crate::domain::time::Timestamp;

/// Of a refusal's body so many bytes are kept for other files; those of Entra are far shorter.
const LONGEST_KEPT: usize = 16 * 1024;

/// So much of a body is searched for codes, in bytes, as the explanation of a refusal does.
const LONGEST_SEARCH: usize = 16 * 1024;

/// `AADSTS50034`, the user is not in this tenant: counted towards lockout, but another tenant may know the user.
const NOT_IN_TENANT: u32 = 50_034;

/// What became of the passwords of one run.
#[derive(Default)]
pub(super) struct Passwords {
    attempts: Shared<HashMap<User, Vec<Attempt>>>,
}

/// Sign-in host and user, in small letters; hosts of one cloud are one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct User(String, String);

struct Attempt {
    password: Secret,
    outcome: Arc<Mutex<Outcome>>,
}

/// What is known of a user's password. Whoever holds the lock is asking.
#[derive(Default)]
struct Outcome {
    is_accepted: bool,
    refusals: Vec<Refusal>,
}

/// An answer that other files get too.
struct Refusal {
    reach: Reach,
    answer: Result<HttpAnswer, TransportError>,
}

/// Which requests with the same user and password a refusal answers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    /// All: the password is wrong or the account closed, whatever the tenant is called.
    Account,
    /// Those of this tenant.
    Tenant(String),
    /// This very request, by its address and form: the app, its secret, the resource or the address is at fault.
    Request(String, Secret),
}

/// What an answer says about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Accepted,
    /// Nothing of the request was sent.
    NotAsked,
    /// Refused because of the account itself.
    Account,
    /// Refused, or lost on the way: the password may have been counted.
    Tenant,
    /// Refused before or beside the password.
    Request,
}

/// The network as one file sees it.
pub(super) struct Careful<'a, P> {
    ports: &'a P,
    passwords: &'a Passwords,
    trial: Option<Trial>,
    is_spared: AtomicBool,
}

/// Whose password one file wants to try.
struct Trial {
    user: User,
    password: Secret,
    tenant: String,
    /// Knows the secret that the other files may not have: ClientSecret.
    masker: Masker,
}

impl<'a, P> Careful<'a, P> {
    /// For the file with these settings; without any, nothing is sent.
    pub(super) fn new(ports: &'a P, passwords: &'a Passwords, registration: Option<&Registration>) -> Self {
        Self { ports, passwords, trial: registration.and_then(trial), is_spared: AtomicBool::new(false) }
    }

    /// Whether another file's refusal was given instead of sending.
    pub(super) fn is_spared(&self) -> bool {
        self.is_spared.load(Ordering::Relaxed)
    }
}

impl<P: Clock> Clock for Careful<'_, P> {
    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send {
        self.ports.pause(span)
    }

    fn now(&self) -> Timestamp {
        self.ports.now()
    }

    fn request_id(&self) -> String {
        self.ports.request_id()
    }
}

impl<P: Http + Sync> Http for Careful<'_, P> {
    async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, TransportError> {
        // Only token requests have a form and no token.
        match (&self.trial, &request.body, &request.bearer) {
            (Some(trial), Some(Body::Form(form)), None) => {
                let form = form.clone();
                self.try_once(trial, form, request).await
            }
            _ => self.ports.send(request).await,
        }
    }

    fn families(&self, url: &Url) -> impl Future<Output = Vec<Tried>> + Send {
        self.ports.families(url)
    }
}

impl<P: Http + Sync> Careful<'_, P> {
    async fn try_once(&self, trial: &Trial, form: Secret, request: HttpRequest) -> Result<HttpAnswer, TransportError> {
        let outcome = self.passwords.outcome(trial);
        let limit = request.timeout;
        let Ok(known) = tokio::time::timeout(limit, outcome.lock()).await else { return Err(no_turn(limit)) };
        let address = request.url.as_str().to_owned();
        let is_answer = |refusal: &&Refusal| match &refusal.reach {
            Reach::Account => true,
            Reach::Tenant(tenant) => *tenant == trial.tenant,
            Reach::Request(url, other) => *url == address && *other == form,
        };
        if let Some(refusal) = known.refusals.iter().find(is_answer) {
            self.is_spared.store(true, Ordering::Relaxed);
            return refusal.answer.clone();
        }
        let is_accepted = known.is_accepted;
        // Nobody has to wait for a password that is known to be right.
        let turn = if is_accepted {
            drop(known);
            None
        } else {
            Some(known)
        };
        let answer = self.ports.send(request).await;
        let reach = match word(&answer) {
            Word::NotAsked => return answer,
            Word::Accepted if is_accepted => return answer,
            Word::Accepted => None,
            Word::Account => Some(Reach::Account),
            Word::Tenant => Some(Reach::Tenant(trial.tenant.clone())),
            Word::Request => Some(Reach::Request(address, form)),
        };
        let mut known = match turn {
            Some(known) => known,
            None => outcome.lock().await,
        };
        match reach {
            None => known.is_accepted = true,
            Some(reach) => {
                known.is_accepted &= matches!(reach, Reach::Request(..));
                known.refusals.push(Refusal { reach, answer: trial.for_others(&answer) });
            }
        }
        answer
    }
}

impl Trial {
    /// The answer without what only this file's masker knows to be secret, and of bounded size.
    fn for_others(&self, answer: &Result<HttpAnswer, TransportError>) -> Result<HttpAnswer, TransportError> {
        let answer = answer
            .as_ref()
            .map_err(|error| TransportError { detail: self.masker.mask(&error.detail), ..error.clone() })?;
        let body = head(answer.body.expose(), LONGEST_KEPT);
        let kept = |text: &str| self.masker.mask(head(text, LONGEST_KEPT));
        Ok(HttpAnswer {
            status: answer.status,
            headers: answer.headers.iter().map(|(name, value)| (name.clone(), kept(value))).collect(),
            body: Secret::new(kept(body)),
            truncated: answer.truncated || body.len() < answer.body.expose().len(),
            route: answer.route.clone(),
            received_at: answer.received_at,
            duration: Duration::ZERO,
        })
    }
}

impl Passwords {
    fn outcome(&self, trial: &Trial) -> Arc<Mutex<Outcome>> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let of_user = attempts.entry(trial.user.clone()).or_default();
        if let Some(attempt) = of_user.iter().find(|attempt| attempt.password == trial.password) {
            return Arc::clone(&attempt.outcome);
        }
        let outcome = Arc::default();
        of_user.push(Attempt { password: trial.password.clone(), outcome: Arc::clone(&outcome) });
        outcome
    }
}

fn trial(registration: &Registration) -> Option<Trial> {
    let Grant::Password { user, password } = &registration.grant else { return None };
    let endpoint = &registration.endpoint;
    let row = cloud::of_host(endpoint.host(), "").filter(|_| endpoint.trust == Trust::Microsoft);
    let host = row.and_then(|row| row.sign_in_hosts.first().copied());
    // Providers of other makes name their realms anywhere in the path.
    let tenant = endpoint.tenant.clone().unwrap_or_else(|| endpoint.url.path().to_owned());
    Some(Trial {
        user: User(host.map_or_else(|| endpoint.authority(), str::to_owned), user.trim().to_lowercase()),
        password: password.clone(),
        tenant: tenant.to_lowercase(),
        masker: Masker::new(&registration.client_secret),
    })
}

fn word(answer: &Result<HttpAnswer, TransportError>) -> Word {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.kind.is_after_connect() || error.kind == TransportFault::Other => return Word::Tenant,
        Err(_) => return Word::NotAsked,
    };
    let (mut codes, text, name) = match oauth::read_answer(answer) {
        TokenAnswer::Token(_) => return Word::Accepted,
        TokenAnswer::Refusal(error) => (error.codes, error.description.unwrap_or_default(), error.error),
        TokenAnswer::Other(_) => (Vec::new(), head(answer.body.expose(), LONGEST_SEARCH).to_owned(), None),
    };
    codes.extend(catalogue::codes_in(head(&text, LONGEST_SEARCH)));
    if codes.iter().any(|&code| code != NOT_IN_TENANT && catalogue::counts_towards_lockout(code)) {
        return Word::Account;
    }
    let is_beside = match catalogue::rank(&codes).first() {
        Some(&NOT_IN_TENANT) => false,
        Some(&code) => catalogue::entra(code).is_some_and(|entry| {
            matches!(entry.setting, Some(ClientId | ClientSecret | Resource | AuthTokenUrl))
                || matches!(entry.family, "client-auth" | "consent" | "scope")
        }),
        // What is said in OAuth's words of the client and the request (RFC 6749, section 5.2).
        None => matches!(
            name.as_deref(),
            Some(
                "invalid_client"
                    | "unauthorized_client"
                    | "invalid_scope"
                    | "invalid_target"
                    | "unsupported_grant_type"
            )
        ),
    };
    if is_beside { Word::Request } else { Word::Tenant }
}

fn no_turn(limit: Duration) -> TransportError {
    TransportError {
        kind: TransportFault::AnswerTimeout,
        detail: "another file's request with the same user and password was not answered in time".to_owned(),
        way: Box::default(),
        duration: limit,
    }
}

#[cfg(test)]
mod tests;
