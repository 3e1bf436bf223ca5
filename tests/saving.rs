//! Saving a settings file: what is kept, what is refused, what is left behind.
#![cfg(unix)]
#![expect(clippy::expect_used, reason = "a test fails by them")]

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{Timespec, Timestamps, XattrFlags, futimens, getxattr, setxattr};
use tempfile::TempDir;
use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::{Manner, ReadError, SaveError, SaveOrder, Stamp, Storage as _};
use token_wizard::io::file::{self, LocalFiles, TEMPORARY_PREFIX};

const OLD: &str = "{ \"ClientId\": \"old\" }\n";
const NEW: &str = "{ \"ClientId\": \"the new one\" }\n";

struct Place {
    folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("appsettings.json");
        put(&path, OLD);
        Self { folder, path }
    }

    fn order(&self) -> SaveOrder {
        order(&self.path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Nothing was written and nothing left behind.
    fn assert_untouched(&self, contents: &str) {
        assert_eq!(text(&self.path), contents);
        assert!(self.names().iter().all(|name| !name.starts_with(TEMPORARY_PREFIX)), "{:?}", self.names());
    }
}

fn put(path: &Path, contents: &str) {
    File::create(path).and_then(|mut file| file.write_all(contents.as_bytes())).expect("it is written");
}

fn text(path: &Path) -> String {
    String::from_utf8(file::read(path).expect("it is read").bytes.to_vec()).expect("UTF-8")
}

fn order(path: &Path) -> SaveOrder {
    let expected = file::stamp(path).expect("it is there");
    SaveOrder { path: path.to_owned(), contents: Secret::new(NEW), expected, manner: Manner::Replace }
}

#[test]
fn a_save_replaces_the_contents_and_tells_the_new_stamp() {
    let place = Place::new();
    let saved = LocalFiles.save(&place.order()).expect("it is saved");
    assert_eq!(text(&place.path), NEW);
    assert_eq!(file::stamp(&place.path), Ok(saved.stamp));
    assert_eq!(place.names(), ["appsettings.json"]);
    // The new stamp is what the next save needs.
    let next = SaveOrder { contents: Secret::new(OLD), expected: saved.stamp, ..place.order() };
    file::save(&next).expect("it is saved again");
    place.assert_untouched(OLD);
}

#[test]
fn the_mode_is_kept() {
    for mode in [0o640, 0o600, 0o664, 0o444] {
        let place = Place::new();
        fs::set_permissions(&place.path, fs::Permissions::from_mode(mode)).expect("the mode is set");
        file::save(&place.order()).expect("it is saved");
        let now = fs::metadata(&place.path).expect("it is there").mode();
        assert_eq!(now & 0o7777, mode, "{now:o}");
    }
}

#[test]
fn a_symbolic_link_is_followed_and_kept() {
    let place = Place::new();
    let link = place.folder.path().join("link.json");
    let chain = place.folder.path().join("chain.json");
    symlink("appsettings.json", &link).expect("a link");
    symlink(&link, &chain).expect("a link to the link");
    file::save(&order(&chain)).expect("it is saved");
    assert_eq!(text(&place.path), NEW);
    assert_eq!(fs::read_link(&link).expect("still a link"), Path::new("appsettings.json"));
    assert_eq!(fs::read_link(&chain).expect("still a link"), link);
}

#[test]
fn extended_attributes_are_kept() {
    let place = Place::new();
    if let Err(error) = setxattr(&place.path, "user.origin", b"portal", XattrFlags::empty()) {
        println!("not tested: this file system takes no user attributes ({error})");
        return;
    }
    file::save(&place.order()).expect("it is saved");
    let mut value = [0; 16];
    let length = getxattr(&place.path, "user.origin", &mut value[..]).expect("it is still there");
    assert_eq!(&value[..length], b"portal");
}

#[test]
fn the_owner_is_kept() {
    let place = Place::new();
    if let Err(error) = chown(&place.path, Some(1234), Some(1234)) {
        println!("not tested: only root can give a file away ({error})");
        return;
    }
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o640)).expect("the mode is set");
    file::save(&place.order()).expect("it is saved");
    let now = fs::metadata(&place.path).expect("it is there");
    assert_eq!((now.uid(), now.gid(), now.mode() & 0o7777), (1234, 1234, 0o640));
}

