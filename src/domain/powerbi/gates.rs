//! The gates in order, as a fold over the answers: what to ask next, and how each gate stands.

use std::time::Duration;

use super::api::Api;
use super::call::{Call, Gate, ItemId, Route, WorkspaceId};
use super::embed::{EmbedFacts, embed_facts};
use super::explain::Asked;
use super::extras::{self, Extras, Obstacle};
use super::identity::Holder;
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
    /// Whether something may have been spent although nothing usable came back: an embed token whose answer was lost.
    pub may_have_spent: bool,
}

/// All that is known of Power BI's side in one run, folded from the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gates {
    api: Api,
    wished: Option<WorkspaceId>,
    extras: Extras,
    rows: Vec<GateReport>,
    features: Option<Listing<Feature>>,
    workspaces: Option<Listing<Workspace>>,
    reports: Option<Listing<Report>>,
    datasets: Option<Listing<Dataset>>,
}

impl Gates {
    /// Before the first call; `wished` is the workspace of `--workspace`. Without one the only workspace there is counts.
    pub fn new(api: &Api, wished: Option<WorkspaceId>) -> Self {
        Self {
            api: api.clone(),
            wished,
            extras: Extras::default(),
            rows: Vec::new(),
            features: None,
            workspaces: None,
            reports: None,
            datasets: None,
        }
    }

    /// The same with gates that are asked only by name, after the usual ones.
    #[must_use]
    pub fn asking(mut self, extras: &Extras) -> Self {
        self.rows.extend(extras.known().iter().cloned());
        self.extras = extras.clone();
        self
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
        let usual = self.usual();
        // What is asked by name comes last: some of it spends something, and needs what the others show.
        if usual.is_empty() { self.named().filter_map(Result::ok).collect() } else { usual }
    }

    fn usual(&self) -> Vec<Call> {
        let open = |calls: Vec<Call>| calls.into_iter().filter(|call| self.row(call.gate()).is_none()).collect();
        match (self.row(Gate::Workspaces), self.chosen()) {
            (None, _) => open(vec![Call::Features, Call::Workspaces]),
            (Some(row), Some(id)) if row.status != GateStatus::Failed && !self.is_failed(Gate::Reports) => {
                open(vec![Call::Features, Call::Reports(id.clone()), Call::Datasets(id)])
            }
            (Some(_), _) => open(vec![Call::Features]),
        }
    }

    /// The calls of the gates that were asked for by name and have no row yet, or why there is none.
    fn named(&self) -> impl Iterator<Item = Result<Call, Obstacle>> {
        let open = self.extras.gates().iter().filter(|gate| self.row(**gate).is_none());
        open.map(|gate| self.call_by_name(*gate))
    }

    fn call_by_name(&self, gate: Gate) -> Result<Call, Obstacle> {
        if !self.usual().is_empty() {
            return Err(Obstacle::NotYet);
        }
        // Whoever cannot be reached is not asked for more.
        if let Some(row) = self.rows.iter().find(|row| row.status == GateStatus::Failed && row.is_network) {
            return Err(Obstacle::Closed(row.gate));
        }
        if gate == Gate::Admin {
            // It needs no workspace, and has a tenant setting of its own.
            return Ok(Call::Admin);
        }
        if let Some(closed) = Gate::USUAL.into_iter().find(|gate| self.is_failed(*gate)) {
            return Err(Obstacle::Closed(closed));
        }
        let Some(here) = self.chosen() else {
            return Err(if self.workspaces().is_empty() { Obstacle::NoWorkspace } else { Obstacle::NoChoice });
        };
        let (report, found) = self.report_to_try()?;
        if gate == Gate::Embed {
            let dataset = found.dataset_id.as_deref().and_then(|id| ItemId::parse(id).ok());
            let target = Some(here).filter(|_| self.api.identity().holder == Holder::App);
            return Ok(Call::Embed { report, dataset, target });
        }
        let is_here = |dataset: &ItemId| self.datasets().iter().any(|model| dataset.is(&model.id));
        let (workspace, dataset) = extras::model_of(found, is_here, &here)?;
        Ok(Call::Query { workspace, dataset })
    }

    fn report_to_try(&self) -> Result<(ItemId, &Report), Obstacle> {
        extras::choose(self.extras.report(), self.reports(), &self.embed_facts())
    }

    /// What a gate would be tried with if it was asked for now: the name of a report, nothing where it needs none; or
    /// in a few words what is in the way.
    ///
    /// # Errors
    /// Something is in the way.
    pub fn prospect(&self, gate: Gate) -> Result<&str, String> {
        self.call_by_name(gate).map_err(Obstacle::words)?;
        match gate {
            Gate::Embed | Gate::Query => {
                self.report_to_try().map(|(_, report)| report.name.as_str()).map_err(Obstacle::words)
            }
            _ => Ok(""),
        }
    }

    /// What was asked for by name.
    pub const fn extras(&self) -> &Extras {
        &self.extras
    }

