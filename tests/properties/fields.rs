//! The text field: whatever is typed, pasted, moved over and taken back.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use token_wizard::domain::text::{grapheme_width, is_bidi_control, is_line_break, is_zero_width, width};
use token_wizard::ui::draw_field;
use token_wizard::ui::text_field::{Mask, TextField, Visible};
use token_wizard::ui::theme::{Glyphs, Look};
use unicode_segmentation::UnicodeSegmentation;

use crate::nasty;

#[derive(Debug, Clone)]
enum Op {
    Insert(String),
    Paste(String, String),
    Replace(String),
    Key(KeyEvent),
    Enter,
    Leave,
    KillToStart,
    KillToEnd,
    Undo,
}

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        3 => prop::sample::select(vec![
            KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete,
        ]),
        2 => prop::sample::select(vec!['a', 'h', 'w', 'u', 'k', '@', ' ', '\u{301}', '\u{1f1e9}', '\u{200d}', '\0'])
            .prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        1 => prop::sample::select(vec![KeyCode::Enter, KeyCode::Esc, KeyCode::Up, KeyCode::F(5), KeyCode::Null]),
    ];
    let modifiers =
        prop_oneof![4 => Just(KeyModifiers::NONE), 1 => any::<u8>().prop_map(KeyModifiers::from_bits_truncate)];
    (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => nasty::text(5).prop_map(Op::Insert),
        2 => (nasty::text(5), nasty::text(5)).prop_map(|(pasted, cleaned)| Op::Paste(pasted, cleaned)),
        1 => nasty::text(3).prop_map(Op::Replace),
        8 => any_key().prop_map(Op::Key),
        1 => Just(Op::Enter),
        1 => Just(Op::Leave),
        1 => Just(Op::KillToStart),
        1 => Just(Op::KillToEnd),
        1 => Just(Op::Undo),
    ]
}

fn apply(field: &mut TextField, op: &Op) {
    match op {
        Op::Insert(text) => field.insert(text),
        Op::Paste(pasted, cleaned) => field.paste(pasted, cleaned),
        Op::Replace(text) => field.replace(text),
        Op::Key(key) => {
            field.key(*key);
        }
        Op::Enter => field.enter(),
        Op::Leave => field.leave(),
        Op::KillToStart => field.kill_to_start(),
        Op::KillToEnd => field.kill_to_end(),
        Op::Undo => {
            field.undo();
        }
    }
}

fn is_on_border(field: &TextField) -> bool {
    let text = field.text();
    field.cursor() == text.len() || text.grapheme_indices(true).any(|(start, _)| start == field.cursor())
}

/// A cluster that cannot be seen has a stand-in of one column.
fn columns_of(cluster: &str) -> usize {
    let is_hidden = cluster.starts_with(|c| is_line_break(c) || is_bidi_control(c) || is_zero_width(c));
    if is_hidden { 1 } else { grapheme_width(cluster).max(1) }
}

/// Whether a terminal can draw the text as it is, each cluster in the columns that were counted for it.
fn is_drawable(visible: &Visible) -> bool {
    visible.text.expose().graphemes(true).all(|cluster| {
        let has_teeth = |c: char| c.is_control() || is_line_break(c) || is_bidi_control(c);
        grapheme_width(cluster) > 0 && !cluster.contains(has_teeth) && !cluster.starts_with(is_zero_width)
    })
}

