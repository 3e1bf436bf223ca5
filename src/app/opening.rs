//! The question before the wizard: which file, when the named one does not exist.
//!
//! A small machine that runs in the same session before [`App`](super::App). It touches no file: it ends with a
//! [`Choice`], the program tries it, and if that fails the question goes on with the reason
//! ([`Opening::refused`]).

mod view;

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;

use super::effect::{Effect, Machine, Msg};
use crate::domain::paste::{self, Cleaned};
use crate::domain::setting::SettingName;
use crate::domain::time::Timestamp;
use crate::ui::keymap::{self, Binding, Key};
use crate::ui::text_field::{Handled, TextField};
use crate::ui::theme::Look;

/// What there is to choose from.
#[derive(Debug)]
pub struct Offer {
    /// The file that does not exist, absolute.
    pub file: PathBuf,
    /// Files that were opened before, newest first.
    pub recent: Vec<PathBuf>,
    /// How everything looks.
    pub look: Look,
    /// Columns and rows.
    pub size: (u16, u16),
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Create that file from the example; it must not be overwritten.
    Create(PathBuf),
    /// Open that file: a recent one, or as typed, also relative or beginning with `~/`.
    Open(PathBuf),
    /// The practice tenant.
    Practise,
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Create,
    Practise,
    Type,
    Recent(usize),
    Quit,
}

impl Row {
    /// The rows before the recent files.
    const FIRST: [Self; 3] = [Self::Create, Self::Practise, Self::Type];
}

/// What a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Enter,
    Up,
    Down,
    Leave,
    Undo,
    Page(isize),
    Quit,
    Suspend,
}

type Keys = Binding<Opening, Action>;

const fn row(
    keys: &'static [Key],
    shown: &'static str,
    label: fn(&Opening) -> Option<&'static str>,
    essential: bool,
    action: Action,
) -> Keys {
    Binding { keys, shown, label, help: "", essential, action }
}

/// While keys go into the path.
const FIELD: &[Keys] = &[
    row(&[Key::Enter], "Enter", |_| Some("open"), true, Action::Enter),
    row(&[Key::Up, Key::BackTab], "Up/Down", |_| Some("row"), true, Action::Up),
    row(&[Key::Down, Key::Tab], "", |_| Some("row"), false, Action::Down),
    row(&[Key::Esc], "Esc", |_| Some("commands"), true, Action::Leave),
    row(&[Key::PageUp], "", |_| Some("scroll"), false, Action::Page(-1)),
    row(&[Key::PageDown], "", |_| Some("scroll"), false, Action::Page(1)),
    row(&[Key::Ctrl('c')], "", |_| Some("quit"), false, Action::Quit),
    row(&[Key::Ctrl('z')], "", |_| Some("suspend"), false, Action::Suspend),
];

/// Everywhere else; digits choose a row.
const LIST: &[Keys] = &[
    row(&[Key::Enter], "Enter", |opening| Some(opening.verb()), true, Action::Enter),
    row(&[Key::Up, Key::BackTab], "Up/Down", |_| Some("row"), true, Action::Up),
    row(&[Key::Down, Key::Tab], "", |_| Some("row"), false, Action::Down),
    row(&[Key::Char('u')], "u", |opening| opening.can_undo().then_some("undo"), false, Action::Undo),
    row(&[Key::PageUp], "", |_| Some("scroll"), false, Action::Page(-1)),
    row(&[Key::PageDown], "", |_| Some("scroll"), false, Action::Page(1)),
    row(&[Key::Char('q'), Key::Ctrl('c')], "q", |_| Some("quit"), true, Action::Quit),
    row(&[Key::Ctrl('z')], "", |_| Some("suspend"), false, Action::Suspend),
];

/// The question.
#[derive(Debug)]
pub struct Opening {
    offer: Offer,
    selected: Row,
    /// Whether keys go into the path.
    is_typing: bool,
    field: TextField,
    /// What happened to the last paste.
    pasted: Option<Cleaned>,
    /// Why the choice could not be made.
    error: Option<String>,
    /// Pages that were scrolled away from the selected row.
    page: isize,
    choice: Option<Choice>,
}

impl Opening {
    /// Asks, with the first row selected.
    pub fn new(offer: Offer) -> Self {
        Self {
            offer,
            selected: Row::Create,
            is_typing: false,
            field: TextField::default(),
            pasted: None,
            error: None,
            page: 0,
            choice: None,
        }
    }

    /// What was chosen; `None` when the person quits.
    pub fn choice(&self) -> Option<&Choice> {
        self.choice.as_ref()
    }

    /// The choice cannot be made: shows why and what to do, at the row that was chosen, and asks on.
    pub fn refused(&mut self, why: impl Into<String>) {
        self.choice = None;
        self.error = Some(why.into());
        self.page = 0;
        if self.selected == Row::Type {
            self.is_typing = true;
        }
    }

    /// Forgets the path that was typed.
    pub fn clear_path(&mut self) {
        self.field.replace("");
    }

