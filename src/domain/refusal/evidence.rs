//! What the other side answered, made safe to show.

use crate::domain::diagnosis::Evidence;
use crate::domain::exchange::HttpAnswer;
use crate::domain::mask::Masker;
use crate::domain::oauth::{self, TokenError};
use crate::domain::text::{printable, printable_lines};

/// The longest body that is kept as evidence, in bytes.
const LONGEST_BODY: usize = 4096;

pub(super) fn evidence(answer: &HttpAnswer, error: Option<&TokenError>, masker: &Masker) -> Evidence {
    let description = error.and_then(|error| error.description.as_deref());
    let from_body = |field: Option<&String>, label: &str| {
        field.cloned().or_else(|| description.and_then(|text| oauth::labelled(text, label)).map(str::to_owned))
    };
    let clean = |text: String| printable(&masker.mask(&text)).into_owned();
    Evidence {
        status: Some(answer.status),
        headers: shown_headers(answer, masker),
        body: shown_body(answer, masker),
        trace_id: from_body(error.and_then(|error| error.trace_id.as_ref()), "Trace ID:")
            .or_else(|| answer.header("x-ms-request-id").map(str::to_owned))
            .map(clean),
        correlation_id: from_body(error.and_then(|error| error.correlation_id.as_ref()), "Correlation ID:")
            .or_else(|| answer.header("client-request-id").map(str::to_owned))
            .map(clean),
        timestamp: error.and_then(|error| error.timestamp.clone()).map(clean),
        words: description.map(|text| clean(oauth::words_of(text).to_owned())).filter(|words| !words.is_empty()),
    }
}

/// Headers for showing: secrets masked, cookies without their values, control characters out.
pub fn shown_headers(answer: &HttpAnswer, masker: &Masker) -> Vec<(String, String)> {
    let value = |name: &str, value: &str| {
        if name == "set-cookie" {
            let cookie = value.split('=').next().unwrap_or_default();
            format!("{cookie}={}", crate::domain::mask::MASKED)
        } else {
            masker.mask(value)
        }
    };
    answer
        .headers
        .iter()
        .map(|(name, text)| (printable(name).into_owned(), printable(&value(name, text)).into_owned()))
        .collect()
}

/// The body for showing: masked, control characters out, cut at 4 KiB.
pub fn shown_body(answer: &HttpAnswer, masker: &Masker) -> String {
    let text = masker.mask(answer.body.expose());
    let clean = printable_lines(&text);
    let mut end = clean.len().min(LONGEST_BODY);
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    let cut = clean.split_at_checked(end).map_or("", |(kept, _)| kept);
    if end < clean.len() { format!("{cut}\n(cut at 4 KiB)") } else { cut.to_owned() }
}
