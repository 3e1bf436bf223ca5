//! The dictionary of claims: what a field of a token means, and its value in words.
//!
//! The tables are text, looked up when a token is shown and not parsed at start. Meanings follow Microsoft's reference
//! of access and ID tokens; `wids.txt` and `apps.txt` follow public lists of role templates and first-party apps.
//! Entra adds and drops claims at any time, so a claim that is missing here is nothing unusual.

mod words;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use words::words;

/// One JSON object per claim, sorted by name; a line begins with `{"name":"NAME",`.
const CLAIMS: &str = include_str!("claims/claims.jsonl");
/// Directory roles: template ID, tab, name.
const ROLES: &str = include_str!("claims/wids.txt");
/// Microsoft's own apps: application ID, tab, name.
const APPS: &str = include_str!("claims/apps.txt");

/// What the dictionary knows of a claim or of a field of the token's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the token.
    pub name: &'static str,
    /// What it means, in one line of at most 70 characters without a full stop.
    pub meaning: &'static str,
    /// What its value looks like.
    pub format: Format,
    /// Whether its value names a person, a device or an address, and is masked unless asked for.
    pub personal: bool,
}

/// What the value of a claim looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Free text.
    Text,
    /// An absolute URL.
    Url,
    /// Seconds since 1970 (RFC 7519, section 2).
    UnixTime,
    /// A GUID.
    Guid,
    /// One of a few known words or digits.
    Enum,
    /// A JSON array.
    List,
    /// One text of several words with spaces between.
    SpaceList,
    /// True or false, also as text.
    Bool,
    /// A whole number, also as text.
    Integer,
    /// A JSON object.
    Object,
    /// Of use to Entra only.
    Opaque,
}

/// A line of the table.
#[derive(Debug, Deserialize)]
struct Line {
    name: &'static str,
    meaning: &'static str,
    format: Format,
    #[serde(default)]
    personal: bool,
    /// Known values and what they mean.
    #[serde(default)]
    values: BTreeMap<&'static str, &'static str>,
}

/// Returns what is known of a claim; names are compared exactly, as JWT demands.
pub fn entry(name: &str) -> Option<Entry> {
    line(name).map(|Line { name, meaning, format, personal, .. }| Entry { name, meaning, format, personal })
}

fn line(name: &str) -> Option<Line> {
    let is_it = |line: &&str| {
        line.strip_prefix("{\"name\":\"")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('"'))
    };
    serde_json::from_str(CLAIMS.lines().find(is_it)?).ok()
}

/// Returns the name of a directory role by its template ID (claim `wids`), ignoring case.
pub fn role_name(template_id: &str) -> Option<&'static str> {
    named(ROLES, template_id)
}

/// Returns the name of one of Microsoft's own apps by its application ID, ignoring case.
pub fn app_name(id: &str) -> Option<&'static str> {
    named(APPS, id)
}

fn named(table: &'static str, id: &str) -> Option<&'static str> {
    let rows = table.lines().filter_map(|row| row.split_once('\t'));
    rows.filter(|(key, _)| key.eq_ignore_ascii_case(id)).map(|(_, name)| name).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> impl Iterator<Item = Line> {
        CLAIMS.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    #[test]
    fn the_dictionary_is_sorted_ascii_and_short() {
        let names: Vec<&str> = lines().map(|line| line.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b));
        assert!(names.len() >= 93 + 4, "{}", names.len());
        assert!([CLAIMS, ROLES, APPS].concat().chars().all(|letter| matches!(letter, '\t' | '\n' | ' '..='~')));
        for line in lines() {
            let entry = entry(line.name).expect("found by its own name");
            assert_eq!((entry.name, entry.meaning), (line.name, line.meaning));
            assert!(!entry.meaning.is_empty() && entry.meaning.len() <= 70, "{}", entry.name);
            assert!(!entry.meaning.ends_with('.'), "{}", entry.name);
            assert!(entry.format != Format::Enum || !line.values.is_empty(), "{}", entry.name);
        }
    }

    #[test]
    fn ids_are_guids_and_unique() {
        for table in [ROLES, APPS] {
            let ids: Vec<&str> = table.lines().filter_map(|row| row.split_once('\t')).map(|(id, _)| id).collect();
            assert_eq!(ids.len(), table.lines().count());
            assert!(ids.is_sorted_by(|a, b| a < b));
            assert!(ids.iter().all(|id| id.len() == 36 && id.matches('-').count() == 4 && id == &id.to_lowercase()));
        }
    }

    #[test]
    fn names_of_persons_and_addresses_are_personal() {
        let personal = "upn unique_name preferred_username name given_name family_name email ipaddr nickname onprem_sid \
                        verified_primary_email verified_secondary_email login_hint deviceid address phone_number";
        for name in personal.split_whitespace() {
            assert!(entry(name).is_some_and(|entry| entry.personal), "{name}");
        }
        for name in ["aud", "iss", "tid", "appid", "oid", "roles", "scp", "exp", "app_displayname"] {
            assert!(entry(name).is_some_and(|entry| !entry.personal), "{name}");
        }
    }

    #[test]
    fn names_are_looked_up() {
        assert_eq!(entry("aud").map(|entry| entry.format), Some(Format::Text));
        assert_eq!(entry("AUD"), None);
        assert_eq!(entry("au"), None);
        assert_eq!(entry(""), None);
        assert_eq!(entry("aud\",\"x"), None);
        assert_eq!(role_name("62E90394-69f5-4237-9190-012177145e10"), Some("Global Administrator"));
        assert_eq!(app_name("00000009-0000-0000-C000-000000000000"), Some("Power BI Service"));
        assert_eq!(app_name(""), None);
    }
}
