//! Who else can get at a settings file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use token_wizard::domain::storage::Exposure;
use token_wizard::io::file;

use super::place::Place;

#[test]
fn a_file_that_others_may_read_says_its_mode() {
    let place = Place::new();
    let link = place.folder.path().join("link.json");
    symlink("appsettings.json", &link).expect("a link");
    for (mode, expected) in [
        (0o600, None),
        (0o400, None),
        (0o622, None),
        (0o640, Some(0o640)),
        (0o604, Some(0o604)),
        (0o664, Some(0o664)),
        (0o4644, Some(0o644)),
    ] {
        fs::set_permissions(&place.path, Permissions::from_mode(mode)).expect("the mode is set");
        for path in [&place.path, &link] {
            assert_eq!(file::exposure(path), Exposure { open_mode: expected, is_tracked_by_git: false }, "{mode:o}");
        }
    }
    assert_eq!(file::exposure(&place.folder.path().join("none")), Exposure::default());
}

#[test]
fn a_file_in_the_index_of_its_repository_is_tracked() {
    let place = Place::new();
    fs::set_permissions(&place.path, Permissions::from_mode(0o600)).expect("the mode is set");
    let git = place.folder.path().join(".git");
    fs::create_dir(&git).expect("a folder");
    file::create(&git.join("HEAD"), b"ref: refs/heads/main\n").expect("it is made");
    // Version 2, one entry: forty bytes of numbers, the object's name, the length of the name, the name, the filling.
    let name = b"appsettings.json";
    let mut index = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
    index.extend([[0; 60].as_slice(), &[0, 16], name, &[0, 0]].concat());
    file::create(&git.join("index"), &index).expect("it is made");
    assert_eq!(file::exposure(&place.path), Exposure { open_mode: None, is_tracked_by_git: true });
    // A link elsewhere leads to the same file.
    let other = tempfile::tempdir().expect("a folder");
    let link = other.path().join("appsettings.json");
    symlink(&place.path, &link).expect("a link");
    assert!(file::exposure(&link).is_tracked_by_git);
}
