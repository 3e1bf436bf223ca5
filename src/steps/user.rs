//! Step User: the account of the password grant.

use super::questions::Question;
use crate::domain::setting::SettingName;

/// What the step asks.
pub const QUESTIONS: &[Question] = &[Question::Setting(SettingName::User), Question::Setting(SettingName::Password)];
