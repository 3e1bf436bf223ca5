//! What comes along with a pasted value and does not belong to it.
//!
//! Nothing is taken out silently: [`Cleaned`] says what went, in words for the screen, and the caller keeps the paste
//! as it came for the undo key. A password is its owner's own text, so of it only the line ends at its end go by
//! themselves; everything else is named first and goes by [`Cleaned::clean_more`].

use super::secret::Secret;
use super::setting::{Kind, SettingName};
use super::text::{is_bidi_control, is_line_break, is_zero_width};

/// Pairs of quotes that a value may be pasted in.
const QUOTES: [(char, char); 5] =
    [('"', '"'), ('\'', '\''), ('\u{201C}', '\u{201D}'), ('\u{2018}', '\u{2019}'), ('`', '`')];

/// A kind of thing that was taken out of a paste, with how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// Quotes around the value.
    Quotes,
    /// The comma that follows a quoted value in JSON.
    Comma,
    /// Line ends, CR LF counted once; the white space around one inside the value goes with it.
    LineBreaks(usize),
    /// Spaces that look like a space and are none (U+00A0, U+2007, U+202F).
    NoBreakSpaces(usize),
    /// Characters without a width: zero-width spaces, byte order mark, direction marks.
    ZeroWidth(usize),
    /// Control characters, tabs inside the value among them.
    Controls(usize),
    /// White space before the value.
    LeadingSpace,
    /// White space behind the value.
    TrailingSpace,
}

impl Removed {
    /// Returns the words for the screen, as part of a list.
    pub fn words(self) -> String {
        match self {
            Self::Quotes => "surrounding quotes".to_owned(),
            Self::Comma => "a comma".to_owned(),
            Self::LineBreaks(count) => counted(count, "a line break", "line breaks"),
            Self::NoBreakSpaces(count) => counted(count, "a no-break space", "no-break spaces"),
            Self::ZeroWidth(count) => counted(count, "a zero-width character", "zero-width characters"),
            Self::Controls(count) => counted(count, "a control character", "control characters"),
            Self::LeadingSpace => "white space at the start".to_owned(),
            Self::TrailingSpace => "white space at the end".to_owned(),
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { one.to_owned() } else { format!("{count} {many}") }
}

fn list(removed: &[Removed]) -> String {
    removed.iter().map(|removed| removed.words()).collect::<Vec<_>>().join(", ")
}

/// A paste with what does not belong to it taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The value.
    pub text: Secret,
    /// What was taken out.
    pub removed: Vec<Removed>,
    /// What is still in it and looks like an accident; only ever of a password.
    pub suspicious: Vec<Removed>,
}

impl Cleaned {
    /// Returns the sentence that says what was taken out and which key brings it back; none when nothing was.
    pub fn note(&self, undo_key: &str) -> Option<String> {
        (!self.removed.is_empty())
            .then(|| format!("Taken out of the paste: {}. {undo_key} brings it back.", list(&self.removed)))
    }

    /// Returns the sentence that says what a password still holds and which key takes it out; none when nothing.
    pub fn suspicion(&self, clean_key: &str) -> Option<String> {
        (!self.suspicious.is_empty())
            .then(|| format!("The password has {}. {clean_key} takes it out.", list(&self.suspicious)))
    }

