//! Files of our own beside a settings file: names, and the lock that says that they are in use.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::domain::storage::LeftoverKind;

/// How all names of ours begin; a file with one is left behind only when a save is killed.
pub const TEMPORARY_PREFIX: &str = ".token-wizard-";

/// How the name of a file begins that is going to be the settings file.
pub(super) const NEW_PREFIX: &str = ".token-wizard-new-";

/// How the name of a backup begins; after it comes what ties it to its settings file.
const BACKUP_PREFIX: &str = ".token-wizard-backup-";

/// Letters and digits that make a name unique.
const RANDOM: usize = 6;

/// Hexadecimal digits that tie a backup to its settings file.
const TIE: usize = 16;

/// Creates an empty file of mode 0600, locked as long as it is open, removed when it is dropped.
///
/// The lock is shared, for a temporary file is still open when it becomes the settings file, and whoever reads that
/// with a shared lock must not fail. Who asks whether the file is in use tries an exclusive one.
pub(super) fn file(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let file = tempfile::Builder::new().prefix(prefix).rand_bytes(RANDOM).tempfile_in(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Waits at most for the instant in which somebody asks; without locks the person who is asked before a leftover
        // is removed has to know.
        let _ = file.as_file().lock_shared();
        // Between creating and locking it looked like a leftover.
        if file.as_file().metadata()?.nlink() == 0 {
            return Err(io::ErrorKind::Interrupted.into());
        }
    }
    Ok(file)
}

/// Returns how the name of a backup of this file begins; the path is the canonical one.
pub(super) fn backup_prefix(target: &Path) -> String {
    format!("{BACKUP_PREFIX}{}-", tie(target))
}

/// A short hash of a canonical path, the same in every version of the program.
fn tie(target: &Path) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, target.as_os_str().as_encoded_bytes());
    let digits = digest.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.take(TIE).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Tells what kind of file a name is for, if we give such names.
pub(super) fn kind(name: &OsStr) -> Option<LeftoverKind> {
    let name = name.to_str()?;
    let is_random = |text: &str| text.len() == RANDOM && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(rest) = name.strip_prefix(BACKUP_PREFIX) {
        let (tie, random) = rest.split_once('-')?;
        let is_tie = tie.len() == TIE && tie.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        return (is_tie && is_random(random)).then_some(LeftoverKind::Backup);
    }
    is_random(name.strip_prefix(NEW_PREFIX)?).then_some(LeftoverKind::Temporary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_names_are_ours() {
        for (name, expected) in [
            (".token-wizard-new-aB3xY9", Some(LeftoverKind::Temporary)),
            (".token-wizard-backup-0123456789abcdef-aB3xY9", Some(LeftoverKind::Backup)),
            (".token-wizard-new-", None),
            (".token-wizard-new-aB3xY", None),
            (".token-wizard-new-aB3xY9z", None),
            (".token-wizard-new-aB3x.9", None),
            (".token-wizard-backup", None),
            (".token-wizard-backup-", None),
            (".token-wizard-backup-0123456789abcdef-", None),
            (".token-wizard-backup-0123456789ABCDEF-aB3xY9", None),
            (".token-wizard-backup-0123456789abcde-aB3xY9", None),
            (".token-wizard-backup-0123456789abcdef-aB3xY9-", None),
            ("token-wizard-new-aB3xY9", None),
            (".token-wizard-aB3xY9", None),
            ("appsettings.json", None),
            ("", None),
        ] {
            assert_eq!(kind(OsStr::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_backup_is_tied_to_the_path_for_ever() {
        // The first digits of SHA-256, so that the next version still knows the backups of this one.
        assert_eq!(backup_prefix(Path::new("abc")), ".token-wizard-backup-ba7816bf8f01cfea-");
        assert_ne!(backup_prefix(Path::new("/srv/a.json")), backup_prefix(Path::new("/srv/b.json")));
        let name = format!("{}aB3xY9", backup_prefix(Path::new("/srv/a.json")));
        assert_eq!(kind(OsStr::new(&name)), Some(LeftoverKind::Backup));
    }

    #[test]
    fn a_fresh_file_has_such_a_name_and_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let made = file(folder.path(), NEW_PREFIX).unwrap();
        assert_eq!(kind(made.path().file_name().unwrap()), Some(LeftoverKind::Temporary));
        let path = made.path().to_owned();
        drop(made);
        assert!(!path.exists());
    }
}
