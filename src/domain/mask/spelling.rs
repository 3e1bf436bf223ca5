//! The spellings in which a secret can come back, and texts read as if they had none.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::domain::text::printable_lines;

/// The shortest part of a base64 spelling that is looked for; shorter ones occur by chance.
const SHORTEST_BASE64: usize = 8;

/// Every byte but RFC 3986's unreserved ones as `%XX`.
pub(super) fn percent(text: &str, is_lower: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else if is_lower {
            let _infallible = write!(encoded, "%{byte:02x}");
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// As in `application/x-www-form-urlencoded`.
pub(super) fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// As inside a JSON string.
pub(super) fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted).to_owned()
}

/// The base64 spellings of the text wherever it stands in what was encoded: three alignments, two alphabets.
pub(super) fn base64(text: &str) -> Vec<String> {
    let mut spellings = Vec::new();
    for before in 0..3_usize {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(text.as_bytes());
        // Characters that carry bits of the neighbours are left out at both ends.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for engine in [&STANDARD, &URL_SAFE] {
            let encoded: String = engine.encode(&bytes).chars().take(last).skip(first).collect();
            if encoded.len() >= SHORTEST_BASE64 {
                spellings.push(encoded);
            }
        }
    }
    spellings
}

/// A text with its escapes resolved, and where each piece of it stood.
#[derive(Default)]
pub(super) struct Decoded {
    /// The text without escapes.
    pub(super) text: String,
    /// The position in the source for each byte of the text, and the source's length.
    pub(super) origin: Vec<usize>,
}

impl Decoded {
    /// What an escape kept from being seen as invisible goes here as everywhere.
    fn push(&mut self, c: char, position: usize) {
        if c.is_ascii_graphic() {
            self.text.push(c);
        } else {
            self.text.push_str(&printable_lines(c.encode_utf8(&mut [0; 4])));
        }
        self.origin.resize(self.text.len(), position);
    }

    /// JSON's escapes resolved. Writers differ in what they escape: .NET writes `+` as `\u002B`, PHP `/` as `\/`.
    pub(super) fn of_json(source: &str) -> Self {
        let mut decoded = Self::default();
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            let (c, length) = json_escape(rest).unwrap_or((c, c.len_utf8()));
            decoded.push(c, source.len() - rest.len());
            rest = rest.get(length..).unwrap_or_default();
        }
        decoded.origin.push(source.len());
        decoded
    }

    /// `%XX` resolved where it is UTF-8. Writers differ in what they escape, and in the case of the digits.
    pub(super) fn of_percent(source: &str) -> Self {
        let mut decoded = Self::default();
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            let position = source.len() - rest.len();
            let bytes: Vec<u8> = percent_run(rest).collect();
            let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            text.char_indices().for_each(|(at, c)| decoded.push(c, position + 3 * at));
            let length = if text.is_empty() {
                decoded.push(c, position);
                c.len_utf8()
            } else {
                3 * text.len()
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        decoded.origin.push(source.len());
        decoded
    }
}

/// The escape that a text begins with, and its length in bytes.
fn json_escape(text: &str) -> Option<(char, usize)> {
    let after = text.strip_prefix('\\')?;
    let c = match after.chars().next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let first = unit(text)?;
            let pair = [first, text.get(6..).and_then(unit).unwrap_or_default()];
            let decoded = char::decode_utf16(pair).next()?.ok()?;
            return Some((decoded, 6 * decoded.len_utf16()));
        }
        c @ ('"' | '\\' | '/') => c,
        _ => return None,
    };
    Some((c, 2))
}

/// The UTF-16 unit of a `\uXXXX`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) { u16::from_str_radix(digits, 16).ok() } else { None }
}

/// The bytes of the `%XX` that a text begins with, to the last of them that follows without a gap; at most 64, so that
/// a long run costs no more than its length.
fn percent_run(text: &str) -> impl Iterator<Item = u8> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let digits = rest.strip_prefix('%')?.get(..2)?;
        let byte =
            digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())??;
        rest = rest.get(3..)?;
        Some(byte)
    })
    .take(64)
}
