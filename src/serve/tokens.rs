//! One token for everybody who asks, and no refusal that a page could repeat.
//!
//! One task owns all of it. A token is kept until five minutes before its end; a refusal until the file changes or a
//! key is pressed, because a page that reloads in a loop would lock a user out. While a request is under way, everybody
//! waits for its one answer. Whether the file changed is looked at when somebody asks, so nothing wakes up in between.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

use super::World;
use super::answers::{self, Answer};
use crate::domain::attempts::Attempts;
use crate::domain::catalogue;
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::exchange::HttpAnswer;
use crate::domain::oauth::{self, TokenAnswer};
use crate::domain::registration::{self, GrantName, Options, Registration};
use crate::domain::setting::{SettingName, Values};
use crate::domain::storage::Stamp;
use crate::domain::time::Timestamp;
use crate::verify::{Blame, Event, OnRealm, Order, PowerBiOrder, Report, Stage, StageReport, Status};

/// How long before its end a token counts as ended.
const MARGIN: Duration = Duration::from_mins(5);

/// How long a failure of the network is answered from memory, where trying again can lock nobody out.
const PAUSE: Duration = Duration::from_secs(5);

/// What a connection or the person wants.
#[derive(Debug)]
pub(super) enum Wish {
    /// An answer to `GET /tokens/GetAccessToken`.
    Token(oneshot::Sender<Arc<Answer>>),
    /// A connection was turned away for that reason.
    TurnedAway(String),
    /// Ask the provider again: a key was pressed.
    Again,
}

/// Who waits, and for the answer to which state of the file.
struct Waiting {
    stamp: Stamp,
    caller: oneshot::Sender<Arc<Answer>>,
}

/// The answer that is given from memory.
struct Kept {
    stamp: Stamp,
    answer: Arc<Answer>,
    until: Until,
}

/// How long an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Until the file changes or a key is pressed.
    Changed,
    /// From one moment to another; a clock that was set back ends it too.
    Moment(Timestamp, Timestamp),
}

/// A walk up the ladder that goes on.
struct Flight {
    stamp: Stamp,
    registration: Option<Registration>,
    report: Report,
    raw: Option<HttpAnswer>,
    is_answered: bool,
    events: UnboundedReceiver<Event>,
    walk: Pin<Box<dyn Future<Output = ()>>>,
}

impl Flight {
    /// Takes one event in; returns whether it decides what is answered.
    fn take_in(&mut self, event: Event) -> bool {
        if let Event::Raw(answer) = &event {
            self.raw = Some(answer.clone());
        }
        let is_decisive = matches!(&event, Event::Ended(report) if report.stage == Stage::Token);
        self.report.apply(event);
        is_decisive
    }
}

/// The keeper of the token.
pub(super) struct Tokens<W> {
    world: W,
    options: Options,
    timeout: Duration,
    kept: Option<Kept>,
    /// Requests under the password grant that were refused, with the answers. They outlast changes of the file: the
    /// same request is not sent twice without a key.
    refused: Vec<(Registration, Arc<Answer>)>,
    attempts: Attempts,
    /// The key was pressed, so the next password is sent whatever was refused before.
    is_forced: bool,
    flight: Option<Flight>,
    waiting: Vec<Waiting>,
    told: Vec<(Stage, Status, Vec<String>)>,
    turned_away: Option<String>,
}

impl<W: World> Tokens<W> {
    pub(super) fn new(world: W, options: Options, timeout: Duration) -> Self {
        Self {
            world,
            options,
            timeout,
            kept: None,
            refused: Vec::new(),
            attempts: Attempts::default(),
            is_forced: false,
            flight: None,
            waiting: Vec::new(),
            told: Vec::new(),
            turned_away: None,
        }
    }

    /// Fulfils wishes until nobody can have one any more.
    pub(super) async fn run(mut self, mut wishes: UnboundedReceiver<Wish>) {
        loop {
            tokio::select! {
                wish = wishes.recv() => match wish {
                    None => return,
                    Some(Wish::Token(caller)) => self.asked(caller),
                    Some(Wish::Again) => self.forget(),
                    Some(Wish::TurnedAway(why)) => self.turned_away(why),
                },
                event = next(&mut self.flight) => match event {
                    Some(event) => self.happened(event),
                    None => self.landed(),
                },
            }
        }
    }

