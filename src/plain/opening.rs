//! The question before the conversation: which file, when the named one does not exist.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Prompt, WIDTH, words};
use crate::app::effect::{Effect, Machine as _, Msg};
use crate::app::opening::{Choice, Opening};
use crate::domain::secret::Secret;
use crate::domain::time::Timestamp;
use crate::ui::pane::Line;
use crate::ui::theme::{Glyphs, Role};

/// The question as a conversation.
#[derive(Debug)]
pub struct Asking {
    opening: Opening,
    glyphs: Glyphs,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is asked again.
    Again,
    /// A choice was made.
    Chosen(Choice),
    /// The person leaves.
    Left,
}

impl Asking {
    /// Talks about this question.
    pub fn new(opening: Opening, glyphs: Glyphs) -> Self {
        Self { opening, glyphs }
    }

    /// What is asked: the rows with their numbers, and why the last choice could not be made.
    pub fn prompt(&self) -> Prompt {
        let mut lines = vec![Line::new(Role::Title, "There is no such file. What now?")];
        lines.extend(self.opening.lines());
        lines.push(Line::new(Role::Hint, "Answer with a number, or with the path of a file. q quits."));
        let mut lines: Vec<String> = lines.iter().flat_map(|line| line.text_lines(WIDTH)).collect();
        words::only_shown(&mut lines, self.glyphs);
        Prompt { lines, is_secret: false }
    }

    /// Takes a line in: a number, a path, or `q`.
    pub fn answer(&mut self, now: Timestamp, line: &Secret) -> Answer {
        let typed = line.expose().trim();
        let mut letters = typed.chars();
        let messages = match (letters.next(), letters.next()) {
            (None, _) => Vec::new(),
            (Some(letter), None) if letter == 'q' || letter.is_ascii_digit() => {
                vec![key(KeyCode::Esc), key(KeyCode::Char(letter))]
            }
            _ => vec![Msg::Paste(Secret::new(typed)), key(KeyCode::Enter)],
        };
        // A path takes the place of one that was refused, and a letter is none (hence Esc).
        self.opening.clear_path();
        let effects: Vec<Effect> = messages.into_iter().flat_map(|message| self.opening.update(now, message)).collect();
        match (effects.contains(&Effect::Quit), self.opening.choice()) {
            (false, _) => Answer::Again,
            (true, Some(choice)) => Answer::Chosen(choice.clone()),
            (true, None) => Answer::Left,
        }
    }

    /// The choice cannot be made: the next prompt says why.
    pub fn refused(&mut self, why: impl Into<String>) {
        self.opening.refused(why);
    }
}

fn key(code: KeyCode) -> Msg {
    Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))
}
