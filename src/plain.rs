//! The wizard line by line: for screen readers, very slow lines, terminals that cannot move their cursor, and pipes.
//!
//! A [`Conversation`] is another view of the same [`App`]: what is asked, validated, tested and saved is decided there.
//! It says lines of at most 78 columns, only the address of a page is never broken, and is answered by lines; nothing is
//! redrawn and nothing is coloured. An answer to a question is taken like a paste, so the same noise is taken out of it
//! and told. How a conversation goes is told in one place, so this file is longer than most.

pub mod opening;
mod words;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::App;
use crate::app::effect::{Effect, Machine as _, Msg, RunId};
use crate::app::spoken::{BACK, Place};
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;
use crate::steps::Step;
use crate::steps::questions::{Question, Remark, remarks};
use crate::steps::test::PaneName;
use crate::ui::pane::Line;
use crate::ui::theme::Role;
use crate::verify::{Event, Stage, StageReport, Status};

pub use words::PROMPT;

/// No line is wider, in columns.
pub const WIDTH: usize = 78;

/// Shows what stands in a question and how to answer it.
const EXPLAIN: &str = "?";

/// Empties a setting.
const BLANK: &str = "-";

/// Leaves the questions for the commands.
const COMMANDS: &str = ".";

/// Quits.
const QUIT: &str = "q";

/// Brings back what was taken out of an answer.
const UNDO: &str = "u";

/// Takes out of a password what looks like an accident.
const CLEAN: &str = "x";

/// Before one of the words above, it is a value.
const LITERAL: char = '=';

/// Said in the place of the question about a user's realm: a line that answers another question must not send a password.
const NOT_FROM_A_PIPE: &str =
    "That is asked at a terminal only, so nothing more happens here. token-wizard check FILE sends the password once.";

/// What the conversation waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What is asked, and how it can be answered.
    pub lines: Vec<String>,
    /// Whether nobody should see the answer.
    pub is_secret: bool,
}

/// What a line or a message led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// What is said.
    pub lines: Vec<String>,
    /// What is to be done. Nothing is ever sent to a clipboard.
    pub effects: Vec<Effect>,
}

impl Turn {
    fn say(&mut self, lines: &[Line]) {
        let words = |line: &Line| if line.is_link() { vec![line.plain()] } else { line.text_lines(WIDTH) };
        self.lines.extend(lines.iter().flat_map(words));
    }
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Somebody at a terminal.
    Typed,
    /// A pipe or a file. What an earlier session left, and that a password was held back, is told and not asked about,
    /// so that the same lines always answer the same questions.
    Piped,
}

/// The wizard as a conversation.
#[derive(Debug)]
pub struct Conversation {
    app: App,
    answers: Answers,
    /// Something was said against the answer to the present question.
    is_again: bool,
    /// Stages that have ended before one above them, and are told after it.
    ended: Vec<StageReport>,
}

impl Conversation {
    /// Talks about this wizard.
    pub fn new(mut app: App, answers: Answers) -> Self {
        // Between two lines nothing can be told.
        app.ask_only_when_told();
        Self { app, answers, is_again: false, ended: Vec::new() }
    }

    /// What is said before the first question.
    pub fn begin(&mut self, now: Timestamp) -> Turn {
        let mut turn = Turn::default();
        let mut lines = words::greeting(&self.app);
        lines.extend(self.app.page());
        turn.say(&lines);
        while self.answers == Answers::Piped && self.app.place() == Place::Offered {
            self.press(now, KeyCode::Esc, &mut turn);
        }
        self.finish(turn)
    }

    /// What it waits for; `None` while a test goes on.
    pub fn prompt(&self) -> Option<Prompt> {
        if self.is_running() {
            return None;
        }
        let is_typed = self.answers == Answers::Typed;
        let (lines, is_secret) = match self.app.place() {
            Place::Question(question) => (
                words::question(&self.app, question, self.is_again, is_typed),
                question.setting().is_some_and(|name| name.setting().kind.is_secret()),
            ),
            place => (words::menu(&self.app, place), false),
        };
        let mut turn = Turn::default();
        turn.say(&lines);
        Some(Prompt { lines: self.finish(turn).lines, is_secret })
    }

