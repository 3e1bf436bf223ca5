//! Reads a settings file and saves it: replaced all or nothing, or, where that cannot be, written in place after a
//! backup.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `replace` | new contents in a temporary file that takes over the properties of the old one and then its name |
//! | `in_place` | the new contents into the old file, for what a rename would lose |
//! | `turn` | locks, so that two wizards save one after the other |
//! | `fresh` | files of our own: their names, and the lock that says that they are in use |
//! | `leftovers` | what a killed save left behind |
//! | `properties` | owner, group, mode, extended attributes |
//! | `git` | whether a file is tracked |

use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::domain::secret::Secret;
use crate::domain::storage::{
    Exposure, Leftover, Manner, ReadError, SaveError, SaveOrder, Saved, Snapshot, Stamp, Storage,
};

mod fresh;
mod git;
#[cfg(unix)]
mod in_place;
mod leftovers;
#[cfg(unix)]
mod properties;
mod replace;
mod turn;

pub use fresh::TEMPORARY_PREFIX;
pub use leftovers::remove_leftovers;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The files of this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalFiles {
    /// A private folder, made with mode 0700 when it is needed, for the backup of a file whose own folder takes no new
    /// one. Without it such a file cannot be written in place.
    pub spare: Option<PathBuf>,
}

/// A moment in a save, in the order in which they come; tests look, meddle and kill there.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Nothing was done yet.
    Begun,
    /// The file is open, locked, and what was expected.
    Opened,
    /// Replace: the temporary file is there, empty.
    TemporaryCreated,
    /// Replace: it holds the new contents.
    TemporaryWritten,
    /// Replace: it has the owner, attributes and mode of the old file.
    PropertiesCopied,
    /// Replace: it is on the disk.
    TemporarySynced,
    /// In place: the backup is there, empty.
    BackupCreated,
    /// In place: the backup holds the old contents.
    BackupWritten,
    /// In place: the backup is on the disk.
    BackupSynced,
    /// In place: the disk has room for the new contents.
    SpaceReserved,
    /// The file was still what was expected; next comes the change itself.
    CheckedAgain,
    /// Replace: the new file has its name.
    Renamed,
    /// In place: a piece of the new contents is written.
    PieceWritten,
    /// In place: the file has its new length.
    LengthSet,
    /// In place: the new contents are on the disk.
    FileSynced,
    /// In place: writing failed; next the old contents are put back.
    PuttingBack,
    /// All is done.
    Done,
}

/// Who is told of each [`Point`].
type Observer<'a> = dyn FnMut(Point) + 'a;

/// What a save works on.
struct Place<'a> {
    /// The file itself, behind all links.
    target: &'a Path,
    /// The folder that it is in.
    folder: &'a Path,
    /// See [`LocalFiles::spare`].
    #[cfg_attr(not(unix), expect(dead_code, reason = "only a save in place has a backup"))]
    spare: Option<&'a Path>,
    /// What to write.
    order: &'a SaveOrder,
}

impl Storage for LocalFiles {
    fn save(&self, order: &SaveOrder) -> Result<Saved, SaveError> {
        self.save_observed(order, &mut |_| {})
    }
}

impl LocalFiles {
    /// Saves and tells every step to an observer; for tests.
    ///
    /// # Errors
    /// See [`SaveError`].
    #[doc(hidden)]
    pub fn save_observed(&self, order: &SaveOrder, at: &mut dyn FnMut(Point)) -> Result<Saved, SaveError> {
        if order.manner == Manner::Create {
            return create_anew(order);
        }
        let target = fs::canonicalize(&order.path).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => SaveError::Changed,
            _ => system("look for the file")(error),
        })?;
        let folder = target.parent().unwrap_or(Path::new("/"));
        let place = Place { target: &target, folder, spare: self.spare.as_deref(), order };
        at(Point::Begun);
        let saved = match order.manner {
            Manner::Replace | Manner::Create => replace::save(&place, at),
            #[cfg(unix)]
            Manner::InPlace => in_place::save(&place, at),
            #[cfg(not(unix))]
            Manner::InPlace => Err(not_replaceable("Files are not written in place on this system.".to_owned())),
        };
        saved.map_err(|error| match error {
            SaveError::NotReplaceable { why, .. } => {
                #[cfg(unix)]
                let may = order.manner == Manner::Replace && in_place::is_possible(&place);
                #[cfg(not(unix))]
                let may = false;
                SaveError::NotReplaceable { why, may_write_in_place: may }
            }
            other => other,
        })
    }

    /// Finds what killed saves of this settings file left behind, in its folder and in the spare one.
    ///
    /// Files that another save is using at this moment are not among them. An error finds nothing.
    pub fn leftovers(&self, path: &Path) -> Vec<Leftover> {
        leftovers::find(path, self.spare.as_deref())
    }
}

/// Finds what killed saves of this settings file left in its folder; see [`LocalFiles::leftovers`].
pub fn leftovers(path: &Path) -> Vec<Leftover> {
    LocalFiles::default().leftovers(path)
}

