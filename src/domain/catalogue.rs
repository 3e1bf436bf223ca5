//! The catalogue of Entra's error codes: what each means, the setting behind it, and the next step.
//!
//! The table is text, one JSON object per line, sorted by code. Only the line that is asked for is parsed, so the
//! catalogue costs nothing at start. Numbers and meanings come from Microsoft's reference of AADSTS codes, from
//! f-bader/EntraID-ErrorCodes and from public issue threads (field `source` of a line); titles, actions and remedies
//! are written for an application that embeds Power BI. Microsoft may change numbers and texts: this is help, never a
//! ground for a decision of the program.

mod codes;
mod family;
pub mod oauth;
pub mod powerbi;

use serde::Deserialize;

pub use codes::{codes_in, counts_towards_lockout, rank};
pub use family::{family_of_unknown, family_sentence, family_title};

use super::setting::SettingName;

/// One line per code, sorted by code; a line begins with `{"code":NUMBER,`.
const TABLE: &str = include_str!("catalogue/aadsts.jsonl");

/// What the catalogue knows of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The number after `AADSTS`, or the HTTP status.
    pub code: u32,
    /// Microsoft's name of the code, such as `InvalidClientSecret`.
    pub name: Option<String>,
    /// The family, a key of [`family_sentence`].
    pub family: &'static str,
    /// What happened, in a few words without a full stop; never empty.
    pub title: String,
    /// The next step: one sentence in the imperative of at most 76 characters.
    pub action: Option<String>,
    /// Why it happened, in full sentences.
    pub cause: Option<String>,
    /// The setting that is most likely at fault.
    pub setting: Option<SettingName>,
    /// What to try, in order, full sentences.
    pub remedies: Vec<String>,
    /// What else is worth knowing.
    pub note: Option<String>,
    /// Whether waiting alone can cure it. A password request is never repeated by itself all the same.
    pub retryable: bool,
    /// The HTTP status that it was seen with.
    pub http_status: Option<u16>,
    /// The OAuth word that it was seen with; v1 and v2 may differ, so decide by the number.
    pub oauth_error: Option<String>,
    /// The `suberror` that it was seen with.
    pub suberror: Option<String>,
    /// Where the facts come from.
    pub sources: Vec<String>,
    /// Whether there is more than a title: a cause and remedies of its own.
    pub detailed: bool,
}

/// Returns what is known of an AADSTS number, or `None` when the catalogue does not list it.
pub fn entra(code: u32) -> Option<Entry> {
    find(code, Kind::Aadsts)
}

/// Returns what is known of an HTTP status that came without an answer of Entra's own.
pub fn http(status: u16) -> Option<Entry> {
    find(u32::from(status), Kind::Http)
}

fn find(code: u32, kind: Kind) -> Option<Entry> {
    let line = TABLE.lines().find(|line| code_of(line) == Some(code))?;
    parse(line).filter(|line| line.kind == kind).map(Entry::from)
}

/// The code of a line, read from its beginning without parsing the rest.
fn code_of(line: &str) -> Option<u32> {
    line.strip_prefix("{\"code\":")?.split(',').next()?.parse().ok()
}

fn parse(line: &'static str) -> Option<Line> {
    serde_json::from_str(line).ok()
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Aadsts,
    Http,
}

/// A line of the table; what a line leaves out is unknown, empty or false.
#[derive(Debug, Deserialize)]
struct Line {
    code: u32,
    kind: Kind,
    name: Option<String>,
    family: &'static str,
    setting: Option<String>,
    title: Option<String>,
    action: Option<String>,
    cause: Option<String>,
    #[serde(default)]
    remedy: Vec<String>,
    note: Option<String>,
    #[serde(default)]
    retryable: bool,
    http_status: Option<u16>,
    oauth_error: Option<String>,
    suberror: Option<String>,
    #[serde(default)]
    source: Vec<String>,
}

