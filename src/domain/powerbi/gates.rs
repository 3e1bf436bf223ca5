//! The gates in order, as a fold over the answers: what to ask next, and how each gate stands.

use std::time::Duration;

use super::api::Api;
use super::call::{Call, Gate, WorkspaceId};
use super::embed::{EmbedFacts, embed_facts};
use super::explain::Asked;
use super::inventory::{Dataset, Feature, Listing, Report, Workspace};
use super::judge::{self, Found, Judged};
use super::network;
use crate::domain::diagnosis::{self, Diagnosis, Severity};
use crate::domain::exchange::{HttpAnswer, TransportError};
use crate::domain::mask::Masker;

/// How a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateStatus {
    /// Nothing to say against it.
    Passed,
    /// Passed, with a warning.
    Warned,
    /// It is closed.
    Failed,
    /// Not tried.
    Skipped,
}

impl GateStatus {
    /// The word on the screen and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// What a list of diagnoses makes of a gate.
    fn of(diagnoses: &[Diagnosis]) -> Self {
        match diagnoses.iter().map(|diagnosis| diagnosis.severity).max() {
            Some(Severity::Error) => Self::Failed,
            Some(Severity::Warning) => Self::Warned,
            Some(Severity::Info) | None => Self::Passed,
        }
    }
}

/// How one gate stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReport {
    /// Which one.
    pub gate: Gate,
    /// How it stands.
    pub status: GateStatus,
    /// A few words: `3 workspaces`, `401 GroupNotAccessible`; for a skipped gate why, if there is a reason of its own.
    pub summary: String,
    /// What was found, the worst first.
    pub diagnoses: Vec<Diagnosis>,
    /// How long the exchange took; zero for a skipped gate.
    pub duration: Duration,
    /// Whether it failed in the network, before Power BI said a word.
    pub is_network: bool,
}

/// All that is known of Power BI's side in one run, folded from the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gates {
    api: Api,
    wished: Option<WorkspaceId>,
    rows: Vec<GateReport>,
    features: Option<Listing<Feature>>,
    workspaces: Option<Listing<Workspace>>,
    reports: Option<Listing<Report>>,
    datasets: Option<Listing<Dataset>>,
}

impl Gates {
    /// Before the first call; `wished` is the workspace of `--workspace`. Without one the only workspace there is counts.
    pub fn new(api: &Api, wished: Option<WorkspaceId>) -> Self {
        let api = api.clone();
        Self { api, wished, rows: Vec::new(), features: None, workspaces: None, reports: None, datasets: None }
    }

    /// The next call, `None` at the end.
    pub fn next(&self) -> Option<Call> {
        self.ready().into_iter().next()
    }

    /// The calls that can be made now; they do not depend on each other, so they may go side by side.
    ///
    /// Their answers are to be taken in this order: what the reports need of the semantic models is compared when the
    /// models come.
    pub fn ready(&self) -> Vec<Call> {
        let open = |calls: Vec<Call>| calls.into_iter().filter(|call| self.row(call.gate()).is_none()).collect();
        match (self.row(Gate::Workspaces), self.chosen()) {
            (None, _) => open(vec![Call::Features, Call::Workspaces]),
            (Some(row), Some(id)) if row.status != GateStatus::Failed && !self.is_failed(Gate::Reports) => {
                open(vec![Call::Features, Call::Reports(id.clone()), Call::Datasets(id)])
            }
            (Some(_), _) => open(vec![Call::Features]),
        }
    }

    /// Takes the answer to a call in, or why there is none.
    pub fn take(&mut self, call: &Call, outcome: Result<&HttpAnswer, &TransportError>, masker: &Masker) {
        let gate = call.gate();
        let (judged, duration, is_network) = match outcome {
            Ok(answer) => {
                let asked = Asked::of(&self.api, call.route());
                let judged = judge::judge(call, answer, &asked, self.known(), masker);
                (judged, answer.duration, answer.status == 407)
            }
            Err(error) => {
                let diagnosis = network::unreachable(error, &self.api);
                (Judged::failed(diagnosis.title.clone(), diagnosis), error.duration, true)
            }
        };
        let Judged { summary, mut diagnoses, found } = judged;
        if gate == Gate::Features {
            // The other calls may well be open to whom this one is closed.
            for diagnosis in &mut diagnoses {
                diagnosis.severity = diagnosis.severity.min(Severity::Warning);
            }
        }
        match found {
            Found::Features(listing) => self.features = Some(listing),
            Found::Workspaces(listing) => self.workspaces = Some(listing),
            Found::Reports(listing) => self.reports = Some(listing),
            Found::Datasets(listing) => self.datasets = Some(listing),
            Found::Nothing => {}
        }
        diagnosis::rank(&mut diagnoses);
        let status = GateStatus::of(&diagnoses);
        self.rows.retain(|row| row.gate != gate);
        self.rows.push(GateReport { gate, status, summary, diagnoses, duration, is_network });
    }

