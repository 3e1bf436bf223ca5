//! What was typed and not saved when a session was cut off.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Store, StoredPath};
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;

/// The name of the file.
pub(super) const FILE: &str = "drafts.json";

/// So many drafts are kept.
const MOST: usize = 20;

/// An older draft is none.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// Drafts, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
}

/// The values for one settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    /// Its canonical path.
    file: StoredPath,
    /// When it was kept, in milliseconds since 1970.
    kept_at: i64,
    /// By the settings' keys; never a secret.
    values: BTreeMap<String, String>,
}

impl Draft {
    /// A draft of the values that are no secrets and not blank; none when there are none, or the path cannot be kept.
    pub(super) fn new(path: &Path, values: &Values, now: Timestamp) -> Option<Self> {
        let values: BTreeMap<_, _> = plain_settings()
            .filter(|name| !values.get(*name).is_empty())
            .map(|name| (name.key().to_owned(), values.get(name).to_owned()))
            .collect();
        (!values.is_empty()).then_some(Self { file: StoredPath::new(path)?, kept_at: now.millis(), values })
    }

    fn values(&self) -> Values {
        plain_settings().fold(Values::default(), |values, name| match self.values.get(name.key()) {
            Some(text) => values.with(name, text.as_str()),
            None => values,
        })
    }

    fn moment(&self) -> Timestamp {
        Timestamp::from_millis(self.kept_at)
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.moment()) <= LONGEST
    }
}

impl Drafts {
    pub(super) fn find(&self, path: &Path, now: Timestamp) -> Option<(Values, Timestamp)> {
        let draft = self.drafts.iter().find(|draft| draft.file.is(path) && draft.is_fresh(now))?;
        Some((draft.values(), draft.moment())).filter(|(values, _)| *values != Values::default())
    }

    pub(super) fn put(&mut self, draft: Draft, now: Timestamp) {
        self.drafts.retain(|known| known.file != draft.file && known.is_fresh(now));
        self.drafts.push(draft);
        let surplus = self.drafts.len().saturating_sub(MOST);
        self.drafts.drain(..surplus);
    }

    pub(super) fn remove(&mut self, path: &Path) {
        self.drafts.retain(|draft| !draft.file.is(path));
    }
}

impl Store for Drafts {
    fn drop_oldest(&mut self) -> bool {
        if self.drafts.is_empty() {
            return false;
        }
        self.drafts.remove(0);
        true
    }
}

fn plain_settings() -> impl Iterator<Item = SettingName> {
    SettingName::ALL.into_iter().filter(|name| !name.setting().kind.is_secret())
}