#[test]
fn a_file_that_was_edited_is_not_overwritten() {
    let place = Place::new();
    let order = place.order();
    put(&place.path, "{ \"ClientId\": \"their edit\" }\n");
    assert_eq!(file::save(&order), Err(SaveError::Changed));
    place.assert_untouched("{ \"ClientId\": \"their edit\" }\n");
}

#[test]
fn an_edit_of_the_same_length_and_time_is_noticed() {
    let place = Place::new();
    let time = Timespec { tv_sec: 1_700_000_000, tv_nsec: 0 };
    let touch = |path: &Path| {
        let file = File::options().write(true).open(path).expect("it opens");
        futimens(&file, &Timestamps { last_access: time, last_modification: time }).expect("the time is set");
    };
    touch(&place.path);
    let order = place.order();
    let theirs = OLD.replace("old", "odd");
    put(&place.path, &theirs);
    touch(&place.path);
    let now = file::stamp(&place.path).expect("it is there");
    assert_eq!(Stamp { contents: now.contents, ..order.expected }, now);
    assert_eq!(file::save(&order), Err(SaveError::Changed));
    place.assert_untouched(&theirs);
}

#[test]
fn a_file_that_was_replaced_by_its_equal_is_noticed() {
    let place = Place::new();
    let order = place.order();
    let other = place.folder.path().join("other");
    put(&other, OLD);
    fs::rename(&other, &place.path).expect("it is renamed");
    assert_eq!(file::save(&order), Err(SaveError::Changed));
    place.assert_untouched(OLD);
}

#[test]
fn a_file_that_was_deleted_is_not_made_again() {
    let place = Place::new();
    let order = place.order();
    fs::remove_file(&place.path).expect("it is deleted");
    assert_eq!(file::save(&order), Err(SaveError::Changed));
    assert_eq!(place.names(), [""; 0]);
    // Nor is its folder.
    fs::remove_dir(place.folder.path()).expect("the folder is deleted");
    assert_eq!(file::save(&order), Err(SaveError::Changed));
    assert!(!place.folder.path().exists());
}

#[test]
fn a_file_with_two_names_is_refused() {
    let place = Place::new();
    fs::hard_link(&place.path, place.folder.path().join("second.json")).expect("a second name");
    let Err(SaveError::NotReplaceable { why: words, .. }) = file::save(&place.order()) else {
        panic!("it was refused")
    };
    assert!(words.contains("2 names (hard links)"), "{words}");
    place.assert_untouched(OLD);
}

#[test]
fn a_folder_that_takes_no_new_file_is_refused() {
    // Not even root can create files among those of the kernel.
    let path = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
    let (Ok(expected), Ok(again)) = (file::stamp(path), file::stamp(path)) else {
        println!("not tested: {} cannot be read", path.display());
        return;
    };
    if expected != again {
        println!("not tested: {} changes by itself", path.display());
        return;
    }
    let order = SaveOrder { path: path.to_owned(), contents: Secret::new(NEW), expected, manner: Manner::Replace };
    let Err(SaveError::NotReplaceable { why: words, .. }) = file::save(&order) else { panic!("it was refused") };
    assert!(words.contains("folder"), "{words}");
}

#[test]
fn what_is_no_settings_file_is_not_read() {
    let place = Place::new();
    assert_eq!(file::read(&place.folder.path().join("none")), Err(ReadError::Missing));
    assert_eq!(file::read(&place.path.join("below")), Err(ReadError::Missing));
    assert_eq!(file::read(place.folder.path()), Err(ReadError::NotAFile));
    assert_eq!(file::read(Path::new("/dev/null")), Err(ReadError::NotAFile));
    let large = place.folder.path().join("large");
    let file = File::create(&large).expect("it is made");
    file.set_len(1 << 20).expect("it grows");
    assert!(file::read(&large).is_ok());
    file.set_len((1 << 20) + 1).expect("it grows");
    assert_eq!(file::read(&large), Err(ReadError::TooLarge));
}
