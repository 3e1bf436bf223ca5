use proptest::prelude::*;

use super::*;
use crate::domain::text::width;
use crate::ui::theme::Glyphs;

fn press(field: &mut TextField, keys: &str) {
    for c in keys.chars() {
        field.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
}

#[test]
fn a_letter_replaces_a_selected_value_and_undo_brings_it_back() {
    let mut field = TextField::new("contoso");
    field.enter();
    press(&mut field, "fab");
    assert_eq!(field.text(), "fab");
    assert!(field.undo());
    assert_eq!(field.text(), "contoso");
    assert!(!field.undo());
}

#[test]
fn left_home_end_and_backspace_edit_a_selected_value() {
    for (key, text, cursor) in
        [(KeyCode::Left, "abc", 2), (KeyCode::Home, "abc", 0), (KeyCode::End, "abc", 3), (KeyCode::Backspace, "ab", 2)]
    {
        let mut field = TextField::new("abc");
        field.enter();
        field.key(KeyEvent::new(key, KeyModifiers::NONE));
        assert_eq!((field.text(), field.cursor(), field.is_selected()), (text, cursor, false), "{key:?}");
    }
}

#[test]
fn a_cleaned_paste_is_undone_in_two_steps() {
    let mut field = TextField::new("old");
    field.enter();
    field.paste("\"new\"", "new");
    assert_eq!(field.text(), "new");
    field.undo();
    assert_eq!(field.text(), "\"new\"");
    field.undo();
    assert_eq!((field.text(), field.is_selected()), ("old", true));
}

#[test]
fn whole_clusters_are_moved_over_and_deleted() {
    let mut field = TextField::new("e\u{301}\u{1f469}\u{200d}\u{1f467}\u{1f1e9}\u{1f1ea}");
    field.backspace();
    assert_eq!(field.text(), "e\u{301}\u{1f469}\u{200d}\u{1f467}");
    field.left();
    field.left();
    assert_eq!(field.cursor(), 0);
    field.delete();
    assert_eq!(field.text(), "\u{1f469}\u{200d}\u{1f467}");
    // At the end of a text of several bytes both keys do nothing.
    field.end();
    field.right();
    field.delete();
    assert_eq!(field.text(), "\u{1f469}\u{200d}\u{1f467}");
}

#[test]
fn words_end_at_punctuation() {
    let mut field = TextField::new("https://login.example/tenant");
    field.delete_word_back();
    assert_eq!(field.text(), "https://login.example/");
    field.word_left();
    assert_eq!(field.cursor(), "https://login.".len());
    field.kill_to_end();
    assert_eq!(field.text(), "https://login.");
    field.home();
    field.word_right();
    assert_eq!(field.cursor(), "https".len());
}

#[test]
fn control_characters_and_commands_are_not_typed() {
    let mut field = TextField::default();
    for (c, modifiers) in
        [('\x07', KeyModifiers::NONE), ('t', KeyModifiers::ALT), ('b', KeyModifiers::ALT), ('c', KeyModifiers::CONTROL)]
    {
        assert_eq!(field.key(KeyEvent::new(KeyCode::Char(c), modifiers)), Handled::Ignored);
    }
    assert_eq!(field.key(KeyEvent::new(KeyCode::Char('T'), KeyModifiers::SHIFT)), Handled::Changed);
    assert_eq!(
        field.key(KeyEvent::new(KeyCode::Char('@'), KeyModifiers::CONTROL | KeyModifiers::ALT)),
        Handled::Changed
    );
    assert_eq!(field.text(), "T@");
    assert_eq!(field.key(KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL)), Handled::Changed);
    assert_eq!(field.text(), "T");
    assert_eq!(field.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)), Handled::Ignored);
}

#[test]
fn nothing_of_it_is_printed() {
    let mut field = TextField::new("hunter2");
    field.backspace();
    assert_eq!(format!("{field:?}"), "TextField([redacted])");
    assert!(!format!("{:?}", field.visible(20, None, Glyphs::ASCII)).contains("hunter"));
}

