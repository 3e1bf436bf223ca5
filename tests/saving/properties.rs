//! What a file is besides its contents stays, and nobody can read more than before, at no moment.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

use rustix::fs::{XattrFlags, getxattr, setxattr};
use token_wizard::domain::storage::SaveOrder;
use token_wizard::io::file::{self, LocalFiles, TEMPORARY_PREFIX};

use super::place::{MANNERS, NEW, Place, order};

/// An access control list as Linux stores it: version 2, then tag, permissions and ID of each entry.
fn access_list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(permissions.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

const NOBODY_IN_PARTICULAR: u32 = u32::MAX;

/// The owner reads and writes, user 1234 reads, nobody else does.
fn for_one_more_reader() -> Vec<u8> {
    let none = NOBODY_IN_PARTICULAR;
    access_list(&[(0x01, 6, none), (0x02, 4, 1234), (0x04, 0, none), (0x10, 4, none), (0x20, 0, none)])
}

#[test]
fn the_mode_is_kept_and_never_wider_on_the_way() {
    for manner in MANNERS {
        for mode in [0o640, 0o600, 0o664, 0o444] {
            let place = Place::new();
            let order = SaveOrder { manner, ..place.order() };
            fs::set_permissions(&place.path, Permissions::from_mode(mode)).expect("the mode is set");
            if mode == 0o444 && !rustix::process::geteuid().is_root() && manner == MANNERS[1] {
                continue;
            }
            let mut seen = 0;
            let saved = LocalFiles::default().save_observed(&order, &mut |point| {
                for entry in fs::read_dir(place.folder.path()).expect("the folder") {
                    let entry = entry.expect("an entry");
                    let now = entry.metadata().expect("it is there").mode() & 0o7777;
                    let is_ours = entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX);
                    assert_eq!(now & !(if is_ours { 0o600 | mode } else { mode }), 0, "{point:?}: {now:o}");
                    seen += u32::from(is_ours);
                }
            });
            saved.expect("it is saved");
            assert!(seen > 2, "the temporary file or the backup was looked at");
            let now = fs::metadata(&place.path).expect("it is there").mode();
            assert_eq!(now & 0o7777, mode, "{now:o}");
            place.assert_only(NEW);
        }
    }
}

#[test]
fn extended_attributes_are_kept() {
    let place = Place::new();
    if let Err(error) = setxattr(&place.path, "user.origin", b"portal", XattrFlags::empty()) {
        eprintln!("NOT TESTED: this file system takes no user attributes ({error})");
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
        eprintln!("NOT TESTED: only root can give a file away ({error})");
        return;
    }
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o640)).expect("the mode is set");
    file::save(&place.order()).expect("it is saved");
    let now = fs::metadata(&place.path).expect("it is there");
    assert_eq!((now.uid(), now.gid(), now.mode() & 0o7777), (1234, 1234, 0o640));
}

#[test]
fn an_access_list_is_kept() {
    for manner in MANNERS {
        let place = Place::new();
        let list = for_one_more_reader();
        if let Err(error) = setxattr(&place.path, "system.posix_acl_access", &list, XattrFlags::empty()) {
            eprintln!("NOT TESTED: this file system takes no access control lists ({error})");
            return;
        }
        let mode = fs::metadata(&place.path).expect("it is there").mode();
        file::save(&SaveOrder { manner, ..place.order() }).expect("it is saved");
        let mut value = [0; 256];
        let length = getxattr(&place.path, "system.posix_acl_access", &mut value[..]).expect("it is still there");
        assert_eq!(&value[..length], list);
        assert_eq!(fs::metadata(&place.path).expect("it is there").mode(), mode);
    }
}

#[test]
fn the_folder_gives_the_file_no_new_readers() {
    let place = Place::new();
    fs::set_permissions(&place.path, Permissions::from_mode(0o600)).expect("the mode is set");
    let folder = place.folder.path();
    if let Err(error) = setxattr(folder, "system.posix_acl_default", &for_one_more_reader(), XattrFlags::empty()) {
        eprintln!("NOT TESTED: this file system takes no access control lists ({error})");
        return;
    }
    file::save(&order(&place.path)).expect("it is saved");
    assert!(getxattr(&place.path, "system.posix_acl_access", &mut [0; 256][..]).is_err());
    assert_eq!(fs::metadata(&place.path).expect("it is there").mode() & 0o7777, 0o600);
}

#[test]
fn a_folder_that_hands_on_its_group_does_not_change_that_of_the_file() {
    let place = Place::new();
    if let Err(error) = chown(place.folder.path(), None, Some(1234)) {
        eprintln!("NOT TESTED: only root can give a folder to any group ({error})");
        return;
    }
    fs::set_permissions(place.folder.path(), Permissions::from_mode(0o2775)).expect("the mode is set");
    let before = fs::metadata(&place.path).expect("it is there").gid();
    assert_ne!(before, 1234);
    for manner in MANNERS {
        file::save(&SaveOrder { manner, ..place.order() }).expect("it is saved");
        assert_eq!(fs::metadata(&place.path).expect("it is there").gid(), before);
    }
}
