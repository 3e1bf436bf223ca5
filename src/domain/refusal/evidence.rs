//! What the other side answered, made safe to show.

use crate::domain::diagnosis::Evidence;
use crate::domain::exchange::HttpAnswer;
use crate::domain::mask::Masker;
use crate::domain::oauth::{self, TokenError};
use crate::domain::text::{ELLIPSIS, head, printable, printable_lines};

/// The longest body that is kept as evidence, in bytes; the same for the server's words.
const LONGEST_BODY: usize = 4096;

/// The longest value of a header that is kept as evidence, in bytes.
pub(super) const LONGEST_HEADER: usize = 1024;

/// The longest trace or correlation ID, in bytes; real ones have 36.
const LONGEST_ID: usize = 128;

pub(super) fn evidence(answer: &HttpAnswer, error: Option<&TokenError>, masker: &Masker) -> Evidence {
    let description = error.and_then(|error| error.description.as_deref());
    let from_body = |field: Option<&String>, label: &str| {
        field.cloned().or_else(|| description.and_then(|text| oauth::labelled(text, label)).map(str::to_owned))
    };
    let clean = |text: String| shown(&text, LONGEST_ID, masker);
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
        words: description
            .map(|text| shown(oauth::words_of(text), LONGEST_BODY, masker))
            .filter(|words| !words.is_empty()),
    }
}

/// Headers for showing: secrets masked, cookies without their values, control characters out.
pub fn shown_headers(answer: &HttpAnswer, masker: &Masker) -> Vec<(String, String)> {
    let value = |name: &str, value: &str| {
        if name == "set-cookie" {
            let cookie = value.split('=').next().unwrap_or_default();
            format!("{}={}", shown(cookie, LONGEST_ID, masker), crate::domain::mask::MASKED)
        } else {
            shown(value, LONGEST_HEADER, masker)
        }
    };
    answer.headers.iter().map(|(name, text)| (shown(name, LONGEST_ID, masker), value(name, text))).collect()
}

/// The body for showing: masked, control characters out, cut at 4 KiB.
pub fn shown_body(answer: &HttpAnswer, masker: &Masker) -> String {
    let text = masker.mask(answer.body.expose());
    let clean = printable_lines(&text);
    let cut = head(&clean, LONGEST_BODY);
    if cut.len() < clean.len() { format!("{cut}\n(cut at 4 KiB)") } else { cut.to_owned() }
}

/// A text of the server for showing on one line: masked first, then cut, so that no secret is cut in two.
pub(super) fn shown(text: &str, longest: usize, masker: &Masker) -> String {
    let harmless = masker.mask(text);
    let clean = printable(&harmless);
    let cut = head(&clean, longest);
    if cut.len() < clean.len() { format!("{cut}{ELLIPSIS}") } else { cut.to_owned() }
}
