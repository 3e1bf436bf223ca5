//! AADSTS numbers: found in a text, put in order, and told apart where a repeat does harm.

use super::entra;

/// Old codes that only say that a second one follows.
const UMBRELLAS: [u32; 2] = [70_000, 70_002];

/// Codes that say less than any other code with a text: bad request, tenant not found, credential refused.
const GENERAL: [u32; 8] = [50_000, 50_012, 50_013, 90_002, 90_004, 90_023, 9_002_313, 9_002_338];

/// How much a code says; the smallest says most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exactness {
    Exact,
    General,
    TitleOnly,
    Unlisted,
    Umbrella,
}

fn exactness(code: u32) -> Exactness {
    if UMBRELLAS.contains(&code) {
        return Exactness::Umbrella;
    }
    match entra(code) {
        None => Exactness::Unlisted,
        Some(entry) if !entry.detailed => Exactness::TitleOnly,
        Some(_) if GENERAL.contains(&code) => Exactness::General,
        Some(_) => Exactness::Exact,
    }
}

/// Ranks the codes of one answer, the most exact first; among equals the later one leads. Repeats are dropped.
///
/// Entra puts the general code before the exact one (`[70002,50126]`), so the later one is the better guess.
pub fn rank(codes: &[u32]) -> Vec<u32> {
    let mut ranked: Vec<u32> = Vec::with_capacity(codes.len());
    for &code in codes.iter().rev() {
        if !ranked.contains(&code) {
            ranked.push(code);
        }
    }
    ranked.sort_by_cached_key(|&code| exactness(code));
    ranked
}

/// Returns whether a password request refused with this code counts, or may count, towards smart lockout.
///
/// These are the refusals in which the password was not proven right. Where it was right and something else stopped
/// the sign-in (expired, second factor, policy), nothing is counted, though a repeat is just as useless.
pub fn counts_towards_lockout(code: u32) -> bool {
    matches!(code, 50_034 | 50_053 | 50_054 | 50_056 | 50_057 | 50_064 | 50_126)
}

/// What stands before a number, in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    /// A number after it is a code, listed or not.
    Sure,
    /// Other programs write it too: only a listed number counts.
    Likely,
}

const MARKERS: [(&str, Marker); 6] = [
    ("aadsts", Marker::Sure),
    ("\"error_codes\"", Marker::Sure),
    ("error_codes\\\"", Marker::Sure),
    ("/error?code=", Marker::Sure),
    ("error code", Marker::Likely),
    ("errorcode", Marker::Likely),
];