impl From<Line> for Entry {
    fn from(line: Line) -> Self {
        let title = line
            .title
            .or_else(|| line.name.as_deref().map(in_words))
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| family_title(line.family).to_owned());
        Self {
            code: line.code,
            name: line.name,
            family: line.family,
            title,
            action: line.action,
            detailed: line.cause.is_some(),
            cause: line.cause,
            setting: line.setting.as_deref().and_then(SettingName::from_key),
            remedies: line.remedy,
            note: line.note,
            retryable: line.retryable,
            http_status: line.http_status,
            oauth_error: line.oauth_error,
            suberror: line.suberror,
            sources: line.source,
        }
    }
}

/// Words that a name writes like ordinary ones but people write in capitals.
const ABBREVIATIONS: [&str; 9] = ["id", "ip", "jwt", "mfa", "otp", "saml", "sso", "uri", "url"];

/// Splits a name into words: `InvalidReplyTo` becomes `Invalid reply to`.
fn in_words(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for (index, &letter) in letters.iter().enumerate() {
        let next_is_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (before.is_lowercase() || next_is_small);
        if letter.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if !begins && before.is_alphanumeric() => word.push(letter),
                _ => words.push(letter.to_string()),
            }
        }
        before = letter;
    }
    let words: Vec<String> = words.iter().enumerate().map(|(index, word)| spelled(word, index == 0)).collect();
    words.join(" ")
}

