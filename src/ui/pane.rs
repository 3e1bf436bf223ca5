//! Text that is wrapped before it is drawn, so that how far it scrolls is known without drawing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::frame::MAX_COLUMNS;
use super::theme::{Look, Role};
use super::{draw_row, draw_spans};
use crate::domain::text;

/// A paragraph: a lead such as a verdict or a number that stands alone in its column, and text that wraps beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    lead: String,
    lead_role: Role,
    text: String,
    role: Role,
    right: String,
    right_role: Role,
    /// By how many columns the rows after the first are set in.
    hanging: usize,
}

impl Line {
    /// Makes a paragraph without a lead.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        let (text, right_role) = (text.into(), Role::Hint);
        Self { lead: String::new(), lead_role: role, text, role, right: String::new(), right_role, hanging: 0 }
    }

    /// Makes an empty line.
    pub fn blank() -> Self {
        Self::new(Role::Text, "")
    }

    /// Puts a lead before it; the spaces at its end keep it apart from the text.
    #[must_use]
    pub fn led_by(mut self, role: Role, lead: impl Into<String>) -> Self {
        (self.lead_role, self.lead) = (role, lead.into());
        self
    }

    /// Puts a short text at the right end of its first row, when there is room for it.
    #[must_use]
    pub fn with_right(mut self, right: impl Into<String>) -> Self {
        self.right = right.into();
        self
    }

    /// Draws what stands at the right end as a state; without this it is drawn as a hint.
    #[must_use]
    pub const fn with_right_role(mut self, role: Role) -> Self {
        self.right_role = role;
        self
    }

    /// Sets the rows after the first in by so many columns, so that none looks like a paragraph of its own.
    #[must_use]
    pub const fn hanging(mut self, columns: usize) -> Self {
        self.hanging = columns;
        self
    }

    /// Whether it is the address of a page, which no view without columns breaks.
    pub fn is_link(&self) -> bool {
        self.role == Role::Link
    }

    /// The paragraph as one line of text.
    pub fn plain(&self) -> String {
        let right = if self.right.is_empty() { String::new() } else { format!("  [{}]", self.right) };
        format!("{}{}{right}", self.lead, self.text)
    }

    /// The paragraph as lines of text of at most so many columns, for a view that is no screen: what stands at the
    /// right end there comes behind the text.
    pub fn text_lines(&self, columns: usize) -> Vec<String> {
        let right = if self.right.is_empty() { String::new() } else { format!(" [{}]", self.right) };
        let flowing = Self { text: format!("{}{right}", self.text), right: String::new(), ..self.clone() };
        let rows = flowing.rows(columns.max(1)).into_iter();
        rows.map(|row| {
            let blank = row.indent.saturating_sub(text::width(&row.lead));
            format!("{}{}{}", row.lead, " ".repeat(blank), row.text).trim_end().to_owned()
        })
        .collect()
    }

    fn rows(&self, columns: usize) -> Vec<Row> {
        let lead = text::printable(&self.lead);
        let printable = text::printable_lines(&self.text);
        let mut rows = Vec::new();
        let mut indent = text::width(&lead);
        if indent > columns / 2 {
            // Too narrow for two columns: the lead has its own rows and the text begins at the left.
            rows.extend(text::wrap(&lead, columns).into_iter().map(|lead| self.row(lead, 0, String::new())));
            indent = 0;
        }
        let right = text::printable(&self.right);
        let beside = text::width(&right) + 2;
        let first = columns.saturating_sub(indent + beside);
        // A short note at the right may push words of the first row down, unless that leaves the row nearly empty.
        let noted = !right.is_empty() && first >= columns / 3;
        let whole = columns - indent;
        let hanging = if self.hanging < whole / 2 { self.hanging } else { 0 };
        let wrapped = match (noted, hanging) {
            (true, _) => wrap_beside(&printable, first, whole - hanging),
            (false, 0) => text::wrap(&printable, whole),
            (false, _) => wrap_beside(&printable, whole, whole - hanging),
        };
        for (index, text) in wrapped.into_iter().enumerate() {
            let lead = if index == 0 && indent > 0 { lead.to_string() } else { String::new() };
            let mut row = self.row(lead, if index == 0 { indent } else { indent + hanging }, text);
            if index == 0 && noted {
                row.right = right.to_string();
            }
            rows.push(row);
        }
        rows
    }

    fn row(&self, lead: String, indent: usize, text: String) -> Row {
        let (lead_role, role, right_role) = (self.lead_role, self.role, self.right_role);
        Row { lead, lead_role, indent, text, role, right: String::new(), right_role }
    }
}

