//! Testing again and again until nothing fails: the key that begins and ends it, and what happens between.

use super::App;
use super::effect::{Effect, RunId};
use crate::domain::time::Timestamp;
use crate::steps::test::watch::Watch;

impl App {
    /// Begins or ends a watch.
    pub(super) fn watch(&mut self, now: Timestamp) {
        if self.test.is_watching() {
            self.test.watch.iter_mut().for_each(Watch::end);
        } else if let Some(report) = self.test.fresh(&self.form.draft()).filter(|_| self.can_watch()) {
            let begun = Watch::after(report, now);
            self.test.watch = Some(begun);
        }
    }

    fn can_watch(&self) -> bool {
        self.test.can_watch(&self.form.draft())
    }

    /// The time of the next test has come. Settings that were changed meanwhile end the watch: they are tested by a key.
    pub(super) fn try_again(&mut self, now: Timestamp) -> Vec<Effect> {
        let is_due = self.test.watch.as_ref().and_then(|watch| watch.next).is_some_and(|next| now >= next);
        if !is_due {
            return Vec::new();
        }
        if self.is_running() || self.test.is_outdated(&self.form.draft()) {
            self.test.watch.iter_mut().for_each(Watch::end);
            return Vec::new();
        }
        self.test.watch.iter_mut().for_each(|watch| watch.next = None);
        // Nobody may be here to be asked: in spite of its realm a password goes only if it did before and was accepted.
        let may_spend = self.test.knows_realm(&self.form.draft(), false);
        let extras = self.still_asked();
        self.start_run(may_spend, extras)
    }

    /// A test is over; a watch that has reached its end rings.
    pub(super) fn ladder_ended(&mut self, now: Timestamp, run: RunId) -> Vec<Effect> {
        let was_running = self.test.running() == Some(run);
        self.test.ended(run);
        if was_running {
            self.was_reached(now);
            self.ask_about_realm();
        }
        let report = self.test.run.as_ref().map(|run| run.report.clone());
        match (&mut self.test.watch, report) {
            (Some(watch), Some(report)) if was_running && watch.is_on => {
                if watch.took(&report, now) {
                    vec![Effect::Ring]
                } else {
                    Vec::new()
                }
            }
            _ => Vec::new(),
        }
    }
}
