//! Step Save: the masked difference, what became of saving, and who else can get at the file.

use super::form::Form;
use super::questions::{Remark, secret_words};
use crate::domain::document::{Document, Side};
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
    /// The word behind the step's name.
    pub const fn word(&self) -> (&'static str, Role) {
        match self {
            Self::Untried => ("", Role::Text),
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

    /// What somebody else changed in the file, line by line and masked.
    pub fn comparison(&self, base: &Document) -> Vec<Line> {
        let Some(Theirs::Changed { document, .. }) = self.theirs() else { return Vec::new() };
        let mut lines = vec![
            Line::new(Role::Title, "What changed in the file since it was read"),
            Line::new(Role::Hint, "- as it was read, + as it is now; what may be a secret is masked."),
            Line::blank(),
        ];
        for line in base.compare(document) {
            lines.push(match line.side {
                Side::LeftOut(1) => Line::new(Role::Hint, "1 equal line").led_by(Role::Hint, "       "),
                Side::LeftOut(count) => {
                    Line::new(Role::Hint, format!("{count} equal lines")).led_by(Role::Hint, "       ")
                }
                Side::Both => Line::new(Role::Text, line.text).led_by(Role::Hint, format!("{:>4}   ", line.number)),
                Side::Older => Line::new(Role::Text, line.text).led_by(Role::Key, format!("{:>4} - ", line.number)),
                Side::Newer => Line::new(Role::Text, line.text).led_by(Role::Ok, format!("{:>4} + ", line.number)),
            });
        }
        if lines.len() == 3 {
            lines.push(Line::new(Role::Text, "Nothing: the same text was written again."));
        }
        lines
    }

    /// The picture: outcome, then the difference.
    pub fn lines(
        &self,
        form: &Form,
        inspection: &Inspection,
        file: &str,
        exposure: Exposure,
        revealed: Option<SettingName>,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        match self {
            Self::Untried => {}
            Self::Saved(count) => {
                lines.push(
                    Line::new(Role::Text, format!("{file}: {} written, every other byte kept.", values(*count)))
                        .led_by(Role::Ok, "passed  "),
                );
            }
            Self::Refused(error) => {
                let what = match error {
                    SaveError::HalfWritten { .. } => format!("The save broke off half way: {error}."),
                    _ => format!("Nothing was written: {error}."),
                };
                lines.push(Line::new(Role::Text, what).led_by(Role::Error, "failed  "));
                lines.push(Line::new(Role::Text, next_step(error)));
            }
            Self::Conflict(theirs) => {
                conflict(theirs, form, file, &mut lines);
                return lines;
            }
            Self::NotEditable(why) => {
                lines.push(
                    Line::new(Role::Text, format!("Nothing was written: {why}.")).led_by(Role::Error, "failed  "),
                );
            }
        }
        if !lines.is_empty() {
            lines.push(Line::blank());
        }
        let exposed = exposed(exposure, form, file);
        if !exposed.is_empty() {
            lines.extend(exposed);
            lines.push(Line::blank());
        }
        let changed = form.changed();
        if changed.is_empty() {
            lines.push(Line::new(Role::Text, "The file says what is on the screen; there is nothing to save."));
            return lines;
        }
        let wrong = wrong(form, inspection);
        if !wrong.is_empty() {
            lines.extend(wrong);
            lines.push(Line::blank());
        }
        lines.push(Line::new(
            Role::Text,
            format!("Enter writes these values to {file}; every other byte stays as it is."),
        ));
        for name in changed {
            lines.push(Line::blank());
            lines.push(Line::new(Role::Label, name.key()));
            // A placeholder in the file is no secret; what was typed in the shape of one may be.
            let is_placeholder = form.placeholder(name).is_some();
            let before = shown(name, form.saved().get(name), is_placeholder);
            lines.push(Line::new(Role::Text, before).led_by(Role::Key, "- "));
            lines.push(
                Line::new(Role::Text, shown(name, form.to_save().get(name), revealed == Some(name)))
                    .led_by(Role::Ok, "+ "),
            );
        }
        lines
    }
}

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

/// What somebody else made of the file, beside what was typed, and the ways out.
fn conflict(theirs: &Theirs, form: &Form, file: &str, lines: &mut Vec<Line>) {
    let failed = |text: String| Line::new(Role::Text, text).led_by(Role::Error, "failed  ");
    let document = match theirs {
        Theirs::Changed { document, .. } => document,
        Theirs::Gone => {
            lines.push(failed(format!("Nothing was written: {file} was deleted since it was read.")));
            lines.push(Line::new(
                Role::Text,
                "What you typed is still here. k goes on with the text that was read, and the next save makes the file \
                 anew, readable for you alone.",
            ));
            return;
        }
        Theirs::Malformed(what) => {
            lines.push(failed(format!(
                "Nothing was written: {file} was changed by somebody else and is not what .NET reads now, {what}."
            )));
            lines.push(Line::new(Role::Text, "What you typed is still here. Mend the file, then save again."));
            return;
        }
        Theirs::Unreadable(words) => {
            lines.push(failed(format!(
                "Nothing was written: {file} was changed by somebody else and cannot be read now: {words}."
            )));
            lines.push(Line::new(Role::Text, "What you typed is still here. Make it readable, then save again."));
            return;
        }
    };
    lines.push(failed(format!("Nothing was written: {file} was changed by somebody else since it was read.")));
    lines.push(Line::new(
        Role::Text,
        "k keeps what you typed, over the file as it is now. l loads the file and drops what you typed. c compares \
         line by line.",
    ));
    let (values, typed) = (document.values(), form.to_save());
    let changed = form.changed();
    for name in SettingName::ALL {
        let (before, now) = (form.saved().get(name), values.get(name));
        if before == now {
            continue;
        }
        lines.push(Line::blank());
        lines.push(Line::new(Role::Label, name.key()));
        lines.push(
            Line::new(Role::Text, shown(name, before, shape::placeholder(before).is_some()))
                .led_by(Role::Key, "- was    "),
        );
        lines.push(
            Line::new(Role::Text, shown(name, now, shape::placeholder(now).is_some())).led_by(Role::Ok, "+ theirs "),
        );
        if changed.contains(&name) {
            lines.push(Line::new(Role::Text, shown(name, typed.get(name), false)).led_by(Role::Key, "  yours  "));
        }
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
    let warned = |text: String| Line::new(Role::Text, text).led_by(Role::Warning, "warned  ");
    let mut lines = Vec::new();
    if let Some(mode) = exposure.open_mode {
        let who = if mode & 0o004 == 0 { "Its group" } else { "Everybody on this machine" };
        lines.push(warned(format!(
            "{who} can read this file (mode {mode:o}), and it holds a secret. Unless the application needs it so: \
             chmod 600 {file}"
        )));
    }
    if exposure.is_tracked_by_git {
        lines.push(warned(
            "git tracks this file: the next commit would publish the secret. Keep it in user secrets or in environment \
             variables, or take the file out of the index with git rm --cached."
                .to_owned(),
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

const fn next_step(error: &SaveError) -> &'static str {
    match error {
        SaveError::NotReplaceable { may_write_in_place: true, .. } => {
            "What you typed is still here. i writes into the file itself, after a backup that only you can read: if \
             that breaks off, the file may be cut short and the backup is whole."
        }
        SaveError::Changed | SaveError::NotReplaceable { .. } => "What you typed is still here.",
        SaveError::HalfWritten { .. } => "What you typed is still here. Copy the backup over the file, or save again.",
        SaveError::System { .. } => "What you typed is still here. Mend the cause and save again.",
    }
}
