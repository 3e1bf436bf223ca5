//! What the program remembers between two runs: recent files, and drafts of what was typed and not saved.
//!
//! Never a secret, and nothing that anybody has to care for: a folder that cannot be used remembers nothing, a broken
//! file is the same as none, and no caller hears of an error. The folder is private (0700), and so are the files
//! (0600), which are replaced by a rename.

mod drafts;
mod recent;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directories::ProjectDirs;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::file;
use crate::domain::setting::Values;
use crate::domain::time::Timestamp;

/// No file of the state is larger, in bytes: a larger one is not read, and what does not fit is not written.
const LARGEST: usize = 64 * 1024;

/// The folder with the state.
#[derive(Debug, Clone)]
pub struct State {
    folder: Option<PathBuf>,
}

impl State {
    /// The state of the present user: `$XDG_STATE_HOME/token-wizard` or `~/.local/state/token-wizard` on Linux, the
    /// folder for local data elsewhere. Nothing is read or created yet.
    pub fn of_this_user() -> Self {
        let folders = ProjectDirs::from("", "", "token-wizard");
        let folder = folders.map(|folders| folders.state_dir().unwrap_or(folders.data_local_dir()).to_owned());
        Self { folder }
    }

    /// A state in that folder, which is created when there is something to remember.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// The folder for backups of files whose own folder takes none; it is made, private, when a save needs it.
    pub fn backups(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("backups"))
    }

    /// The files that were opened last and still exist, absolute, newest first, at most 9.
    pub fn recent(&self) -> Vec<PathBuf> {
        self.read::<recent::Recent>(recent::FILE).paths().into_iter().filter(|path| path.is_file()).collect()
    }

    /// Puts a file on top of the recent ones.
    pub fn remember_opened(&self, file: &Path) {
        let Ok(path) = std::path::absolute(file) else { return };
        self.change(recent::FILE, |recent: &mut recent::Recent| recent.put(&path));
    }

    /// The draft for a settings file and when it was kept; none when it is older than 30 days.
    pub fn draft(&self, file: &Path, now: Timestamp) -> Option<(Values, Timestamp)> {
        let path = fs::canonicalize(file).ok()?;
        self.read::<drafts::Drafts>(drafts::FILE).find(&path, now)
    }

    /// Keeps the values that were typed for a settings file, in place of an older draft for it. Secret settings and
    /// blank values are left out; nothing is written when there is no other.
    pub fn keep_draft(&self, file: &Path, values: &Values, now: Timestamp) {
        let Ok(path) = fs::canonicalize(file) else { return };
        let Some(draft) = drafts::Draft::new(&path, values, now) else { return };
        self.change(drafts::FILE, |drafts: &mut drafts::Drafts| drafts.put(draft, now));
    }

    /// Forgets the draft for a settings file.
    pub fn forget_draft(&self, file: &Path) {
        let Ok(path) = fs::canonicalize(file) else { return };
        self.change(drafts::FILE, |drafts: &mut drafts::Drafts| drafts.remove(&path));
    }

    fn read<T: Store>(&self, name: &str) -> T {
        let Some(folder) = &self.folder else { return T::default() };
        let snapshot = file::read(&folder.join(name)).ok().filter(|snapshot| snapshot.bytes.len() <= LARGEST);
        snapshot.and_then(|snapshot| serde_json::from_slice(&snapshot.bytes).ok()).unwrap_or_default()
    }

    /// Reads, changes and writes. Of two programs that do it at once the later one wins.
    fn change<T: Store>(&self, name: &str, change: impl FnOnce(&mut T)) {
        let before = self.read::<T>(name);
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return;
        }
        let Some(contents) = fitting(after) else { return };
        // Whoever uses the program without it being able to remember is told nothing: nothing is lost but comfort.
        let _forgotten = self.write(name, &contents);
    }

    fn write(&self, name: &str, contents: &[u8]) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        make_private(folder)?;
        // Readable by its owner only from the start. It is not synced: a draft that a power cut empties is no draft.
        let mut temporary = tempfile::Builder::new().prefix(file::TEMPORARY_PREFIX).tempfile_in(folder)?;
        temporary.write_all(contents)?;
        temporary.persist(folder.join(name))?;
        Ok(())
    }
}

/// What one file holds.
trait Store: Clone + Default + PartialEq + Serialize + DeserializeOwned {
    /// Drops the oldest entry; tells whether there was one.
    fn drop_oldest(&mut self) -> bool;
}

/// The JSON text, without the oldest entries where it would become too large to be read again.
fn fitting<T: Store>(mut store: T) -> Option<Vec<u8>> {
    loop {
        let text = serde_json::to_vec(&store).ok()?;
        if text.len() <= LARGEST {
            return Some(text);
        }
        if !store.drop_oldest() {
            return None;
        }
    }
}

/// Creates the folder for its owner alone, and closes one that others can look into.
#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};

    // Under `sudo` the home may be another user's, who could then no longer remember anything.
    let nearest = folder.ancestors().find_map(|ancestor| fs::metadata(ancestor).ok());
    if nearest.is_none_or(|metadata| metadata.uid() != rustix::process::geteuid().as_raw()) {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if fs::metadata(folder)?.mode() & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// A path in JSON: text where it is UTF-8, else its bytes in base64. Where paths are no bytes, one that is not Unicode
/// is not remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredPath {
    Text(String),
    Bytes { base64: String },
}

impl StoredPath {
    #[cfg_attr(unix, expect(clippy::unnecessary_wraps, reason = "elsewhere a path may be no text and no bytes"))]
    fn new(path: &Path) -> Option<Self> {
        if let Some(text) = path.to_str() {
            return Some(Self::Text(text.to_owned()));
        }
        #[cfg(unix)]
        return Some(Self::Bytes { base64: STANDARD.encode(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())) });
        #[cfg(not(unix))]
        None
    }

    fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Text(text) => Some(PathBuf::from(text)),
            Self::Bytes { base64 } => {
                let bytes = STANDARD.decode(base64).ok()?;
                #[cfg(unix)]
                return Some(PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes)));
                #[cfg(not(unix))]
                String::from_utf8(bytes).ok().map(PathBuf::from)
            }
        }
    }

    fn is(&self, path: &Path) -> bool {
        self.path().as_deref() == Some(path)
    }
}

#[cfg(test)]
mod tests;