proptest! {
    #![proptest_config(nasty::cases(256))]

    #[test]
    fn the_cursor_is_on_a_border_and_undo_leads_back_to_the_first_text(
        first in nasty::text(6),
        ops in prop::collection::vec(any_op(), 0..30),
        columns in 0_usize..30,
    ) {
        let mut field = TextField::new(&first);
        for op in &ops {
            apply(&mut field, op);
            prop_assert!(is_on_border(&field), "after {op:?}");
            prop_assert!(!field.is_selected() || !field.is_empty());
            prop_assert_eq!(field.is_empty(), field.text().is_empty());
            let visible = field.visible(columns, None, Glyphs::ASCII);
            prop_assert!(width(visible.text.expose()) <= columns);
        }
        while field.can_undo() {
            prop_assert!(field.undo());
            prop_assert!(is_on_border(&field));
        }
        prop_assert!(!field.undo());
        prop_assert_eq!(field.text(), first);
    }

    #[test]
    fn the_visible_part_fits_every_width_and_a_terminal_can_draw_it(
        first in nasty::text(10),
        ops in prop::collection::vec(any_op(), 0..6),
        glyphs in prop::sample::select(vec![Glyphs::ASCII, Glyphs::UTF8]),
    ) {
        let mut field = TextField::new(&first);
        for op in &ops {
            apply(&mut field, op);
        }
        let clusters: Vec<&str> = field.text().graphemes(true).collect();
        for columns in 0..=width(field.text()) + clusters.len() + 2 {
            let visible = field.visible(columns, None, glyphs);
            let drawn = width(visible.text.expose());
            prop_assert!(drawn <= columns, "{columns}: {:?}", visible.text.expose());
            prop_assert!(visible.cursor_column < columns.max(1));
            prop_assert!(is_drawable(&visible), "{:?}", visible.text.expose());
            prop_assert_eq!(visible.selected, field.is_selected());
            if !visible.more_left && !visible.more_right && columns > 0 {
                // All of it is there: itself or a stand-in for each cluster.
                let total: usize = clusters.iter().map(|cluster| columns_of(cluster)).sum();
                prop_assert_eq!(drawn, total);
                let before: usize = clusters
                    .iter()
                    .scan(0, |end, cluster| { *end += cluster.len(); Some((*end, *cluster)) })
                    .take_while(|(end, _)| *end <= field.cursor())
                    .map(|(_, cluster)| columns_of(cluster))
                    .sum();
                prop_assert_eq!(visible.cursor_column, before.min(columns - 1));
            }
            // Into a row it is drawn as counted, and nothing is drawn beside the row.
            let columns = u16::try_from(columns).expect("a small width");
            let mut buffer = Buffer::empty(Rect::new(0, 0, columns + 4, 1));
            let area = Rect::new(2, 0, columns, 1);
            let cursor = draw_field(&mut buffer, area, &visible, Look::PLAIN);
            prop_assert_eq!(cursor.is_some(), columns > 0);
            prop_assert!(cursor.is_none_or(|cursor| area.contains(cursor)));
            let symbols: Vec<&str> = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
            prop_assert!([symbols[0], symbols[1], symbols[symbols.len() - 2], symbols[symbols.len() - 1]] == [" "; 4]);
            let sign = |is_cut, sign| if is_cut && visible.has_signs { sign } else { "" };
            let mut expected = format!("{}{}", sign(visible.more_left, "<"), visible.text.expose());
            if !sign(visible.more_right, ">").is_empty() {
                let rest = usize::from(columns).saturating_sub(width(&expected) + 1);
                expected = format!("{expected}{}>", " ".repeat(rest));
            }
            prop_assert!(width(&expected) <= usize::from(columns), "{expected:?}");
            let expected = expected.trim_end_matches(' ');
            let mut row = String::new();
            let mut skip = 0;
            for symbol in &symbols[2..] {
                if skip == 0 {
                    row.push_str(symbol);
                    skip = width(symbol).max(1);
                }
                skip -= 1;
            }
            prop_assert_eq!(row.trim_end_matches(' '), expected);
        }
    }

    #[test]
    fn a_mask_shows_nothing_of_a_secret(
        first in nasty::text(12),
        ops in prop::collection::vec(any_op(), 0..6),
        columns in 0_usize..40,
    ) {
        let mut field = TextField::new(&first);
        for op in &ops {
            apply(&mut field, op);
        }
        for glyphs in [Glyphs::ASCII, Glyphs::UTF8] {
            for mask in [Mask::Each, Mask::Whole] {
                let visible = field.visible(columns, Some(mask), glyphs);
                prop_assert!(visible.text.expose().chars().all(|c| c == glyphs.mask));
                prop_assert!(visible.cursor_column < columns.max(1));
                prop_assert!(!format!("{visible:?}{field:?}").contains("text: \""), "a field prints nothing");
            }
            // How long it is does not show.
            let whole = |field: &TextField| field.visible(columns, Some(Mask::Whole), glyphs).text.expose().len();
            prop_assert_eq!(whole(&field), if field.is_empty() { 0 } else { whole(&TextField::new("x")) });
        }
    }
}
