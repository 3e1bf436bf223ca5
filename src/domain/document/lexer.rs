//! The words of JSON as .NET's reader takes them: strict RFC 8259, plus comments, at most 64 levels deep.
//!
//! It finds the faults inside of words, which are also the ones with the clearest place: a text that is not closed is
//! reported where it begins. How the words follow each other is the matter of `grammar`.

use super::fault::FaultKind;

/// The deepest nesting that `JsonDocument` reads.
const MAXIMUM_DEPTH: usize = 64;

/// A fault and the byte where it is.
pub(super) type Found<T> = Result<T, (FaultKind, usize)>;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Colon,
    Text,
    Number,
    Literal,
}

/// One word of the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a comment stands between the previous word and this one.
    pub(super) follows_comment: bool,
}

/// Splits the text into words.
pub(super) fn tokens(text: &str) -> Found<Vec<Token>> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    loop {
        let follows_comment = lexer.skip_trivia()?;
        let start = lexer.at;
        let Some(byte) = lexer.peek() else { return Ok(tokens) };
        let kind = lexer.word(byte)?;
        match kind {
            Kind::OpenBrace | Kind::OpenBracket => depth += 1,
            Kind::CloseBrace | Kind::CloseBracket => depth = depth.saturating_sub(1),
            Kind::Comma | Kind::Colon | Kind::Text | Kind::Number | Kind::Literal => {}
        }
        if depth > MAXIMUM_DEPTH {
            return Err((FaultKind::TooDeep, start));
        }
        tokens.push(Token { kind, start, end: lexer.at, follows_comment });
    }
}

/// Where the white space and comments that begin at `at` end.
pub(super) fn after_trivia(text: &str, at: usize) -> usize {
    let mut lexer = Lexer { text, at };
    // The text has been read before, so its comments are closed.
    match lexer.skip_trivia() {
        Ok(_) => lexer.at,
        Err((_, place)) => place,
    }
}

