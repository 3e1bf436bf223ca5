//! The steps of the wizard: one room each, with its questions, its keys and its picture.
//!
//! Knows the screen's pieces and the domain; no network, no file, no clock.

pub mod app;
pub mod endpoint;
pub mod form;
pub mod questions;
pub mod save;
pub mod tenant;
pub mod test;
pub mod user;
pub mod who;

use crate::domain::diagnosis::Severity;
use crate::domain::registration::Inspection;
use crate::domain::setting::SettingName;
use form::Form;
use questions::Question;
use tenant::live::Findings;

/// A page of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Who reads the reports.
    Who,
    /// The tenant.
    Tenant,
    /// The app registration.
    App,
    /// The user of the password grant.
    User,
    /// Cloud, URL and resource.
    Endpoint,
    /// The live test.
    Test,
    /// Difference and saving.
    Save,
}

impl Step {
    /// All of them; the place in the list is the key, counted from 1.
    pub const ALL: [Self; 7] = [Self::Who, Self::Tenant, Self::App, Self::User, Self::Endpoint, Self::Test, Self::Save];

    /// Its name on the screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Who => "Who",
            Self::Tenant => "Tenant",
            Self::App => "App",
            Self::User => "User",
            Self::Endpoint => "Endpoint",
            Self::Test => "Test",
            Self::Save => "Save",
        }
    }

    /// The step behind a digit.
    pub fn of_digit(digit: char) -> Option<Self> {
        let index = usize::try_from(digit.to_digit(10)?).ok()?.checked_sub(1)?;
        Self::ALL.get(index).copied()
    }

    /// The digit that leads to it, as [`Self::of_digit`] reads it.
    pub fn digit(self) -> char {
        let place = Self::ALL.iter().position(|step| *step == self).unwrap_or(0);
        u32::try_from(place + 1).ok().and_then(|digit| char::from_digit(digit, 10)).unwrap_or(' ')
    }

    /// What it asks, in order; nothing for the steps that are no forms.
    pub const fn questions(self) -> &'static [Question] {
        match self {
            Self::Who => who::QUESTIONS,
            Self::Tenant => tenant::QUESTIONS,
            Self::App => app::QUESTIONS,
            Self::User => user::QUESTIONS,
            Self::Endpoint => endpoint::QUESTIONS,
            Self::Test | Self::Save => &[],
        }
    }

    /// Whether it is a form.
    pub const fn is_form(self) -> bool {
        !matches!(self, Self::Test | Self::Save)
    }

    /// The step that asks for a setting, and the place of the question in it.
    pub fn of_setting(setting: SettingName) -> (Self, usize) {
        Self::ALL
            .into_iter()
            .find_map(|step| {
                let place = step.questions().iter().position(|question| *question == Question::Setting(setting))?;
                Some((step, place))
            })
            // Every setting is asked for somewhere: a test holds that.
            .unwrap_or((Self::Who, 0))
    }

    /// The steps that are shown: User only when there is one, or when it is open.
    pub fn shown(form: &Form, current: Self) -> Vec<Self> {
        Self::ALL.into_iter().filter(|step| *step != Self::User || form.has_user() || current == Self::User).collect()
    }

    /// The next one that is shown.
    #[must_use]
    pub fn next(self, form: &Form) -> Self {
        let shown = Self::shown(form, self);
        let place = shown.iter().position(|step| *step == self).unwrap_or(0);
        shown.get(place + 1).copied().unwrap_or(self)
    }

    /// The one before that is shown.
    #[must_use]
    pub fn previous(self, form: &Form) -> Self {
        let shown = Self::shown(form, self);
        let place = shown.iter().position(|step| *step == self).unwrap_or(0);
        place.checked_sub(1).and_then(|place| shown.get(place)).copied().unwrap_or(self)
    }

    /// What validation, and the provider, say of a form's settings: the worst severity, `None` while nothing can be
    /// said.
    pub fn validation(self, form: &Form, inspection: &Inspection, findings: Option<&Findings>) -> Option<Severity> {
        let settings = self.questions().iter().filter_map(|question| match question {
            Question::Setting(setting) => Some(*setting),
            Question::Who | Question::Cloud => None,
        });
        let mut worst = Severity::Info;
        for setting in settings {
            let found = inspection.of(setting).map(|diagnosis| diagnosis.severity).max();
            let is_blank = form.field(setting).is_empty();
            match found {
                // An empty field is a question without an answer yet, not a wrong one.
                Some(Severity::Error) if is_blank => return None,
                Some(severity) => worst = worst.max(severity),
                None => {}
            }
            let live = findings.and_then(|findings| findings.severity(setting));
            worst = worst.max(live.unwrap_or(Severity::Info));
        }
        Some(worst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_asked_for_in_one_step() {
        for setting in SettingName::ALL {
            let steps = Step::ALL.into_iter().filter(|step| step.questions().contains(&Question::Setting(setting)));
            assert_eq!(steps.count(), 1, "{setting}");
            let (step, place) = Step::of_setting(setting);
            assert_eq!(step.questions().get(place), Some(&Question::Setting(setting)));
        }
    }

    #[test]
    fn digits_are_always_the_same_steps() {
        assert_eq!(Step::of_digit('1'), Some(Step::Who));
        assert_eq!(Step::of_digit('4'), Some(Step::User));
        assert_eq!(Step::of_digit('7'), Some(Step::Save));
        assert!(Step::ALL.into_iter().all(|step| Step::of_digit(step.digit()) == Some(step)));
        assert_eq!(Step::of_digit('0'), None);
        assert_eq!(Step::of_digit('8'), None);
    }
}
