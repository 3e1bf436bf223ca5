//! Reads the parts of a damaged token as far as they go.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// base64url without padding; what stands behind the last whole byte is ignored.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A part of a token as a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// All of it.
    Whole(Map<String, Value>),
    /// The members before the place where it ends or stops making sense; may be none.
    Beginning(Map<String, Value>),
    /// It is no beginning of an object.
    Nothing,
}

/// Reads a part; a last character that stands for less than a byte is left out.
pub(super) fn part(text: &str) -> Part {
    let usable = if text.len() % 4 == 1 { text.len() - 1 } else { text.len() };
    let Some(Ok(bytes)) = text.get(..usable).map(|text| BASE64URL.decode(text).map(Zeroizing::new)) else {
        return Part::Nothing;
    };
    if let Ok(Value::Object(object)) = serde_json::from_slice(&bytes) {
        return Part::Whole(object);
    }
    let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    beginning(valid)
}

/// The members of the longest beginning that is an object once it is closed.
fn beginning(text: &str) -> Part {
    if !text.trim_start().starts_with('{') {
        return Part::Nothing;
    }
    for comma in member_ends(text).into_iter().rev() {
        let closed = Zeroizing::new(format!("{}}}", text.get(..comma).unwrap_or_default()));
        if let Ok(Value::Object(object)) = serde_json::from_str(&closed) {
            return Part::Beginning(object);
        }
    }
    // A name must follow, else any `{` of base64 would be the beginning of an object.
    let starts_name = text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'));
    if starts_name { Part::Beginning(Map::new()) } else { Part::Nothing }
}

/// The commas between members of the outermost object.
fn member_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for (at, letter) in text.char_indices() {
        if is_text {
            match letter {
                '"' if !is_escaped => is_text = false,
                '\\' => is_escaped = !is_escaped,
                _ => is_escaped = false,
            }
            continue;
        }
        match letter {
            '"' => (is_text, is_escaped) = (true, false),
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => ends.push(at),
            _ => {}
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    fn names(part: &Part) -> Vec<&str> {
        match part {
            Part::Whole(object) | Part::Beginning(object) => object.keys().map(String::as_str).collect(),
            Part::Nothing => vec!["nothing"],
        }
    }

    #[test]
    fn members_before_the_cut_are_read() {
        let whole = URL_SAFE_NO_PAD.encode(r#"{"aud":"a,\"}b","n":[1,{"x":2}],"exp":17,"iss":"https"}"#);
        assert!(matches!(part(&whole), Part::Whole(_)));
        for (length, expected) in
            [(70, vec!["aud", "n", "exp"]), (50, vec!["aud", "n"]), (30, vec!["aud"]), (10, vec![])]
        {
            assert_eq!(names(&part(whole.get(..length).expect("ASCII"))), expected, "{length}");
        }
        assert_eq!(part("c2ln"), Part::Nothing);
        assert_eq!(part("e3t7"), Part::Nothing);
        assert_eq!(part(""), Part::Nothing);
    }

    proptest! {
        #[test]
        fn any_part_is_read(text in "[a-zA-Z0-9_-]{0,120}") {
            let _part = part(&text);
        }

        #[test]
        fn every_cut_reads_a_beginning(cut in 0_usize..76) {
            let whole = URL_SAFE_NO_PAD.encode(r#"{"aud":"a","exp":17,"name":"Ada \\ \"é\"","l":[1,2],"m":{"a":1}}"#);
            let known = ["aud", "exp", "name", "l", "m"];
            let cut = part(whole.get(..cut).unwrap_or(&whole));
            let names = names(&cut);
            prop_assert!(names == ["nothing"] || known.starts_with(&names), "{:?}", names);
        }
    }
}
