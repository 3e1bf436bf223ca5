//! What a row of the screen shows of a field: masked, scrolled to the cursor, without anything a terminal obeys.

use unicode_segmentation::UnicodeSegmentation;

use super::TextField;
use crate::domain::secret::Secret;
use crate::domain::text::{grapheme_width, is_bidi_control, is_line_break, is_zero_width, mask};
use crate::ui::theme::Glyphs;

/// How a field hides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// By a stand-in for each cluster, among which the cursor moves.
    Each,
    /// By always as many stand-ins, which do not tell how long it is.
    Whole,
}

/// The fewest columns in which signs say where a value is cut: in fewer they would hide too much of it.
const WITH_SIGNS: usize = 5;

/// How many stand-ins hide a text as a whole.
const WHOLE: usize = 8;

/// The part of a field that a row of the screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the row")]
pub struct Visible {
    /// What is drawn: only printable characters, at most as wide as asked for with the signs at its ends.
    pub text: Secret,
    /// Where the cursor stands, in columns from the left with the sign there, always less than the width (0 when that is
    /// 0).
    pub cursor_column: usize,
    /// Whether all of it is selected.
    pub selected: bool,
    /// Whether there is more to the left.
    pub more_left: bool,
    /// Whether there is more to the right.
    pub more_right: bool,
    /// Whether a sign in the first or last column tells where there is more; its column is left free.
    pub has_signs: bool,
}

impl TextField {
    /// Returns what a row of so many columns shows, scrolled so that the cursor is in it.
    ///
    /// The scroll position follows from text, cursor and width alone and moves in jumps of half the width, so that
    /// typing at the end of a long text does not repaint the whole row with every letter.
    pub fn visible(&self, width: usize, masked: Option<Mask>, glyphs: Glyphs) -> Visible {
        if masked == Some(Mask::Whole) && !self.is_empty() {
            return Visible {
                text: Secret::new(mask(WHOLE.min(width), glyphs.mask)),
                cursor_column: WHOLE.min(width.saturating_sub(1)),
                selected: self.now.selected,
                more_left: false,
                more_right: WHOLE > width,
                has_signs: false,
            };
        }
        let mut cells = Vec::new();
        let mut column = 0;
        let (mut cursor_start, mut cursor_end) = (None, None);
        for (start, grapheme) in self.text().grapheme_indices(true) {
            let cell = Cell::of(grapheme, masked.is_some(), glyphs);
            let columns = cell.columns();
            if start == self.now.cursor {
                (cursor_start, cursor_end) = (Some(column), Some(column + columns));
            }
            cells.push((column, columns, cell));
            column += columns;
        }
        let cursor = cursor_start.unwrap_or(column);
        // What is cut needs a column at either end for the sign that says so, where there is room for signs.
        let is_cut = column.max(cursor + 1) > width;
        let sign = usize::from(is_cut && width >= WITH_SIGNS);
        let inner = width - 2 * sign;
        let step = (inner / 2).max(1);
        let hidden = cursor_end.unwrap_or(column + 1).saturating_sub(inner).div_ceil(step) * step;
        let hidden = hidden.min(cursor);
        let first = cells.iter().map(|(start, ..)| *start).find(|start| *start >= hidden).unwrap_or(column);
        let left = if first > 0 { sign } else { 0 };
        let rest = column - first;
        let room = if rest > width - left { width - left - sign } else { width - left };
        let mut text = String::with_capacity(self.text().len() + 4 * width);
        let mut end = first;
        for (start, columns, cell) in cells.iter().filter(|(start, ..)| *start >= first) {
            if start + columns > first + room {
                break;
            }
            cell.write(&mut text);
            end = start + columns;
        }
        Visible {
            text: Secret::new(text),
            cursor_column: (left + cursor.saturating_sub(first)).min(width.saturating_sub(1)),
            selected: self.now.selected,
            more_left: first > 0,
            more_right: end < column,
            has_signs: sign > 0,
        }
    }
}

/// Whether a character that begins a cluster shows nothing of it, though a column may be counted for it.
fn is_invisible(c: char) -> bool {
    is_line_break(c) || is_bidi_control(c) || is_zero_width(c)
}

/// What stands on the screen for a cluster: never a control character, never nothing. Borrowed, for a copy of each
/// cluster would have to be wiped too.
#[derive(Clone, Copy)]
enum Cell<'t> {
    Shown(&'t str),
    StandIn(char),
}

impl<'t> Cell<'t> {
    fn of(grapheme: &'t str, hidden: bool, glyphs: Glyphs) -> Self {
        if hidden {
            Self::StandIn(glyphs.mask)
        } else if grapheme_width(grapheme) == 0 || grapheme.starts_with(is_invisible) {
            Self::StandIn(glyphs.unprintable)
        } else {
            Self::Shown(grapheme)
        }
    }

    fn columns(self) -> usize {
        match self {
            Self::Shown(grapheme) => grapheme_width(grapheme),
            Self::StandIn(_) => 1,
        }
    }

    fn write(self, text: &mut String) {
        match self {
            Self::Shown(grapheme) => text.push_str(grapheme),
            Self::StandIn(c) => text.push(c),
        }
    }
}
