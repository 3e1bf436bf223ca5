//! Step Save: the masked difference, what became of saving, and who else can get at the file.

mod conflict;

use super::form::Form;
use super::questions::{Remark, secret_words};
use crate::domain::document::Document;
use crate::domain::registration::Inspection;
use crate::domain::setting::{Kind, SettingName};
use crate::domain::shape;
use crate::domain::storage::{Exposure, SaveError, Stamp};
use crate::ui::pane::Line;
use crate::ui::theme::Role;

/// What became of saving.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Model {
    /// Not tried since the last change.
    #[default]
    Untried,
    /// So many values were written.
    Saved(usize),
    /// Refused; the old contents are still there.
    Refused(SaveError),
    /// A value cannot be put into the file.
    NotEditable(String),
    /// Refused, because somebody else changed the file since it was read.
    Conflict(Theirs),
}

/// What the file is after somebody else changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Theirs {
    /// Another settings file.
    Changed {
        /// Its text.
        document: Box<Document>,
        /// What it was when it was read.
        stamp: Stamp,
    },
    /// Deleted.
    Gone,
    /// No longer what .NET reads; what is wrong with it and where.
    Malformed(String),
    /// It cannot be read; the system's words.
    Unreadable(String),
}

impl Theirs {
    /// Whether what was typed can be put over it.
    pub const fn can_be_kept_over(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::Gone)
    }

    /// Whether it can be loaded and compared.
    pub const fn can_be_loaded(&self) -> bool {
        matches!(self, Self::Changed { .. })
    }
}

impl Model {
    /// The word behind the step's name; none of a save that the draft has left behind.
    pub const fn word(&self, is_unsaved: bool) -> (&'static str, Role) {
        match self {
            Self::Untried => ("", Role::Text),
            Self::Saved(_) if is_unsaved => ("", Role::Text),
            Self::Saved(_) => ("passed", Role::Ok),
            Self::Refused(_) | Self::NotEditable(_) | Self::Conflict(_) => ("failed", Role::Error),
        }
    }

    /// What somebody else made of the file, after a conflict.
    pub const fn theirs(&self) -> Option<&Theirs> {
        match self {
            Self::Conflict(theirs) => Some(theirs),
            _ => None,
        }
    }

    /// Whether writing into the old file is possible where replacing it is not.
    pub const fn may_write_in_place(&self) -> bool {
        matches!(self, Self::Refused(SaveError::NotReplaceable { may_write_in_place: true, .. }))
    }

    /// The picture: outcome, then the difference; `is_practice` when the file is the copy of the practice tenant.
    pub fn lines(&self, form: &Form, inspection: &Inspection, file: FileState<'_>) -> Vec<Line> {
        let FileState { name, exposure, revealed, is_practice } = file;
        let changed = form.changed();
        let mut lines = Vec::new();
        match self {
            // Of a save that the draft has left behind nothing is told.
            Self::Saved(_) if !changed.is_empty() => {}
            Self::Untried => {}
            Self::Saved(count) => {
                lines.push(
                    Line::new(Role::Text, format!("{name}: {} written, every other byte kept.", values(*count)))
                        .led_by(Role::Ok, "passed  "),
                );
                lines.push(Line::new(Role::Text, if is_practice { PRACTISED } else { SAVED }));
            }
            Self::Refused(error) => {
                lines.push(Line::new(Role::Text, next_step(error)).led_by(Role::Error, "failed  "));
                let what = match error {
                    SaveError::HalfWritten { .. } => format!("The save broke off half way: {error}."),
                    _ => format!("Nothing was written: {error}."),
                };
                lines.push(Line::new(Role::Text, what));
                lines.push(Line::new(Role::Text, STILL_HERE));
            }
            Self::Conflict(theirs) => return theirs.lines(form, name),
            Self::NotEditable(why) => {
                lines.push(
                    Line::new(Role::Text, format!("Nothing was written: {why}.")).led_by(Role::Error, "failed  "),
                );
            }
        }
        if !lines.is_empty() {
            lines.push(Line::blank());
        }
        let exposed = exposed(exposure, form, name);
        let is_exposed = !exposed.is_empty();
        lines.extend(exposed);
        if changed.is_empty() {
            if !matches!(self, Self::Saved(_)) {
                if is_exposed {
                    lines.push(Line::blank());
                }
                let words = format!("{name} already holds these values; there is nothing to save.");
                lines.push(Line::new(Role::Text, words));
            }
            return lines;
        }
        if is_exposed {
            lines.push(Line::blank());
        }
        let wrong = wrong(form, inspection);
        if !wrong.is_empty() {
            lines.extend(wrong);
            lines.push(Line::blank());
        }
        lines.push(Line::new(Role::Text, format!("Enter writes these values to {name} and changes nothing else.")));
        lines.push(Line::new(Role::Hint, "Lines with - are in the file, lines with + take their place."));
        for name in changed {
            lines.push(Line::blank());
            lines.push(Line::new(Role::Label, name.key()));
            // A placeholder in the file is no secret; what was typed in the shape of one may be.
            let is_placeholder = form.placeholder(name).is_some();
            let before = shown(name, form.saved().get(name), is_placeholder);
            lines.push(Line::new(Role::Text, before).led_by(Role::Text, "- "));
            lines.push(
                Line::new(Role::Text, shown(name, form.to_save().get(name), revealed == Some(name)))
                    .led_by(Role::Text, "+ "),
            );
        }
        lines
    }
}

