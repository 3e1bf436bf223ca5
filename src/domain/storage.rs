//! Reading and saving a settings file, as plain data; `io::file` does it.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::secret::Secret;
use super::text::printable;

/// What a file was when it was read: enough to notice that somebody else changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Device and inode; zero where the system has none.
    pub identity: (u64, u64),
    /// Length in bytes.
    pub length: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified: i128,
    /// A hash of the contents, stable within one run.
    pub contents: u64,
}

/// A file as it was read. Its bytes may hold secrets: they print nothing and are wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The path as the user gave it.
    pub path: PathBuf,
    /// The bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What the file was at that moment.
    pub stamp: Stamp,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("path", &self.path).field("stamp", &self.stamp).finish_non_exhaustive()
    }
}

/// What to write, and what must still be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveOrder {
    /// The path as the user gave it; a symbolic link is followed and kept.
    pub path: PathBuf,
    /// The whole new contents.
    pub contents: Secret,
    /// The file must still be what it was when it was read; its time alone may differ.
    pub expected: Stamp,
    /// How to write it.
    pub manner: Manner,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// A new file takes the place of the old one by a rename: all or nothing.
    #[default]
    Replace,
    /// Into the old file, after a backup; only when the person has agreed.
    InPlace,
    /// A new file of mode 0600, because the old one was deleted; nothing may be there.
    Create,
}

/// What a save left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// What the file is now.
    pub stamp: Stamp,
}

/// A file of ours that a killed save left beside the settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub kind: LeftoverKind,
}

/// What a killed save can leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftoverKind {
    /// A new file that never got its name; the settings file is whole.
    Temporary,
    /// The old contents from before a save in place; the settings file may be cut short.
    Backup,
}

/// Who beside its owner can get at a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// The group or everybody may read it: its permission bits (octal 0777 part), when they say so.
    pub open_mode: Option<u32>,
    /// It is in the index of the git repository around it.
    pub is_tracked_by_git: bool,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// A folder, device or socket.
    #[error("it is not a regular file")]
    NotAFile,
    /// Larger than 1 MiB; no settings file is.
    #[error("it is larger than 1 MiB")]
    TooLarge,
    /// The system's words.
    #[error("{0}")]
    System(String),
}

/// Why a file was not saved. But for [`SaveError::HalfWritten`] the old contents are still there, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// Somebody else changed, replaced or deleted it since it was read.
    #[error("the file was changed by somebody else since it was read")]
    Changed,
    /// It cannot be replaced by a rename without losing a property (hard links, foreign owner, mount point).
    #[error("{}", why.trim_end_matches('.'))]
    NotReplaceable {
        /// What stands against it and what to do, as sentences.
        why: String,
        /// Whether writing into the old file, after a backup, is possible.
        may_write_in_place: bool,
    },
    /// A save in place broke off and the old contents could not be put back; they are in the backup.
    #[error(
        "writing broke off and the file may be cut short: {words}; copy its old contents back from {}",
        printable(&backup.to_string_lossy())
    )]
    HalfWritten {
        /// Where the old contents are, whole.
        backup: PathBuf,
        /// The system's words.
        words: String,
    },
    /// The system's words, and what was being done.
    #[error("{doing}: {words}")]
    System {
        /// What was being done: `create a temporary file beside it`, `rename`.
        doing: &'static str,
        /// The system's words.
        words: String,
    },
}

/// The port to the settings file.
pub trait Storage {
    /// Replaces the file's contents, in the manner that the order says. Returns what the file is now.
    ///
    /// # Errors
    /// See [`SaveError`]; but for [`SaveError::HalfWritten`] the old contents are then still there.
    fn save(&self, order: &SaveOrder) -> Result<Saved, SaveError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_happened_and_what_to_do() {
        let words = "No space left on device".to_owned();
        let half = SaveError::HalfWritten { backup: PathBuf::from("/srv/.b\u{1b}[31m"), words };
        let half = half.to_string();
        assert!(half.contains("cut short: No space left") && half.contains("back from /srv/.b"), "{half}");
        assert!(!half.contains('\u{1b}'), "{half}");
        // It stands within a sentence.
        let why = "It is mounted. Unmount it.".to_owned();
        let refused = SaveError::NotReplaceable { why, may_write_in_place: true };
        assert_eq!(refused.to_string(), "It is mounted. Unmount it");
    }

    #[test]
    fn a_snapshot_prints_none_of_its_bytes() {
        let stamp = Stamp { identity: (1, 2), length: 3, modified: 4, contents: 5 };
        let bytes = Zeroizing::new(b"c4nary".to_vec());
        let shown = format!("{:?}", Snapshot { path: PathBuf::from("a.json"), bytes, stamp });
        assert!(shown.contains("a.json") && !shown.contains("c4nary") && !shown.contains("99"), "{shown}");
    }
}
