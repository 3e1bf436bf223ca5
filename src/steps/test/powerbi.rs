//! The pane Power BI: the gates as a list, the workspaces, and what the chosen one holds for embedding.

use crate::domain::powerbi::{GateStatus, Gates, ReportType};
use crate::ui::pane::Line;
use crate::ui::theme::Role;
use crate::verify::{Report, Stage, Status};

/// What the pane says.
pub(super) fn lines(report: &Report) -> Vec<Line> {
    let Some(gates) = &report.powerbi else {
        let stage = report.stage(Stage::PowerBi);
        let why = stage.filter(|stage| stage.status == Status::Skipped).map(|stage| stage.summary.as_str());
        let text = match why {
            Some(why) if !why.is_empty() => format!("Power BI was not asked. {why}"),
            _ => "Power BI is asked only with a token; see Why.".to_owned(),
        };
        return vec![Line::new(Role::Text, text)];
    };
    let mut lines: Vec<Line> = gates.rows().iter().map(gate).collect();
    workspaces(gates, &mut lines);
    reports(gates, &mut lines);
    lines
}

fn gate(row: &crate::domain::powerbi::GateReport) -> Line {
    let role = match row.status {
        GateStatus::Passed => Role::Ok,
        GateStatus::Warned => Role::Warning,
        GateStatus::Failed => Role::Error,
        GateStatus::Skipped => Role::Muted,
    };
    let text = format!("{:<11} {}", row.gate.word(), row.summary);
    Line::new(Role::Text, text.trim_end()).led_by(role, format!("{:<8} ", row.status.word()))
}

fn workspaces(gates: &Gates, lines: &mut Vec<Line>) {
    let list = gates.workspaces();
    if list.is_empty() {
        return;
    }
    lines.push(Line::blank());
    let title = if list.len() > 1 { "Workspaces; w looks into another one" } else { "The only workspace" };
    lines.push(Line::new(Role::Title, title));
    let chosen = gates.chosen();
    for workspace in list {
        // Where there is no choice, none needs a mark.
        let is_marked = list.len() > 1 && chosen.as_ref() == Some(&workspace.id);
        let mark = if is_marked { "> " } else { "  " };
        lines.push(Line::new(Role::Text, workspace.name.as_str()).led_by(Role::Key, mark));
        let about = match (workspace.is_on_dedicated_capacity, workspace.is_read_only) {
            (Some(true), Some(true)) => "on a capacity, read-only",
            (Some(true), _) => "on a capacity",
            (Some(false), Some(true)) => "on no capacity, read-only",
            (Some(false), _) => "on no capacity",
            (None, Some(true)) => "read-only",
            (None, _) => "",
        };
        let about = if about.is_empty() { workspace.id.to_string() } else { format!("{}, {about}", workspace.id) };
        lines.push(Line::new(Role::Hint, about).led_by(Role::Hint, "    "));
    }
}

fn reports(gates: &Gates, lines: &mut Vec<Line>) {
    if gates.reports().is_empty() {
        return;
    }
    let name = gates.workspace().map(|workspace| format!(" of {}", workspace.name)).unwrap_or_default();
    lines.push(Line::blank());
    lines.push(Line::new(Role::Title, format!("Reports{name}")));
    let facts = gates.embed_facts();
    for report in gates.reports() {
        let kind = match &report.report_type {
            ReportType::Other(kind) => format!(" ({kind})"),
            ReportType::PowerBi | ReportType::Paginated => String::new(),
        };
        lines.push(Line::new(Role::Text, format!("{}{kind}", report.name)).led_by(Role::Key, "  "));
        let known = facts.iter().find(|facts| facts.report_id == report.id);
        let about = known.map(|facts| facts.words().join(", ")).unwrap_or_default();
        lines.push(Line::new(Role::Hint, format!("{}, {about}", report.id)).led_by(Role::Hint, "    "));
    }
    if !gates.datasets().is_empty() {
        lines.push(Line::blank());
        lines.push(Line::new(Role::Title, format!("Semantic models{name}")));
    }
    for dataset in gates.datasets() {
        lines.push(Line::new(Role::Text, dataset.name.as_str()).led_by(Role::Key, "  "));
        let identity = match (dataset.is_effective_identity_required, dataset.is_effective_identity_roles_required) {
            (Some(true), Some(true)) => ", needs an effective identity with roles",
            (Some(true), _) => ", needs an effective identity",
            _ => "",
        };
        lines.push(Line::new(Role::Hint, format!("{}{identity}", dataset.id)).led_by(Role::Hint, "    "));
    }
}
