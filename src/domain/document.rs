//! The text of one JSON settings file, read as .NET reads it and edited without loss.
//!
//! A [`Document`] is the text itself; an edit replaces the bytes of one value or adds one key, and touches nothing
//! else: comments, order, indentation, line ends, byte order mark and trailing commas stay as they are. What .NET's
//! configuration reader refuses (`JsonConfigurationFileParser` over `JsonDocument` with comments skipped and trailing
//! commas allowed) is refused here too, with its place.

mod compare;
mod excerpt;
mod fault;
mod grammar;
mod insert;
mod keys;
mod lexer;

use std::fmt::{self, Write as _};
use std::ops::Range;

use zeroize::Zeroizing;

pub use compare::{ComparedLine, Side};
pub use fault::{Container, DocumentError, Fault, FaultKind};

use self::keys::{Layout, Shape};
use super::secret::Secret;
use super::setting::{SettingName, Values};

/// UTF-8's byte order mark, as a character.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The text of a settings file that .NET can read. It may hold secrets, so it prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Everything, with the byte order mark.
    whole: Secret,
    /// Where the settings are, in bytes of the text without the mark.
    layout: Layout,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document([redacted])")
    }
}

/// What stands under a key.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    /// There is no such key.
    Absent,
    /// A JSON string, decoded; a `null` is `""`, as for .NET up to version 9.
    Text(String),
    /// Another JSON value.
    NotText {
        /// `number`, `boolean`, `object` or `array`.
        json_type: &'static str,
        /// The text that .NET makes of a number (its source) or a boolean (`True`, `False`); of an object or array,
        /// which has no text for .NET, the source.
        text: String,
    },
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Text(_) => f.write_str("Text([redacted])"),
            Self::NotText { json_type, .. } => write!(f, "NotText({json_type}, [redacted])"),
        }
    }
}

/// The difference that an edit makes to one setting; raw values, which print nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which setting.
    pub setting: SettingName,
    /// Its line in the newer text, counted from 1; in the older one if the newer has none.
    pub line: usize,
    /// What it was; `None` when the key was absent.
    pub before: Option<Secret>,
    /// What it is now; `None` when the key is absent.
    pub after: Option<Secret>,
}

/// Why a setting cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// An object or array stands there; it would be lost.
    #[error("{setting} is an {json_type} in the file, not a text: change it in an editor")]
    NotText {
        /// Which setting.
        setting: SettingName,
        /// `object` or `array`.
        json_type: &'static str,
    },
    /// The edited text does not read back as it was meant; nothing was changed.
    #[error("the edit of {setting} does not read back, so it was not made")]
    NotReadBack {
        /// Which setting.
        setting: SettingName,
    },
}

