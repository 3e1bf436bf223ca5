//! What people paste: a token or an error, wrapped, quoted, escaped and with other text around it.
//!
//! [`text_of`] and [`clean`] undo what terminals, mail programs, logs and browsers did to a text; [`token`] finds the
//! tokens in it and [`reading`] says what they are; [`message`] finds codes and IDs and [`answer`] explains them.
//! Nothing here asks anybody: no network, no clock, no file.

pub mod answer;
pub mod message;
mod network;
pub mod reading;
mod recover;
pub mod token;

use zeroize::Zeroizing;

use super::text::{is_bidi_control, is_zero_width};

/// The longest paste that is read, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// How often an encoding is undone: JSON inside a URL inside a log line is as deep as it gets.
const LAYERS: usize = 3;

/// Reads bytes as text: UTF-8 with bytes that are none replaced, or UTF-16 with a byte order mark (what `>` of Windows
/// PowerShell writes).
pub fn text_of(bytes: &[u8]) -> Zeroizing<String> {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| read(*pair));
        Zeroizing::new(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{FFFD}')).collect::<String>())
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => Zeroizing::new(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// Undoes what was done to a text on its way: byte order mark, invisible characters, colours, CRLF, no-break spaces,
/// typographic quotes, marks of quoting and of container logs, quoted-printable, HTML, percent and JSON escapes.
pub fn clean(text: &str) -> Zeroizing<String> {
    let mut text = without_prefixes(&plain(text));
    if is_quoted_printable(&text) {
        text = quoted_printable(&text);
    }
    for _ in 0..LAYERS {
        let undone = json_escapes(&percent(&entities(&text)));
        if *undone == *text {
            break;
        }
        text = undone;
    }
    text
}

/// Characters that look like others, or like nothing.
fn plain(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // A colour or another control sequence: `ESC [`, parameters, one letter.
            '\u{1b}' if letters.peek() == Some(&'[') => {
                letters.next();
                while letters.next().is_some_and(|letter| !letter.is_ascii_alphabetic() && letter != '~') {}
            }
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => plain.push('\n'),
            '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' => plain.push(' '),
            '\u{2018}' | '\u{2019}' | '\u{201a}' => plain.push('\''),
            '\u{201c}'..='\u{201e}' | '\u{ab}' | '\u{bb}' => plain.push('"'),
            // A cut that somebody marked, and hyphens that a mail program made of `-`.
            '\u{2026}' => plain.push_str("..."),
            '\u{2010}' | '\u{2011}' => plain.push('-'),
            _ if is_zero_width(letter) || is_bidi_control(letter) => {}
            '\n' | '\t' => plain.push(letter),
            _ if letter.is_control() => {}
            _ => plain.push(letter),
        }
    }
    plain
}

/// Takes `> ` of quoted replies and `app-1  | ` of container logs from every line, where every line has it.
fn without_prefixes(text: &str) -> Zeroizing<String> {
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let quoted = |line: &str| line.trim_start().starts_with('>');
    let mut stripped = Zeroizing::new(String::with_capacity(text.len()));
    let is_log = filled().count() > 0 && filled().all(|line| log_prefix(line).is_some());
    for line in text.lines() {
        let mut line = if is_log { log_prefix(line).unwrap_or(line) } else { line };
        while quoted(line) {
            let rest = line.trim_start().trim_start_matches('>');
            line = rest.strip_prefix(' ').unwrap_or(rest);
        }
        stripped.push_str(line);
        stripped.push('\n');
    }
    if !text.ends_with('\n') {
        stripped.pop();
    }
    stripped
}

/// What follows `name-1  | `.
fn log_prefix(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once('|')?;
    let name = name.trim_end();
    let is_name = !name.is_empty() && name.len() <= 40 && !name.contains([' ', '"', '{']);
    is_name.then(|| rest.strip_prefix(' ').unwrap_or(rest))
}

fn is_quoted_printable(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let escapes = ["=3d", "=20", "=22", "=2e", "=c2=a0", "=0d"];
    lower.contains("quoted-printable") || (text.contains("=\n") && escapes.iter().any(|escape| lower.contains(escape)))
}

