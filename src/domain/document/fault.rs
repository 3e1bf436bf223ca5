//! What is wrong with a settings file, in words and with its place.

use super::excerpt::Excerpt;

/// Why a settings file cannot be read as .NET reads it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// There is nothing but white space and comments in it.
    #[error("the file is empty: it needs at least {{}}")]
    Empty,
    /// It is not in UTF-8; the field names the encoding.
    #[error("the file is in {0}; only UTF-8 is edited here: save it as UTF-8 in an editor, and try again")]
    Encoding(&'static str),
    /// Something at a certain place is wrong.
    #[error("{0}")]
    Fault(Box<Fault>),
}

impl DocumentError {
    /// Returns one sentence without a full stop; it begins with the place if there is one.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// Returns the line at fault and a line with a caret below it, or nothing when there is no place.
    ///
    /// Both are at most 76 columns wide and free of control characters; what may be a secret is starred.
    pub fn caret(&self) -> Vec<String> {
        match self {
            Self::Fault(fault) => fault.excerpt.lines(),
            Self::Empty | Self::Encoding(_) => Vec::new(),
        }
    }

    /// Returns the fault with its place, if there is one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Empty | Self::Encoding(_) => None,
        }
    }

    pub(super) fn at(text: &str, kind: FaultKind, place: usize) -> Self {
        Self::Fault(Box::new(Fault { kind, excerpt: Excerpt::new(text, place) }))
    }
}

/// A fault at a place. It holds no secret: its excerpt is masked when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    excerpt: Excerpt,
}

impl Fault {
    /// Returns the line, counted from 1.
    pub fn line(&self) -> usize {
        self.excerpt.line
    }

    /// Returns the column in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.excerpt.column
    }

    /// Returns the line at fault as it may be shown: clipped, masked, without control characters.
    pub fn source_line(&self) -> &str {
        &self.excerpt.shown
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line(), self.column(), self.kind)
    }
}

/// What holds members or elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// `{ … }` with members.
    Object,
    /// `[ … ]` with elements.
    Array,
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Two members or elements without a comma between them.
    MissingComma(Container),
    /// A comma where a member, element or value has to begin.
    ExtraComma,
    /// A key without its colon.
    MissingColon,
    /// A colon without a value.
    MissingValue,
    /// Something else where a key has to begin.
    MissingKey,
    /// A comment between a key and its colon.
    CommentBeforeColon,
    /// The text ends before the bracket is closed.
    Unclosed {
        /// What is open.
        container: Container,
        /// The line in which it begins.
        line: usize,
    },
    /// A closing bracket of the other kind; the field tells what is open.
    WrongBracket(Container),
    /// Something after the end of the object.
    AfterEnd,
    /// The whole is not an object; the field tells what it is.
    RootNotObject(&'static str),
    /// More than 64 levels.
    TooDeep,
    /// A text without its closing quote on the same line.
    UnclosedText,
    /// A tab or another control character inside a text.
    ControlCharacter,
    /// A backslash before something that cannot be escaped.
    BadEscape,
    /// Half of a surrogate pair, which is no character.
    LoneSurrogate,
    /// A number that JSON does not know, or a word that begins like one.
    BadNumber,
    /// A word without quotes.
    BareWord,
    /// `True`, `False` or `Null` in the wrong case; the field has the right one.
    LiteralCase(&'static str),
    /// A quote other than `"`.
    ForeignQuote,
    /// White space that JSON does not know, such as a no-break space.
    ForeignSpace,
    /// A byte order mark that is not at the start of the file.
    SecondByteOrderMark,
    /// A comment without its end.
    UnclosedComment,
    /// U+2028 or U+2029 in a `//` comment.
    SeparatorInComment,
    /// `#` as if it began a comment.
    HashComment,
    /// A character that cannot begin anything.
    UnexpectedCharacter,
    /// Something that cannot stand there.
    Unexpected,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A key that is there already, ignoring case.
    Duplicate {
        /// The key, with the names of the sections around it, in the spelling of the second one.
        key: String,
        /// The line of the first one.
        first_line: usize,
    },
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // None of these quotes the text around the fault: a word without quotes may be the secret.
        let words = match self {
            Self::MissingComma(Container::Object) => "a comma is missing between two members",
            Self::MissingComma(Container::Array) => "a comma is missing between two elements",
            Self::ExtraComma => "there is a comma too many",
            Self::MissingColon => "a colon is missing after the key",
            Self::MissingValue => "a value is missing after the colon",
            Self::MissingKey => "a key in double quotes is missing here",
            Self::CommentBeforeColon => "a comment stands between a key and its colon, which .NET refuses",
            Self::Unclosed { container: Container::Object, line } => {
                return write!(f, "the file ends, but the {{ of line {line} is not closed");
            }
            Self::Unclosed { container: Container::Array, line } => {
                return write!(f, "the file ends, but the [ of line {line} is not closed");
            }
            Self::WrongBracket(Container::Object) => "] stands where } has to close the object",
            Self::WrongBracket(Container::Array) => "} stands where ] has to close the array",
            Self::AfterEnd => "something follows after the end of the JSON value",
            Self::RootNotObject(what) => return write!(f, "the file must be an object in {{ }}, but it is {what}"),
            Self::TooDeep => "the nesting is deeper than 64 levels",
            Self::UnclosedText => "the text that begins here is not closed on its line: a double quote is missing",
            Self::ControlCharacter => "a tab or another control character stands in a text: write a tab as \\t",
            Self::BadEscape => "the backslash begins no escape of JSON: write a backslash itself as \\\\",
            Self::LoneSurrogate => "the escape is half of a surrogate pair, which is no character",
            Self::BadNumber => "this is no number of JSON: a text needs double quotes around it",
            Self::BareWord => "a word stands without double quotes",
            Self::LiteralCase(literal) => return write!(f, "this has to be written {literal}, in small letters"),
            Self::ForeignQuote => "this quote is not the double quote \" that JSON needs",
            Self::ForeignSpace => "an invisible character stands here that is no white space of JSON: delete it",
            Self::SecondByteOrderMark => "a byte order mark stands here, inside of the text: delete it",
            Self::UnclosedComment => "the comment that begins here is not closed by */",
            Self::SeparatorInComment => "an invisible line separator stands in a // comment: delete it",
            Self::HashComment => "# begins no comment here: write //",
            Self::UnexpectedCharacter => "this character cannot stand here",
            Self::Unexpected => "this cannot stand here",
            Self::NotUtf8 => {
                "a character is not in UTF-8, and .NET would damage it without a word: save the file as UTF-8"
            }
            Self::Duplicate { key, first_line } => {
                let key: String = key.chars().filter(|c| super::excerpt::is_visible(*c)).take(60).collect();
                return write!(f, "the key \"{key}\" is on line {first_line} already; .NET ignores case in keys");
            }
        };
        f.write_str(words)
    }
}
