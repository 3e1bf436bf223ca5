//! Takes secrets out of a server's text, in every spelling in which they can come back.

mod reader;
mod spelling;

use std::ops::Range;

use zeroize::Zeroizing;

use super::secret::Secret;
use super::text::{ELLIPSIS, head, printable_lines};
use spelling::{Decoded, form, json, percent};

/// What stands in the place of a secret.
pub const MASKED: &str = "[masked]";

/// Keys of JSON members whose text values are secrets, whoever sends them.
const SECRET_MEMBERS: [&str; 9] = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "client_assertion",
    "password",
    "token",
    "ClientSecret",
    "assertion",
];

/// The longest text that is looked at, in bytes. What is shown of a text is far shorter, and a server may send anything.
const WINDOW: usize = 64 * 1024;

/// How much at the end of a text that was cut is not shown: there may stand what begins like a secret and cannot be
/// told from one. Holds [`KEY`] characters in the longest spelling, six bytes each.
const MARGIN: usize = 6 * KEY;

/// By so many bytes of its beginning a secret is known that goes on behind the cut.
const KEY: usize = 1024;

/// Client secrets and passwords have no more bytes; tokens do.
const SHORT: usize = 256;

/// Knows the spellings of the secrets of one run.
#[derive(Default)]
pub struct Masker {
    /// The longest first, so that a secret that contains another one is taken out as a whole.
    spellings: Vec<Zeroizing<String>>,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masker({} spellings)", self.spellings.len())
    }
}

impl Masker {
    /// For these secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut masker = Self::default();
        for secret in secrets {
            masker.add(secret.expose());
        }
        masker
    }

    /// Learns one more secret, a token that has just come for example.
    pub fn add(&mut self, secret: &str) {
        // More than that cannot stand in a text.
        let secret = head(secret, WINDOW);
        let trimmed = secret.trim();
        if trimmed.is_empty() {
            return;
        }
        // Texts are searched after they were made printable, and a secret may hold what that takes away.
        for text in [secret, trimmed, printable_lines(trimmed).as_ref()] {
            if text.is_empty() {
                continue;
            }
            let mut spellings =
                vec![text.to_owned(), percent(text, false), percent(text, true), form(text), json(text)];
            spellings.extend(spelling::base64(text));
            self.spellings.extend(spellings.into_iter().map(Zeroizing::new));
        }
        self.spellings.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        self.spellings.dedup();
    }

    /// The text as [`printable_lines`], without the secrets, without anything that looks like a JWT, and without the
    /// values of members that hold tokens.
    ///
    /// What is invisible goes first: taken out later, it would put together a secret that it had kept apart. Of a text
    /// that is longer than 64 KiB only the beginning is returned, with `...` after it.
    pub fn mask(&self, text: &str) -> String {
        let start = head(text, WINDOW);
        let is_cut = start.len() < text.len();
        let mut masked = mask_members(&mask_jwts(&self.mask_known(&printable_lines(start), is_cut)));
        if is_cut {
            masked.push_str(ELLIPSIS);
        }
        masked
    }

    fn mask_known(&self, text: &str, is_cut: bool) -> String {
        let places = |text: &str| {
            let mut places = self.places(text);
            places.extend(is_cut.then(|| self.cut_place(text)).flatten());
            places
        };
        let mut found = places(text);
        found.extend(self.read_places(text));
        let views = [('\\', Decoded::of_json as fn(&str) -> Decoded), ('%', Decoded::of_percent)];
        for (_, decode) in views.into_iter().filter(|(escape, _)| text.contains(*escape)) {
            let decoded = decode(text);
            let origin = |position: usize| decoded.origin.get(position).copied().unwrap_or(text.len());
            found.extend(places(&decoded.text).into_iter().map(|place| origin(place.start)..origin(place.end)));
        }
        found.sort_by_key(|place| place.start);
        let shown = text.floor_char_boundary(if is_cut { text.len().saturating_sub(MARGIN) } else { text.len() });
        let mut masked = String::with_capacity(text.len());
        let mut end = 0;
        for place in found.into_iter().filter(|place| place.start < shown) {
            if place.start >= end {
                masked.push_str(text.get(end..place.start).unwrap_or_default());
                masked.push_str(MASKED);
            }
            end = end.max(place.end);
        }
        masked.push_str(text.get(end..shown).unwrap_or_default());
        masked
    }

    /// Where short secrets stand with escapes of several kinds in one word, HTML's among them.
    ///
    /// Looks at every place in the text, which for a long secret could take very long; of a token that is escaped in
    /// one way the views above know.
    fn read_places(&self, text: &str) -> Vec<Range<usize>> {
        let short: Vec<&str> = self
            .spellings
            .iter()
            .map(|spelling| spelling.as_str())
            .filter(|spelling| spelling.len() <= SHORT)
            .collect();
        let found = text.char_indices().filter_map(|(at, _)| {
            let length = reader::longest(text.get(at..)?, short.iter().copied())?;
            Some(at..at + length)
        });
        found.collect()
    }

    /// Where a secret begins that goes on behind the end of the text.
    fn cut_place(&self, text: &str) -> Option<Range<usize>> {
        let long = self.spellings.iter().filter(|spelling| spelling.len() > KEY);
        let starts = long.filter_map(|spelling| {
            // The last escape may have been cut in two; a pair of surrogates takes twelve bytes.
            let sure = head(text, text.len().saturating_sub(12));
            let begins = |at: &usize| sure.get(*at..).is_some_and(|rest| spelling.starts_with(rest));
            text.match_indices(head(spelling, KEY)).map(|(at, _)| at).find(begins)
        });
        starts.min().map(|start| start..text.len())
    }

    /// Where the spellings stand, from the left, the longest of those that begin together; none overlaps another.
    ///
    /// Takes time in proportion to the text, whatever is in it: no spelling is searched twice in the same part.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let find = |spelling: &str, from: usize| {
            // Preparing the search for a token takes longer than the search in a header, which cannot hold one.
            let rest = text.get(from..).filter(|rest| rest.len() >= spelling.len())?;
            Some(from + rest.find(spelling)?)
        };
        let mut next: Vec<(&str, Option<usize>)> =
            self.spellings.iter().map(|spelling| (spelling.as_str(), find(spelling, 0))).collect();
        let mut places = Vec::new();
        loop {
            let first = next.iter().filter_map(|(spelling, at)| Some((spelling, (*at)?)));
            // The longest come first, and of equal keys the first one is taken.
            let Some((spelling, at)) = first.min_by_key(|(_, at)| *at) else { return places };
            let place = at..at + spelling.len();
            for (spelling, at) in &mut next {
                if at.is_some_and(|at| at < place.end) {
                    *at = find(spelling, place.end);
                }
            }
            places.push(place);
        }
    }
}