    /// Whether a test goes on.
    pub fn is_running(&self) -> bool {
        self.app.test().running().is_some()
    }

    /// Whether leaving now would lose something.
    pub fn would_lose(&self) -> bool {
        self.app.would_lose()
    }

    /// What may be kept when the line is lost.
    pub fn draft(&self) -> Option<Values> {
        self.app.draft()
    }

    /// The last words.
    pub fn farewell(&self) -> Vec<String> {
        self.finish(Turn { lines: self.app.farewell(), effects: Vec::new() }).lines
    }

    /// Takes a line in, without its line end. While a test goes on nothing is asked, and the line is dropped.
    pub fn answer(&mut self, now: Timestamp, line: &Secret) -> Turn {
        let mut turn = Turn::default();
        if !self.is_running() {
            match self.app.place() {
                Place::Question(question) => self.answer_question(now, question, line, &mut turn),
                place => self.obey(now, place, line.expose().trim(), &mut turn),
            }
        }
        self.finish(turn)
    }

    /// Takes in what came of an effect.
    pub fn tell(&mut self, now: Timestamp, msg: Msg) -> Turn {
        let mut turn = Turn::default();
        match msg {
            Msg::Ladder(run, event) => self.climb(now, run, event, &mut turn),
            Msg::LadderEnded(run) => {
                let is_present = self.app.test().running() == Some(run);
                // What is asked next is said after the result, for it is about it.
                let mut next = Turn::default();
                self.update(now, Msg::LadderEnded(run), &mut next);
                if is_present {
                    self.tell_ended(&mut turn, |_| true);
                    turn.say(&words::result(self.app.test()));
                }
                if self.answers == Answers::Piped && self.app.test().held().is_some() {
                    self.press(now, KeyCode::Esc, &mut Turn::default());
                    next.lines.clear();
                    next.say(&[Line::new(Role::Text, NOT_FROM_A_PIPE)]);
                }
                if !next.lines.is_empty() {
                    turn.say(&[Line::blank()]);
                }
                turn.lines.append(&mut next.lines);
                turn.effects.append(&mut next.effects);
            }
            Msg::Kept(result) => {
                self.update(now, Msg::Kept(result), &mut turn);
                let words: Vec<Line> = self.app.kept_words().into_iter().collect();
                turn.say(&words);
            }
            msg => {
                // What came of it is told even when it is the same as before.
                let effects = self.app.update(now, msg);
                if effects.is_empty() {
                    turn.say(&self.app.page());
                }
                turn.effects.extend(effects);
            }
        }
        self.finish(turn)
    }

    /// Gives the running test up; without one nothing happens.
    pub fn cancel(&mut self, now: Timestamp) -> Turn {
        let mut turn = Turn::default();
        if self.is_running() {
            let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
            turn.effects = self.app.update(now, Msg::Key(key));
            self.tell_ended(&mut turn, |_| true);
            turn.say(&[Line::new(Role::Text, "Cancelled.")]);
        }
        self.finish(turn)
    }

    fn climb(&mut self, now: Timestamp, run: RunId, event: Event, turn: &mut Turn) {
        let is_present = self.app.test().running() == Some(run);
        match &event {
            Event::Ended(stage) if is_present => self.ended.push(stage.clone()),
            Event::Amended(stage) if is_present => turn.say(&[words::amended(stage)]),
            _ => {}
        }
        self.update(now, Msg::Ladder(run, event), turn);
        // The token may come before what is asked of its tenant at the same time; the ladder reads from above.
        let stages = self.app.test().run.as_ref().map(|run| run.report.stages.as_slice()).unwrap_or_default();
        let running = stages.iter().find(|report| report.status == Status::Running).map(|report| report.stage);
        self.tell_ended(turn, |stage| running.is_none_or(|running| stage < running));
    }