    /// Takes the answer to a call in, or why there is none.
    pub fn take(&mut self, call: &Call, outcome: Result<&HttpAnswer, &TransportError>, masker: &Masker) {
        let gate = call.gate();
        let (judged, duration, is_network) = match outcome {
            Ok(answer) => {
                let asked = Asked::of(&self.api, self.route(call));
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
        // A refusal spends nothing.
        let is_refused = outcome.is_ok_and(|answer| !(200..=299).contains(&answer.status));
        let may_have_spent = gate == Gate::Embed && status == GateStatus::Failed && !is_refused;
        self.rows.retain(|row| row.gate != gate);
        self.rows.push(GateReport { gate, status, summary, diagnoses, duration, is_network, may_have_spent });
        let chosen = self.chosen();
        if gate == Gate::Workspaces && chosen.is_some() && self.extras.known_of() != chosen.as_ref() {
            // What is known from earlier is known of another workspace. A list that failed this time says nothing of it.
            self.rows.retain(|row| !matches!(row.gate, Gate::Embed | Gate::Query));
        }
    }

    /// Chooses the workspace to look into; what is known of another one is dropped.
    pub fn choose(&mut self, id: WorkspaceId) {
        self.rows.retain(|row| matches!(row.gate, Gate::Features | Gate::Workspaces | Gate::Admin));
        self.reports = None;
        self.datasets = None;
        self.wished = Some(id);
    }

    /// What a call is about, in the light of the answers so far.
    fn route(&self, call: &Call) -> Route {
        match call {
            Call::Reports(_) if self.workspace().is_some() => Route::ListedWorkspace,
            Call::Datasets(_) if self.reports.is_some() => Route::Models,
            _ => call.route(),
        }
    }

    /// What the answers so far have shown.
    fn known(&self) -> judge::Known<'_> {
        judge::Known { workspace: self.workspace(), reports: self.reports.as_ref(), datasets: self.datasets.as_ref() }
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

    /// The four usual gates in order, then those that were asked for by name; those that were not tried are skipped.
    pub fn rows(&self) -> Vec<GateReport> {
        let skipped = |gate| {
            let is_open = self.row(Gate::Workspaces).is_some_and(|row| row.status != GateStatus::Failed);
            let has_choice = is_open && self.chosen().is_none() && !self.workspaces().is_empty();
            let summary = if has_choice && matches!(gate, Gate::Reports | Gate::Datasets) {
                "none chosen: --workspace ID, or w".to_owned()
            } else {
                String::new()
            };
            let status = GateStatus::Skipped;
            GateReport {
                gate,
                status,
                summary,
                diagnoses: Vec::new(),
                duration: Duration::ZERO,
                is_network: false,
                may_have_spent: false,
            }
        };
        let untried = |gate| {
            let obstacle = self.call_by_name(gate).err().unwrap_or(Obstacle::NotYet);
            GateReport {
                summary: obstacle.words(),
                diagnoses: obstacle.explain().into_iter().collect(),
                ..skipped(gate)
            }
        };
        let usual = Gate::USUAL.into_iter().map(|gate| self.row(gate).cloned().unwrap_or_else(|| skipped(gate)));
        let named = self.extras.gates().iter();
        usual.chain(named.map(|gate| self.row(*gate).cloned().unwrap_or_else(|| untried(*gate)))).collect()
    }

    /// How Power BI's side stands as a whole.
    pub fn status(&self) -> GateStatus {
        // A gate that was asked for and could not be tried warns.
        let of_row = |row: GateReport| match row.status {
            GateStatus::Skipped => GateStatus::of(&row.diagnoses),
            status => status,
        };
        let found: Vec<GateStatus> = self.rows().into_iter().map(of_row).collect();
        if self.rows.is_empty() {
            GateStatus::Skipped
        } else if found.contains(&GateStatus::Failed) {
            GateStatus::Failed
        } else if found.contains(&GateStatus::Warned) {
            GateStatus::Warned
        } else {
            GateStatus::Passed
        }
    }

    /// Whether all that failed is what may have been spent, so that another try can only spend more.
    pub fn has_only_spent(&self) -> bool {
        let mut failed = self.rows.iter().filter(|row| row.status == GateStatus::Failed).peekable();
        failed.peek().is_some() && failed.all(|row| row.may_have_spent)
    }

    /// Whether the first failed gate failed in the network.
    pub fn is_network(&self) -> bool {
        self.rows().iter().find(|row| row.status == GateStatus::Failed).is_some_and(|row| row.is_network)
    }

    /// What was found at all gates, the worst first; of several that say the same only the worst.
    pub fn diagnoses(&self) -> Vec<Diagnosis> {
        let mut found: Vec<Diagnosis> = self.rows().into_iter().flat_map(|row| row.diagnoses).collect();
        diagnosis::rank(&mut found);
        let mut said = Vec::new();
        found.retain(|diagnosis| {
            // One code of the admin APIs and of a workspace means two things.
            let this = (diagnosis.code.clone(), diagnosis.title.clone());
            let is_new = !said.contains(&this);
            said.push(this);
            is_new
        });
        found
    }

    /// `1 workspace, 3 reports, 2 semantic models`, before them what was asked for by name; or the gate that is closed:
    /// `workspaces: 401 …`.
    pub fn summary(&self) -> String {
        let rows = self.rows();
        if let Some(row) = rows.iter().find(|row| row.status == GateStatus::Failed) {
            return format!("{}: {}", row.gate.word(), row.summary);
        }
        let is_named = |row: &&GateReport| self.extras.gates().contains(&row.gate);
        let named = rows.iter().filter(is_named).map(|row| match row.status {
            GateStatus::Skipped => format!("{} not tried", row.gate.word()),
            _ => row.summary.clone(),
        });
        let said = rows.iter().filter(|row| row.gate != Gate::Features && !row.summary.is_empty() && !is_named(row));
        // What stands in brackets behind a count is for the gate's own row: here it would push the last count out of sight.
        let count = |row: &GateReport| row.summary.split(" (").next().unwrap_or_default().to_owned();
        let mut parts: Vec<String> = named.chain(said.map(count)).collect();
        parts.dedup();
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests;
