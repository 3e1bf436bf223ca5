//! One line of text that can be edited, by grapheme clusters.
//!
//! The cursor is a byte offset that always lies on a border between clusters; nothing here counts characters. Each
//! edit makes a new text and wipes the former one, so that no copy of a secret is left behind by growing strings; the
//! undo stack is made of the same self-wiping texts.

mod visible;

use std::collections::VecDeque;
use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::secret::Secret;

pub use visible::{Mask, Visible};

/// How many undo steps are kept.
const UNDO_LIMIT: usize = 64;

/// What a key did to the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// The text is another one.
    Changed,
    /// Only the cursor or the selection may be another one.
    Moved,
    /// The key means nothing to a field.
    Ignored,
}

/// Edits of one kind in a row are undone together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Typing,
    Deleting,
}

#[derive(Clone, Default)]
struct State {
    text: Secret,
    cursor: usize,
    /// The whole text is selected, so that what comes next replaces it.
    selected: bool,
}

/// A field of one line. Prints nothing and is wiped when dropped.
#[derive(Clone, Default)]
pub struct TextField {
    now: State,
    former: VecDeque<State>,
    run: Option<Run>,
}

impl fmt::Debug for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextField([redacted])")
    }
}

impl TextField {
    /// Makes a field that holds a text; the cursor stands at its end.
    pub fn new(text: &str) -> Self {
        let mut field = Self::default();
        field.set(text);
        field
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.now.text.expose()
    }

    /// The cursor, as a byte offset into the text on a border between clusters.
    pub fn cursor(&self) -> usize {
        self.now.cursor
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.now.text.is_empty()
    }

    /// Whether the whole text is selected.
    pub fn is_selected(&self) -> bool {
        self.now.selected
    }

    /// Holds another text from now on; what was before cannot be undone.
    pub fn set(&mut self, text: &str) {
        self.former.clear();
        self.run = None;
        self.now = State { text: Secret::new(text), cursor: text.len(), selected: false };
    }

    /// Puts another text in place of the present one, which the undo key brings back.
    pub fn replace(&mut self, text: &str) {
        if text != self.text() {
            self.remember(None);
            self.now = State { text: Secret::new(text), cursor: text.len(), selected: false };
        }
    }

    /// The focus came here: a value is selected as a whole.
    pub fn enter(&mut self) {
        self.run = None;
        self.now.cursor = self.text().len();
        self.now.selected = !self.is_empty();
    }

    /// The focus went elsewhere: nothing is selected, and typing again begins a new undo step.
    pub fn leave(&mut self) {
        self.run = None;
        self.now.selected = false;
    }

    /// Inserts a text as it is, in place of a selected value, as one undo step.
    pub fn insert(&mut self, text: &str) {
        if !text.is_empty() {
            self.remember(None);
            self.put(text);
        }
    }

    /// Inserts a paste in its cleaned form. The undo key first brings back the paste as it came, then what was before.
    pub fn paste(&mut self, pasted: &str, cleaned: &str) {
        let before = self.now.clone();
        self.insert(pasted);
        if pasted != cleaned {
            self.remember(None);
            self.now = before;
            if cleaned.is_empty() && self.now.selected {
                self.now = State::default();
            }
            self.put(cleaned);
        }
    }

    /// Deletes the cluster before the cursor. A selected value is edited, not deleted.
    pub fn backspace(&mut self) {
        self.now.selected = false;
        let start = self.before();
        self.delete_between(start, self.now.cursor, Some(Run::Deleting));
    }

    /// Deletes the cluster at the cursor, or a selected value.
    pub fn delete(&mut self) {
        if self.now.selected {
            self.delete_between(0, self.text().len(), None);
        } else {
            self.delete_between(self.now.cursor, self.after(), Some(Run::Deleting));
        }
    }

    /// Deletes from the beginning of the word before the cursor up to the cursor.
    pub fn delete_word_back(&mut self) {
        self.now.selected = false;
        self.delete_between(self.word_before(), self.now.cursor, None);
    }

    /// Deletes from the cursor to the end.
    pub fn kill_to_end(&mut self) {
        self.now.selected = false;
        self.delete_between(self.now.cursor, self.text().len(), None);
    }

    /// Deletes from the beginning to the cursor.
    pub fn kill_to_start(&mut self) {
        self.now.selected = false;
        self.delete_between(0, self.now.cursor, None);
    }

    /// Moves one cluster to the left.
    pub fn left(&mut self) {
        self.go(self.before());
    }

    /// Moves one cluster to the right.
    pub fn right(&mut self) {
        self.go(self.after());
    }

    /// Moves to the beginning.
    pub fn home(&mut self) {
        self.go(0);
    }

    /// Moves to the end.
    pub fn end(&mut self) {
        self.go(self.text().len());
    }

    /// Moves to the beginning of this or the former word.
    pub fn word_left(&mut self) {
        self.go(self.word_before());
    }

    /// Moves to the end of this or the next word.
    pub fn word_right(&mut self) {
        self.go(self.word_after());
    }