/// Finds all AADSTS numbers of a text, in order, without repeats.
///
/// Reads `AADSTS7000215` in any case and with a blank between, the lists of `error_codes`, the look-up address of
/// `error_uri`, and "error code 50126" of the sign-in logs if the catalogue lists that number.
pub fn codes_in(text: &str) -> Vec<u32> {
    // Changes no lengths, so positions hold in both.
    let small = text.to_ascii_lowercase();
    let mut found: Vec<(usize, u32)> = Vec::new();
    for (word, marker) in MARKERS {
        for (position, _) in small.match_indices(word) {
            let rest = small.get(position + word.len()..).unwrap_or("");
            let is_code = |code: &u32| marker == Marker::Sure || entra(*code).is_some();
            found.extend(numbers(rest).into_iter().filter(is_code).map(|code| (position, code)));
        }
    }
    found.sort_by_key(|(position, _)| *position);
    let mut codes = Vec::new();
    for (_, code) in found {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// The numbers that a text begins with: one, or a list in brackets.
fn numbers(text: &str) -> Vec<u32> {
    let start = text.trim_start_matches(|letter: char| letter.is_whitespace() || ":=#-_\"'\\".contains(letter));
    let Some(list) = start.strip_prefix('[') else {
        return number(start).into_iter().collect();
    };
    let list = list.split(']').next().unwrap_or("");
    list.split(',').filter_map(|item| number(item.trim_matches([' ', '"', '\\', '\t', '\r', '\n', '[']))).collect()
}

/// A number of as many digits as codes have.
fn number(text: &str) -> Option<u32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    if (5..=9).contains(&digits.len()) { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_exact_code_leads() {
        for (codes, ranked) in [
            (vec![], vec![]),
            (vec![70_002, 50_126], vec![50_126, 70_002]),
            (vec![50_126, 70_002], vec![50_126, 70_002]),
            (vec![70_002, 50_012], vec![50_012, 70_002]),
            (vec![90_002, 700_016], vec![700_016, 90_002]),
            (vec![70_002], vec![70_002]),
            (vec![50_126, 7_000_215], vec![7_000_215, 50_126]),
            (vec![7_000_215, 50_126], vec![50_126, 7_000_215]),
            (vec![99_999_999, 50_011, 90_023, 53_003], vec![53_003, 90_023, 50_011, 99_999_999]),
            (vec![70_002, 99_999_999], vec![99_999_999, 70_002]),
            (vec![50_126, 50_126], vec![50_126]),
        ] {
            assert_eq!(rank(&codes), ranked, "{codes:?}");
        }
    }

    #[test]
    fn wrong_passwords_count_and_right_ones_do_not() {
        assert!([50_126, 50_034, 50_053, 50_056, 50_057].into_iter().all(counts_towards_lockout));
        assert!(![50_055, 50_076, 50_079, 53_003, 7_000_215].into_iter().any(counts_towards_lockout));
    }

    #[test]
    fn codes_are_found_in_what_people_paste() {
        for (text, codes) in [
            ("AADSTS7000215", vec![7_000_215]),
            ("aadsts 50126: Error validating credentials", vec![50_126]),
            ("AADSTS70002: ... AADSTS50126: ... AADSTS70002", vec![70_002, 50_126]),
            ("{\"error_codes\":[70002, 50126],\"error_description\":\"AADSTS70002: x\"}", vec![70_002, 50_126]),
            (r#"{\"error_codes\":[7000215]}"#, vec![7_000_215]),
            (r#""error_codes":"[500011]""#, vec![500_011]),
            ("https://login.microsoftonline.com/error?code=90002", vec![90_002]),
            ("Sign-in error code: 50126\r\nFailure reason", vec![50_126]),
            ("\"errorCode\": 50076,", vec![50_076]),
            ("error code 12345678", vec![]),
            ("AADSTS", vec![]),
            ("AADSTS123", vec![]),
            ("AADSTS99999999: new", vec![99_999_999]),
            ("AADSTS99999999999: too long", vec![]),
            ("7000215", vec![]),
            ("order 50126 of 2024", vec![]),
        ] {
            assert_eq!(codes_in(text), codes, "{text}");
        }
    }

    #[test]
    fn codes_are_found_in_a_pasted_exception_with_crlf() {
        let text = "Microsoft.Identity.Client.MsalServiceException: A configuration issue is preventing authentication\
                    \r\n - check the error message from the server for details.\r\n Original exception: AADSTS7000215: \
                    Invalid client secret provided.\r\nTrace ID: 0a1b2c3d-0000-0000-0000-000000050126\r\n\
                    Correlation ID: 00000000-0000-0000-0000-000000000000\r\nTimestamp: 2024-07-15 11:14:02Z\r\n   \
                    at Microsoft.Identity.Client.OAuth2.OAuth2Client.ThrowServerException\r\n\tStatusCode: 401 \r\n\
                    ResponseBody: {\"error\":\"invalid_client\",\"error_codes\":[\r\n  7000215,\r\n  70002\r\n]}";
        assert_eq!(codes_in(text), [7_000_215, 70_002]);
    }

    proptest! {
        #[test]
        fn any_text_is_searched_and_ranked(text in "(?s).{0,80}(AADSTS|error_codes\":\\[)?.{0,40}") {
            let codes = codes_in(&text);
            prop_assert_eq!(rank(&codes).len(), codes.len());
        }

        #[test]
        fn a_number_is_found_wherever_it_stands(code in 10_000_u32..99_999_999, before in "[a-z \r\n]{0,20}") {
            prop_assert_eq!(codes_in(&format!("{before}AADSTS{code}: x")), [code]);
        }
    }
}
