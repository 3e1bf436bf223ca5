//! The wizard as a pure state machine: messages in, effects out, a view of the state.
//!
//! Knows no network, file, clock or environment: all that it may do to the world is an [`effect::Effect`]. What each
//! message does to the one state stands here in one place, so this file is a little longer than most.

mod asking;
mod copying;
mod dispatch;
mod draft;
pub mod effect;
mod keys;
mod list;
mod looking;
mod moving;
mod offers;
pub mod opening;
mod saving;
mod seeking;
pub mod spoken;
mod view;
mod watching;

use std::path::PathBuf;
use std::time::Duration;

use ratatui::layout::Rect;
use url::Url;

use crate::domain::attempts::Caution;
use crate::domain::document::Document;
use crate::domain::powerbi::{Extras, Gate, WorkspaceId};
use crate::domain::registration::Options;
use crate::domain::setting::{Account, SettingName, Values};
use crate::domain::storage::{Exposure, Leftover, Stamp};
use crate::domain::text::{self, printable};
use crate::domain::time::Timestamp;
use crate::steps::form::Form;
use crate::steps::questions::Question;
use crate::steps::tenant::live::Live;
use crate::steps::{Step, save, test};
use crate::ui::frame::{Areas, MAX_COLUMNS, areas};
use crate::ui::theme::Look;
use crate::verify::{OnRealm, Order, PowerBiOrder, Stage, Status};
use effect::{Effect, Machine, Msg};

/// How long a secret stays revealed.
const REVEAL: Duration = Duration::from_mins(1);

/// How long a test may take.
pub const TEST_LIMIT: Duration = test::LIMIT;

/// What the program starts with.
#[derive(Debug)]
pub struct Start {
    /// The settings file.
    pub path: PathBuf,
    /// Its name on the screen.
    pub file: String,
    /// Its text.
    pub document: Document,
    /// What it was when it was read.
    pub stamp: Stamp,
    /// How the settings are read.
    pub options: Options,
    /// What was typed for this file and not saved before a session was cut off, and when.
    pub draft: Option<(Values, Timestamp)>,
    /// The root of Power BI's API that was named; without one the cloud decides.
    pub powerbi_api: Option<Url>,
    /// Accounts to fill the form with; empty when there is no book.
    pub book: Vec<Account>,
    /// What killed saves left beside the file.
    pub leftovers: Vec<Leftover>,
    /// Who else can get at the file.
    pub exposure: Exposure,
    /// Words at the left and right of the header, in the place of the usual ones.
    pub banner: Option<(&'static str, &'static str)>,
    /// How everything looks.
    pub look: Look,
    /// Columns and rows.
    pub size: (u16, u16),
}

/// Where keys go in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Field,
    Commands,
}

/// What lies over the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overlay {
    Help {
        scroll: usize,
    },
    Book {
        row: usize,
    },
    /// The workspaces, to look into one.
    Workspaces {
        row: usize,
    },
    /// What can be asked of Power BI by name.
    Asking {
        row: usize,
    },
    Leaving,
    Leftovers,
    Draft,
    /// Send the password again?
    Again,
    /// Send the password in spite of its user's realm?
    Realm {
        scroll: usize,
    },
    /// The move to a service principal.
    Move {
        page: moving::Page,
        scroll: usize,
    },
    /// The cloud that the tenant is in, to move there.
    Cloud,
    /// What the other one changed, line by line.
    Comparison {
        scroll: usize,
    },
    /// What can be copied.
    Copying {
        row: usize,
    },
    /// One of these without frame and borders.
    Plain {
        row: usize,
        scroll: usize,
    },
}

/// The wizard.
#[derive(Debug)]
pub struct App {
    start: Start,
    form: Form,
    step: Step,
    question: usize,
    focus: Focus,
    /// The question that the wizard opened with is still in focus.
    is_first: bool,
    overlay: Option<Overlay>,
    /// What was typed to find a row of the list over the step.
    sought: String,
    test: test::Model,
    /// What is asked about the tenant beside the tests.
    live: Live,
    save: save::Model,
    save_scroll: usize,
    /// The file was deleted, and the next save makes it anew.
    is_gone: bool,
    copying: copying::Model,
    /// The move to a service principal goes on when step App is done.
    is_moving: bool,
    /// The Power BI workspace to look into; none as long as nobody has chosen.
    workspace: Option<WorkspaceId>,
    /// What the next test that begins by a key asks of Power BI by name.
    asking: Option<Gate>,
    /// What the latest test asked by name, and what of it has passed.
    asked: Extras,
    /// Why the leftovers could not be deleted.
    not_removed: Option<String>,
    /// The secret that is shown, and until when.
    revealed: Option<(SettingName, Timestamp)>,
}

