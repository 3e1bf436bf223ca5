//! Testing again and again until nothing fails, with a journal.

use crate::domain::time::Timestamp;
use crate::ui::pane::Line;
use crate::ui::theme::Role;
use crate::verify::Report;
use crate::verify::watch::{self, Change, Next, State};

/// A watch that goes on, or that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// When the next test begins; none while one runs, and at the end.
    pub next: Option<Timestamp>,
    /// Whether it goes on.
    pub is_on: bool,
    journal: Vec<Change>,
}

impl Watch {
    /// Begins after a test that failed.
    pub fn after(report: &Report, now: Timestamp) -> Self {
        let first = Change { at: now, from: None, to: State::of(report) };
        Self { next: Some(now.plus(watch::pause(report, watch::USUAL))), is_on: true, journal: vec![first] }
    }

    /// Takes in what a test came to; tells whether the watch ends with it because nothing fails any more.
    pub fn took(&mut self, report: &Report, now: Timestamp) -> bool {
        let to = State::of(report);
        let from = self.journal.last().map(|change| change.to.clone());
        if from.as_ref() != Some(&to) {
            self.journal.push(Change { at: now, from, to });
        }
        let next = watch::next(report);
        self.is_on = next == Next::Again;
        self.next = self.is_on.then(|| now.plus(watch::pause(report, watch::USUAL)));
        next == Next::Passed
    }

    /// The person ends it.
    pub fn end(&mut self) {
        (self.next, self.is_on) = (None, false);
    }

    /// What it waits for, above everything while it goes on.
    pub fn state(&self) -> Option<Line> {
        let state = match self.next {
            Some(next) => format!("Watching: the next test begins at {}; a ends it.", next.utc()),
            None => "Watching: a test runs; a ends it.".to_owned(),
        };
        self.is_on.then(|| Line::new(Role::Text, state))
    }

    /// What has changed so far, at the end of the pane Why.
    pub fn journal(&self) -> Vec<Line> {
        let title = if self.is_on { "Seen while watching:" } else { "Watching has ended." };
        let journal = self.journal.iter().map(|change| Line::new(Role::Hint, change.words()));
        std::iter::once(Line::new(Role::Text, title)).chain(journal).collect()
    }
}
