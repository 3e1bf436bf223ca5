//! Step Test: the ladder, and the panes Why, Claims, Power BI, Request, Response.
//!
//! Here is what is known of the tests; its files hold what is said of it and where that stands.

pub mod asking;
mod claims;
mod drawing;
mod ladder;
mod powerbi;
pub mod watch;
pub mod ways;
mod why;

use std::time::Duration;

use crate::domain::attempts::Attempts;
use crate::domain::catalogue;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::letter::{self, Trouble};
use crate::domain::powerbi::{Gates, Workspace};
use crate::domain::registration::Registration;
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::ui::pane::Line;
use crate::ui::theme::Role;
use crate::verify::{self, Blame, Event, Report, RunId, Stage, Status};
use watch::Watch;

/// The panes below the ladder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PaneName {
    /// What is wrong and what to do.
    #[default]
    Why,
    /// The decoded token.
    Claims,
    /// The gates of Power BI.
    PowerBi,
    /// What was sent, masked.
    Request,
    /// What came back, masked.
    Response,
}

impl PaneName {
    const ALL: [Self; 5] = [Self::Why, Self::Claims, Self::PowerBi, Self::Request, Self::Response];
    /// Those that stand beside the explanation on a wide screen.
    const BESIDE: [Self; 4] = [Self::Claims, Self::PowerBi, Self::Request, Self::Response];
    const TITLES: [&'static str; 5] = ["Why", "Claims", "Power BI", "Request", "Response"];
}

/// What stands below every token.
pub const HANDED_OUT: &str =
    "The application hands this token, with all rights of the service principal, to every visitor of its page.";

/// What is said of a test whose settings have changed.
pub const OUTDATED: &str = "The settings have changed since this test; t tests again.";

/// One test and how far it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    id: RunId,
    values: Values,
    /// What the values were read as; `None` when they cannot be sent.
    registration: Option<Registration>,
    /// What is known of it.
    pub report: Report,
    /// Whether it goes on.
    pub is_running: bool,
    /// The person was asked about the user's realm, or need not be, and the password may be sent.
    may_spend: bool,
}

/// A text that can be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copyable {
    /// What it is.
    pub title: &'static str,
    /// The text itself.
    pub text: Secret,
    /// Whether nobody else may see it.
    pub is_secret: bool,
    /// Whether it is the address of a page to open.
    pub is_link: bool,
}

impl Copyable {
    /// The title of the message to the administrator.
    pub const LETTER: &'static str = "Message to your admin";
}

/// How long a test may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// The step's state.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The latest test.
    pub run: Option<Run>,
    /// The passwords that were refused.
    pub attempts: Attempts,
    /// Testing again and again.
    pub watch: Option<Watch>,
    pane: PaneName,
    /// The person chose a pane since the test began: it is not exchanged when the test ends.
    is_chosen: bool,
    scroll: usize,
    count: u64,
    is_cancelled: bool,
}

impl Model {
    /// Begins a test of these values; answers of former ones count no more.
    ///
    /// `may_spend`: the password is sent whatever the realm of its user.
    pub fn begin(&mut self, values: Values, registration: Option<Registration>, may_spend: bool) -> RunId {
        self.count += 1;
        let id = RunId(self.count);
        self.run = Some(Run { id, values, registration, report: Report::default(), is_running: true, may_spend });
        (self.pane, self.is_chosen, self.scroll) = (PaneName::Why, false, 0);
        self.is_cancelled = false;
        id
    }

    /// The test that goes on now.
    pub fn running(&self) -> Option<RunId> {
        self.run.as_ref().filter(|run| run.is_running).map(|run| run.id)
    }

    /// Gives the running test up.
    pub fn cancelled(&mut self) {
        if self.running().is_some() {
            self.run = None;
            self.is_cancelled = true;
        }
    }

    /// Whether the latest test was given up: something may have been sent.
    pub const fn was_cancelled(&self) -> bool {
        self.is_cancelled
    }

    /// Something happened on the ladder; a late answer of another run is ignored.
    pub fn happened(&mut self, id: RunId, event: Event) {
        if let Some(run) = self.run.as_mut().filter(|run| run.id == id && run.is_running) {
            run.report.apply(event);
        }
    }

