//! A password that was refused, or may have been counted, is sent once: counted at the server, over the real program.
//! Many files with one password are in `many.rs`, and what the wizard says before another try in `stories/lockout.rs`.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/pty.rs"]
mod pty;

use std::io::Result;
use std::net::{SocketAddr, TcpListener as Listener};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const REFUSAL: &str = r#"{"error":"invalid_grant","error_description":"AADSTS50126: Invalid username or password.","error_codes":[50126]}"#;

/// What becomes of a token request.
#[derive(Debug, Clone)]
enum Fate {
    Answered(String),
    /// The connection ends after so much of an answer.
    Cut(&'static str),
    Reset,
}

fn refused() -> Fate {
    Fate::Answered(answer("400 Bad Request", "", REFUSAL))
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A provider that keeps its connections open for questions, so that a token request comes over one that was used
/// before, which is where clients are tempted to repeat.
struct Provider {
    posts: Arc<AtomicUsize>,
    file: PathBuf,
    folder: tempfile::TempDir,
}

impl Provider {
    fn open(fate: Fate) -> Self {
        let listener = Listener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a socket");
        let posts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&posts);
        // It lives as long as the test's process.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    let (fate, posts) = (fate.clone(), Arc::clone(&counted));
                    tokio::spawn(async move { drop(serve(stream, &fate, &posts).await) });
                }
            });
        });
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("appsettings.json");
        std::fs::write(&file, settings(address).to_string()).expect("a settings file");
        Self { posts, file, folder }
    }

    fn posts(&self) -> usize {
        self.posts.load(Ordering::SeqCst)
    }
}

fn settings(address: SocketAddr) -> Value {
    json!({
        "AppTenantId": "contoso.onmicrosoft.com",
        "AuthTokenUrl": format!("http://{address}/{{AppTenantId}}/oauth2/token"),
        "Resource": "https://analysis.windows.net/powerbi/api",
        "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "ClientSecret": "5c18Q~practiceValue.of_forty_characters0",
        "User": "anna@contoso.com",
        "Password": "not-the-password",
    })
}

async fn serve(mut stream: TcpStream, fate: &Fate, posts: &AtomicUsize) -> Result<()> {
    loop {
        let head = request(&mut stream).await?;
        if head.starts_with("get ") {
            let body = if head.contains("/userrealm/") { r#"{"account_type":"Managed"}"# } else { "{}" };
            stream.write_all(answer("200 OK", "", body).as_bytes()).await?;
            continue;
        }
        posts.fetch_add(1, Ordering::SeqCst);
        match fate {
            Fate::Answered(text) => stream.write_all(text.as_bytes()).await?,
            Fate::Cut(text) => return stream.write_all(text.as_bytes()).await,
            Fate::Reset => return stream.set_zero_linger(),
        }
    }
}

/// Reads one request, and returns its head in small letters.
async fn request(stream: &mut TcpStream) -> Result<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= promised.unwrap_or(0) {
            return Ok(head.to_owned());
        }
    }
}

fn check(provider: &Provider, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-wizard"));
    command.env_clear().arg("check").args(arguments).arg(&provider.file).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let output = ended.recv_timeout(Duration::from_mins(1)).expect("it ends by itself");
    output.expect("its output")
}

fn fates() -> Vec<(Fate, i32)> {
    let plain = |status: &str, headers: &str| Fate::Answered(answer(status, headers, "later"));
    vec![
        (refused(), 6),
        (plain("429 Too Many Requests", "Retry-After: 1\r\n"), 6),
        (plain("503 Service Unavailable", "Retry-After: 1\r\n"), 6),
        (plain("500 Internal Server Error", ""), 6),
        (plain("408 Request Timeout", ""), 6),
        (plain("307 Temporary Redirect", "Location: /contoso.onmicrosoft.com/oauth2/token\r\n"), 6),
        (Fate::Cut(""), 5),
        (Fate::Cut("HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{"), 5),
        (Fate::Reset, 5),
    ]
}

#[test]
fn whatever_comes_of_it_a_password_is_not_repeated() {
    for (fate, exit) in fates() {
        let provider = Provider::open(fate.clone());
        let output = check(&provider, &["--json", "--timeout", "20"]);
        assert_eq!((provider.posts(), output.status.code()), (1, Some(exit)), "{fate:?}: {output:?}");
    }
}

#[test]
fn watching_ends_where_a_password_was_sent_in_vain() {
    for (fate, exit) in fates() {
        let provider = Provider::open(fate.clone());
        let output = check(&provider, &["--watch=5", "--timeout", "20"]);
        assert_eq!((provider.posts(), output.status.code()), (1, Some(exit)), "{fate:?}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("No further try: "), "{fate:?}: {output:?}");
    }
}

#[test]
fn the_wizard_sends_it_again_only_when_a_key_says_so() {
    let provider = Provider::open(refused());
    let mut wizard = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg(&provider.file).spawn(80, 40);
    wizard.wait_for_text("Nothing has been sent yet");
    assert_eq!(provider.posts(), 0);
    wizard.type_keys("t");
    wizard.wait_for_text("refused in this session: 1");
    assert_eq!(provider.posts(), 1);
    // Looking at everything, another size, watching, the steps and back, and Enter pressed by habit.
    for keys in ["\x1b[D", "\x1b[C", "a", "\r", "\r", "1", "\x1b", "6", "\r", "\r"] {
        wizard.type_keys(keys);
    }
    wizard.resize(100, 44);
    wizard.wait_for_text("[Test]");
    wizard.type_keys("\x1b");
    wizard.type_keys("t");
    wizard.wait_for_text("Send a password again that was already refused?");
    assert!(!wizard.screen_text().contains("Watching"));
    assert_eq!(provider.posts(), 1);
    wizard.type_keys("y");
    wizard.wait_for_text("refused in this session: 2");
    assert_eq!(provider.posts(), 2);
    wizard.type_keys("q");
    assert_eq!(wizard.wait_exit(), 0);
    assert_eq!(provider.posts(), 2);
    drop(provider.folder);
}