/// Where the comment that begins at `at` ends, if one does.
pub(super) fn after_comment(text: &str, at: usize) -> Option<usize> {
    let mut lexer = Lexer { text, at };
    lexer.skip_comment().ok().filter(|skipped| *skipped).map(|_| lexer.at)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.peek_after(0)
    }

    fn peek_after(&self, distance: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at.saturating_add(distance)).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - start
    }

    /// Skips white space and comments; tells whether there was a comment.
    fn skip_trivia(&mut self) -> Found<bool> {
        let mut commented = false;
        loop {
            self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            if !self.skip_comment()? {
                return Ok(commented);
            }
            commented = true;
        }
    }

    fn skip_comment(&mut self) -> Found<bool> {
        let start = self.at;
        match (self.peek(), self.peek_after(1)) {
            (Some(b'/'), Some(b'/')) => {
                self.skip_while(|byte| !matches!(byte, b'\r' | b'\n'));
                let comment = self.text.get(start..self.at).unwrap_or("");
                match comment.find(['\u{2028}', '\u{2029}']) {
                    Some(place) => Err((FaultKind::SeparatorInComment, start + place)),
                    None => Ok(true),
                }
            }
            (Some(b'/'), Some(b'*')) => {
                self.at += 2;
                match self.rest().find("*/") {
                    Some(length) => {
                        self.at += length + 2;
                        Ok(true)
                    }
                    None => Err((FaultKind::UnclosedComment, start)),
                }
            }
            _ => Ok(false),
        }
    }

    fn word(&mut self, first: u8) -> Found<Kind> {
        let kind = match first {
            b'{' => Kind::OpenBrace,
            b'}' => Kind::CloseBrace,
            b'[' => Kind::OpenBracket,
            b']' => Kind::CloseBracket,
            b',' => Kind::Comma,
            b':' => Kind::Colon,
            b'"' => return self.text(),
            b'-' | b'+' | b'.' | b'0'..=b'9' => return self.number(),
            _ => return self.literal(),
        };
        self.at += 1;
        Ok(kind)
    }

    fn text(&mut self) -> Found<Kind> {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip_while(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Kind::Text);
                }
                Some(b'\\') => self.escape()?,
                Some(b'\n' | b'\r') | None => return Err((FaultKind::UnclosedText, start)),
                Some(_) => return Err((FaultKind::ControlCharacter, self.at)),
            }
        }
    }

    fn escape(&mut self) -> Found<()> {
        let start = self.at;
        match self.peek_after(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => match self.code_unit(start)? {
                0xD800..=0xDBFF if self.rest().starts_with("\\u") => match self.code_unit(self.at)? {
                    0xDC00..=0xDFFF => Ok(()),
                    _ => Err((FaultKind::LoneSurrogate, start)),
                },
                0xD800..=0xDFFF => Err((FaultKind::LoneSurrogate, start)),
                _ => Ok(()),
            },
            _ => Err((FaultKind::BadEscape, start)),
        }
    }

    /// Reads `\uXXXX` and moves past it.
    fn code_unit(&mut self, start: usize) -> Found<u16> {
        let digits = self.text.get(start + 2..start + 6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        self.at = start + 6;
        unit.ok_or((FaultKind::BadEscape, start))
    }

    fn number(&mut self) -> Found<Kind> {
        let start = self.at;
        let bad = Err((FaultKind::BadNumber, start));
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.skip_while(|byte| byte.is_ascii_digit());
        if whole == 0 || leading_zero && whole > 1 {
            return bad;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.skip_while(|byte| byte.is_ascii_digit()) == 0 {
                return bad;
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.skip_while(|byte| byte.is_ascii_digit()) == 0 {
                return bad;
            }
        }
        // A GUID without quotes begins like a number.
        if self.peek().is_some_and(is_bare) { bad } else { Ok(Kind::Number) }
    }

    fn literal(&mut self) -> Found<Kind> {
        let start = self.at;
        self.skip_while(is_bare);
        let word = self.text.get(start..self.at).unwrap_or("");
        if matches!(word, "true" | "false" | "null") {
            return Ok(Kind::Literal);
        }
        for literal in ["true", "false", "null"] {
            if word.eq_ignore_ascii_case(literal) {
                return Err((FaultKind::LiteralCase(literal), start));
            }
        }
        let fault = match self.text.get(start..).and_then(|rest| rest.chars().next()) {
            Some('\u{FEFF}') => FaultKind::SecondByteOrderMark,
            Some('\'' | '`' | '\u{2018}'..='\u{201F}' | '\u{AB}' | '\u{BB}') => FaultKind::ForeignQuote,
            Some('#') => FaultKind::HashComment,
            Some(space) if space.is_whitespace() || space == '\u{200B}' => FaultKind::ForeignSpace,
            Some(letter) if letter.is_alphanumeric() || matches!(letter, '_' | '$' | '@' | '~') => FaultKind::BareWord,
            _ => FaultKind::UnexpectedCharacter,
        };
        Err((fault, start))
    }
}

/// Whether a byte can go on in a word without quotes: neither white space nor of JSON's own.
fn is_bare(byte: u8) -> bool {
    !(byte <= b' ' || matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<(FaultKind, usize)> {
        tokens(text).err()
    }

    #[test]
    fn words_have_their_places() {
        let found = tokens(" {\"a\" /* b */ : -1.5e+3, // c\n} ").expect("it is JSON");
        let places: Vec<_> = found.iter().map(|token| (token.kind, token.start, token.end)).collect();
        assert_eq!(
            places,
            [
                (Kind::OpenBrace, 1, 2),
                (Kind::Text, 2, 5),
                (Kind::Colon, 14, 15),
                (Kind::Number, 16, 23),
                (Kind::Comma, 23, 24),
                (Kind::CloseBrace, 30, 31),
            ]
        );
        let commented: Vec<_> = found.iter().map(|token| token.follows_comment).collect();
        assert_eq!(commented, [false, false, true, false, false, true]);
    }

    #[test]
    fn numbers_are_strict() {
        for good in ["0", "-0", "10", "1.50", "1E400", "1e-3", "-12.5e+10"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["01", "+1", "1.", ".5", "1e", "1e+", "-", "0x1", "-a", "1a", "8f3c2a1e-0000", "00"] {
            assert_eq!(fault(bad), Some((FaultKind::BadNumber, 0)), "{bad}");
        }
    }

    #[test]
    fn escapes_are_strict() {
        for good in [r#""\"\\\/\b\f\n\r\t""#, r#""\u00e9""#, r#""\ud83d\ude00""#, r#""\u0000""#] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [r#""\x41""#, r#""\u00g0""#, r#""\u12""#, r#""\d""#, "\"\\\u{e9}\"", "\"\\u00\u{e9}\""] {
            assert_eq!(fault(bad), Some((FaultKind::BadEscape, 1)), "{bad}");
        }
        for lone in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#""\ud83dx""#] {
            assert_eq!(fault(lone), Some((FaultKind::LoneSurrogate, 1)), "{lone}");
        }
    }

    #[test]
    fn an_unknown_thing_has_a_name() {
        let cases = [
            ("True", FaultKind::LiteralCase("true")),
            ("NaN", FaultKind::BareWord),
            ("truely", FaultKind::BareWord),
            ("'a'", FaultKind::ForeignQuote),
            ("\u{201c}a\u{201d}", FaultKind::ForeignQuote),
            ("\u{a0}1", FaultKind::ForeignSpace),
            ("\u{b}", FaultKind::ForeignSpace),
            ("\u{feff}", FaultKind::SecondByteOrderMark),
            ("# a", FaultKind::HashComment),
            ("\0", FaultKind::UnexpectedCharacter),
            ("/ a", FaultKind::UnexpectedCharacter),
            ("/* a", FaultKind::UnclosedComment),
            ("/*/", FaultKind::UnclosedComment),
            ("\"a", FaultKind::UnclosedText),
            ("\"a\n\"", FaultKind::UnclosedText),
        ];
        for (text, kind) in cases {
            assert_eq!(fault(text), Some((kind, 0)), "{text:?}");
        }
        assert_eq!(fault("\"a\tb\""), Some((FaultKind::ControlCharacter, 2)));
        assert_eq!(fault("// a\u{2028}b"), Some((FaultKind::SeparatorInComment, 4)));
    }

    #[test]
    fn nesting_ends_at_sixty_four() {
        assert_eq!(fault(&"[".repeat(64)), None);
        assert_eq!(fault(&"[".repeat(100_000)), Some((FaultKind::TooDeep, 64)));
    }
}
