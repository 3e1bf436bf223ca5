//! This test binary as another process: killed, as another user, within limits, among its own mounts.
//!
//! `child_main` is a test that does nothing unless one of the others started it. What a child does is a [`Task`] with
//! arguments; it fails as a test does.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use super::{full, killed, mounts, owners};

const CHILD: &str = "TOKEN_WIZARD_SAVING_CHILD";

/// What children can do.
const TASKS: &[(&str, Task)] = &[
    ("killed", killed::save_and_die),
    ("limited", full::save_within_limits),
    ("full disk", full::save_on_a_full_disk),
    ("bind mount", mounts::save_a_mounted_file),
    ("read-only mount", mounts::save_on_a_read_only_mount),
    ("mounted into a read-only folder", mounts::save_in_a_read_only_folder),
    ("closed folder", owners::save_in_a_closed_folder),
    ("foreign owner", owners::save_a_file_of_another),
    ("foreign owner, closed", owners::save_a_closed_file_of_another),
    ("leftover of another", owners::look_for_leftovers_of_another),
];

type Task = fn(&[String]);

#[test]
fn child_main() {
    let Some((_, orders)) = std::env::vars_os().find(|(name, _)| name == CHILD) else { return };
    let orders = orders.into_string().expect("UTF-8");
    let orders: Vec<String> = orders.split('\n').map(str::to_owned).collect();
    let (name, arguments) = orders.split_first().expect("a task");
    let (_, task) = TASKS.iter().find(|(known, _)| known == name).expect("a task of the table");
    task(arguments);
    // Tells that the task was found and ended.
    println!("CHILD ENDED");
}

pub(crate) struct Child {
    before: Vec<OsString>,
    orders: String,
    uid: Option<u32>,
}

impl Child {
    pub(crate) fn new(task: &str, arguments: &[&str]) -> Self {
        let orders = [&[task], arguments].concat().join("\n");
        Self { before: Vec::new(), orders, uid: None }
    }

    /// Run by another program: `unshare` and its arguments.
    pub(crate) fn under(self, program: &[&str]) -> Self {
        Self { before: program.iter().map(OsString::from).collect(), ..self }
    }

    /// As this user and group, without others.
    pub(crate) fn run_by(self, uid: u32) -> Self {
        Self { uid: Some(uid), ..self }
    }

    /// Runs it and returns how it ended and whether it did all.
    fn run(&self) -> (ExitStatus, bool, String) {
        let binary = std::env::current_exe().expect("this binary");
        let mut words = self.before.clone();
        words.push(binary.into());
        words.extend(["--exact", "child::child_main", "--nocapture", "--test-threads=1"].map(OsString::from));
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env(CHILD, &self.orders).stdin(Stdio::null());
        if let Some(uid) = self.uid {
            command.uid(uid).gid(uid);
        }
        let output = command.output().expect("the child runs; another user must be able to reach this binary");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status, said.contains("CHILD ENDED"), said)
    }

    pub(crate) fn succeed(&self) {
        let (status, is_complete, said) = self.run();
        assert!(status.success() && is_complete, "{status}\n{said}");
    }

    /// Whether it was killed; otherwise it succeeded.
    pub(crate) fn dies(&self) -> bool {
        use std::os::unix::process::ExitStatusExt as _;
        let (status, is_complete, said) = self.run();
        if status.signal() == Some(9) {
            return true;
        }
        assert!(status.success() && is_complete, "{status}\n{said}");
        false
    }
}

/// The program that gives a child mounts of its own, where that is permitted.
pub(crate) fn own_mounts() -> Option<&'static [&'static str]> {
    let folder = tempfile::tempdir().expect("a folder");
    // As a normal user only with a user namespace; in some containers root may do it without.
    let ways: [&[&str]; 2] = [&["unshare", "-Urm"], &["unshare", "-m"]];
    ways.into_iter().find(|way| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(["mount", "-t", "tmpfs", "-o", "size=64k", "none"]).arg(folder.path());
        command.output().is_ok_and(|output| output.status.success())
    })
}

/// Mounts, in a child that may.
pub(crate) fn mount(arguments: &[&str]) {
    let output = Command::new("mount").args(arguments).output().expect("mount runs");
    assert!(output.status.success(), "mount {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn path(arguments: &[String], index: usize) -> PathBuf {
    PathBuf::from(arguments.get(index).expect("an argument"))
}
