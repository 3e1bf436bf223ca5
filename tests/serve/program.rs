//! The real program, serving, and a client that says exactly what the test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// After this long a wait has failed. Generous, for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The program, killed when this is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) port: u16,
    errors: Receiver<String>,
    told: String,
    pub(crate) folder: tempfile::TempDir,
}

impl Served {
    /// Starts it with these settings on any free port.
    pub(crate) fn start(settings: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("appsettings.json"), settings).expect("a file");
        Self::start_in(folder, arguments)
    }

    pub(crate) fn start_in(folder: tempfile::TempDir, arguments: &[&str]) -> Self {
        let mut child = command(&folder.path().join("appsettings.json"), arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let (sender, errors) = channel();
        let stderr = BufReader::new(child.stderr.take().expect("its errors"));
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut url).expect("a line");
        let port = url.strip_prefix("http://localhost:").and_then(|rest| rest.split('/').next()?.parse().ok());
        let Some(port) = port else { panic!("{url:?}: {:?}", errors.iter().collect::<Vec<_>>()) };
        Self { child, port, errors, told: String::new(), folder }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("appsettings.json")
    }

    pub(crate) fn write(&self, settings: &str) {
        std::fs::write(self.file(), settings).expect("the file");
    }

    pub(crate) fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// All that it has told by the time that this text is in it.
    pub(crate) fn told(&mut self, text: &str) -> &str {
        while !self.told.contains(text) {
            let line = self.errors.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("{text:?} was not told: {}", self.told));
            self.told.push_str(&line);
            self.told.push('\n');
        }
        &self.told
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(Instant::now() < end, "it goes on");
            std::thread::yield_now();
        }
    }

    /// `GET` of the token, or of another path, as a browser asks.
    pub(crate) fn get(&self, path: &str) -> Heard {
        self.say(&format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\n", self.port))
    }

    /// Sends the lines of a head, which is completed, and hears the answer.
    pub(crate) fn say(&self, head: &str) -> Heard {
        hear(begin(("127.0.0.1", self.port), head))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The program with its arguments, not yet started.
pub(crate) fn command(file: &Path, arguments: &[&str]) -> Command {
    let mut command = crate::signals::program();
    command.env_clear().env("PATH", "/usr/bin:/bin").args(["serve", "--port", "0"]).args(arguments).arg(file);
    command
}

/// Connects and sends a request, of which the connection is the last line.
pub(crate) fn begin(place: impl ToSocketAddrs, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(place).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).expect("it listens");
    stream
}

/// Reads the answer to its end.
pub(crate) fn hear(mut stream: TcpStream) -> Heard {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Heard { status, head: head.to_lowercase(), body: body.to_owned() }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Heard {
    /// A header, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}
