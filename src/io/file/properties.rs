//! What a file is besides its contents, on Unix: links, owner, group, mode, extended attributes.

use std::fs::{File, Metadata, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

use super::{not_replaceable, system};
use crate::domain::storage::SaveError;

/// Refuses a file that has more than one name: after a rename the others would keep the old contents.
pub(super) fn refuse_hard_links(metadata: &Metadata) -> Result<(), SaveError> {
    match metadata.nlink() {
        0 | 1 => Ok(()),
        links => Err(not_replaceable(format!(
            "The settings file has {links} names (hard links), and replacing it would part this one from the others. \
             Remove the other names, or make them symbolic links."
        ))),
    }
}

/// Gives the new file what the old one has, the mode last: until then only its owner can read it.
pub(super) fn copy(old: &File, metadata: &Metadata, new: &File) -> Result<(), SaveError> {
    let fresh = new.metadata().map_err(system("look at the temporary file"))?;
    if (fresh.uid(), fresh.gid()) != (metadata.uid(), metadata.gid()) {
        fchown(new, Some(metadata.uid()), Some(metadata.gid())).map_err(|_| {
            not_replaceable(format!(
                "The settings file belongs to user {} and group {}, and this account may not give a new file to them. \
                 Run as that user, for example with sudo -u, or as root.",
                metadata.uid(),
                metadata.gid()
            ))
        })?;
    }
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    attributes::copy(old, new)?;
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    let _ = old;
    new.set_permissions(Permissions::from_mode(metadata.mode() & 0o7777)).map_err(system("set the mode"))
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod attributes {
    use std::fs::File;

    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
    use rustix::io::Errno;

    use super::{SaveError, not_replaceable, system};

    /// The largest value and the longest list of names that Linux allows, in bytes.
    const LARGEST: usize = 65_536;

    /// Copies the attributes, access control lists and security labels among them, and takes away those that only the
    /// new file has got from its folder.
    pub(super) fn copy(old: &File, new: &File) -> Result<(), SaveError> {
        let wanted = names(old)?;
        for name in names(new)?.iter().filter(|name| !wanted.contains(name)) {
            fremovexattr(new, name.as_slice()).map_err(|_| lost(name))?;
        }
        for name in &wanted {
            let value = value(old, name)?;
            // A security label is mostly right already, and setting it may not be allowed.
            if value.is_some() && value != self::value(new, name)? {
                fsetxattr(new, name.as_slice(), &value.unwrap_or_default(), XattrFlags::empty())
                    .map_err(|_| lost(name))?;
            }
        }
        Ok(())
    }

    fn names(file: &File) -> Result<Vec<Vec<u8>>, SaveError> {
        let mut list = vec![0; LARGEST];
        match flistxattr(file, &mut list[..]) {
            Ok(length) => {
                let names = list.get(..length).unwrap_or_default().split(|byte| *byte == 0);
                Ok(names.filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
            }
            // The file system has no attributes.
            Err(Errno::NOTSUP | Errno::NOSYS) => Ok(Vec::new()),
            Err(error) => Err(system("list the extended attributes")(error.into())),
        }
    }

    fn value(file: &File, name: &[u8]) -> Result<Option<Vec<u8>>, SaveError> {
        let mut value = vec![0; LARGEST];
        match fgetxattr(file, name, &mut value[..]) {
            Ok(length) => {
                value.truncate(length);
                Ok(Some(value))
            }
            Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
            Err(error) => Err(system("read an extended attribute")(error.into())),
        }
    }

    fn lost(name: &[u8]) -> SaveError {
        let name: String = String::from_utf8_lossy(name).chars().filter(|c| !c.is_control()).collect();
        not_replaceable(format!(
            "The settings file has the extended attribute {name}, which this account may not give to a new file. Run \
             as root, or change the file in an editor."
        ))
    }
}
