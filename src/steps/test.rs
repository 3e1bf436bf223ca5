//! Step Test: the ladder, and the panes Why, Claims, Power BI, Request, Response.
//!
//! A step is one room, so this file is longer than most.

pub mod asking;
mod powerbi;
mod room;
pub mod watch;
pub mod ways;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::attempts::{self, Attempts};
use crate::domain::catalogue;
use crate::domain::check::{ClaimReport, Verdict};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::letter;
use crate::domain::powerbi::{Gates, Workspace};
use crate::domain::registration::Registration;
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::{shape, text};
use crate::ui::draw_spans;
use crate::ui::frame::{Areas, draw_tabs};
use crate::ui::pane::{Line, More, Pane, max_scroll};
use crate::ui::theme::{Look, Role};
use crate::verify::{self, Event, Report, RunId, Stage, StageReport, Status};
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

/// How many rows the ladder has on a low screen, where stages of one status share a row.
const LOW_LADDER: u16 = 3;

/// The column at which the summaries of the ladder begin.
const SUMMARY: usize = 20;

/// Screens with fewer rows for the step are low.
const LOW_BODY: u16 = 15;

/// Where the parts of the step lie.
struct Places {
    ladder: Rect,
    /// The explanation, where it has a place of its own.
    why: Option<Rect>,
    tabs: Rect,
    pane: Rect,
}

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

    /// The ladder is over: claims open by themselves when nothing failed, and Power BI warns of nothing.
    pub fn ended(&mut self, id: RunId) {
        if let Some(run) = self.run.as_mut().filter(|run| run.id == id && run.is_running) {
            run.is_running = false;
            let is_warned = run.report.stage(Stage::PowerBi).is_some_and(|stage| stage.status == Status::Warned);
            let is_good = run.report.has_passed() && run.report.claims.is_some() && !is_warned;
            // What was asked for by name stands among the gates.
            let was_asked = run.report.powerbi.iter().any(|gates| !gates.extras().gates().is_empty());
            if !self.is_chosen {
                self.pane = match (is_good, was_asked) {
                    (true, true) => PaneName::PowerBi,
                    (true, false) => PaneName::Claims,
                    (false, _) => PaneName::Why,
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
        put("Why", (!run.is_running).then(|| text(&why(run, &self.attempts))));
        put("Claims", run.report.claims.is_some().then(|| text(&claims(&run.report))));
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
        let is_power_bi = run.report.first(Status::Failed).is_some_and(|stage| stage.stage == Stage::PowerBi);
        Some(letter::to_admin(run.report.answer()?, run.registration.as_ref()?, is_power_bi))
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

    /// Scrolls by so many rows.
    pub fn scroll(&mut self, rows: isize, areas: &Areas, draft: &Values, idle: &[Line]) {
        let places = self.places(areas, draft);
        // Beside each other, the keys scroll the pane that was chosen.
        let (area, pane) = match places.why {
            Some(why) if self.pane == PaneName::Why => (why, PaneName::Why),
            _ => (places.pane, self.shown_pane(areas)),
        };
        let lines = self.lines(pane, areas, draft, idle);
        let end = max_scroll(Pane::new(&lines, area.width).len(), usize::from(area.height));
        self.scroll = self.scroll.min(end).saturating_add_signed(rows).min(end);
    }

    /// Draws ladder and pane; `idle` is what the pane says before the first test.
    ///
    /// On a wide screen the explanation stands below the ladder, and the other panes beside both.
    pub fn draw(&self, buffer: &mut Buffer, areas: &Areas, draft: &Values, idle: &[Line], look: Look) {
        let places = self.places(areas, draft);
        let mut rows = places.ladder.top()..places.ladder.bottom();
        let mut row = |spans: &[(Role, &str)]| {
            if let Some(y) = rows.next() {
                draw_spans(buffer, Rect { y, height: 1, ..places.ladder }, spans, look);
            }
        };
        match &self.run {
            None if self.is_cancelled => row(&[(Role::Text, "The test was cancelled.")]),
            None => row(&[(Role::Text, "Not tested yet.")]),
            Some(run) => {
                if self.is_outdated(draft) {
                    row(&[(Role::Hint, OUTDATED)]);
                }
                for (status, name, summary) in ladder(&run.report, is_low(areas)) {
                    let lead = format!("{:<8} ", status.word());
                    let name = format!("{name:<10} ");
                    let room = usize::from(places.ladder.width).saturating_sub(text::width(&lead) + text::width(&name));
                    let mut lines = fitting(&summary, room, places.why.is_some()).into_iter();
                    let first = lines.next().unwrap_or_default();
                    row(&[(role(status), &lead), (Role::Text, &name), (Role::Text, &first)]);
                    for line in lines {
                        row(&[(Role::Text, &" ".repeat(SUMMARY)), (Role::Text, &line)]);
                    }
                }
            }
        }
        let more = More { above: "Up back", below: "Down more" };
        let shown = self.shown_pane(areas);
        if let Some(below) = places.why {
            let lines = self.lines(PaneName::Why, areas, draft, idle);
            let (scroll, more) = if self.pane == PaneName::Why {
                (self.scroll, more)
            } else {
                (0, More { above: "", below: "Left to Why, then Down more" })
            };
            Pane::new(&lines, below.width).draw(buffer, below, scroll, more, look);
            let place = PaneName::BESIDE.iter().position(|pane| *pane == shown).unwrap_or(0);
            draw_tabs(buffer, places.tabs, PaneName::TITLES.get(1..).unwrap_or_default(), place, look);
        } else {
            let place = PaneName::ALL.iter().position(|pane| *pane == shown).unwrap_or(0);
            draw_tabs(buffer, places.tabs, &PaneName::TITLES, place, look);
        }
        let lines = self.lines(shown, areas, draft, idle);
        let scroll = if places.why.is_some() && self.pane == PaneName::Why { 0 } else { self.scroll };
        Pane::new(&lines, places.pane.width).draw(buffer, places.pane, scroll, more, look);
    }

    /// The pane with the tabs: beside the explanation that is one of the others.
    fn shown_pane(&self, areas: &Areas) -> PaneName {
        match self.pane {
            PaneName::Why if self.is_side_by_side(areas) => {
                // Without a token the answer says more than an empty list of claims.
                let has_claims = self.run.as_ref().is_some_and(|run| run.report.claims.is_some() || run.is_running);
                if has_claims { PaneName::Claims } else { PaneName::Response }
            }
            pane => pane,
        }
    }

    fn is_side_by_side(&self, areas: &Areas) -> bool {
        self.run.is_some() && areas.is_wide()
    }

    /// Where everything lies. The ladder has as many rows as it will have at its end, so that nothing jumps meanwhile.
    fn places(&self, areas: &Areas, draft: &Values) -> Places {
        let body = areas.body;
        let stages = if is_low(areas) { LOW_LADDER } else { u16::try_from(Stage::ALL.len()).unwrap_or(u16::MAX) };
        // Half of a wide screen is narrow: some summaries take two rows there.
        let stages = if self.is_side_by_side(areas) { stages + 4 } else { stages };
        let rows = if self.run.is_some() { stages + u16::from(self.is_outdated(draft)) } else { 1 };
        let ladder = Rect { height: rows.min(body.height), ..body };
        let below = |rows: u16, area: Rect| {
            let used = rows.min(area.height);
            Rect { y: area.y + used, height: area.height - used, ..area }
        };
        if self.is_side_by_side(areas) {
            let left = Rect { width: body.width / 2 - 1, ..body };
            let right = Rect { x: body.x + left.width + 2, width: body.width - left.width - 2, ..body };
            return Places {
                ladder: Rect { width: left.width, ..ladder },
                why: Some(below(rows + 1, left)),
                tabs: Rect { height: right.height.min(1), ..right },
                pane: below(1, right),
            };
        }
        Places { ladder, why: None, tabs: areas.rule_in_body(body.y + rows), pane: below(rows + 1, body) }
    }

    fn lines(&self, pane: PaneName, areas: &Areas, draft: &Values, idle: &[Line]) -> Vec<Line> {
        let Some(run) = &self.run else { return idle.to_vec() };
        let mut lines = self.says(pane);
        if let (PaneName::PowerBi, Some(gates)) = (pane, self.gates().filter(|_| !self.offers(draft).is_empty())) {
            let hint = "e asks once for an embed token, a query, or the admin APIs.";
            lines.insert(gates.rows().len().min(lines.len()), Line::new(Role::Hint, hint));
        }
        if pane == PaneName::Why && !run.is_running && !self.is_side_by_side(areas) {
            lines.extend(cut_short(&run.report, areas));
        }
        // In view whatever is read meanwhile.
        if pane == PaneName::Why || !self.is_side_by_side(areas) {
            lines.splice(0..0, self.watch.as_ref().and_then(Watch::state));
        }
        lines
    }

    /// What a pane says of the latest test; nothing before the first.
    pub fn says(&self, pane: PaneName) -> Vec<Line> {
        let Some(run) = &self.run else { return Vec::new() };
        match pane {
            PaneName::Why => {
                let mut lines = why(run, &self.attempts);
                if let Some(watch) = &self.watch {
                    lines.push(Line::blank());
                    lines.extend(watch.journal());
                }
                lines
            }
            PaneName::Claims => claims(&run.report),
            PaneName::PowerBi => powerbi::lines(&run.report),
            PaneName::Request => plain(&run.report.request, "Nothing was sent."),
            PaneName::Response => plain(&run.report.response, "Nothing came back."),
        }
    }
}

/// The ladder's rows; skipped stages share one, and on a low screen all that merely passed do, too.
fn ladder(report: &Report, is_low: bool) -> Vec<(Status, String, String)> {
    let shares = |status| status == Status::Skipped || is_low && status == Status::Passed;
    let mut rows: Vec<(Status, String, String)> = Vec::new();
    for stage in &report.stages {
        let word = stage.stage.word();
        match rows.iter_mut().find(|(status, ..)| shares(stage.status) && *status == stage.status) {
            Some((_, names, summary)) => {
                names.push_str(", ");
                names.push_str(word);
                summary.clear();
            }
            None => rows.push((stage.status, word.to_owned(), stage.summary.clone())),
        }
    }
    // What was not tried comes last, also when something beside it ended later.
    rows.sort_by_key(|(status, ..)| *status == Status::Skipped);
    rows
}

/// A summary in the columns that there are: with GUIDs cut in their middle, for their ends are what people compare, or
/// in several rows where there is room for them.
fn fitting(summary: &str, columns: usize, may_wrap: bool) -> Vec<String> {
    if text::width(summary) <= columns {
        return vec![summary.to_owned()];
    }
    let short = shape::with_short_guids(summary);
    if may_wrap && text::width(&short) > columns { text::wrap(&short, columns) } else { vec![short] }
}

/// The stages whose summaries the ladder does not show whole, with all that they say.
fn cut_short(report: &Report, areas: &Areas) -> Vec<Line> {
    let room = usize::from(areas.body.width).saturating_sub(SUMMARY);
    let is_cut = |stage: &&StageReport| {
        !stage.summary.is_empty()
            && (text::width(&stage.summary) > room || is_low(areas) && stage.status == Status::Passed)
    };
    let whole = report.stages.iter().filter(is_cut).map(|stage| {
        Line::new(Role::Text, stage.summary.as_str()).led_by(Role::Label, format!("{:<10} ", stage.stage.word()))
    });
    let mut lines: Vec<Line> = whole.collect();
    if !lines.is_empty() {
        lines.insert(0, Line::blank());
    }
    lines
}

fn is_low(areas: &Areas) -> bool {
    areas.body.height < LOW_BODY
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
        let whom = run.registration.as_ref().map(|registration| registration.endpoint.authority());
        let whom = whom.unwrap_or_else(|| "the identity provider".to_owned());
        let limit = LIMIT.as_secs();
        return vec![Line::new(Role::Text, format!("Waiting for {whom}, at most {limit} s. Ctrl-C cancels."))];
    }
    let stages = [Status::Failed, Status::Warned];
    let found: Vec<&Diagnosis> = stages
        .into_iter()
        .flat_map(|status| run.report.stages.iter().filter(move |stage| stage.status == status))
        .flat_map(|stage| &stage.diagnoses)
        .filter(|diagnosis| diagnosis.severity != Severity::Info)
        .collect();
    let mut lines = ways::not_sent(&run.report);
    let mut ways = ways::lines(run);
    for diagnosis in found {
        if !lines.is_empty() {
            lines.push(Line::blank());
        }
        // What mends it by a key comes with the answer, before all that has to be read.
        explain(diagnosis, std::mem::take(&mut ways), &mut lines);
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

fn explain(diagnosis: &Diagnosis, ways: Vec<Line>, lines: &mut Vec<Line>) {
    lines.push(Line::new(Role::Title, &diagnosis.action).with_right(diagnosis.code.as_ref()));
    lines.push(Line::new(Role::Text, format!("{}. {}", diagnosis.title, diagnosis.cause)));
    lines.extend(ways);
    if !diagnosis.remedies.is_empty() {
        lines.push(Line::blank());
    }
    for (number, remedy) in
        diagnosis.remedies_beside_links(|link| ways::where_shown(diagnosis, link)).iter().enumerate()
    {
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
    let note = if has_verdict { claim.note.as_str() } else { "" };
    // Words that the note repeats are said once.
    let says_words = !claim.value.is_number() && !note.starts_with(claim.words.as_str());
    let words = if says_words { claim.words.as_str() } else { "" };
    let sentences = [note, words, claim.meaning].into_iter().filter(|sentence| !sentence.is_empty());
    let about = sentences.map(capitalised).collect::<Vec<_>>().join(". ");
    let role = if claim.verdict == Verdict::Fail { Role::Title } else { Role::Hint };
    if about.is_empty() { vec![first] } else { vec![first, Line::new(role, about).led_by(role, " ".repeat(14))] }
}

/// The same with a capital at its beginning.
fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn plain(text: &[String], otherwise: &str) -> Vec<Line> {
    if text.is_empty() {
        return vec![Line::new(Role::Text, otherwise)];
    }
    text.iter().map(|line| Line::new(Role::Text, line)).collect()
}