/// Masks runs that look like a JWT: `eyJ`, then base64url characters and dots.
fn mask_jwts(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("eyJ") {
        masked.push_str(before);
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=')));
        let (run, next) = end.and_then(|at| after.split_at_checked(at)).unwrap_or((after, ""));
        // A header alone is about twenty characters; shorter runs are words.
        if run.len() >= 17 {
            masked.push_str(MASKED);
        } else {
            masked.push_str("eyJ");
            masked.push_str(run);
        }
        rest = next;
    }
    masked.push_str(rest);
    masked
}

/// Masks the text values of members that hold secrets, whether or not the text is whole JSON.
fn mask_members(text: &str) -> String {
    let mut masked = text.to_owned();
    for member in SECRET_MEMBERS {
        let key = format!("\"{member}\"");
        let mut done = String::with_capacity(masked.len());
        let mut rest = masked.as_str();
        while let Some((before, after)) = rest.split_once(key.as_str()) {
            done.push_str(before);
            done.push_str(&key);
            rest = after;
            let value = after.trim_start();
            let Some(value) = value.strip_prefix(':').map(str::trim_start).and_then(|value| value.strip_prefix('"'))
            else {
                continue;
            };
            done.push_str(": \"");
            done.push_str(MASKED);
            rest = value.split_at_checked(end_of_string(value)).map_or("", |(_, rest)| rest);
        }
        done.push_str(rest);
        masked = done;
    }
    masked
}

