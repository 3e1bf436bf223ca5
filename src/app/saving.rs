//! Saving as the wizard sees it: the order, what became of it, and the ways out of a conflict.

use super::effect::Effect;
use super::{App, Overlay};
use crate::domain::document::Document;
use crate::domain::storage::{Manner, ReadError, SaveError, SaveOrder, Saved, Snapshot};
use crate::steps::Step;
use crate::steps::save::{Model, Theirs};

impl App {
    /// From elsewhere it shows the difference first; in step Save it saves.
    pub(super) fn begin_save(&mut self) -> Vec<Effect> {
        if self.step != Step::Save || self.overlay.is_some() {
            self.go(Step::Save, 0);
            return Vec::new();
        }
        if !self.can_save() {
            return Vec::new();
        }
        let manner = if self.is_gone { Manner::Create } else { Manner::Replace };
        self.order_save(manner)
    }

    /// Whether there is something to save, and nothing to decide before. What could not be read after a conflict is read
    /// again by saving again: it is refused once more, or may be mended by now.
    pub(super) fn can_save(&self) -> bool {
        self.save.theirs().map_or_else(|| self.is_unsaved(), |theirs| !theirs.can_be_kept_over())
    }

    fn order_save(&mut self, manner: Manner) -> Vec<Effect> {
        let contents = match self.edited() {
            Ok(document) => document.contents(),
            Err(why) => {
                self.save = Model::NotEditable(why);
                return Vec::new();
            }
        };
        let order = SaveOrder { path: self.start.path.clone(), contents, expected: self.start.stamp, manner };
        vec![Effect::Save(Box::new(order))]
    }

    /// Writes into the old file, now that the person has agreed.
    pub(super) fn save_in_place(&mut self) -> Vec<Effect> {
        if self.save.may_write_in_place() { self.order_save(Manner::InPlace) } else { Vec::new() }
    }

    /// The document with everything that was typed.
    fn edited(&self) -> Result<Document, String> {
        let values = self.form.to_save();
        let mut document = self.start.document.clone();
        for name in self.form.changed() {
            document = document.with(name, values.get(name)).map_err(|error| error.to_string())?;
        }
        Ok(document)
    }

    /// Takes in what became of a save; after a conflict the file is read again.
    pub(super) fn saved(&mut self, result: Result<Saved, SaveError>) -> Vec<Effect> {
        let count = self.form.changed().len();
        self.save_scroll = 0;
        match (result, self.edited()) {
            (Ok(saved), Ok(document)) => {
                self.form.saved_as(document.values());
                self.start.document = document;
                self.start.stamp = saved.stamp;
                self.is_gone = false;
                self.save = Model::Saved(count);
            }
            (Err(SaveError::Changed), _) => {
                self.save = Model::Refused(SaveError::Changed);
                return vec![Effect::Read(self.start.path.clone())];
            }
            (Err(error), _) => self.save = Model::Refused(error),
            // Not reached: what was saved had been edited before.
            (Ok(_), Err(why)) => self.save = Model::NotEditable(why),
        }
        Vec::new()
    }

    /// Takes in what the file is after a conflict.
    pub(super) fn read(&mut self, result: Result<Snapshot, ReadError>) {
        let theirs = match result {
            Ok(snapshot) => match Document::read(&snapshot.bytes) {
                Ok(document) => Theirs::Changed { document: Box::new(document), stamp: snapshot.stamp },
                Err(error) => Theirs::Malformed(error.message()),
            },
            Err(ReadError::Missing) => Theirs::Gone,
            Err(error) => Theirs::Unreadable(error.to_string()),
        };
        self.save = Model::Conflict(theirs);
    }

    /// Goes on with what the person typed, over the file as it is now.
    pub(super) fn keep_mine(&mut self) {
        match self.save.theirs() {
            Some(Theirs::Changed { document, stamp }) => {
                let (document, stamp) = (Document::clone(document), *stamp);
                self.form.rebase(document.values(), &self.form.changed());
                (self.start.document, self.start.stamp) = (document, stamp);
            }
            Some(Theirs::Gone) => self.is_gone = true,
            Some(Theirs::Malformed(_) | Theirs::Unreadable(_)) | None => return,
        }
        self.save = Model::Untried;
        self.close_comparison();
    }

    /// Goes on with the file as it is now; what was typed is dropped, and undo in a field brings it back.
    pub(super) fn take_theirs(&mut self) {
        if let Some(Theirs::Changed { document, stamp }) = self.save.theirs() {
            let (document, stamp) = (Document::clone(document), *stamp);
            self.form.rebase(document.values(), &[]);
            (self.start.document, self.start.stamp) = (document, stamp);
            self.save = Model::Untried;
            self.close_comparison();
        }
    }

    /// Shows what the other one changed, line by line.
    pub(super) fn compare(&mut self) {
        if matches!(self.save.theirs(), Some(Theirs::Changed { .. })) {
            self.overlay = Some(Overlay::Comparison { scroll: 0 });
        }
    }

    fn close_comparison(&mut self) {
        self.overlay = None;
        self.save_scroll = 0;
    }
}
