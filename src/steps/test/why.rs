//! The pane Why: what is wrong, what to do, and what the server said.

use super::{LIMIT, Run, ways};
use crate::domain::attempts::{self, Attempts};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::text;
use crate::ui::pane::Line;
use crate::ui::theme::Role;
use crate::verify::Status;

/// What the pane says.
pub(super) fn lines(run: &Run, attempts: &Attempts) -> Vec<Line> {
    if run.is_running {
        let whom = run.registration.as_ref().map(|registration| registration.endpoint.authority());
        let whom = whom.unwrap_or_else(|| "the identity provider".to_owned());
        let limit = LIMIT.as_secs();
        return vec![Line::new(Role::Text, format!("Waiting for {whom}, at most {limit} s. Ctrl-C cancels."))];
    }
    let stages = [Status::Failed, Status::Warned];
    let found: Vec<&Diagnosis> = stages
        .into_iter()
        .flat_map(|status| run.report.stages.iter().filter(move |stage| stage.status == status))
        .flat_map(|stage| &stage.diagnoses)
        .filter(|diagnosis| diagnosis.severity != Severity::Info)
        .collect();
    let mut lines = ways::not_sent(&run.report);
    let mut ways = ways::lines(run);
    for diagnosis in found {
        if !lines.is_empty() {
            lines.push(Line::blank());
        }
        // What mends it by a key comes with the answer, before all that has to be read.
        explain(diagnosis, std::mem::take(&mut ways), &mut lines);
    }
    if lines.is_empty() {
        lines.push(Line::new(Role::Text, "Nothing is wrong: the token is what the settings promise."));
    }
    if let Some(registration) = &run.registration
        && let count @ 1.. = attempts.count(registration)
    {
        let limit = attempts::limit(registration);
        lines.push(Line::blank());
        lines.push(Line::new(
            Role::Text,
            format!(
                "Passwords of this user refused in this session: {count}. By default Entra ID locks after {limit}."
            ),
        ));
    }
    lines
}

fn explain(diagnosis: &Diagnosis, ways: Vec<Line>, lines: &mut Vec<Line>) {
    lines.push(Line::new(Role::Title, &diagnosis.action).with_right(diagnosis.code.as_ref()));
    lines.push(Line::new(Role::Text, format!("{}. {}", diagnosis.title, diagnosis.cause)));
    lines.extend(ways);
    if !diagnosis.remedies.is_empty() {
        lines.push(Line::blank());
    }
    for (number, remedy) in
        diagnosis.remedies_beside_links(|link| ways::where_shown(diagnosis, link)).iter().enumerate()
    {
        lines.push(Line::new(Role::Text, remedy).led_by(Role::Key, format!("{}  ", number + 1)));
    }
    lines.extend(evidence(diagnosis));
}

/// What the server said and by which it finds it again: names in one column, values in another.
fn evidence(diagnosis: &Diagnosis) -> Vec<Line> {
    let Some(evidence) = &diagnosis.evidence else { return Vec::new() };
    let is_unanswered = evidence.status.is_none() && !evidence.body.is_empty();
    let details = evidence.words.is_none() && is_unanswered;
    let rows = [
        ("Server", evidence.words.as_ref()),
        ("Details", details.then_some(&evidence.body)),
        ("Trace", evidence.trace_id.as_ref()),
        ("Correlation", evidence.correlation_id.as_ref()),
        ("At", evidence.timestamp.as_ref()),
    ];
    let rows: Vec<_> = rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let column = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0) + 2;
    let row =
        |(name, value): (&str, &String)| Line::new(Role::Text, value).led_by(Role::Label, format!("{name:<column$}"));
    std::iter::once(Line::blank()).chain(rows.into_iter().map(row)).collect()
}
