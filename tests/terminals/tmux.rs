//! The program in a real tmux with a socket of its own.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use super::PROGRAM;

/// How long a wait may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server with one window of 80×24; it ends when this is dropped.
pub(crate) struct Tmux {
    folder: tempfile::TempDir,
}

impl Tmux {
    /// Starts it with that value of `set-clipboard`; `None` where there is no tmux.
    pub(crate) fn start(clipboard: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("NOT TESTED: there is no tmux on this machine");
            return None;
        }
        let tmux = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "sleep", "60"]);
        tmux.run(&["set-option", "-g", "status", "off"]);
        tmux.run(&["set-option", "-s", "escape-time", "0"]);
        tmux.run(&["set-option", "-s", "set-clipboard", clipboard]);
        tmux.run(&["resize-window", "-x", "80", "-y", "24"]);
        tmux.run(&["respawn-pane", "-k", PROGRAM, "sandbox", "--port", "0"]);
        Some(tmux)
    }

    fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("tmux");
        command.args(["-u", "-S"]).arg(self.folder.path().join("socket")).args(arguments);
        command.env_remove("TMUX").env_remove("NO_COLOR").env_remove("LC_ALL");
        command.env("LANG", "C.UTF-8").env("HOME", self.folder.path()).env("TMPDIR", self.folder.path());
        command.output().expect("tmux runs")
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments);
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {arguments:?}: {words}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Presses keys, in tmux's names.
    pub(crate) fn keys(&self, keys: &[&str]) {
        for key in keys {
            self.run(&["send-keys", key]);
        }
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.run(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
    }

    /// What was copied last; nothing when nothing was.
    pub(crate) fn buffer(&self) -> String {
        let output = self.command(&["show-buffer"]);
        if output.status.success() { String::from_utf8_lossy(&output.stdout).into_owned() } else { String::new() }
    }

    /// Waits until the window shows the text, and returns all that it shows.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        let begin = Instant::now();
        loop {
            let screen = self.run(&["capture-pane", "-p"]);
            if condition(&screen) {
                return screen;
            }
            assert!(begin.elapsed() < PATIENCE, "waited in vain for {what}; the window is:\n{screen}");
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.command(&["kill-server"]);
    }
}
