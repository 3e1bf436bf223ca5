//! Step Save: the masked difference, and what became of saving.

use super::form::Form;
use super::questions::secret_words;
use crate::domain::setting::{Kind, SettingName};
use crate::domain::storage::SaveError;
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
}

impl Model {
    /// The word behind the step's name.
    pub const fn word(&self) -> (&'static str, Role) {
        match self {
            Self::Untried => ("", Role::Text),
            Self::Saved(_) => ("passed", Role::Ok),
            Self::Refused(_) | Self::NotEditable(_) => ("failed", Role::Error),
        }
    }

    /// The picture: outcome, then the difference.
    pub fn lines(&self, form: &Form, file: &str, revealed: Option<SettingName>) -> Vec<Line> {
        let mut lines = Vec::new();
        match self {
            Self::Untried => {}
            Self::Saved(count) => {
                lines.push(
                    Line::new(Role::Text, format!("{file}: {count} values written, every other byte kept."))
                        .led_by(Role::Ok, "passed  "),
                );
            }
            Self::Refused(error) => {
                lines.push(
                    Line::new(Role::Text, format!("Nothing was written: {error}.")).led_by(Role::Error, "failed  "),
                );
                lines.push(Line::new(Role::Text, next_step(error)));
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
        let changed = form.changed();
        if changed.is_empty() {
            lines.push(Line::new(Role::Text, "The file says what is on the screen; there is nothing to save."));
            return lines;
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
            lines.push(Line::new(Role::Text, before).led_by(Role::Error, "- "));
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
        Kind::Plain => value.to_owned(),
        Kind::ClientSecret => format!("[masked] {}", secret_words(value)),
        Kind::Password => "[masked]".to_owned(),
    }
}

const fn next_step(error: &SaveError) -> &'static str {
    match error {
        SaveError::Changed => {
            "What you typed is still here. Leave, look at what the other one wrote, and begin again with the new file."
        }
        SaveError::NotReplaceable { .. } => "What you typed is still here.",
        SaveError::HalfWritten { .. } => "What you typed is still here. Copy the backup over the file, or save again.",
        SaveError::System { .. } => "What you typed is still here. Mend the cause and save again.",
    }
}
