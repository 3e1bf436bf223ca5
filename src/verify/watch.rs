//! Repeats the ladder until nothing fails: what an administrator was asked for takes effect after minutes or hours.
//!
//! A password is never tried again after it was refused: with the password grant watching begins only once a token was
//! given, and ends at the first refusal of the provider.

use std::time::Duration;

use super::{Event, Order, Report, Stage, Status, run};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::exchange::{Clock, Http};
use crate::domain::powerbi::{Extras, Gate, GateStatus, Gates};
use crate::domain::registration::GrantName;
use crate::domain::time::Timestamp;

/// The shortest time between two tries; anything shorter would be impolite.
pub const SHORTEST: Duration = Duration::from_secs(5);

/// The usual time between two tries.
pub const USUAL: Duration = Duration::from_secs(30);

/// The shortest time between two tries that ask the admin APIs: these take 50 requests an hour, of the whole tenant.
pub const SHORTEST_OF_ADMIN: Duration = Duration::from_mins(2);

/// What a report comes to: the first stage that failed with its code, or that nothing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing failed.
    Passed,
    /// This stage failed, with this code.
    Failed(Stage, String),
    /// Nothing failed, and the password was not sent, for the reason of this code.
    Held(String),
}

impl State {
    /// What a report comes to.
    pub fn of(report: &Report) -> Self {
        let code = |found: Option<&Diagnosis>| found.map(|diagnosis| diagnosis.code.to_string()).unwrap_or_default();
        match report.first(Status::Failed) {
            None if report.held.is_some() => Self::Held(code(report.answer())),
            None => Self::Passed,
            Some(stage) => Self::Failed(stage.stage, code(stage.diagnoses.first())),
        }
    }

    /// `passed`, or `powerbi failed, NoWorkspace`.
    pub fn words(&self) -> String {
        match self {
            Self::Passed => "passed".to_owned(),
            Self::Failed(stage, code) => format!("{} failed, {code}", stage.word()),
            Self::Held(code) => format!("password not sent, {code}"),
        }
    }
}

/// One line of the journal: when something changed, and from what to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When it was seen.
    pub at: Timestamp,
    /// What it was; none at the first try.
    pub from: Option<State>,
    /// What it is.
    pub to: State,
}

impl Change {
    /// `2026-11-24 14:02:11Z  powerbi failed, NoWorkspace -> passed`.
    pub fn words(&self) -> String {
        let from = self.from.as_ref().map(|from| format!("{} -> ", from.words())).unwrap_or_default();
        format!("{}  {from}{}", self.at.utc(), self.to.words())
    }
}

/// Why watching goes on, or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again after the pause.
    Again,
    /// Nothing failed.
    Passed,
    /// Another try could lock the user out or spend a second embed token, or cannot help.
    Stopped,
}

/// Decides after a try whether there is another one.
pub fn next(report: &Report) -> Next {
    match report.first(Status::Failed) {
        None if report.held.is_some() => Next::Stopped,
        None => Next::Passed,
        Some(_) if report.plan.grant == Some(GrantName::Password) && report.token.is_none() => Next::Stopped,
        Some(_) if report.powerbi.as_deref().is_some_and(Gates::has_only_spent) => Next::Stopped,
        Some(_) => Next::Again,
    }
}

/// The pause before the next try: the usual one, or as long as the other side asks for.
pub fn pause(report: &Report, interval: Duration) -> Duration {
    let wanted = report.answer().and_then(retry_after).unwrap_or_default();
    let asks_admin = report.powerbi.iter().flat_map(|gates| gates.rows()).any(|row| {
        // What passed is not asked again.
        row.gate == Gate::Admin && row.status == GateStatus::Failed
    });
    let shortest = if asks_admin { SHORTEST_OF_ADMIN } else { SHORTEST };
    interval.max(wanted).max(shortest)
}

fn retry_after(diagnosis: &Diagnosis) -> Option<Duration> {
    let headers = &diagnosis.evidence.as_deref()?.headers;
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    // Longer than an hour no limit lasts; a date there is ignored.
    value.trim().parse().ok().map(|seconds: u64| Duration::from_secs(seconds.min(3600)))
}

/// Tries until nothing fails or another try is forbidden; tells each change, and returns the last report.
///
/// Before each try `order` gives what to test, or why the file cannot be read, so that a changed file is picked up; and
/// `ports` a connection of its own: between two tries nothing is open and nothing wakes up. Of what is asked by name
/// only that is asked again which has not passed, as long as the settings stay the same.
pub async fn watch<P: Http + Clock>(
    ports: impl Fn() -> P,
    mut order: impl FnMut() -> Result<Order, Diagnosis>,
    interval: Duration,
    mut tell: impl FnMut(&Change),
) -> Report {
    let mut known: Option<State> = None;
    let mut asked: Option<(Order, Extras)> = None;
    loop {
        let connected = ports();
        let report = match order() {
            Ok(mut order) => {
                let mut report = Report::default();
                let whole = order.clone();
                if let Some((_, rest)) = asked.take().filter(|(earlier, _)| *earlier == order) {
                    order.powerbi.extras = rest;
                }
                run(&connected, &order, |event: Event| report.apply(event)).await;
                let rest = order.powerbi.extras.for_next_try(report.powerbi.as_deref());
                asked = Some((whole, rest));
                report
            }
            Err(diagnosis) => Report::unreadable(&diagnosis),
        };
        let state = State::of(&report);
        if known.as_ref() != Some(&state) {
            tell(&Change { at: connected.now(), from: known.replace(state.clone()), to: state });
        }
        if next(&report) != Next::Again {
            return report;
        }
        let span = pause(&report, interval);
        // The connections end here, and their timers with them.
        drop(connected);
        ports().pause(span).await;
    }
}
