//! Takes secrets out of a server's text, in every spelling in which they can come back.

mod spelling;

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use zeroize::Zeroizing;

use super::secret::Secret;

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

/// The shortest part of a base64 spelling that is looked for; shorter ones occur by chance.
const SHORTEST_BASE64: usize = 8;

/// Knows the spellings of the secrets of one run.
#[derive(Default)]
pub struct Masker {
    /// Each may be escaped once more where it stands.
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
        let trimmed = secret.trim();
        if trimmed.is_empty() {
            return;
        }
        for text in [secret, trimmed] {
            let mut spellings =
                vec![text.to_owned(), percent(text, false), percent(text, true), form(text), json(text)];
            spellings.extend(base64_spellings(text));
            self.spellings.extend(spellings.into_iter().map(Zeroizing::new));
        }
        self.spellings.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        self.spellings.dedup();
    }

    /// The text without the secrets, without anything that looks like a JWT, and without the values of members that
    /// hold tokens.
    pub fn mask(&self, text: &str) -> String {
        mask_members(&mask_jwts(&self.mask_known(text)))
    }

    fn mask_known(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut hidden_to = 0;
        // One pass from the left: what was put in is never looked at again. Secrets that overlap go together.
        for (at, c) in text.char_indices() {
            let rest = text.get(at..).unwrap_or("");
            let known = self.spellings.iter().map(|spelling| spelling.as_str());
            let end = spelling::longest(rest, known).map_or(0, |length| at + length);
            if end > hidden_to {
                if at >= hidden_to {
                    masked.push_str(MASKED);
                }
                hidden_to = end;
            }
            if at >= hidden_to {
                masked.push(c);
            }
        }
        masked
    }
}

/// Every byte but RFC 3986's unreserved ones as `%XX`.
fn percent(text: &str, is_lower: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else if is_lower {
            let _infallible = write!(encoded, "%{byte:02x}");
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// As in `application/x-www-form-urlencoded`.
fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// As inside a JSON string.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted).to_owned()
}

/// The base64 spellings of the text wherever it stands in what was encoded: three alignments, two alphabets.
fn base64_spellings(text: &str) -> Vec<String> {
    let mut spellings = Vec::new();
    for before in 0..3_usize {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(text.as_bytes());
        // Characters that carry bits of the neighbours are left out at both ends.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for engine in [&STANDARD, &URL_SAFE] {
            let encoded: String = engine.encode(&bytes).chars().take(last).skip(first).collect();
            if encoded.len() >= SHORTEST_BASE64 {
                spellings.push(encoded);
            }
        }
    }
    spellings
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
    fn tokens_are_masked_without_being_known() {
        let masker = Masker::default();
        assert_eq!(masker.mask("Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln, ok"), "Bearer [masked], ok");
        assert_eq!(masker.mask(r#"{"access_token":"opaque\"x","n":1}"#), r#"{"access_token": "[masked]","n":1}"#);
        assert_eq!(masker.mask(r#"{"refresh_token" : "cut"#), r#"{"refresh_token": "[masked]"#);
        assert_eq!(masker.mask(r#"{"access_token":null}"#), r#"{"access_token":null}"#);
        assert_eq!(masker.mask("eyJ is a start"), "eyJ is a start");
    }

    #[test]
    fn secrets_that_overlap_go_together() {
        let masker = Masker::new(&["abcdef", "defghi", "cd"].map(Secret::new));
        assert_eq!(masker.mask("-abcdefghi-abcdefdefghi-acd"), "-[masked]-[masked][masked]-a[masked]");
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
        fn any_text_can_be_masked(text: String, secret: String) {
            let _masked = Masker::new([&Secret::new(secret)]).mask(&text);
        }
    }
}