#[test]
fn a_mask_hides_each_cluster_or_all_of_them() {
    let field = TextField::new("5c1\u{65e5}e\u{301}z");
    assert_eq!(field.visible(20, Some(Mask::Each), Glyphs::UTF8).text.expose(), "******");
    let whole = field.visible(20, Some(Mask::Whole), Glyphs::UTF8);
    assert_eq!((whole.text.expose(), whole.cursor_column), ("********", 8));
    assert_eq!(TextField::new("x").visible(20, Some(Mask::Whole), Glyphs::UTF8).text.expose(), "********");
    // Nothing is there to hide, and nothing leaves a narrow row.
    assert_eq!(TextField::new("").visible(20, Some(Mask::Whole), Glyphs::UTF8).text.expose(), "");
    let narrow = field.visible(3, Some(Mask::Whole), Glyphs::UTF8);
    assert_eq!((narrow.text.expose(), narrow.cursor_column, narrow.more_right), ("***", 2, true));
}

#[test]
fn a_long_text_scrolls_in_jumps() {
    let mut field = TextField::new("0123456789abcdef");
    let visible = field.visible(8, None, Glyphs::ASCII);
    assert_eq!((visible.text.expose(), visible.cursor_column), ("cdef", 5));
    assert!(visible.more_left && !visible.more_right);
    field.home();
    let visible = field.visible(8, None, Glyphs::ASCII);
    assert_eq!((visible.text.expose(), visible.cursor_column), ("0123456", 0));
    assert!(!visible.more_left && visible.more_right);
    // In the midst there is more at both ends.
    (0..9).for_each(|_| field.right());
    let visible = field.visible(8, None, Glyphs::ASCII);
    assert_eq!((visible.text.expose(), visible.cursor_column), ("6789ab", 4));
    assert!(visible.more_left && visible.more_right);
    // What fits has no signs, and neither has a row that is too narrow for them.
    assert!(!TextField::new("0123456").visible(8, None, Glyphs::ASCII).more_left);
    let visible = TextField::new("0123456").visible(4, None, Glyphs::ASCII);
    assert!(visible.more_left && !visible.has_signs);
}

#[test]
fn what_cannot_be_shown_has_a_stand_in() {
    let field = TextField::new("a\x1b\u{202e}b\u{200b}");
    assert_eq!(field.visible(9, None, Glyphs::ASCII).text.expose(), "a??b?");
    // Some of them count as one column wide.
    let field = TextField::new("a\u{2028}\u{2029}\u{85}\u{fff9}b");
    assert_eq!(field.visible(9, None, Glyphs::ASCII).text.expose(), "a????b");
}

#[test]
fn the_undo_stack_is_bounded() {
    let mut field = TextField::default();
    for _ in 0..200 {
        field.insert("x");
    }
    let mut steps = 0;
    while field.undo() {
        steps += 1;
    }
    assert_eq!(steps, UNDO_LIMIT);
}

#[derive(Debug, Clone)]
enum Op {
    Insert(String),
    Type(char),
    Backspace,
    Delete,
    Left,
    Right,
    Home,
    End,
    WordLeft,
    WordRight,
    DeleteWord,
    KillToEnd,
    Enter,
    Undo,
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => r"([a-z]|\u{301}|\u{200d}|👩|👧|🇩|🇪|日|-|\n|\PC){0,4}".prop_map(Op::Insert),
        3 => prop::sample::select(vec!['a', '\u{301}', '\u{200d}', '👩', '🇩', '日', ' ', '\x07']).prop_map(Op::Type),
        1 => prop::sample::select(vec![
            Op::Backspace, Op::Delete, Op::Left, Op::Right, Op::Home, Op::End, Op::WordLeft, Op::WordRight,
            Op::DeleteWord, Op::KillToEnd, Op::Enter, Op::Undo,
        ]),
        3 => prop::sample::select(vec![Op::Backspace, Op::Delete, Op::Left, Op::Right]),
    ]
}