    /// Says how the stages ended that are told now, in the order of the ladder.
    fn tell_ended(&mut self, turn: &mut Turn, is_told: impl Fn(Stage) -> bool) {
        self.ended.sort_by_key(|report| report.stage);
        for report in self.ended.extract_if(.., |report| is_told(report.stage)) {
            turn.say(&[words::stage(&report)]);
        }
    }

    fn answer_question(&mut self, now: Timestamp, question: Question, line: &Secret, turn: &mut Turn) {
        let is_again = std::mem::take(&mut self.is_again);
        let text = line.expose();
        let can_undo = is_again && question.setting().is_some_and(|name| !self.app.form().paste_notes(name).is_empty());
        match (text, question.setting()) {
            _ if text.trim().is_empty() => self.press(now, KeyCode::Enter, turn),
            (EXPLAIN, _) => {
                self.is_again = is_again;
                turn.say(&words::explained(&self.app, question));
            }
            (BACK, _) => self.back(now, turn),
            (COMMANDS, _) => self.press(now, KeyCode::Esc, turn),
            (QUIT, _) => {
                self.press(now, KeyCode::Esc, turn);
                self.press(now, KeyCode::Char('q'), turn);
            }
            (UNDO, Some(name)) if can_undo => {
                self.app.undo();
                self.judge(now, name, Judged::Stays, turn);
            }
            (CLEAN, Some(name)) if can_undo && self.app.form().can_clean(name) => {
                self.app.clean();
                self.judge(now, name, Judged::Stays, turn);
            }
            (BLANK, Some(name)) => self.blank(now, name, turn),
            (_, Some(name)) => {
                self.app.write(&literal(line));
                self.judge(now, name, Judged::MayGoOn, turn);
            }
            (_, None) => {
                let place = text.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                if place.is_some_and(|place| self.app.choose(place)) {
                    self.press(now, KeyCode::Enter, turn);
                } else {
                    self.is_again = true;
                    turn.say(&[Line::new(Role::Text, "Answer with one of the numbers.")]);
                }
            }
        }
    }

    /// Goes to the question before; on the screen, which shows all of a step, that opens the step before at its first.
    fn back(&mut self, now: Timestamp, turn: &mut Turn) {
        let step = self.app.step();
        self.press(now, KeyCode::Up, turn);
        if self.app.step() != step {
            (1..self.app.step().questions().len()).for_each(|_| self.press(now, KeyCode::Down, turn));
        }
    }

    /// Says what the screen would say below the field; goes on when nothing speaks against it.
    fn judge(&mut self, now: Timestamp, name: SettingName, judged: Judged, turn: &mut Turn) {
        let found = remarks(self.app.form(), &self.app.inspection(), name, words::PASTE_KEYS);
        self.is_again = judged == Judged::Stays || found.iter().any(|remark| remark.asks);
        turn.say(&words::judgement(self.app.form(), name, &found));
        if !self.is_again {
            self.press(now, KeyCode::Enter, turn);
        }
    }

    fn blank(&mut self, now: Timestamp, name: SettingName, turn: &mut Turn) {
        self.app.blank();
        let inspection = self.app.inspection();
        let found: Vec<Remark> = inspection.of(name).map(Remark::of).collect();
        self.is_again = found.iter().any(|remark| remark.asks);
        let mut lines = vec![Line::new(Role::Text, "It is empty now.")];
        lines.extend(found.iter().map(words::remark));
        turn.say(&lines);
        if !self.is_again {
            self.press(now, KeyCode::Enter, turn);
        }
    }

    /// Does what is asked for outside of the questions.
    fn obey(&mut self, now: Timestamp, place: Place, typed: &str, turn: &mut Turn) {
        if typed == EXPLAIN {
            let mut lines = self.app.page();
            lines.extend(words::help(&self.app));
            return turn.say(&lines);
        }
        if let (Place::Book | Place::Workspaces | Place::Asking | Place::Copying, Ok(number)) =
            (place, typed.parse::<usize>())
        {
            return self.take_row(now, place, number, turn);
        }
        if let Some(pane) = words::pane(typed).filter(|_| words::has_panes(&self.app, place)) {
            return turn.say(&words::of_pane(self.app.test(), pane));
        }
        let typed = match (place, typed) {
            (Place::Save, "y") => "",
            (Place::Save, "n") => return turn.say(&[Line::new(Role::Text, "Nothing was saved.")]),
            (_, typed) => typed,
        };
        let Some(key) = self.app.command(typed) else {
            // What was typed is not repeated: it may be a secret that came too late.
            return turn.say(&[Line::new(Role::Text, "That is no command here. ? lists them.")]);
        };
        self.press(now, key.code, turn);
        if place == Place::Commands && self.app.place() == place {
            turn.say(&words::present(&self.app));
        }
    }