/// Wraps with a first row of another width than the others.
fn wrap_beside(text: &str, first: usize, columns: usize) -> Vec<String> {
    let head = text::wrap(text, first).into_iter().next().unwrap_or_default();
    let Some(rest) = text.strip_prefix(head.as_str()) else { return text::wrap(text, columns) };
    // At the break stands a space, a line break, or nothing when a long word was broken.
    let rest = rest.trim_start_matches(' ');
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    let mut rows = vec![head];
    if !rest.is_empty() {
        rows.extend(text::wrap(rest, columns));
    }
    rows
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    lead: String,
    lead_role: Role,
    indent: usize,
    text: String,
    role: Role,
    right: String,
    right_role: Role,
}

/// What the mark at the bottom says when there is more than fits: words with their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct More {
    /// When there is more above: `Up back`.
    pub above: &'static str,
    /// When there is more below: `Down more`.
    pub below: &'static str,
}

/// Wrapped text, ready to be drawn and scrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    rows: Vec<Row>,
}

impl Pane {
    /// Wraps paragraphs to so many columns, at most 78.
    pub fn new(lines: &[Line], columns: u16) -> Self {
        let columns = usize::from(columns.clamp(1, MAX_COLUMNS));
        Self { rows: lines.iter().flat_map(|line| line.rows(columns)).collect() }
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Draws the rows from `scroll` on, which is clamped; the last row says where there is more.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, scroll: usize, more: More, look: Look) {
        let height = usize::from(area.height);
        let shown = rows_shown(self.rows.len(), height);
        let scroll = scroll.min(max_scroll(self.rows.len(), height));
        for (row, y) in self.rows.iter().skip(scroll).take(shown).zip(area.top()..area.bottom()) {
            draw_pane_row(buffer, Rect { y, height: 1, ..area }, row, look);
        }
        if shown < height && self.rows.len() > height {
            let words = [(scroll > 0, more.above), (scroll + shown < self.rows.len(), more.below)];
            let words: Vec<_> = words.into_iter().filter_map(|(there, word)| there.then_some(word)).collect();
            let mark = format!("-- {} --", words.join(", "));
            draw_spans(buffer, Rect { y: area.bottom() - 1, height: 1, ..area }, &[(Role::Hint, &mark)], look);
        }
    }
}

fn draw_pane_row(buffer: &mut Buffer, area: Rect, row: &Row, look: Look) {
    draw_spans(buffer, area, &[(row.lead_role, &row.lead)], look);
    let indent = u16::try_from(row.indent).unwrap_or(u16::MAX).min(area.width);
    let beside = Rect { x: area.x + indent, width: area.width - indent, ..area };
    draw_row(buffer, beside, &[(row.role, &row.text)], (row.right_role, &row.right), look);
}

/// Returns how many of the rows are shown at once: one less than fit when the mark needs a row.
pub const fn rows_shown(rows: usize, height: usize) -> usize {
    if rows <= height || height < 3 { height } else { height - 1 }
}

/// Returns the largest scroll position that still shows a full pane.
pub const fn max_scroll(rows: usize, height: usize) -> usize {
    rows.saturating_sub(rows_shown(rows, height))
}

