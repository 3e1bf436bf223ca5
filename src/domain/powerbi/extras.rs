//! What is asked beyond the usual gates, and only because somebody named it.
//!
//! The gates `embed` and `query` are tried with one report and the semantic model under it. Which one, and what is in
//! the way if there is none, is decided here.

use super::api::Skip;
use super::call::{Gate, ItemId, WorkspaceId};
use super::embed::{EmbedFacts, Model};
use super::gates::{GateReport, GateStatus, Gates};
use super::inventory::Report;
use crate::domain::diagnosis::{Diagnosis, Severity};

/// The code of what was asked for by name and could not be tried.
const NOT_TRIED: &str = "gate-not-tried";

/// What is asked beyond the usual gates; nothing by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    gates: Vec<Gate>,
    report: Option<ItemId>,
    /// What an earlier try of the same watch has shown: not asked again.
    known: Vec<GateReport>,
    /// The workspace of which that is known.
    known_of: Option<WorkspaceId>,
}

impl Extras {
    /// These gates, each once and in their order, whatever the order in which they were named; the usual ones are no
    /// extras. `report` is what `embed` and `query` are tried with; without one the first that is not paginated and
    /// whose semantic model is in the workspace counts.
    pub fn new(named: &[Gate], report: Option<ItemId>) -> Self {
        let gates = Gate::OPTIONAL.into_iter().filter(|gate| named.contains(gate)).collect();
        Self { gates, report, known: Vec::new(), known_of: None }
    }

    /// The gates, in order.
    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// The report that was named.
    pub const fn report(&self) -> Option<&ItemId> {
        self.report.as_ref()
    }

    /// What to say when the token is sent to no API: whoever asked for something by name is not left with a stage that
    /// was skipped in silence.
    pub fn explain(&self, skip: &Skip) -> Option<Diagnosis> {
        let action = "Name settings whose token is for Power BI, or the API with --powerbi-api.";
        let cause = format!("{} What was asked for by name was not tried, so nothing is proved.", skip.reason);
        let diagnosis = Diagnosis::new(Severity::Warning, NOT_TRIED, "Power BI was not asked", action).because(cause);
        (!self.gates.is_empty()).then_some(diagnosis)
    }

    /// What is known without asking.
    pub(super) fn known(&self) -> &[GateReport] {
        &self.known
    }

    /// The workspace of which that is known.
    pub(super) const fn known_of(&self) -> Option<&WorkspaceId> {
        self.known_of.as_ref()
    }

    /// The same for the next try of a watch, after one that showed this: neither what passed is asked again nor what may
    /// have been spent, so that a watch spends no second embed token. A refusal spends nothing and is worth another try.
    #[must_use]
    pub fn for_next_try(&self, shown: Option<&Gates>) -> Self {
        let Some(shown) = shown else { return self.clone() };
        let known = shown
            .rows()
            .into_iter()
            .filter(|row| self.gates.contains(&row.gate))
            .filter(|row| matches!(row.status, GateStatus::Passed | GateStatus::Warned) || row.may_have_spent)
            .collect();
        Self { known, known_of: shown.chosen().or_else(|| self.known_of.clone()), ..self.clone() }
    }
}

/// Why a gate that was asked for is not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// What it needs to know is not known yet.
    NotYet,
    /// A gate before it is closed.
    Closed(Gate),
    /// There are workspaces, and none is chosen.
    NoChoice,
    /// There is no workspace.
    NoWorkspace,
    /// The workspace has no report to try.
    NoReport,
    /// The report that was named is not in the workspace.
    NotListed,
    /// The report has no semantic model.
    NoModel,
    /// The semantic model is in another workspace, which is not known.
    ModelElsewhere,
}

impl Obstacle {
    /// A few words for the gate's row.
    pub(super) fn words(self) -> String {
        match self {
            Self::NotYet => String::new(),
            Self::Closed(gate) => format!("not tried: {} failed", gate.word()),
            Self::NoChoice => "none chosen: --workspace ID, or w".to_owned(),
            Self::NoWorkspace => "in no workspace".to_owned(),
            Self::NoReport => "no report to try in this workspace".to_owned(),
            Self::NotListed => "the report is not in this workspace".to_owned(),
            Self::NoModel => "the report has no semantic model".to_owned(),
            Self::ModelElsewhere => "the semantic model is in another workspace".to_owned(),
        }
    }

    /// What to do about it; `None` where a gate before it says so already.
    pub(super) fn explain(self) -> Option<Diagnosis> {
        let (title, action) = match self {
            Self::NotYet | Self::Closed(_) | Self::NoWorkspace => return None,
            Self::NoChoice => ("No workspace is chosen", "Choose a workspace: --workspace ID, or w in the wizard."),
            Self::NoReport => {
                ("The workspace has no report to try", "Publish a report with its semantic model into the workspace.")
            }
            Self::NotListed => (
                "The report is not in this workspace",
                "Compare the report's ID with the browser's address, after /reports/.",
            ),
            Self::NoModel => {
                ("The report has no semantic model", "Name a report over a semantic model with --report ID.")
            }
            Self::ModelElsewhere => (
                "The report's semantic model is in another workspace",
                "Name a report whose semantic model is in the workspace: --report ID.",
            ),
        };
        let cause = "What was asked for by name could not be tried without it, so nothing is proved.";
        Some(Diagnosis::new(Severity::Warning, NOT_TRIED, title, action).because(cause))
    }
}

/// Chooses the report to try: the wished one, else the first that is not paginated and whose semantic model is in the
/// workspace, one without row-level security before the others.
pub(super) fn choose<'a>(
    wished: Option<&ItemId>,
    reports: &'a [Report],
    facts: &[EmbedFacts],
) -> Result<(ItemId, &'a Report), Obstacle> {
    let known = reports.iter().zip(facts).filter_map(|(report, facts)| {
        let id = ItemId::parse(&report.id).ok()?;
        Some((id, report, facts))
    });
    let mut known = known.collect::<Vec<_>>().into_iter();
    if let Some(wished) = wished {
        return known.find(|(id, ..)| id == wished).map(|(id, report, _)| (id, report)).ok_or(Obstacle::NotListed);
    }
    let needs_identity = |facts: &EmbedFacts| match facts.model {
        Model::Here { needs_identity, needs_roles } => Some(needs_identity || needs_roles),
        Model::Elsewhere | Model::None => None,
    };
    known
        .filter(|(_, _, facts)| !facts.is_paginated)
        .filter_map(|(id, report, facts)| Some((needs_identity(facts)?, id, report)))
        // Of several that are equal the first is taken.
        .min_by_key(|(needs_identity, ..)| *needs_identity)
        .map(|(_, id, report)| (id, report))
        .ok_or(Obstacle::NoReport)
}

/// The semantic model under a report, and its workspace; `here` is the report's, and `is_here` tells whether it lists
/// the model.
pub(super) fn model_of(
    report: &Report,
    is_here: impl Fn(&ItemId) -> bool,
    here: &WorkspaceId,
) -> Result<(WorkspaceId, ItemId), Obstacle> {
    let model = report.dataset_id.as_deref().and_then(|id| ItemId::parse(id).ok()).ok_or(Obstacle::NoModel)?;
    if is_here(&model) {
        return Ok((here.clone(), model));
    }
    let there = report.dataset_workspace_id.as_deref().and_then(|id| WorkspaceId::parse(id).ok());
    there.map(|workspace| (workspace, model)).ok_or(Obstacle::ModelElsewhere)
}

#[cfg(test)]
mod tests;