/// The plainest field that can be: a list of clusters, cut anew after each edit.
#[derive(Default)]
struct Naive {
    clusters: Vec<String>,
    cursor: usize,
    selected: bool,
}

impl Naive {
    fn splice(&mut self, from: usize, to: usize, inserted: &str) {
        let before = self.clusters[..from].concat() + inserted;
        let text = before.clone() + &self.clusters[to..].concat();
        self.clusters = text.graphemes(true).map(str::to_owned).collect();
        let mut bytes = 0;
        self.cursor = self
            .clusters
            .iter()
            .take_while(|cluster| {
                let inside = bytes < before.len();
                bytes += cluster.len();
                inside
            })
            .count();
        self.selected = false;
    }

    fn insert(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let (from, to) = if self.selected { (0, self.clusters.len()) } else { (self.cursor, self.cursor) };
        self.splice(from, to, text);
    }
}

proptest! {
    #[test]
    fn any_sequence_of_edits_agrees_with_a_list_of_clusters(
        ops in prop::collection::vec(any_op(), 0..40),
        columns in 0_usize..12,
    ) {
        let mut field = TextField::default();
        let mut naive = Naive::default();
        for op in ops {
            match op {
                Op::Insert(text) => { field.insert(&text); naive.insert(&text); }
                Op::Type(c) => {
                    field.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
                    if !c.is_control() { naive.insert(&c.to_string()); }
                }
                Op::Backspace => {
                    field.backspace();
                    naive.selected = false;
                    if naive.cursor > 0 { naive.splice(naive.cursor - 1, naive.cursor, ""); }
                }
                Op::Delete => {
                    field.delete();
                    if naive.selected { naive.splice(0, naive.clusters.len(), ""); }
                    else if naive.cursor < naive.clusters.len() { naive.splice(naive.cursor, naive.cursor + 1, ""); }
                }
                Op::Left => { field.left(); naive.cursor = naive.cursor.saturating_sub(1); naive.selected = false; }
                Op::Right => {
                    field.right();
                    naive.cursor = (naive.cursor + 1).min(naive.clusters.len());
                    naive.selected = false;
                }
                Op::Home => { field.home(); naive.cursor = 0; naive.selected = false; }
                Op::End => { field.end(); naive.cursor = naive.clusters.len(); naive.selected = false; }
                Op::KillToEnd => {
                    field.kill_to_end();
                    naive.selected = false;
                    if naive.cursor < naive.clusters.len() { naive.splice(naive.cursor, naive.clusters.len(), ""); }
                }
                Op::Enter => {
                    field.enter();
                    naive.cursor = naive.clusters.len();
                    naive.selected = !naive.clusters.is_empty();
                }
                Op::WordLeft | Op::WordRight | Op::DeleteWord | Op::Undo => {
                    match op {
                        Op::WordLeft => field.word_left(),
                        Op::WordRight => field.word_right(),
                        Op::DeleteWord => field.delete_word_back(),
                        _ => { field.undo(); }
                    }
                    naive.clusters = field.text().graphemes(true).map(str::to_owned).collect();
                    naive.cursor = field.split(field.cursor()).0.graphemes(true).count();
                    naive.selected = field.is_selected();
                }
            }
            prop_assert_eq!(field.text(), naive.clusters.concat());
            prop_assert_eq!(field.is_selected(), naive.selected);
            let bytes: usize = naive.clusters.iter().take(naive.cursor).map(String::len).sum();
            prop_assert_eq!(field.cursor(), bytes);
            for mask in [None, Some(Mask::Each), Some(Mask::Whole)] {
                let visible = field.visible(columns, mask, Glyphs::ASCII);
                let signs = if visible.has_signs { usize::from(visible.more_left) + usize::from(visible.more_right) } else { 0 };
                prop_assert!(width(visible.text.expose()) + signs <= columns, "{:?}", visible.text.expose());
                prop_assert!(visible.cursor_column < columns.max(1));
                prop_assert!(!visible.text.expose().chars().any(char::is_control));
            }
        }
        while field.undo() {}
    }
}
