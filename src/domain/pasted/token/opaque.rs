//! Tokens that are no JWT, and texts that are no token.

use zeroize::Zeroizing;

use super::{Body, Label, Nothing, is_token_byte};
use crate::domain::pasted::message;
use crate::domain::shape;

/// The shortest opaque value that is taken for a token.
const SHORTEST_OPAQUE: usize = 16;

/// Values that are called tokens and do not look like a JWT: where they begin and end.
pub(super) fn values(text: &str) -> Vec<(usize, usize, Label)> {
    // Changes no lengths, so positions hold in both.
    let small = Zeroizing::new(text.to_ascii_lowercase());
    let mut values = Vec::new();
    let names = [
        ("access_token", Label::Access),
        ("accesstoken", Label::Access),
        ("id_token", Label::Id),
        ("idtoken", Label::Id),
        ("refresh_token", Label::Refresh),
        ("refreshtoken", Label::Refresh),
        ("bearer ", Label::Access),
    ];
    for (name, label) in names {
        let mut until = 0;
        for (position, _) in small.match_indices(name) {
            // A name within a value names nothing.
            if position < until {
                continue;
            }
            let after = position + name.len();
            let rest = text.get(after..).unwrap_or_default();
            let value = rest.trim_start_matches(|letter: char| letter.is_whitespace() || "\"':=".contains(letter));
            let separator = rest.len() - value.len();
            let length = value.bytes().take_while(|byte| is_opaque_byte(*byte)).count();
            until = after + separator + length;
            let is_named = separator > 0 || name.ends_with(' ');
            let has_digit = value.bytes().take(length).any(|byte| byte.is_ascii_digit());
            if is_named && has_digit && length >= SHORTEST_OPAQUE {
                values.push((after + separator, after + separator + length, label));
            }
        }
    }
    values
}

const fn is_opaque_byte(byte: u8) -> bool {
    is_token_byte(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=' | b'*' | b'!' | b'$')
}

/// Embed tokens are packed with gzip: its first bytes as base64.
const EMBED: &str = "H4sI";

/// What an opaque value is.
pub(super) fn body(value: &str) -> Body {
    let length = value.chars().count();
    if value.starts_with(EMBED) { Body::Embed(length) } else { Body::Opaque(length) }
}

/// A text in which no token was recognised: one long word is an opaque one.
pub(super) fn alone(text: &str) -> Result<Body, Nothing> {
    let word = text.trim().trim_matches(['"', '\'', ',', ';']).trim();
    let joined = Zeroizing::new(word.split_whitespace().collect::<String>());
    let has_digit = joined.bytes().any(|byte| byte.is_ascii_digit());
    let is_wrapped = joined.starts_with(EMBED) && joined.len() > 40;
    if word.is_empty() {
        Err(Nothing::Empty)
    } else if shape::is_guid(word.trim_matches(['{', '}'])) {
        Err(Nothing::Guid)
    } else if is_client_secret(word) {
        Err(Nothing::ClientSecret)
    } else if !message::read(text).is_empty() {
        Err(Nothing::Refusal)
    } else if (is_wrapped || !word.contains(char::is_whitespace))
        && has_digit
        && joined.len() >= 2 * SHORTEST_OPAQUE
        && joined.bytes().all(is_opaque_byte)
    {
        Ok(body(&joined))
    } else {
        Err(Nothing::Other)
    }
}

/// `abc8Q~` and more: the shape of secrets that Entra makes (facts of public secret scanners).
pub(in crate::domain::pasted) fn is_client_secret(word: &str) -> bool {
    let bytes = word.as_bytes();
    let is_secret_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-');
    (37..=40).contains(&bytes.len())
        && bytes.iter().all(is_secret_byte)
        && matches!(bytes.get(3..6), Some([digit, b'Q', b'~']) if digit.is_ascii_digit())
}