    fn asked(&mut self, caller: oneshot::Sender<Arc<Answer>>) {
        let (stamp, values) = match self.world.settings() {
            Ok(settings) => settings,
            Err(diagnosis) => {
                self.kept = None;
                let report = failed(Stage::Settings, diagnosis, Blame::Settings);
                let _gone = caller.send(Arc::new(answers::diagnosed(&report)));
                self.tell(&report);
                return;
            }
        };
        if let Some(answer) = self.fresh(stamp) {
            let _gone = caller.send(answer);
            return;
        }
        self.waiting.push(Waiting { stamp, caller });
        // What is still being judged of an answered request is not worth waiting for.
        if self.flight.as_ref().is_none_or(|flight| flight.is_answered) {
            self.start(stamp, values);
        }
    }

    /// The kept answer, while it holds.
    fn fresh(&mut self, stamp: Stamp) -> Option<Arc<Answer>> {
        let now = self.world.now();
        self.kept = self.kept.take().filter(|kept| {
            kept.stamp == stamp
                && match kept.until {
                    Until::Changed => true,
                    Until::Moment(from, to) => from <= now && now < to,
                }
        });
        self.kept.as_ref().map(|kept| Arc::clone(&kept.answer))
    }

    /// Asks the provider, unless that could lock a user out.
    fn start(&mut self, stamp: Stamp, values: Values) {
        let registration = registration::inspect(&values, &self.options).registration;
        if let Some(registration) = &registration
            && !std::mem::take(&mut self.is_forced)
            && let Some(answer) = self.held_back(registration)
        {
            self.answer_all(stamp, &answer);
            self.kept = Some(Kept { stamp, answer, until: Until::Changed });
            return;
        }
        let order = Order {
            values,
            options: self.options.clone(),
            until: Stage::Claims,
            timeout: self.timeout,
            powerbi: PowerBiOrder::default(),
            on_realm: OnRealm::Warn,
        };
        let (sender, events) = unbounded_channel();
        let walk = self.world.verify(order, move |event| drop(sender.send(event)));
        self.flight = Some(Flight {
            stamp,
            registration,
            report: Report::default(),
            raw: None,
            is_answered: false,
            events,
            walk: Box::pin(walk),
        });
    }

    /// The answer in the place of a request that must not be sent without a key.
    fn held_back(&mut self, registration: &Registration) -> Option<Arc<Answer>> {
        if let Some((_, answer)) = self.refused.iter().find(|(refused, _)| refused == registration) {
            return Some(Arc::clone(answer));
        }
        let caution = self.attempts.caution(registration)?;
        let title = if caution.is_repeated {
            "This password was refused before and is not sent again by itself".to_owned()
        } else {
            format!("{} wrong passwords were sent, and after {} a user is locked", caution.refused, caution.limit)
        };
        let diagnosis = Diagnosis::new(
            Severity::Error,
            "password-held-back",
            title,
            "Correct Password, or press Enter where token-wizard serve runs to send it all the same.",
        )
        .at(SettingName::Password)
        .because("A page that asks again and again would lock the user out.");
        let report = failed(Stage::Token, diagnosis, Blame::Provider);
        self.tell(&report);
        Some(Arc::new(answers::diagnosed(&report)))
    }

    fn happened(&mut self, event: Event) {
        if self.flight.as_mut().is_some_and(|flight| flight.take_in(event)) {
            self.answered();
            self.go_on();
        }
    }

    /// The ladder has ended: all that is left of it is what it says.
    fn landed(&mut self) {
        let Some(flight) = &mut self.flight else { return };
        while let Ok(event) = flight.events.try_recv() {
            flight.take_in(event);
        }
        self.answered();
        self.go_on();
        if let Some(flight) = self.flight.take_if(|flight| flight.is_answered) {
            self.tell(&flight.report);
        }
    }

    /// Asks for those who still wait once a request is answered: they have seen a newer file.
    fn go_on(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        if let Some(flight) = self.flight.take() {
            self.tell(&flight.report);
        }
        for Waiting { caller, .. } in std::mem::take(&mut self.waiting) {
            self.asked(caller);
        }
    }

    /// Answers everybody who waits for this request, once.
    fn answered(&mut self) {
        let Some(flight) = self.flight.as_mut().filter(|flight| !flight.is_answered) else { return };
        flight.is_answered = true;
        let stamp = flight.stamp;
        let (answer, until) = outcome(flight, self.world.now());
        let answer = Arc::new(answer);
        if let Some(registration) = flight.registration.as_ref().filter(|registration| is_password(registration)) {
            let stage = flight.report.stage(Stage::Token);
            if flight.report.token.is_some() {
                self.attempts.accepted(registration);
            } else if stage.is_some_and(|stage| stage.status == Status::Failed) {
                if stage.is_some_and(counts_towards_lockout) {
                    self.attempts.refused(registration);
                }
                // Also when no answer came: the password may have arrived.
                self.refused.push((registration.clone(), Arc::clone(&answer)));
            }
        }
        self.answer_all(stamp, &answer);
        self.kept = until.map(|until| Kept { stamp, answer, until });
    }

