//! The whole job of the README by its three ways: the screen, lines in a terminal, the pipe of the README itself. All
//! save the same bytes.

use std::path::{Path, PathBuf};
use std::process::Command;

use token_wizard::domain::setting::SettingName;

use super::{PROGRAM, Tenant, Typist, assert_has, pty, saved};

const README: &str = include_str!("../../README.md");

/// Does the job on the file at that path.
type Way = fn(&Tenant, &Path);

/// A copy of the file to work on, in a folder of its own.
fn copy(tenant: &Tenant, name: &str) -> PathBuf {
    let folder = tenant.folder.path().join(name);
    std::fs::create_dir(&folder).expect("a folder");
    let path = folder.join("appsettings.json");
    std::fs::write(&path, &tenant.scratch).expect("a file");
    path
}

/// Tenant, application and secret.
fn answers(tenant: &Tenant) -> [String; 3] {
    [SettingName::AppTenantId, SettingName::ClientId, SettingName::ClientSecret].map(|name| tenant.value(name))
}

fn on_the_screen(tenant: &Tenant, path: &Path) {
    let [id, client, secret] = answers(tenant);
    let mut terminal = pty::Program::new(PROGRAM).arg(path).spawn(80, 24);
    terminal.wait_for_text("Who reads the reports?");
    terminal.type_keys("\r");
    for (field, value, shown) in [
        ("Directory (tenant) ID", &id, id.as_str()),
        ("Application (client) ID", &client, client.as_str()),
        ("ClientSecret", &secret, "characters"),
    ] {
        terminal.wait_for_text(field);
        terminal.paste(value);
        terminal.wait_for_text(shown);
        terminal.type_keys("\r");
    }
    terminal.wait_for_text("[Endpoint]");
    terminal.type_keys("\x1bt");
    terminal.wait_for_text("[Test] passed");
    terminal.type_keys("s");
    terminal.wait_for_text("Enter writes these values");
    terminal.type_keys("\r");
    terminal.wait_for_text("5 values written");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_given_back();
}

fn in_a_terminal(tenant: &Tenant, path: &Path) {
    let [id, client, secret] = answers(tenant);
    let mut typist = Typist::spawn(pty::Program::new(PROGRAM).arg("--plain").arg(path));
    for (question, line) in [
        ("Who reads the reports?", ""),
        ("AppTenantId", id.as_str()),
        ("ClientId", &client),
        ("not shown.", &secret),
        ("Cloud", ""),
        ("AuthTokenUrl", ""),
        ("Resource", ""),
        ("Step Test", "t"),
        ("passed  token", "s"),
        ("Step Save", "y"),
        ("5 values written", "q"),
    ] {
        typist.answers(question, line);
    }
    assert_eq!(typist.terminal.wait_exit(), 0);
    typist.terminal.assert_given_back();
    typist.assert_plain_without(&secret);
}

/// The line of the README, given to a shell as it stands there.
fn through_the_pipe(tenant: &Tenant, path: &Path) {
    let [id, client, secret] = answers(tenant);
    let line = README.lines().find(|line| line.starts_with("printf ")).expect("the README has it");
    let programs = Path::new(PROGRAM).parent().expect("its folder");
    let folder = path.parent().expect("the folder");
    let output = Command::new("/bin/sh")
        .args(["-c", line])
        .env_clear()
        .env("PATH", programs)
        .env("HOME", folder)
        .env("LANG", "C.UTF-8")
        .envs([("TENANT", id), ("CLIENT", client), ("SECRET", secret.clone())])
        .current_dir(folder)
        .output()
        .expect("a shell");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_has(&text, "5 values written, every other byte kept.");
    assert!(!text.contains(&secret), "{text}");
}

#[test]
fn the_screen_lines_and_a_pipe_save_the_same_bytes() {
    let tenant = Tenant::open();
    let expected = saved(&tenant.scratch, &tenant.book);
    let ways: [(&str, Way); 3] = [("screen", on_the_screen), ("terminal", in_a_terminal), ("pipe", through_the_pipe)];
    for (name, go) in ways {
        let path = copy(&tenant, name);
        go(&tenant, &path);
        assert_eq!(std::fs::read_to_string(path).expect("the saved file"), expected, "{name}");
    }
}
