//! Step Test: the ladder, and the panes Why, Claims, Request, Response.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::attempts::{self, Attempts};
use crate::domain::catalogue;
use crate::domain::check::{ClaimReport, Verdict};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::letter;
use crate::domain::registration::Registration;
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::ui::draw_spans;
use crate::ui::frame::draw_tabs;
use crate::ui::pane::{Line, More, Pane, max_scroll};
use crate::ui::theme::{Look, Role};
use crate::verify::{Event, Report, RunId, StageReport, Status};

/// The panes below the ladder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PaneName {
    /// What is wrong and what to do.
    #[default]
    Why,
    /// The decoded token.
    Claims,
    /// What was sent, masked.
    Request,
    /// What came back, masked.
    Response,
}

impl PaneName {
    const ALL: [Self; 4] = [Self::Why, Self::Claims, Self::Request, Self::Response];
    const TITLES: [&'static str; 4] = ["Why", "Claims", "Request", "Response"];
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
}

impl Copyable {
    /// The title of the message to the administrator.
    pub const LETTER: &'static str = "Message to your admin";
}

/// The step's state.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The latest test.
    pub run: Option<Run>,
    /// The passwords that were refused.
    pub attempts: Attempts,
    pane: PaneName,
    scroll: usize,
    count: u64,
}

impl Model {
    /// Begins a test of these values; answers of former ones count no more.
    pub fn begin(&mut self, values: Values, registration: Option<Registration>) -> RunId {
        self.count += 1;
        let id = RunId(self.count);
        self.run = Some(Run { id, values, registration, report: Report::default(), is_running: true });
        (self.pane, self.scroll) = (PaneName::Why, 0);
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
        }
    }

    /// Something happened on the ladder; a late answer of another run is ignored.
    pub fn happened(&mut self, id: RunId, event: Event) {
        if let Some(run) = self.run.as_mut().filter(|run| run.id == id && run.is_running) {
            run.report.apply(event);
        }
    }

    /// The ladder is over: claims open by themselves when nothing failed.
    pub fn ended(&mut self, id: RunId) {
        if let Some(run) = self.run.as_mut().filter(|run| run.id == id) {
            run.is_running = false;
            let is_good = run.report.first(Status::Failed).is_none() && run.report.claims.is_some();
            self.pane = if is_good { PaneName::Claims } else { PaneName::Why };
            self.scroll = 0;
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
        self.fresh(draft).is_some_and(|report| report.first(Status::Failed).is_none())
    }

    /// What can be copied of the latest test, the token first.
    pub fn copyable(&self) -> Vec<Copyable> {
        let Some(run) = &self.run else { return Vec::new() };
        let mut texts = Vec::new();
        let mut put = |title, text: Option<String>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                texts.push(Copyable { title, text: Secret::new(text), is_secret: false });
            }
        };
        let text = |lines: &[Line]| lines.iter().map(|line| line.plain() + "\n").collect::<String>();
        let answer = run.report.answer();
        let evidence = answer.and_then(|diagnosis| diagnosis.evidence.as_deref());
        put("Trace ID", evidence.and_then(|evidence| evidence.trace_id.clone()));
        put("Correlation ID", evidence.and_then(|evidence| evidence.correlation_id.clone()));
        put("Why", (!run.is_running).then(|| text(&why(run, &self.attempts))));
        put("Claims", run.report.claims.is_some().then(|| text(&claims(&run.report))));
        put("Request, masked", Some(run.report.request.join("\n")));
        put("Request as curl command", run.registration.as_ref().map(letter::as_curl));
        put("Response, masked", Some(run.report.response.join("\n")));
        put(Copyable::LETTER, self.letter());
        if let Some(token) = &run.report.token {
            texts.insert(0, Copyable { title: "Access token", text: token.token.clone(), is_secret: true });
        }
        texts
    }

    fn letter(&self) -> Option<String> {
        let run = self.run.as_ref().filter(|run| !run.is_running)?;
        Some(letter::to_admin(run.report.answer()?, run.registration.as_ref()?))
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
        self.scroll = 0;
    }

    /// Scrolls by so many rows, in a body of that size.
    pub fn scroll(&mut self, rows: isize, body: Rect, idle: &[Line]) {
        let area = self.pane_area(body);
        let end = max_scroll(Pane::new(&self.lines(idle), area.width).len(), usize::from(area.height));
        self.scroll = self.scroll.min(end).saturating_add_signed(rows).min(end);
    }

    /// Draws ladder and pane; `idle` is what the pane says before the first test.
    pub fn draw(&self, buffer: &mut Buffer, body: Rect, tabs: Rect, draft: &Values, idle: &[Line], look: Look) {
        let mut y = body.top();
        let mut row = |spans: &[(Role, &str)], buffer: &mut Buffer| {
            if y < body.bottom() {
                draw_spans(buffer, Rect { y, height: 1, ..body }, spans, look);
                y += 1;
            }
        };
        match &self.run {
            None => row(&[(Role::Text, "Not tested yet.")], buffer),
            Some(run) => {
                for (status, name, summary) in ladder(&run.report) {
                    let lead = format!("{:<8} ", status.word());
                    row(
                        &[(role(status), &lead), (Role::Text, &format!("{name:<10} ")), (Role::Text, &summary)],
                        buffer,
                    );
                }
                if self.is_outdated(draft) {
                    row(&[(Role::Hint, OUTDATED)], buffer);
                }
            }
        }
        let place = PaneName::ALL.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        draw_tabs(buffer, tabs, &PaneName::TITLES, place, look);
        let area = self.pane_area(body);
        let more = More { above: "Up back", below: "Down more" };
        Pane::new(&self.lines(idle), area.width).draw(buffer, area, self.scroll, more, look);
    }

    /// How many rows stand above the rule with the panes: the same while a test goes on, so that nothing jumps.
    pub fn ladder_rows(&self) -> u16 {
        if self.run.is_some() { 5 } else { 1 }
    }

    fn pane_area(&self, body: Rect) -> Rect {
        let above = (self.ladder_rows() + 1).min(body.height);
        Rect { y: body.y + above, height: body.height - above, ..body }
    }

    fn lines(&self, idle: &[Line]) -> Vec<Line> {
        if self.run.is_some() { self.says(self.pane) } else { idle.to_vec() }
    }

    /// What a pane says of the latest test; nothing before the first.
    pub fn says(&self, pane: PaneName) -> Vec<Line> {
        let Some(run) = &self.run else { return Vec::new() };
        match pane {
            PaneName::Why => why(run, &self.attempts),
            PaneName::Claims => claims(&run.report),
            PaneName::Request => plain(&run.report.request, "Nothing was sent."),
            PaneName::Response => plain(&run.report.response, "Nothing came back."),
        }
    }
}

