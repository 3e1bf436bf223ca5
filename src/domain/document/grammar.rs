//! How the words follow each other: the JSON library's part. Its tree goes no further than `keys`.
//!
//! The words have been checked by `lexer` before, so what the library would wrongly let pass never reaches it. Its
//! errors are put into our words, with the place where a person would mend the text.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::fault::{Container, FaultKind};
use super::lexer::{Found, Kind, Token};

/// Everything that .NET's reader does not take is off.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads the object that the text consists of.
pub(super) fn root<'a>(text: &'a str, tokens: &[Token]) -> Found<Object<'a>> {
    for pair in tokens.windows(2) {
        if let [key, colon] = pair
            && key.kind == Kind::Text
            && colon.kind == Kind::Colon
            && colon.follows_comment
        {
            return Err((FaultKind::CommentBeforeColon, key.end));
        }
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT)
        .map_err(|error| explain(error.kind(), error.range().start, text, tokens))?;
    let start = tokens.first().map_or(0, |token| token.start);
    match parsed.value {
        Some(Value::Object(object)) => Ok(object),
        Some(Value::Array(_)) => Err((FaultKind::RootNotObject("an array"), start)),
        Some(Value::StringLit(_)) => Err((FaultKind::RootNotObject("a text"), start)),
        Some(Value::NumberLit(_)) => Err((FaultKind::RootNotObject("a number"), start)),
        Some(Value::BooleanLit(_)) => Err((FaultKind::RootNotObject("true or false"), start)),
        Some(Value::NullKeyword(_)) => Err((FaultKind::RootNotObject("null"), start)),
        None => Err((FaultKind::Unexpected, start)),
    }
}

/// The library's error in our words, and where to mend it.
fn explain(kind: &ParseErrorKind, start: usize, text: &str, tokens: &[Token]) -> (FaultKind, usize) {
    let index = tokens.partition_point(|token| token.start < start);
    let (before, after) = tokens.split_at_checked(index).unwrap_or((tokens, &[]));
    let end_of_previous = before.last().map_or(start, |token| token.end);
    let unclosed = |container| {
        let line = text.get(..start).unwrap_or("").matches('\n').count() + 1;
        let end = tokens.last().map_or(start, |token| token.end);
        (FaultKind::Unclosed { container, line }, end)
    };
    match kind {
        ParseErrorKind::ExpectedComma => (FaultKind::MissingComma(innermost(before)), start),
        ParseErrorKind::ExpectedColonAfterObjectKey => (FaultKind::MissingColon, end_of_previous),
        ParseErrorKind::ExpectedObjectValue => (FaultKind::MissingValue, end_of_previous),
        ParseErrorKind::UnterminatedObject => unclosed(Container::Object),
        ParseErrorKind::UnterminatedArray => unclosed(Container::Array),
        ParseErrorKind::MultipleRootJsonValues => (FaultKind::AfterEnd, start),
        // All others say that a word stands where it does not belong.
        _ => match after.first() {
            Some(token) => misplaced(*token, before),
            None => (FaultKind::Unexpected, start),
        },
    }
}

/// What is wrong with a word that cannot stand after those before it.
fn misplaced(token: Token, before: &[Token]) -> (FaultKind, usize) {
    let Some(previous) = before.last() else { return (FaultKind::Unexpected, token.start) };
    if previous.kind == Kind::Colon {
        return (FaultKind::MissingValue, previous.end);
    }
    match token.kind {
        Kind::Comma => (FaultKind::ExtraComma, token.start),
        Kind::CloseBrace | Kind::CloseBracket => (FaultKind::WrongBracket(innermost(before)), token.start),
        Kind::Colon => (FaultKind::MissingKey, token.start),
        Kind::OpenBrace | Kind::OpenBracket | Kind::Text | Kind::Number | Kind::Literal => match previous.kind {
            Kind::OpenBrace | Kind::OpenBracket | Kind::Comma | Kind::Colon => (FaultKind::MissingKey, token.start),
            Kind::CloseBrace | Kind::CloseBracket | Kind::Text | Kind::Number | Kind::Literal => {
                (FaultKind::MissingComma(innermost(before)), previous.end)
            }
        },
    }
}

/// What is still open after these words.
fn innermost(tokens: &[Token]) -> Container {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::OpenBrace => open.push(Container::Object),
            Kind::OpenBracket => open.push(Container::Array),
            Kind::CloseBrace | Kind::CloseBracket => {
                open.pop();
            }
            Kind::Comma | Kind::Colon | Kind::Text | Kind::Number | Kind::Literal => {}
        }
    }
    open.pop().unwrap_or(Container::Object)
}
