//! Saving a settings file: what is kept, what is refused, what is left behind.
#![cfg(unix)]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by them")]
#![expect(clippy::print_stderr, reason = "what cannot be tested here must be seen")]

#[path = "saving/child.rs"]
mod child;
#[path = "saving/exposure.rs"]
mod exposure;
#[path = "saving/full.rs"]
mod full;
#[path = "saving/in_place.rs"]
mod in_place;
#[path = "saving/killed.rs"]
mod killed;
#[path = "saving/leftovers.rs"]
mod leftovers;
#[path = "saving/meanwhile.rs"]
mod meanwhile;
#[path = "saving/mounts.rs"]
mod mounts;
#[path = "saving/owners.rs"]
mod owners;
#[path = "saving/place.rs"]
mod place;
#[path = "saving/properties.rs"]
mod properties;

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::fs::{Timespec, Timestamps, futimens};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::{Manner, ReadError, SaveError, SaveOrder, Stamp, Storage as _};
use token_wizard::io::file::{self, LocalFiles};

use place::{MANNERS, NEW, OLD, Place, order, order_in_place, put, refusal, text};

#[test]
fn a_save_replaces_the_contents_and_tells_the_new_stamp() {
    let place = Place::new();
    let saved = LocalFiles::default().save(&place.order()).expect("it is saved");
    assert_eq!(text(&place.path), NEW);
    assert_eq!(file::stamp(&place.path), Ok(saved.stamp));
    assert_eq!(place.names(), ["appsettings.json"]);
    // The new stamp is what the next save needs.
    let next = SaveOrder { contents: Secret::new(OLD), expected: saved.stamp, ..place.order() };
    file::save(&next).expect("it is saved again");
    place.assert_only(OLD);
}

#[test]
fn symbolic_links_are_followed_and_kept() {
    for manner in MANNERS {
        let place = Place::new();
        let link = place.folder.path().join("link.json");
        let chain = place.folder.path().join("chain.json");
        symlink("appsettings.json", &link).expect("a link");
        symlink(&link, &chain).expect("a link to the link");
        file::save(&SaveOrder { manner, ..order(&chain) }).expect("it is saved");
        place.assert_only(NEW);
        assert_eq!(fs::read_link(&link).expect("still a link"), Path::new("appsettings.json"));
        assert_eq!(fs::read_link(&chain).expect("still a link"), link);
    }
}

#[test]
fn a_link_from_another_folder_saves_beside_the_file() {
    // As the mounts of containers do it: a link to a link to a folder.
    let place = Place::new();
    let other = tempfile::tempdir().expect("a folder");
    symlink(place.folder.path(), other.path().join("..data")).expect("a link");
    symlink("..data/appsettings.json", other.path().join("appsettings.json")).expect("a link");
    file::save(&order(&other.path().join("appsettings.json"))).expect("it is saved");
    place.assert_only(NEW);
    assert!(other.path().join("appsettings.json").symlink_metadata().expect("it is there").is_symlink());
}

#[test]
fn a_dangling_link_is_no_file_and_stays() {
    for manner in MANNERS {
        let place = Place::new();
        let link = place.folder.path().join("link.json");
        symlink("appsettings.json", &link).expect("a link");
        let order = SaveOrder { manner, ..order(&link) };
        fs::remove_file(&place.path).expect("it is removed");
        assert_eq!(file::read(&link), Err(ReadError::Missing));
        assert_eq!(file::save(&order), Err(SaveError::Changed));
        assert_eq!(place.names(), ["link.json"]);
    }
}

#[test]
fn a_file_with_two_names_is_written_in_place_only() {
    let place = Place::new();
    let second = place.folder.path().join("second.json");
    fs::hard_link(&place.path, &second).expect("a second name");
    let (words, may_write_in_place) = refusal(file::save(&place.order()));
    assert!(words.contains("2 names (hard links)") && words.contains("Remove the other names"), "{words}");
    assert!(may_write_in_place);
    place.assert_only(OLD);
    file::save(&order_in_place(&place.path)).expect("it is saved");
    place.assert_only(NEW);
    assert_eq!(text(&second), NEW);
}

#[test]
fn a_file_that_was_only_touched_is_what_it_was() {
    let place = Place::new();
    let order = place.order();
    let time = Timespec { tv_sec: 1_700_000_000, tv_nsec: 0 };
    let file = File::options().write(true).open(&place.path).expect("it opens");
    futimens(&file, &Timestamps { last_access: time, last_modification: time }).expect("the time is set");
    file::save(&order).expect("it is saved");
    place.assert_only(NEW);
}

#[test]
fn a_file_that_was_edited_is_not_overwritten() {
    let place = Place::new();
    let order = place.order();
    put(&place.path, "{ \"ClientId\": \"their edit\" }\n");
    assert_eq!(file::save(&order), Err(SaveError::Changed));
    place.assert_only("{ \"ClientId\": \"their edit\" }\n");
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
    place.assert_only(&theirs);
}

#[test]
fn a_file_that_was_replaced_by_its_equal_is_noticed() {
    let place = Place::new();
    let order = place.order();
    let other = place.folder.path().join("other");
    put(&other, OLD);
    fs::rename(&other, &place.path).expect("it is renamed");
    assert_eq!(file::save(&order), Err(SaveError::Changed));
    place.assert_only(OLD);
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

/// Not even root can create files among those of the kernel.
fn assert_kernel_folder_is_refused() {
    let path = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
    let (Ok(expected), Ok(again)) = (file::stamp(path), file::stamp(path)) else {
        eprintln!("NOT TESTED: {} cannot be read", path.display());
        return;
    };
    if expected != again {
        eprintln!("NOT TESTED: {} changes by itself", path.display());
        return;
    }
    let order = SaveOrder { path: path.to_owned(), contents: Secret::new(NEW), expected, manner: Manner::Replace };
    let (words, may_write_in_place) = refusal(file::save(&order));
    assert!(words.contains("folder"), "{words}");
    assert!(!may_write_in_place, "there is no place for a backup");
}

#[test]
fn a_folder_that_takes_no_new_file_is_refused() {
    assert_kernel_folder_is_refused();
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
