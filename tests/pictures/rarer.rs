//! Screens that are seen less often: lists to choose from, gates asked by name, a watch, and what is offered at the
//! start.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use super::{DOWN, ENTER, ESC, Manner, PROGRAM, Practice, RIGHT, pty};

/// What Power BI says, and what can be asked and chosen of it.
pub(crate) fn gates(manner: Manner<'_>) {
    let mut practice = Practice::open(manner);
    practice.keys(&[&format!("{ESC}b"), "m", "f", "a"], "find: mfa");
    practice.draw("15-book-sought", "The account book, searched by typing");
    practice.keys(&[ESC], "[Who]");
    practice.test("switch-off");
    practice.draw("23-gate-closed", "A gate of Power BI is closed");
    practice.keys(&[RIGHT, RIGHT], "[Power BI]");
    practice.draw("23-gate-closed-powerbi", "A gate of Power BI is closed, pane Power BI");
    practice.keys(&["a"], "end watch");
    practice.draw("23-watching", "The test is repeated until the gate opens");
    practice.keys(&["a"], "watch");
    practice.test("many-workspaces");
    practice.keys(&["w"], "workspaces that the token can look into");
    practice.draw("23-workspaces", "The workspaces to choose from");
    practice.keys(&[ESC], "[Test]");
    practice.test("no-capacity");
    practice.draw("23-gate-warned", "A gate of Power BI warns");
    practice.keys(&["e", ENTER], "embed");
    practice.terminal.wait_for("the end of the test", |screen| screen.contents().contains("[Test] "));
    practice.draw("23-embed", "An embed token was asked for by name");
}

/// What an earlier start left behind.
pub(crate) fn offers(manner: Manner<'_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("appsettings.json");
    fs::write(&file, include_str!("../../appsettings.example.json")).expect("a file");
    let program = || pty::Program::new(PROGRAM).arg(&file).env("XDG_STATE_HOME", folder.path().join("state"));
    let mut terminal = manner.start(program());
    terminal.wait_for_text("Who reads the reports?");
    terminal.type_keys(DOWN);
    terminal.paste("contoso.onmicrosoft.com");
    terminal.wait_for_text("contoso");
    terminal.signal(rustix::process::Signal::HUP);
    terminal.wait_exit();
    let terminal = manner.start(program());
    terminal.wait_for_text("appsettings.json");
    manner.draw(&terminal, "24-draft", "What was typed before is offered");
    terminal.signal(rustix::process::Signal::TERM);
    terminal.wait_exit();
    let leftover = folder.path().join(".token-wizard-new-aaaaaa");
    fs::write(&leftover, "{").expect("a file");
    fs::set_permissions(&leftover, Permissions::from_mode(0o600)).expect("a mode");
    let terminal = manner.start(program());
    terminal.wait_for_text("appsettings.json");
    manner.draw(&terminal, "24-leftovers", "A killed save left files behind");
}
