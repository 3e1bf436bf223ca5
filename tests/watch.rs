//! `check --watch`: against the practice tenant's switch that takes effect after a while, and against a refused
//! password.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files and looks at the clock")]

#[path = "support/book.rs"]
mod book;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use token_wizard::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, TransportError};
use token_wizard::domain::registration::Options;
use token_wizard::domain::time::Timestamp;
use token_wizard::io::http::Network;
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::watch::{self, Next};
use token_wizard::verify::{OnRealm, Order, PowerBiOrder, Report, Stage};

const INTERVAL: Duration = Duration::from_secs(30);

/// The network, with pauses that are noted instead of waited for, and token requests that are counted.
struct Ports {
    network: Network,
    pauses: Rc<RefCell<Vec<Duration>>>,
    posts: Rc<Cell<usize>>,
}

impl Http for Ports {
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpAnswer, TransportError>> + Send {
        if request.body.is_some() {
            self.posts.set(self.posts.get() + 1);
        }
        self.network.send(request)
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        self.network.now()
    }

    fn request_id(&self) -> String {
        self.network.request_id()
    }

    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send {
        self.pauses.borrow_mut().push(span);
        std::future::ready(())
    }
}

/// The journal, the last report, the pauses, and how many token requests there were.
async fn watched(row: &str) -> (Vec<String>, Report, Vec<Duration>, usize) {
    let sandbox = Sandbox::bind(0).await.expect("a free port");
    let values = sandbox.book().into_iter().find(|account| account.name == row).expect("a row of the book").values;
    let server = tokio::spawn(sandbox.serve());
    let (pauses, posts) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0)));
    let mut journal = Vec::new();
    let limit = Duration::from_secs(10);
    let report = watch::watch(
        || Ports { network: Network::new(limit, None), pauses: Rc::clone(&pauses), posts: Rc::clone(&posts) },
        || {
            Ok(Order {
                values: values.clone(),
                options: Options::default(),
                until: Stage::PowerBi,
                timeout: limit,
                powerbi: PowerBiOrder::default(),
                on_realm: OnRealm::Warn,
            })
        },
        INTERVAL,
        |change| journal.push(change.words()),
    )
    .await;
    server.abort();
    let pauses = pauses.borrow().clone();
    (journal, report, pauses, posts.get())
}

#[tokio::test]
async fn a_gate_that_opens_is_seen_and_ends_the_watch() {
    let (journal, report, pauses, posts) = watched("switch-arrives").await;
    assert_eq!(watch::next(&report), Next::Passed);
    let words: Vec<&str> = journal.iter().filter_map(|line| Some(line.split_once("Z  ")?.1)).collect();
    let closed = "powerbi failed, ServicePrincipalIsNotAllowedByTenantAdminSwitch";
    assert_eq!(words, [closed, &format!("{closed} -> passed")], "{journal:?}");
    assert_eq!(pauses, vec![INTERVAL; posts - 1], "each try has a fresh token, and a pause before the next one");
}

#[tokio::test]
async fn a_refused_password_is_sent_once() {
    let (journal, report, pauses, posts) = watched("wrong-password").await;
    assert_eq!((watch::next(&report), posts, journal.len()), (Next::Stopped, 1, 1), "{journal:?}");
    assert_eq!(pauses, []);
}

/// The real program between two tries: the journal has its first line, and then nothing runs.
#[cfg(target_os = "linux")]
#[test]
fn nothing_wakes_it_between_two_tries() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};
    use std::time::Instant;

    let values = book::values(&book::practice(), "switch-off");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("appsettings.json");
    std::fs::write(&file, book::settings(&values)).expect("a settings file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
        .env_clear()
        .args(["check", "--watch=600"])
        .arg(&file)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut told = BufReader::new(child.stderr.take().expect("its words")).lines();
    let journal = told.find(|line| line.as_ref().is_ok_and(|line| line.contains("powerbi failed"))).is_some();
    assert!(journal, "the first try is in the journal");
    let switches = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).map(str::to_owned);
        line.expect("a count")
    };
    // The try itself may still be tidying up; from then on the count stands still.
    let begun = Instant::now();
    loop {
        let before = switches();
        std::thread::park_timeout(Duration::from_secs(1));
        if switches() == before {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it keeps waking up");
    }
    child.kill().expect("it ends");
    child.wait().expect("it ended");
}
