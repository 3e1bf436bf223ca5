//! What a text in ClientSecret looks like: the Value that it should be, or one of the things copied in its place.
//!
//! Microsoft does not document the form of a Value; lengths and marks follow public secret scanners. They only warn.

use super::{has_outer_space, has_quotes, is_guid};

/// Characters of a Value of today.
const LENGTH: usize = 40;

/// What the text is, most likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretShape {
    /// A Value of today, whole.
    Whole,
    /// A GUID: the Secret ID, or another ID.
    Guid,
    /// White space or zero-width characters at an end.
    OuterSpace,
    /// Quotes around it.
    Quoted,
    /// A line end or a blank within.
    InnerSpace,
    /// `%7E` and the like: encoded for a form already.
    PercentEncoded,
    /// `&amp;`, `\u0026`: copied from a page or a JSON text.
    Escaped,
    /// The portal's hint: the first characters, then asterisks or dots.
    Hint,
    /// The same text twice.
    Doubled,
    /// A Value of today that lost characters at its end: so many are left.
    CutEnd(usize),
    /// A Value of today that lost characters at its beginning: so many are left.
    CutStart(usize),
    /// A Value of today with more behind or before it: so many characters.
    TooLong(usize),
    /// 40 hexadecimal digits: a certificate's thumbprint.
    Thumbprint,
    /// 44 characters of base64: a secret from before 2019, or a key of something else.
    Old,
    /// A token.
    Token,
    /// Nothing that is known; a Value from 2019 to 2021 looks so, too.
    Other,
}

/// Returns whether a text is most likely a client secret, whole or in part, whatever is around it.
pub fn is_like_secret(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'']);
    matches!(
        secret_shape(text),
        SecretShape::Whole
            | SecretShape::Doubled
            | SecretShape::CutEnd(_)
            | SecretShape::CutStart(_)
            | SecretShape::TooLong(_)
            | SecretShape::Old
    )
}

/// Returns what the text is, most likely.
pub fn secret_shape(text: &str) -> SecretShape {
    let length = text.chars().count();
    if has_outer_space(text) {
        return SecretShape::OuterSpace;
    }
    if has_quotes(text) {
        return SecretShape::Quoted;
    }
    if is_guid(text) {
        return SecretShape::Guid;
    }
    if text.chars().any(char::is_whitespace) {
        return SecretShape::InnerSpace;
    }
    if is_hint(text) {
        return SecretShape::Hint;
    }
    if is_percent_encoded(text) {
        return SecretShape::PercentEncoded;
    }
    if ["&amp;", "&lt;", "&gt;", "&quot;", "\\u00", "\\\""].iter().any(|escape| text.contains(escape)) {
        return SecretShape::Escaped;
    }
    if text.starts_with("eyJ") && text.matches('.').count() >= 2 {
        return SecretShape::Token;
    }
    let (front, back) = text.split_at_checked(text.len() / 2).unwrap_or((text, ""));
    if length > LENGTH && front == back {
        return SecretShape::Doubled;
    }
    if let Some(shape) = of_today(text, length) {
        return shape;
    }
    if length == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return SecretShape::Thumbprint;
    }
    let is_base64 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if length == 44 && is_base64 && text.ends_with('=') {
        return SecretShape::Old;
    }
    SecretShape::Other
}

/// `abc7Q~…`, `abc8Q~…`: the fourth character is a digit, `Q~` follows.
fn of_today(text: &str, length: usize) -> Option<SecretShape> {
    let is_of_alphabet =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-'));
    if !is_of_alphabet {
        return None;
    }
    let at = text
        .match_indices("Q~")
        .map(|(at, _)| at)
        .find(|at| at.checked_sub(1).and_then(|before| text.as_bytes().get(before)).is_none_or(u8::is_ascii_digit))?;
    let digit = at.checked_sub(1).and_then(|before| text.as_bytes().get(before)).copied();
    // Values of digit 7 are older and shorter.
    let whole = if digit == Some(b'7') { 37 } else { LENGTH };
    match at {
        4 if length == whole => Some(SecretShape::Whole),
        4 if length < whole => Some(SecretShape::CutEnd(length)),
        0..4 if length < whole => Some(SecretShape::CutStart(length)),
        // Far from the beginning the mark may be chance.
        0..=8 => Some(SecretShape::TooLong(length)),
        _ => None,
    }
}