/// What the step has to know of the file besides its values.
#[derive(Debug, Clone, Copy)]
pub struct FileState<'a> {
    /// Its name on the screen.
    pub name: &'a str,
    /// Who else can get at it.
    pub exposure: Exposure,
    /// The secret that is shown.
    pub revealed: Option<SettingName>,
    /// Whether it is the copy that belongs to the practice tenant.
    pub is_practice: bool,
}

/// What comes after a save in earnest.
const SAVED: &str = "Start your application again, so that it reads them. q quits.";

/// What comes after a save in practice.
const PRACTISED: &str = "This is the practice copy, which is removed on leaving. To work on a file of your own, q \
                         quits; then start token-wizard with its path.";

/// What is said below every refusal.
const STILL_HERE: &str = "What you typed is still here.";

/// A value as the difference shows it: of a secret its length and the portal's own hint.
fn shown(name: SettingName, value: &str, is_revealed: bool) -> String {
    if value.is_empty() {
        return "\"\"".to_owned();
    }
    if is_revealed {
        return value.to_owned();
    }
    match name.setting().kind {
        Kind::Plain if shape::is_like_secret(value) => "[masked] looks like a client secret".to_owned(),
        Kind::Plain => value.to_owned(),
        Kind::ClientSecret => format!("[masked] {}", secret_words(value)),
        Kind::Password => "[masked]".to_owned(),
    }
}

/// Who else can get at the secrets that are or will be in the file.
fn exposed(exposure: Exposure, form: &Form, file: &str) -> Vec<Line> {
    let values = form.to_save();
    let has_secret = SettingName::ALL.into_iter().any(|name| {
        let value = values.get(name);
        name.setting().kind.is_secret() && !value.is_empty() && shape::placeholder(value).is_none()
    });
    if !has_secret {
        return Vec::new();
    }
    let warned = |text: &str| Line::new(Role::Text, text).led_by(Role::Warning, "warned  ");
    let below = |text: String| Line::new(Role::Text, text).led_by(Role::Text, "        ");
    let mut lines = Vec::new();
    if let Some(mode) = exposure.open_mode {
        let who = if mode & 0o004 == 0 { "Its group" } else { "Everybody on this machine" };
        lines.push(warned("Let only the application's account read this file:"));
        // Alone in its row, so that it can be selected.
        lines.push(below(format!("chmod 600 {file}")));
        lines.push(below(format!(
            "{who} can read it (mode {mode:o}), and it holds a secret. The application has to run as the file's owner \
             then."
        )));
    }
    if exposure.is_tracked_by_git {
        lines.push(warned(
            "Keep the secret out of git: git tracks this file, and the next commit would publish it. Put it into user \
             secrets or environment variables, or take the file out of the index with git rm --cached.",
        ));
    }
    lines
}

/// What is wrong with what would be written; that a setting is blank is no reason not to save what there is.
fn wrong(form: &Form, inspection: &Inspection) -> Vec<Line> {
    let is_told = |remark: &Remark| remark.asks && !remark.text.is_empty();
    let of = |name| inspection.of(name).filter(move |_| !form.field(name).is_empty()).map(Remark::of).filter(is_told);
    let remarks = SettingName::ALL.into_iter().flat_map(of);
    remarks.map(|remark| Line::new(Role::Text, remark.in_short()).led_by(remark.role, remark.lead)).collect()
}

/// So many values, in words.
pub fn values(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

/// What to do about a refused save.
const fn next_step(error: &SaveError) -> &'static str {
    match error {
        SaveError::NotReplaceable { may_write_in_place: true, .. } => {
            "Press i to write into the file itself, after a backup that only you can read: if that breaks off, the \
             file may be cut short and the backup is whole."
        }
        SaveError::Changed => "Wait until the file has been read again.",
        SaveError::NotReplaceable { .. } | SaveError::System { .. } => "Mend the cause below and save again.",
        SaveError::HalfWritten { .. } => "Copy the backup over the file, or save again.",
    }
}
