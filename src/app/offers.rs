//! What the wizard offers before its first step: to delete what a killed save left, and to take up what was typed
//! when the line was lost. And what it asks before a password is sent again, or in spite of its user's realm.

use super::effect::Effect;
use super::{App, Overlay};
use crate::domain::attempts::Caution;
use crate::domain::cloud::Cloud;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::setting::SettingName;
use crate::domain::storage::LeftoverKind;
use crate::steps::Step;
use crate::ui::pane::Line;
use crate::ui::theme::Role;

impl App {
    /// Opens the next thing to offer, or nothing.
    pub(super) fn offer(&mut self) {
        self.overlay = if !self.start.leftovers.is_empty() {
            Some(Overlay::Leftovers)
        } else if self.start.draft.is_some() {
            Some(Overlay::Draft)
        } else {
            None
        };
    }

    /// A test has ended before the password: asks, where somebody looks at it, whether to send it all the same.
    pub(super) fn ask_about_realm(&mut self) {
        if self.test.held().is_some() && self.step == Step::Test && self.overlay.is_none() {
            self.overlay = Some(Overlay::Realm { scroll: 0 });
        }
    }

    /// Closes what lies over the step; what was offered is not offered again.
    pub(super) fn close(&mut self) {
        match self.overlay {
            Some(Overlay::Leftovers) => self.start.leftovers.clear(),
            Some(Overlay::Draft) => self.start.draft = None,
            Some(Overlay::Plain { .. }) => return self.leave_plain(),
            _ => {
                self.overlay = None;
                self.asking = None;
                return;
            }
        }
        self.offer();
    }

    pub(super) fn remove_leftovers(&self) -> Vec<Effect> {
        vec![Effect::Remove(self.start.leftovers.clone())]
    }

    pub(super) fn removed(&mut self, result: Result<(), String>) {
        match result {
            Ok(()) => self.close(),
            Err(words) => self.not_removed = Some(words),
        }
    }

    /// Puts what was typed before into the form, where it is unsaved again.
    pub(super) fn take_up_draft(&mut self) {
        if let Some((values, _)) = self.start.draft.take() {
            self.form.take_up(&values);
        }
        self.offer();
        let (step, question) = (self.step, self.question);
        if self.overlay.is_none() {
            self.go(step, question);
        }
    }

    pub(super) fn leftover_lines(&self) -> Vec<Line> {
        let leftovers = &self.start.leftovers;
        let mut lines = vec![Line::new(Role::Title, "A save of this file was killed here before.")];
        let has = |kind| leftovers.iter().any(|leftover| leftover.kind == kind);
        if has(LeftoverKind::Backup) {
            lines.push(Line::new(
                Role::Text,
                "A backup holds the file as it was before that save. Compare it with the file before you delete it: \
                 the save wrote into the file itself and may have broken off.",
            ));
        }
        if has(LeftoverKind::Temporary) {
            lines.push(Line::new(
                Role::Text,
                "A temporary file never got its name. The settings file is whole; the rest may hold a secret.",
            ));
        }
        lines.push(Line::blank());
        for leftover in leftovers {
            let lead = match leftover.kind {
                LeftoverKind::Backup => "backup     ",
                LeftoverKind::Temporary => "temporary  ",
            };
            lines.push(Line::new(Role::Text, leftover.path.to_string_lossy()).led_by(Role::Label, lead));
        }
        if let Some(words) = &self.not_removed {
            lines.push(Line::blank());
            lines.push(Line::new(Role::Text, format!("Not deleted: {words}.")).led_by(Role::Error, "failed  "));
        }
        lines
    }

    pub(super) fn draft_lines(&self) -> Vec<Line> {
        let Some((values, moment)) = &self.start.draft else { return Vec::new() };
        let mut lines = vec![
            Line::new(Role::Title, "Something was typed here before and not saved."),
            Line::new(
                Role::Text,
                format!("The connection was lost on {}. Secrets were not kept; everything else is here:", moment.utc()),
            ),
            Line::blank(),
        ];
        for name in SettingName::ALL.into_iter().filter(|name| !values.get(*name).is_empty()) {
            lines.push(Line::new(Role::Text, values.get(name)).led_by(Role::Label, format!("{:<13} ", name.key())));
        }
        lines
    }
}

/// What belongs together in the cloud that a tenant is in; `url` is what AuthTokenUrl would become.
pub(super) fn cloud_lines(diagnosis: &Diagnosis, cloud: &Cloud, url: &str) -> Vec<Line> {
    let row = |label: &str, text: String| Line::new(Role::Text, text).led_by(Role::Label, format!("{label:<13} "));
    let mut lines = vec![
        Line::new(Role::Title, format!("{}.", diagnosis.title)),
        Line::new(Role::Text, &diagnosis.cause),
        Line::blank(),
        row(SettingName::AuthTokenUrl.key(), url.to_owned()),
        row(SettingName::Resource.key(), cloud.resource.to_owned()),
        row("Power BI API", format!("https://{}", cloud.api_host)),
        row("Portal", format!("https://{}", cloud.portal)),
        Line::blank(),
        Line::new(
            Role::Text,
            "Enter takes the first two into their settings. To take that back, press Esc, then u, in each of them.",
        ),
    ];
    let told = [cloud.resource, cloud.api_host];
    let rest = diagnosis.remedies.iter().filter(|remedy| {
        !told.iter().any(|name| remedy.contains(name)) && !remedy.starts_with(SettingName::AuthTokenUrl.key())
    });
    lines.extend(rest.map(|remedy| Line::new(Role::Text, remedy)));
    lines
}

/// What stands above the keys before a password is sent again.
pub(super) fn caution_lines(user: &str, caution: Caution) -> Vec<Line> {
    let Caution { is_repeated, refused, limit } = caution;
    let times = if refused == 1 { "once".to_owned() } else { format!("{refused} times") };
    let title = if is_repeated {
        "Send a password again that was already refused?"
    } else {
        "Send one more password of this user?"
    };
    vec![
        Line::new(Role::Title, title),
        Line::new(
            Role::Text,
            format!(
                "{user} was refused {times} in this session. By default Entra ID locks a user after {limit} wrong \
                 passwords, for longer each time."
            ),
        ),
        Line::blank(),
        Line::new(
            Role::Text,
            "Try User and Password in a private browser window at https://myaccount.microsoft.com first, or press g \
             to correct Password here.",
        ),
    ]
}
