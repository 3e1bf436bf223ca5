//! Arguments and the commands that work without a screen.
//!
//! Knows the ladder and its report; reads no file and no socket itself.

pub mod arguments;
pub mod decode;
pub mod explain;
pub mod json;
pub mod page;
pub mod text;

/// The exit codes that are not a stage's (those are in [`crate::verify::Blame`]).
pub mod exit {
    /// Nothing failed.
    pub const OK: u8 = 0;
    /// A fault of this program or of the system under it.
    pub const INTERNAL: u8 = 1;
    /// The arguments are wrong.
    pub const USAGE: u8 = 2;
    /// The settings file is missing, unreadable or malformed.
    pub const FILE: u8 = 3;
    /// Ended by Ctrl-C.
    pub const INTERRUPTED: u8 = 130;
}

/// JSON with every character that a terminal would act on, or not show, as `\uXXXX`: the same JSON, harmless.
fn escaped(json: &str) -> String {
    use std::fmt::Write;
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter == ' ' || !crate::domain::text::printable(letter.encode_utf8(&mut [0; 4])).trim().is_empty() {
            safe.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _infallible = write!(safe, "\\u{unit:04x}");
            }
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn json_for_a_terminal_is_the_same_json() {
        let value = serde_json::json!({"a\u{9b}b": "\u{202e}x\u{e0001} é 日\u{a0}", "n": "\n"});
        let line = escaped(&value.to_string());
        assert!(!line.contains(['\u{9b}', '\u{202e}', '\u{e0001}']), "{line}");
        assert!(line.contains("é 日"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).ok(), Some(value));
    }
}