/// Reads a file of at most 1 MiB; symbolic links are followed.
///
/// # Errors
/// See [`ReadError`].
pub fn read(path: &Path) -> Result<Snapshot, ReadError> {
    // Looked at before it is opened: opening a device can do things by itself.
    let metadata = fs::metadata(path).map_err(|error| read_error(&error))?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    let file = open(path, Links::Follow, Access::Read).map_err(|error| read_error(&error))?;
    let (bytes, stamp) = contents(&file)?;
    Ok(Snapshot { path: path.to_owned(), bytes, stamp })
}

/// Creates a file of mode 0600 that must not exist yet.
///
/// # Errors
/// The system's; an existing file is left as it is, and of a new one nothing stays.
pub fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(contents).and_then(|()| file.sync_all());
    if written.is_err() {
        // A part of a settings file is worse than none; if it cannot be removed, the first error is the one to tell.
        let _ = fs::remove_file(path);
    }
    written
}

/// Makes the file anew that somebody deleted.
fn create_anew(order: &SaveOrder) -> Result<Saved, SaveError> {
    create(&order.path, order.contents.expose().as_bytes()).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => SaveError::Changed,
        _ => system("create the file")(error),
    })?;
    let stamp = stamp(&order.path).map_err(|_| SaveError::Changed)?;
    Ok(Saved { stamp })
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

/// Saves a file without a spare folder; returns what it is afterwards. A symbolic link is followed and kept.
///
/// # Errors
/// See [`SaveError`]; but for [`SaveError::HalfWritten`] the old contents are then still there, and no other file is.
pub fn save(order: &SaveOrder) -> Result<Saved, SaveError> {
    LocalFiles::default().save(order)
}

/// Tells who beside its owner can get at a file; what cannot be found out counts as not exposed.
///
/// No git program is run: the configuration of a repository could make it run others.
pub fn exposure(path: &Path) -> Exposure {
    let Ok(target) = fs::canonicalize(path) else { return Exposure::default() };
    #[cfg(unix)]
    let open_mode = fs::metadata(&target).ok().and_then(|metadata| {
        let mode = std::os::unix::fs::MetadataExt::mode(&metadata) & 0o777;
        (mode & 0o044 != 0).then_some(mode)
    });
    #[cfg(not(unix))]
    let open_mode = None;
    Exposure { open_mode, is_tracked_by_git: git::is_tracked(&target) }
}

impl Place<'_> {
    /// Refuses a file that is no longer what was read.
    fn refuse_changed(&self) -> Result<(), SaveError> {
        self.expect(stamp(self.target).map_err(unreadable)?)
    }

    /// Refuses what is not expected. A file that was only touched is: nothing of theirs would be lost, and a save in
    /// place that failed has touched it itself.
    fn expect(&self, present: Stamp) -> Result<(), SaveError> {
        let expected = self.order.expected;
        if (Stamp { modified: expected.modified, ..present }) == expected { Ok(()) } else { Err(SaveError::Changed) }
    }
}

/// Why a file that could be read before cannot be now.
fn unreadable(error: ReadError) -> SaveError {
    match error {
        ReadError::Missing | ReadError::NotAFile | ReadError::TooLarge => SaveError::Changed,
        ReadError::System(words) => SaveError::System { doing: "look at the file", words },
    }
}

/// Whether the last part of a path may be a symbolic link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Follow,
    Refuse,
}

/// What a file is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only a save in place writes into a file that is there"))]
    ReadAndWrite,
}

/// Opens a file that is there. A named pipe that took its place does not make us wait for its other end.
fn open(path: &Path, links: Links, access: Access) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(access == Access::ReadAndWrite);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        flags.set(OFlags::NOFOLLOW, links == Links::Refuse);
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    #[cfg(not(unix))]
    let _ = links;
    options.open(path)
}

/// Reads an open file from its beginning.
fn contents(file: &File) -> Result<(Zeroizing<Vec<u8>>, Stamp), ReadError> {
    let metadata = file.metadata().map_err(|error| read_error(&error))?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    let room = usize::try_from(metadata.len().min(LARGEST)).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(ReadError::TooLarge);
    }
    let metadata = file.metadata().map_err(|error| read_error(&error))?;
    let stamp = stamp_of(&metadata, &bytes);
    Ok((bytes, stamp))
}

/// Makes names in a folder outlast a power cut, where the file system can promise that for a folder.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// The caller of both manners finds out whether the other one is possible.
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

/// The system's words without the number of the error and, from a temporary file, without its path; with what to do
/// where the words alone leave it open.
fn plain(error: &io::Error) -> String {
    let words = match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.kind().to_string(),
    };
    let words = words.split(" (os error").next().unwrap_or_default();
    match error.kind() {
        ErrorKind::StorageFull => format!("{words} (free some space on this disk, then save again)"),
        ErrorKind::QuotaExceeded => format!("{words} (delete files of this account, then save again)"),
        ErrorKind::FileTooLarge => format!("{words} (this account's limit for one file is too small: ulimit -f)"),
        _ => words.to_owned(),
    }
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
