//! Files and folders that are mounts of their own, as containers have them.

use std::fs;
use std::path::Path;

use token_wizard::domain::storage::{SaveError, Storage as _};
use token_wizard::io::file::{self, LocalFiles, Point};

use super::child::{Child, mount, own_mounts, path};
use super::place::{NEW, OLD, names, order, order_in_place, put, refusal, text};

fn word(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Argument: a folder.
pub(crate) fn save_a_mounted_file(arguments: &[String]) {
    let folder = path(arguments, 0);
    let (outside, inside) = (folder.join("outside.json"), folder.join("app/appsettings.json"));
    fs::create_dir(folder.join("app")).expect("a folder");
    put(&outside, OLD);
    put(&inside, "");
    mount(&["--bind", word(&outside), word(&inside)]);

    let (why, may_write_in_place) = refusal(file::save(&order(&inside)));
    assert!(why.contains("containers") && why.contains("Change the file outside"), "{why}");
    assert!(may_write_in_place);
    assert_eq!((text(&inside), names(&folder.join("app")).len()), (OLD.to_owned(), 1));
    file::save(&order_in_place(&inside)).expect("it is saved");
    assert_eq!((text(&outside), text(&inside)), (NEW.to_owned(), NEW.to_owned()));
    assert_eq!(names(&folder.join("app")), ["appsettings.json"]);

    // Two names of one file in two folders: only one save at a time writes into it.
    let first = order_in_place(&inside);
    let second = order_in_place(&outside);
    let mut refused = 0;
    let saved = LocalFiles::default().save_observed(&first, &mut |point| {
        if !matches!(point, Point::Begun | Point::Done) {
            let error = file::save(&second).expect_err("the other one has its turn");
            assert!(matches!(&error, SaveError::System { words, .. } if words.contains("at this moment")), "{error:?}");
            refused += 1;
        }
    });
    saved.expect("it is saved");
    assert!(refused > 5);

    mount(&["-o", "remount,bind,ro", word(&inside)]);
    let (_, may_write_in_place) = refusal(file::save(&order(&inside)));
    assert!(!may_write_in_place);
    let (why, may_write_in_place) = refusal(file::save(&order_in_place(&inside)));
    assert!(why.contains("read-only") && why.contains("mount it writable") && !may_write_in_place, "{why}");
    assert_eq!(names(&folder.join("app")), ["appsettings.json"]);
}

/// Argument: a folder.
pub(crate) fn save_on_a_read_only_mount(arguments: &[String]) {
    let folder = path(arguments, 0);
    mount(&["-t", "tmpfs", "none", word(&folder)]);
    let path = folder.join("appsettings.json");
    put(&path, OLD);
    mount(&["-o", "remount,bind,ro", word(&folder)]);
    let files = LocalFiles { spare: Some(std::env::temp_dir()) };
    for order in [order(&path), order_in_place(&path)] {
        let (why, may_write_in_place) = refusal(files.save(&order));
        assert!(why.contains("mounted read-only") && why.contains("where it comes from"), "{why}");
        assert!(!may_write_in_place);
    }
    assert_eq!(text(&path), OLD);
}

/// Argument: a folder.
pub(crate) fn save_in_a_read_only_folder(arguments: &[String]) {
    let folder = path(arguments, 0);
    let (outside, app, spare) = (folder.join("outside.json"), folder.join("app"), folder.join("state/spare"));
    fs::create_dir(&app).expect("a folder");
    put(&outside, OLD);
    mount(&["-t", "tmpfs", "none", word(&app)]);
    let path = app.join("appsettings.json");
    put(&path, "");
    mount(&["--bind", word(&outside), word(&path)]);
    mount(&["-o", "remount,bind,ro", word(&app)]);

    // Without a place for the backup nothing is tried.
    let (why, may_write_in_place) = refusal(file::save(&order(&path)));
    assert!(why.contains("mounted read-only") && !may_write_in_place, "{why}");
    let (why, _) = refusal(file::save(&order_in_place(&path)));
    assert!(why.contains("no place for a backup"), "{why}");
    assert_eq!(text(&path), OLD);

    let files = LocalFiles { spare: Some(spare.clone()) };
    assert!(refusal(files.save(&order(&path))).1);
    let mut backups = Vec::new();
    let saved = files.save_observed(&order_in_place(&path), &mut |point| {
        if point == Point::BackupSynced {
            backups = names(&spare);
            assert_eq!(text(&spare.join(&backups[0])), OLD);
        }
    });
    saved.expect("it is saved");
    assert_eq!((text(&outside), backups.len(), names(&spare).len()), (NEW.to_owned(), 1, 0));
}

/// Where mounting is not permitted, at least the folders that the kernel lets nobody write to.
fn among_mounts(task: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    if let Some(way) = own_mounts() {
        Child::new(task, &[word(folder.path())]).under(way).succeed();
        return;
    }
    eprintln!("NOT TESTED: {task}: mounting is not permitted here. Tested with a folder of the kernel's instead.");
    super::assert_kernel_folder_is_refused();
}

#[test]
fn a_mounted_file_is_written_in_place_only() {
    among_mounts("bind mount");
}

#[test]
fn a_read_only_mount_is_told_apart() {
    among_mounts("read-only mount");
}

#[test]
fn a_file_in_a_read_only_folder_needs_a_place_for_the_backup() {
    among_mounts("mounted into a read-only folder");
}
