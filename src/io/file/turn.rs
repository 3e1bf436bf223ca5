//! One save after the other: advisory locks between wizards.
//!
//! The check that the file is still what was read and the change itself are two steps; a save that holds its turn keeps
//! other saves out from between them. The turn is a lock on the folder, because a lock on the settings file would lie
//! on a file that the rename replaces. Where one inode can be reached through two folders (hard links, a bind mount),
//! the file itself is locked as well: exclusively for a save in place, shared for a replacement, which .NET may read
//! beside (it takes a shared lock while it reads its configuration).
//!
//! Where locks are not to be had (some network file systems), the checks alone have to do.

use std::fs::{File, TryLockError};
use std::ops::Deref;
use std::path::Path;

use crate::domain::storage::SaveError;

/// An open file that is locked, until it is dropped.
///
/// Unlocked by a call rather than by closing: a process that is being started at this moment has a copy of the open
/// file, and would keep the lock until its program runs.
pub(super) struct Turn(File);

impl Turn {
    /// Locks a file for one alone, or tells that it is locked by another. `Ok` also where there are no locks.
    pub(super) fn alone(file: File) -> Result<Self, Taken> {
        Self::with(file, File::try_lock)
    }

    /// Locks a file for all that ask for a shared lock, likewise.
    fn shared(file: File) -> Result<Self, Taken> {
        Self::with(file, File::try_lock_shared)
    }

    fn with(file: File, lock: fn(&File) -> Result<(), TryLockError>) -> Result<Self, Taken> {
        match lock(&file) {
            // Not waited for: who holds it may be stopped.
            Err(TryLockError::WouldBlock) => Err(Taken),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self(file)),
        }
    }
}

impl Deref for Turn {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Another one holds the lock.
pub(super) struct Taken;

impl Taken {
    fn saying(words: &str) -> impl Fn(Self) -> SaveError {
        move |_| SaveError::System { doing: "take the turn to save it", words: words.to_owned() }
    }
}

/// Takes the turn for a folder. `None` where a folder cannot be opened.
pub(super) fn of_folder(folder: &Path) -> Result<Option<Turn>, SaveError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    let taken = Taken::saying("another program is saving in this folder at this moment; save again");
    Turn::alone(file).map(Some).map_err(taken)
}

/// Keeps saves in place away from a file, not readers.
pub(super) fn beside_readers(file: File) -> Result<Turn, SaveError> {
    Turn::shared(file).map_err(Taken::saying("another program is writing to it at this moment; save again"))
}

/// Keeps other saves away from a file, and readers that ask.
#[cfg(unix)]
pub(super) fn without_readers(file: File) -> Result<Turn, SaveError> {
    Turn::alone(file).map_err(Taken::saying("another program is reading or writing it at this moment; save again"))
}
