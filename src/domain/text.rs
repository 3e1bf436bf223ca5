//! Text for the screen: made harmless, measured, clipped and wrapped by display columns.
//!
//! Whatever comes from outside (server text, claims, file names, JSON keys) goes through [`printable`] or
//! [`printable_lines`] before a terminal sees it. A column is what a terminal draws: a grapheme cluster takes as many
//! as `unicode-width` says, and the sum over the clusters is the width, for the screen is drawn cluster by cluster.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What stands at the end of a clipped text.
pub const ELLIPSIS: &str = "...";

/// Characters after which a token that is too long for a line may be broken without looking torn.
const BREAK_AFTER: [char; 5] = ['/', '>', ',', '-', '.'];

/// Returns whether a character takes part in the direction of text without being seen (U+061C, U+200E, …).
pub const fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a character takes no column and can hide in a value: zero-width spaces and joiners, the byte
/// order mark, soft hyphen, invisible operators, tags.
pub const fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200D}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206A}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

/// Returns whether a character ends a line: LF, VT, FF, CR, NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR.
pub const fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\u{0B}' | '\u{0C}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns the text as one harmless line: control, bidi and zero-width characters are gone, a line break or a tab
/// is a space.
pub fn printable(text: &str) -> Cow<'_, str> {
    cleaned(text, ' ')
}

/// Returns the text as harmless lines: as [`printable`], but every line break is a `\n`.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    cleaned(text, '\n')
}

fn cleaned(text: &str, line_break: char) -> Cow<'_, str> {
    let harmless = |c: char| {
        (c == '\n' && line_break == '\n')
            || !(c.is_control() || is_line_break(c) || is_bidi_control(c) || is_zero_width(c))
    };
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c == '\r' && characters.peek() == Some(&'\n') {
            continue; // CR LF is one line break, and the LF stands for it.
        }
        if is_line_break(c) {
            clean.push(line_break);
        } else if c == '\t' {
            clean.push(' ');
        } else if harmless(c) {
            clean.push(c);
        }
    }
    Cow::Owned(clean)
}

/// Returns as much of the beginning as so many bytes hold.
pub fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// Returns the columns that one grapheme cluster takes; 0 for one that the screen leaves out.
pub fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { grapheme.width() }
}

/// Returns the columns that a text takes on one line.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(grapheme_width).sum()
}

/// Whether every byte is one column: nearly every text, and finding clusters in it would be most of a frame's work.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns the text cut to so many columns, with `...` at its end when something is missing.
pub fn clip(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let dots: String = ELLIPSIS.chars().take(columns).collect();
    let (head, _) = split_at_columns(text, columns.saturating_sub(ELLIPSIS.len()));
    Cow::Owned(format!("{head}{dots}"))
}

/// Returns so many mask characters, one for each character that stays hidden.
pub fn mask(count: usize, glyph: char) -> String {
    std::iter::repeat_n(glyph, count).collect()
}

/// Returns the text broken into lines of at most so many columns; at least one line, an empty one for `""`.
///
/// Lines break at spaces, which go at the break; other spaces stay. No line begins with the `>` of a path, which in a
/// letter would look like a quotation. A word that is longer than a line is broken after
/// one of `/ > , - .`, else between clusters, and loses nothing. A `\n` begins a new line. A line is wider than
/// `columns` only when it is one character that is. The text should have been through [`printable_lines`].
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut wrapping = Wrapping { columns: columns.max(1), done: Vec::new(), line: String::new(), gap: 0 };
    for paragraph in text.split('\n') {
        let mut words = paragraph.split(' ').peekable();
        let mut is_first = true;
        while let Some(word) = words.next() {
            wrapping.gap += usize::from(!std::mem::take(&mut is_first));
            if !word.is_empty() {
                let mark = words.next_if(|next| *next == PATH_MARK && !is_wider(word, columns.saturating_sub(2)));
                match mark {
                    Some(mark) => wrapping.place(&format!("{word} {mark}")),
                    None => wrapping.place(word),
                }
            }
        }
        wrapping.end_line();
    }
    wrapping.done
}