/// The ladder's rows; skipped stages share one.
fn ladder(report: &Report) -> Vec<(Status, String, String)> {
    let is_skipped = |stage: &&StageReport| stage.status == Status::Skipped;
    let mut rows: Vec<_> = report
        .stages
        .iter()
        .filter(|stage| !is_skipped(stage))
        .map(|stage| (stage.status, stage.stage.word().to_owned(), stage.summary.clone()))
        .collect();
    let skipped: Vec<&str> = report.stages.iter().filter(is_skipped).map(|stage| stage.stage.word()).collect();
    if !skipped.is_empty() {
        rows.push((Status::Skipped, skipped.join(", "), String::new()));
    }
    rows
}

const fn role(status: Status) -> Role {
    match status {
        Status::Running => Role::Text,
        Status::Passed => Role::Ok,
        Status::Warned => Role::Warning,
        Status::Failed => Role::Error,
        Status::Skipped => Role::Muted,
    }
}

/// Whether the provider counts that refusal towards a lockout.
fn is_wrong_password(diagnosis: &Diagnosis) -> bool {
    let code = diagnosis.code.strip_prefix("AADSTS").and_then(|number| number.parse().ok());
    code.is_some_and(catalogue::counts_towards_lockout)
}

fn why(run: &Run, attempts: &Attempts) -> Vec<Line> {
    if run.is_running {
        return vec![Line::new(Role::Text, "Waiting for the identity provider. Ctrl-C cancels.")];
    }
    let stages = [Status::Failed, Status::Warned];
    let found: Vec<&Diagnosis> = stages
        .into_iter()
        .flat_map(|status| run.report.stages.iter().filter(move |stage| stage.status == status))
        .flat_map(|stage| &stage.diagnoses)
        .filter(|diagnosis| diagnosis.severity != Severity::Info)
        .collect();
    let mut lines = Vec::new();
    for diagnosis in found {
        if !lines.is_empty() {
            lines.push(Line::blank());
        }
        explain(diagnosis, &mut lines);
    }
    if lines.is_empty() {
        lines.push(Line::new(Role::Text, "Nothing is wrong: the token is what the settings promise."));
    }
    if let Some(registration) = &run.registration
        && let count @ 1.. = attempts.count(registration)
    {
        let limit = attempts::limit(registration);
        lines.push(Line::blank());
        lines.push(Line::new(
            Role::Text,
            format!(
                "Passwords of this user refused in this session: {count}. By default Entra ID locks after {limit}."
            ),
        ));
    }
    lines
}

