//! What a text looks like: placeholder, GUID, domain, secret Value, sign-in name.
//!
//! Shapes only ever warn; the server judges.

mod secret;

pub use secret::{SecretShape, breakable, is_like_secret, secret_shape};

/// Why a text stands in the place of a value without being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// Left over from a template: not set yet.
    Template,
    /// `@Microsoft.KeyVault(…)`: put in by the host of the application.
    Elsewhere,
}

/// Recognises placeholders: `[…]`, `<…>`, `#{…}#`, `${…}`, `your-…`, `xxx`, an all-zero GUID.
pub fn placeholder(text: &str) -> Option<Placeholder> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let wrapped = |open: &str, close: &str| {
        text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close)
    };
    if lower.starts_with("@microsoft.keyvault(") {
        return Some(Placeholder::Elsewhere);
    }
    let template = wrapped("[", "]")
        || wrapped("<", ">")
        || wrapped("#{", "}#")
        || wrapped("${", "}")
        || wrapped("{{", "}}")
        || ["your-", "your_", "your ", "<your", "enter-your", "insert-your"]
            .iter()
            .any(|start| lower.starts_with(start))
        || (text.len() >= 3 && lower.bytes().all(|b| b == b'x'))
        || (is_guid(text) && text.bytes().all(|b| matches!(b, b'0' | b'-' | b'{' | b'}')))
        || (is_guid_like(text, |b| matches!(b, b'x' | b'X')));
    template.then_some(Placeholder::Template)
}

/// `8-4-4-4-12` hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    is_guid_like(text, |b| b.is_ascii_hexdigit())
}

/// Cuts the middle out of the GUIDs of a text: the first eight and the last four digits stay.
pub fn with_short_guids(text: &str) -> String {
    let is_edge = |letter: char| !(letter.is_ascii_hexdigit() || letter == '-');
    let pieces = text.split_inclusive(is_edge).map(|piece| {
        let word = piece.trim_end_matches(is_edge);
        match (is_guid(word), word.get(..8), word.get(word.len().saturating_sub(4)..), piece.get(word.len()..)) {
            (true, Some(start), Some(end), Some(edge)) => format!("{start}-...-{end}{edge}"),
            _ => piece.to_owned(),
        }
    });
    pieces.collect()
}

fn is_guid_like(text: &str, digit: fn(u8) -> bool) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { digit(b) })
}

/// A name with at least one dot, of letters, digits and hyphens.
pub fn is_domain(text: &str) -> bool {
    text.contains('.')
        && text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// The names that stand for no tenant of their own.
pub fn is_tenant_alias(text: &str) -> bool {
    ["common", "organizations", "consumers"].iter().any(|alias| alias.eq_ignore_ascii_case(text))
}

/// `name@domain`.
pub fn is_sign_in_name(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && !name.contains(char::is_whitespace) && is_domain(domain))
}

/// Quotes that enclose the whole text, as a value copied from a file has them.
pub fn has_quotes(text: &str) -> bool {
    let mut chars = text.chars();
    matches!(
        (chars.next(), chars.next_back()),
        (Some('"'), Some('"'))
            | (Some('\''), Some('\''))
            | (Some('\u{201c}'), Some('\u{201d}'))
            | (Some('`'), Some('`'))
    )
}

/// White space at either end, zero-width characters and no-break spaces included.
pub fn has_outer_space(text: &str) -> bool {
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    text.starts_with(is_space) || text.ends_with(is_space)
}

/// Providers of personal mailboxes; their accounts are of no tenant.
const PERSONAL: [&str; 12] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "icloud.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "aol.com",
];

/// A sign-in name at a provider of personal mailboxes.
pub fn is_personal_name(text: &str) -> bool {
    domain_of(text).is_some_and(|domain| PERSONAL.contains(&domain.to_ascii_lowercase().as_str()))
}

/// `anna_fabrikam.com#EXT#@contoso.onmicrosoft.com`: the name of a guest.
pub fn is_guest_name(text: &str) -> bool {
    text.to_ascii_uppercase().contains("#EXT#")
}

/// The part of a sign-in name after the last `@`.
pub fn domain_of(text: &str) -> Option<&str> {
    text.rsplit_once('@').map(|(_, domain)| domain.trim()).filter(|domain| !domain.is_empty())
}

/// How many letters have to be changed, added or taken out to make one text of the other, ignoring case.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, right) in b.iter().enumerate() {
            let replaced = before.get(column).copied().unwrap_or(0) + usize::from(left != right);
            let taken = before.get(column + 1).copied().unwrap_or(0) + 1;
            let added = line.get(column).copied().unwrap_or(0) + 1;
            line.push(replaced.min(taken).min(added));
        }
        before = line;
    }
    before.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_keep_their_ends() {
        let text = "contoso.example = 8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0, EU";
        assert_eq!(with_short_guids(text), "contoso.example = 8f3c2a1e-...-77d0, EU");
        assert_eq!(with_short_guids("8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0"), "8f3c2a1e-...-77d0");
        assert_eq!(with_short_guids("no GUID, \u{e9}"), "no GUID, \u{e9}");
    }

    #[test]
    fn placeholders() {
        for text in [
            "[Your Azure Tenant ID]",
            "<client-id>",
            "#{ClientSecret}#",
            "${CLIENT_ID}",
            "your-client-id",
            "YOUR_SECRET",
            "00000000-0000-0000-0000-000000000000",
            "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            "xxx",
            " [x] ",
        ] {
            assert_eq!(placeholder(text), Some(Placeholder::Template), "{text}");
        }
        assert_eq!(placeholder("@Microsoft.KeyVault(SecretUri=https://v)"), Some(Placeholder::Elsewhere));
        for text in
            ["", "yours", "contoso.onmicrosoft.com", "x8Q~[a]", "[", "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "[]"]
        {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }

    #[test]
    fn names_of_guests_and_mailboxes_and_near_misses() {
        assert!(is_personal_name("anna@GMAIL.com") && !is_personal_name("anna@contoso.com"));
        assert!(is_guest_name("a_b.com#EXT#@contoso.onmicrosoft.com") && !is_guest_name("a@b.com"));
        assert_eq!((domain_of("a@b@c.d"), domain_of("a@"), domain_of("a")), (Some("c.d"), None, None));
        for (a, b, expected) in [("", "", 0), ("abc", "ABC", 0), ("abc", "abd", 1), ("abc", "", 3), ("ab", "ba", 2)] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn shapes() {
        assert!(is_guid("1B4E28BA-2fa1-41d2-883f-0016d3cca427"));
        assert!(!is_guid("1b4e28ba2fa141d2883f0016d3cca427"));
        assert!(is_domain("contoso.onmicrosoft.com") && is_domain("münchen.de"));
        assert!(!is_domain("contoso") && !is_domain("a..b") && !is_domain("-a.b"));
        assert!(
            is_sign_in_name("o'neil@contoso.com") && !is_sign_in_name("CONTOSO\\anna") && !is_sign_in_name("a b@c.d")
        );
        assert!(has_outer_space("a\u{200b}") && has_outer_space("\u{a0}a") && !has_outer_space("a b"));
        assert!(has_quotes("\"a\"") && !has_quotes("\"a") && !has_quotes("\""));
    }
}
