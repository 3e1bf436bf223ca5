//! `serve` as a browser meets it: the real binary, real HTTP on loopback, a provider that counts.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files and measures with the clock")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/book.rs"]
mod book;
#[path = "serve/program.rs"]
mod program;
#[path = "serve/provider.rs"]
mod provider;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/signals.rs"]
mod signals;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use program::{Served, begin, hear};
use provider::{Provider, REFUSED, TOKEN};
use rustix::process::{Signal, kill_process};
use serde_json::Value;
use token_wizard::domain::setting::SettingName;

const PATH: &str = "/tokens/GetAccessToken";

#[test]
fn the_providers_answer_passes_as_it_came() {
    for (status, body) in [(200, TOKEN), (401, REFUSED), (503, "{\"error\" : \"temporarily_unavailable\"}")] {
        let provider = Provider::start(status, body);
        let served = Served::start(&provider.settings("abc8Q~secret"), &[]);
        for path in [PATH, "/TOKENS/getaccesstoken", "/tokens/GetAccessToken/", "/tokens/GetAccessToken?a=b"] {
            let heard = served.get(path);
            assert_eq!((heard.status, heard.body.as_str()), (status, body), "{path}");
            assert_eq!(heard.header("content-type"), Some("application/json; charset=utf-8"));
            assert_eq!(heard.header("cache-control"), Some("no-store"));
            assert_eq!(heard.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(heard.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(heard.header("access-control-allow-origin"), None);
        }
        let on_ipv6 =
            hear(begin(("::1", served.port), &format!("GET {PATH} HTTP/1.1\r\nHost: [::1]:{}\r\n", served.port)));
        assert_eq!((on_ipv6.status, on_ipv6.body.as_str()), (status, body));
        assert_eq!(provider.count(), 1, "{status}");
    }
}

#[test]
fn the_practice_tenant_answers_through_it() {
    let book = book::practice();
    for (name, status, told) in [("app-works", 200, "passed   claims"), ("wrong-secret", 401, "AADSTS7000215: ")] {
        let values = book::values(&book, name);
        let mut served = Served::start(&book::settings(&values), &[]);
        let heard = served.get(PATH);
        let object: Value = serde_json::from_str(&heard.body).expect("JSON");
        assert_eq!(heard.status, status, "{object}");
        assert_eq!(object.get("access_token").is_some(), status == 200);
        let told = served.told(told);
        assert!(told.contains("with all rights of the service principal") && told.contains("ssh -L "), "{told}");
        assert!(!told.contains("eyJ"), "{told}");
        let secret = values.get(SettingName::ClientSecret);
        assert!(!told.contains(secret), "{told}");
    }
}

#[test]
fn two_hundred_at_once_are_one_request() {
    let provider = Provider::start(200, TOKEN);
    provider.open(false);
    let served = Served::start(&provider.settings("abc8Q~secret"), &[]);
    let head = format!("GET {PATH} HTTP/1.1\r\nHost: localhost:{}\r\n", served.port);
    let callers: Vec<_> = (0..200).map(|_| begin(("127.0.0.1", served.port), &head)).collect();
    wait_until(|| provider.count() > 0);
    provider.open(true);
    for caller in callers {
        let answer = hear(caller);
        assert_eq!((answer.status, answer.body.as_str()), (200, TOKEN));
    }
    assert_eq!(provider.count(), 1);
}

#[test]
fn a_changed_file_is_picked_up_and_a_broken_one_keeps_nothing() {
    let provider = Provider::start(401, REFUSED);
    let mut served = Served::start(&provider.settings("first8Q~secret"), &[]);
    assert_eq!((served.get(PATH).status, served.get(PATH).status, provider.count()), (401, 401, 1));
    provider.answers(200, TOKEN);
    assert_eq!((served.get(PATH).status, provider.count()), (401, 1));
    served.write(&provider.settings("second8Q~secret"));
    assert_eq!((served.get(PATH).status, provider.count()), (200, 2));
    let secrets = provider.forms().iter().map(|form| form.contains("second8Q")).collect::<Vec<_>>();
    assert_eq!(secrets, [false, true]);

    served.write("{ \"ClientSecret\": \"c4nary8Q~secret\" \"User\": \"\" }");
    let heard = served.get(PATH);
    let object: Value = serde_json::from_str(&heard.body).expect("JSON");
    assert_eq!((heard.status, object["error"].as_str()), (500, Some("token_wizard")));
    assert!(object["error_description"].as_str().is_some_and(|words| words.starts_with("file-malformed: ")));
    assert!(!heard.body.contains("c4nary"), "{}", heard.body);
    std::fs::remove_file(served.file()).expect("gone");
    assert!(served.get(PATH).body.contains("file-missing"));
    served.told("file-missing");
    served.write(&provider.settings("[Client Secret]"));
    let heard = served.get(PATH);
    assert!(heard.status == 500 && heard.body.contains("placeholder-left"), "{heard:?}");
    served.write(&provider.settings("second8Q~secret"));
    assert_eq!((served.get(PATH).status, provider.count()), (200, 3));
}

#[test]
fn nobody_at_the_provider_is_a_bad_gateway() {
    // A port that no test can be given by the system.
    let free = "127.0.0.1:1";
    let settings = Provider::start(200, TOKEN).settings("abc8Q~secret");
    let object: Value = serde_json::from_str(&settings).expect("JSON");
    let place = object["AuthTokenUrl"].as_str().expect("a URL").split('/').nth(2).expect("a place");
    let served = Served::start(&settings.replace(place, free), &[]);
    let heard = served.get(PATH);
    assert!(heard.status == 502 && heard.body.contains("connect-refused"), "{heard:?}");
    let page = Provider::start(200, "<html>sign in</html>");
    let served = Served::start(&page.settings("abc8Q~secret"), &[]);
    let heard = served.get(PATH);
    assert!(heard.status == 502 && heard.body.contains("token_wizard") && !heard.body.contains("<html>"), "{heard:?}");
}

#[test]
fn hosts_origins_and_methods() {
    const OTHER: &str = "Origin: http://localhost:3000\r\n";
    let provider = Provider::start(200, TOKEN);
    let closed = Served::start(&provider.settings("abc8Q~secret"), &[]);
    let open = Served::start(&provider.settings("abc8Q~secret"), &["--allow-origin", "http://localhost:3000/"]);
    let preflight = format!("{OTHER}Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: x-a\r\n");
    let table = [
        (&closed, "GET", PATH, "", 200),
        (&closed, "HEAD", PATH, "", 200),
        (&closed, "OPTIONS", PATH, "", 204),
        (&closed, "POST", PATH, "", 405),
        (&closed, "DELETE", PATH, "", 405),
        (&closed, "GET", "/", "", 404),
        (&closed, "POST", "/elsewhere", "", 404),
        (&closed, "GET", "/tokens/GetAccessToken/x", "", 404),
        (&closed, "GET", PATH, OTHER, 403),
        (&closed, "OPTIONS", PATH, preflight.as_str(), 403),
        (&closed, "GET", PATH, "Sec-Fetch-Site: cross-site\r\n", 403),
        (&closed, "GET", PATH, "Sec-Fetch-Site: same-origin\r\n", 200),
        (&closed, "GET", PATH, "Host: evil.example\r\n", 421),
        (&open, "GET", PATH, OTHER, 200),
        (&open, "OPTIONS", PATH, preflight.as_str(), 204),
        (&open, "GET", PATH, "Origin: http://localhost:3001\r\n", 403),
        (&open, "GET", PATH, "", 200),
    ];
    for (served, method, path, more, status) in table {
        let heard = served.say(&format!("{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\n{more}", served.port));
        let what = format!("{method} {path} {more}: {heard:?}");
        assert_eq!(heard.status, status, "{what}");
        assert_eq!(heard.body.contains("access_token"), method == "GET" && status == 200, "{what}");
        let is_allowed = std::ptr::eq(served, &raw const open) && more.starts_with(OTHER);
        assert_eq!(
            heard.header("access-control-allow-origin"),
            is_allowed.then_some("http://localhost:3000"),
            "{what}"
        );
        assert_eq!(heard.header("vary"), std::ptr::eq(served, &raw const open).then_some("origin"), "{what}");
        assert_eq!(heard.header("allow"), matches!(status, 204 | 405).then_some("get, head, options"), "{what}");
        if is_allowed && method == "OPTIONS" {
            assert_eq!(heard.header("access-control-allow-methods"), Some("get, head, options"), "{what}");
            assert_eq!(heard.header("access-control-allow-headers"), Some("x-a"), "{what}");
        }
    }
    let rebound = closed.say(&format!("GET {PATH} HTTP/1.1\r\nHost: evil.example:{}\r\n", closed.port));
    assert!(rebound.status == 421 && !rebound.body.contains("access_token"), "{rebound:?}");
    let nameless = closed.say(&format!("GET {PATH} HTTP/1.0\r\n"));
    assert_eq!(nameless.status, 421);
}

#[test]
fn wrong_arguments_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("appsettings.json");
    let run = |arguments: &[&str]| {
        let output = program::command(&file, arguments).stdin(Stdio::null()).output().expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, told) = run(&[]);
    assert!(code == Some(3) && told.contains("cannot be read"), "{told}");
    std::fs::write(&file, "{}").expect("a file");
    for origin in ["*", "null", "http://a/b", "localhost:3000"] {
        let (code, told) = run(&["--allow-origin", origin]);
        assert!(code == Some(2) && told.contains("--allow-origin"), "{told}");
    }
    for root in [folder.path(), folder.path().parent().expect("above"), &folder.path().join("nowhere")] {
        let (code, told) = run(&["--root", root.to_str().expect("a plain path")]);
        assert!(code == Some(2) && told.contains("--root"), "{told}");
    }
}

#[test]
fn a_folder_is_served_without_what_is_hidden_or_outside() {
    let provider = Provider::start(200, TOKEN);
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("wwwroot");
    std::fs::create_dir_all(site.join("js/.git-less")).expect("folders");
    std::fs::write(folder.path().join("appsettings.json"), provider.settings("abc8Q~secret")).expect("a file");
    for (name, text) in
        [("index.html", "<p>start"), ("js/app.js", "go()"), (".env", "SECRET=1"), ("js/.git-less/x", "hidden")]
    {
        std::fs::write(site.join(name), text).expect("a file");
    }
    symlink(folder.path().join("appsettings.json"), site.join("out.json")).expect("a link");
    symlink(folder.path(), site.join("up")).expect("a link");
    let served = Served::start_in(folder, &["--root", "wwwroot"]);
    let page = served.get("/");
    assert_eq!((page.status, page.body.as_str(), page.header("content-type")), (200, "<p>start", Some("text/html")));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let script = served.get("/js/app.js");
    assert_eq!((script.status, script.body.as_str()), (200, "go()"));
    assert!(script.header("content-type").is_some_and(|kind| kind.contains("javascript")));
    let part =
        served.say(&format!("GET /js/app.js HTTP/1.1\r\nHost: localhost:{}\r\nRange: bytes=0-1\r\n", served.port));
    assert_eq!((part.status, part.body.as_str()), (206, "go"));
    let folder_itself = served.get("/js");
    assert_eq!((folder_itself.status, folder_itself.header("location")), (307, Some("/js/")));
    for path in [
        "/.env",
        "/%2Eenv",
        "/js/.git-less/x",
        "/js/",
        "/out.json",
        "/up/appsettings.json",
        "/../appsettings.json",
        "/js/../../appsettings.json",
        "/js/%2e%2e/%2e%2e/appsettings.json",
        "//evil.example",
        "/nothing",
    ] {
        let heard = served.get(path);
        assert_eq!(heard.status, 404, "{path}: {heard:?}");
    }
    let rebound = served.say("GET / HTTP/1.1\r\nHost: evil.example\r\n");
    assert_eq!(rebound.status, 421);
    assert_eq!(served.get(PATH).body, TOKEN);
    std::fs::write(served.folder.path().join("wwwroot/appsettings.json"), "{}").expect("a file");
    assert_eq!(served.get("/appsettings.json").status, 404);
}

/// Runs in a process of its own, as another user: asks and prints what it hears.
#[test]
#[ignore = "started by the test of users"]
fn asks_as_another_user() {
    let variable = std::env::var("TOKEN_WIZARD_TEST_PORT").expect("started by the test of users");
    let port: u16 = variable.parse().expect("a port");
    let heard = hear(begin(("127.0.0.1", port), &format!("GET {PATH} HTTP/1.1\r\nHost: localhost:{port}\r\n")));
    println!("heard {} {}", heard.status, heard.body);
}

#[test]
fn programs_of_other_users_get_nothing() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can start a program as another user; the look-up has its own tests");
        return;
    }
    // Where the other user may read it, whatever the modes of the build folder are.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let itself = folder.path().join("client");
    std::fs::copy(std::env::current_exe().expect("this test"), &itself).expect("a copy");
    let ask = |port: u16| {
        let output = Command::new(&itself)
            .args(["--exact", "asks_as_another_user", "--ignored", "--nocapture"])
            .env("TOKEN_WIZARD_TEST_PORT", port.to_string())
            .current_dir(folder.path())
            .uid(65534)
            .gid(65534)
            .output()
            .expect("the client runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let provider = Provider::start(200, TOKEN);
    let mut served = Served::start(&provider.settings("abc8Q~secret"), &[]);
    let heard = ask(served.port);
    assert!(heard.contains("heard 403 ") && heard.contains("--any-user") && !heard.contains("access_token"), "{heard}");
    assert_eq!(provider.count(), 0);
    served.told("A connection was refused: the program belongs to user 65534");
    assert_eq!(served.get(PATH).status, 200);
    let served = Served::start(&provider.settings("abc8Q~secret"), &["--any-user"]);
    let heard = ask(served.port);
    assert!(heard.contains("heard 200 ") && heard.contains("access_token"), "{heard}");
}

#[test]
fn signals_end_it_and_requests_have_two_seconds() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let provider = Provider::start(200, TOKEN);
        provider.open(false);
        let mut served = Served::start(&provider.settings("abc8Q~secret"), &[]);
        let head = format!("GET {PATH} HTTP/1.1\r\nHost: localhost:{}\r\n", served.port);
        let caller = begin(("127.0.0.1", served.port), &head);
        wait_until(|| provider.count() == 1);
        kill_process(served.pid(), signal).expect("it runs");
        // No longer listens, and still answers whom it has.
        wait_until(|| std::net::TcpStream::connect(("127.0.0.1", served.port)).is_err());
        provider.open(true);
        assert_eq!(hear(caller).body, TOKEN);
        assert_eq!(served.ended().code(), Some(code));
    }
    let provider = Provider::start(200, TOKEN);
    provider.open(false);
    let mut served = Served::start(&provider.settings("abc8Q~secret"), &[]);
    let _idle = std::net::TcpStream::connect(("127.0.0.1", served.port)).expect("a connection");
    let _held =
        begin(("127.0.0.1", served.port), &format!("GET {PATH} HTTP/1.1\r\nHost: localhost:{}\r\n", served.port));
    wait_until(|| provider.count() == 1);
    let start = Instant::now();
    kill_process(served.pid(), Signal::TERM).expect("it runs");
    assert_eq!(served.ended().code(), Some(143));
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
}

