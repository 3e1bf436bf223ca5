//! The new contents go into the old file, for what a rename would lose: hard links, a mount of the file itself, an owner
//! whom this account may not give a new file to, a folder that takes none.
//!
//! Killed at any moment, either the file is whole or a backup with the old contents is on the disk.

use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::{Access as Permission, AtFlags, CWD, accessat};
use tempfile::NamedTempFile;

use super::{
    Access, Links, Observer, Place, Point, contents, fresh, not_replaceable, open, plain, stamp_of, sync_folder,
    system, turn, unreadable,
};
use crate::domain::storage::{SaveError, Saved};

/// How much is written at once, in bytes; settings files are smaller.
const PIECE: usize = 1 << 16;

pub(super) fn save(place: &Place<'_>, at: &mut Observer<'_>) -> Result<Saved, SaveError> {
    let _turn = turn::of_folder(place.folder)?;
    place.refuse_changed()?;
    let file = open(place.target, Links::Refuse, Access::ReadAndWrite).map_err(open_error)?;
    let file = turn::without_readers(file)?;
    let (old, stamp) = contents(&file).map_err(unreadable)?;
    place.expect(stamp)?;
    at(Point::Opened);

    let mut backup = back_up(place, &old, at)?;
    let new = place.order.contents.expose().as_bytes();
    if let Err(error) = reserve(&file, new.len()) {
        // Gives back what was reserved of it, if the length is still ours to know.
        if place.refuse_changed().is_ok() {
            let _ = file.set_len(length(&old));
        }
        return Err(system("reserve room for the new contents")(error));
    }
    at(Point::SpaceReserved);
    place.refuse_changed()?;
    at(Point::CheckedAgain);

    // From here on the backup outlives whatever happens.
    backup.disable_cleanup(true);
    if let Err(error) = write(&file, new, at) {
        at(Point::PuttingBack);
        return Err(match write(&file, &old, &mut |_| {}) {
            Ok(()) => {
                backup.disable_cleanup(false);
                system("write into the file (its old contents were put back)")(error)
            }
            Err(_) => SaveError::HalfWritten { backup: backup.path().to_owned(), words: plain(&error) },
        });
    }
    at(Point::FileSynced);
    // Nothing may fail any more. A backup that cannot be removed is found at the next start.
    backup.disable_cleanup(false);
    drop(backup);
    let stamp = stamp_of(&file.metadata().map_err(system("look at the file"))?, new);
    at(Point::Done);
    Ok(Saved { stamp })
}

/// Tells whether a save in place can be tried: the file can be written, and a backup made. The latter is found out by
/// making a file, for some folders take none though their mode says so.
pub(super) fn is_possible(place: &Place<'_>) -> bool {
    let permission = Permission::READ_OK | Permission::WRITE_OK;
    let takes_files = |folder: &Path| fresh::file(folder, &fresh::backup_prefix(place.target)).is_ok();
    accessat(CWD, place.target, permission, AtFlags::EACCESS).is_ok()
        && (takes_files(place.folder)
            || place.spare.is_some_and(|spare| make_private(spare).is_ok() && takes_files(spare)))
}

/// Writes the old contents to a backup, to the disk.
fn back_up(place: &Place<'_>, old: &[u8], at: &mut Observer<'_>) -> Result<NamedTempFile, SaveError> {
    let prefix = fresh::backup_prefix(place.target);
    let (mut backup, folder) = match fresh::file(place.folder, &prefix) {
        Ok(backup) => (backup, place.folder),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            let Some(spare) = place.spare else {
                return Err(not_replaceable(
                    "The folder of the settings file takes no new file, so there is no place for a backup, without \
                     which nothing is written in place. Run as an account that may write to the folder."
                        .to_owned(),
                ));
            };
            make_private(spare)?;
            (fresh::file(spare, &prefix).map_err(system("make a backup in the spare folder"))?, spare)
        }
        Err(error) => return Err(system("make a backup beside it")(error)),
    };
    at(Point::BackupCreated);
    backup.write_all(old).map_err(system("write a backup"))?;
    at(Point::BackupWritten);
    backup.as_file().sync_all().map_err(system("write a backup to the disk"))?;
    sync_folder(folder);
    at(Point::BackupSynced);
    Ok(backup)
}

/// Makes the spare folder, or sees to it that nobody else can exchange files in it.
fn make_private(spare: &Path) -> Result<(), SaveError> {
    let doing = "make a private folder for the backup";
    DirBuilder::new().recursive(true).mode(0o700).create(spare).map_err(system(doing))?;
    let metadata = std::fs::metadata(spare).map_err(system(doing))?;
    if metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o022 != 0 {
        let words = "it is there, but others can write to it; give it to this account and mode 0700".to_owned();
        return Err(SaveError::System { doing, words });
    }
    Ok(())
}

/// Lets a full disk be noticed before the first old byte is overwritten. The length stays as it is.
fn reserve(file: &File, length: usize) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if length > 0 {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        return match rustix::io::retry_on_intr(|| fallocate(file, FallocateFlags::KEEP_SIZE, 0, length)) {
            // A file system that cannot promise room.
            Err(Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        };
    }
    let _ = (file, length);
    Ok(())
}

/// Makes these bytes the whole contents, on the disk.
fn write(file: &File, bytes: &[u8], at: &mut Observer<'_>) -> io::Result<()> {
    let mut offset = 0;
    for piece in bytes.chunks(PIECE) {
        file.write_all_at(piece, offset)?;
        offset += length(piece);
        at(Point::PieceWritten);
    }
    file.set_len(length(bytes))?;
    at(Point::LengthSet);
    file.sync_all()
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn open_error(error: io::Error) -> SaveError {
    match error.kind() {
        ErrorKind::PermissionDenied => not_replaceable(
            "This account may not write to the settings file. Run as an account that may, or change the mode of the \
             file."
                .to_owned(),
        ),
        ErrorKind::ReadOnlyFilesystem => not_replaceable(
            "The settings file is mounted read-only. Change it where it comes from, or mount it writable.".to_owned(),
        ),
        _ => system("open the file for writing")(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_opened_says_why_and_what_to_do() {
        for (kind, why, what_to_do) in [
            (ErrorKind::PermissionDenied, "may not write", "Run as an account that may"),
            (ErrorKind::ReadOnlyFilesystem, "mounted read-only", "mount it writable"),
        ] {
            let error = open_error(kind.into());
            assert!(matches!(error, SaveError::NotReplaceable { may_write_in_place: false, .. }), "{error:?}");
            let words = error.to_string();
            assert!(words.contains(why) && words.contains(what_to_do), "{words}");
        }
        assert!(matches!(open_error(ErrorKind::Deadlock.into()), SaveError::System { .. }));
    }
}
