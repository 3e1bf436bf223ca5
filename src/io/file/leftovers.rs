//! What a killed save left behind: found by its name, owner and lack of a lock.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::turn::Turn;
use super::{Access, Links, fresh, open, plain};
use crate::domain::storage::{Leftover, LeftoverKind};
use crate::domain::text::printable;

/// Finds them, sorted by path. A backup counts only for the settings file that it was made of.
pub(super) fn find(path: &Path, spare: Option<&Path>) -> Vec<Leftover> {
    let Ok(target) = fs::canonicalize(path) else { return Vec::new() };
    let backup_prefix = fresh::backup_prefix(&target);
    let is_wanted = |kind, path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        kind == LeftoverKind::Temporary || name.starts_with(&backup_prefix)
    };
    let mut found = Vec::new();
    for (folder, is_spare) in target.parent().map(|folder| (folder, false)).into_iter().chain(spare.map(|s| (s, true)))
    {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let Some(kind) = path.file_name().and_then(fresh::kind) else { continue };
            // Temporary files are never made in the spare folder.
            let is_candidate = is_wanted(kind, &path) && !(is_spare && kind == LeftoverKind::Temporary);
            if is_candidate && matches!(examine(&path, kind), Ok(State::Dead(_))) {
                found.push(Leftover { path, kind });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found.dedup();
    found
}

/// Removes leftovers; one that is gone already is no error.
///
/// # Errors
/// What could not be removed and why, as a sentence; all others are removed nevertheless.
pub fn remove_leftovers(leftovers: &[Leftover]) -> Result<(), String> {
    let failures: Vec<String> = leftovers.iter().filter_map(|leftover| remove(leftover).err()).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join(" ")) }
}

fn remove(leftover: &Leftover) -> Result<(), String> {
    let shown = leftover.path.display().to_string();
    let shown = printable(&shown);
    // Whoever hands in a list made by something else than the search must not lose another file.
    if leftover.path.file_name().and_then(fresh::kind) != Some(leftover.kind) {
        return Err(format!("{shown} was not removed: it has no name that this program gives."));
    }
    match examine(&leftover.path, leftover.kind) {
        // The lock is held until the name is gone.
        Ok(State::Dead(_lock)) => match fs::remove_file(&leftover.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(format!("{shown} was not removed: {}. Delete it yourself; it may hold a secret.", plain(&error)))
            }
            _ => Ok(()),
        },
        Ok(State::InUse) => Err(format!("{shown} was not removed: another save is using it at this moment.")),
        Ok(State::Foreign) => Err(format!("{shown} was not removed: it is not a file of this account.")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("{shown} was not removed: {}.", plain(&error))),
    }
}

/// What a file with a name of ours is.
enum State {
    /// Left behind by a save that is no more; held so that it stays that way.
    Dead(Turn),
    /// A save is going on.
    InUse,
    /// Not made by this account, or no regular file.
    Foreign,
}

fn examine(path: &Path, kind: LeftoverKind) -> io::Result<State> {
    // Not even opened when it is something else: that could have effects.
    if !is_ours(&fs::symlink_metadata(path)?, kind) {
        return Ok(State::Foreign);
    }
    let file = open(path, Links::Refuse, Access::Read)?;
    if !is_ours(&file.metadata()?, kind) {
        return Ok(State::Foreign);
    }
    // Where there are no locks, the person who is asked decides.
    Ok(Turn::alone(file).map_or(State::InUse, State::Dead))
}

#[cfg(unix)]
fn is_ours(metadata: &fs::Metadata, kind: LeftoverKind) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let me = rustix::process::geteuid();
    let is_mine = metadata.uid() == me.as_raw();
    metadata.is_file()
        && match kind {
            // Root gives a temporary file to the owner of the settings file before it gets its name.
            LeftoverKind::Temporary => is_mine || me.is_root(),
            // Its contents are going to be trusted: nobody else may have put it there, nor linked another file of ours.
            LeftoverKind::Backup => is_mine && metadata.nlink() == 1 && metadata.mode() & 0o7077 == 0,
        }
}

#[cfg(not(unix))]
fn is_ours(metadata: &fs::Metadata, _: LeftoverKind) -> bool {
    metadata.is_file()
}
