//! Pastes: every character that is missing was named, and everything can be brought back.

use proptest::prelude::*;
use token_wizard::domain::paste::{Removed, clean};
use token_wizard::domain::setting::{SETTINGS, SettingName, Values};
use token_wizard::domain::text::{is_bidi_control, is_line_break, is_zero_width};
use token_wizard::steps::form::Form;

use crate::nasty;

const NO_BREAK_SPACES: [char; 3] = ['\u{a0}', '\u{2007}', '\u{202f}'];
const QUOTES: [char; 7] = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];

fn any_paste() -> impl Strategy<Value = String> {
    let wrapped = (
        r#"[ \t\r\n\u{a0}\u{200b}\u{3000}"'`“‘,]{0,5}"#,
        nasty::text(6),
        r#"[ \t\r\n\u{a0}\u{200b}\u{3000}"'`”’,]{0,5}"#,
    )
        .prop_map(|(before, text, after)| format!("{before}{text}{after}"));
    prop_oneof![2 => wrapped, 1 => nasty::text(10), 1 => any::<String>()]
}

fn but_password() -> impl Strategy<Value = SettingName> {
    let names: Vec<_> = SettingName::ALL.into_iter().filter(|name| *name != SettingName::Password).collect();
    prop::sample::select(names)
}

/// What a character is, seen by itself: the places of white space, quotes and commas decide whether they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    LineBreak,
    NoBreakSpace,
    ZeroWidth,
    Control,
    Space,
    Quote,
    Comma,
    Plain,
}

fn class(c: char) -> Class {
    match c {
        _ if is_line_break(c) => Class::LineBreak,
        _ if NO_BREAK_SPACES.contains(&c) => Class::NoBreakSpace,
        _ if is_zero_width(c) || is_bidi_control(c) => Class::ZeroWidth,
        '\t' => Class::Space,
        _ if c.is_control() => Class::Control,
        _ if c.is_whitespace() => Class::Space,
        _ if QUOTES.contains(&c) => Class::Quote,
        ',' => Class::Comma,
        _ => Class::Plain,
    }
}

fn count(text: &str, wanted: Class) -> usize {
    text.chars().filter(|c| class(*c) == wanted).count()
}

fn only(text: &str, wanted: Class) -> String {
    text.chars().filter(|c| class(*c) == wanted).collect()
}

fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|c| rest.any(|other| other == c))
}

