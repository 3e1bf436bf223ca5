//! Copying: a text goes to the terminal's clipboard, and beside it stand the ways for terminals that drop it: a plain
//! view without frame and borders to select from, and a file that only the user can read.

use std::path::PathBuf;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::effect::Effect;
use super::view::MORE;
use super::{App, Overlay};
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::steps::Step;
use crate::steps::test::Copyable;
use crate::ui::draw_spans;
use crate::ui::footer::{Hint, draw_footer};
use crate::ui::frame::{areas, draw_rule};
use crate::ui::keymap::hints;
use crate::ui::pane::{Line, Pane};
use crate::ui::theme::Role;

/// How long a plain view shows a secret.
const SHOWN: Duration = Duration::from_mins(1);

/// What became of copying.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Model {
    /// The row of the text that was sent, and how many characters it has.
    sent: Option<(&'static str, usize)>,
    /// Where a text was written to, or the system's words.
    kept: Option<Result<PathBuf, String>>,
    /// All that was written in this session.
    files: Vec<PathBuf>,
    /// Until when the plain view shows a secret.
    pub(super) until: Option<Timestamp>,
}

impl Model {
    /// Forgets what became of the last text, but not the files.
    fn begin_again(&mut self) {
        *self = Self { files: std::mem::take(&mut self.files), ..Self::default() };
    }
}

impl App {
    /// Opens the list of what can be copied.
    pub(super) fn open_copying(&mut self) {
        if !self.test.copyable().is_empty() {
            self.copying.begin_again();
            self.overlay = Some(Overlay::Copying { row: 0 });
        }
    }

    /// The first text of that kind, such as the message to the administrator: sent, and shown plain.
    pub(super) fn write_out(&mut self, now: Timestamp, is_wanted: fn(&Copyable) -> bool) -> Vec<Effect> {
        let row = self.test.copyable().iter().position(is_wanted);
        let Some(row) = row else { return Vec::new() };
        self.copying.begin_again();
        self.overlay = Some(Overlay::Copying { row });
        let effects = self.copy();
        self.show_plain(now);
        effects
    }

    pub(super) fn chosen(&self) -> Option<Copyable> {
        let Some(Overlay::Copying { row } | Overlay::Plain { row, .. }) = self.overlay else { return None };
        self.test.copyable().into_iter().nth(row)
    }

    pub(super) fn copy(&mut self) -> Vec<Effect> {
        let Some(copyable) = self.chosen() else { return Vec::new() };
        self.copying.sent = Some((copyable.title, copyable.text.expose().chars().count()));
        vec![Effect::Copy(copyable.text)]
    }

    pub(super) fn keep(&self) -> Vec<Effect> {
        self.chosen().map(|copyable| Effect::Keep(copyable.text)).into_iter().collect()
    }

    pub(super) fn kept(&mut self, result: Result<PathBuf, String>) {
        self.copying.files.extend(result.as_ref().ok().cloned());
        self.copying.kept = Some(result);
    }

    /// Where texts were written to in this session, for the last words on the normal screen.
    pub(super) fn kept_files(&self) -> &[PathBuf] {
        &self.copying.files
    }

    /// What became of writing a text to a file.
    pub(super) fn kept_line(&self) -> Option<Line> {
        Some(match self.copying.kept.as_ref()? {
            Ok(path) => Line::new(Role::Text, format!("Written to {}. Delete it when you are done.", path.display())),
            Err(words) => Line::new(Role::Text, format!("Not written: {words}.")).led_by(Role::Error, "failed  "),
        })
    }

    pub(super) fn show_plain(&mut self, now: Timestamp) {
        if let (Some(Overlay::Copying { row }), Some(copyable)) = (self.overlay, self.chosen()) {
            self.copying.until = copyable.is_secret.then(|| now.plus(SHOWN));
            self.overlay = Some(Overlay::Plain { row, scroll: 0 });
        }
    }

    /// Closes a plain view whose time is over.
    pub(super) fn hide_plain(&mut self, now: Timestamp) {
        if self.copying.until.is_some_and(|until| now >= until) {
            self.leave_plain();
        }
    }

    /// Back to the list.
    pub(super) fn leave_plain(&mut self) {
        self.copying.until = None;
        if let Some(Overlay::Plain { row, .. }) = self.overlay {
            self.overlay = Some(Overlay::Copying { row });
        }
    }

    /// The address that is shown as a link: in the plain view, or else in step Test.
    pub(super) fn shown_link(&self) -> Option<String> {
        match self.overlay {
            Some(Overlay::Plain { .. }) => {
                self.chosen().filter(|chosen| chosen.is_link).map(|chosen| chosen.text.expose().to_owned())
            }
            None if self.step == Step::Test => self.test.links().first().map(|link| link.url.clone()),
            _ => None,
        }
    }

    pub(super) fn plain_rows(&self) -> usize {
        let (width, height) = self.start.size;
        let rows = self.chosen().map_or(0, |copyable| rows(&copyable, plain_width(width)).len());
        rows.saturating_sub(usize::from(height.saturating_sub(BELOW_PLAIN)))
    }

