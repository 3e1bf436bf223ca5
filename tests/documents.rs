//! The settings text: what is read, what is refused and with which words, and that an edit loses nothing.
//!
//! Long for its table of messages, which is best reviewed as a whole.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use std::fmt::Write as _;

use proptest::prelude::*;
use token_wizard::domain::document::{Document, DocumentError, EditError, Found};
use token_wizard::domain::setting::SettingName;

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/settings/{name}", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    std::io::Read::bytes(std::io::BufReader::new(file)).collect::<Result<_, _>>().expect("it is read")
}

fn read(text: &str) -> Document {
    Document::read(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn names(folder: &str) -> Vec<String> {
    let path = format!("{}/tests/fixtures/settings/{folder}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(path).expect("the folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn text(value: &str) -> Found {
    Found::Text(value.to_owned())
}

fn other(json_type: &'static str, value: &str) -> Found {
    Found::NotText { json_type, text: value.to_owned() }
}

/// Each faulty file: what is said of it.
#[test]
fn every_faulty_file_is_told_with_its_place() {
    let mut told = String::new();
    for name in names("bad") {
        let error = Document::read(&fixture(&format!("bad/{name}"))).expect_err(&name);
        writeln!(told, "{name}: {}", error.message()).expect("a text grows");
        for line in error.caret() {
            writeln!(told, "    |{line}").expect("a text grows");
        }
    }
    for secret in ["Abc8", "hunter2"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert_eq!(told, TOLD, "\n{told}");
}

/// The messages, and the line shown with its caret between `|` and the end.
const TOLD: &str = r#"array.json: line 2, column 1: the file must be an object in { }, but it is an array
    |[1, 2]
    |^
backslash.json: line 7, column 19: the backslash begins no escape of JSON: write a backslash itself as \\
    |  "User": "CONTOSO\ada",
    |                  ^
bare-guid.json: line 2, column 15: this is no number of JSON: a text needs double quotes around it
    |  "ClientId": 1b4e28ba-2fa1-41d2-883f-0016d3cca427
    |              ^
bare-secret.json: line 6, column 19: a word stands without double quotes
    |  "ClientSecret": **************
    |                  ^
capital-true.json: line 1, column 14: this has to be written true, in small letters
    |{ "Verbose": True }
    |             ^
comment-before-colon.json: line 5, column 13: a comment stands between a key and its colon, which .NET refuses
    |  "ClientId" /* app */ : "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    |            ^
duplicate-flattened.json: line 3, column 3: the key "powerbi:user" is on line 2 already; .NET ignores case in keys
    |  "powerbi:user": "b"
    |  ^
duplicate.json: line 7, column 3: the key "clientID" is on line 5 already; .NET ignores case in keys
    |  "clientID": "2",
    |  ^
empty.json: the file is empty: it needs at least {}
extra-comma.json: line 7, column 14: there is a comma too many
    |  "User": "",,
    |             ^
hash-comment.json: line 7, column 3: # begins no comment here: write //
    |  # optional
    |  ^
latin-1-secret.json: line 6, column 24: a character is not in UTF-8, and .NET would damage it without a word: save the file as UTF-8
    |  "ClientSecret": "*************",
    |                       ^
latin-1.json: line 7, column 15: a character is not in UTF-8, and .NET would damage it without a word: save the file as UTF-8
    |  "User": "Jos�@contoso.com",
    |              ^
leading-zero.json: line 2, column 11: this is no number of JSON: a text needs double quotes around it
    |  "Port": 0123
    |          ^
lone-surrogate.json: line 7, column 12: the escape is half of a surrogate pair, which is no character
    |  "User": "******",
    |           ^
missing-colon.json: line 5, column 13: a colon is missing after the key
    |  "ClientId" "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    |            ^
missing-comma-after-secret.json: line 6, column 34: a comma is missing between two members
    |  "ClientSecret": "*************"
    |                                 ^
missing-comma.json: line 5, column 53: a comma is missing between two members
    |  "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
    |                                                    ^
missing-value.json: line 7, column 10: a value is missing after the colon
    |  "User":,
    |         ^
no-break-space.json: line 5, column 14: an invisible character stands here that is no white space of JSON: delete it
    |  "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    |             ^
only-comments.json: the file is empty: it needs at least {}
quote-in-secret.json: line 6, column 26: a word stands without double quotes
    |  "ClientSecret": "*****"*********
    |                         ^
second-bom.json: line 1, column 1: a byte order mark stands here, inside of the text: delete it
    |{}
    |^
single-quotes.json: line 2, column 18: this quote is not the double quote " that JSON needs
    |  "AppTenantId": 'contoso.onmicrosoft.com',
    |                 ^
tab-in-text.json: line 2, column 26: a tab or another control character stands in a text: write a tab as \t
    |  "AppTenantId": "contoso .onmicrosoft.com",
    |                         ^
too-deep.json: line 1, column 321: the nesting is deeper than 64 levels
    |...":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}}}}}}}...
    |                                                  ^
two-objects.json: line 10, column 1: something follows after the end of the JSON value
    |{}
    |^
typographic-quotes.json: line 5, column 15: this quote is not the double quote " that JSON needs
    |  "ClientId": “1b4e28ba-2fa1-41d2-883f-0016d3cca427”,
    |              ^
unclosed-comment.json: line 7, column 3: the comment that begins here is not closed by */
    |  /* optional
    |  ^
unclosed-object.json: line 8, column 17: the file ends, but the { of line 1 is not closed
    |  "Password": ""
    |                ^
unclosed-secret.json: line 6, column 19: the text that begins here is not closed on its line: a double quote is missing
    |  "ClientSecret": "**************
    |                  ^
unclosed-text.json: line 5, column 15: the text that begins here is not closed on its line: a double quote is missing
    |  "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427,
    |              ^
utf-16-be-no-bom.json: the file is in UTF-16 (big-endian, without byte order mark); only UTF-8 is edited here: save it as UTF-8 in an editor, and try again
utf-16.json: the file is in UTF-16 (little-endian); only UTF-8 is edited here: save it as UTF-8 in an editor, and try again
wrong-bracket.json: line 9, column 1: ] stands where } has to close the object
    |]
    |^
"#;

#[test]
fn a_fault_prints_no_secret_in_any_form() {
    for name in names("bad") {
        let error = Document::read(&fixture(&format!("bad/{name}"))).expect_err(&name);
        let printed = format!("{error} {error:?} {:#?}", error.fault());
        assert!(!printed.contains("hunter2") && !printed.contains("Abc8"), "{name}: {printed}");
    }
    let document = Document::read(&fixture("good/minified.json")).expect("it is good");
    let edited = document.with(SettingName::ClientSecret, "hunter2").expect("it is edited");
    let found = edited.value(SettingName::ClientSecret);
    let printed = format!("{edited:?} {found:?} {:?}", document.changes(&edited));
    assert!(!printed.contains("hunter2"), "{printed}");
}

/// facts of .NET's reader: comments skipped, trailing commas allowed, depth 64, otherwise RFC 8259.
#[test]
fn what_dotnet_takes_is_taken() {
    let deep = format!("{}1{}", "{\"a\":".repeat(64), "}".repeat(64));
    let good = [
        "{}",
        " \t\r\n{ }\n",
        "{\"a\":1,}",
        "{\"a\":[1,],}",
        "//c\n{}//c",
        "/**/{/*a*/\"a\":/*b*/1/*c*/,/*d*/}/* e ** / */",
        "{\"a\":1E400,\"b\":-0.0e-1}",
        "{\"a\":null,\"b\":true,\"c\":false}",
        "{\"\":\"\"}",
        "{\"a\":\"\\u0000\u{7f}\u{2028}\"}",
        "{\"a\":{\"b\":1},\"a\":{\"c\":1}}",
        "{\"a\":\"1\",\"a\":{}}",
        "{\"a\":{},\"a\":[]}",
        "{\"a\":[1],\"a:1\":2}",
        "{\"a:\":1,\"a\":2}",
        "{\"a__b\":1,\"a.b\":2,\"a:b\":3}",
        "{\"a\":1,\"a\":{\"b\":2}}",
        "{//c\r\"a\":1}",
        &deep,
    ];
    for case in good {
        assert_eq!(Document::read(case.as_bytes()).err(), None, "{case}");
        assert_eq!(Document::read(format!("\u{feff}{case}").as_bytes()).err(), None, "{case} with a mark");
    }
}

#[test]
fn what_dotnet_refuses_is_refused() {
    let deep = format!("{}1{}", "{\"a\":".repeat(65), "}".repeat(65));
    let bad = [
        "",
        " ",
        "//c",
        "{",
        "}",
        "[]",
        "1",
        "\"a\"",
        "null",
        "{,}",
        "{\"a\":1,,}",
        "{\"a\":[1,,2]}",
        "{\"a\":[,]}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":[1 2]}",
        "{\"a\":{} \"b\":2}",
        "{\"a\":1 {}}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{true:1}",
        "{\"a\"/*c*/:1}",
        "{\"a\"//c\n:1}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\'\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"\\ud800\":1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":0x1}",
        "{\"a\":NaN}",
        "{\"a\":-Infinity}",
        "{\"a\":True}",
        "{\"a\":truex}",
        "{\"a\":\u{a0}1}",
        "{\"a\":\u{b}1}",
        "{}\0",
        "{}}",
        "{}{}",
        "{},",
        "/*{}",
        "{}/",
        "#c\n{}",
        "{\"a\":1]",
        "{\"a\":[1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"A\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":{\"b\":1},\"A:B\":2}",
        "{\"a\":{},\"a\":1}",
        "{\"a\":[1],\"a:0\":2}",
        "{\"a\":null,\"a\":1}",
        "{\"\u{e9}\":1,\"\u{c9}\":1}",
        "{\"a\":{\"b\":1},\"a\":{\"B\":1}}",
        "{\"a\":: 1}",
        "{:1}",
        "{\"a\":1:2}",
        "{\"a\":[1:2]}",
        "{} // \u{2028}",
        &deep,
    ];
    for case in bad {
        let error = Document::read(case.as_bytes()).expect_err(case);
        assert!(!error.message().is_empty() && error.caret().len() != 1, "{case}");
        // "Unexpected" is the answer to what cannot happen; everything above has its own words.
        assert!(!error.message().ends_with(": this cannot stand here") || case == "}", "{case}: {error}");
    }
    assert_eq!(Document::read(b"\xEF\xBB\xBF"), Err(DocumentError::Empty));
}

#[test]
fn values_are_those_that_dotnet_sees() {
    let document = Document::read(&fixture("good/other-types.json")).expect("it is good");
    let expected = [
        (SettingName::AppTenantId, Found::Absent, ""),
        (SettingName::AuthTokenUrl, other("array", "[]"), ""),
        (SettingName::Resource, other("object", "{ \"Uri\": \"https://analysis.windows.net/powerbi/api\" }"), ""),
        (SettingName::ClientId, other("number", "1.50"), "1.50"),
        (SettingName::ClientSecret, text("tab\tquote\"\u{e9}\u{1f600}"), "tab\tquote\"\u{e9}\u{1f600}"),
        (SettingName::User, text(""), ""),
        (SettingName::Password, other("boolean", "True"), "True"),
    ];
    let values = document.values();
    for (name, found, value) in expected {
        assert!(document.value(name) == found, "{name}");
        assert_eq!(values.get(name), value, "{name}");
    }
    let minified = Document::read(&fixture("good/minified.json")).expect("it is good");
    assert!(minified.value(SettingName::ClientId) == text("1b4e28ba-2fa1-41d2-883f-0016d3cca427"));
    let sections = Document::read(&fixture("good/sections.json")).expect("it is good");
    assert_eq!(sections.value(SettingName::ClientId), Found::Absent);
    // An empty section after a value takes it away, as in .NET.
    assert!(read(r#"{"User":"a","User":{}}"#).value(SettingName::User) == other("object", "{}"));
    assert!(read(r#"{"User":"a","User":{"b":1}}"#).value(SettingName::User) == text("a"));
    assert!(read(r#"{"User":{"b":1},"User":"a"}"#).value(SettingName::User) == text("a"));
}

#[test]
fn good_files_come_back_byte_for_byte() {
    for name in names("good") {
        let bytes = fixture(&format!("good/{name}"));
        let document = Document::read(&bytes).expect(&name);
        assert_eq!(document.as_bytes(), bytes, "{name}");
        assert_eq!(document.contents().expose().as_bytes(), bytes, "{name}");
        assert!(!document.text().starts_with('\u{feff}'), "{name}");
        for setting in SettingName::ALL {
            let (Found::Text(value) | Found::NotText { text: value, .. }) = document.value(setting) else {
                assert_eq!(document.with(setting, "").as_ref(), Ok(&document), "{name}: {setting}");
                continue;
            };
            match document.with(setting, &value) {
                Ok(same) => assert_eq!(same.as_bytes(), bytes, "{name}: {setting}"),
                Err(error) => assert!(matches!(error, EditError::NotText { setting: at, .. } if at == setting)),
            }
        }
    }
}

#[test]
fn a_new_key_is_written_in_the_style_of_the_file() {
    let cases = [
        // Behind the last setting, not at the end.
        (
            "{\n  \"ClientId\": \"a\",\n  \"Z\": 1\n}\n",
            "{\n  \"ClientId\": \"a\",\n  \"User\": \"u\",\n  \"Z\": 1\n}\n",
        ),
        // The last member, with and without a trailing comma.
        ("{\n\t\"ClientId\": \"a\"\n}", "{\n\t\"ClientId\": \"a\",\n\t\"User\": \"u\"\n}"),
        ("{\n\t\"ClientId\": \"a\",\n}", "{\n\t\"ClientId\": \"a\",\n\t\"User\": \"u\",\n}"),
        // Line ends, the colon's spacing, a comment on the same line.
        ("{\r\n  \"ClientId\" : 1, // c\r\n}", "{\r\n  \"ClientId\" : 1, // c\r\n  \"User\" : \"u\",\r\n}"),
        ("{\r\n  \"ClientId\":1 /* b */ // c\r\n}", "{\r\n  \"ClientId\":1, /* b */ // c\r\n  \"User\":\"u\"\r\n}"),
        // A comment before the comma.
        ("{\n  \"Z\": 1 // c\n  ,\n}", "{\n  \"Z\": 1 // c\n  ,\n  \"User\": \"u\",\n}"),
        // All on one line.
        (r#"{"ClientId":"a","Z":1}"#, r#"{"ClientId":"a","User":"u","Z":1}"#),
        (r#"{ "Z": 1 }"#, r#"{ "Z": 1, "User": "u" }"#),
        (r#"{ "Z": 1, }"#, r#"{ "Z": 1, "User": "u", }"#),
        ("{\"Z\":1 // c\n}", "{\"Z\":1,\"User\":\"u\" // c\n}"),
        ("{ \"Y\": 1,\n  \"Z\": 1 }", "{ \"Y\": 1,\n  \"Z\": 1,\n  \"User\": \"u\" }"),
        // A value on a line of its own.
        ("{\n  \"Z\":\n    1\n}", "{\n  \"Z\":\n    1,\n  \"User\": \"u\"\n}"),
        // Nothing there yet.
        ("{}", "{\n  \"User\": \"u\"\n}"),
        ("{\r\n}\r\n", "{\r\n  \"User\": \"u\"\r\n}\r\n"),
        ("// a\n{\n  // b\n}", "// a\n{\n  // b\n  \"User\": \"u\"\n}"),
        ("{ /* b */ }", "{ /* b */\n  \"User\": \"u\"\n }"),
    ];
    for (before, after) in cases {
        let edited = read(before).with(SettingName::User, "u").expect(before);
        assert_eq!(edited.text(), after);
    }
    let marked = read("\u{feff}{}").with(SettingName::User, "u").expect("it is edited");
    assert_eq!(marked.as_bytes(), "\u{feff}{\n  \"User\": \"u\"\n}".as_bytes());
}

#[test]
fn an_edit_of_a_real_file_changes_one_line() {
    let bytes = fixture("good/bom-crlf-tabs.json");
    let document = Document::read(&bytes).expect("it is good");
    let edited = document.with(SettingName::ClientId, "n\u{e9}w\\\"\u{1}").expect("it is edited");
    let before = String::from_utf8(bytes).expect("UTF-8");
    let after = before.replace("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "n\u{e9}w\\\\\\\"\\u0001");
    assert_eq!(edited.as_bytes(), after.as_bytes());
    let grown = edited.with(SettingName::ClientSecret, "s").expect("it is edited");
    let place = after.find("\t\"Gr").expect("the next line");
    let (head, tail) = after.split_at(place);
    assert_eq!(grown.as_bytes(), format!("{head}\t\"ClientSecret\": \"s\",\r\n{tail}").as_bytes());
}

#[test]
fn a_difference_names_lines_and_values() {
    let old = read("{\n  \"ClientId\": \"a\",\n  \"Password\": 1\n}");
    let new = old.with(SettingName::Password, "p").and_then(|new| new.with(SettingName::User, "u")).expect("edited");
    let new = new.with(SettingName::ClientId, "a").expect("the same");
    let told: Vec<_> = old
        .changes(&new)
        .iter()
        .map(|change| {
            let raw = |value: &Option<token_wizard::domain::secret::Secret>| {
                value.as_ref().map(|value| value.expose().to_owned())
            };
            (change.setting, change.line, raw(&change.before), raw(&change.after))
        })
        .collect();
    let some = |value: &str| Some(value.to_owned());
    assert_eq!(told, [(SettingName::Password, 3, some("1"), some("p")), (SettingName::User, 4, None, some("u"))]);
    assert_eq!(new.changes(&old).iter().map(|change| change.line).collect::<Vec<_>>(), [3, 4]);
    assert!(new.changes(&new.clone()).is_empty());
}

#[test]
fn hostile_files_end_soon() {
    let half = 1 << 19;
    let numbers = format!("[{}1]", "1,".repeat(half / 2 - 8));
    let cases = [
        "[".repeat(2 * half),
        "{\"a\":".repeat(half / 2),
        format!("{{\"{}\":{numbers}}}", ":".repeat(half)),
        format!("{{\"{}\":{numbers}}}", "k".repeat(half)),
        format!("{{\"Password\":\"{}", "\\\"".repeat(half)),
        format!("{{\"Password\":{}", "\"a\",".repeat(half / 2)),
        format!("{{{}", "/*".repeat(half)),
        format!("{{\"a\":[{}", "[],".repeat(half / 2)),
        "\u{1f600}".repeat(half / 2),
    ];
    for case in cases {
        if let Err(error) = Document::read(case.as_bytes()) {
            assert!(error.caret().iter().all(|line| line.len() <= 76 * 4), "{error}");
        }
    }
    let members = (0..half / 16).fold(String::new(), |members, number| members + &format!("\"k{number}\":\"v\",\n"));
    let large = read(&format!("{{\n{members}\"ClientId\":\"a\"}}"));
    let edited = large.with(SettingName::User, "u").expect("it is edited");
    assert!(edited.value(SettingName::User) == text("u"));
}

/// A document in pieces: what stands before each setting's value and the value itself.
#[derive(Debug, Clone)]
struct Sample {
    whole: String,
    /// The settings with the bytes of their values and their texts.
    settings: Vec<(SettingName, std::ops::Range<usize>, String)>,
}

fn trivia(comments: bool) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just(String::new()),
        3 => Just(" ".to_owned()),
        1 => Just("\t".to_owned()),
        2 => Just("\n  ".to_owned()),
        1 => Just(if comments { "/* \u{e9} , } \" */" } else { " " }.to_owned()),
        1 => Just(if comments { "// \"Password\": {\n\t" } else { "\n" }.to_owned()),
    ];
    proptest::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

fn other_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("1.50".to_owned()),
        Just("null".to_owned()),
        Just("{ \"User\": [1, 2,], // }\n }".to_owned()),
        Just("[ { }, \"\\u00e9\" ]".to_owned()),
        any::<String>().prop_map(|value| serde_json::to_string(&value).expect("a text")),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    let own = (proptest::sample::subsequence(SettingName::ALL.to_vec(), 0..=7), any::<u8>());
    let member = (any::<String>(), other_value(), trivia(true), trivia(false), trivia(true), trivia(true));
    (own, proptest::collection::vec(member, 7..12), any::<[bool; 3]>(), trivia(true), trivia(true), any::<u64>())
        .prop_map(|((own, case), members, [mark, crlf, trailing], lead, tail, order)| {
            let own_count = own.len();
            let mut names = own.into_iter();
            let mut whole = format!("{}{lead}{{", if mark { "\u{feff}" } else { "" });
            let mut settings = Vec::new();
            let count = members.len();
            for (index, (own_text, foreign, before, gap, after_colon, after)) in members.into_iter().enumerate() {
                let wants_own = order >> index & 1 == 1 || count - index <= own_count;
                let name = if wants_own { names.next() } else { None };
                let key = match name {
                    Some(name) if case >> (index % 8) & 1 == 1 => name.key().to_ascii_lowercase(),
                    Some(name) => name.key().to_owned(),
                    None => format!("\u{fc}ser {index}"),
                };
                write!(whole, "{before}\"{key}\"{gap}:{after_colon}").expect("a text grows");
                let start = whole.len();
                match name {
                    Some(name) => {
                        whole.push_str(&serde_json::to_string(&own_text).expect("a text"));
                        settings.push((name, start..whole.len(), own_text));
                    }
                    None => whole.push_str(&foreign),
                }
                whole.push_str(&after);
                if index + 1 < count || trailing {
                    whole.push(',');
                }
            }
            write!(whole, "{tail}}}{tail}").expect("a text grows");
            if crlf {
                let mut shifted = String::with_capacity(whole.len() * 2);
                let place = |at: usize| at + whole.get(..at).map_or(0, |head| head.matches('\n').count());
                settings = settings.into_iter().map(|(n, r, t)| (n, place(r.start)..place(r.end), t)).collect();
                shifted.push_str(&whole.replace('\n', "\r\n"));
                whole = shifted;
            }
            Sample { whole, settings }
        })
}

fn is_subsequence(part: &[u8], whole: &[u8]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|byte| rest.any(|other| other == byte))
}

proptest! {
    #[test]
    fn an_edit_changes_its_value_and_no_other_byte(sample in sample(), new: String, pick: proptest::sample::Index) {
        prop_assume!(!sample.settings.is_empty());
        let document = read(&sample.whole);
        let (name, place, old) = pick.get(&sample.settings);
        prop_assert!(document.value(*name) == text(old));
        let edited = document.with(*name, &new).expect("a text can be edited");
        let expected = format!(
            "{}{}{}",
            sample.whole.get(..place.start).expect("the head"),
            serde_json::to_string(&new).expect("a text"),
            sample.whole.get(place.end..).expect("the tail"),
        );
        prop_assert_eq!(edited.as_bytes(), expected.as_bytes());
        prop_assert!(edited.value(*name) == text(&new));
        let back = edited.with(*name, old).expect("a text can be edited");
        prop_assert_eq!(back.as_bytes(), sample.whole.as_bytes());
        let lines: Vec<_> = document.changes(&edited).into_iter().map(|change| change.setting).collect();
        prop_assert_eq!(lines, if *old == new { vec![] } else { vec![*name] });
    }

    #[test]
    fn a_new_key_takes_nothing_away(sample in sample(), new in ".{1,20}", pick: proptest::sample::Index) {
        let document = read(&sample.whole);
        let absent: Vec<_> =
            SettingName::ALL.into_iter().filter(|name| document.value(*name) == Found::Absent).collect();
        prop_assume!(!absent.is_empty());
        let name = *pick.get(&absent);
        let edited = document.with(name, &new).expect("a key can be added");
        prop_assert!(edited.value(name) == text(&new));
        prop_assert!(is_subsequence(document.as_bytes(), edited.as_bytes()));
        let added = edited.as_bytes().len() - document.as_bytes().len();
        let json = serde_json::to_string(&new).expect("a text");
        prop_assert!(added <= json.len() + name.key().len() + 40, "{}", edited.text());
        // Of line ends only the file's own kind is added.
        if document.text().contains("\r\n") {
            prop_assert_eq!(edited.text().matches('\n').count(), edited.text().matches("\r\n").count());
        }
        // The key stands behind the settings that were there.
        let last = sample.settings.iter().filter_map(|(name, ..)| edited.line(*name)).max();
        prop_assert!(edited.line(name) >= last);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s)[{}\\[\\]:,\"/*\\\\aA1u \n\t\u{e9}]{0,40}") {
        match Document::read(text.as_bytes()) {
            Ok(document) => prop_assert_eq!(document.as_bytes(), text.as_bytes()),
            Err(error) => {
                prop_assert!(!error.message().is_empty());
                if let Some(fault) = error.fault() {
                    prop_assert!(fault.line() <= text.matches('\n').count() + 1);
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        if let Ok(document) = Document::read(&bytes) {
            prop_assert_eq!(document.as_bytes(), bytes.as_slice());
        }
    }
}
