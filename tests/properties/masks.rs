//! Secrets in a server's text: no spelling of one survives, and nothing else is touched.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use token_wizard::domain::mask::{MASKED, Masker};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::text::printable_lines;

use crate::nasty;

/// A way in which programs write a text into another one.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    Raw,
    /// RFC 3986, all but the unreserved characters.
    PercentUpper,
    PercentLower,
    /// `encodeURIComponent`.
    UriComponent,
    /// `application/x-www-form-urlencoded`, space as `+`.
    Form,
    FormLower,
    /// Every byte, what nobody does and every reader takes.
    PercentAll,
    /// JSON with the fewest escapes.
    Json,
    /// JSON of PHP: the slash too, and no character beyond ASCII.
    JsonSlash,
    /// JSON of `System.Text.Json`: what HTML knows too, in capitals.
    JsonDotNet,
    /// JSON, each character as `\uxxxx`.
    JsonAllLower,
    JsonAllUpper,
    /// HTML, the five characters by name.
    HtmlNames,
    /// HTML, decimal references.
    HtmlDecimal,
    /// HTML, hexadecimal references in capitals.
    HtmlHex,
    HtmlHexLower,
    /// A form inside of JSON.
    FormInJson,
    /// JSON inside of HTML.
    JsonInHtml,
}

const SPELLINGS: [Spelling; 18] = [
    Spelling::Raw,
    Spelling::PercentUpper,
    Spelling::PercentLower,
    Spelling::UriComponent,
    Spelling::Form,
    Spelling::FormLower,
    Spelling::PercentAll,
    Spelling::Json,
    Spelling::JsonSlash,
    Spelling::JsonDotNet,
    Spelling::JsonAllLower,
    Spelling::JsonAllUpper,
    Spelling::HtmlNames,
    Spelling::HtmlDecimal,
    Spelling::HtmlHex,
    Spelling::HtmlHexLower,
    Spelling::FormInJson,
    Spelling::JsonInHtml,
];

