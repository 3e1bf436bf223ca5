//! `check` as a pipeline runs it: the real binary, its exit codes, its JSON, and no secret in anything it prints.

#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/book.rs"]
mod book;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use token_wizard::domain::setting::{Account, SettingName, Values};

/// A sandbox on a thread of its own, so that the program under test is another process.
struct Practice {
    book: Vec<Account>,
    folder: tempfile::TempDir,
}

impl Practice {
    fn new() -> Self {
        Self { book: book::practice(), folder: tempfile::tempdir().expect("a folder") }
    }

    fn values(&self, name: &str) -> Values {
        book::values(&self.book, name)
    }

    fn write(&self, values: &Values) -> PathBuf {
        self.write_text(&book::settings(values))
    }

    fn write_text(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("appsettings.json");
        std::fs::write(&path, text).expect("a file");
        path
    }
}

fn check(path: &Path, arguments: &[&str]) -> Output {
    command(arguments).arg(path).output().expect("the program runs")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-wizard"));
    command.env_clear().env("PATH", "/usr/bin:/bin").arg("check").args(arguments);
    command
}

/// The one object, its shape looked at, and the exit code.
fn json(output: &Output) -> (Value, i32) {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    assert_eq!(text.lines().count(), 1, "one object on one line: {text}");
    let object: Value = serde_json::from_str(&text).expect("JSON");
    let keys: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected =
        ["schema", "file", "ok", "exit_code", "grant", "cloud", "endpoint_version", "stages", "claims", "token"];
    assert_eq!(keys, expected);
    let names: Vec<&Value> = object["stages"].as_array().expect("stages").iter().map(|stage| &stage["name"]).collect();
    assert_eq!(names, ["settings", "connect", "tenant", "token", "signature", "claims", "powerbi"]);
    let code = output.status.code().expect("an exit code");
    assert_eq!(object["exit_code"], code);
    assert_eq!(object["ok"], code == 0);
    (object, code)
}

fn first_code(object: &Value) -> String {
    let stages = object["stages"].as_array().expect("stages");
    let failed = stages.iter().find(|stage| stage["status"] == "failed").expect("a failed stage");
    failed["diagnoses"][0]["code"].as_str().expect("a code").to_owned()
}

#[test]
fn every_exit_code_in_its_situation() {
    let practice = Practice::new();
    let (object, code) = json(&check(&practice.write(&practice.values("app-works")), &["--json"]));
    assert_eq!(code, 0);
    assert_eq!(object["grant"], "client_credentials");
    assert_eq!(object["claims"]["aud"]["verdict"], "pass");
    assert!(object["token"]["expires_in"].as_i64().is_some_and(|seconds| seconds > 3000));

    let (object, code) = json(&check(&practice.folder.path().join("missing.json"), &["--json"]));
    assert_eq!((code, first_code(&object).as_str()), (3, "file-missing"));
    let (object, code) = json(&check(&practice.write_text("{ \"ClientId\": \"a\" \"User\": \"\" }"), &["--json"]));
    assert_eq!((code, first_code(&object).as_str()), (3, "file-malformed"));

    let unset = practice.values("app-works").with(SettingName::ClientId, "[Client ID the Azure AD app]");
    let (object, code) = json(&check(&practice.write(&unset), &["--json"]));
    assert_eq!((code, first_code(&object).as_str()), (4, "placeholder-left"));
    assert_eq!(object["stages"][0]["diagnoses"][0]["setting"], "ClientId");

    // A port that was free a moment ago: nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    let refused = practice.values("app-works").with(SettingName::AuthTokenUrl, format!("http://{free}/t/oauth2/token"));
    let (object, code) = json(&check(&practice.write(&refused), &["--json"]));
    assert_eq!((code, first_code(&object).as_str()), (5, "connect-refused"));

    let (object, code) = json(&check(&practice.write(&practice.values("wrong-secret")), &["--json"]));
    assert_eq!((code, first_code(&object).as_str()), (6, "AADSTS7000215"));
    assert_eq!(object["stages"][3]["diagnoses"][0]["evidence"]["status"], 401);

    let (object, code) = json(&check(&practice.write(&practice.values("other-resource")), &["--json"]));
    assert_eq!((code, first_code(&object).as_str()), (7, "audience-wrong"));

    assert_eq!(check(Path::new("x"), &["--until", "nowhere"]).status.code(), Some(2));
}