/// RFC 2045, section 6.7; a `=` that begins no escape stays.
fn quoted_printable(text: &str) -> Zeroizing<String> {
    escapes_undone(&text.replace("=\n", ""), b'=')
}

/// `%41` becomes `A`; a `%` that begins no escape stays.
fn percent(text: &str) -> Zeroizing<String> {
    escapes_undone(text, b'%')
}

fn escapes_undone(text: &str, mark: u8) -> Zeroizing<String> {
    let mut undone = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if byte == mark
            && let [high, low, behind @ ..] = after
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            undone.push(high << 4 | low);
            rest = behind;
        } else {
            undone.push(byte);
        }
    }
    Zeroizing::new(String::from_utf8_lossy(&undone).into_owned())
}

/// The entities that error pages and mail use.
const ENTITIES: [(&str, char); 7] =
    [("quot", '"'), ("apos", '\''), ("lt", '<'), ("gt", '>'), ("nbsp", ' '), ("amp", '&'), ("colon", ':')];

fn entities(text: &str) -> Zeroizing<String> {
    let mut undone = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        undone.push_str(before);
        // The longest name is short, so the rest of the text is not searched for its end.
        let end = after.bytes().take(9).position(|byte| byte == b';');
        let entity = end.and_then(|end| after.get(..end).zip(after.get(end + 1..)));
        let letter = entity.and_then(|(name, behind)| Some((entity_letter(name)?, behind)));
        if let Some((letter, behind)) = letter {
            undone.push(letter);
            rest = behind;
        } else {
            undone.push('&');
            rest = after;
        }
    }
    undone.push_str(rest);
    undone
}

fn entity_letter(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|letter| !letter.is_control() || *letter == '\n');
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

/// `\"`, `\r\n` and `\u0027` inside a quoted JSON text; other backslashes stay.
fn json_escapes(text: &str) -> Zeroizing<String> {
    let mut undone = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        undone.push_str(before);
        let mut behind = after.chars();
        let (letter, skipped) = match behind.next() {
            Some(quote @ ('"' | '/' | '\\')) => (Some(quote), behind.as_str()),
            Some('r') if behind.as_str().starts_with("\\n") => (None, behind.as_str()),
            Some('n') => (Some('\n'), behind.as_str()),
            Some('t') => (Some('\t'), behind.as_str()),
            Some('u') => match after.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                Some(code) => (char::from_u32(code), after.get(5..).unwrap_or_default()),
                None => (Some('\\'), after),
            },
            _ => (Some('\\'), after),
        };
        undone.extend(letter);
        rest = skipped;
    }
    undone.push_str(rest);
    undone
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_done_to_a_text_is_undone() {
        for (pasted, expected) in [
            ("\u{feff}a\u{a0}b\u{200b}c\r\nd", "a bc\nd"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{201c}x\u{201d}", "\"x\""),
            ("> one\n> two", "one\ntwo"),
            ("> > deep", "deep"),
            ("web-1  | one\nweb-1  | two\n", "one\ntwo\n"),
            ("a | b\nc", "a | b\nc"),
            ("one=\ntwo =3D 1", "onetwo = 1"),
            ("&quot;a&#39;b&#x27;&amp;&unknown;&", "\"a'b'&&unknown;&"),
            ("error%3Dinvalid%5Fclient 100%", "error=invalid_client 100%"),
            (r#"{\"error\":\"a\\r\\nb\u0027\"}"#, "{\"error\":\"a\nb'\"}"),
            (r"\x \", r"\x \"),
        ] {
            assert_eq!(*clean(pasted), *expected, "{pasted:?}");
        }
    }

    #[test]
    fn powershell_files_are_read() {
        let wide: Vec<u8> = "\u{feff}eyJ é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(*text_of(&wide), "eyJ é");
        let wide: Vec<u8> = "\u{feff}eyJ".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(*text_of(&wide), "eyJ");
        assert_eq!(*text_of(b"a\xffb"), "a\u{fffd}b");
    }

    proptest! {
        #[test]
        fn any_text_is_cleaned(text in "[\\PC\\\\%=&;>|\n\"u0-9a-f]{0,80}") {
            let cleaned = clean(&text);
            // An escape may bring a control character back; what is shown of a text is made printable later.
            prop_assert!(cleaned.len() <= text.len() * 4);
        }
    }
}