/// Stands between the places of a path to click, and stays with what is before it.
const PATH_MARK: &str = ">";

struct Wrapping {
    columns: usize,
    done: Vec<String>,
    line: String,
    /// Spaces that stand between the line and the next word if that one still fits.
    gap: usize,
}

impl Wrapping {
    fn end_line(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
        self.gap = 0;
    }

    fn place(&mut self, word: &str) {
        if self.try_append(word) {
            return;
        }
        if is_wider(word, self.columns) {
            self.break_up(word);
            return;
        }
        if !self.line.is_empty() {
            self.end_line();
        }
        self.gap = 0;
        self.line.push_str(word);
    }

    /// Appends a piece behind the pending spaces if it fits; tells whether it did.
    fn try_append(&mut self, piece: &str) -> bool {
        let taken = width(&self.line) + self.gap;
        if taken > self.columns || is_wider(piece, self.columns - taken) {
            return false;
        }
        self.line.extend(std::iter::repeat_n(' ', self.gap));
        self.line.push_str(piece);
        self.gap = 0;
        true
    }

    /// Spreads a word that is longer than a line over several.
    fn break_up(&mut self, word: &str) {
        let mut rest = word;
        let room = self.columns.saturating_sub(width(&self.line) + self.gap);
        if let Some((head, tail)) = split_at_mark(rest, room)
            && self.try_append(head)
        {
            rest = tail;
        }
        if !self.line.is_empty() {
            self.end_line();
        }
        self.gap = 0;
        while is_wider(rest, self.columns) {
            let (head, tail) = split_at_mark(rest, self.columns).unwrap_or_else(|| split_some(rest, self.columns));
            self.line.push_str(head);
            if tail.is_empty() {
                return;
            }
            self.end_line();
            rest = tail;
        }
        self.line.push_str(rest);
    }
}

/// Returns whether a text takes more columns; looks no further than that, since long words are cut piece by piece.
fn is_wider(text: &str, columns: usize) -> bool {
    if text.len() <= columns && is_plain(text) {
        return false;
    }
    let mut used = 0;
    text.graphemes(true).any(|grapheme| {
        used += grapheme_width(grapheme);
        used > columns
    })
}

