//! Step Tenant: the directory that the app is registered in.

pub mod live;

use super::questions::Question;
use crate::domain::setting::SettingName;

/// What the step asks.
pub const QUESTIONS: &[Question] = &[Question::Setting(SettingName::AppTenantId)];
