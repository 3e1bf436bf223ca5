//! The files that were opened last.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Store, StoredPath};

/// The name of the file.
pub(super) const FILE: &str = "recent.json";

/// So many are kept: one digit for each.
const MOST: usize = 9;

/// Absolute paths, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recent {
    files: Vec<StoredPath>,
}

impl Recent {
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().filter_map(StoredPath::path).filter(|path| path.is_absolute()).take(MOST).collect()
    }

    pub(super) fn put(&mut self, path: &Path) {
        let Some(stored) = StoredPath::new(path) else { return };
        self.files.retain(|known| !known.is(path));
        self.files.insert(0, stored);
        self.files.truncate(MOST);
    }
}

impl Store for Recent {
    fn drop_oldest(&mut self) -> bool {
        self.files.pop().is_some()
    }
}
