//! Reads a text as programs write one into another: each character as it is or escaped.
//!
//! Escapes of different kinds may stand side by side, for encoders do not agree on what has to be escaped.

/// The HTML character references by name that encoders write.
const NAMES: [(&str, char); 6] =
    [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\''), ("&nbsp;", '\u{A0}')];

/// How long the longest beginning of the text is that spells one of the secrets, in bytes.
pub(super) fn longest<'s>(text: &str, secrets: impl Iterator<Item = &'s str>) -> Option<usize> {
    // Nearly every place in a text is told from every secret by the first character alone.
    let mut firsts = readings(text).map(|(first, _)| first);
    let (plain, escaped) = (firsts.next(), firsts.next());
    secrets
        .filter(|secret| {
            let first = secret.chars().next();
            first.is_some_and(|first| [plain, escaped].into_iter().flatten().any(|read| is_same(read, first)))
        })
        .filter_map(|secret| length(text, secret))
        .max()
}

/// White space of any kind may have become a space when the text was made printable.
fn is_same(read: char, wanted: char) -> bool {
    read == wanted || read == ' ' && wanted.is_whitespace()
}

/// How long the beginning of the text is that spells the secret, in bytes; the longest one when there are several.
fn length(text: &str, secret: &str) -> Option<usize> {
    // At most two places are alive at once in practice: a character as it is, and the escape that it begins.
    let mut rests = vec![text];
    for wanted in secret.chars() {
        rests = rests
            .into_iter()
            .flat_map(readings)
            .filter(|(read, _)| is_same(*read, wanted))
            .map(|(_, rest)| rest)
            .collect();
        if rests.is_empty() {
            return None;
        }
    }
    rests.iter().map(|rest| text.len() - rest.len()).max()
}

/// The characters that the beginning of a text can stand for, with what follows.
fn readings(text: &str) -> impl Iterator<Item = (char, &str)> {
    let mut characters = text.chars();
    let plain = characters.next().map(|first| (first, characters.as_str()));
    let escaped = plain.and_then(|(first, rest)| match first {
        '+' => Some((' ', rest)),
        '%' => percent(text),
        '\\' => json(rest),
        '&' => html(text),
        _ => None,
    });
    [plain, escaped].into_iter().flatten()
}

/// One character in UTF-8, each byte as `%XX`.
fn percent(text: &str) -> Option<(char, &str)> {
    let mut bytes = Vec::with_capacity(4);
    let mut rest = text;
    while bytes.len() < 4 {
        let (digits, behind) = rest.strip_prefix('%')?.split_at_checked(2)?;
        bytes.push(u8::try_from(number(digits, 16)?).ok()?);
        rest = behind;
        if let Some(read) = std::str::from_utf8(&bytes).ok().and_then(|read| read.chars().next()) {
            return Some((read, rest));
        }
    }
    None
}

/// What stands behind the backslash of a JSON escape.
fn json(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let read = match characters.next()? {
        'u' => return json_code_unit(text),
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{C}',
        same @ ('"' | '\\' | '/' | '\'') => same,
        _ => return None,
    };
    Some((read, characters.as_str()))
}

/// `uXXXX`, and the second half of a surrogate pair with its backslash.
fn json_code_unit(text: &str) -> Option<(char, &str)> {
    let unit = |text: &'_ str| -> Option<u16> { u16::try_from(number(text.get(1..5)?, 16)?).ok() };
    let first = unit(text)?;
    let rest = text.get(5..)?;
    if let Some(read) = char::from_u32(u32::from(first)) {
        return Some((read, rest));
    }
    let second = rest.strip_prefix('\\').filter(|second| second.starts_with('u'))?;
    let read = char::decode_utf16([first, unit(second)?]).next()?.ok()?;
    Some((read, second.get(5..)?))
}

/// An HTML character reference by name or by number.
fn html(text: &str) -> Option<(char, &str)> {
    if let Some((read, rest)) = NAMES.iter().find_map(|(name, read)| Some((*read, text.strip_prefix(name)?))) {
        return Some((read, rest));
    }
    let (code, rest) = text.strip_prefix("&#")?.split_once(';')?;
    let code = match code.strip_prefix(['x', 'X']) {
        Some(digits) => number(digits, 16)?,
        None => number(code, 10)?,
    };
    Some((char::from_u32(code)?, rest))
}

/// Digits only: no sign, no space.
fn number(digits: &str, radix: u32) -> Option<u32> {
    let are_digits = (1..=8).contains(&digits.len()) && digits.chars().all(|digit| digit.is_digit(radix));
    are_digits.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_may_be_escaped_in_its_own_way() {
        let secret = "a+b &\"é😀/'";
        for spelling in [
            secret,
            "a%2Bb+%26%22%c3%a9%F0%9F%98%80%2F%27",
            r#"a\u002Bb &\"\u00e9\ud83d\ude00\/'"#,
            "a&#x2B;b &amp;&quot;&#233;&#128512;/&#39;",
            r"\u0061+%62+\u0026&quot;é😀/\u0027",
        ] {
            assert_eq!(length(&format!("{spelling}."), secret), Some(spelling.len()), "{spelling}");
        }
    }

    #[test]
    fn an_escape_can_also_be_meant_as_it_stands() {
        assert_eq!(length("100%25 off", "100%25"), Some(6));
        assert_eq!(length("100%2525 off", "100%25"), Some(8));
        assert_eq!(length(r"a\\b", r"a\\b"), Some(4));
        assert_eq!(length("&amp;amp;", "&amp;"), Some(9));
    }

    #[test]
    fn half_an_escape_is_none() {
        for torn in [
            "%",
            "%4",
            "%c3",
            "%c3%",
            "%é1",
            "\\",
            "\\u",
            "\\u004",
            "\\ud83d",
            "\\ud83d\\u",
            "\\u00é",
            "&#",
            "&#;",
            "&#x;",
            "&#x41",
            "&#+65;",
            "&#99999999999;",
            "",
        ] {
            assert_eq!(length(torn, "A"), None, "{torn}");
        }
    }
}
