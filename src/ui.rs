//! Pieces of the screen that all steps share: frame, footer, text field, pane, styles.
//!
//! Everything here is a pure function of its arguments that draws into a buffer; nothing knows a step, a setting or
//! the network. Whatever is drawn is made printable and clipped on the way, and no size of the screen panics.

pub mod footer;
pub mod frame;
pub mod keymap;
pub mod pane;
pub mod text_field;
pub mod theme;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::text;
use theme::{Look, Role};

/// Text with the role it plays.
pub type Span<'a> = (Role, &'a str);

/// Draws pieces of text one behind the other into the first row of an area; returns the columns they took.
///
/// What does not fit is cut off, with `...` where something is missing. Of a mark only the word is marked.
pub fn draw_spans(buffer: &mut Buffer, area: Rect, spans: &[Span<'_>], look: Look) -> u16 {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return 0;
    }
    let mut x = area.x;
    let parts = spans.iter().flat_map(|(role, text)| {
        let word = if role.is_mark() { text.trim_matches(' ') } else { text };
        let (before, after) = text.split_once(word).unwrap_or_default();
        [(Role::Text, before), (*role, word), (Role::Text, after)]
    });
    for (role, text) in parts.filter(|(_, text)| !text.is_empty()) {
        let room = area.right().saturating_sub(x);
        let printable = text::printable(text);
        let clipped = text::clip(&printable, usize::from(room));
        (x, _) = buffer.set_stringn(x, area.y, &clipped, usize::from(room), look.style(role));
    }
    x - area.x
}

/// Draws a row with something at its left and something at its right end.
///
/// When both do not fit with two columns between them, the left one is cut, down to half of the row; if that is not
/// enough the right one is left out.
pub fn draw_row(buffer: &mut Buffer, area: Rect, left: &[Span<'_>], right: Span<'_>, look: Look) {
    let columns = |spans: &[Span<'_>]| spans.iter().map(|(_, text)| text::width(&text::printable(text))).sum::<usize>();
    let (total, wanted) = (usize::from(area.width), columns(&[right]));
    let rest = total.saturating_sub(wanted + 2);
    if wanted == 0 || rest < columns(left).min(total / 2) {
        draw_spans(buffer, area, left, look);
        return;
    }
    let [rest, wanted] = [rest, wanted].map(|columns| u16::try_from(columns).unwrap_or(u16::MAX));
    draw_spans(buffer, Rect { width: rest, ..area }, left, look);
    let x = area.right().saturating_sub(wanted);
    draw_spans(buffer, Rect { x, width: wanted, ..area }, &[right], look);
}

/// Draws the row above a value: the setting's key, and what the portal calls it when it has a word for it.
pub fn draw_label(buffer: &mut Buffer, area: Rect, key: &str, term: &str, look: Look) {
    let separator = if term.is_empty() { "" } else { look.glyphs.separator };
    draw_spans(buffer, area, &[(Role::Label, key), (Role::Text, separator), (Role::Text, term)], look);
}

/// Draws the visible part of a text field into the first row of an area; returns where the cursor stands.
///
/// Unlike everything else it is drawn as it is: [`text_field::TextField::visible`] has put a stand-in for whatever a
/// terminal must not see, and joined clusters have to stay joined under the cursor.
pub fn draw_field(
    buffer: &mut Buffer,
    area: Rect,
    visible: &text_field::Visible,
    look: Look,
) -> Option<ratatui::layout::Position> {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return None;
    }
    let role = if visible.selected { Role::Focus } else { Role::Text };
    let width = usize::from(area.width);
    let [before, behind] = [visible.more_left, visible.more_right].map(|is_cut| is_cut && visible.has_signs);
    let left = u16::from(before);
    let room = width.saturating_sub(usize::from(left));
    buffer.set_stringn(area.x + left, area.y, visible.text.expose(), room, look.style(role));
    for (is_cut, sign, x) in [(before, "<", area.x), (behind, ">", area.right() - 1)] {
        if is_cut {
            buffer.set_stringn(x, area.y, sign, 1, look.style(Role::Hint));
        }
    }
    let column = u16::try_from(visible.cursor_column).unwrap_or(u16::MAX).min(area.width - 1);
    Some(ratatui::layout::Position::new(area.x + column, area.y))
}

#[cfg(test)]
mod tests;