/// The byte position of the quote that ends a JSON string, or its length.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !is_escaped => return at,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    const CANARY: &str = "c4n8Q~ary+/=&% \"\\é.value";

    #[test]
    fn every_spelling_of_a_secret_is_taken_out() {
        let masker = Masker::new([&Secret::new(CANARY)]);
        for spelling in [
            CANARY.to_owned(),
            percent(CANARY, true),
            percent(CANARY, false),
            form(CANARY),
            json(CANARY),
            STANDARD.encode(CANARY),
            URL_SAFE.encode(format!("client:{CANARY}")),
            STANDARD.encode(format!("ab:{CANARY}xyz")),
        ] {
            let shown = masker.mask(&format!("before {spelling} after"));
            assert!(shown.contains(MASKED), "{spelling} -> {shown}");
            assert!(shown.starts_with("before ") && shown.ends_with(" after"), "{shown}");
            assert!(!shown.contains("ary"), "{shown}");
        }
    }

    #[test]
    fn writers_of_json_and_urls_differ_in_what_they_escape() {
        let masker = Masker::new([&Secret::new(CANARY)]);
        let all: Vec<String> = CANARY.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect();
        for spelling in [
            CANARY.replace('\\', "\\\\").replace('"', "\\u0022").replace('+', "\\u002B").replace('&', "\\u0026"),
            json(CANARY).replace('/', "\\/"),
            json(CANARY).replace('=', "\\u003d").replace('é', "\\u00e9"),
            all.concat(),
            percent(CANARY, false).replace("%2B", "%2b").replace('Q', "%51"),
            percent(CANARY, false).replace("%C3%A9", "é"),
        ] {
            let shown = masker.mask(&format!("before {spelling} after"));
            assert_eq!(shown, "before [masked] after", "{spelling}");
        }
    }

    #[test]
    fn what_is_invisible_keeps_no_secret_apart() {
        let masker = Masker::new([&Secret::new("c4n8Q~ary"), &Secret::new("with\u{200b}in")]);
        assert_eq!(masker.mask("a c4n8\u{200b}Q\u{1b}~\u{202e}ary b"), "a [masked] b");
        assert_eq!(masker.mask("a with\u{200b}in, within b"), "a [masked], [masked] b");
        assert_eq!(masker.mask("a c4n8Q\\u200b~\\u001bary, c4n8Q%1B~%E2%80%8Bary b"), "a [masked], [masked] b");
    }

    #[test]
    fn long_texts_of_one_letter_are_searched_once() {
        let masker = Masker::new([&Secret::new("a".repeat(30_000)), &Secret::new("a".repeat(29_999) + "b")]);
        assert_eq!(masker.mask(&"a".repeat(29_998)).len(), 29_998);
        assert_eq!(masker.mask(&"a".repeat(60_000)), "[masked][masked]");
    }

    #[test]
    fn a_secret_across_the_cut_is_not_shown() {
        let (short, long) = ("c4n8Q~ary", "d5m9".repeat(WINDOW));
        let masker = Masker::new([&Secret::new(short), &Secret::new(long.clone())]);
        for secret in [short, &long] {
            for spelling in [
                secret.to_owned(),
                secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat(),
            ] {
                for at in (0..2 * MARGIN).step_by(1009) {
                    let text = format!("{}{spelling} {}", ".".repeat(WINDOW - at), ".".repeat(WINDOW));
                    let shown = masker.mask(&text);
                    assert!(!shown.contains("c4") && !shown.contains("d5m9") && !shown.contains("\\u00"), "{at}");
                    assert!(shown.ends_with(ELLIPSIS));
                }
            }
        }
    }

    #[test]
    fn secrets_that_overlap_go_together() {
        let masker = Masker::new(&["abcdef", "defghi", "cd"].map(Secret::new));
        assert_eq!(masker.mask("-abcdefghi-abcdefdefghi-acd"), "-[masked]-[masked][masked]-a[masked]");
    }

    #[test]
    fn tokens_are_masked_without_being_known() {
        let masker = Masker::default();
        assert_eq!(masker.mask("Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln, ok"), "Bearer [masked], ok");
        assert_eq!(masker.mask(r#"{"access_token":"opaque\"x","n":1}"#), r#"{"access_token": "[masked]","n":1}"#);
        assert_eq!(masker.mask(r#"{"refresh_token" : "cut"#), r#"{"refresh_token": "[masked]"#);
        assert_eq!(masker.mask(r#"{"access_token":null}"#), r#"{"access_token":null}"#);
        assert_eq!(masker.mask("eyJ is a start"), "eyJ is a start");
    }

    proptest! {
        #[test]
        fn no_secret_survives(secret in "[ -~é]{4,40}", before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
            prop_assume!(!MASKED.contains(secret.trim()) && secret.trim().len() >= 4);
            let masker = Masker::new([&Secret::new(secret.clone())]);
            for spelling in [secret.clone(), percent(&secret, false), form(&secret), json(&secret)] {
                // A spelling can also come about across the border of what was put in; only the brackets could do that.
                prop_assume!(!spelling.contains(['[', ']']));
                let masked = masker.mask(&format!("{before}{spelling}{after}"));
                prop_assert!(!masked.contains(&spelling), "{masked}");
            }
        }

        #[test]
        fn escapes_hide_nothing(secret in "[ -~é😀]{4,20}", escaped in proptest::collection::vec(0..4_u8, 20), text in "[ -~]{0,9}") {
            prop_assume!(secret.trim().len() >= 4 && !secret.contains(['%', '\\', '[', ']']));
            let masker = Masker::new([&Secret::new(secret.clone())]);
            let mut units = [0; 2];
            let mut bytes = [0; 4];
            let (mut in_json, mut in_url) = (String::new(), String::new());
            for (c, how) in secret.chars().zip(escaped) {
                if how == 0 || matches!(c, '"' | '\\') {
                    in_json.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
                    in_url.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02x}")));
                } else {
                    in_json.push(c);
                    in_url.push(c);
                }
            }
            for spelling in [in_json, in_url] {
                let masked = masker.mask(&format!("{text}  {spelling}  {text}"));
                prop_assert!(!masked.contains(&spelling) && masked.contains(MASKED), "{masked}");
            }
        }

        #[test]
        fn any_text_can_be_masked(text: String, secret: String) {
            let _masked = Masker::new([&Secret::new(secret)]).mask(&text);
        }
    }
}
