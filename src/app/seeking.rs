//! Finding a row in a long list by typing a part of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{App, Overlay};
use crate::domain::text;

/// A search is a few letters; more would push the title out of its row.
const LONGEST: usize = 20;

impl App {
    /// Takes a key as part of what is sought in the list over the step; false when there is none to seek in.
    pub(super) fn seek(&mut self, key: KeyEvent) -> bool {
        if !self.can_seek() {
            return false;
        }
        let is_letter = !key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Backspace => {
                self.sought.pop();
            }
            KeyCode::Char(letter) if is_letter && text::width(&self.sought) < LONGEST => self.sought.push(letter),
            _ => return false,
        }
        self.find();
        true
    }

    const fn can_seek(&self) -> bool {
        matches!(self.overlay, Some(Overlay::Book { .. } | Overlay::Workspaces { .. }))
    }

    /// Moves to the first row from the chosen one on, round the end, that holds what is sought; stays when there is none.
    fn find(&mut self) {
        let sought = self.sought.to_lowercase();
        let rows: Vec<String> = match self.overlay {
            Some(Overlay::Book { .. }) => {
                self.start.book.iter().map(|row| format!("{} {}", row.name, row.situation)).collect()
            }
            Some(Overlay::Workspaces { .. }) => {
                self.test.workspaces().iter().map(|workspace| format!("{} {}", workspace.name, workspace.id)).collect()
            }
            _ => Vec::new(),
        };
        let Some(Overlay::Book { row } | Overlay::Workspaces { row }) = &mut self.overlay else { return };
        let places = (*row..rows.len()).chain(0..*row);
        let holds = |place: &usize| rows.get(*place).is_some_and(|row| row.to_lowercase().contains(&sought));
        if let Some(place) = { places }.find(holds) {
            *row = place;
        }
    }

    /// What is sought in the list over the step, as its title says it; empty when nothing is.
    pub(super) fn sought_words(&self) -> String {
        if !self.can_seek() || self.sought.is_empty() { String::new() } else { format!(", find: {}", self.sought) }
    }
}
