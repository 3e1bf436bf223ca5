//! One line of a settings file, fit to be shown: masked, cleaned, clipped, with the column of a fault.
//!
//! The text is broken at that place, so nothing can be taken for granted about where a secret begins and ends. When in
//! doubt, more is masked than needed: the caret still points to the right column.

use unicode_width::UnicodeWidthChar;
use zeroize::Zeroizing;

use crate::domain::setting::SettingName;

/// The widest line shown, in columns.
const WIDEST: usize = 76;
/// What stands where a line was cut.
const CUT: &str = "...";
/// What stands for each character of a secret.
const MASK: char = '*';
/// What tells that a secret may follow: the two keys, ignoring case, and an escape, which may spell one.
const SECRET_WORDS: [&str; 3] = ["clientsecret", "password", "\\u"];

/// A line and a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Counted from 1.
    pub(super) line: usize,
    /// In characters, counted from 1.
    pub(super) column: usize,
    /// The line as it may be shown.
    pub(super) shown: String,
    /// Columns before the fault in the shown line.
    indent: usize,
}

impl Excerpt {
    /// Cuts the line around a byte of the text.
    pub(super) fn new(text: &str, place: usize) -> Self {
        let before = text.get(..place).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text.get(start..).unwrap_or("").split('\n').next().unwrap_or("");
        let column = before.get(start..).unwrap_or("").chars().count();
        let earlier = text.get(..start).unwrap_or("");
        let characters = if may_hold_secret(line) || is_unsettled(earlier) {
            masked(line.trim_end_matches('\r'))
        } else {
            Zeroizing::new(line.trim_end_matches('\r').chars().collect())
        };
        let (shown, indent) = clipped(&characters, column);
        Self { line: earlier.matches('\n').count() + 1, column: column + 1, shown, indent }
    }

    /// The line and the caret below it.
    pub(super) fn lines(&self) -> Vec<String> {
        vec![self.shown.clone(), format!("{}^", " ".repeat(self.indent))]
    }
}

/// Whether a character is shown at all: neither a control nor a direction mark nor of no width by nature.
pub(super) fn is_visible(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

fn may_hold_secret(line: &str) -> bool {
    let lower = Zeroizing::new(line.to_ascii_lowercase());
    SECRET_WORDS.iter().any(|word| lower.contains(word))
}

/// Whether the last secret word before a line may still have its value on that line: it is settled only if it is a key
/// with a text and a comma or brace after it.
fn is_unsettled(earlier: &str) -> bool {
    let lower = Zeroizing::new(earlier.to_ascii_lowercase());
    let Some(end) = SECRET_WORDS.iter().filter_map(|word| lower.rfind(word).map(|at| at + word.len())).max() else {
        return false;
    };
    let settled = lower.get(end..).and_then(|rest| {
        let value = rest.strip_prefix('"')?.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let mut escaped = false;
        let (close, _) = value.char_indices().find(|(_, c)| {
            let closes = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        })?;
        let after = value.get(close + 1..)?.trim_start();
        Some(after.starts_with([',', '}']))
    });
    settled != Some(true)
}

/// The line with everything starred that is neither JSON's own character nor one of the seven keys.
///
/// Where the line does not go on as JSON does, all that follows is starred: a quote inside of a secret, or none around
/// it, must not bring it to light.
fn masked(line: &str) -> Zeroizing<Vec<char>> {
    let mut shown = Zeroizing::new(Vec::with_capacity(line.len()));
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        shown.push(if is_structural(character) || character == '"' { character } else { MASK });
        if character == '"' {
            let (content, closed) = content(rest.as_str());
            let length = content.chars().count();
            let is_key = SettingName::from_key(content).is_some();
            shown.extend(content.chars().map(|c| if is_key { c } else { MASK }));
            let skipped = if closed { length + 1 } else { length };
            if closed {
                shown.push('"');
            }
            rest.by_ref().take(skipped).for_each(drop);
            if rest.as_str().chars().next().is_none_or(is_structural) {
                continue;
            }
        } else if is_structural(character) {
            continue;
        }
        shown.extend(rest.by_ref().map(|c| if c.is_whitespace() { ' ' } else { MASK }));
    }
    shown
}

fn is_structural(character: char) -> bool {
    character.is_whitespace() || matches!(character, '{' | '}' | '[' | ']' | ',' | ':')
}

/// What stands before the closing quote, and whether there is one.
fn content(text: &str) -> (&str, bool) {
    let mut escaped = false;
    for (place, character) in text.char_indices() {
        if character == '"' && !escaped {
            return (text.get(..place).unwrap_or(""), true);
        }
        escaped = character == '\\' && !escaped;
    }
    (text, false)
}

