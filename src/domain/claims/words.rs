//! The value of a claim in words, for any JSON that a token may hold.

use serde_json::Value;

use super::{Format, Line, app_name, line, role_name};
use crate::domain::time::{Timestamp, relative, span};

/// Items of a list that are written out; the rest is counted.
const SHOWN: usize = 20;

/// Returns the value of a claim in words, or `""` when the value speaks for itself.
///
/// Times become a date with the time from now, known GUIDs and values their names, lists their items with commas.
/// The words of a personal claim are always empty, so they cannot tell what was masked. Total for any JSON; control
/// and bidi characters are left out.
pub fn words(name: &str, value: &Value, now: Timestamp) -> String {
    let known = line(name);
    if known.as_ref().is_some_and(|known| known.personal) {
        return String::new();
    }
    let words = match &known {
        None => of_any(value),
        Some(known) => of_known(known, value, now),
    };
    words.chars().filter(|letter| !is_steering(*letter)).collect()
}

fn of_known(known: &Line, value: &Value, now: Timestamp) -> String {
    match known.format {
        Format::UnixTime => whole(value).map_or_else(String::new, |seconds| moment(seconds, now)),
        Format::Integer => whole(value)
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or_else(String::new, |seconds| if seconds < 120 { String::new() } else { span(seconds) }),
        Format::Opaque => String::new(),
        Format::SpaceList => of_space_list(known, value),
        Format::Enum | Format::Bool => scalar(value).and_then(|text| meaning(known, &text)).unwrap_or_default(),
        Format::Text | Format::Url | Format::Guid | Format::List | Format::Object => match value {
            Value::Array(items) => of_list(known, items),
            Value::String(text) => meaning(known, text).unwrap_or_default(),
            other => of_any(other),
        },
    }
}

/// A moment with its distance from now: `2026-11-24 14:02:11Z, in 58 min`.
fn moment(seconds: i64, now: Timestamp) -> String {
    let moment = Timestamp::from_seconds(seconds);
    format!("{}, {}", moment.utc(), relative(moment.seconds_from(now)))
}

/// A whole number, also from a fraction or from text; saturates.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_u64().map(|_| i64::MAX)).or_else(|| number.as_f64().map(floor))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, which is what is wanted")]
fn floor(number: f64) -> i64 {
    number.floor() as i64
}

/// The meaning of a single value: a known word, a role, an app or a tenant of Microsoft's.
fn meaning(known: &Line, text: &str) -> Option<String> {
    let guid = || match known.name {
        "wids" => role_name(text),
        "appid" | "azp" | "aud" | "secaud" | "xms_par_app_azp" => app_name(text.strip_prefix("spn:").unwrap_or(text)),
        "tid" | "home_tid" => tenant_name(text),
        _ => None,
    };
    known.values.get(text).copied().or_else(guid).map(str::to_owned)
}

/// Tenants that are the same for everybody.
fn tenant_name(id: &str) -> Option<&'static str> {
    let rows = [
        ("9188040d-6c67-4c5b-b112-36a304b66dad", "personal Microsoft accounts"),
        ("f8cdef31-a31e-4b4a-93e4-5f571e91255a", "Microsoft Services"),
        ("72f988bf-86f1-41af-91ab-2d7cd011db47", "Microsoft"),
    ];
    rows.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(id)).map(|(_, name)| name)
}

/// A text of several words. Numbers are facts of which even ones are noise: only known ones are told.
fn of_space_list(known: &Line, value: &Value) -> String {
    let Some(text) = value.as_str() else { return of_any(value) };
    let items: Vec<&str> = text.split_whitespace().collect();
    if items.iter().all(|item| item.bytes().all(|byte| byte.is_ascii_digit())) {
        return joined(items.into_iter().filter_map(|item| meaning(known, item)).collect());
    }
    if items.len() < 2 {
        return String::new();
    }
    joined(items.into_iter().map(str::to_owned).collect())
}

fn of_list(known: &Line, items: &[Value]) -> String {
    let word = |item: &Value| {
        let text = scalar(item)?;
        Some(meaning(known, &text).unwrap_or(text))
    };
    if items.is_empty() {
        "none".to_owned()
    } else {
        joined(items.iter().map(|item| word(item).unwrap_or_else(|| of_any(item))).collect())
    }
}