impl App {
    /// Opens on Test when the file is complete, else on the first step.
    pub fn new(start: Start) -> Self {
        let form = Form::new(start.document.values());
        let is_complete = form.inspect(&start.options).registration.is_some();
        let mut app = Self {
            start,
            form,
            step: Step::Who,
            question: 0,
            focus: Focus::Field,
            is_first: true,
            overlay: None,
            sought: String::new(),
            test: test::Model::default(),
            live: Live::default(),
            save: save::Model::default(),
            save_scroll: 0,
            is_gone: false,
            copying: copying::Model::default(),
            is_moving: false,
            workspace: None,
            asking: None,
            asked: Extras::default(),
            not_removed: None,
            revealed: None,
        };
        app.go(if is_complete { Step::Test } else { Step::Who }, 0);
        app.live.begins_with(app.draft_registration().map(|registration| registration.endpoint));
        app.offer();
        app
    }

    /// What is left on the normal screen after leaving: the last result, and what was not saved. No line is wider than
    /// the screen, but for the path of a file, which is a line of its own.
    pub fn farewell(&self) -> Vec<String> {
        let width = usize::from(self.start.size.0.clamp(1, MAX_COLUMNS));
        let mut lines = Vec::new();
        let mut say = |sentence: String| {
            // Once the banner is gone nothing else tells it from real work.
            let practice = if self.is_practice() && lines.is_empty() { "Practice: " } else { "" };
            lines.extend(text::wrap(&format!("{practice}{sentence}"), width));
        };
        if let Some(run) = self.test.run.as_ref().filter(|run| !run.is_running) {
            let status = match (run.report.first(Status::Failed), &run.report.held) {
                (Some(_), _) => "failed",
                (None, Some(_)) => "ended before the password was sent",
                (None, None) => "passed",
            };
            let answer = run.report.answer();
            let action =
                answer.map(|diagnosis| format!(" {} [{}]", diagnosis.action, diagnosis.code)).unwrap_or_default();
            say(format!("Last test {status}.{action}"));
            let evidence = answer.and_then(|diagnosis| diagnosis.evidence.as_deref());
            if let Some(trace) = evidence.and_then(|evidence| evidence.trace_id.as_deref()) {
                let correlation = evidence.and_then(|evidence| evidence.correlation_id.as_deref()).unwrap_or("unknown");
                say(format!("Trace ID {trace}, Correlation ID {correlation}."));
            }
        }
        let changed = self.form.changed();
        if !changed.is_empty() {
            let names: Vec<&str> = changed.into_iter().map(SettingName::key).collect();
            say(format!("Not saved to {}: {}.", self.start.file, names.join(", ")));
        } else if let save::Model::Saved(count) = self.save {
            let gone = if self.is_practice() { ", the practice copy, which is removed now" } else { "" };
            say(format!("Saved to {}: {}{gone}.", self.start.file, save::values(count)));
        }
        let kept = self.kept_files();
        if !kept.is_empty() {
            say("Copied text is still here; delete it when you are done:".to_owned());
        }
        // Each whole, however long it is, so that it can be selected and pasted.
        lines.extend(kept.iter().map(|path| printable(&path.to_string_lossy()).into_owned()));
        lines
    }

    fn question(&self) -> Option<Question> {
        self.step.questions().get(self.question).copied()
    }

    fn setting_in_focus(&self) -> Option<SettingName> {
        self.question()?.setting()
    }

    fn secret_in_focus(&self) -> Option<SettingName> {
        self.setting_in_focus().filter(|name| name.setting().kind.is_secret())
    }

    fn is_choice(&self) -> bool {
        self.question().is_some_and(Question::is_choice)
    }

    fn can_undo(&self) -> bool {
        self.setting_in_focus().is_some_and(|name| self.form.field(name).can_undo())
    }

    fn can_clean(&self) -> bool {
        self.setting_in_focus().is_some_and(|name| self.form.can_clean(name))
    }

    fn has_book(&self) -> bool {
        !self.start.book.is_empty()
    }

    fn is_running(&self) -> bool {
        self.test.running().is_some()
    }

    /// Whether the file is the copy that belongs to the practice tenant.
    const fn is_practice(&self) -> bool {
        self.start.banner.is_some()
    }

    fn is_unsaved(&self) -> bool {
        !self.form.changed().is_empty()
    }

    /// Why to ask before the next test sends the password.
    fn caution(&self) -> Option<Caution> {
        let registration = self.form.inspect(&self.start.options).registration?;
        self.test.attempts.caution(&registration)
    }

    fn has_passed(&self) -> bool {
        self.test.has_passed(&self.form.draft())
    }

