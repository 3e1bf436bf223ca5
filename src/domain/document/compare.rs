//! Two texts of one file, line by line, with everything masked that may be a secret.
//!
//! What the other keys of the file hold is unknown (connection strings hold passwords), and a comment may keep an old
//! secret: of both only the length is told. That two of them differ is still seen, for the lines are compared as they
//! are and masked afterwards.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Document;
use super::lexer::{self, Kind, Token};
use crate::domain::setting::{Kind as SettingKind, SETTINGS, SettingName};

/// How many equal lines are shown around a difference.
const CONTEXT: usize = 1;

/// More lines than this on one side, between the equal beginnings and ends, are not aligned with each other.
const ALIGNED: usize = 2_000;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In both texts.
    Both,
    /// Only in the older one.
    Older,
    /// Only in the newer one.
    Newer,
    /// So many equal lines are left out here.
    LeftOut(usize),
}

/// One line of a comparison, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedLine {
    /// Where it stands.
    pub side: Side,
    /// Its number in its own text, counted from 1; of a line in both, that in the newer one.
    pub number: usize,
    /// The line without its end; empty where lines are left out.
    pub text: String,
}

impl Document {
    /// Compares this text with a newer one, line by line; empty when they are equal.
    pub fn compare(&self, newer: &Self) -> Vec<ComparedLine> {
        let (old, new) = (lines(self.text()), lines(newer.text()));
        let (old_masked, new_masked) = (self.masked_lines(), newer.masked_lines());
        let mut compared = Vec::new();
        let put = |side, number: usize, masked: &[String], compared: &mut Vec<ComparedLine>| {
            let text = masked.get(number).cloned().unwrap_or_default();
            compared.push(ComparedLine { side, number: number + 1, text });
        };
        for operation in operations(&old, &new) {
            let (old_range, new_range) = (operation.old_range(), operation.new_range());
            if matches!(operation, DiffOp::Equal { .. }) {
                new_range.for_each(|number| put(Side::Both, number, &new_masked, &mut compared));
            } else {
                old_range.for_each(|number| put(Side::Older, number, &old_masked, &mut compared));
                new_range.for_each(|number| put(Side::Newer, number, &new_masked, &mut compared));
            }
        }
        without_equal_runs(compared)
    }

    /// The lines of the text with every text masked that is not the value of a plain setting or a placeholder in the
    /// place of a secret one, and every comment.
    fn masked_lines(&self) -> Vec<String> {
        let text = self.text();
        // The text has been read before, so it has words.
        let tokens = lexer::tokens(text).unwrap_or_default();
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        for (place, token) in tokens.iter().enumerate() {
            masked.push_str(&without_comments(text.get(done..token.start).unwrap_or("")));
            let is_key = tokens.get(place + 1).is_some_and(|next| next.kind == Kind::Colon);
            let word = text.get(token.start..token.end).unwrap_or("");
            match token.kind {
                Kind::Text if !is_key && !self.is_plain(*token) => {
                    masked.push('"');
                    masked.push_str(&length(word.chars().count().saturating_sub(2)));
                    masked.push('"');
                }
                _ => masked.push_str(word),
            }
            done = token.end;
        }
        masked.push_str(&without_comments(text.get(done..).unwrap_or("")));
        lines(&masked).into_iter().map(|line| line.trim_end_matches(['\r', '\n']).to_owned()).collect()
    }

    /// Whether a word is the value of a setting and no secret: of a plain one, or the text of the example. Other texts
    /// in the shape of a placeholder may be passwords.
    fn is_plain(&self, token: Token) -> bool {
        SETTINGS.iter().any(|setting| {
            let name: SettingName = setting.name;
            let is_its_value = self.layout.setting(name).is_some_and(|member| member.value.start == token.start);
            is_its_value && (setting.kind == SettingKind::Plain || self.values().get(name) == setting.example)
        })
    }
}

/// The lines of a text with their ends: another line end is a difference, too.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// White space and comments, the comments masked and their line breaks kept.
fn without_comments(trivia: &str) -> String {
    let mut masked = String::with_capacity(trivia.len());
    let mut at = 0;
    while let Some(rest) = trivia.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(end) = lexer::after_comment(trivia, at) {
            let comment = trivia.get(at..end).unwrap_or("");
            for line in comment.split_inclusive('\n') {
                let body = line.trim_end_matches(['\r', '\n']);
                masked.push_str("// ");
                masked.push_str(&length(body.chars().count()));
                masked.push_str(line.get(body.len()..).unwrap_or(""));
            }
            at = end.max(at + 1);
        } else {
            let character = rest.chars().next().unwrap_or(' ');
            masked.push(character);
            at += character.len_utf8();
        }
    }
    masked
}

fn length(characters: usize) -> String {
    format!("[masked, {characters} characters]")
}

/// What makes the newer lines of the older ones. Equal beginnings and ends are taken off first, and a huge rest is
/// told as wholly exchanged: aligning it could take longer than a person waits.
fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let common = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(common).take_while(|(old, new)| old == new).count();
    let old_middle = old.get(start..old.len() - end).unwrap_or_default();
    let new_middle = new.get(start..new.len() - end).unwrap_or_default();
    let middle = if old_middle.len().max(new_middle.len()) > ALIGNED {
        vec![DiffOp::Replace { old_index: 0, old_len: old_middle.len(), new_index: 0, new_len: new_middle.len() }]
    } else {
        capture_diff_slices(Algorithm::Myers, old_middle, new_middle)
    };
    let mut operations = vec![DiffOp::Equal { old_index: 0, new_index: 0, len: start }];
    operations.extend(middle.into_iter().map(|operation| shifted(operation, start)));
    operations.push(DiffOp::Equal { old_index: old.len() - end, new_index: new.len() - end, len: end });
    operations
}