    /// Chooses the workspace to look into; what is known of another one is dropped.
    pub fn choose(&mut self, id: WorkspaceId) {
        self.rows.retain(|row| !matches!(row.gate, Gate::Reports | Gate::Datasets));
        self.reports = None;
        self.datasets = None;
        self.wished = Some(id);
    }

    /// What the answers so far have shown.
    fn known(&self) -> judge::Known<'_> {
        judge::Known { workspace: self.workspace(), reports: self.reports.as_ref() }
    }

    fn row(&self, gate: Gate) -> Option<&GateReport> {
        self.rows.iter().find(|row| row.gate == gate)
    }

    fn is_failed(&self, gate: Gate) -> bool {
        self.row(gate).is_some_and(|row| row.status == GateStatus::Failed)
    }

    /// The workspace that is looked into: the wished one, else the only one.
    pub fn chosen(&self) -> Option<WorkspaceId> {
        self.wished.clone().or_else(|| match self.workspaces.as_ref()?.items.as_slice() {
            [only] => Some(only.id.clone()),
            _ => None,
        })
    }

    /// What the list says of that workspace; `None` when it does not list it.
    pub fn workspace(&self) -> Option<&Workspace> {
        let chosen = self.chosen()?;
        self.workspaces.as_ref()?.items.iter().find(|workspace| workspace.id == chosen)
    }

    /// The workspaces that the holder of the token is in.
    pub fn workspaces(&self) -> &[Workspace] {
        self.workspaces.as_ref().map_or(&[], |listing| &listing.items)
    }

    /// The features of the tenant.
    pub fn features(&self) -> &[Feature] {
        self.features.as_ref().map_or(&[], |listing| &listing.items)
    }

    /// The reports of the chosen workspace.
    pub fn reports(&self) -> &[Report] {
        self.reports.as_ref().map_or(&[], |listing| &listing.items)
    }

    /// The semantic models of the chosen workspace.
    pub fn datasets(&self) -> &[Dataset] {
        self.datasets.as_ref().map_or(&[], |listing| &listing.items)
    }

    /// What embedding each report needs.
    pub fn embed_facts(&self) -> Vec<EmbedFacts> {
        embed_facts(self.workspace(), self.reports(), self.datasets())
    }

    /// The front end's data source for the workspace that was looked into, filled in; it holds no token.
    pub fn data_source(&self) -> Option<String> {
        Some(super::data_source(&self.api, self.workspace()?))
    }

    /// All four gates in order; those that were not tried are skipped.
    pub fn rows(&self) -> Vec<GateReport> {
        let skipped = |gate| {
            let is_open = self.row(Gate::Workspaces).is_some_and(|row| row.status != GateStatus::Failed);
            let has_choice = is_open && self.chosen().is_none() && !self.workspaces().is_empty();
            let summary = if has_choice && matches!(gate, Gate::Reports | Gate::Datasets) {
                "choose a workspace, --workspace ID".to_owned()
            } else {
                String::new()
            };
            let status = GateStatus::Skipped;
            GateReport { gate, status, summary, diagnoses: Vec::new(), duration: Duration::ZERO, is_network: false }
        };
        Gate::ALL.into_iter().map(|gate| self.row(gate).cloned().unwrap_or_else(|| skipped(gate))).collect()
    }

    /// How Power BI's side stands as a whole.
    pub fn status(&self) -> GateStatus {
        let has = |status| self.rows.iter().any(|row| row.status == status);
        if self.rows.is_empty() {
            GateStatus::Skipped
        } else if has(GateStatus::Failed) {
            GateStatus::Failed
        } else if has(GateStatus::Warned) {
            GateStatus::Warned
        } else {
            GateStatus::Passed
        }
    }

    /// Whether the first failed gate failed in the network.
    pub fn is_network(&self) -> bool {
        self.rows().iter().find(|row| row.status == GateStatus::Failed).is_some_and(|row| row.is_network)
    }

    /// What was found at all gates, the worst first; of several with the same code only the worst.
    pub fn diagnoses(&self) -> Vec<Diagnosis> {
        let mut found: Vec<Diagnosis> = self.rows().into_iter().flat_map(|row| row.diagnoses).collect();
        diagnosis::rank(&mut found);
        let mut codes = Vec::new();
        found.retain(|diagnosis| {
            let is_new = !codes.contains(&diagnosis.code);
            codes.push(diagnosis.code.clone());
            is_new
        });
        found
    }

    /// `1 workspace, 3 reports, 2 semantic models`, or the gate that is closed: `workspaces: 401 …`.
    pub fn summary(&self) -> String {
        let rows = self.rows();
        if let Some(row) = rows.iter().find(|row| row.status == GateStatus::Failed) {
            return format!("{}: {}", row.gate.word(), row.summary);
        }
        let said = rows.iter().filter(|row| row.gate != Gate::Features && !row.summary.is_empty());
        let mut parts: Vec<&str> = said.map(|row| row.summary.as_str()).collect();
        parts.dedup();
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests;
