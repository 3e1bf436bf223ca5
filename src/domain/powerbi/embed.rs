//! What embedding a report needs to know.

use super::inventory::{Dataset, Report, ReportType, Workspace};

/// The semantic model under a report, as far as its workspace shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// In the same workspace.
    Here {
        /// Whether an embed token has to say whose rows to show.
        needs_identity: bool,
        /// Whether it has to name roles as well.
        needs_roles: bool,
    },
    /// In another workspace, or hidden.
    Elsewhere,
    /// The report has none.
    None,
}

/// What embedding one report needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbedFacts {
    /// The report's ID.
    pub report_id: String,
    /// Whether its workspace is on a dedicated capacity, if that is known.
    pub has_capacity: Option<bool>,
    /// Whether it is a paginated report.
    pub is_paginated: bool,
    /// The semantic model under it.
    pub model: Model,
}

impl EmbedFacts {
    /// The facts in a few words each, for a line beside the report's name.
    pub fn words(&self) -> Vec<&'static str> {
        let capacity = match self.has_capacity {
            Some(true) => "on a capacity",
            Some(false) => "on no capacity: trial tokens only",
            None => "capacity unknown",
        };
        let model = match self.model {
            Model::Here { needs_roles: true, .. } => Some("needs an effective identity with roles"),
            Model::Here { needs_identity: true, .. } => Some("needs an effective identity"),
            Model::Here { .. } => None,
            Model::Elsewhere => Some("semantic model not in this workspace"),
            Model::None => Some("no semantic model"),
        };
        let kind = self.is_paginated.then_some("paginated");
        kind.into_iter().chain([capacity]).chain(model).collect()
    }
}

/// The facts for each report of a workspace.
pub fn embed_facts(workspace: Option<&Workspace>, reports: &[Report], datasets: &[Dataset]) -> Vec<EmbedFacts> {
    let model = |report: &Report| match &report.dataset_id {
        None => Model::None,
        Some(id) => {
            datasets.iter().find(|dataset| dataset.id.eq_ignore_ascii_case(id)).map_or(Model::Elsewhere, |dataset| {
                Model::Here {
                    needs_identity: dataset.is_effective_identity_required == Some(true),
                    needs_roles: dataset.is_effective_identity_roles_required == Some(true),
                }
            })
        }
    };
    reports
        .iter()
        .map(|report| EmbedFacts {
            report_id: report.id.clone(),
            has_capacity: workspace.and_then(|workspace| workspace.is_on_dedicated_capacity),
            is_paginated: report.report_type == ReportType::Paginated,
            model: model(report),
        })
        .collect()
}