    fn answer_all(&mut self, stamp: Stamp, answer: &Arc<Answer>) {
        for Waiting { caller, .. } in self.waiting.extract_if(.., |waiting| waiting.stamp == stamp) {
            let _gone = caller.send(Arc::clone(answer));
        }
    }

    /// A key was pressed.
    fn forget(&mut self) {
        self.kept = None;
        self.refused.clear();
        self.is_forced = true;
        self.told.clear();
        self.world.say("Token and refusals are forgotten: the next request asks the provider again.");
    }

    fn turned_away(&mut self, why: String) {
        if self.turned_away.as_ref() != Some(&why) {
            self.world.say(&format!("A connection was refused: {why}."));
            self.turned_away = Some(why);
        }
    }

    /// Tells what is new.
    fn tell(&mut self, report: &Report) {
        let codes = |stage: &StageReport| stage.diagnoses.iter().map(|diagnosis| diagnosis.code.to_string()).collect();
        let news: Vec<_> = report.stages.iter().map(|stage| (stage.stage, stage.status, codes(stage))).collect();
        if news != self.told {
            self.world.tell(report);
            self.told = news;
        }
    }
}

/// The next event of the request under way; `None` when it has ended. Safe to be dropped at any moment.
async fn next(flight: &mut Option<Flight>) -> Option<Event> {
    let Some(flight) = flight else { return pending().await };
    tokio::select! {
        biased;
        Some(event) = flight.events.recv() => Some(event),
        () = &mut flight.walk => None,
    }
}

/// What is answered, and how long it holds; `None` when it is not kept at all.
fn outcome(flight: &Flight, now: Timestamp) -> (Answer, Option<Until>) {
    if let Some(raw) = &flight.raw
        && let Some(answer) = answers::verbatim(raw)
    {
        return match oauth::read_answer(raw) {
            TokenAnswer::Token(response) => {
                let promised = response.expires_in.map(|seconds| {
                    raw.received_at.plus(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
                });
                let end = flight.report.token.as_ref().and_then(|token| token.expires_at);
                (answer, lifetime(raw.received_at, end, promised))
            }
            TokenAnswer::Refusal(_) | TokenAnswer::Other(_) => (answer, Some(Until::Changed)),
        };
    }
    let is_network = flight.report.first(Status::Failed).is_some_and(|stage| stage.blame == Blame::Network);
    let may_repeat = is_network && !flight.registration.as_ref().is_some_and(is_password);
    let until = if may_repeat { Until::Moment(now, now.plus(PAUSE)) } else { Until::Changed };
    (answers::diagnosed(&flight.report), Some(until))
}

/// Until five minutes before the earlier of both ends; a token of unknown or shorter life is not kept.
fn lifetime(received_at: Timestamp, end: Option<Timestamp>, promised: Option<Timestamp>) -> Option<Until> {
    let end = [end, promised].into_iter().flatten().min()?;
    let margin = i64::try_from(MARGIN.as_millis()).unwrap_or(i64::MAX);
    let to = Timestamp::from_millis(end.millis().saturating_sub(margin));
    (received_at < to).then_some(Until::Moment(received_at, to))
}

fn is_password(registration: &Registration) -> bool {
    registration.grant_name() == GrantName::Password
}

/// Whether the provider counts that refusal towards a lockout.
fn counts_towards_lockout(stage: &StageReport) -> bool {
    let code = stage.diagnoses.first().and_then(|diagnosis| diagnosis.code.strip_prefix("AADSTS")?.parse().ok());
    code.is_some_and(catalogue::counts_towards_lockout)
}

/// A report in which nothing but this one stage happened.
fn failed(stage: Stage, diagnosis: Diagnosis, blame: Blame) -> Report {
    let mut report = Report::default();
    report.apply(Event::Ended(StageReport {
        stage,
        status: Status::Failed,
        duration: Duration::ZERO,
        summary: diagnosis.title.clone(),
        diagnoses: vec![diagnosis],
        blame,
    }));
    report
}

#[cfg(test)]
mod tests;