    /// Takes out what is suspicious too.
    #[must_use]
    pub fn clean_more(self) -> Self {
        if self.suspicious.is_empty() {
            return self;
        }
        clean_value(self.text.expose())
    }
}

/// Takes out of a paste into the field of that setting what does not belong to the value.
pub fn clean(name: SettingName, pasted: &str) -> Cleaned {
    match name.setting().kind {
        Kind::Plain | Kind::ClientSecret => clean_value(pasted),
        Kind::Password => clean_password(pasted),
    }
}

fn clean_password(pasted: &str) -> Cleaned {
    let text = pasted.trim_end_matches(is_line_break);
    let ends = pasted.strip_prefix(text).map_or(0, count_line_breaks);
    let removed = if ends == 0 { Vec::new() } else { vec![Removed::LineBreaks(ends)] };
    Cleaned { text: Secret::new(text), removed, suspicious: clean_value(text).removed }
}

fn count_line_breaks(text: &str) -> usize {
    let breaks = text.chars().filter(|c| is_line_break(*c)).count();
    breaks - text.matches("\r\n").count()
}

#[derive(Default)]
struct Counts {
    line_breaks: usize,
    no_break_spaces: usize,
    zero_width: usize,
    controls: usize,
    quotes: usize,
    commas: usize,
    leading: usize,
    trailing: usize,
}

impl Counts {
    fn removed(&self) -> Vec<Removed> {
        let some = |count: usize, removed: fn(usize) -> Removed| (count > 0).then(|| removed(count));
        [
            some(self.quotes, |_| Removed::Quotes),
            some(self.commas, |_| Removed::Comma),
            some(self.line_breaks, Removed::LineBreaks),
            some(self.no_break_spaces, Removed::NoBreakSpaces),
            some(self.zero_width, Removed::ZeroWidth),
            some(self.controls, Removed::Controls),
            some(self.leading, |_| Removed::LeadingSpace),
            some(self.trailing, |_| Removed::TrailingSpace),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn clean_value(pasted: &str) -> Cleaned {
    let mut counts = Counts { line_breaks: count_line_breaks(pasted), ..Counts::default() };
    let visible = without_invisible(pasted, &mut counts);
    let joined = join_lines(visible.expose());
    let bare = unwrap_quotes(joined.expose(), &mut counts);
    counts.controls += bare.matches('\t').count();
    let mut text = String::with_capacity(bare.len());
    text.extend(bare.chars().filter(|c| *c != '\t'));
    Cleaned { text: Secret::new(text), removed: counts.removed(), suspicious: Vec::new() }
}

/// Takes out and counts what cannot be seen; leaves line breaks, tabs and spaces.
fn without_invisible(pasted: &str, counts: &mut Counts) -> Secret {
    // As large as the paste from the start: growing would leave copies behind that nobody wipes.
    let mut visible = String::with_capacity(pasted.len());
    for c in pasted.chars() {
        if is_line_break(c) || c == '\t' {
            visible.push(c);
        } else if matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}') {
            counts.no_break_spaces += 1;
        } else if is_zero_width(c) || is_bidi_control(c) {
            counts.zero_width += 1;
        } else if c.is_control() {
            counts.controls += 1;
        } else {
            visible.push(c);
        }
    }
    Secret::new(visible)
}

/// Joins the lines of a value that was wrapped where it was copied: white space at an inner break is indentation.
/// At the outer ends it stays, for the trimming that counts it.
fn join_lines(text: &str) -> Secret {
    let mut joined = String::with_capacity(text.len());
    let outer = text.trim();
    let Some(start) = text.find(outer) else { return Secret::new(joined) };
    let (before, rest) = text.split_at_checked(start).unwrap_or(("", text));
    let after = rest.strip_prefix(outer).unwrap_or("");
    joined.extend(before.chars().filter(|c| !is_line_break(*c)));
    if outer.contains(is_line_break) {
        outer.split(is_line_break).for_each(|line| joined.push_str(line.trim()));
    } else {
        joined.push_str(outer);
    }
    joined.extend(after.chars().filter(|c| !is_line_break(*c)));
    Secret::new(joined)
}

/// Trims white space and pairs of quotes until neither is left, so that cleaning twice is cleaning once.
fn unwrap_quotes<'t>(text: &'t str, counts: &mut Counts) -> &'t str {
    let mut bare = text;
    loop {
        let from_start = bare.trim_start();
        counts.leading += bare.len() - from_start.len();
        let trimmed = from_start.trim_end();
        counts.trailing += from_start.len() - trimmed.len();
        bare = trimmed;
        if let Some(inner) = inside_quotes(bare) {
            counts.quotes += 1;
            bare = inner;
        } else if let Some(inner) = bare.strip_suffix(',').and_then(|rest| inside_quotes(rest.trim_end())) {
            counts.quotes += 1;
            counts.commas += 1;
            bare = inner;
        } else {
            return bare;
        }
    }
}

