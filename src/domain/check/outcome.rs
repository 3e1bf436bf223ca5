//! What one comparison gives, and the ways to read a claim for it.

use serde_json::Value;

use super::{Facts, Verdict};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::jwt::Claim;

/// A rule's outcome for one claim.
pub(super) struct Outcome {
    pub(super) claim: &'static str,
    pub(super) verdict: Verdict,
    pub(super) note: String,
    /// The token does not say it, or not readably.
    pub(super) is_missing: bool,
    pub(super) diagnosis: Option<Diagnosis>,
}

impl Outcome {
    pub(super) fn pass(claim: &'static str, note: impl Into<String>) -> Self {
        Self { claim, verdict: Verdict::Pass, note: note.into(), is_missing: false, diagnosis: None }
    }

    pub(super) fn not_checked(claim: &'static str, why: impl Into<String>) -> Self {
        Self { claim, verdict: Verdict::NotChecked, note: why.into(), is_missing: false, diagnosis: None }
    }

    pub(super) fn warn(claim: &'static str, note: impl Into<String>, diagnosis: Diagnosis) -> Self {
        Self { claim, verdict: Verdict::Warn, note: note.into(), is_missing: false, diagnosis: Some(diagnosis) }
    }

    pub(super) fn fail(claim: &'static str, note: impl Into<String>, diagnosis: Diagnosis) -> Self {
        Self { claim, verdict: Verdict::Fail, note: note.into(), is_missing: false, diagnosis: Some(diagnosis) }
    }

    /// A claim that has to be there and is not.
    pub(super) fn absent(claim: &'static str, why: &str) -> Self {
        Self { is_missing: true, ..Self::not_checked(claim, why) }
    }

    /// A claim of another type than it must have.
    pub(super) fn malformed(claim: &'static str) -> Self {
        Self { is_missing: true, ..Self::not_checked(claim, "of the wrong type") }
    }

    /// A claim that has to be there and is absent or of the wrong type.
    pub(super) fn missing<T>(claim: &'static str, found: &Claim<T>) -> Self {
        if matches!(found, Claim::Malformed) { Self::malformed(claim) } else { Self::absent(claim, "absent") }
    }
}

/// Something that is wrong for certain.
pub(super) fn error(code: &'static str, title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Error, code, title, action)
}

/// Something that is worth a look.
pub(super) fn warning(code: &'static str, title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Warning, code, title, action)
}

/// An optional text; silence when it is absent.
pub(super) fn optional_text<'a>(facts: &'a Facts, claim: &'static str) -> Option<Result<&'a str, Outcome>> {
    match facts.jwt.text(claim) {
        Claim::Absent => None,
        Claim::Malformed => Some(Err(Outcome::malformed(claim))),
        Claim::Present(text) => Some(Ok(text)),
    }
}

/// An optional moment; silence when it is absent.
pub(super) fn optional_seconds(facts: &Facts, claim: &'static str) -> Option<Result<i64, Outcome>> {
    match facts.jwt.seconds(claim) {
        Claim::Absent => None,
        Claim::Malformed => Some(Err(Outcome::malformed(claim))),
        Claim::Present(seconds) => Some(Ok(seconds)),
    }
}

/// An optional digit, which may be a text or a number; silence when it is absent.
pub(super) fn optional_digits(facts: &Facts, claim: &'static str) -> Option<Result<i64, Outcome>> {
    let digits = match facts.jwt.claims.get(claim)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Some(digits.ok_or_else(|| Outcome::malformed(claim)))
}

/// An optional list of texts; a single text counts as a list of one.
pub(super) fn optional_list<'a>(facts: &'a Facts, claim: &'static str) -> Option<Result<Vec<&'a str>, Outcome>> {
    let list = match facts.jwt.claims.get(claim)? {
        Value::String(text) => Some(vec![text.as_str()]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    };
    Some(list.ok_or_else(|| Outcome::malformed(claim)))
}

/// An optional text of several words.
pub(super) fn optional_words<'a>(facts: &'a Facts, claim: &'static str) -> Option<Result<Vec<&'a str>, Outcome>> {
    Some(optional_text(facts, claim)?.map(|text| text.split_whitespace().collect()))
}
