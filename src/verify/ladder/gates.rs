//! The stage `powerbi`: the gates one after the other, with the token that has just come.

use std::time::Duration;

use super::{Ending, Walk};
use crate::domain::exchange::{Clock, Http};
use crate::domain::powerbi::{self, GateStatus, Gates};
use crate::domain::registration::Registration;
use crate::verify::{Blame, Event, Stage, Status, TokenReport};

/// Waiting has to leave this much of the time for the answer.
const RESERVE: Duration = Duration::from_secs(1);

impl<P: Http + Clock, E: FnMut(Event)> Walk<'_, P, E> {
    /// Ends the stage `powerbi`; it is skipped where the token does not belong.
    pub(super) async fn power_bi(&mut self, token: &TokenReport, registration: &Registration) {
        let root = self.order.powerbi.root.clone().or_else(|| self.practice_api.take());
        let api = match powerbi::api(registration, root.as_ref(), &token.token) {
            Ok(api) => api,
            Err(skip) => {
                let diagnoses: Vec<_> = self.order.powerbi.extras.explain(&skip).into_iter().collect();
                let status = if diagnoses.is_empty() { Status::Skipped } else { Status::of(&diagnoses) };
                let (summary, blame) = (skip.reason, Blame::PowerBi);
                self.end(Stage::PowerBi, Ending { status, summary, diagnoses, blame, ..Ending::default() });
                return;
            }
        };
        (self.emit)(Event::Started(Stage::PowerBi));
        let begun = self.ports.now();
        let mut gates = Gates::new(&api, self.order.powerbi.workspace.clone()).asking(&self.order.powerbi.extras);
        let mut may_wait = true;
        while let Some(call) = gates.next() {
            let mut outcome = self.ports.send(api.request(&call, &self.ports.request_id(), self.left())).await;
            let wanted = outcome.as_ref().ok().filter(|answer| answer.status == 429).and_then(powerbi::retry_after);
            if let Some(span) = wanted.filter(|span| may_wait && span.saturating_add(RESERVE) <= self.left()) {
                may_wait = false;
                (self.emit)(Event::Waiting(Stage::PowerBi, span));
                self.ports.pause(span).await;
                outcome = self.ports.send(api.request(&call, &self.ports.request_id(), self.left())).await;
            }
            gates.take(&call, outcome.as_ref(), &self.masker);
            (self.emit)(Event::PowerBi(Box::new(gates.clone())));
        }
        let status = match gates.status() {
            GateStatus::Passed => Status::Passed,
            GateStatus::Warned => Status::Warned,
            GateStatus::Failed => Status::Failed,
            GateStatus::Skipped => Status::Skipped,
        };
        let blame = if gates.is_network() { Blame::Network } else { Blame::PowerBi };
        let (summary, diagnoses) = (gates.summary(), gates.diagnoses());
        let duration = self.ports.now().since(begun);
        self.end(Stage::PowerBi, Ending { status, duration, summary, diagnoses, blame });
    }
}
