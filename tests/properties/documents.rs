//! Settings files: read as .NET reads them, edited without loss.
//!
//! A file is made from a list of members, so that what .NET would see in it is known without reading it.

use std::ops::Range;

use proptest::prelude::*;
use token_wizard::domain::document::{Document, EditError, FaultKind};
use token_wizard::domain::setting::{SettingName, Values};

use crate::nasty;

/// A JSON value in the file.
#[derive(Debug, Clone)]
enum Json {
    /// Each character with the way in which it is written.
    Text(Vec<(char, u8)>),
    /// A number, `true`, `false`, or `null`.
    Bare(&'static str),
    /// An object or array without members: .NET stores that there is nothing.
    Empty(&'static str),
    /// An object or array with members, which have keys of their own.
    Section(&'static str),
}

impl Json {
    /// What .NET makes of it; none for what has no text.
    fn seen(&self) -> Option<String> {
        match self {
            Self::Text(characters) => Some(characters.iter().map(|(c, _)| *c).collect()),
            Self::Bare("null") => Some(String::new()),
            Self::Bare("true") => Some("True".to_owned()),
            Self::Bare("false") => Some("False".to_owned()),
            Self::Bare(number) => Some((*number).to_owned()),
            Self::Empty(_) | Self::Section(_) => None,
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Text(characters) => written(characters),
            Self::Bare(source) | Self::Empty(source) | Self::Section(source) => (*source).to_owned(),
        }
    }
}

/// A JSON string in which each character is written in its own way, where it has several.
fn written(characters: &[(char, u8)]) -> String {
    let inside: String = characters.iter().map(|(c, way)| written_character(*c, *way)).collect();
    format!("\"{inside}\"")
}

fn written_character(c: char, way: u8) -> String {
    let units = |is_upper: bool| -> String {
        let mut buffer = [0; 2];
        let units = c.encode_utf16(&mut buffer).iter();
        units.map(|unit| if is_upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }).collect()
    };
    let short = match c {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        '/' => Some("\\/"),
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        '\u{8}' => Some("\\b"),
        '\u{c}' => Some("\\f"),
        _ => None,
    };
    let must = c < ' ' || c == '"' || c == '\\';
    match (way % 6, short) {
        (0, _) => units(false),
        (1, _) => units(true),
        (2, Some(short)) => short.to_owned(),
        (_, Some(short)) if must => short.to_owned(),
        _ if must => units(false),
        _ => c.to_string(),
    }
}

#[derive(Debug, Clone)]
struct Member {
    /// The setting; none for a key of the application.
    name: Option<SettingName>,
    key: Vec<(char, u8)>,
    value: Json,
    /// Before the key, before the colon, behind it, behind the value.
    gaps: [String; 4],
}

#[derive(Debug, Clone)]
struct File {
    mark: bool,
    lead: String,
    members: Vec<Member>,
    trailing_comma: bool,
    inner: String,
    tail: String,
}

impl File {
    /// The text, and where the value of each member stands in it.
    fn written(&self) -> (String, Vec<Range<usize>>) {
        let mut whole = format!("{}{}{{", if self.mark { "\u{feff}" } else { "" }, self.lead);
        let mut places = Vec::new();
        for (index, member) in self.members.iter().enumerate() {
            let [before, colon, behind, after] = &member.gaps;
            whole.extend([before, &written(&member.key), colon, ":", behind]);
            let start = whole.len();
            whole += &member.value.written();
            places.push(start..whole.len());
            whole += after;
            if index + 1 < self.members.len() || self.trailing_comma {
                whole.push(',');
            }
        }
        whole.extend([&self.inner, "}", &self.tail]);
        (whole, places)
    }

    /// Which member .NET takes for a setting: the last that stores something, else the first; an error when something
    /// is stored over what is there, unless it is an empty object or array.
    fn stored(&self, name: SettingName) -> Result<Option<usize>, ()> {
        let (mut stored, mut section) = (None, None);
        for (index, member) in self.members.iter().enumerate().filter(|(_, member)| member.name == Some(name)) {
            match member.value {
                Json::Text(_) | Json::Bare(_) if stored.is_some() => return Err(()),
                Json::Text(_) | Json::Bare(_) | Json::Empty(_) => stored = Some(index),
                Json::Section(_) => section = section.or(Some(index)),
            }
        }
        Ok(stored.or(section))
    }

    fn values(&self) -> Result<Values, ()> {
        let mut values = Values::default();
        for name in SettingName::ALL {
            let stored = self.stored(name)?.and_then(|index| self.members[index].value.seen());
            values.set(name, stored.unwrap_or_default());
        }
        Ok(values)
    }
}

/// White space and, where .NET takes them, comments, with line ends of all kinds.
fn gap(with_comments: bool) -> impl Strategy<Value = String> {
    let spaces = vec!["", "", "", " ", " ", "   ", "\t", "\n", "\r\n", "\r", "\n  ", "\r\n\t", "\n \t ", "\r      "];
    let comments = vec![
        "/**/",
        "/* \u{e9} , } \" */",
        "/* \"User\": 1,\r\n * two\n */",
        "// \"Password\": {\n",
        "// ends in CR LF  \r\n  ",
        "// ends in CR\r",
        "//\n",
        " // \u{202e}\u{1f600} /* \n",
        "/* // */",
        "/***/ ",
    ];
    let comments = if with_comments { comments } else { spaces.clone() };
    let piece = prop_oneof![3 => prop::sample::select(spaces), 1 => prop::sample::select(comments)];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn ways(text: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<(char, u8)>> {
    (text, prop::collection::vec(any::<u8>(), 24))
        .prop_map(|(text, ways)| text.chars().zip(ways.into_iter().cycle()).collect())
}

fn any_value() -> impl Strategy<Value = Json> {
    let bare = vec!["1.50", "-0", "1E400", "12345678901234567890", "true", "false", "null"];
    let sections = vec![
        "{ \"User\": [1, 2,], // }\n }",
        "{\"a\":{\"ClientId\":\"x\"}}",
        "[ { }, \"\\u00e9\\ud83d\\ude00\" ]",
        "[[[[]]],/*]*/]",
        "{\r\n  \"b\" : null,\r\n}",
    ];
    prop_oneof![
        8 => ways(nasty::text(4)).prop_map(Json::Text),
        3 => prop::sample::select(bare).prop_map(Json::Bare),
        1 => prop::sample::select(vec!["{}", "[]", "{ // }\n}", "[ /*,*/ ]"]).prop_map(Json::Empty),
        1 => prop::sample::select(sections).prop_map(Json::Section),
    ]
}

/// Keys that are nearly those of settings, and are none for .NET.
const NEARLY: [&str; 12] = [
    " User",
    "User ",
    "U\u{17f}er",
    "User\0",
    "Users",
    "Client_Id",
    "Client\u{131}d",
    "Pa\u{df}word",
    "Password\u{200b}",
    "\u{feff}Resource",
    "AppTenantId:Value",
    "Section:ClientSecret",
];

/// The key of a setting in any case, or one of the application, told apart by its number.
fn any_key(name: Option<SettingName>, index: usize) -> impl Strategy<Value = Vec<(char, u8)>> {
    let text = match name {
        Some(name) => prop::collection::vec(any::<bool>(), 16)
            .prop_map(move |upper| {
                let letters = name.key().chars().zip(upper);
                letters.map(|(c, up)| if up { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
            })
            .boxed(),
        None => prop_oneof![
            3 => nasty::text(2).prop_map(move |text| format!("k{index}.{}", text.replace(':', ""))),
            1 => Just(NEARLY[index % NEARLY.len()].to_owned()),
        ]
        .boxed(),
    };
    ways(text)
}

/// Settings in any order, foreign keys between them, and in one file of four a setting that stands there twice.
fn any_file() -> impl Strategy<Value = File> {
    let names = prop::sample::subsequence(SettingName::ALL.to_vec(), 0..=7).prop_shuffle();
    let twin = prop_oneof![3 => Just(None), 1 => any::<prop::sample::Index>().prop_map(Some)];
    (names, twin, 0_usize..4)
        .prop_flat_map(|(names, twin, foreign)| {
            let mut slots: Vec<Option<SettingName>> = names.iter().copied().map(Some).collect();
            if let Some(twin) = twin.filter(|_| !names.is_empty()) {
                slots.push(Some(*twin.get(&names)));
            }
            slots.extend(vec![None; foreign]);
            Just(slots).prop_shuffle()
        })
        .prop_flat_map(|slots| {
            let members: Vec<_> = slots
                .into_iter()
                .enumerate()
                .map(|(index, name)| {
                    (
                        any_key(name, index),
                        any_value(),
                        [gap(true).boxed(), gap(false).boxed(), gap(true).boxed(), gap(true).boxed()],
                    )
                        .prop_map(move |(key, value, gaps)| Member { name, key, value, gaps })
                })
                .collect();
            (members, any::<[bool; 2]>(), gap(true), gap(true), gap(true))
        })
        .prop_map(|(members, [mark, trailing], lead, inner, tail)| {
            let trailing_comma = trailing && !members.is_empty();
            File { mark, lead, members, trailing_comma, inner, tail }
        })
}

fn any_name() -> impl Strategy<Value = SettingName> {
    prop::sample::select(&SettingName::ALL[..])
}

fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Whether `new` is `old` with one run of bytes put in somewhere.
fn is_one_insertion(old: &[u8], new: &[u8]) -> bool {
    new.len() >= old.len() && new.ends_with(&old[common(old, new)..])
}

/// The same, or a comma and one run behind it: the former last member needs one.
fn is_pure_insertion(old: &[u8], new: &[u8]) -> bool {
    is_one_insertion(old, new)
        || (0..=common(old, new))
            .any(|at| new.get(at) == Some(&b',') && is_one_insertion(&old[at..], new.get(at + 1..).unwrap_or(&[])))
}

/// The comments of a text in order, found without the code under test.
fn comments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/']) {
        rest = rest.split_at(at).1;
        let length = if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("//") {
            rest.find(['\r', '\n']).unwrap_or(rest.len())
        } else {
            // The opening quote counts as escaped, so that it ends nothing.
            let mut is_escaped = true;
            let end = rest.find(|c| {
                let is_end = c == '"' && !is_escaped;
                is_escaped = !is_escaped && c == '\\';
                is_end
            });
            end.map_or(rest.len(), |end| end + 1)
        };
        let (piece, behind) = rest.split_at(length);
        if piece.starts_with('/') {
            found.push(piece.trim_end_matches([' ', '\t']).to_owned());
        }
        rest = behind;
    }
    found
}

proptest! {
    #![proptest_config(nasty::cases(512))]

    #[test]
    fn a_file_is_read_as_dotnet_reads_it(file in any_file()) {
        let (whole, _) = file.written();
        let read = Document::read(whole.as_bytes());
        match (file.values(), read) {
            (Ok(values), Ok(document)) => {
                prop_assert_eq!(document.as_bytes(), whole.as_bytes());
                for name in SettingName::ALL {
                    let (seen, expected) = (document.values(), values.get(name));
                    prop_assert_eq!(seen.get(name), expected, "{} in {}", name, whole);
                    prop_assert_eq!(document.line(name).is_some(), file.stored(name) != Ok(None));
                }
            }
            (Err(()), Err(error)) => {
                let is_duplicate = matches!(error.fault().map(|fault| &fault.kind), Some(FaultKind::Duplicate { .. }));
                prop_assert!(is_duplicate, "{error}");
            }
            (Ok(_), Err(error)) => return Err(TestCaseError::fail(format!("{error} in {whole}"))),
            (Err(()), Ok(_)) => return Err(TestCaseError::fail(format!("a key stands twice in {whole}"))),
        }
    }

    #[test]
    fn an_edit_touches_one_value_and_no_other_byte(file in any_file(), name in any_name(), new in nasty::text(4)) {
        let Ok(values) = file.values() else { return Ok(()) };
        let (whole, places) = file.written();
        let document = Document::read(whole.as_bytes()).expect("a file that .NET reads");
        let stored = file.stored(name).expect("no duplicates");
        let edited = match (document.with(name, &new), stored.map(|index| &file.members[index].value)) {
            (Ok(edited), None | Some(Json::Text(_) | Json::Bare(_))) => edited,
            (Err(EditError::NotText { setting, .. }), Some(Json::Empty(_) | Json::Section(_))) => {
                prop_assert_eq!(setting, name);
                return Ok(());
            }
            (other, value) => return Err(TestCaseError::fail(format!("{other:?} for {value:?} in {whole}"))),
        };
        let (before, after) = (whole.as_bytes(), edited.as_bytes());
        match stored {
            _ if values.get(name) == new => prop_assert_eq!(after, before),
            Some(index) => {
                let (head, tail) = (&before[..places[index].start], &before[places[index].end..]);
                prop_assert!(after.len() >= head.len() + tail.len() && after.starts_with(head) && after.ends_with(tail));
                let value = &after[head.len()..after.len() - tail.len()];
                let value: String = serde_json::from_slice(value).expect("a JSON string and nothing else");
                prop_assert_eq!(value, new.clone());
            }
            None => prop_assert!(is_pure_insertion(before, after), "{} became {}", whole, edited.text()),
        }
        prop_assert_eq!(comments(edited.text()), comments(document.text()), "in {}", edited.text());
        // What .NET sees is what was meant, seen by a second reading of the bytes.
        let again = Document::read(after).expect("an edited file is read");
        prop_assert!(again.values() == values.clone().with(name, new.clone()), "{}", edited.text());
        let changed: Vec<_> = document.changes(&again).into_iter().map(|change| change.setting).collect();
        prop_assert_eq!(changed, if values.get(name) == new { vec![] } else { vec![name] });
        // The way back.
        let back = again.with(name, values.get(name)).expect("the former text can be put back");
        prop_assert!(back.values() == values, "{}", back.text());
    }

    #[test]
    fn many_edits_in_any_order_end_in_what_was_meant(
        file in any_file(),
        edits in prop::collection::vec((any_name(), nasty::text(3)), 1..12),
    ) {
        let Ok(mut values) = file.values() else { return Ok(()) };
        let (whole, places) = file.written();
        let mut document = Document::read(whole.as_bytes()).expect("a file that .NET reads");
        let remarks = comments(document.text());
        for (name, new) in &edits {
            match document.with(*name, new) {
                Ok(edited) => {
                    document = edited;
                    values.set(*name, new.clone());
                }
                Err(error) => prop_assert!(matches!(error, EditError::NotText { .. }), "{error} in {}", document.text()),
            }
            prop_assert!(document.values() == values, "{}", document.text());
        }
        prop_assert_eq!(comments(document.text()), remarks);
        // Foreign members are there as they were, in their order.
        let mut rest = document.text();
        for (member, place) in file.members.iter().zip(&places).filter(|(member, _)| member.name.is_none()) {
            let [_, colon, behind, _] = &member.gaps;
            let value = whole.get(place.clone()).expect("a value");
            let source = format!("{}{colon}:{behind}{value}", written(&member.key));
            let Some((_, behind)) = rest.split_once(source.as_str()) else {
                return Err(TestCaseError::fail(format!("{source} is not in {rest}")));
            };
            rest = behind;
        }
        prop_assert_eq!(document.text().len() < document.as_bytes().len(), file.mark);
    }
}