/// `5c1*****`, `5c1•••••`, `5c1...`: what the portal shows of a secret once its page was left.
fn is_hint(text: &str) -> bool {
    let tail = text.trim_end_matches(['*', '\u{2022}', '\u{25cf}', '.', '\u{2026}']);
    let dropped = text.chars().count() - tail.chars().count();
    dropped >= 3 || text.ends_with('\u{2026}')
}

/// A percent sign with two hexadecimal digits that stand for a character which forms encode.
fn is_percent_encoded(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    ["%7e", "%2b", "%2f", "%3d", "%26", "%25", "%3a", "%40", "%21", "%23", "%24"]
        .iter()
        .any(|code| small.contains(code))
}

/// The characters of a text that a form must encode and that a client without encoding breaks, without repeats.
pub fn breakable(text: &str) -> Vec<char> {
    let mut found: Vec<char> = Vec::new();
    for letter in
        text.chars().filter(|letter| matches!(letter, '+' | '&' | '%' | '=' | '#' | ' ') || !letter.is_ascii())
    {
        if !found.contains(&letter) {
            found.push(letter);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VALUE: &str = "5c18Q~practiceValue.of_forty_characters0";

    fn part(start: usize, end: usize) -> String {
        VALUE.get(start..end).unwrap_or_default().to_owned()
    }

    #[test]
    fn things_copied_in_the_place_of_a_value_are_told_apart() {
        for (text, shape) in [
            (VALUE.to_owned(), SecretShape::Whole),
            ("abc7Q~".to_owned() + &"a".repeat(31), SecretShape::Whole),
            ("0f8b1c2d-1111-4222-8333-444455556666".to_owned(), SecretShape::Guid),
            (format!("{VALUE} "), SecretShape::OuterSpace),
            (format!("{VALUE}\u{200b}"), SecretShape::OuterSpace),
            (format!("\"{VALUE}\""), SecretShape::Quoted),
            ("5c18Q~practiceValue\nof_forty_characters0".to_owned(), SecretShape::InnerSpace),
            (VALUE.replace('~', "%7E"), SecretShape::PercentEncoded),
            ("a&amp;b".to_owned(), SecretShape::Escaped),
            ("a\\u0026b".to_owned(), SecretShape::Escaped),
            ("5c1*****************".to_owned(), SecretShape::Hint),
            ("5c1\u{2022}\u{2022}\u{2022}".to_owned(), SecretShape::Hint),
            (VALUE.repeat(2), SecretShape::Doubled),
            (part(0, 39), SecretShape::CutEnd(39)),
            (part(1, 40), SecretShape::CutStart(39)),
            (part(4, 40), SecretShape::CutStart(36)),
            (format!("{VALUE}x"), SecretShape::TooLong(41)),
            (format!("s={VALUE}"), SecretShape::Other),
            ("a1".repeat(20), SecretShape::Thumbprint),
            (format!("{}=", "aB3".repeat(14) + "a"), SecretShape::Old),
            ("eyJh.eyJh.sig".to_owned(), SecretShape::Token),
            ("hunter2".to_owned(), SecretShape::Other),
            (String::new(), SecretShape::Other),
        ] {
            assert_eq!(secret_shape(&text), shape, "{text}");
        }
    }

    #[test]
    fn characters_that_forms_must_encode_are_found_once() {
        assert_eq!(breakable("a+b+c&d%"), ['+', '&', '%']);
        assert!(breakable(VALUE).is_empty());
        assert_eq!(breakable("ü"), ['ü']);
    }

    proptest! {
        #[test]
        fn any_text_has_a_shape(text in "(?s).{0,90}") {
            let _shape = secret_shape(&text);
        }

        #[test]
        fn a_cut_value_is_never_whole(start in 0_usize..10, end in 11_usize..40) {
            let cut = VALUE.get(start..end).unwrap_or_default();
            prop_assert_ne!(secret_shape(cut), SecretShape::Whole);
        }
    }
}