/// A value of which nothing is known: lists and objects in one line, everything else speaks for itself.
fn of_any(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => joined(items.iter().map(|item| scalar(item).unwrap_or_else(|| kind(item))).collect()),
        Value::Object(fields) => joined(fields.keys().cloned().collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => String::new(),
    }
}

/// What stands for a nested value, so that depth costs nothing.
fn kind(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("list of {}", items.len()),
        Value::Object(fields) => format!("object of {}", fields.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => String::new(),
    }
}

/// A single value as text; lists and objects have none.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn joined(mut items: Vec<String>) -> String {
    let more = items.len().saturating_sub(SHOWN);
    items.truncate(SHOWN);
    let text = items.join(", ");
    if more == 0 { text } else { format!("{text} and {more} more") }
}

/// Characters that steer a terminal or turn the direction of writing.
fn is_steering(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);

    #[test]
    fn values_are_put_into_words() {
        for (name, value, expected) in [
            ("exp", json!(1_795_532_411), "2026-11-24 15:00:11Z, in 58 min"),
            ("exp", json!("1795532411"), "2026-11-24 15:00:11Z, in 58 min"),
            ("nbf", json!(1_795_528_631.9), "2026-11-24 13:57:11Z, 5 min ago"),
            ("iat", json!(u64::MAX), "9223372036854775 s after 1970, in 292471151 years"),
            ("exp", json!("soon"), ""),
            ("exp", json!([1]), ""),
            ("appidacr", json!("1"), "client secret"),
            ("azpacr", json!(2), "certificate or assertion"),
            ("appidacr", json!("9"), ""),
            ("idtyp", json!("app"), "the app itself"),
            ("aud", json!("00000009-0000-0000-c000-000000000000"), "Power BI Service"),
            ("aud", json!("https://analysis.windows.net/powerbi/api"), ""),
            ("appid", json!("04B07795-8ddb-461a-bbee-02f9e1bf7b46"), "Microsoft Azure CLI"),
            ("tid", json!("9188040d-6c67-4c5b-b112-36a304b66dad"), "personal Microsoft accounts"),
            ("scp", json!("Report.Read.All Dataset.Read.All"), "Report.Read.All, Dataset.Read.All"),
            ("scp", json!("Report.Read.All"), ""),
            ("roles", json!(["Tenant.Read.All"]), "Tenant.Read.All"),
            ("roles", json!([]), "none"),
            ("amr", json!(["pwd", "mfa", "new"]), "password, multifactor, new"),
            ("wids", json!(["62e90394-69f5-4237-9190-012177145e10", "x"]), "Global Administrator, x"),
            ("xms_idrel", json!("7 30"), "service principal"),
            ("xms_tnt_fct", json!("3 8"), ""),
            ("xms_ssm", json!("1"), "active: long-lived, can be revoked at once"),
            ("pwd_exp", json!("864000"), "10 days"),
            ("_claim_names", json!({"groups": "src1"}), "groups"),
            ("rh", json!("1.AXEA"), ""),
            ("made_up", json!({"a": {"b": [1]}, "c": 1}), "a, c"),
            ("made_up", json!([1, null, ["x"], {"y": 2}]), "1, null, list of 1, object of 1"),
            ("made_up", json!("text"), ""),
            ("roles", json!(["a\u{1b}[2J\u{202e}b"]), "a[2Jb"),
        ] {
            assert_eq!(words(name, &value, NOW), expected, "{name} {value}");
        }
    }

    #[test]
    fn personal_values_are_never_repeated() {
        for name in ["upn", "verified_primary_email", "address", "ipaddr"] {
            assert_eq!(words(name, &json!(["ada@contoso.com", {"street": 1}]), NOW), "", "{name}");
        }
    }

    #[test]
    fn long_lists_are_counted() {
        let groups: Vec<u32> = (0..200).collect();
        assert!(words("groups", &json!(groups), NOW).ends_with("18, 19 and 180 more"));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "(?s).{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("(?s).{0,6}", inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// Names of the dictionary and others.
    fn any_name() -> impl Strategy<Value = String> {
        let names: Vec<String> = super::super::CLAIMS
            .lines()
            .filter_map(|line| line.split('"').nth(3))
            .chain(["made_up", ""])
            .map(str::to_owned)
            .collect();
        prop::sample::select(names)
    }

    proptest! {
        #[test]
        fn any_json_is_put_into_words(name in any_name(), value in any_json(), now: i64) {
            let words = words(&name, &value, Timestamp::from_millis(now));
            prop_assert!(!words.chars().any(is_steering));
        }
    }
}
