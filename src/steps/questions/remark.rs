//! What is said of an answer, in the words of a view.

use std::iter;

use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::registration::Inspection;
use crate::domain::setting::SettingName;
use crate::domain::text;
use crate::steps::form::{Form, PasteKeys};
use crate::ui::theme::Role;

/// What is said of an answer: what to do, below the field; what is wrong and why, for which there is room where the
/// field in focus has its help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The status word before it, with the spaces of its column.
    pub lead: &'static str,
    /// How that word looks.
    pub role: Role,
    /// What to do; empty when nothing is to be done.
    pub text: String,
    /// What is wrong and why, a sentence or more each; empty when nothing more is to be said.
    pub why: Vec<String>,
    /// What is told only where there is room for all of it.
    pub more: String,
    /// Whether somebody should look at the answer again.
    pub asks: bool,
}

impl Remark {
    /// One sentence below a field.
    pub const fn sentence(lead: &'static str, role: Role, text: String, asks: bool) -> Self {
        Self { lead, role, text, why: Vec::new(), more: String::new(), asks }
    }

    /// For what a diagnosis says of one setting.
    pub fn of(diagnosis: &Diagnosis) -> Self {
        let (lead, role, asks) = match diagnosis.severity {
            Severity::Error => ("failed  ", Role::Error, true),
            Severity::Warning => ("warned  ", Role::Warning, true),
            Severity::Info => ("note    ", Role::Label, false),
        };
        let Diagnosis { title, action, cause, .. } = diagnosis;
        let title = format!("{title}.");
        // What asks for nothing waits, in short, until the field is looked at.
        let (text, why, more) = if asks {
            (action.clone(), vec![title, cause.clone()], String::new())
        } else {
            (String::new(), vec![title, action.clone()], cause.clone())
        };
        Self { lead, role, text, why, more, asks }
    }

    /// For what a diagnosis says that is no fault of the settings.
    pub fn note(diagnosis: &Diagnosis) -> Self {
        let Diagnosis { title, action, cause, .. } = diagnosis;
        let (text, why) = (format!("{title}."), vec![cause.clone(), action.clone()]);
        Self { why, ..Self::sentence("note    ", Role::Label, text, false) }
    }

    /// Why, where the text stands elsewhere.
    pub fn reason(&self) -> String {
        joined(self.why.iter())
    }

    /// What to do and what is wrong, for a list of such.
    pub fn in_short(&self) -> String {
        joined(iter::once(&self.text).chain(self.why.first()))
    }

    /// All of it, for a view that has one place for both.
    pub fn in_full(&self) -> String {
        joined(iter::once(&self.text).chain(&self.why).chain([&self.more]))
    }
}

fn joined<'a>(sentences: impl Iterator<Item = &'a String>) -> String {
    sentences.filter(|sentence| !sentence.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// What stands below a field: what is wrong, then what became of a paste. That nothing stands in it needs no words.
pub fn remarks(form: &Form, inspection: &Inspection, name: SettingName, keys: PasteKeys) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if form.is_judged(name) {
        let is_blank = form.field(name).is_empty();
        let shown = |diagnosis: &&Diagnosis| !(is_blank && diagnosis.severity == Severity::Error);
        remarks.extend(inspection.of(name).filter(shown).map(Remark::of));
    }
    let notes = form.paste_notes_for(name, keys).into_iter();
    remarks.extend(notes.map(|text| Remark::sentence("note    ", Role::Label, text, true)));
    remarks
}

/// What may be told of a client secret: its length, and its first three characters when they give nothing away.
pub fn secret_words(value: &str) -> String {
    let count = value.chars().count();
    // The portal's own hint is the first three of forty; of a short text they would be too much.
    let start: String = if count >= 16 { value.chars().take(3).collect() } else { String::new() };
    let start = text::printable(&start);
    let unit = if count == 1 { "character" } else { "characters" };
    if start.is_empty() { format!("{count} {unit}") } else { format!("{count} {unit}, starts {start}") }
}