fn inside_quotes(text: &str) -> Option<&str> {
    QUOTES.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(name: SettingName, pasted: &str) -> (String, Vec<Removed>) {
        let cleaned = clean(name, pasted);
        (cleaned.text.expose().to_owned(), cleaned.removed)
    }

    #[test]
    fn a_value_from_json_loses_its_quotes_and_comma() {
        assert_eq!(
            cleaned(SettingName::ClientSecret, "\"abc~1\",\r\n"),
            ("abc~1".to_owned(), vec![Removed::Quotes, Removed::Comma, Removed::LineBreaks(1)])
        );
        assert_eq!(cleaned(SettingName::ClientId, "“id”"), ("id".to_owned(), vec![Removed::Quotes]));
        assert_eq!(cleaned(SettingName::ClientId, "`id`"), ("id".to_owned(), vec![Removed::Quotes]));
    }

    #[test]
    fn lone_quotes_and_commas_stay() {
        assert_eq!(cleaned(SettingName::ClientId, "a,"), ("a,".to_owned(), vec![]));
        assert_eq!(cleaned(SettingName::ClientId, "\"a"), ("\"a".to_owned(), vec![]));
        assert_eq!(cleaned(SettingName::ClientId, "\""), ("\"".to_owned(), vec![]));
    }

    #[test]
    fn a_wrapped_value_is_joined() {
        assert_eq!(
            cleaned(SettingName::ClientId, "1b4e28ba-2fa1-\n    41d2-883f-0016d3cca427 \n"),
            ("1b4e28ba-2fa1-41d2-883f-0016d3cca427".to_owned(), vec![Removed::LineBreaks(2), Removed::TrailingSpace])
        );
    }

    #[test]
    fn invisible_characters_go_and_are_named() {
        let cleaned = clean(SettingName::AppTenantId, "\u{feff} contoso\u{a0}.com\u{200b}\x1b");
        assert_eq!(cleaned.text.expose(), "contoso.com");
        assert_eq!(
            cleaned.note("u").as_deref(),
            Some(
                "Taken out of the paste: a no-break space, 2 zero-width characters, a control character, \
                 white space at the start. u brings it back."
            )
        );
        assert_eq!(clean(SettingName::AppTenantId, "contoso.com").note("u"), None);
    }

    #[test]
    fn a_password_keeps_everything_but_its_line_ends() {
        let cleaned = clean(SettingName::Password, " \"pass\u{a0}word\" \r\n\r\n");
        assert_eq!(cleaned.text.expose(), " \"pass\u{a0}word\" ");
        assert_eq!(cleaned.removed, [Removed::LineBreaks(2)]);
        assert_eq!(
            cleaned.suspicion("x").as_deref(),
            Some(
                "The password has surrounding quotes, a no-break space, white space at the start, \
                 white space at the end. x takes it out."
            )
        );
        let more = cleaned.clean_more();
        assert_eq!(more.text.expose(), "password");
        assert_eq!(more.suspicion("x"), None);
    }

    #[test]
    fn a_plain_password_is_not_suspicious() {
        let cleaned = clean(SettingName::Password, "correct horse'");
        assert_eq!((cleaned.removed.len(), cleaned.suspicious.len()), (0, 0));
    }

    fn any_name() -> impl Strategy<Value = SettingName> {
        prop::sample::select(&SettingName::ALL[..])
    }

    fn any_paste() -> impl Strategy<Value = String> {
        r#"([a-z]|["'`“”‘’,]|[ \t\n\r]|\u{a0}|\u{200b}|\u{202e}|\PC|\x1b){0,16}"#
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(name in any_name(), pasted in any_paste()) {
            let once = clean(name, &pasted);
            let twice = clean(name, once.text.expose());
            prop_assert_eq!(&twice.text, &once.text);
            prop_assert_eq!(twice.removed, vec![]);
        }

        #[test]
        fn a_changed_paste_says_so(name in any_name(), pasted in any_paste()) {
            let cleaned = clean(name, &pasted);
            prop_assert_eq!(cleaned.removed.is_empty(), cleaned.text.expose() == pasted);
        }

        #[test]
        fn nothing_invisible_is_left(name in any_name(), pasted in any_paste()) {
            let cleaned = clean(name, &pasted).clean_more();
            let text = cleaned.text.expose();
            prop_assert!(!text.chars().any(|c| c.is_control() || is_zero_width(c) || is_bidi_control(c)), "{text:?}");
            prop_assert_eq!(text.trim(), text);
        }

        #[test]
        fn plain_text_is_left_alone(name in any_name(), pasted in "[a-zA-Z0-9~._:/{}@-]{0,60}") {
            let cleaned = clean(name, &pasted);
            prop_assert_eq!(cleaned.text.expose(), pasted);
            prop_assert_eq!(cleaned.removed.len() + cleaned.suspicious.len(), 0);
        }
    }
}