    /// Takes the last change back; tells whether there was one.
    pub fn undo(&mut self) -> bool {
        self.run = None;
        let Some(state) = self.former.pop_back() else { return false };
        self.now = state;
        true
    }

    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        !self.former.is_empty()
    }

    /// Does what a key means in a field. Alt with a letter is left to the caller: it is a command after Esc.
    pub fn key(&mut self, key: KeyEvent) -> Handled {
        if key.kind == KeyEventKind::Release {
            return Handled::Ignored;
        }
        let word = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let edit: fn(&mut Self) = match key.code {
            KeyCode::Left if word => Self::word_left,
            KeyCode::Right if word => Self::word_right,
            KeyCode::Backspace if word => Self::delete_word_back,
            KeyCode::Left => Self::left,
            KeyCode::Right => Self::right,
            KeyCode::Home => Self::home,
            KeyCode::End => Self::end,
            KeyCode::Backspace => Self::backspace,
            KeyCode::Delete => Self::delete,
            KeyCode::Char(c) => return self.character(c, key.modifiers),
            _ => return Handled::Ignored,
        };
        self.tell(edit)
    }

    fn character(&mut self, c: char, modifiers: KeyModifiers) -> Handled {
        // AltGr arrives as Ctrl and Alt together on Windows; with it people type "@" and "\".
        let alt_gr = modifiers.contains(KeyModifiers::CONTROL | KeyModifiers::ALT) && !c.is_ascii_alphanumeric();
        if alt_gr || !modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER) {
            if c.is_control() {
                return Handled::Ignored;
            }
            self.type_character(c);
            return Handled::Changed;
        }
        if modifiers != KeyModifiers::CONTROL {
            return Handled::Ignored;
        }
        match c {
            // Terminals whose Backspace key sends 0x08 make this of it.
            'h' => self.tell(Self::backspace),
            'w' => self.tell(Self::delete_word_back),
            'u' => self.tell(Self::kill_to_start),
            'k' => self.tell(Self::kill_to_end),
            _ => Handled::Ignored,
        }
    }

    fn tell(&mut self, edit: fn(&mut Self)) -> Handled {
        let length = self.text().len();
        edit(self);
        // The keys that come here move or delete, so a changed text is a shorter one.
        if self.text().len() == length { Handled::Moved } else { Handled::Changed }
    }

    fn type_character(&mut self, c: char) {
        // Typing over a selected value is one step together with the rest of what is typed.
        self.remember(Some(Run::Typing));
        self.put(c.encode_utf8(&mut [0; 4]));
    }

    /// Keeps the present state for the undo key, unless it lies within a run that goes on.
    fn remember(&mut self, run: Option<Run>) {
        if run.is_none() || run != self.run || self.now.selected {
            if self.former.len() == UNDO_LIMIT {
                self.former.pop_front();
            }
            self.former.push_back(self.now.clone());
        }
        self.run = run;
    }

    fn go(&mut self, cursor: usize) {
        self.run = None;
        self.now.selected = false;
        self.now.cursor = cursor;
    }

    fn put(&mut self, inserted: &str) {
        let (before, after) = if self.now.selected { ("", "") } else { self.split(self.now.cursor) };
        self.now = joined(&[before, inserted, after], before.len() + inserted.len());
    }

    fn delete_between(&mut self, start: usize, end: usize, run: Option<Run>) {
        if start >= end {
            return;
        }
        self.remember(run);
        let (before, after) = (self.split(start).0, self.split(end).1);
        self.now = joined(&[before, after], before.len());
    }

    fn split(&self, at: usize) -> (&str, &str) {
        self.text().split_at_checked(at).unwrap_or((self.text(), ""))
    }

    fn before(&self) -> usize {
        let (before, _) = self.split(self.now.cursor);
        before.grapheme_indices(true).next_back().map_or(0, |(start, _)| start)
    }

    fn after(&self) -> usize {
        let (before, after) = self.split(self.now.cursor);
        before.len() + after.graphemes(true).next().map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let (before, _) = self.split(self.now.cursor);
        let mut in_word = false;
        for (start, grapheme) in before.grapheme_indices(true).rev() {
            if in_word && !is_word(grapheme) {
                return start + grapheme.len();
            }
            in_word |= is_word(grapheme);
        }
        0
    }

    fn word_after(&self) -> usize {
        let (before, after) = self.split(self.now.cursor);
        let mut in_word = false;
        for (start, grapheme) in after.grapheme_indices(true) {
            if in_word && !is_word(grapheme) {
                return before.len() + start;
            }
            in_word |= is_word(grapheme);
        }
        before.len() + after.len()
    }
}

fn is_word(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(char::is_alphanumeric)
}

/// Joins the pieces; the cursor comes to the next border, for clusters can grow together where pieces meet.
fn joined(pieces: &[&str], cursor: usize) -> State {
    // As long as it has to be from the start: a text that grows leaves copies behind that nobody wipes.
    let mut text = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    text.extend(pieces.iter().copied());
    let length = text.len();
    let cursor = text.grapheme_indices(true).map(|(start, _)| start).find(|start| *start >= cursor).unwrap_or(length);
    State { text: Secret::new(text), cursor, selected: false }
}

#[cfg(test)]
mod tests;
