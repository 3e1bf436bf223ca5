//! What counts as left behind by a killed save, and what is removed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use token_wizard::domain::storage::{Leftover, LeftoverKind, SaveOrder};
use token_wizard::io::file::{self, LocalFiles, Point};

use super::place::{MANNERS, NEW, Place, put, text};

#[test]
fn what_only_looks_like_ours_is_left_alone() {
    let place = Place::new();
    let at = |name: &str| place.folder.path().join(name);
    put(&at("elsewhere"), "theirs");
    symlink("elsewhere", at(".token-wizard-new-aaaaaa")).expect("a link");
    fs::create_dir(at(".token-wizard-new-bbbbbb")).expect("a folder");
    mknodat(CWD, at(".token-wizard-new-cccccc"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
    put(&at(".token-wizard-new-notes"), "theirs");
    put(&at(".token-wizard-new-dddddd.json"), "theirs");
    // A backup of another settings file.
    put(&at(".token-wizard-backup-0123456789abcdef-aaaaaa"), "theirs");
    let before = place.names().len();
    assert_eq!(file::leftovers(&place.path), []);
    for name in
        [".token-wizard-new-aaaaaa", ".token-wizard-new-bbbbbb", ".token-wizard-new-cccccc", ".token-wizard-new-notes"]
    {
        let words = file::remove_leftovers(&[Leftover { path: at(name), kind: LeftoverKind::Temporary }])
            .expect_err("it is not removed");
        assert!(words.contains("was not removed") && words.contains(name), "{words}");
    }
    assert_eq!(place.names().len(), before);
    assert_eq!(file::leftovers(&at("none")), []);
}

#[test]
fn a_backup_that_others_could_have_made_is_not_trusted() {
    let place = Place::new();
    let mut name = None;
    let order = SaveOrder { manner: MANNERS[1], ..place.order() };
    let saved = LocalFiles::default().save_observed(&order, &mut |point| {
        if point == Point::BackupSynced {
            name = place.names().into_iter().find(|name| name.contains("backup"));
        }
    });
    saved.expect("it is saved");
    let backup = place.folder.path().join(name.expect("a backup"));
    put(&backup, "theirs");
    fs::set_permissions(&backup, Permissions::from_mode(0o644)).expect("the mode is set");
    assert_eq!(file::leftovers(&place.path), []);
    fs::set_permissions(&backup, Permissions::from_mode(0o600)).expect("the mode is set");
    assert_eq!(file::leftovers(&place.path).len(), 1);
    fs::hard_link(&backup, place.folder.path().join("second")).expect("a second name");
    assert_eq!(file::leftovers(&place.path), []);
}

#[test]
fn the_files_of_a_save_that_goes_on_are_not_leftovers() {
    for manner in MANNERS {
        let place = Place::new();
        let order = SaveOrder { manner, ..place.order() };
        let mut tried = 0;
        let saved = LocalFiles::default().save_observed(&order, &mut |point| {
            assert_eq!(file::leftovers(&place.path), [], "{point:?}");
            // Nor are they removed by somebody who saw them as such before.
            for name in place.names().into_iter().filter(|name| name.starts_with(".token-wizard-")) {
                let is_backup = name.contains("backup");
                let kind = if is_backup { LeftoverKind::Backup } else { LeftoverKind::Temporary };
                let words = file::remove_leftovers(&[Leftover { path: place.folder.path().join(name), kind }])
                    .expect_err("it is in use");
                assert!(words.contains("another save is using it"), "{words}");
                tried += 1;
            }
        });
        saved.expect("it is saved");
        assert!(tried > 3, "{manner:?}: {tried}");
        assert_eq!((text(&place.path), place.names().len()), (NEW.to_owned(), 1));
    }
}

#[test]
fn removing_goes_on_after_a_failure_and_takes_what_is_gone_as_removed() {
    let place = Place::new();
    let at = |name: &str| place.folder.path().join(name);
    put(&at(".token-wizard-new-aaaaaa"), "ours");
    put(&at(".token-wizard-new-bbbbbb"), "ours");
    let found = file::leftovers(&place.path);
    assert_eq!(
        found.iter().map(|left| &left.path).collect::<Vec<_>>(),
        [
            &at(".token-wizard-new-aaaaaa").canonicalize().expect("it is there"),
            &at(".token-wizard-new-bbbbbb").canonicalize().expect("it is there")
        ]
    );
    let strange = Leftover { path: place.path.clone(), kind: LeftoverKind::Temporary };
    let all = [&[strange], &found[..]].concat();
    let words = file::remove_leftovers(&all).expect_err("not the settings file");
    assert!(words.contains("no name that this program gives"), "{words}");
    assert_eq!(place.names(), ["appsettings.json"]);
    file::remove_leftovers(&found).expect("they are gone already");
}
