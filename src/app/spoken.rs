//! The wizard for a view that draws nothing: where it stands, in words, and what can be answered there.
//!
//! All that happens still happens in [`App`]: a line is a key of its tables, or goes into its form.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::keys::Action;
use super::{App, Focus, Overlay};
use crate::domain::registration::{Inspection, Options};
use crate::domain::secret::Secret;
use crate::steps::form::Form;
use crate::steps::questions::Question;
use crate::steps::test::{Copyable, Model, OUTDATED, PaneName};
use crate::steps::{Step, save};
use crate::ui::keymap::{Binding, lookup};
use crate::ui::pane::Line;
use crate::ui::theme::{Glyphs, Role};

/// What is typed in the place of the key Esc.
pub const BACK: &str = "<";

/// Where the wizard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a question of a form.
    Question(Question),
    /// At the commands of a form.
    Commands,
    /// In step Test.
    Test,
    /// In step Save.
    Save,
    /// In the account book: rows to choose from.
    Book,
    /// Before the workspaces of Power BI: rows to choose from.
    Workspaces,
    /// Before what can be asked of Power BI by name: rows to choose from.
    Asking,
    /// Before the texts that can be copied: rows to choose from.
    Copying,
    /// Before one of these texts.
    Text,
    /// On the help page.
    Help,
    /// Something was offered before the first step.
    Offered,
    /// Something is asked before it goes on, or was asked for.
    Asked,
}

/// What can be answered besides rows and steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// What to type: a letter, `<`, or `Enter` for an empty line.
    pub key: &'static str,
    /// What it does, in a word or two.
    pub label: &'static str,
    /// The same in a sentence; may be empty.
    pub help: &'static str,
}

impl App {
    /// Where the wizard stands.
    pub fn place(&self) -> Place {
        match (self.overlay, self.step, self.question()) {
            (Some(Overlay::Help { .. }), ..) => Place::Help,
            (Some(Overlay::Book { .. }), ..) => Place::Book,
            (Some(Overlay::Workspaces { .. }), ..) => Place::Workspaces,
            (Some(Overlay::Asking { .. }), ..) => Place::Asking,
            (Some(Overlay::Copying { .. }), ..) => Place::Copying,
            (Some(Overlay::Plain { .. }), ..) => Place::Text,
            (Some(Overlay::Leftovers | Overlay::Draft), ..) => Place::Offered,
            (
                Some(
                    Overlay::Leaving
                    | Overlay::Again
                    | Overlay::Realm { .. }
                    | Overlay::Cloud
                    | Overlay::Move { .. }
                    | Overlay::Comparison { .. },
                ),
                ..,
            ) => Place::Asked,
            (None, Step::Test, _) => Place::Test,
            (None, Step::Save, _) => Place::Save,
            (None, _, Some(question)) if self.focus == Focus::Field => Place::Question(question),
            (None, ..) => Place::Commands,
        }
    }

    /// The step under it.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The question that is or was in focus.
    pub fn question_in_focus(&self) -> Option<Question> {
        self.question()
    }

    /// The form.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The latest test.
    pub fn test(&self) -> &Model {
        &self.test
    }

    /// What became of saving.
    pub fn save(&self) -> &save::Model {
        &self.save
    }

    /// How the settings are read.
    pub fn options(&self) -> &Options {
        &self.start.options
    }

    /// Everything that is wrong with the settings.
    pub fn inspection(&self) -> Inspection {
        self.form.inspect(&self.start.options)
    }

    /// The name of the file, and the words that stand for practice.
    pub fn heading(&self) -> (&str, Option<(&'static str, &'static str)>) {
        (&self.start.file, self.start.banner)
    }

    /// Which characters may be written.
    pub fn glyphs(&self) -> Glyphs {
        self.start.look.glyphs
    }

    /// Whether leaving now would lose something.
    pub fn would_lose(&self) -> bool {
        self.is_unsaved()
    }

    /// What stands there, besides questions and the result of a test.
    pub fn page(&self) -> Vec<Line> {
        match self.place() {
            Place::Question(_) | Place::Commands | Place::Help => Vec::new(),
            Place::Test if self.is_running() => self.test.says(PaneName::Why),
            Place::Test if self.test.is_outdated(&self.form.draft()) => vec![Line::new(Role::Hint, OUTDATED)],
            Place::Test if self.test.run.is_some() => Vec::new(),
            Place::Test => self.idle_lines(),
            Place::Save => self.save_lines(None),
            Place::Book => numbered(self.start.book.iter().map(|row| format!("{}: {}", row.name, row.situation))),
            Place::Workspaces => numbered(self.test.workspaces().iter().map(|row| format!("{}, {}", row.name, row.id))),
            Place::Asking => {
                numbered(self.offers_to_ask().iter().map(|offer| format!("{}: {}", offer.gate.word(), offer.about)))
            }
            Place::Copying => numbered(self.test.copyable().iter().map(|row| row.title.to_owned())),
            Place::Text => {
                let Some(Copyable { text, is_link, .. }) = self.chosen() else { return Vec::new() };
                let role = if is_link { Role::Link } else { Role::Text };
                text.expose().lines().map(|line| Line::new(role, line)).collect()
            }
            Place::Offered | Place::Asked => match self.overlay {
                Some(Overlay::Comparison { .. }) => self.save.comparison(&self.start.document),
                Some(Overlay::Leftovers) => self.leftover_lines(),
                Some(Overlay::Draft) => self.draft_lines(),
                Some(Overlay::Again) => self.again_lines(),
                Some(Overlay::Realm { .. }) => self.test.realm_question(),
                Some(Overlay::Move { page, .. }) => self.move_lines(page),
                Some(Overlay::Cloud) => self.cloud_lines(),
                _ => self.leaving_lines(),
            },
        }
    }