#[test]
fn stages_after_until_are_skipped_and_nothing_is_sent_before_token() {
    let practice = Practice::new();
    let path = practice.write(&practice.values("wrong-secret"));
    for (until, ended) in [("settings", 1), ("connect", 2), ("tenant", 3)] {
        let (object, code) = json(&check(&path, &["--json", "--until", until]));
        let statuses: Vec<&Value> = object["stages"].as_array().expect("stages").iter().map(|s| &s["status"]).collect();
        assert_eq!(statuses.iter().filter(|status| **status != "skipped").count(), ended, "{until}");
        assert_eq!(code, 0, "{until}");
    }
}

#[test]
fn warnings_count_when_strict_and_the_grant_can_be_chosen() {
    let practice = Practice::new();
    let path = practice.write(&practice.values("app-works-v2"));
    assert_eq!(check(&path, &[]).status.code(), Some(0));
    assert_eq!(check(&path, &["--strict"]).status.code(), Some(4));
    let path = practice.write(&practice.values("user-works"));
    let (object, _) = json(&check(&path, &["--json", "--grant", "client_credentials"]));
    assert_eq!(object["grant"], "client_credentials");
    let (object, code) = json(&check(&path, &["--json"]));
    assert_eq!((object["grant"].as_str(), code), (Some("password"), 0));
    assert_eq!(object["claims"]["upn"]["value"], "[personal]");
    let (object, _) = json(&check(&path, &["--json", "--show-personal"]));
    assert_ne!(object["claims"]["upn"]["value"], "[personal]");
}

#[test]
fn only_claims_that_matter_are_printed_unless_all_are_wanted() {
    let practice = Practice::new();
    let printed = |name: &str, arguments: &[&str]| {
        let output = check(&practice.write(&practice.values(name)), arguments);
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let has = |text: &str, claim: &str| text.lines().any(|line| line.split(' ').next() == Some(claim));
    let (short, whole) = (printed("app-works", &[]), printed("app-works", &["--claims"]));
    for claim in ["aud", "tid", "appid", "exp"] {
        assert!(has(&short, claim), "{claim}:\n{short}");
    }
    assert!(has(&whole, "uti") && has(&whole, "ver") && !has(&short, "uti"), "{short}");
    let rest = whole.lines().filter(|line| line.split(' ').next().is_some_and(|word| word == "uti")).count();
    assert_eq!(rest, 1);
    assert!(short.ends_with("more claims, none of them wrong\n") && !whole.contains("more claim"), "{short}");
    let wrong = printed("other-resource", &[]);
    assert!(wrong.contains("fail: "), "{wrong}");
}

#[test]
fn settings_can_come_from_standard_input() {
    let practice = Practice::new();
    let path = practice.write(&practice.values("app-works"));
    let mut child = command(&["--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let text = std::fs::read(path).expect("the file");
    child.stdin.take().expect("its input").write_all(&text).expect("it reads");
    let (object, code) = json(&child.wait_with_output().expect("it ends"));
    assert_eq!((object["file"].as_str(), code), (Some("-"), 0));
}

#[test]
fn no_secret_is_in_anything_it_prints() {
    let practice = Practice::new();
    for account in &practice.book {
        let canary = |name: SettingName, text: &str| {
            if account.values.get(name).is_empty() { String::new() } else { text.to_owned() }
        };
        let values = account
            .values
            .clone()
            .with(SettingName::ClientSecret, canary(SettingName::ClientSecret, "c4n8Q~ary.one+/=&%~secret~secret~secr"))
            .with(SettingName::Password, canary(SettingName::Password, "c4nary two +&=% password"));
        let path = practice.write(&values);
        for arguments in [&["--json"][..], &["--claims"], &["--json", "--show-personal"]] {
            let Output { stdout, stderr, .. } = check(&path, arguments);
            let shown = [stdout, stderr].concat();
            let shown = String::from_utf8_lossy(&shown);
            for canary in ["c4n8Q", "c4nary", "eyJ"] {
                assert!(!shown.contains(canary), "{}: {shown}", account.name);
            }
        }
    }
}

#[test]
fn the_practice_tenant_names_its_own_page_of_consent() {
    let practice = Practice::new();
    let values = practice.values("missing-consent");
    let output = check(&practice.write(&values), &[]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let url = values.get(SettingName::AuthTokenUrl);
    let origin = url.split("/{AppTenantId}").next().expect("an origin");
    let (tenant, app) = (values.get(SettingName::AppTenantId), values.get(SettingName::ClientId));
    let page = format!("{origin}/{tenant}/adminconsent?client_id={app}");
    assert!(text.lines().any(|line| line == page), "{page}: {text}");
    assert!(!text.contains('{') && !text.contains("login.microsoftonline.com/"), "nothing is left to fill in: {text}");
}
