//! A folder with a settings file, and orders to save it.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::{Manner, SaveError, SaveOrder};
use token_wizard::io::file::{self, TEMPORARY_PREFIX};

pub(crate) const OLD: &str = "{ // from the portal\n  \"ClientId\": \"old\" }\n";
pub(crate) const NEW: &str = "{ // from the portal\n  \"ClientId\": \"the new one\" }\n";

pub(crate) const MANNERS: [Manner; 2] = [Manner::Replace, Manner::InPlace];

pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("appsettings.json");
        put(&path, OLD);
        Self { folder, path }
    }

    pub(crate) fn order(&self) -> SaveOrder {
        order(&self.path)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }

    /// The file says this, and nothing is left behind.
    pub(crate) fn assert_only(&self, contents: &str) {
        assert_eq!(text(&self.path), contents);
        self.assert_nothing_left();
    }

    pub(crate) fn assert_nothing_left(&self) {
        assert!(self.names().iter().all(|name| !name.starts_with(TEMPORARY_PREFIX)), "{:?}", self.names());
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

pub(crate) fn put(path: &Path, contents: &str) {
    File::create(path).and_then(|mut file| file.write_all(contents.as_bytes())).expect("it is written");
}

pub(crate) fn text(path: &Path) -> String {
    String::from_utf8(file::read(path).expect("it is read").bytes.to_vec()).expect("UTF-8")
}

pub(crate) fn order(path: &Path) -> SaveOrder {
    let expected = file::stamp(path).expect("it is there");
    SaveOrder { path: path.to_owned(), contents: Secret::new(NEW), expected, manner: Manner::Replace }
}

pub(crate) fn order_in_place(path: &Path) -> SaveOrder {
    SaveOrder { manner: Manner::InPlace, ..order(path) }
}

/// Why a save is not possible, and whether one in place would be.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, SaveError>) -> (String, bool) {
    match result {
        Err(SaveError::NotReplaceable { why, may_write_in_place }) => (why, may_write_in_place),
        other => panic!("it is refused, not {other:?}"),
    }
}
