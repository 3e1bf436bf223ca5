//! The result of `check` in plain text, at most 78 columns wide but for the addresses of pages to open.

pub mod many;

use std::fmt::Write;

use super::json::PERSONAL;
use crate::domain::check::{ClaimReport, Verdict};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::powerbi::Gate;
use crate::domain::text;
use crate::verify::{Report, StageReport, Status};

/// The widest line, in columns.
pub(super) const WIDTH: usize = 78;

/// What of the claims is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// All of them, not only those that are wrong or promised by the settings.
    pub all_claims: bool,
    /// The names and addresses of persons.
    pub personal: bool,
}

/// The claims that the settings promise: what the token is for, of which tenant, app and user, until when, and what it
/// permits.
const PROMISED: [&str; 9] = ["aud", "tid", "appid", "azp", "upn", "preferred_username", "exp", "roles", "scp"];

/// The ladder, everything that is wrong, and the claims: those that are wrong or that the settings promise, or all.
pub fn render(file: &str, report: &Report, shown: Shown) -> String {
    let mut out = format!("{file}\n");
    for stage in &report.stages {
        out.push_str(&row(stage));
    }
    // The summary of the stage has room for one of what was asked for by name.
    let gates = report.powerbi.iter().flat_map(|gates| gates.rows());
    for gate in gates.filter(|gate| Gate::OPTIONAL.contains(&gate.gate)) {
        out.push_str(&columns(gate.status.word(), gate.gate.word(), &gate.summary));
    }
    let wrong = report.stages.iter().filter(|stage| matches!(stage.status, Status::Failed | Status::Warned));
    for diagnosis in wrong.flat_map(|stage| &stage.diagnoses) {
        explain(&mut out, diagnosis);
    }
    let notes = report
        .stages
        .iter()
        .flat_map(|stage| &stage.diagnoses)
        .filter(|diagnosis| diagnosis.severity == Severity::Info);
    for note in notes.filter(|_| report.first(Status::Failed).is_none()) {
        paragraph(&mut out, "\nnote     ", &format!("{}. {}", note.title, note.action));
    }
    if let Some(claims) = &report.claims {
        out.push('\n');
        let matters = |claim: &&ClaimReport| {
            let is_wrong = matches!(claim.verdict, Verdict::Warn | Verdict::Fail);
            shown.all_claims || is_wrong || PROMISED.contains(&claim.name.as_str())
        };
        let mut rows = 0;
        for claim in claims.iter().filter(matters) {
            out.push_str(&claim_row(claim, shown.personal));
            rows += 1;
        }
        match claims.len() - rows {
            0 => {}
            1 => out.push_str("and 1 more claim, which is not wrong\n"),
            rest => {
                let _infallible = writeln!(out, "and {rest} more claims, none of them wrong");
            }
        }
    }
    out
}

/// One stage on one line, clipped.
pub fn row(stage: &StageReport) -> String {
    columns(stage.status.word(), stage.stage.word(), &stage.summary)
}

fn columns(status: &str, name: &str, summary: &str) -> String {
    let line = format!("{status:<8} {name:<10} {summary}");
    format!("{}\n", text::clip(line.trim_end(), WIDTH))
}

/// A diagnosis in full: action first, then why, what to try, and what the other side said.
pub(super) fn explain(out: &mut String, diagnosis: &Diagnosis) {
    let setting = diagnosis.setting.map(|setting| format!(" [{setting}]")).unwrap_or_default();
    paragraph(out, "\n", &format!("{}: {}", diagnosis.code, diagnosis.action));
    paragraph(out, "", &format!("{}{setting}. {}", diagnosis.title, diagnosis.cause));
    for (number, remedy) in diagnosis.remedies_beside_links(|_| "the link below").iter().enumerate() {
        paragraph(out, &format!(" {}  ", number + 1), remedy);
    }
    for link in &diagnosis.links {
        // In one piece, however long: a terminal that wraps it selects it as one.
        let _infallible = writeln!(out, " {}:\n{}", link.title, link.url);
    }
    let Some(evidence) = &diagnosis.evidence else { return };
    if let Some(words) = &evidence.words {
        paragraph(out, " Server: ", words);
    } else if evidence.status.is_none() && !evidence.body.is_empty() {
        paragraph(out, " Details: ", &evidence.body);
    }
    let ids = [("Trace", &evidence.trace_id), ("Correlation", &evidence.correlation_id), ("at", &evidence.timestamp)];
    let ids: Vec<String> = ids.iter().filter_map(|(name, id)| id.as_ref().map(|id| format!("{name} {id}"))).collect();
    for id in ids {
        let _infallible = writeln!(out, " {id}");
    }
}

/// Wrapped text; lines after the first are indented below it.
pub(super) fn paragraph(out: &mut String, start: &str, body: &str) {
    let indent = start.trim_start_matches('\n').len();
    for (number, line) in text::wrap(body, WIDTH - indent).iter().enumerate() {
        if number == 0 {
            let _infallible = writeln!(out, "{start}{line}");
        } else {
            let _infallible = writeln!(out, "{:indent$}{line}", "");
        }
    }
}

fn claim_row(claim: &ClaimReport, show_personal: bool) -> String {
    let verdict =
        if claim.note.is_empty() { String::new() } else { format!("{}: {}", claim.verdict.word(), claim.note) };
    let value = if claim.personal && !show_personal { PERSONAL.to_owned() } else { claim.shown_value() };
    let line = format!("{:<14} {value}", claim.name);
    let mut row = format!("{}\n", text::clip(line.trim_end(), WIDTH));
    if !verdict.is_empty() {
        let _infallible = writeln!(row, "{:<14} {}", "", text::clip(&verdict, WIDTH - 15));
    }
    row
}
