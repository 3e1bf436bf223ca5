//! The row at the bottom that says which keys work now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw_spans;
use super::theme::{Look, Role};
use crate::domain::text;

/// A key and what it does, in a word or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// What is written on the key.
    pub key: &'static str,
    /// What it does.
    pub label: &'static str,
    /// Whether it stays when the screen is too narrow for all.
    pub essential: bool,
}

impl Hint {
    fn columns(&self) -> usize {
        text::width(self.key) + 1 + text::width(self.label)
    }
}

/// Returns the columns that a row of hints takes with so many spaces between them.
fn columns(hints: &[Hint], gap: usize) -> usize {
    hints.iter().map(Hint::columns).sum::<usize>() + gap * hints.len().saturating_sub(1)
}

/// Returns the hints that fit into so many columns: first the essential ones, then the others, each that still has
/// room, in the order of the row; the first essential one always stays.
pub fn fitting(hints: &[Hint], available: usize) -> Vec<Hint> {
    let mut kept = vec![false; hints.len()];
    let mut used = 0;
    for essential in [true, false] {
        for (keep, hint) in kept.iter_mut().zip(hints).filter(|(_, hint)| hint.essential == essential) {
            let more = hint.columns() + if used == 0 { 0 } else { 2 };
            if used == 0 || used + more <= available {
                *keep = true;
                used += more;
            }
        }
    }
    hints.iter().zip(kept).filter_map(|(hint, keep)| keep.then_some(*hint)).collect()
}

/// Draws the hints into the first row of an area, three columns apart when there is room, else two.
pub fn draw_footer(buffer: &mut Buffer, area: Rect, hints: &[Hint], look: Look) {
    let available = usize::from(area.width);
    let kept = fitting(hints, available);
    let gap = if columns(&kept, 3) <= available { "   " } else { "  " };
    let spans: Vec<_> = kept
        .iter()
        .enumerate()
        .flat_map(|(index, hint)| {
            let before = if index == 0 { "" } else { gap };
            [(Role::Text, before), (Role::Key, hint.key), (Role::Text, " "), (Role::Text, hint.label)]
        })
        .collect();
    draw_spans(buffer, area, &spans, look);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINTS: [Hint; 4] = [
        Hint { key: "t", label: "again", essential: true },
        Hint { key: "c", label: "copy", essential: false },
        Hint { key: "Esc", label: "steps", essential: true },
        Hint { key: "g", label: "go to ClientSecret", essential: false },
    ];

    fn kept(available: usize) -> Vec<&'static str> {
        fitting(&HINTS, available).iter().map(|hint| hint.key).collect()
    }

    #[test]
    fn essential_hints_come_first_and_others_fill_the_room() {
        assert_eq!(kept(78), ["t", "c", "Esc", "g"]);
        assert_eq!(kept(30), ["t", "c", "Esc"]);
        assert_eq!(kept(27), ["t", "c", "Esc"]);
        assert_eq!(kept(25), ["t", "Esc"]);
        assert_eq!(kept(20), ["t", "Esc"]);
        assert_eq!(kept(10), ["t"]);
        assert_eq!(kept(0), ["t"]);
    }

    #[test]
    fn a_later_hint_stays_where_a_longer_one_before_it_does_not_fit() {
        let hint = |key, label| Hint { key, label, essential: false };
        let hints = [hint("t", "again"), hint("g", "to ClientSecret"), hint("c", "copy")];
        let kept: Vec<_> = fitting(&hints, 20).iter().map(|hint| hint.key).collect();
        assert_eq!(kept, ["t", "c"]);
    }
}