    /// The sentence about the file that a text was written to last.
    pub fn kept_words(&self) -> Option<Line> {
        self.kept_line()
    }

    /// The text that is chosen in the list of what can be copied.
    pub fn chosen_text(&self) -> Option<Copyable> {
        self.chosen()
    }

    /// What can be answered now, in the order of the footer.
    pub fn commands(&self) -> Vec<Command> {
        let place = self.place();
        let table = self.table();
        let shown = table.iter().filter(|row| !row.shown.is_empty() && is_for_lines(row.action, place));
        // A key with several rows, for its place in the footer, is explained by one of them.
        let help = |key| table.iter().find(|row| row.shown == key && !row.help.is_empty()).map_or("", |row| row.help);
        shown
            .filter_map(|row| {
                let help = if row.help.is_empty() { help(row.shown) } else { row.help };
                Some(Command { key: typed_for(row.shown), label: (row.label)(self)?, help })
            })
            .collect()
    }

    /// The key that a typed line stands for, when it does something now: a letter, `<`, nothing, the words of a
    /// command, or the digit of a step.
    pub fn command(&self, typed: &str) -> Option<KeyEvent> {
        let place = self.place();
        let mut letters = typed.chars();
        let code = match (typed, letters.next(), letters.next()) {
            ("", ..) => KeyCode::Enter,
            (BACK, ..) => KeyCode::Esc,
            (_, Some(letter), None) => KeyCode::Char(letter),
            _ => return self.command_of_words(typed),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        let is_step = self.takes_steps() && matches!(code, KeyCode::Char(digit) if Step::of_digit(digit).is_some());
        let does = |table: &[Binding<Self, Action>]| {
            lookup(table, self, key).is_some_and(|action| is_for_lines(action, place))
        };
        (is_step || does(self.table())).then_some(key)
    }

    fn command_of_words(&self, words: &str) -> Option<KeyEvent> {
        let command = self.commands().into_iter().find(|command| command.label.eq_ignore_ascii_case(words))?;
        self.command(if command.key == "Enter" { "" } else { command.key })
    }

    /// Whether the digit of a step leads there.
    pub fn takes_steps(&self) -> bool {
        matches!(self.place(), Place::Commands | Place::Test | Place::Save)
    }

    /// Takes the answer of the choice in focus at that place; the present one stays as it is.
    pub fn choose(&mut self, place: usize) -> bool {
        let Some(question) = self.question() else { return false };
        let (choices, present) = question.choices(&self.form, &self.start.options);
        if place < choices.len() && place != present {
            question.choose(&mut self.form, place);
        }
        place < choices.len()
    }

    /// Puts an answer into the field in focus, in place of what stands there, cleaned like every paste.
    pub fn write(&mut self, answer: &Secret) {
        self.enter_field();
        self.paste(answer.expose());
    }

    /// Empties the field in focus.
    pub fn blank(&mut self) {
        self.enter_field();
        if let Some(name) = self.setting_in_focus() {
            self.form.key(name, KeyEvent::new(KeyCode::Delete, KeyModifiers::NONE));
            self.form.leave(name);
        }
    }

    /// Takes back the last change of the field in focus.
    pub fn undo(&mut self) {
        self.on_field(Form::undo);
    }

    /// Takes out of the password in focus what looks like an accident.
    pub fn clean(&mut self) {
        self.on_field(Form::clean_more);
    }

    /// Chooses a row of the list that lies over the step; tells whether there is one.
    pub fn select(&mut self, chosen: usize) -> bool {
        let offers = self.offers_to_ask().len();
        let (row, count) = match &mut self.overlay {
            Some(Overlay::Asking { row }) => (row, offers),
            Some(Overlay::Book { row }) => (row, self.start.book.len()),
            Some(Overlay::Workspaces { row }) => (row, self.test.workspaces().len()),
            Some(Overlay::Copying { row }) => (row, self.test.copyable().len()),
            _ => return false,
        };
        if chosen < count {
            *row = chosen;
        }
        chosen < count
    }
}

/// Whether an action makes sense on lines: nothing there is revealed for a while, scrolled, or sent to a clipboard.
fn is_for_lines(action: Action, place: Place) -> bool {
    match action {
        Action::Up
        | Action::Down
        | Action::Left
        | Action::Right
        | Action::Scroll(_)
        | Action::Reveal
        | Action::Suspend
        | Action::Cancel
        // On lines there is `check --watch`.
        | Action::Watch
        | Action::Copy
        | Action::Seek
        | Action::Plain => false,
        // Of rows the number is the answer.
        Action::Enter => !matches!(place, Place::Book | Place::Asking | Place::Copying),
        _ => true,
    }
}

fn typed_for(shown: &'static str) -> &'static str {
    if shown == "Esc" { BACK } else { shown }
}

fn numbered(rows: impl Iterator<Item = String>) -> Vec<Line> {
    let rows: Vec<String> = rows.collect();
    let digits = rows.len().to_string().len();
    rows.into_iter()
        .enumerate()
        .map(|(place, words)| Line::new(Role::Text, words).led_by(Role::Key, format!("{:>digits$}  ", place + 1)))
        .collect()
}
