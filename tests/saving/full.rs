//! No room: the limit of a process for files, which every system has, and a full disk where one may be mounted.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::{LeftoverKind, Manner, SaveError, SaveOrder, Saved, Storage as _};
use token_wizard::io::file::{self, LocalFiles, Point, TEMPORARY_PREFIX};

use super::child::{Child, mount, own_mounts, path};
use super::place::{MANNERS, NEW, OLD, Place, names, order, put, text};

/// SIGXFSZ, the same number on all Linux systems but MIPS; signal-hook has no name for it.
const FILE_SIZE_SIGNAL: i32 = 25;

/// The soft limit only, so that it can be lifted again. In bytes.
fn limit(bytes: Option<usize>) {
    let hard = getrlimit(Resource::Fsize).maximum;
    let bytes = bytes.map(|bytes| u64::try_from(bytes).expect("a small number"));
    setrlimit(Resource::Fsize, Rlimit { current: bytes.or(hard), maximum: hard }).expect("the limit is set");
}

/// Saves, with a limit from a step on.
fn save_limited(order: &SaveOrder, from: Point, bytes: usize) -> Result<Saved, SaveError> {
    let result = LocalFiles::default().save_observed(order, &mut |point| {
        if point == from {
            limit(Some(bytes));
        }
    });
    limit(None);
    result
}

fn words(result: Result<Saved, SaveError>) -> String {
    match result {
        Err(error @ SaveError::System { .. }) => error.to_string(),
        other => panic!("the system's words, not {other:?}"),
    }
}

/// Argument: the file.
pub(crate) fn save_within_limits(arguments: &[String]) {
    // Handled, a write beyond the limit is an error; otherwise it kills.
    let _noticed = signal_hook::flag::register(FILE_SIZE_SIGNAL, Arc::new(AtomicBool::new(false))).expect("a handler");
    let path = path(arguments, 0);
    let folder = path.parent().expect("a folder");
    let assert_untouched = || {
        assert_eq!(text(&path), OLD);
        assert!(names(folder).iter().all(|name| !name.starts_with(TEMPORARY_PREFIX)), "{:?}", names(folder));
    };
    let replace = order(&path);
    let in_place = SaveOrder { manner: Manner::InPlace, ..replace.clone() };

    let said = words(save_limited(&replace, Point::Opened, 10));
    assert!(said.contains("temporary file") && said.contains("ulimit -f"), "{said}");
    assert_untouched();

    let said = words(save_limited(&in_place, Point::Opened, 10));
    assert!(said.contains("write a backup"), "{said}");
    assert_untouched();

    // Room for the old contents, not for the new ones.
    assert!(OLD.len() + 2 < NEW.len());
    let said = words(save_limited(&in_place, Point::SpaceReserved, OLD.len() + 2));
    assert!(said.contains("old contents were put back"), "{said}");
    assert_untouched();

    // Not even for the old ones.
    let SaveError::HalfWritten { backup, words } =
        save_limited(&in_place, Point::CheckedAgain, 30).expect_err("it breaks off")
    else {
        panic!("half written")
    };
    assert!(words.contains("ulimit -f"), "{words}");
    assert_eq!(text(&backup), OLD);
    let [left] = &file::leftovers(&path)[..] else { panic!("the backup is found") };
    assert_eq!((&left.path.canonicalize().expect("it is there"), left.kind), (&backup, LeftoverKind::Backup));
    let before = file::read(&left.path).expect("it is read");
    let contents = Secret::new(String::from_utf8(before.bytes.to_vec()).expect("UTF-8"));
    let back = SaveOrder { contents, manner: Manner::InPlace, ..order(&path) };
    file::save(&back).expect("the old contents are put back");
    file::remove_leftovers(std::slice::from_ref(left)).expect("it is removed");
    assert_untouched();

    // With room the very same order can be carried out.
    file::save(&in_place).expect("it is saved");
    assert_eq!(text(&path), NEW);
}

fn within_limits() {
    let place = Place::new();
    Child::new("limited", &[place.path.to_str().expect("UTF-8")]).succeed();
    place.assert_only(NEW);
}

#[test]
fn a_save_that_finds_no_room_leaves_the_old_contents() {
    within_limits();
}

/// Fills a disk to the last page and returns what fills it.
fn fill(folder: &Path) -> File {
    let mut file = File::create(folder.join("filler")).expect("a file");
    while file.write_all(&[b'x'; 4096]).is_ok() {}
    file
}

/// Argument: a folder. The disk is one of 64 KiB, sixteen pages.
pub(crate) fn save_on_a_full_disk(arguments: &[String]) {
    let folder = path(arguments, 0);
    mount(&["-t", "tmpfs", "-o", "size=64k", "none", folder.to_str().expect("UTF-8")]);
    let path = folder.join("appsettings.json");
    let (old, new) = ("o".repeat(3 * 4096), "n".repeat(9 * 4096));
    put(&path, &old);
    let filler = fill(&folder);
    let orders = MANNERS.map(|manner| SaveOrder { contents: Secret::new(new.clone()), manner, ..order(&path) });
    let assert_untouched = || {
        assert_eq!(text(&path), old);
        let mut names = names(&folder);
        names.sort();
        assert_eq!(names, ["appsettings.json", "filler"]);
    };
    for order in &orders {
        let said = words(file::save(order));
        assert!(said.contains("free some space"), "{said}");
        assert_untouched();
    }
    // Room for the backup and a little more, not for all that is new.
    filler.set_len(filler.metadata().expect("it is there").len() - 6 * 4096).expect("it shrinks");
    let mut reached = Vec::new();
    let result = LocalFiles::default().save_observed(&orders[1], &mut |point| reached.push(point));
    let said = words(result);
    assert!(said.contains("reserve room") && said.contains("free some space"), "{said}");
    assert_eq!(reached.last(), Some(&Point::BackupSynced), "before the first old byte was touched");
    assert_untouched();
    // What was reserved of it was given back: exactly six pages are free.
    put(&folder.join("probe"), &"x".repeat(6 * 4096));
    fs::remove_file(folder.join("probe")).expect("it is removed");

    fs::remove_file(folder.join("filler")).expect("it is removed");
    drop(filler);
    LocalFiles::default().save(&orders[1]).expect("it is saved");
    assert_eq!(text(&path), new);
}

#[test]
fn a_full_disk_is_noticed_before_the_old_contents_are_touched() {
    let Some(way) = own_mounts() else {
        eprintln!(
            "NOT TESTED on a full disk: mounting is not permitted here. Tested with the limit for files instead."
        );
        return within_limits();
    };
    let folder = tempfile::tempdir().expect("a folder");
    Child::new("full disk", &[folder.path().to_str().expect("UTF-8")]).under(way).succeed();
}