    /// The whole screen without frame: the text from column 0, then a rule, and in the last row how to go on.
    pub(super) fn draw_plain(&self, buffer: &mut Buffer, screen: Rect, scroll: usize) {
        let look = self.start.look;
        let Some(copyable) = self.chosen() else { return };
        let width = plain_width(screen.width);
        let rows = rows(&copyable, width);
        let room = screen.height.saturating_sub(BELOW_PLAIN);
        for (row, y) in rows.iter().skip(scroll).zip(screen.top()..screen.top() + room) {
            let role = if copyable.is_link { Role::Link } else { Role::Text };
            draw_spans(buffer, Rect { y, height: 1, ..screen }, &[(role, row)], look);
        }
        // The rule tells the text from the hints, and whether there is more of it.
        let words = [(scroll > 0, MORE.above), (scroll < self.plain_rows(), MORE.below)];
        let words: Vec<_> = words.into_iter().filter_map(|(there, word)| there.then_some(word)).collect();
        let rule = Rect { y: screen.top() + room, width, height: 1, ..screen };
        draw_rule(buffer, rule, look);
        if !words.is_empty() {
            draw_spans(buffer, rule, &[(Role::Hint, &format!("-- {} ", words.join(", ")))], look);
        }
        let mut hints = hints(self.table(), self);
        hints.push(Hint { key: "Mouse", label: "selects", essential: false });
        let footer = Rect { y: screen.bottom().saturating_sub(1), width, height: 1, ..screen };
        draw_footer(buffer, footer, &hints, look);
        let sent = "Sent to the terminal, too.";
        let is_sent = self.copying.sent.is_some_and(|(title, _)| title == copyable.title);
        // Beside all hints, where there is room for it.
        let columns = u16::try_from(text::width(sent)).unwrap_or(u16::MAX);
        if is_sent && width >= PLAIN_HINTS + columns {
            let at = Rect { x: footer.right() - columns, width: columns, ..footer };
            draw_spans(buffer, at, &[(Role::Hint, sent)], look);
        }
    }

    pub(super) fn draw_copying(&self, buffer: &mut Buffer, area: Rect, selected: usize) {
        let mut lines = Vec::new();
        match self.copying.sent {
            Some((title, count)) => {
                lines.push(Line::new(Role::Text, format!("Sent to the terminal: {title}, {count} characters.")));
                lines.push(Line::new(
                    Role::Text,
                    "If it did not arrive, press p to show it, or f to write it to a file that only you can read.",
                ));
            }
            None => lines.push(Line::new(
                Role::Text,
                "Enter sends the chosen text to your terminal's clipboard, also over SSH.",
            )),
        }
        // Two rows of the list stay in view on every screen; what became of the file is told first then.
        let room = area.height.saturating_sub(3);
        let kept = self.kept_line();
        lines.extend(kept.clone());
        let mut pane = Pane::new(&lines, area.width);
        if let (true, Some(kept)) = (pane.len() > usize::from(room), kept) {
            pane = Pane::new(&[kept], area.width);
        }
        let used = u16::try_from(pane.len()).unwrap_or(room).min(room);
        let texts: Vec<_> =
            self.test.copyable().iter().map(|copyable| (copyable.title.to_owned(), String::new())).collect();
        // The list comes first: it is what the keys move in. A title stands where it takes no row from it.
        let all = u16::try_from(texts.len()).unwrap_or(u16::MAX);
        let above = if area.height >= all.saturating_add(used + 3) { 2 } else { 0 };
        if above > 0 {
            draw_spans(buffer, Rect { height: 1, ..area }, &[(Role::Title, TITLE)], self.start.look);
        }
        let list = Rect { y: area.y + above, height: area.height.saturating_sub(above + used + 1), ..area };
        self.draw_rows(buffer, list, &texts, selected);
        let shown = all.min(list.height);
        let below = Rect { y: list.y + shown + u16::from(shown < area.height), height: used, ..area };
        pane.draw(buffer, below.intersection(area), 0, MORE, self.start.look);
    }
}

/// Rows below the text of a plain view: the rule and the hints.
const BELOW_PLAIN: u16 = 2;

/// The columns of all hints of a plain view, with the gap behind them.
const PLAIN_HINTS: u16 = 46;

/// Above the list of what can be copied.
const TITLE: &str = "Copy a text of this test";

/// As wide as everything else.
fn plain_width(columns: u16) -> u16 {
    areas(Rect { x: 0, y: 0, width: columns, height: 1 }).rule_top.width
}

fn rows(copyable: &Copyable, width: u16) -> Vec<String> {
    let width = usize::from(width.max(1));
    // A message is read by people, and no blank more or less changes it.
    let split = if copyable.title == Copyable::LETTER { text::wrap } else { cut };
    copyable.text.expose().lines().flat_map(|line| split(&text::printable(line), width)).collect()
}

/// Cuts a line at the width exactly, as a terminal would: what is selected then has no blanks that were not there.
fn cut(line: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for grapheme in unicode_segmentation::UnicodeSegmentation::graphemes(line, true) {
        let columns = text::grapheme_width(grapheme);
        if used + columns > width && used > 0 {
            rows.push(String::new());
            used = 0;
        }
        used += columns;
        if let Some(row) = rows.last_mut() {
            row.push_str(grapheme);
        }
    }
    rows
}