/// One word of a title: abbreviations in capitals, others small but for the first one.
fn spelled(word: &str, is_first: bool) -> String {
    let small = word.to_lowercase();
    let is_shouted = word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
    if is_shouted || ABBREVIATIONS.contains(&small.as_str()) {
        word.to_uppercase()
    } else if is_first {
        word.to_owned()
    } else {
        small
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Lines of the list of facts that this table was made from.
    const LISTED: usize = 899;

    fn lines() -> impl Iterator<Item = Line> {
        TABLE.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    fn marked_high(code: u32) -> bool {
        let start = format!("{{\"code\":{code},");
        TABLE.lines().any(|line| line.starts_with(&start) && line.contains("\"high\":true"))
    }

    #[test]
    fn the_table_is_sorted_unique_and_complete() {
        let codes: Vec<u32> = lines().map(|line| line.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b));
        assert!(codes.len() >= LISTED, "{} lines", codes.len());
        assert!(TABLE.lines().zip(&codes).all(|(line, code)| code_of(line) == Some(*code)));
        assert_eq!(lines().filter(|line| line.kind == Kind::Http).count(), 10);
    }

    #[test]
    fn the_table_is_ascii_and_its_settings_and_families_exist() {
        assert!(TABLE.chars().all(|letter| matches!(letter, '\n' | ' '..='~')));
        for line in lines() {
            if let Some(setting) = &line.setting {
                assert!(SettingName::ALL.iter().any(|name| name.key() == setting), "{}: {setting}", line.code);
            }
            assert_ne!(family_sentence(line.family), family_sentence("no such family"), "{}", line.family);
        }
    }

    #[test]
    fn codes_that_matter_have_a_title_and_one_line_to_act_on() {
        let high: Vec<Line> = lines().filter(|line| marked_high(line.code)).collect();
        assert_eq!(high.len(), 117);
        for line in high {
            assert!(line.title.is_some() && line.action.is_some() && line.cause.is_some(), "{}", line.code);
        }
    }

    #[test]
    fn texts_have_the_form_that_callers_rely_on() {
        for line in lines() {
            let code = line.code;
            if let Some(action) = &line.action {
                assert!(action.len() <= 76 && action.ends_with('.'), "{code}: {action}");
            }
            let sentences = line.remedy.iter().chain(&line.cause).chain(&line.note);
            for sentence in sentences {
                assert!(sentence.ends_with('.'), "{code}: {sentence}");
            }
            assert!(line.remedy.is_empty() || line.cause.is_some(), "{code}");
            assert!(line.cause.is_none() || line.action.is_some(), "{code}");
            let title = Entry::from(line).title;
            assert!(!title.is_empty() && title.len() <= 100 && !title.ends_with('.'), "{code}: {title}");
        }
    }

    #[test]
    fn no_remedy_says_what_the_action_says() {
        let words = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
            words.map(str::to_lowercase).filter(|word| !matches!(word.as_str(), "the" | "and" | "its")).collect()
        };
        for line in lines() {
            let action = words(line.action.as_deref().unwrap_or_default());
            for remedy in &line.remedy {
                assert!(!words(remedy).is_subset(&action), "{}: {remedy}", line.code);
                assert!(!remedy.contains("Retry-After") && !remedy.contains(" Tenant ID"), "{}: {remedy}", line.code);
            }
        }
    }

    #[test]
    fn a_code_is_found_by_its_number_alone() {
        let entry = entra(7_000_215).expect("the most common code");
        assert_eq!(entry.title, "Client secret not valid");
        assert_eq!(entry.action.as_deref(), Some("Put the secret's Value into ClientSecret."));
        assert_eq!(entry.setting, Some(SettingName::ClientSecret));
        assert_eq!(entry.http_status, Some(401));
        assert!(entry.detailed && !entry.retryable && !entry.remedies.is_empty());
        assert_eq!(entra(700_021).map(|entry| entry.code), Some(700_021));
        assert_eq!(entra(70_002).map(|entry| entry.code), Some(70_002));
        assert_eq!(entra(7), None);
        assert_eq!(entra(u32::MAX), None);
    }

    #[test]
    fn http_statuses_and_codes_do_not_mix() {
        assert!(http(429).is_some_and(|entry| entry.retryable));
        assert_eq!(entra(429), None);
        assert_eq!(http(50_126), None);
        assert_eq!(http(200), None);
    }

    #[test]
    fn a_code_without_a_text_still_has_a_title() {
        assert_eq!(entra(50_011).map(|entry| entry.title).as_deref(), Some("Invalid reply to"));
        let bare = entra(29_200).expect("listed without a name");
        assert_eq!((bare.title.as_str(), bare.detailed), (family_title("qr-code"), false));
    }

    #[test]
    fn names_are_split_into_words() {
        for (name, words) in [
            ("InvalidUserNameOrPassword", "Invalid user name or password"),
            ("MfaRequiredForIdToken", "MFA required for ID token"),
            ("XCB2BResourceCloud", "XCB2B resource cloud"),
            ("Unauthorized_DoesNotMatch", "Unauthorized does not match"),
            ("__", ""),
        ] {
            assert_eq!(in_words(name), words);
        }
    }

    #[test]
    fn second_factors_point_to_the_service_principal() {
        for line in lines().filter(|line| line.family == "mfa" && line.cause.is_some()) {
            assert!(line.action.is_some_and(|action| action.contains("service principal")), "{}", line.code);
        }
    }

    #[test]
    fn codes_near_the_lockout_say_not_to_repeat() {
        for code in [50_126, 50_034, 50_053, 50_055, 50_056, 50_057, 50_064, 50_076, 50_079] {
            let entry = entra(code).expect("listed");
            let texts: Vec<&str> = entry.action.iter().chain(&entry.note).map(String::as_str).collect();
            assert!(texts.join(" ").contains("o not repeat"), "{code}");
            assert!(!entry.retryable, "{code}");
        }
    }

    #[test]
    fn the_settings_that_are_named_are_the_settings_at_fault() {
        let named: BTreeSet<u32> = lines()
            .filter(|line| {
                let action = line.action.as_deref().unwrap_or("");
                line.setting.as_deref().is_some_and(|setting| action.contains(&format!("into {setting}")))
            })
            .map(|line| line.code)
            .collect();
        assert!(named.is_superset(&BTreeSet::from([90_112, 900_021, 7_000_215, 7_000_222])));
    }
}