/// Splits off as many whole clusters as fit.
fn split_at_columns(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    let end = text
        .grapheme_indices(true)
        .find(|(_, grapheme)| {
            used += grapheme_width(grapheme);
            used > columns
        })
        .map_or(text.len(), |(start, _)| start);
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Splits after the last mark of [`BREAK_AFTER`] that fits; none when there is no such mark.
fn split_at_mark(text: &str, columns: usize) -> Option<(&str, &str)> {
    let (fitting, _) = split_at_columns(text, columns);
    let end = fitting
        .grapheme_indices(true)
        .filter(|(_, grapheme)| grapheme.ends_with(BREAK_AFTER))
        .map(|(start, grapheme)| start + grapheme.len())
        .next_back()?;
    text.split_at_checked(end)
}

/// Splits off what fits, and at least one character: a cluster that is wider than the line is broken too.
fn split_some(text: &str, columns: usize) -> (&str, &str) {
    let (head, tail) = split_at_columns(text, columns);
    if !head.is_empty() {
        return (head, tail);
    }
    let mut used = 0;
    let end = text
        .char_indices()
        .skip(1)
        .find(|(start, c)| {
            used = text.get(..start + c.len_utf8()).map_or(usize::MAX, width);
            used > columns
        })
        .map_or(text.len(), |(start, _)| start);
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_sequences_and_invisible_characters_lose_their_teeth() {
        assert_eq!(printable("a\x1b[31mb\x07\u{9b}c\x7f"), "a[31mbc");
        assert_eq!(printable("pay\u{202e}lla\u{2066}x\u{200f}\u{061c}"), "payllax");
        assert_eq!(printable("\u{feff}id\u{200b}\u{200d}"), "id");
        assert_eq!(printable("one\r\ntwo\tthree\u{2028}four"), "one two three four");
        assert_eq!(printable_lines("one\r\ntwo\rthree\tx"), "one\ntwo\nthree x");
        assert!(matches!(printable("plain äöü 日本"), Cow::Borrowed(_)));
        assert!(matches!(printable_lines("two\nlines"), Cow::Borrowed(_)));
    }

    #[test]
    fn wide_and_combined_characters_are_counted_as_drawn() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("\u{1f1e9}\u{1f1ea}"), 2);
    }

    #[test]
    fn clipping_says_that_something_is_missing() {
        assert_eq!(clip("appsettings.json", 16), "appsettings.json");
        assert_eq!(clip("appsettings.json", 10), "appsett...");
        assert_eq!(clip("日本語日本語", 8), "日本...");
        assert_eq!(clip("appsettings", 2), "..");
        assert_eq!(clip("appsettings", 0), "");
    }

    #[test]
    fn a_head_ends_between_characters() {
        assert_eq!(head("a日b", 3), "a");
        assert_eq!(head("a日b", 4), "a日");
        assert_eq!(head("a日b", 9), "a日b");
    }

    #[test]
    fn words_wrap_at_spaces() {
        assert_eq!(wrap("The app needs the Value.", 10), ["The app", "needs the", "Value."]);
        assert_eq!(wrap("  indented text", 12), ["  indented", "text"]);
        assert_eq!(wrap("one\n\ntwo", 10), ["one", "", "two"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("a  b", 10), ["a  b"]);
    }

    #[test]
    fn no_line_begins_with_the_mark_of_a_path() {
        assert_eq!(wrap("Entra admin center > Groups", 18), ["Entra admin", "center > Groups"]);
        assert_eq!(wrap("Entra admin center > Groups", 20), ["Entra admin center >", "Groups"]);
    }

    #[test]
    fn long_tokens_break_after_their_own_marks() {
        assert_eq!(
            wrap("see https://login.microsoftonline.com/common/oauth2/token now", 30),
            ["see https://login.", "microsoftonline.com/common/", "oauth2/token now"]
        );
        assert_eq!(wrap("1b4e28ba-2fa1-41d2-883f-0016d3cca427", 20), ["1b4e28ba-2fa1-41d2-", "883f-0016d3cca427"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("日本語", 3), ["日", "本", "語"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    fn without_spaces(text: &str) -> String {
        text.chars().filter(|c| !matches!(c, ' ' | '\n')).collect()
    }

    proptest! {
        #[test]
        fn printable_text_has_nothing_to_hide(text in any::<String>()) {
            let clean = printable(&text);
            prop_assert!(!clean.chars().any(|c| c.is_control() || is_line_break(c) || is_bidi_control(c) || is_zero_width(c)));
            prop_assert_eq!(printable(&clean), clean.as_ref());
            let lines = printable_lines(&text);
            prop_assert!(!lines.chars().any(|c| (c.is_control() && c != '\n') || is_bidi_control(c) || is_zero_width(c)));
        }

        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(
            text in r"([a-z/>,.\-]{0,12}|[ ]{0,3}|日本|e\u{301}|\n|\PC{0,5}){0,12}",
            columns in 0_usize..30,
        ) {
            let lines = wrap(&text, columns);
            for line in &lines {
                prop_assert!(width(line) <= columns.max(1) || line.chars().filter(|c| width(&c.to_string()) > 0).count() == 1, "{line:?}");
                prop_assert!(!line.ends_with(' '));
            }
            prop_assert_eq!(without_spaces(&lines.concat()), without_spaces(&text));
        }

        #[test]
        fn a_clipped_text_fits(text in any::<String>(), columns in 0_usize..20) {
            prop_assert!(width(&clip(&text, columns)) <= columns);
        }
    }
}
