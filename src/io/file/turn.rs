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
use std::path::Path;

use crate::domain::storage::SaveError;

/// Takes the turn for a folder; it lasts until the answer is dropped. `None` where a folder cannot be locked.
pub(super) fn of_folder(folder: &Path) -> Result<Option<File>, SaveError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    held(&file.try_lock(), "another program is saving in this folder at this moment; save again")?;
    Ok(Some(file))
}

/// Keeps out saves in place, not readers, until the file is closed.
pub(super) fn beside_readers(file: &File) -> Result<(), SaveError> {
    held(&file.try_lock_shared(), "another program is writing to it at this moment; save again")
}

/// Keeps out other saves, and readers that ask, until the file is closed.
#[cfg(unix)]
pub(super) fn alone(file: &File) -> Result<(), SaveError> {
    held(&file.try_lock(), "another program is reading or writing it at this moment; save again")
}

fn held(result: &Result<(), TryLockError>, words: &str) -> Result<(), SaveError> {
    match result {
        // Not waited for: who holds it may be stopped.
        Err(TryLockError::WouldBlock) => {
            Err(SaveError::System { doing: "take the turn to save it", words: words.to_owned() })
        }
        // Without locks, see above.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}
