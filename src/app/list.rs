//! Rows of which one is chosen: a sign before it beside its reversed letters, and a mark where more rows lie.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::App;
use super::view::MORE;
use crate::domain::text;
use crate::ui::draw_spans;
use crate::ui::pane::{max_scroll, rows_shown, scroll_into_view};
use crate::ui::theme::Role;

/// Before the chosen row.
pub(super) const CHOSEN: &str = "> ";

/// Before every other row.
pub(super) const OTHER: &str = "  ";

/// Between a name and what is said about it.
const GAP: usize = 2;

impl App {
    /// Draws rows of a name and what is said about it; with nothing said the second text is empty.
    pub(super) fn draw_rows(&self, buffer: &mut Buffer, area: Rect, rows: &[(String, String)], selected: usize) {
        let look = self.start.look;
        let height = usize::from(area.height);
        let shown = rows_shown(rows.len(), height);
        let scroll = scroll_into_view(0, selected, selected, rows.len(), height);
        let columns = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0) + GAP;
        let visible = rows.iter().enumerate().skip(scroll).take(shown);
        for ((place, (name, about)), y) in visible.zip(area.top()..area.bottom()) {
            let (sign, role) = if place == selected { (CHOSEN, Role::Focus) } else { (OTHER, Role::Text) };
            let gap = " ".repeat(columns.saturating_sub(text::width(name)));
            let spans = [(Role::Text, sign), (role, name.as_str()), (Role::Text, &gap), (Role::Text, about)];
            let count = if about.is_empty() { 2 } else { spans.len() };
            draw_spans(buffer, Rect { y, height: 1, ..area }, spans.get(..count).unwrap_or_default(), look);
        }
        if shown < height && rows.len() > height {
            let words = [(scroll > 0, MORE.above), (scroll < max_scroll(rows.len(), height), MORE.below)];
            let words: Vec<_> = words.into_iter().filter_map(|(there, word)| there.then_some(word)).collect();
            let mark = format!("-- {} --", words.join(", "));
            draw_spans(buffer, Rect { y: area.bottom() - 1, height: 1, ..area }, &[(Role::Hint, &mark)], look);
        }
    }
}