    /// The ladder is over: claims open by themselves when there is nothing to say against any stage, and the gates
    /// when one of them was asked for by name and Power BI has nothing to say against it.
    pub fn ended(&mut self, id: RunId) {
        if let Some(run) = self.run.as_mut().filter(|run| run.id == id && run.is_running) {
            run.is_running = false;
            let is_good = run.report.has_passed() && run.report.claims.is_some();
            let is_warned = run.report.first(Status::Warned).is_some();
            let are_gates_warned = run.report.stage(Stage::PowerBi).is_some_and(|stage| stage.status == Status::Warned);
            // What was asked for by name stands among the gates.
            let was_asked = run.report.powerbi.iter().any(|gates| !gates.extras().gates().is_empty());
            if !self.is_chosen {
                self.pane = if is_good && was_asked && !are_gates_warned {
                    PaneName::PowerBi
                } else if is_good && !is_warned {
                    PaneName::Claims
                } else {
                    PaneName::Why
                };
                self.scroll = 0;
            }
            if let Some(registration) = &run.registration {
                if run.report.token.is_some() {
                    self.attempts.accepted(registration);
                } else if run.report.answer().is_some_and(is_wrong_password) {
                    self.attempts.refused(registration);
                }
            }
        }
    }

    /// Whether the settings are no longer those that were tested last.
    pub fn is_outdated(&self, draft: &Values) -> bool {
        self.run.as_ref().is_some_and(|run| !run.is_running && run.values != *draft)
    }

    /// The result, while the settings are still those that were tested.
    pub fn fresh(&self, draft: &Values) -> Option<&Report> {
        self.run.as_ref().filter(|run| !run.is_running && run.values == *draft).map(|run| &run.report)
    }

    /// The setting at fault, if there is one.
    pub fn setting_at_fault(&self) -> Option<SettingName> {
        self.run.as_ref()?.report.answer()?.setting
    }

    /// Whether nothing failed in the latest result.
    pub fn has_passed(&self, draft: &Values) -> bool {
        self.fresh(draft).is_some_and(Report::has_passed)
    }