    fn rows(&self) -> Vec<Row> {
        let recent = (0..self.offer.recent.len()).map(Row::Recent);
        Row::FIRST.into_iter().chain(recent).chain([Row::Quit]).collect()
    }

    fn verb(&self) -> &'static str {
        match self.selected {
            Row::Create => "create",
            Row::Practise => "practise",
            Row::Type => "type",
            Row::Recent(_) => "open",
            Row::Quit => "quit",
        }
    }

    fn can_undo(&self) -> bool {
        self.selected == Row::Type && self.field.can_undo()
    }

    fn table(&self) -> &'static [Keys] {
        if self.is_typing { FIELD } else { LIST }
    }

    fn select(&mut self, row: Row) {
        self.field.leave();
        (self.selected, self.error, self.page) = (row, None, 0);
        self.is_typing = row == Row::Type;
        if self.is_typing {
            self.field.enter();
        }
    }

    fn move_by(&mut self, forward: bool) {
        let rows = self.rows();
        let place = rows.iter().position(|row| *row == self.selected).unwrap_or(0);
        let place = if forward { place.saturating_add(1) } else { place.saturating_sub(1) };
        if let Some(row) = rows.get(place) {
            self.select(*row);
        }
    }

    fn key(&mut self, mut key: KeyEvent) -> Vec<Effect> {
        // "Esc q" and Alt-q are the same bytes on the wire.
        if key.modifiers.contains(KeyModifiers::ALT) && matches!(key.code, KeyCode::Char(_)) {
            key.modifiers.remove(KeyModifiers::ALT);
            self.leave_field();
        }
        if let Some(action) = keymap::lookup(self.table(), self, key) {
            return self.act(action);
        }
        if self.is_typing {
            if self.field.key(key) == Handled::Changed {
                (self.error, self.pasted) = (None, None);
            }
            self.page = 0;
        } else if let KeyCode::Char(digit) = key.code
            && let Some(row) = self.row_of_digit(digit)
        {
            self.select(row);
            // A digit is the choice itself; only a path still has to be typed.
            if row != Row::Type {
                return self.choose();
            }
        }
        Vec::new()
    }

    /// The row with that number; the last one, which leaves, has none.
    fn row_of_digit(&self, digit: char) -> Option<Row> {
        let place = usize::try_from(digit.to_digit(10)?).ok()?.checked_sub(1)?;
        self.rows().get(place).copied().filter(|row| *row != Row::Quit)
    }

    fn leave_field(&mut self) {
        self.field.leave();
        self.is_typing = false;
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Enter if self.selected == Row::Type && !self.is_typing => {
                self.is_typing = true;
                self.field.enter();
            }
            Action::Enter => return self.choose(),
            Action::Up => self.move_by(false),
            Action::Down => self.move_by(true),
            Action::Leave => self.leave_field(),
            Action::Undo => {
                self.field.undo();
                self.pasted = None;
            }
            Action::Page(pages) => self.turn(pages),
            Action::Quit => {
                self.choice = None;
                return vec![Effect::Quit];
            }
            Action::Suspend => return vec![Effect::Suspend],
        }
        Vec::new()
    }

    fn choose(&mut self) -> Vec<Effect> {
        self.error = None;
        self.choice = match self.selected {
            Row::Create => Some(Choice::Create(self.offer.file.clone())),
            Row::Practise => Some(Choice::Practise),
            Row::Type if self.field.is_empty() => {
                self.error = Some("Type the path of a settings file.".to_owned());
                return Vec::new();
            }
            Row::Type => Some(Choice::Open(PathBuf::from(self.field.text()))),
            Row::Recent(place) => self.offer.recent.get(place).cloned().map(Choice::Open),
            Row::Quit => None,
        };
        vec![Effect::Quit]
    }

    /// A paste is a path, wherever it is pasted.
    fn paste(&mut self, text: &str) {
        if !self.is_typing {
            self.select(Row::Type);
        }
        // A path is cleaned like a setting that is no secret: of quotes, line ends and what cannot be seen.
        let cleaned = paste::clean(SettingName::AuthTokenUrl, text);
        self.field.paste(text, cleaned.text.expose());
        (self.pasted, self.error, self.page) = (Some(cleaned), None, 0);
    }
}

impl Machine for Opening {
    fn update(&mut self, _: Timestamp, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => return self.key(key),
            Msg::Paste(text) => self.paste(text.expose()),
            Msg::Resized(columns, rows) => (self.offer.size, self.page) = ((columns, rows), 0),
            // It asks for nothing of this.
            Msg::Woke
            | Msg::Ladder(..)
            | Msg::LadderEnded(_)
            | Msg::Discovered(..)
            | Msg::Saved(_)
            | Msg::Read(_)
            | Msg::Removed(_)
            | Msg::Kept(_) => {}
        }
        Vec::new()
    }

    fn view(&self, frame: &mut Frame<'_>) {
        self.draw(frame);
    }

    fn wake(&self) -> Option<Timestamp> {
        None
    }
}