    fn take_row(&mut self, now: Timestamp, place: Place, number: usize, turn: &mut Turn) {
        if !number.checked_sub(1).is_some_and(|row| self.app.select(row)) {
            return turn.say(&[Line::new(Role::Text, "Answer with one of the numbers.")]);
        }
        if matches!(place, Place::Book | Place::Workspaces | Place::Asking) {
            return self.press(now, KeyCode::Enter, turn);
        }
        if let Some(chosen) = self.app.chosen_text() {
            let lines = if chosen.is_secret {
                vec![Line::new(Role::Text, "It is a secret and is not printed here. f writes it to a file.")]
            } else {
                let role = if chosen.is_link { Role::Link } else { Role::Text };
                chosen.text.expose().lines().map(|line| Line::new(role, line)).collect()
            };
            turn.say(&lines);
        }
    }

    fn press(&mut self, now: Timestamp, code: KeyCode, turn: &mut Turn) {
        self.update(now, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)), turn);
    }

    /// Passes a message on, and says what is new where it leads.
    fn update(&mut self, now: Timestamp, msg: Msg, turn: &mut Turn) {
        let before = (self.app.step(), self.app.place(), self.app.page());
        let effects = self.app.update(now, msg);
        turn.effects.extend(
            effects.into_iter().filter(|effect| !matches!(effect, Effect::Copy(_) | Effect::Ring | Effect::Suspend)),
        );
        let after = (self.app.step(), self.app.place(), self.app.page());
        let is_step = matches!(after.1, Place::Test | Place::Save);
        if is_step && (before.0, before.1) != (after.0, after.1) {
            turn.say(&[Line::blank(), Line::new(Role::Title, format!("Step {}", after.0.title()))]);
        }
        if after != before {
            turn.say(&after.2);
        }
        if after.1 == Place::Text {
            // It is on the paper now; back to where it was asked for.
            while matches!(self.app.place(), Place::Text | Place::Copying) {
                self.app.update(now, Msg::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
            }
        }
    }

    /// Leaves nothing in the lines that the terminal could not show.
    fn finish(&self, mut turn: Turn) -> Turn {
        words::only_shown(&mut turn.lines, self.app.glyphs());
        turn
    }
}

/// Where the conversation goes after what was said of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// To the next question, when nothing speaks against it.
    MayGoOn,
    /// It stays, so that the change can be looked at.
    Stays,
}

/// An answer that is one of the words with `=` before it means the word itself.
fn literal(line: &Secret) -> Secret {
    let text = line.expose();
    let word = text.trim_start_matches(LITERAL);
    let is_word = [EXPLAIN, BACK, BLANK, COMMANDS, QUIT, UNDO, CLEAN].contains(&word);
    match text.strip_prefix(LITERAL) {
        Some(rest) if is_word => Secret::new(rest),
        _ => line.clone(),
    }
}

/// The digits of the steps, for help.
fn steps() -> String {
    let named = Step::ALL.iter().enumerate().map(|(place, step)| format!("{} {}", place + 1, step.title()));
    named.collect::<Vec<_>>().join(", ")
}

/// The panes that are printed on demand, and their words.
const PANES: [(&str, PaneName); 5] = [
    ("why", PaneName::Why),
    ("claims", PaneName::Claims),
    ("powerbi", PaneName::PowerBi),
    ("request", PaneName::Request),
    ("response", PaneName::Response),
];

#[cfg(test)]
mod tests;