    /// What can be copied of the latest test, the token first.
    pub fn copyable(&self) -> Vec<Copyable> {
        let Some(run) = &self.run else { return Vec::new() };
        let mut texts = Vec::new();
        let mut put = |title, text: Option<String>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                texts.push(Copyable { title, text: Secret::new(text), is_secret: false, is_link: false });
            }
        };
        let text = |lines: &[Line]| lines.iter().map(|line| line.plain() + "\n").collect::<String>();
        let answer = run.report.answer();
        let evidence = answer.and_then(|diagnosis| diagnosis.evidence.as_deref());
        put("Trace ID", evidence.and_then(|evidence| evidence.trace_id.clone()));
        put("Correlation ID", evidence.and_then(|evidence| evidence.correlation_id.clone()));
        put("Why", (!run.is_running).then(|| text(&why::lines(run, &self.attempts))));
        put("Claims", run.report.claims.is_some().then(|| text(&claims::lines(run))));
        if let Some(gates) = run.report.powerbi.as_deref() {
            put("Power BI", Some(text(&powerbi::lines(&run.report))));
            put("Workspace ID", gates.chosen().map(|id| id.to_string()));
            let ids: Vec<&str> = gates.reports().iter().map(|report| report.id.as_str()).collect();
            put("Report IDs", Some(ids.join("\n")));
            put("JavaScript for your page: data source", gates.data_source());
        }
        put("Request, masked", Some(run.report.request.join("\n")));
        put("Request as curl command, asks for the secret", run.registration.as_ref().map(letter::as_curl));
        put("Response, masked", Some(run.report.response.join("\n")));
        put(Copyable::LETTER, self.letter());
        texts.extend(self.links().iter().map(|link| {
            let text = Secret::new(link.url.as_str());
            Copyable { title: link.title, text, is_secret: false, is_link: true }
        }));
        if let Some(token) = &run.report.token {
            let text = token.token.clone();
            texts.insert(0, Copyable { title: "Access token (secret)", text, is_secret: true, is_link: false });
        }
        texts
    }

    /// Whether a watch can begin: something failed that another try may mend.
    pub fn can_watch(&self, draft: &Values) -> bool {
        self.fresh(draft).is_some_and(|report| verify::watch::next(report) == verify::watch::Next::Again)
    }

    /// Whether a watch goes on.
    pub fn is_watching(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.is_on)
    }

    /// Whether the latest test was of the same tenant, app and user: then the same workspaces are in sight.
    pub fn is_of_same(&self, values: &Values) -> bool {
        let names = [SettingName::AppTenantId, SettingName::ClientId, SettingName::User];
        self.run.as_ref().is_some_and(|run| names.iter().all(|name| run.values.get(*name) == values.get(*name)))
    }

    /// The workspaces that the token can look into.
    pub fn workspaces(&self) -> &[Workspace] {
        self.gates().map_or(&[], Gates::workspaces)
    }

    /// The place of the workspace that was looked into.
    pub fn place_of_workspace(&self) -> usize {
        let chosen = self.gates().and_then(Gates::chosen);
        self.workspaces().iter().position(|workspace| Some(&workspace.id) == chosen.as_ref()).unwrap_or(0)
    }

    fn gates(&self) -> Option<&Gates> {
        self.run.as_ref()?.report.powerbi.as_deref()
    }

    fn letter(&self) -> Option<String> {
        let run = self.run.as_ref().filter(|run| !run.is_running && run.report.held.is_none())?;
        let failed = run.report.first(Status::Failed);
        // The way to the provider is not the business of whoever administers the tenant.
        if failed.is_some_and(|stage| stage.blame == Blame::Network) {
            return None;
        }
        let trouble = match failed.map(|stage| stage.stage) {
            Some(Stage::PowerBi) => Trouble::PowerBi,
            Some(_) if run.report.token.is_some() => Trouble::WrongToken,
            None if run.report.token.is_some() => Trouble::Warned,
            _ => Trouble::NoToken,
        };
        Some(letter::to_admin(run.report.answer()?, run.registration.as_ref()?, trouble))
    }

    /// Whether there is something to write to the administrator about.
    pub fn has_letter(&self) -> bool {
        self.letter().is_some()
    }

    /// The word behind the step's name.
    pub fn word(&self, draft: &Values) -> (&'static str, Role) {
        if self.running().is_some() {
            return ("running", Role::Text);
        }
        match self.fresh(draft) {
            None => ("", Role::Text),
            Some(report) if report.first(Status::Failed).is_some() => ("failed", Role::Error),
            Some(report) if report.first(Status::Warned).is_some() => ("warned", Role::Warning),
            Some(_) => ("passed", Role::Ok),
        }
    }

    /// Opens the pane to the right or left.
    pub fn turn(&mut self, forward: bool) {
        let place = PaneName::ALL.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let count = PaneName::ALL.len();
        let next = if forward { place + 1 } else { place + count - 1 } % count;
        self.pane = PaneName::ALL.get(next).copied().unwrap_or_default();
        (self.is_chosen, self.scroll) = (true, 0);
    }

    /// What a pane says of the latest test; nothing before the first.
    pub fn says(&self, pane: PaneName) -> Vec<Line> {
        let Some(run) = &self.run else { return Vec::new() };
        match pane {
            PaneName::Why => {
                let mut lines = why::lines(run, &self.attempts);
                if let Some(watch) = &self.watch {
                    lines.push(Line::blank());
                    lines.extend(watch.journal());
                }
                lines
            }
            PaneName::Claims => claims::lines(run),
            PaneName::PowerBi => powerbi::lines(&run.report),
            PaneName::Request => plain(&run.report.request, not_sent(run.is_running)),
            PaneName::Response => plain(&run.report.response, no_response(run)),
        }
    }
}

/// Why there is no token request to show.
const fn not_sent(is_running: bool) -> &'static str {
    if is_running { "No token request was sent yet." } else { "No token request was sent; see Why." }
}

/// Why there is no answer to show.
const fn no_response(run: &Run) -> &'static str {
    match (run.report.request.is_empty(), run.is_running) {
        (true, true) => not_sent(true),
        (true, false) => "No token request was sent, so there is no response.",
        (false, true) => "Nothing has come back yet.",
        (false, false) => "Nothing came back.",
    }
}

/// Whether the provider counts that refusal towards a lockout.
fn is_wrong_password(diagnosis: &Diagnosis) -> bool {
    let code = diagnosis.code.strip_prefix("AADSTS").and_then(|number| number.parse().ok());
    code.is_some_and(catalogue::counts_towards_lockout)
}

/// Lines as they are on the wire; a row that is too long hangs, for its rest is no line of its own.
fn plain(text: &[String], otherwise: &str) -> Vec<Line> {
    if text.is_empty() {
        return vec![Line::new(Role::Text, otherwise)];
    }
    text.iter().map(|line| Line::new(Role::Text, line).hanging(2)).collect()
}
