//! The result of `decode`, in plain text and as JSON (schema 1, changed by addition only).

use serde::Serialize;
use serde_json::{Map, Value};

use super::json::{self, DiagnosisObject, PERSONAL};
use super::page::Page;
use super::text::explain;
use super::{escaped, exit};
use crate::domain::check::{ClaimReport, Verdict};
use crate::domain::claims;
use crate::domain::diagnosis::Severity;
use crate::domain::pasted::reading::{Reading, SIGNATURE};
use crate::domain::pasted::token::Nothing;
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::verify::Blame;

/// 0, or 7 when a token is wrong by itself.
pub fn exit_code(readings: &[Reading]) -> u8 {
    if readings.iter().any(Reading::is_wrong) { Blame::Token.exit_code() } else { exit::OK }
}

/// What to do when there is no token.
pub const fn nothing(nothing: Nothing) -> &'static str {
    match nothing {
        Nothing::Empty => "Paste a token, or name a file that holds one.",
        Nothing::Guid => "Paste the token itself: this is a GUID, the ID of something.",
        Nothing::ClientSecret => "Keep this to yourself: it has the shape of a client secret and is no token.",
        Nothing::Refusal => "Give this to token-wizard explain: it is an error and holds no token.",
        Nothing::Other => "Paste the whole token: it begins with eyJ and has two dots.",
    }
}

/// The tokens, each with its answer first.
pub fn render(readings: &[Reading], show_personal: bool, page: Page) -> String {
    let mut out = String::new();
    for (index, reading) in readings.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let number = if readings.len() > 1 { format!("{}/{} ", index + 1, readings.len()) } else { String::new() };
        page.paragraph(&mut out, "", &format!("{number}{}", reading.answer));
        one(&mut out, reading, show_personal, page);
    }
    out
}

fn one(out: &mut String, reading: &Reading, show_personal: bool, page: Page) {
    for diagnosis in &reading.diagnoses {
        if diagnosis.severity == Severity::Info {
            page.paragraph(out, "\nnote     ", &format!("{}. {}", diagnosis.title, diagnosis.action));
        } else {
            explain(out, diagnosis, page);
        }
    }
    if !reading.has_signature() {
        return;
    }
    out.push('\n');
    for (name, value) in &reading.header {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let meaning = claims::entry(name).map_or("", |entry| entry.meaning);
        row(out, page, &text::printable(name), "header", &text::printable(&shown), meaning);
    }
    row(out, page, "signature", Verdict::NotChecked.word(), SIGNATURE, "");
    for claim in &reading.claims {
        row(out, page, &claim.name, claim.verdict.word(), &shown(claim, show_personal), claim.meaning);
    }
}

/// The value, and in words what it is where that is known.
fn shown(claim: &ClaimReport, show_personal: bool) -> String {
    if claim.personal && !show_personal {
        return PERSONAL.to_owned();
    }
    let value = claim.shown_value();
    match &claim.value {
        Value::String(_) if !claim.words.is_empty() && !is_same(&value, &claim.words) => {
            format!("{value} ({})", claim.words)
        }
        Value::Array(_) if !claim.words.is_empty() => claim.words.clone(),
        _ => value,
    }
}

/// The words of a list are the value again, with commas.
fn is_same(value: &str, words: &str) -> bool {
    value.split_whitespace().eq(words.split([',', ' ']).filter(|word| !word.is_empty()))
}

const NAME: usize = 15;
const VERDICT: usize = 12;

/// Name, verdict and value side by side; the meaning below.
fn row(out: &mut String, page: Page, name: &str, verdict: &str, value: &str, meaning: &str) {
    let mut start = format!("{name:<NAME$}");
    if text::width(name) >= NAME {
        page.row(out, "", name);
        start = " ".repeat(NAME);
    }
    page.row(out, &format!("{start}{verdict:<VERDICT$}"), value);
    if !meaning.is_empty() {
        page.paragraph(out, &" ".repeat(NAME + VERDICT + 2), meaning);
    }
}

#[derive(Serialize)]
struct TokenObject<'a> {
    schema: u8,
    kind: &'static str,
    status: &'static str,
    answer: &'a str,
    header: &'a Map<String, Value>,
    signature: Option<SignatureObject>,
    claims: Map<String, Value>,
    expires_at: Option<String>,
    expires_in: Option<i64>,
    diagnoses: Vec<DiagnosisObject<'a>>,
}

#[derive(Serialize)]
struct SignatureObject {
    verdict: &'static str,
    note: &'static str,
}

/// One object per token, each on a line with a line end.
///
/// # Errors
/// Never in practice: all keys are texts.
pub fn json(readings: &[Reading], show_personal: bool, now: Timestamp) -> serde_json::Result<String> {
    let mut lines = String::new();
    for reading in readings {
        let signature = SignatureObject { verdict: Verdict::NotChecked.word(), note: SIGNATURE };
        let object = TokenObject {
            schema: 1,
            kind: reading.kind.word(),
            status: reading.status.word(),
            answer: &reading.answer,
            header: &reading.header,
            signature: reading.has_signature().then_some(signature),
            claims: reading.claims.iter().map(|claim| json::member(claim, show_personal)).collect(),
            expires_at: reading.expires_at.and_then(Timestamp::rfc3339),
            expires_in: reading.expires_at.map(|end| end.seconds_from(now)),
            diagnoses: reading.diagnoses.iter().map(json::diagnosis).collect(),
        };
        lines.push_str(&escaped(&serde_json::to_string(&object)?));
        lines.push('\n');
    }
    Ok(lines)
}
