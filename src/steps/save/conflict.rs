//! Somebody else changed the file since it was read: what became of it, the ways out, and the two texts line by line.

use super::{Model, STILL_HERE, Theirs, shown};
use crate::domain::document::{Document, Side};
use crate::domain::setting::SettingName;
use crate::domain::shape;
use crate::steps::form::Form;
use crate::ui::pane::Line;
use crate::ui::theme::Role;

/// Deeper indentation of a line of the file is not carried on where it wraps.
const DEEPEST: usize = 16;

impl Model {
    /// What somebody else changed in the file, line by line and masked.
    pub fn comparison(&self, base: &Document) -> Vec<Line> {
        let Some(Theirs::Changed { document, .. }) = self.theirs() else { return Vec::new() };
        let mut lines = vec![
            Line::new(Role::Title, "What changed in the file since it was read"),
            Line::new(
                Role::Hint,
                "Lines with - were read, lines with + are in the file now. What may be a secret is masked.",
            ),
            Line::blank(),
        ];
        for line in base.compare(document) {
            let sign = match line.side {
                Side::LeftOut(count) => {
                    let words = if count == 1 { "1 equal line".to_owned() } else { format!("{count} equal lines") };
                    lines.push(Line::new(Role::Hint, words).led_by(Role::Hint, " ... "));
                    continue;
                }
                Side::Both => " ",
                Side::Older => "-",
                Side::Newer => "+",
            };
            let text = line.text.trim_start_matches(' ');
            let indent = line.text.len() - text.len();
            let (indent, text) = if indent > DEEPEST { ("", line.text.as_str()) } else { (blanks(indent), text) };
            let role = if line.side == Side::Both { Role::Hint } else { Role::Text };
            lines.push(Line::new(Role::Text, text).led_by(role, format!("{:>4} {sign} {indent}", line.number)));
        }
        if lines.len() == 3 {
            lines.push(Line::new(Role::Text, "Nothing: the same text was written again."));
        }
        lines
    }
}

/// So many spaces, [`DEEPEST`] at most.
fn blanks(count: usize) -> &'static str {
    const BLANKS: &str = "                ";
    BLANKS.get(..count).unwrap_or(BLANKS)
}

impl Theirs {
    /// What is to be decided or done, why, and what somebody else made of the values beside what was typed.
    pub(super) fn lines(&self, form: &Form, file: &str) -> Vec<Line> {
        let text = |words: &str| Line::new(Role::Text, words);
        let failed = |words: &str| Line::new(Role::Text, words).led_by(Role::Error, "failed  ");
        let way = |key: &str, words: &str| Line::new(Role::Text, words).led_by(Role::Key, format!("{key}  "));
        match self {
            Self::Changed { document, .. } => {
                let mut lines = vec![
                    failed("Choose whose values to keep; nothing was written."),
                    text(&format!("{file} was changed by somebody else since it was read.")),
                    Line::blank(),
                    way("k", "your values, everything else as it is in the file now; Enter then saves"),
                    way("l", "the file as it is now; your values are dropped"),
                    way("c", "what they changed, line by line"),
                ];
                lines.extend(values_of(document, form));
                lines
            }
            Self::Gone => vec![
                failed("Choose whether to make the file anew; nothing was written."),
                text(&format!("{file} was deleted since it was read. {STILL_HERE}")),
                Line::blank(),
                way("k", "the text that was read, with your values; Enter then makes the file, readable by you only"),
            ],
            Self::Malformed(what) => vec![
                failed("Mend the file, then press Enter to save again; nothing was written."),
                text(&format!("{file} was changed by somebody else and is not what .NET reads now, {what}.")),
                text(STILL_HERE),
            ],
            Self::Unreadable(words) => vec![
                failed("Make the file readable, then press Enter to save again; nothing was written."),
                text(&format!("{file} was changed by somebody else and cannot be read now: {words}.")),
                text(STILL_HERE),
            ],
        }
    }
}

/// The values that somebody else changed: as they were, as they are, and as they were typed.
fn values_of(document: &Document, form: &Form) -> Vec<Line> {
    let (values, typed, changed) = (document.values(), form.to_save(), form.changed());
    let mut lines = Vec::new();
    for name in SettingName::ALL {
        let (before, now) = (form.saved().get(name), values.get(name));
        if before == now {
            continue;
        }
        let row = |lead: &str, value: &str, is_shown: bool| {
            Line::new(Role::Text, shown(name, value, is_shown)).led_by(Role::Text, lead)
        };
        lines.extend([
            Line::blank(),
            Line::new(Role::Label, name.key()),
            row("- was    ", before, shape::placeholder(before).is_some()),
            row("+ theirs ", now, shape::placeholder(now).is_some()),
        ]);
        if changed.contains(&name) {
            lines.push(row("  yours  ", typed.get(name), false));
        }
    }
    lines
}
