//! The result of `explain`, in plain text and as JSON (schema 1, changed by addition only).

use serde::Serialize;

use super::json::{self, DiagnosisObject};
use super::page::Page;
use super::{escaped, exit};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::pasted::answer::Answer;

/// What to do when nothing was recognised.
pub const NOTHING: &str = "Paste the whole message, a code such as AADSTS7000215, or an error's name.";

/// 0 when something was recognised, else 2.
pub const fn exit_code(answer: &Answer) -> u8 {
    if answer.diagnoses.is_empty() { exit::USAGE } else { exit::OK }
}

/// What to do on the first line, then why, for everything that was recognised.
pub fn render(answer: &Answer, page: Page) -> String {
    let mut out = String::new();
    for (index, diagnosis) in answer.diagnoses.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        one(&mut out, diagnosis, page);
    }
    let ids = &answer.ids;
    let rows = [
        ("Trace", &ids.trace),
        ("Correlation", &ids.correlation),
        ("Request", &ids.request),
        ("Activity", &ids.activity),
        ("Time", &ids.timestamp),
    ];
    let rows: Vec<(&str, &String)> = rows.into_iter().filter_map(|(name, id)| Some((name, id.as_ref()?))).collect();
    if !rows.is_empty() {
        out.push('\n');
    }
    for (name, id) in rows {
        page.row(&mut out, &format!("{name:<12}"), id);
    }
    out
}

fn one(out: &mut String, diagnosis: &Diagnosis, page: Page) {
    page.paragraph(out, "", &diagnosis.action);
    let setting = diagnosis.setting.map(|setting| format!(" [{setting}]")).unwrap_or_default();
    page.paragraph(out, "", &format!("{}: {}{setting}. {}", diagnosis.code, diagnosis.title, diagnosis.cause));
    for (number, remedy) in diagnosis.remedies.iter().enumerate() {
        page.paragraph(out, &format!(" {}  ", number + 1), remedy);
    }
    let words = diagnosis.evidence.as_deref().and_then(|evidence| evidence.words.as_deref());
    if let Some(words) = words {
        page.paragraph(out, " Server: ", words);
    }
}

#[derive(Serialize)]
struct AnswerObject<'a> {
    schema: u8,
    diagnoses: Vec<DiagnosisObject<'a>>,
    trace_id: Option<&'a str>,
    correlation_id: Option<&'a str>,
    request_id: Option<&'a str>,
    activity_id: Option<&'a str>,
    timestamp: Option<&'a str>,
}

/// One object on a line with a line end; `diagnoses` is empty when nothing was recognised.
///
/// # Errors
/// Never in practice: all keys are texts.
pub fn json(answer: &Answer) -> serde_json::Result<String> {
    let ids = &answer.ids;
    let object = AnswerObject {
        schema: 1,
        diagnoses: answer.diagnoses.iter().map(json::diagnosis).collect(),
        trace_id: ids.trace.as_deref(),
        correlation_id: ids.correlation.as_deref(),
        request_id: ids.request.as_deref(),
        activity_id: ids.activity.as_deref(),
        timestamp: ids.timestamp.as_deref(),
    };
    serde_json::to_string(&object).map(|line| format!("{}\n", escaped(&line)))
}