proptest! {
    #![proptest_config(nasty::cases(1024))]

    #[test]
    fn every_character_that_is_missing_is_named(name in but_password(), pasted in any_paste()) {
        let cleaned = clean(name, &pasted);
        let text = cleaned.text.expose();
        let removed = &cleaned.removed;
        prop_assert!(is_subsequence(text, &pasted), "{text:?} of {pasted:?}");
        prop_assert_eq!(only(text, Class::Plain), only(&pasted, Class::Plain), "plain characters stay");
        for gone in [Class::LineBreak, Class::NoBreakSpace, Class::ZeroWidth, Class::Control] {
            prop_assert_eq!(count(text, gone), 0, "{:?} in {:?}", gone, text);
        }
        prop_assert!(!text.contains('\t') && text.trim() == text, "{text:?}");

        let counted = |pick: fn(&Removed) -> Option<usize>| removed.iter().find_map(pick).unwrap_or(0);
        let breaks = count(&pasted, Class::LineBreak) - pasted.matches("\r\n").count();
        prop_assert_eq!(counted(|r| if let Removed::LineBreaks(n) = r { Some(*n) } else { None }), breaks);
        let spaces = count(&pasted, Class::NoBreakSpace);
        prop_assert_eq!(counted(|r| if let Removed::NoBreakSpaces(n) = r { Some(*n) } else { None }), spaces);
        let hidden = count(&pasted, Class::ZeroWidth);
        prop_assert_eq!(counted(|r| if let Removed::ZeroWidth(n) = r { Some(*n) } else { None }), hidden);
        let controls = count(&pasted, Class::Control);
        let tabs = pasted.matches('\t').count();
        let told = counted(|r| if let Removed::Controls(n) = r { Some(*n) } else { None });
        prop_assert!((controls..=controls + tabs).contains(&told), "{removed:?} of {pasted:?}");

        // Quotes go in pairs, commas only with quotes, spaces only at an end or at a line break.
        let quotes = count(&pasted, Class::Quote) - count(text, Class::Quote);
        prop_assert_eq!(quotes % 2, 0);
        prop_assert_eq!(removed.contains(&Removed::Quotes), quotes > 0);
        let commas = count(&pasted, Class::Comma) - count(text, Class::Comma);
        prop_assert_eq!(removed.contains(&Removed::Comma), commas > 0);
        prop_assert!(commas * 2 <= quotes);
        let white = count(&pasted, Class::Space) - count(text, Class::Space);
        let outer = removed.contains(&Removed::LeadingSpace) || removed.contains(&Removed::TrailingSpace);
        if white > 0 {
            prop_assert!(outer || breaks > 0 || told > controls, "{removed:?} does not say that spaces went: {pasted:?}");
        }
    }

    #[test]
    fn the_note_is_there_when_something_is_missing(pasted in any_paste()) {
        for name in SettingName::ALL {
            let cleaned = clean(name, &pasted);
            let is_whole = cleaned.text.expose() == pasted;
            prop_assert_eq!(cleaned.note("u").is_none(), is_whole);
            prop_assert_eq!(cleaned.suspicion("x").is_none(), cleaned.suspicious.is_empty());
            for words in cleaned.note("u").iter().chain(&cleaned.suspicion("x")) {
                prop_assert!(words.ends_with('.') && !words.chars().any(char::is_control) && words.len() < 260, "{words}");
            }
            let again = clean(name, cleaned.text.expose());
            prop_assert_eq!((&again.text, again.removed.len()), (&cleaned.text, 0));
        }
    }

    #[test]
    fn of_a_password_only_line_ends_at_its_end_go(pasted in any_paste()) {
        let cleaned = clean(SettingName::Password, &pasted);
        let text = cleaned.text.expose().to_owned();
        let ends = pasted.strip_prefix(text.as_str()).expect("a password is a beginning of its paste");
        prop_assert!(ends.chars().all(is_line_break));
        prop_assert!(!text.ends_with(is_line_break));
        prop_assert!(cleaned.removed.iter().all(|removed| matches!(removed, Removed::LineBreaks(_))));
        // What the key takes out of it is what goes out of any other value.
        let other = clean(SettingName::ClientSecret, &text);
        prop_assert_eq!(&cleaned.suspicious, &other.removed);
        let more = cleaned.clean_more();
        prop_assert_eq!(&more.text, &other.text);
        prop_assert!(more.suspicious.is_empty());
    }

    #[test]
    fn undo_brings_a_paste_back_as_it_came_and_then_what_was_before(
        name in prop::sample::select(&SettingName::ALL[..]),
        before in nasty::text(3),
        pasted in any_paste(),
    ) {
        let mut form = Form::new(SETTINGS.iter().fold(Values::default(), |values, row| values.with(row.name, "")));
        form.paste(name, &before);
        let first = form.field(name).text().to_owned();
        form.enter(name);
        form.paste(name, &pasted);
        let cleaned = clean(name, &pasted);
        prop_assert_eq!(form.field(name).text(), if pasted.is_empty() { &first } else { cleaned.text.expose() });
        prop_assert_eq!(form.paste_notes(name).len(), usize::from(!cleaned.removed.is_empty()) + usize::from(!cleaned.suspicious.is_empty()));
        if pasted.is_empty() {
            return Ok(());
        }
        if cleaned.text.expose() != pasted {
            form.undo(name);
            prop_assert_eq!(form.field(name).text(), &pasted);
        }
        form.undo(name);
        prop_assert_eq!(form.field(name).text(), first);
    }
    /// The key cleans the password as it stands, whatever was typed around the paste.
    #[test]
    fn cleaning_a_password_keeps_what_was_typed_around_the_paste(typed in "[a-z]{1,6}", pasted in any_paste()) {
        let name = SettingName::Password;
        let mut form = Form::new(Values::default());
        form.paste(name, &typed);
        form.paste(name, &pasted);
        let whole = form.field(name).text().to_owned();
        prop_assert_eq!(&whole, &format!("{typed}{}", clean(name, &pasted).text.expose()));
        if form.can_clean(name) {
            form.clean_more(name);
            let cleaned = clean(SettingName::ClientSecret, &whole);
            prop_assert_eq!(form.field(name).text(), cleaned.text.expose());
        }
    }
}