impl Document {
    /// Reads the bytes of a file, as .NET would.
    ///
    /// # Errors
    /// Everything that .NET's reader refuses, and what it silently damages or this program cannot write back: bytes
    /// that are not UTF-8, and other encodings.
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
        if let Some(name) = foreign_encoding(bytes) {
            return Err(DocumentError::Encoding(name));
        }
        match std::str::from_utf8(bytes) {
            Ok(whole) => Self::from_whole(Secret::new(whole)),
            Err(error) => {
                let lossy = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
                let mark = if lossy.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
                let text = lossy.get(mark..).unwrap_or("");
                Err(DocumentError::at(text, FaultKind::NotUtf8, error.valid_up_to().saturating_sub(mark)))
            }
        }
    }

    fn from_whole(whole: Secret) -> Result<Self, DocumentError> {
        let layout = {
            let text = without_mark(whole.expose());
            let at = |(kind, place)| DocumentError::at(text, kind, place);
            let tokens = lexer::tokens(text).map_err(at)?;
            if tokens.is_empty() {
                return Err(DocumentError::Empty);
            }
            let root = grammar::root(text, &tokens).map_err(at)?;
            keys::refuse_duplicates(&root, text).map_err(at)?;
            Layout::new(&root)
        };
        Ok(Self { whole, layout })
    }

    /// Returns all bytes, with the byte order mark if the file has one.
    pub fn as_bytes(&self) -> &[u8] {
        self.whole.expose().as_bytes()
    }

    /// Returns the text without a byte order mark.
    pub fn text(&self) -> &str {
        without_mark(self.whole.expose())
    }

    /// Returns all of it as a secret, with the byte order mark: the contents of a [`SaveOrder`].
    ///
    /// [`SaveOrder`]: super::storage::SaveOrder
    pub fn contents(&self) -> Secret {
        self.whole.clone()
    }

    /// Returns what stands under the key of a setting, at the top level of the file and ignoring case.
    pub fn value(&self, name: SettingName) -> Found {
        let Some(member) = self.layout.setting(name) else { return Found::Absent };
        let source = self.source(&member.value);
        match member.shape {
            // The text has been read, so its escapes are sound.
            Shape::Text => Found::Text(serde_json::from_str(source).unwrap_or_default()),
            Shape::Null => Found::Text(String::new()),
            Shape::Number => Found::NotText { json_type: "number", text: source.to_owned() },
            Shape::Boolean => {
                let text = if source == "true" { "True" } else { "False" };
                Found::NotText { json_type: "boolean", text: text.to_owned() }
            }
            Shape::Object => Found::NotText { json_type: "object", text: source.to_owned() },
            Shape::Array => Found::NotText { json_type: "array", text: source.to_owned() },
        }
    }

    /// Returns the texts of all settings as .NET would see them; an object or array is not set.
    pub fn values(&self) -> Values {
        SettingName::ALL.into_iter().fold(Values::default(), |values, name| match self.scalar(name) {
            Some(text) => values.with(name, text),
            None => values,
        })
    }

    /// Returns the line of a setting's value, counted from 1, if the file has the key.
    pub fn line(&self, name: SettingName) -> Option<usize> {
        let member = self.layout.setting(name)?;
        Some(self.source(&(0..member.value.start)).matches('\n').count() + 1)
    }

    /// Returns the document with one setting changed.
    ///
    /// Only the bytes of the value are replaced, none if it is that text already (a number, boolean or `null` counts
    /// as the text that .NET makes of it, an absent key as `""`). A new key goes behind the last setting that the
    /// file has, else to the end, in the file's own style.
    ///
    /// # Errors
    /// An object or array is not replaced.
    pub fn with(&self, name: SettingName, new_text: &str) -> Result<Self, EditError> {
        let value = json_text(new_text);
        let pieces = match (self.value(name), self.layout.setting(name)) {
            (Found::NotText { json_type: json_type @ ("object" | "array"), .. }, _) => {
                return Err(EditError::NotText { setting: name, json_type });
            }
            (Found::Text(text) | Found::NotText { text, .. }, _) if text == new_text => return Ok(self.clone()),
            (Found::Text(_) | Found::NotText { .. }, Some(member)) => {
                let mut whole = self.start(member.value.start, value.len());
                whole.push_str(&value);
                whole.push_str(self.source(&(member.value.end..usize::MAX)));
                return self.checked(whole, name, new_text);
            }
            (Found::Absent, _) if new_text.is_empty() => return Ok(self.clone()),
            (_, _) => Zeroizing::new(insert::pieces(self.text(), &self.layout, name.key(), &value)),
        };
        let mut whole = self.start(0, pieces.iter().map(|(_, piece)| piece.len()).sum());
        let mut done = 0;
        for (place, piece) in pieces.iter() {
            whole.push_str(self.source(&(done..*place)));
            whole.push_str(piece);
            done = *place;
        }
        whole.push_str(self.source(&(done..usize::MAX)));
        self.checked(whole, name, new_text)
    }

    /// Returns which settings a newer text changes, in the order of their lines.
    pub fn changes(&self, newer: &Self) -> Vec<Change> {
        let raw = |found| match found {
            Found::Absent => None,
            Found::Text(text) | Found::NotText { text, .. } => Some(Secret::new(text)),
        };
        let mut changes: Vec<_> = SettingName::ALL
            .into_iter()
            .filter_map(|setting| {
                let (before, after) = (self.value(setting), newer.value(setting));
                let line = newer.line(setting).or_else(|| self.line(setting))?;
                (before != after).then(|| Change { setting, line, before: raw(before), after: raw(after) })
            })
            .collect();
        changes.sort_by_key(|change| change.line);
        changes
    }

    /// The text that .NET makes of a setting, if it makes one.
    fn scalar(&self, name: SettingName) -> Option<String> {
        match self.value(name) {
            Found::Text(text) | Found::NotText { json_type: "number" | "boolean", text } => Some(text),
            Found::Absent | Found::NotText { .. } => None,
        }
    }

    /// A part of the text; the end may lie behind it.
    fn source(&self, part: &Range<usize>) -> &str {
        let text = self.text();
        text.get(part.start..part.end.min(text.len())).unwrap_or("")
    }

    /// The beginning of a new text: the mark and what is kept before an edit, with room for the rest.
    fn start(&self, kept: usize, added: usize) -> String {
        // Room for all of it: growing would leave copies of secrets behind.
        let mut whole = String::with_capacity(self.whole.expose().len() + added);
        if self.whole.expose().starts_with(BYTE_ORDER_MARK) {
            whole.push(BYTE_ORDER_MARK);
        }
        whole.push_str(self.source(&(0..kept)));
        whole
    }

    /// Reads an edited text and compares it with what was meant.
    fn checked(&self, whole: String, name: SettingName, meant: &str) -> Result<Self, EditError> {
        let edited = Self::from_whole(Secret::new(whole)).ok().filter(|edited| {
            edited.value(name) == Found::Text(meant.to_owned())
                && SettingName::ALL.into_iter().all(|other| other == name || edited.value(other) == self.value(other))
        });
        edited.ok_or(EditError::NotReadBack { setting: name })
    }
}

fn without_mark(whole: &str) -> &str {
    whole.strip_prefix(BYTE_ORDER_MARK).unwrap_or(whole)
}

/// The name of an encoding other than UTF-8, told by its byte order mark or, without one, by the zero bytes that
/// its first character has.
fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Some("UTF-32 (little-endian)"),
        [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32 (big-endian)"),
        [0xFF, 0xFE, ..] => Some("UTF-16 (little-endian)"),
        [0xFE, 0xFF, ..] => Some("UTF-16 (big-endian)"),
        [1..=0x7F, 0, 0, 0, ..] => Some("UTF-32 (little-endian, without byte order mark)"),
        [0, 0, 0, 1..=0x7F, ..] => Some("UTF-32 (big-endian, without byte order mark)"),
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => Some("UTF-16 (little-endian, without byte order mark)"),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => Some("UTF-16 (big-endian, without byte order mark)"),
        _ => None,
    }
}

/// A text as a JSON string: only what must be escaped is.
fn json_text(text: &str) -> Zeroizing<String> {
    // Room for the longest escape of each byte, so that nothing is copied while it grows.
    let mut json = Zeroizing::new(String::with_capacity(text.len() * 6 + 2));
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{C}' => json.push_str("\\f"),
            control @ '\0'..'\u{20}' => {
                // Writing into a text cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}
