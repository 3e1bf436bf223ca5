//! Step App: the app registration and its secret.

use super::questions::Question;
use crate::domain::setting::SettingName;

/// What the step asks.
pub const QUESTIONS: &[Question] =
    &[Question::Setting(SettingName::ClientId), Question::Setting(SettingName::ClientSecret)];
