//! The result of `check` in plain text, folded to the page but for the addresses of pages to open.

pub mod many;

use std::fmt::Write;

use super::json::PERSONAL;
use super::page::Page;
use crate::domain::check::{ClaimReport, Verdict};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::powerbi::Gate;
use crate::verify::{self, Report, StageReport, Status, Told};

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
pub fn render(file: &str, report: &Report, shown: Shown, page: Page) -> String {
    let mut out = format!("{file}\n");
    for stage in &report.stages {
        row(&mut out, stage, page);
    }
    // Of what was asked for by name the summary of a failed stage tells the first that is closed.
    let gates = report.powerbi.iter().flat_map(|gates| gates.rows());
    for gate in gates.filter(|gate| Gate::OPTIONAL.contains(&gate.gate)) {
        page.row(&mut out, &columns(gate.status.word(), gate.gate.word()), &gate.summary);
    }
    let wrong = report.stages.iter().filter(|stage| matches!(stage.status, Status::Failed | Status::Warned));
    for told in verify::told(wrong) {
        match told {
            Told::Whole(diagnosis) => explain(&mut out, diagnosis, page),
            Told::Again(sentence) => page.paragraph(&mut out, "\n", &sentence),
        }
    }
    // Those of the other stages stand above.
    let passed = report.stages.iter().filter(|stage| stage.status == Status::Passed);
    let notes = passed.flat_map(|stage| &stage.diagnoses).filter(|diagnosis| diagnosis.severity == Severity::Info);
    for note in notes.filter(|_| report.first(Status::Failed).is_none()) {
        page.paragraph(&mut out, "\nnote     ", &format!("{}. {} {}", note.title, note.action, note.cause));
    }
    if let Some(claims) = &report.claims {
        out.push('\n');
        let matters = |claim: &&ClaimReport| {
            let is_wrong = matches!(claim.verdict, Verdict::Warn | Verdict::Fail);
            shown.all_claims || is_wrong || PROMISED.contains(&claim.name.as_str())
        };
        let mut rows = 0;
        for claim in claims.iter().filter(matters) {
            claim_row(&mut out, claim, shown.personal, page);
            rows += 1;
        }
        match claims.len() - rows {
            0 => {}
            1 => page.row(&mut out, "", "and 1 more claim, which is not wrong"),
            rest => page.row(&mut out, "", &format!("and {rest} more claims, none of them wrong")),
        }
    }
    out
}

/// One stage.
fn row(out: &mut String, stage: &StageReport, page: Page) {
    page.row(out, &columns(stage.status.word(), stage.stage.word()), &stage.summary);
}

fn columns(status: &str, name: &str) -> String {
    format!("{status:<8} {name:<10} ")
}

/// A diagnosis in full: action first, then why, what to try, and what the other side said.
pub(super) fn explain(out: &mut String, diagnosis: &Diagnosis, page: Page) {
    let setting = diagnosis.setting.map(|setting| format!(" [{setting}]")).unwrap_or_default();
    page.paragraph(out, "\n", &format!("{}: {}", diagnosis.code, diagnosis.action));
    page.paragraph(out, "", &format!("{}{setting}. {}", diagnosis.title, diagnosis.cause));
    for (number, remedy) in diagnosis.remedies_beside_links(|_| "the link below").iter().enumerate() {
        page.paragraph(out, &format!(" {}  ", number + 1), remedy);
    }
    for link in &diagnosis.links {
        // In one piece, however long: a terminal that wraps it selects it as one.
        let _infallible = writeln!(out, " {}:\n{}", link.title, link.url);
    }
    let Some(evidence) = &diagnosis.evidence else { return };
    if let Some(words) = &evidence.words {
        page.paragraph(out, " Server: ", words);
    } else if evidence.status.is_none() && !evidence.body.is_empty() {
        page.paragraph(out, " Details: ", &evidence.body);
    }
    let ids = [("Trace", &evidence.trace_id), ("Correlation", &evidence.correlation_id), ("at", &evidence.timestamp)];
    for (name, id) in ids {
        if let Some(id) = id {
            page.row(out, &format!(" {name} "), id);
        }
    }
}

fn claim_row(out: &mut String, claim: &ClaimReport, show_personal: bool, page: Page) {
    let value = if claim.personal && !show_personal { PERSONAL.to_owned() } else { claim.shown_value() };
    page.row(out, &format!("{:<14} ", claim.name), &value);
    if !claim.note.is_empty() {
        page.row(out, &format!("{:<14} ", ""), &format!("{}: {}", claim.verdict.word(), claim.note));
    }
}