/// The characters as one line of at most 76 columns with the one at `column` in it, and the columns before that one.
fn clipped(characters: &[char], column: usize) -> (String, usize) {
    let cells = |range: &[char]| -> Vec<(char, usize)> {
        let cell = |c: &char| if *c == '\t' { (' ', 1) } else { (*c, c.width().unwrap_or(0)) };
        range.iter().filter(|c| **c == '\t' || is_visible(**c)).map(cell).collect()
    };
    let (before, after) = characters.split_at_checked(column).unwrap_or((characters, &[]));
    let (before, after) = (cells(before), cells(after));
    let width = |cells: &[(char, usize)]| cells.iter().map(|(_, width)| width).sum::<usize>();
    // One column is left for a caret after the end.
    let room = WIDEST - 1;
    if width(&before) + width(&after) <= room {
        let line: String = before.iter().chain(&after).map(|(c, _)| c).collect();
        return (line, width(&before));
    }
    // The cut side keeps what fits; what one side does not need goes to the other.
    let ahead = width(&after).min(room / 3);
    let behind_room = room - ahead;
    let from = cut(&before.iter().rev(), behind_room);
    let kept = before.get(before.len().saturating_sub(from)..).unwrap_or(&[]);
    let lead = if from < before.len() { CUT } else { "" };
    let indent = lead.len() + width(kept);
    let to = cut(&after.iter(), room.saturating_sub(indent));
    let tail = if to < after.len() { CUT } else { "" };
    let shown: String = kept.iter().chain(after.get(..to).unwrap_or(&[])).map(|(c, _)| c).collect();
    (format!("{lead}{shown}{tail}"), indent)
}

/// How many cells fit into the room, less the mark when not all do.
fn cut<'a>(cells: &(impl Iterator<Item = &'a (char, usize)> + Clone), room: usize) -> usize {
    let fitting = |room: usize| {
        let mut used = 0;
        cells
            .clone()
            .take_while(|(_, width)| {
                used += width;
                used <= room
            })
            .count()
    };
    let whole = fitting(room);
    if whole == cells.clone().count() { whole } else { fitting(room.saturating_sub(CUT.len())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, place: usize) -> Vec<String> {
        Excerpt::new(text, place).lines()
    }

    #[test]
    fn the_caret_stands_below_the_fault() {
        assert_eq!(shown("{\n\t\"a\": x\u{202e}y\r\n}", 8), [" \"a\": xy", "      ^"]);
        // A wide character takes two columns.
        assert_eq!(shown("{\"\u{8a9e}\": x}", 7), ["{\"\u{8a9e}\": x}", "      ^"]);
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let text = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let lines = shown(&text, 500);
        let [line, caret] = lines.as_slice() else { panic!("two lines") };
        assert!(line.len() <= 76 && caret.len() <= 76, "{line}");
        assert!(line.starts_with("...aaa") && line.ends_with("bbb..."), "{line}");
        assert_eq!(line.as_bytes()[caret.len() - 1], b'X');
    }

    #[test]
    fn secrets_are_starred() {
        let cases = [
            (r#"  "ClientSecret": "s3cr3t~x""#, r#"  "ClientSecret": "********""#),
            (
                r#"{"clientsecret":"s3cr3t","Other":"v","User":"u"}"#,
                r#"{"clientsecret":"******","*****":"*","User":"*"}"#,
            ),
            (r#""Password": s3cr3t,x y"#, r#""Password": ******** *"#),
            (r#""Password": "pa"ss,word","#, r#""Password": "**"*********"#),
            (r#""Password": "s3cr3t, "User"#, r#""Password": "********"****"#),
            (r#""Password": "a\"s3cr3t"#, r#""Password": "*********"#),
            (r#""Password": 's3cr3t', // s3cr3t"#, r#""Password": ********* ** ******"#),
            (r#""Client\u0053ecret": "s3cr3t""#, r#""*****************": "******""#),
        ];
        for (line, expected) in cases {
            assert_eq!(Excerpt::new(line, 0).shown, expected, "{line}");
        }
    }

    #[test]
    fn a_secret_on_the_next_line_is_starred() {
        for text in ["{\"Password\":\n\"s3cr3t\"", "{\"Password\"\n: \"s3cr3t\"", "{\"Password\": [\n\"s3cr3t\""] {
            assert!(!Excerpt::new(text, text.len()).shown.contains("s3cr3t"), "{text}");
        }
        let settled = "{\"Password\": \"s3cr3t\",\n\"Other\": x";
        assert_eq!(Excerpt::new(settled, settled.len()).shown, "\"Other\": x");
    }

    proptest! {
        #[test]
        fn every_place_can_be_shown(text in "(?s).{0,200}", place in 0_usize..700) {
            let excerpt = Excerpt::new(&text, place);
            for line in excerpt.lines() {
                prop_assert!(unicode_width::UnicodeWidthStr::width(line.as_str()) <= 76, "{line}");
            }
        }

        #[test]
        fn no_part_of_a_secret_is_shown(secret in "[a-z0-9]{6}[\"\\\\,:{}~ ]{0,2}[a-z0-9]{6}", tail in "[\",}x ]{0,4}") {
            for opening in ["", "\""] {
                let text = format!("{{ \"Password\": {opening}{secret}{tail}");
                let shown = Excerpt::new(&text, 0).shown;
                let visible = shown.replacen("Password", "", 1);
                prop_assert!(!visible.chars().any(char::is_alphanumeric), "{shown}");
            }
        }
    }
}
