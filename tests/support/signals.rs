//! The real program with the signals as a shell in a terminal would start it.

use std::process::Command;

/// The program, with no signal ignored that it inherits: what a test runner was told to ignore (`nohup`, a job in the
/// background), the program rightly goes on ignoring.
pub(crate) fn program() -> Command {
    let path = env!("CARGO_BIN_EXE_token-wizard");
    if !cfg!(target_os = "linux") {
        return Command::new(path);
    }
    let mut command = Command::new("/usr/bin/env");
    command.args(["--default-signal=HUP,INT,QUIT,TERM", path]);
    command
}