fn explain(diagnosis: &Diagnosis, lines: &mut Vec<Line>) {
    lines.push(Line::new(Role::Title, &diagnosis.action).with_right(diagnosis.code.as_ref()));
    lines.push(Line::new(Role::Text, format!("{}. {}", diagnosis.title, diagnosis.cause)));
    if !diagnosis.remedies.is_empty() {
        lines.push(Line::blank());
    }
    for (number, remedy) in diagnosis.remedies.iter().enumerate() {
        lines.push(Line::new(Role::Text, remedy).led_by(Role::Key, format!("{}  ", number + 1)));
    }
    let Some(evidence) = &diagnosis.evidence else { return };
    lines.push(Line::blank());
    if let Some(words) = &evidence.words {
        lines.push(Line::new(Role::Text, words).led_by(Role::Label, "Server  "));
    } else if evidence.status.is_none() && !evidence.body.is_empty() {
        lines.push(Line::new(Role::Text, &evidence.body).led_by(Role::Label, "Details "));
    }
    let ids =
        [("Trace ", &evidence.trace_id), ("Correlation ", &evidence.correlation_id), ("At ", &evidence.timestamp)];
    for (name, id) in ids {
        if let Some(id) = id {
            lines.push(Line::new(Role::Hint, format!("{name}{id}")));
        }
    }
}

fn claims(report: &Report) -> Vec<Line> {
    let Some(claims) = &report.claims else {
        return vec![Line::new(Role::Text, "There is no token with claims to show.")];
    };
    let mut lines: Vec<Line> = claims.iter().flat_map(claim).collect();
    lines.push(Line::blank());
    lines.push(Line::new(Role::Hint, HANDED_OUT));
    lines
}

fn claim(claim: &ClaimReport) -> Vec<Line> {
    let name = format!("{:<13} ", claim.name);
    let has_verdict = !claim.note.is_empty();
    let mut first = Line::new(Role::Text, claim.shown_value()).led_by(Role::Label, name);
    if has_verdict {
        first = first.with_right(claim.verdict.word());
    }
    let words =
        if claim.value.is_number() || claim.words.is_empty() { String::new() } else { format!("{}; ", claim.words) };
    let about = match (has_verdict, claim.meaning.is_empty()) {
        (true, true) => claim.note.clone(),
        (true, false) => format!("{}; {}", claim.note, claim.meaning),
        (false, _) => claim.meaning.to_owned(),
    };
    let about = format!("{words}{about}");
    let role = if claim.verdict == Verdict::Fail { Role::Error } else { Role::Hint };
    if about.is_empty() { vec![first] } else { vec![first, Line::new(role, about).led_by(role, " ".repeat(14))] }
}

fn plain(text: &[String], otherwise: &str) -> Vec<Line> {
    if text.is_empty() {
        return vec![Line::new(Role::Text, otherwise)];
    }
    text.iter().map(|line| Line::new(Role::Text, line)).collect()
}