#[test]
fn nothing_wakes_it_while_nobody_asks() {
    let provider = Provider::start(200, TOKEN);
    let mut served = Served::start(&provider.settings("abc8Q~secret"), &[]);
    assert_eq!(served.get(PATH).status, 200);
    served.told("passed   token");
    let switches = || {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", served.pid().as_raw_nonzero())).expect("it runs");
        status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).map(str::to_owned)
    };
    // The connection to the provider ends a while after it was last used; until then it is not idle.
    wait_until(|| {
        let before = switches();
        std::thread::park_timeout(Duration::from_millis(700));
        before == switches()
    });
}

#[test]
fn enter_lets_it_ask_again() {
    let provider = Provider::start(401, REFUSED);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("appsettings.json");
    std::fs::write(&file, provider.settings("abc8Q~secret")).expect("a file");
    let mut terminal =
        pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).args(["serve", "--port", "0"]).arg(&file).spawn(200, 60);
    terminal.wait_for_text("Enter forgets token and refusals");
    let text = terminal.screen_text();
    let port = text.split("http://localhost:").nth(1).and_then(|rest| rest.split('/').next()).expect("a port");
    let port: u16 = port.parse().expect("a port");
    let ask = || hear(begin(("127.0.0.1", port), &format!("GET {PATH} HTTP/1.1\r\nHost: localhost:{port}\r\n"))).status;
    assert_eq!((ask(), ask(), provider.count()), (401, 401, 1));
    terminal.wait_for_text("AADSTS7000215: ");
    terminal.type_keys("\r");
    terminal.wait_for_text("the next request asks the provider again");
    provider.answers(200, TOKEN);
    assert_eq!((ask(), ask(), provider.count()), (200, 200, 2));
    terminal.type_keys("\x03");
    assert_eq!(terminal.wait_exit(), 130);
}

#[test]
fn a_burst_has_no_errors() {
    let provider = Provider::start(200, TOKEN);
    let served = Served::start(&provider.settings("abc8Q~secret"), &[]);
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let url = format!("http://localhost:{}{PATH}", served.port);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..50 {
            // Each has a connection of its own, which it keeps.
            let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
            let url = url.clone();
            callers.spawn(async move {
                for _ in 0..40 {
                    let response = client.get(&url).send().await.expect("an answer");
                    assert_eq!(response.status(), 200);
                    assert_eq!(response.text().await.expect("a body"), TOKEN);
                }
            });
        }
        while let Some(ended) = callers.join_next().await {
            ended.expect("no error");
        }
    });
    assert_eq!(provider.count(), 1);
}

/// Waits for a condition, with a deadline.
fn wait_until(mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + program::PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "the condition never held");
        std::thread::yield_now();
    }
}
