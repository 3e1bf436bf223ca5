//! A new file takes the place of the old one by a rename: all or nothing.

use std::io::{self, ErrorKind, Write};

use tempfile::NamedTempFile;

#[cfg(unix)]
use super::properties;
use super::{Access, Links, Observer, Place, Point, fresh, not_replaceable, open, stamp_of, sync_folder, system, turn};
use crate::domain::storage::{SaveError, Saved};

pub(super) fn save(place: &Place<'_>, at: &mut Observer<'_>) -> Result<Saved, SaveError> {
    let _turn = turn::of_folder(place.folder)?;
    place.refuse_changed()?;
    let old = open(place.target, Links::Refuse, Access::Read).map_err(system("open the file"))?;
    let old = turn::beside_readers(old)?;
    let metadata = old.metadata().map_err(system("look at the file"))?;
    #[cfg(unix)]
    properties::refuse_hard_links(&metadata)?;
    at(Point::Opened);

    let mut temporary = temporary_beside(place)?;
    at(Point::TemporaryCreated);
    let contents = place.order.contents.expose().as_bytes();
    temporary.write_all(contents).map_err(system("write a temporary file beside it"))?;
    at(Point::TemporaryWritten);
    #[cfg(unix)]
    properties::copy(&old, &metadata, temporary.as_file())?;
    #[cfg(not(unix))]
    temporary.as_file().set_permissions(metadata.permissions()).map_err(system("set the permissions"))?;
    at(Point::PropertiesCopied);
    temporary.as_file().sync_all().map_err(system("write a temporary file to the disk"))?;
    // Taken from the open file, so that nothing can fail after the rename.
    let metadata = temporary.as_file().metadata().map_err(system("look at the temporary file"))?;
    let stamp = stamp_of(&metadata, contents);
    at(Point::TemporarySynced);

    place.refuse_changed()?;
    at(Point::CheckedAgain);
    let new = temporary.persist(place.target).map_err(|failure| rename_error(failure.error))?;
    // From now on it is the settings file, and no longer in use.
    let _ = new.unlock();
    at(Point::Renamed);
    // The rename is done and seen by everybody; only its outlasting a power cut can still fail.
    sync_folder(place.folder);
    at(Point::Done);
    Ok(Saved { stamp })
}

fn temporary_beside(place: &Place<'_>) -> Result<NamedTempFile, SaveError> {
    fresh::file(place.folder, fresh::NEW_PREFIX).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => not_replaceable(
            "This account may not create files in the folder of the settings file, and without a new file beside it \
             a save could leave half a file behind. Run as an account that may write to the folder."
                .to_owned(),
        ),
        ErrorKind::ReadOnlyFilesystem => not_replaceable(
            "The folder of the settings file is mounted read-only. Change the file where it comes from, or mount it \
             writable."
                .to_owned(),
        ),
        _ => system("create a temporary file beside it")(error),
    })
}

fn rename_error(error: io::Error) -> SaveError {
    match error.kind() {
        ErrorKind::ResourceBusy | ErrorKind::CrossesDevices => not_replaceable(
            "The settings file is mounted into its folder by itself, as containers do it, and cannot be replaced \
             there. Change the file outside of the container."
                .to_owned(),
        ),
        ErrorKind::PermissionDenied => not_replaceable(
            "The folder of the settings file lets nobody replace a file but its owner (sticky bit), or the file is \
             protected by an attribute. Run as the owner of the file, or lift the protection with chattr."
                .to_owned(),
        ),
        _ => system("rename")(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_that_cannot_be_says_why_and_what_to_do() {
        for (kind, why, what_to_do) in [
            (ErrorKind::ResourceBusy, "mounted into its folder", "Change the file outside"),
            (ErrorKind::CrossesDevices, "mounted into its folder", "Change the file outside"),
            (ErrorKind::PermissionDenied, "sticky bit", "Run as the owner"),
        ] {
            let error = rename_error(kind.into());
            assert!(matches!(error, SaveError::NotReplaceable { .. }), "{error:?}");
            let words = error.to_string();
            assert!(words.contains(why) && words.contains(what_to_do), "{words}");
        }
        assert!(matches!(rename_error(ErrorKind::StorageFull.into()), SaveError::System { doing: "rename", .. }));
    }
}
