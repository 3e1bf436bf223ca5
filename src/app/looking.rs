//! Looking ahead of a test: what the provider says of the tenant while it is typed, the connection that is opened when
//! the test is near, and the offer to move to the tenant's cloud.

use super::App;
use super::effect::Effect;
use super::offers::cloud_lines;
use crate::domain::cloud::Cloud;
use crate::domain::discovery::question;
use crate::domain::mask::Masker;
use crate::domain::registration::Registration;
use crate::domain::time::Timestamp;
use crate::steps::tenant::live::{Findings, Wish};
use crate::ui::pane::Line;
use crate::verify::{Stage, Status};

impl App {
    /// From now on nothing is asked but what a key orders: there is no place to tell of it.
    pub const fn ask_only_when_told(&mut self) {
        self.live.switch_off();
    }

    /// Asks about the tenant when somebody has stopped typing it, and opens a connection when the test `is_near`.
    pub(super) fn look_ahead(&mut self, now: Timestamp, is_near: bool) -> Vec<Effect> {
        let subject = self.draft_registration().map(|registration| registration.endpoint);
        let mut wishes = self.live.settings_name(now, subject);
        // Before settings that cannot be tested no test is near.
        if is_near && !self.is_running() && self.form.inspect(&self.start.options).registration.is_some() {
            wishes.extend(self.live.comes_near(now));
        }
        let effect = |wish| match wish {
            Wish::Ask(probe, endpoint) => Effect::Discover { probe, endpoint: Box::new(endpoint) },
            Wish::Forget(probe) => Effect::Forget(probe),
        };
        wishes.into_iter().map(effect).collect()
    }

    /// The settings as far as a question about the tenant needs them.
    pub(super) fn draft_registration(&self) -> Option<Registration> {
        question::of_draft(&self.form.draft(), &self.form.reading(&self.start.options))
    }

    /// What the provider says of the tenant in the form.
    pub(super) fn findings(&self) -> Option<Findings> {
        if !self.live.knows_something() {
            return None;
        }
        let draft = self.form.draft();
        let is_issued = self.test.fresh(&draft).is_some_and(|report| report.token.is_some());
        self.live.findings(&self.draft_registration()?, is_issued, &Masker::new(draft.secrets()))
    }

    /// A test is over; the connection to where it was answered is kept for a while.
    pub(super) fn was_reached(&mut self, now: Timestamp) {
        let connect = self.test.run.as_ref().and_then(|run| run.report.stage(Stage::Connect));
        if connect.is_some_and(|stage| matches!(stage.status, Status::Passed | Status::Warned)) {
            self.live.test_reached(now);
        }
    }

    /// The cloud that the tenant is in, when the settings say another one.
    pub(super) fn cloud_on_offer(&self) -> Option<&'static Cloud> {
        self.findings()?.cloud
    }

    /// Moves sign-in host and resource to the cloud of the tenant.
    pub(super) fn take_cloud(&mut self) {
        if let Some(cloud) = self.cloud_on_offer() {
            self.form.move_to(cloud);
        }
        self.overlay = None;
    }

    pub(super) fn cloud_lines(&self) -> Vec<Line> {
        let Some(Findings { diagnosis: Some(diagnosis), cloud: Some(cloud), .. }) = self.findings() else {
            return Vec::new();
        };
        cloud_lines(&diagnosis, cloud, &self.form.url_in(cloud))
    }
}