    /// To a question of a step; the field there is entered.
    fn go(&mut self, step: Step, question: usize) {
        self.leave_field();
        (self.step, self.question, self.focus, self.overlay) = (step, question, Focus::Field, None);
        self.is_moving &= step == Step::App;
        self.save_scroll = 0;
        self.enter_field();
    }

    fn enter_field(&mut self) {
        self.focus = Focus::Field;
        if let Some(name) = self.setting_in_focus() {
            self.form.enter(name);
        }
    }

    fn leave_field(&mut self) {
        self.revealed = None;
        if let Some(name) = self.setting_in_focus() {
            self.form.leave(name);
        }
    }

    fn areas(&self) -> Areas {
        let (width, height) = self.start.size;
        areas(Rect { x: 0, y: 0, width, height })
    }

    fn body(&self) -> Rect {
        self.areas().body
    }

    fn begin_test(&mut self) -> Vec<Effect> {
        if !self.test.is_of_same(&self.form.draft()) {
            self.workspace = None;
        }
        let asked = self.overlay;
        let may_spend = match asked {
            Some(Overlay::Realm { .. }) => true,
            asked => self.test.knows_realm(&self.form.draft(), asked == Some(Overlay::Again)),
        };
        let mut effects: Vec<Effect> = self.test.running().map(Effect::Cancel).into_iter().collect();
        self.test.cancelled();
        self.go(Step::Test, 0);
        // Whoever was asked about the realm was asked about the lockout before, and was told of it again.
        if !matches!(asked, Some(Overlay::Again | Overlay::Realm { .. })) && self.caution().is_some() {
            self.overlay = Some(Overlay::Again);
            return effects;
        }
        let extras = self.take_asked();
        effects.extend(self.start_run(may_spend, extras));
        effects
    }

    /// `may_spend`: a password is sent whatever the realm of its user; else the person is asked first.
    fn start_run(&mut self, may_spend: bool, extras: Extras) -> Vec<Effect> {
        let values = self.form.draft();
        let registration = self.form.inspect(&self.start.options).registration;
        if let Some(registration) = &registration {
            self.live.test_begins(&registration.endpoint);
        }
        let run = self.test.begin(values.clone(), registration, may_spend);
        let options = self.form.reading(&self.start.options);
        let powerbi = PowerBiOrder { root: self.start.powerbi_api.clone(), workspace: self.workspace.clone(), extras };
        let on_realm = if may_spend { OnRealm::Warn } else { OnRealm::Hold };
        let order = Order { values, options, until: Stage::PowerBi, timeout: TEST_LIMIT, powerbi, on_realm };
        vec![Effect::Verify { run, order: Box::new(order) }]
    }

    fn paste(&mut self, text: &str) {
        if self.overlay.is_some() || !self.step.is_form() {
            return;
        }
        if let Some(name) = self.setting_in_focus() {
            if self.focus == Focus::Commands {
                self.enter_field();
            }
            self.form.paste(name, text);
        }
    }
}

impl App {
    fn take(&mut self, now: Timestamp, msg: Msg) -> Vec<Effect> {
        if self.revealed.is_some_and(|(_, until)| now >= until) {
            self.revealed = None;
        }
        self.hide_plain(now);
        match msg {
            Msg::Key(key) => return self.key(now, key),
            Msg::Paste(text) => self.paste(text.expose()),
            Msg::Resized(columns, rows) => self.start.size = (columns, rows),
            Msg::Woke => return self.try_again(now),
            Msg::Ladder(run, event) => self.test.happened(run, event),
            Msg::LadderEnded(run) => return self.ladder_ended(now, run),
            Msg::Discovered(probe, found) => self.live.found(now, probe, found),
            Msg::Saved(result) => return self.saved(result),
            Msg::Read(result) => self.read(result),
            Msg::Removed(result) => self.removed(result),
            Msg::Kept(result) => self.kept(result),
        }
        Vec::new()
    }
}

impl Machine for App {
    fn update(&mut self, now: Timestamp, msg: Msg) -> Vec<Effect> {
        let by_key = matches!(msg, Msg::Key(_));
        let before = (self.step, self.question);
        let mut effects = self.take(now, msg);
        self.is_first &= before == (self.step, self.question);
        effects.extend(self.look_ahead(now, by_key && before.0 != self.step && self.step == Step::Test));
        effects
    }

    fn view(&self, frame: &mut ratatui::Frame<'_>) {
        self.draw(frame);
    }

    fn link(&self) -> Option<String> {
        self.shown_link()
    }

    fn wake(&self) -> Option<Timestamp> {
        let revealed = self.revealed.map(|(_, until)| until);
        let again = self.test.watch.as_ref().and_then(|watch| watch.next);
        revealed.into_iter().chain(self.copying.until).chain(again).chain(self.live.due()).min()
    }
}
