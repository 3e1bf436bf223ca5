//! Files and folders of somebody else. Only root can make such, and is then nobody in a child.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use tempfile::TempDir;
use token_wizard::domain::storage::{LeftoverKind, Storage as _};
use token_wizard::io::file::{self, LocalFiles, Point};

use super::child::{Child, path};
use super::place::{NEW, OLD, names, order, order_in_place, put, refusal, text};

const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the mode is set");
}

/// A folder that the child may reach, with a settings file.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        set_mode(folder.path(), 0o755);
        fs::create_dir(folder.path().join("app")).expect("a folder");
        fs::create_dir(folder.path().join("state")).expect("a folder");
        put(&folder.path().join("app/appsettings.json"), OLD);
        if is_root() {
            chown(folder.path().join("state"), Some(NOBODY), Some(NOBODY)).expect("it is given away");
        }
        Self { folder }
    }

    fn app(&self) -> std::path::PathBuf {
        self.folder.path().join("app")
    }

    fn file(&self) -> std::path::PathBuf {
        self.app().join("appsettings.json")
    }

    fn run(&self, task: &str) {
        let child = Child::new(task, &[self.folder.path().to_str().expect("UTF-8")]);
        if is_root() { child.run_by(NOBODY).succeed() } else { child.succeed() }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // So that it can be removed.
        let _ = fs::set_permissions(self.app(), Permissions::from_mode(0o755));
    }
}

/// Argument: the folder of the scene, in which only the file can be written.
pub(crate) fn save_in_a_closed_folder(arguments: &[String]) {
    let folder = path(arguments, 0);
    let path = folder.join("app/appsettings.json");
    let (why, may_write_in_place) = refusal(file::save(&order(&path)));
    assert!(why.contains("may not create files in the folder") && why.contains("Run as an account"), "{why}");
    assert!(!may_write_in_place, "there is no place for a backup");
    let (why, may_write_in_place) = refusal(file::save(&order_in_place(&path)));
    assert!(why.contains("no place for a backup") && !may_write_in_place, "{why}");
    assert_eq!(text(&path), OLD);

    let spare = folder.join("state/spare");
    let files = LocalFiles { spare: Some(spare.clone()) };
    assert!(refusal(files.save(&order(&path))).1);
    assert_eq!(text(&path), OLD);
    // A folder in which others could exchange the backup is not used.
    set_mode(&spare, 0o777);
    assert!(!refusal(files.save(&order(&path))).1);
    let error = files.save(&order_in_place(&path)).expect_err("not there");
    assert!(error.to_string().contains("mode 0700"), "{error}");
    set_mode(&spare, 0o700);

    let mut left = Vec::new();
    let saved = files.save_observed(&order_in_place(&path), &mut |point| {
        if point == Point::BackupSynced {
            left = names(&spare);
            assert_eq!(text(&spare.join(&left[0])), OLD);
            assert_eq!(fs::metadata(spare.join(&left[0])).expect("it is there").mode() & 0o7777, 0o600);
            assert_eq!(files.leftovers(&path), [], "it is in use");
        }
    });
    saved.expect("it is saved");
    assert_eq!((text(&path), left.len(), names(&spare).len()), (NEW.to_owned(), 1, 0));
    // One that stayed is found there, for this file only.
    put(&spare.join(&left[0]), OLD);
    set_mode(&spare.join(&left[0]), 0o600);
    let found = files.leftovers(&path);
    assert_eq!(found.iter().map(|left| left.kind).collect::<Vec<_>>(), [LeftoverKind::Backup]);
    assert_eq!((file::leftovers(&path), files.leftovers(&spare.join(&left[0]))), (vec![], vec![]));
    file::remove_leftovers(&found).expect("it is removed");
    assert_eq!(names(&spare).len(), 0);
}

#[test]
fn a_file_in_a_closed_folder_needs_a_place_for_the_backup() {
    let scene = Scene::new();
    if is_root() {
        chown(scene.file(), Some(NOBODY), Some(NOBODY)).expect("it is given away");
    }
    set_mode(&scene.app(), 0o555);
    scene.run("closed folder");
    assert_eq!(text(&scene.file()), NEW);
}

/// Argument: the folder of the scene, whose file everybody may write.
pub(crate) fn save_a_file_of_another(arguments: &[String]) {
    let path = path(arguments, 0).join("app/appsettings.json");
    let (why, may_write_in_place) = refusal(file::save(&order(&path)));
    assert!(why.contains("belongs to user 0") && why.contains("sudo -u"), "{why}");
    assert!(may_write_in_place);
    assert_eq!(text(&path), OLD);
    file::save(&order_in_place(&path)).expect("it is saved");
}

/// Argument: the folder of the scene, whose file only its owner may write.
pub(crate) fn save_a_closed_file_of_another(arguments: &[String]) {
    let path = path(arguments, 0).join("app/appsettings.json");
    assert!(!refusal(file::save(&order(&path))).1);
    let (why, may_write_in_place) = refusal(file::save(&order_in_place(&path)));
    assert!(why.contains("may not write to the settings file") && !may_write_in_place, "{why}");
}

/// Without root: a file of root's, in a folder of root's.
fn assert_foreign_file_is_refused() {
    eprintln!("NOT TESTED with a file of somebody else in a folder of one's own: only root can give files away.");
    let path = Path::new("/etc/passwd");
    // The same contents, lest a test ever change it.
    let contents = token_wizard::domain::secret::Secret::new(text(path));
    let order = token_wizard::domain::storage::SaveOrder { contents, ..order(path) };
    assert!(!refusal(file::save(&order)).1);
}

#[test]
fn a_file_of_another_is_written_in_place_only() {
    if !is_root() {
        return assert_foreign_file_is_refused();
    }
    let scene = Scene::new();
    set_mode(&scene.app(), 0o777);
    set_mode(&scene.file(), 0o666);
    scene.run("foreign owner");
    let now = fs::metadata(scene.file()).expect("it is there");
    assert_eq!((now.uid(), now.gid(), now.mode() & 0o7777), (0, 0, 0o666));
    assert_eq!((text(&scene.file()), names(&scene.app()).len()), (NEW.to_owned(), 1));
}

#[test]
fn a_file_that_this_account_may_not_write_is_refused_either_way() {
    if !is_root() {
        return assert_foreign_file_is_refused();
    }
    let scene = Scene::new();
    set_mode(&scene.app(), 0o777);
    set_mode(&scene.file(), 0o644);
    scene.run("foreign owner, closed");
    assert_eq!((text(&scene.file()), names(&scene.app()).len()), (OLD.to_owned(), 1));
}

/// Argument: the folder of the scene.
pub(crate) fn look_for_leftovers_of_another(arguments: &[String]) {
    assert_eq!(file::leftovers(&path(arguments, 0).join("app/appsettings.json")), []);
}

#[test]
fn leftovers_of_another_account_are_not_offered() {
    let scene = Scene::new();
    if !is_root() {
        eprintln!("NOT TESTED: leftovers of another account: only root can give files away.");
        // The search itself works.
        put(&scene.app().join(".token-wizard-new-aB3xY9"), "");
        assert_eq!(file::leftovers(&scene.file()).len(), 1);
        return;
    }
    set_mode(&scene.app(), 0o777);
    put(&scene.app().join(".token-wizard-new-aB3xY9"), "");
    scene.run("leftover of another");
    assert_eq!(file::leftovers(&scene.file()).len(), 1, "its own account finds it");
}