/// An operation on the middle as one on the whole.
const fn shifted(operation: DiffOp, by: usize) -> DiffOp {
    match operation {
        DiffOp::Equal { old_index, new_index, len } => {
            DiffOp::Equal { old_index: old_index + by, new_index: new_index + by, len }
        }
        DiffOp::Delete { old_index, old_len, new_index } => {
            DiffOp::Delete { old_index: old_index + by, old_len, new_index: new_index + by }
        }
        DiffOp::Insert { old_index, new_index, new_len } => {
            DiffOp::Insert { old_index: old_index + by, new_index: new_index + by, new_len }
        }
        DiffOp::Replace { old_index, old_len, new_index, new_len } => {
            DiffOp::Replace { old_index: old_index + by, old_len, new_index: new_index + by, new_len }
        }
    }
}

/// Leaves equal lines out that no difference is near.
fn without_equal_runs(lines: Vec<ComparedLine>) -> Vec<ComparedLine> {
    let is_near = |place: usize| {
        let from = place.saturating_sub(CONTEXT);
        let near = lines.get(from..(place + CONTEXT + 1).min(lines.len())).unwrap_or_default();
        near.iter().any(|line| line.side != Side::Both)
    };
    let near: Vec<bool> = (0..lines.len()).map(is_near).collect();
    if !near.contains(&true) {
        return Vec::new();
    }
    let mut kept: Vec<ComparedLine> = Vec::new();
    for (line, is_near) in lines.into_iter().zip(near) {
        if is_near {
            kept.push(line);
        } else if let Some(ComparedLine { side: Side::LeftOut(count), .. }) = kept.last_mut() {
            *count += 1;
        } else {
            kept.push(ComparedLine { side: Side::LeftOut(1), number: line.number, text: String::new() });
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(old: &str, new: &str) -> Vec<String> {
        let read = |text: &str| Document::read(text.as_bytes()).expect("a settings file");
        read(old)
            .compare(&read(new))
            .into_iter()
            .map(|line| match line.side {
                Side::Both => format!("  {} {}", line.number, line.text),
                Side::Older => format!("- {} {}", line.number, line.text),
                Side::Newer => format!("+ {} {}", line.number, line.text),
                Side::LeftOut(count) => format!("{count} left out"),
            })
            .collect()
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(compared("{\"User\":\"a\"}", "{\"User\":\"a\"}"), [""; 0]);
    }

    #[test]
    fn lines_are_compared_as_they_are_and_shown_masked() {
        let old = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"ClientId\": \"one\",\n  \"ClientSecret\": \"c4nary\"\n}\n";
        let new = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"ClientId\": \"two\",\n  \"ClientSecret\": \"canar7\"\n}\n";
        assert_eq!(
            compared(old, new),
            [
                "2 left out",
                "  3   \"b\": 2,",
                "- 4   \"ClientId\": \"one\",",
                "- 5   \"ClientSecret\": \"[masked, 6 characters]\"",
                "+ 4   \"ClientId\": \"two\",",
                "+ 5   \"ClientSecret\": \"[masked, 6 characters]\"",
                "  6 }",
            ]
        );
    }

    #[test]
    fn a_placeholder_in_the_place_of_a_secret_is_none() {
        let old = "{\n  \"ClientSecret\": \"[Client Secret for the Azure AD app]\",\n  \"Db\": \"[c4nary]\"\n}\n";
        assert_eq!(
            compared(old, "{\n  \"ClientSecret\": \"c4nary\"\n}\n"),
            [
                "  1 {",
                "- 2   \"ClientSecret\": \"[Client Secret for the Azure AD app]\",",
                "- 3   \"Db\": \"[masked, 8 characters]\"",
                "+ 2   \"ClientSecret\": \"[masked, 6 characters]\"",
                "  3 }",
            ]
        );
    }

    #[test]
    fn a_password_in_the_shape_of_a_placeholder_is_masked() {
        let lines = compared("{\n  \"Password\": \"<c4nary>\"\n}\n", "{\n  \"Password\": \"[c4nary]\"\n}\n");
        assert!(lines.iter().all(|line| !line.contains("c4nary")), "{lines:?}");
    }

    #[test]
    fn other_texts_and_comments_may_be_secrets_too() {
        let old = "{ // c4nary\n /* c4nary\n c4nary */ \"Db\": \"c4nary\", \"list\": [\"c4nary\"] }";
        let lines = compared(old, "{\n\"Db\": \"x\" }");
        assert!(lines.iter().all(|line| !line.contains("c4nary")), "{lines:?}");
        assert_eq!(lines.first().map(String::as_str), Some("- 1 { // [masked, 9 characters]"));
    }

    #[test]
    fn another_line_end_is_a_difference() {
        assert_eq!(compared("{\n}\n", "{\r\n}\n"), ["- 1 {", "+ 1 {", "  2 }"]);
    }

    #[test]
    fn a_huge_exchange_is_told_at_once() {
        let many = |mark: &str| format!("{{\"a\": [\n{}1\n]}}", format!("\"{mark}\",\n").repeat(10_000));
        assert_eq!(compared(&many("x"), &many("y")).len(), 20_003);
    }
}