fn percent(text: &str, is_lower: bool, kept: &str) -> String {
    text.bytes()
        .map(|byte| match char::from(byte) {
            c if c.is_ascii_alphanumeric() || kept.contains(c) => c.to_string(),
            _ if is_lower => format!("%{byte:02x}"),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn json(text: &str, escaped: impl Fn(char) -> bool, is_lower: bool) -> String {
    let units = |c: char| {
        c.encode_utf16(&mut [0; 2])
            .iter()
            .map(|unit| if is_lower { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") })
            .collect()
    };
    text.chars()
        .map(|c| match c {
            _ if escaped(c) => units(c),
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '\0'..' ' => units(c),
            _ => c.to_string(),
        })
        .collect()
}

fn html(text: &str, reference: impl Fn(char) -> Option<String>) -> String {
    text.chars().map(|c| reference(c).unwrap_or_else(|| c.to_string())).collect()
}

fn names(c: char) -> Option<String> {
    let name = match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        '\u{a0}' => "&nbsp;",
        _ => return None,
    };
    Some(name.to_owned())
}

fn spelled(text: &str, spelling: Spelling) -> String {
    let is_odd = |c: char| !c.is_ascii_alphanumeric();
    match spelling {
        Spelling::Raw => text.to_owned(),
        Spelling::PercentUpper => percent(text, false, "-._~"),
        Spelling::PercentLower => percent(text, true, "-._~"),
        Spelling::UriComponent => percent(text, false, "-_.!~*'()"),
        Spelling::Form => percent(text, false, "-._* ").replace(' ', "+"),
        Spelling::FormLower => percent(text, true, "-._!*() ").replace(' ', "+"),
        Spelling::PercentAll => {
            text.bytes().flat_map(|byte| format!("%{byte:02X}").chars().collect::<Vec<_>>()).collect()
        }
        Spelling::Json => json(text, |_| false, true),
        Spelling::JsonSlash => json(text, |c| !c.is_ascii(), true).replace('/', "\\/"),
        Spelling::JsonDotNet => json(text, |c| !c.is_ascii() || "\"&'+<>`".contains(c), false),
        Spelling::JsonAllLower => json(text, |_| true, true),
        Spelling::JsonAllUpper => json(text, |_| true, false),
        Spelling::HtmlNames => html(text, names),
        Spelling::HtmlDecimal => html(text, |c| is_odd(c).then(|| format!("&#{};", u32::from(c)))),
        Spelling::HtmlHex => html(text, |c| is_odd(c).then(|| format!("&#x{:X};", u32::from(c)))),
        Spelling::HtmlHexLower => html(text, |c| is_odd(c).then(|| format!("&#x{:02x};", u32::from(c)))),
        Spelling::FormInJson => json(&spelled(text, Spelling::Form), |c| c == '+', false),
        Spelling::JsonInHtml => html(&spelled(text, Spelling::Json), names),
    }
}

/// A secret that has nothing in common with the texts around it, which are small letters and no digits.
fn any_secret() -> impl Strategy<Value = String> {
    let inner = r#"([A-Z0-9]|[~+/=&%"\\'<>; ._!*()`-]|é|日|😀|\u{a0}|\t|\n){2,24}"#;
    ("[A-Z0-9]{2}", inner, "[A-Z0-9]{2}").prop_map(|(head, inner, tail)| format!("{head}{inner}{tail}"))
}

/// Text without capitals and digits, so that no secret of [`any_secret`] is in it, in no spelling; and without what
/// masking takes out of every text.
fn around() -> impl Strategy<Value = String> {
    nasty::text(5).prop_map(|text| {
        let text: String = text.chars().filter(|c| !c.is_ascii_uppercase() && !c.is_ascii_digit()).collect();
        printable_lines(&text).into_owned()
    })
}

fn masker(secrets: &[&str]) -> Masker {
    let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
    Masker::new(&secrets)
}

proptest! {
    #![proptest_config(nasty::cases(192))]

    #[test]
    fn every_spelling_goes_and_the_text_around_it_stays(
        secret in any_secret(), before in around(), after in around(),
    ) {
        let masker = masker(&[&secret]);
        for spelling in SPELLINGS {
            let text = format!("{before}{}{after}", spelled(&secret, spelling));
            prop_assert_eq!(masker.mask(&text), format!("{before}{MASKED}{after}"), "{:?}: {}", spelling, text);
        }
    }

    #[test]
    fn a_mixture_of_spellings_goes_too(
        secret in any_secret(), picks in prop::collection::vec(0_usize..14, 30), before in around(),
    ) {
        let picks = picks.iter().chain(std::iter::repeat(&0));
        let mixed: String =
            secret.chars().zip(picks).map(|(c, pick)| spelled(&c.to_string(), SPELLINGS[*pick])).collect();
        prop_assert_eq!(masker(&[&secret]).mask(&format!("{before}{mixed}")), format!("{before}{MASKED}"), "{}", mixed);
    }

    #[test]
    fn base64_goes_wherever_the_secret_stands_in_it(
        secret in any_secret(),
        before in prop::collection::vec(any::<u8>(), 0..7),
        after in prop::collection::vec(any::<u8>(), 0..7),
        is_form: bool,
    ) {
        let masker = masker(&[&secret]);
        let bytes = [before.as_slice(), secret.as_bytes(), after.as_slice()].concat();
        // The characters that the secret alone decides.
        let first = (before.len() * 8).div_ceil(6);
        let last = (before.len() + secret.len()) * 8 / 6;
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&bytes);
            let core = encoded.get(first..last).expect("letters");
            prop_assume!(core.len() >= 8);
            let text = if is_form { percent(&encoded, false, "-_") } else { encoded.clone() };
            let masked = masker.mask(&format!("Basic {text} end"));
            let core = if is_form { percent(core, false, "-_") } else { core.to_owned() };
            prop_assert!(masked.contains(MASKED) && !masked.contains(&core), "{core} is in {masked}");
            prop_assert!(masked.starts_with("Basic ") && masked.ends_with(" end"));
            // Beside the mask are only the letters that neighbours decide too.
            prop_assert!(masked.len() <= 10 + MASKED.len() + 3 * (encoded.len() - (last - first)), "{masked} of {text}");
        }
    }

    #[test]
    fn text_without_a_secret_is_unchanged(secrets in prop::collection::vec(any_secret(), 0..4), text in around()) {
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        prop_assert_eq!(masker(&secrets).mask(&text), text);
    }

    /// Secrets side by side and into each other: `head` and `tail` share their middle.
    #[test]
    fn neighbours_and_overlaps_go_whole(
        parts in prop::collection::vec("[A-Z0-9]{2,8}", 3), before in around(), after in around(),
    ) {
        let (head, tail) = (format!("{}{}", parts[0], parts[1]), format!("{}{}", parts[1], parts[2]));
        let masker = masker(&[&head, &tail]);
        let shown = masker.mask(&format!("{before}{head}{tail}{after}"));
        prop_assert_eq!(shown.replace(MASKED, ""), format!("{before}{after}"));
        let shown = masker.mask(&format!("{before}{}{after}", parts.concat()));
        prop_assert_eq!(shown.replace(MASKED, ""), format!("{before}{after}"));
        let outer = parts.concat();
        let nested = self::masker(&[&parts[1], &outer, &head]);
        prop_assert_eq!(nested.mask(&format!("{before}{outer}{after}")), format!("{before}{MASKED}{after}"));
    }

    /// However short a secret is, it does not stand in the text any more; only blank ones are none.
    #[test]
    fn a_short_secret_goes_too(secret in "[A-Z0-9é%+]{1,3}|[ \t\u{a0}]{0,3}", before in around(), after in around()) {
        let text = format!("{before}{secret}{after}");
        let shown = masker(&[&secret]).mask(&text);
        if secret.trim().is_empty() {
            prop_assert_eq!(shown, printable_lines(&text));
        } else {
            prop_assert!(shown.contains(MASKED));
            prop_assert!(shown.split(MASKED).all(|rest| !rest.contains(secret.trim())), "{shown}");
        }
    }

    #[test]
    fn no_text_and_no_secret_breaks_it(secrets in prop::collection::vec(nasty::text(4), 0..4), text in nasty::text(12)) {
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let masker = masker(&secrets);
        let shown = masker.mask(&text);
        for secret in secrets.iter().filter(|secret| !secret.trim().is_empty()) {
            prop_assert!(shown.split(MASKED).all(|rest| !rest.contains(secret)), "{secret:?} is in {shown:?}");
        }
        for secret in &secrets {
            for spelling in SPELLINGS {
                let _shown = masker.mask(&format!("{text}{}", spelled(secret, spelling)));
            }
        }
        prop_assert!(!format!("{masker:?}").contains('"'), "a masker prints no spelling");
    }

    /// Half an escape at any place breaks nothing.
    #[test]
    fn torn_escapes_break_nothing(secret in any_secret(), spelling in prop::sample::select(&SPELLINGS[..]), cut in 0_usize..99) {
        let text = spelled(&secret, spelling);
        let torn: String = text.chars().take(cut.min(text.chars().count().saturating_sub(1))).collect();
        let shown = masker(&[&secret]).mask(&torn);
        prop_assert!(shown.len() <= torn.len().max(MASKED.len()));
    }
}
