//! Reads a settings file and replaces it, all or nothing.
//!
//! The new contents go to a temporary file in the same folder, which takes over owner, group, mode and extended
//! attributes of the old one and then its name. Where that would lose something, the save is refused with what to do
//! instead: writing into the old file could leave half of it behind.

use std::fs::{self, File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::domain::secret::Secret;
use crate::domain::storage::{Manner, ReadError, SaveError, SaveOrder, Saved, Snapshot, Stamp, Storage};

#[cfg(unix)]
mod properties;

/// How the name of a temporary file begins; one is left behind only when a save is killed.
pub const TEMPORARY_PREFIX: &str = ".token-wizard-";

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The files of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalFiles;

impl Storage for LocalFiles {
    fn save(&self, order: &SaveOrder) -> Result<Saved, SaveError> {
        save(order)
    }
}

/// Reads a file of at most 1 MiB; symbolic links are followed.
///
/// # Errors
/// See [`ReadError`].
pub fn read(path: &Path) -> Result<Snapshot, ReadError> {
    // Looked at before it is opened: opening a named pipe would wait for its other end.
    let metadata = fs::metadata(path).map_err(|error| read_error(&error))?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    let file = File::open(path).map_err(|error| read_error(&error))?;
    let room = usize::try_from(metadata.len().min(LARGEST)).unwrap_or(0) + 1;
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(room));
    (&file).take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(ReadError::TooLarge);
    }
    let metadata = file.metadata().map_err(|error| read_error(&error))?;
    let stamp = stamp_of(&metadata, &bytes);
    Ok(Snapshot { path: path.to_owned(), bytes, stamp })
}

/// Creates a file of mode 0600 that must not exist yet.
///
/// # Errors
/// The system's; an existing file is left as it is.
pub fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

/// Writes a text into a new file in the folder for temporary files, of mode 0600; it stays until somebody deletes it.
///
/// # Errors
/// The system's words.
pub fn keep(text: &Secret) -> Result<PathBuf, String> {
    let mut file =
        tempfile::Builder::new().prefix("token-wizard-").suffix(".txt").tempfile().map_err(|error| plain(&error))?;
    file.write_all(text.expose().as_bytes()).map_err(|error| plain(&error))?;
    file.keep().map(|(_, path)| path).map_err(|failure| plain(&failure.error))
}

/// Returns what a file is now, as [`read`] would.
///
/// # Errors
/// See [`ReadError`].
pub fn stamp(path: &Path) -> Result<Stamp, ReadError> {
    // The contents are read for their hash only.
    Ok(read(path)?.stamp)
}

/// Replaces a file's contents; returns what it is afterwards. A symbolic link is followed and kept.
///
/// # Errors
/// See [`SaveError`]; the old contents are then still there, and no temporary file is.
pub fn save(order: &SaveOrder) -> Result<Saved, SaveError> {
    if order.manner == Manner::Create {
        create(&order.path, order.contents.expose().as_bytes()).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => SaveError::Changed,
            _ => system("create the file")(error),
        })?;
        let stamp = stamp(&order.path).map_err(|_| SaveError::Changed)?;
        return Ok(Saved { stamp });
    }
    let target = fs::canonicalize(&order.path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => SaveError::Changed,
        _ => system("look for the file")(error),
    })?;
    refuse_changed(&target, order.expected)?;
    let old = File::open(&target).map_err(system("open the file"))?;
    let metadata = old.metadata().map_err(system("look at the file"))?;
    #[cfg(unix)]
    properties::refuse_hard_links(&metadata)?;
    let folder = target.parent().unwrap_or(Path::new("."));

    let mut temporary = temporary_in(folder)?;
    let contents = order.contents.expose().as_bytes();
    temporary.write_all(contents).map_err(system("write a temporary file beside it"))?;
    #[cfg(unix)]
    properties::copy(&old, &metadata, temporary.as_file())?;
    #[cfg(not(unix))]
    temporary.as_file().set_permissions(metadata.permissions()).map_err(system("set the permissions"))?;
    temporary.as_file().sync_all().map_err(system("write a temporary file to the disk"))?;
    // Taken from the open file, so that nothing can fail after the rename.
    let metadata = temporary.as_file().metadata().map_err(system("look at the temporary file"))?;
    let stamp = stamp_of(&metadata, contents);

    refuse_changed(&target, order.expected)?;
    temporary.persist(&target).map_err(|failure| rename_error(failure.error))?;
    // The rename is done and seen by everybody; only its outlasting a power cut can still fail, and some file systems
    // cannot promise that for a folder.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(Saved { stamp })
}

fn refuse_changed(target: &Path, expected: Stamp) -> Result<(), SaveError> {
    match stamp(target) {
        Ok(present) if present == expected => Ok(()),
        Ok(_) | Err(ReadError::Missing | ReadError::NotAFile | ReadError::TooLarge) => Err(SaveError::Changed),
        Err(ReadError::System(words)) => Err(SaveError::System { doing: "look at the file", words }),
    }
}

fn temporary_in(folder: &Path) -> Result<NamedTempFile, SaveError> {
    tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder).map_err(|error| match error.kind() {
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
        _ => system("rename")(error),
    }
}

fn not_replaceable(why: String) -> SaveError {
    SaveError::NotReplaceable { why, may_write_in_place: false }
}

/// The system's words with what was being done.
fn system(doing: &'static str) -> impl Fn(io::Error) -> SaveError {
    move |error| SaveError::System { doing, words: plain(&error) }
}

fn read_error(error: &io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::Missing,
        _ => ReadError::System(plain(error)),
    }
}

/// The system's words without the number of the error and, from a temporary file, without its path.
fn plain(error: &io::Error) -> String {
    let words = match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.kind().to_string(),
    };
    words.split(" (os error").next().unwrap_or_default().to_owned()
}

fn stamp_of(metadata: &Metadata, contents: &[u8]) -> Stamp {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    Stamp {
        identity: identity(metadata),
        length: metadata.len(),
        modified: modified(metadata),
        contents: hasher.finish(),
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(unix)]
fn modified(metadata: &Metadata) -> i128 {
    use std::os::unix::fs::MetadataExt as _;
    i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec())
}

#[cfg(not(unix))]
fn modified(metadata: &Metadata) -> i128 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.and_then(|span| i128::try_from(span.as_nanos()).ok()).unwrap_or(0)
}
