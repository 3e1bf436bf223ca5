//! Which connections the wizard opens, and when: the real program in a terminal, and the practice tenant behind a relay
//! that sees every connection and request.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files and has deadlines")]

#[path = "support/pty.rs"]
mod pty;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use token_wizard::domain::setting::SettingName;
use token_wizard::sandbox::Sandbox;

const ENTER: &str = "\r";

/// What came through, in order: the number of the connection, then method and path of the request.
#[derive(Default)]
struct Seen {
    requests: Vec<(usize, String)>,
    open: Vec<TcpStream>,
    connections: usize,
}

/// Passes bytes on to the practice tenant.
struct Relay {
    address: SocketAddr,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Relay {
    fn before(tenant: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen: Arc<(Mutex<Seen>, Condvar)> = Arc::default();
        let watched = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming().filter_map(Result::ok) {
                let server = TcpStream::connect(tenant).expect("the practice tenant");
                let number = with(&watched, |seen| {
                    seen.open.extend([&client, &server].map(|side| side.try_clone().expect("a socket")));
                    seen.connections += 1;
                    seen.connections
                });
                let (back, from) = (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                std::thread::spawn(move || pass(from, back, |_| {}));
                let recorded = Arc::clone(&watched);
                std::thread::spawn(move || {
                    pass(client, server, |bytes| {
                        let head = String::from_utf8_lossy(bytes);
                        let mut words = head.split(' ');
                        if let (Some(method @ ("GET" | "POST")), Some(path)) = (words.next(), words.next()) {
                            with(&recorded, |seen| seen.requests.push((number, format!("{method} {path}"))));
                        }
                    });
                });
            }
        });
        Self { address, seen }
    }

    fn connections(&self) -> usize {
        with(&self.seen, |seen| seen.connections)
    }

    /// Ends all connections, as a server does with idle ones.
    fn hang_up(&self) {
        for socket in with(&self.seen, |seen| std::mem::take(&mut seen.open)) {
            // The other side may have ended it already.
            let _ended = socket.shutdown(Shutdown::Both);
        }
    }

    /// Waits for so many token requests, and returns all that came through.
    #[track_caller]
    fn wait_for_posts(&self, count: usize) -> Vec<(usize, String)> {
        let (lock, changed) = &*self.seen;
        let posts = |seen: &Seen| seen.requests.iter().filter(|(_, request)| request.starts_with("POST")).count();
        let seen = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(seen, pty::PATIENCE, |seen| posts(seen) < count);
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        assert_eq!(posts(&seen), count, "{:?}", seen.requests);
        seen.requests.clone()
    }
}

fn with<T>(seen: &(Mutex<Seen>, Condvar), act: impl FnOnce(&mut Seen) -> T) -> T {
    let result = act(&mut seen.0.lock().unwrap_or_else(PoisonError::into_inner));
    seen.1.notify_all();
    result
}

/// Until one side ends; then both do.
fn pass(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        look(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ended = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// The wizard on a complete file, whose tenant lies behind the relay.
struct Meeting {
    terminal: pty::Terminal,
    relay: Relay,
    /// The tenant by its ID; the file names it by a domain.
    id: String,
    _folder: tempfile::TempDir,
}

impl Meeting {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let sandbox = runtime.block_on(Sandbox::bind(0)).expect("a free port");
        let relay = Relay::before(sandbox.address());
        let (address, book) = (sandbox.address().to_string(), sandbox.book());
        std::thread::spawn(move || runtime.block_on(sandbox.serve()));
        let value = |account: &str, name| {
            let account = book.iter().find(|row| row.name == account).expect("a row of the book");
            account.values.get(name).replace(&address, &relay.address.to_string())
        };
        let settings: serde_json::Map<String, serde_json::Value> =
            SettingName::ALL.map(|name| (name.key().to_owned(), value("app-works", name).into())).into_iter().collect();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("appsettings.json");
        std::fs::write(&file, serde_json::Value::Object(settings).to_string()).expect("a file");
        let id = value("app-works-v2", SettingName::AppTenantId);
        let terminal = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg(&file).spawn(80, 24);
        terminal.wait_for_text("Nothing has been sent yet");
        Self { terminal, relay, id, _folder: folder }
    }

    #[track_caller]
    fn press(&mut self, keys: &str, until: &str) {
        self.terminal.type_keys(keys);
        self.terminal.wait_for_text(until);
    }
}

#[test]
fn the_token_request_finds_the_connection_that_discovery_opened() {
    let mut meeting = Meeting::open();
    meeting.press("2", "[Tenant]");
    meeting.press("\x1b6", "Nothing has been sent yet");
    assert_eq!(meeting.relay.connections(), 0, "a file can name any port of this machine");

    meeting.press(ENTER, "[Test] warned");
    let first = meeting.relay.wait_for_posts(1);
    meeting.relay.hang_up();

    meeting.press("2", "[Tenant]");
    meeting.terminal.paste(&meeting.id);
    meeting.press("", "The provider knows it");
    while !meeting.terminal.is_silent_for(Duration::from_millis(50)) {}
    // While nothing is asked, the open connection wakes nobody up.
    let sleeps = meeting.terminal.sleeps();
    assert!(meeting.terminal.is_silent_for(Duration::from_millis(300)));
    assert_eq!(meeting.terminal.sleeps(), sleeps, "woken up");

    meeting.terminal.type_keys("\x1bt");
    let requests = meeting.relay.wait_for_posts(2);
    let (asked, question) = requests.get(first.len()).expect("a question about the tenant");
    assert!(question.starts_with("GET ") && question.contains(&meeting.id), "{requests:?}");
    let (posted, _) = requests.iter().rfind(|(_, request)| request.starts_with("POST")).expect("a token request");
    assert_eq!(asked, posted, "the token request opened a connection: {requests:?}");
}

#[test]
fn where_nobody_answers_the_tenant_is_merely_not_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("appsettings.json");
    std::fs::write(&file, include_str!("../appsettings.example.json")).expect("a file");
    // The harness names a proxy that is not there, so Microsoft's host is not reached.
    let mut terminal = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg(&file).spawn(80, 24);
    terminal.wait_for_text("Who reads the reports?");
    terminal.type_keys(ENTER);
    terminal.wait_for_text("[Tenant]");
    terminal.paste("8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0");
    terminal.wait_for_text("note    The tenant is not checked.");
    terminal.wait_for_text("[Tenant] ok");
    while !terminal.is_silent_for(Duration::from_millis(50)) {}
    let sleeps = terminal.sleeps();
    assert!(terminal.is_silent_for(Duration::from_millis(900)), "it asks once");
    assert_eq!(terminal.sleeps(), sleeps, "woken up");
}