/// Returns the scroll position nearest to the present one that shows the rows `first..=last`, its beginning if they
/// are more than fit.
pub fn scroll_into_view(scroll: usize, first: usize, last: usize, rows: usize, height: usize) -> usize {
    let shown = rows_shown(rows, height);
    let low = (last + 1).saturating_sub(shown).min(first);
    scroll.clamp(low, first.max(low)).min(max_scroll(rows, height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MORE: More = More { above: "Up back", below: "Down more" };

    fn drawn(pane: &Pane, width: u16, height: u16, scroll: usize) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        pane.draw(&mut buffer, Rect::new(0, 0, width, height), scroll, MORE, Look::PLAIN);
        super::super::tests::shown(&buffer)
    }

    #[test]
    fn a_lead_has_its_own_column() {
        let line = Line::new(Role::Text, "This has the shape of the Secret ID.").led_by(Role::Warning, "warned  ");
        insta::assert_snapshot!(drawn(&Pane::new(&[line], 30), 30, 3, 0), @r"
        warned  This has the shape of
                the Secret ID.
        ");
    }

    #[test]
    fn a_note_at_the_right_makes_room_for_itself() {
        let line = Line::new(Role::Title, "Put the secret's Value into ClientSecret.").with_right("AADSTS7000215");
        insta::assert_snapshot!(drawn(&Pane::new(&[line], 50), 50, 2, 0), @r"
        Put the secret's Value into          AADSTS7000215
        ClientSecret.
        ");
    }

    #[test]
    fn what_hangs_is_set_in_from_its_second_row_on_and_loses_nothing() {
        let header = "strict-transport-security: max-age=31536000; includeSubDomains";
        let line = Line::new(Role::Text, header).hanging(2);
        insta::assert_snapshot!(drawn(&Pane::new(std::slice::from_ref(&line), 28), 28, 4, 0), @r"
        strict-transport-security:
          max-age=31536000;
          includeSubDomains
        ");
        assert_eq!(line.plain(), header);
        assert_eq!(line.text_lines(28).join(" ").split_whitespace().collect::<Vec<_>>().join(" "), header);
        let short = Line::new(Role::Text, "HTTP 200 OK").hanging(2);
        assert_eq!(short.text_lines(28), ["HTTP 200 OK"]);
    }

    #[test]
    fn a_state_at_the_right_is_drawn_as_one() {
        let line = Line::new(Role::Text, "aud").with_right("fail").with_right_role(Role::Error);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
        Pane::new(&[line], 20).draw(&mut buffer, Rect::new(0, 0, 20, 1), 0, MORE, Look::PLAIN);
        assert_eq!(buffer[(16, 0)].style().add_modifier, Look::PLAIN.style(Role::Error).add_modifier);
        assert_eq!(buffer[(0, 0)].style().add_modifier, ratatui::style::Modifier::empty());
    }

    #[test]
    fn a_long_word_beside_a_note_stays_whole_when_joined() {
        assert_eq!(wrap_beside("login.microsoft.com/x", 8, 30), ["login.", "microsoft.com/x"]);
        assert_eq!(wrap_beside("one two\nthree", 4, 30), ["one", "two", "three"]);
        assert_eq!(wrap_beside("one\ntwo", 4, 30), ["one", "two"]);
    }

    #[test]
    fn the_mark_says_where_there_is_more() {
        let lines: Vec<_> = ["one", "two", "three", "four", "five"].map(|word| Line::new(Role::Text, word)).into();
        let pane = Pane::new(&lines, 30);
        assert_eq!(drawn(&pane, 30, 3, 0), "one\ntwo\n-- Down more --");
        assert_eq!(drawn(&pane, 30, 3, 1), "two\nthree\n-- Up back, Down more --");
        assert_eq!(drawn(&pane, 30, 3, 99), "four\nfive\n-- Up back --");
        assert_eq!(drawn(&pane, 30, 5, 99), "one\ntwo\nthree\nfour\nfive");
    }

    proptest! {
        #[test]
        fn no_size_and_no_text_panics(
            text in r"\PC{0,60}", lead in r"\PC{0,12}", right in r"\PC{0,12}",
            width in 0_u16..40, height in 0_u16..6, scroll in 0_usize..20,
        ) {
            let line = Line::new(Role::Text, text).led_by(Role::Ok, lead).with_right(right);
            let pane = Pane::new(&[line.clone().hanging(2), Line::blank(), line], width);
            drawn(&pane, width, height, scroll);
        }

        #[test]
        fn the_focus_comes_into_view(
            scroll in 0_usize..50, first in 0_usize..30, length in 1_usize..4, after in 0_usize..20, height in 1_usize..20,
        ) {
            let (last, rows) = (first + length - 1, first + length + after);
            let scroll = scroll_into_view(scroll, first, last, rows, height);
            let shown = rows_shown(rows, height);
            prop_assert!(scroll <= max_scroll(rows, height));
            prop_assert!(scroll <= first && first < scroll + shown);
            prop_assert!(last < scroll + shown || length > shown);
        }
    }
}
