//! What a key of step Test leads to after a refusal: the pages of consent, and the move to a service principal. And
//! what is said, and asked, when a password was held back.

use super::{Model, Run};
use crate::domain::attempts;
use crate::domain::cloud::CloudName;
use crate::domain::diagnosis::{Diagnosis, Link};
use crate::domain::discovery::realm::Realm;
use crate::domain::principal;
use crate::domain::registration::{Grant, GrantName};
use crate::domain::setting::Values;
use crate::ui::pane::Line;
use crate::ui::theme::Role;
use crate::verify::{Report, Status};

impl Model {
    /// The pages that mend what is wrong, the first one first.
    pub fn links(&self) -> &[Link] {
        self.ended_run().and_then(|run| run.report.answer()).map_or(&[], |diagnosis| &diagnosis.links)
    }

    /// Whether a service principal is the way out of what keeps the user's password out.
    pub fn advises_principal(&self) -> bool {
        self.ended_run().is_some_and(advises_principal)
    }

    /// Why the password was not sent, if it was held back.
    pub fn held(&self) -> Option<&Realm> {
        self.ended_run()?.report.held.as_ref()
    }

    /// Whether these values need no question about the realm: their password was sent in spite of it before, and was
    /// accepted then, or the person was `asked` about the refusal.
    pub fn knows_realm(&self, values: &Values, asked: bool) -> bool {
        self.ended_run()
            .filter(|run| run.values == *values)
            .is_some_and(|run| run.may_spend && (run.report.token.is_some() || asked))
    }

    /// The cloud of the latest test.
    pub fn cloud(&self) -> Option<CloudName> {
        self.run.as_ref()?.registration.as_ref()?.cloud
    }

    /// The question before a password is sent in spite of its user's realm.
    pub fn realm_question(&self) -> Vec<Line> {
        let Some((run, realm)) = self.ended_run().and_then(|run| Some((run, run.report.held.as_ref()?))) else {
            return Vec::new();
        };
        let Some(registration) = &run.registration else { return Vec::new() };
        let user = match &registration.grant {
            Grant::Password { user, .. } => user.as_str(),
            Grant::ClientCredentials => "",
        };
        let (title, about) = match realm {
            Realm::Federated { host: Some(host), .. } => {
                ("Send the password of a federated user?", format!("{user} signs in at {host}."))
            }
            Realm::Federated { host: None, .. } => {
                ("Send the password of a federated user?", format!("{user} signs in at the organisation's provider."))
            }
            Realm::Personal => ("Send the password of a personal account?", format!("{user} is a personal account.")),
            _ => (
                "Send the password of a user that Entra ID does not know?",
                format!("The domain of {user} belongs to no tenant of this cloud."),
            ),
        };
        let limit = attempts::limit(registration);
        let refused = match self.attempts.count(registration) {
            0 => "none was refused in this session yet".to_owned(),
            count => format!("{count} were refused in this session"),
        };
        let mut lines = vec![
            Line::new(Role::Title, title),
            Line::new(Role::Text, format!("{about} {}", realm.prospect().unwrap_or_default())),
            Line::blank(),
            Line::new(
                Role::Text,
                format!(
                    "The password was not sent yet. An attempt that is refused counts towards the lockout, \
                     which by default comes after {limit}; {refused}."
                ),
            ),
        ];
        if realm.shuts_passwords_out() {
            lines.push(Line::blank());
            lines.push(way_to_principal());
        }
        lines
    }

    fn ended_run(&self) -> Option<&Run> {
        self.run.as_ref().filter(|run| !run.is_running)
    }
}

fn advises_principal(run: &Run) -> bool {
    let report = &run.report;
    let is_password = run.registration.as_ref().is_some_and(|found| found.grant_name() == GrantName::Password);
    let mut found = report
        .stages
        .iter()
        .filter(|stage| matches!(stage.status, Status::Failed | Status::Warned))
        .flat_map(|stage| &stage.diagnoses);
    is_password && report.token.is_none() && found.any(principal::is_way_out)
}

/// What stands above everything when the password was held back.
pub(super) fn not_sent(report: &Report) -> Vec<Line> {
    if report.held.is_none() {
        return Vec::new();
    }
    let words = "The password was not sent. t asks whether to send it in spite of what is below.";
    vec![Line::new(Role::Text, words).led_by(Role::Warning, "warned  ")]
}

/// Where a remedy finds its link: one address at a time is a link for the terminal, the others are in the list of c.
pub(super) fn where_shown(diagnosis: &Diagnosis, link: &Link) -> &'static str {
    if diagnosis.links.first() == Some(link) { "the link above" } else { "the link that c lists" }
}

/// The ways out that a key leads to.
pub(super) fn lines(run: &Run) -> Vec<Line> {
    let mut lines = Vec::new();
    if advises_principal(run) {
        lines.push(Line::blank());
        lines.push(way_to_principal());
    }
    if let Some(link) = run.report.answer().and_then(|diagnosis| diagnosis.links.first()) {
        lines.push(Line::blank());
        lines.push(Line::new(
            Role::Text,
            format!("{} (l sends it to the terminal's clipboard and shows it on its own):", link.title),
        ));
        lines.push(Line::new(Role::Link, link.url.as_str()));
    }
    lines
}

fn way_to_principal() -> Line {
    Line::new(Role::Text, "leads through the move to a service principal, step by step.").led_by(Role::Key, "p  ")
}
