//! A program in a pseudo-terminal, and what its terminal shows.
//!
//! Integration tests take it in by path:
//!
//! ```ignore
//! #[path = "support/pty.rs"]
//! mod pty;
//!
//! let mut wizard = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg("appsettings.json").spawn(80, 24);
//! wizard.wait_for_text("ClientId");
//! wizard.type_keys("\x1bq");
//! assert_eq!(wizard.wait_exit(), 0);
//! ```
//!
//! Nothing here sleeps. Every wait blocks until the program wrote or ended, and fails with the screen in its message
//! when [`PATIENCE`] is over; a test that passes never waits that long. The program sees only `PATH`, `TERM`, `LANG`,
//! `HOME` (an empty temporary folder, also its working folder) and what the test adds. When the value is dropped, the
//! program is killed.
#![allow(dead_code, unreachable_pub, reason = "every test file takes in the whole harness and uses a part of it")]
#![expect(clippy::expect_used, clippy::panic, reason = "a harness fails its test by panicking")]
#![expect(clippy::disallowed_methods, reason = "deadlines are measured with the clock")]

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};

/// After this long a wait has failed. Generous, for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A program that slept through this span while it had something to write is blocked.
const SETTLED: Duration = Duration::from_millis(50);

/// Held while a child is between its fork and its exec: it has all open terminals until then, so that none can be made or
/// hung up meanwhile by another thread of the test.
static FORKING: Mutex<()> = Mutex::new(());

/// A proxy that is not there: nothing listens on port 1.
const NOWHERE: &str = "http://127.0.0.1:1";

/// What to start, and with what.
pub struct Program {
    path: OsString,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
}

impl Program {
    /// The program at that path, without arguments.
    pub fn new(path: impl AsRef<OsStr>) -> Self {
        Self { path: path.as_ref().to_owned(), args: Vec::new(), env: Vec::new() }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable, also one of those that are set anyway.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Starts it in a terminal of that size, as the leader of a session of its own (as `sshd` does).
    pub fn spawn(self, columns: u16, rows: u16) -> Terminal {
        let home = tempfile::tempdir().expect("a temporary folder");
        let forking = FORKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(&self.path);
        command.args(&self.args);
        command.env_clear();
        let path = std::env::vars_os().find(|(name, _)| name == "PATH").map(|(_, path)| path).unwrap_or_default();
        command.env("PATH", path);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("HOME", home.path());
        // The wizard asks trusted hosts about a tenant by itself; what does not stay on loopback ends at once.
        command.env("HTTPS_PROXY", NOWHERE);
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.cwd(home.path());
        let modes_before = modes(pair.master.as_ref());
        let mut child = pair.slave.spawn_command(command).expect("the program starts");
        drop(forking);
        // Kept open here, it would hide the end of the program's output.
        drop(pair.slave);
        let shared = Arc::new(Shared { seen: Mutex::new(Seen::new(columns, rows)), changed: Condvar::new() });
        let reader = pair.master.try_clone_reader().expect("the terminal's output");
        let (reading, waiting) = (Arc::clone(&shared), Arc::clone(&shared));
        let reader = std::thread::spawn(move || reading.read(reader));
        let (killer, process) = (child.clone_killer(), child.process_id().expect("a running program"));
        std::thread::spawn(move || {
            let status = child.wait().expect("the program's end");
            waiting.update(|seen| seen.status = Some(status));
        });
        let writer = pair.master.take_writer().expect("the terminal's input");
        let master = Some(pair.master);
        Terminal { shared, master, writer: Some(writer), reader: Some(reader), killer, process, modes_before, home }
    }
}

/// The terminal with the program in it.
pub struct Terminal {
    shared: Arc<Shared>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    reader: Option<std::thread::JoinHandle<()>>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    process: u32,
    modes_before: String,
    home: tempfile::TempDir,
}

impl Terminal {
    /// Types these bytes, as one packet.
    pub fn type_keys(&mut self, keys: impl AsRef<[u8]>) {
        let writer = self.writer.as_mut().expect("the terminal is there");
        writer.write_all(keys.as_ref()).expect("the terminal takes input");
        writer.flush().expect("the terminal takes input");
    }

    /// Pastes the text as a terminal does that brackets pastes.
    pub fn paste(&mut self, text: &str) {
        self.type_keys(format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Waits until the screen fulfils the condition.
    #[track_caller]
    pub fn wait_for(&self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) {
        let fulfilled = self.shared.wait(PATIENCE, |seen| condition(seen.parser.screen()));
        assert!(fulfilled, "waited in vain for {what}; the screen is:\n{}", self.screen_text());
    }

    /// Waits until the screen shows the text, in one row.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) {
        self.wait_for(&format!("the text {text:?}"), |screen| screen.contents().contains(text));
    }

    /// Waits until the bytes that were written since the mark contain these.
    #[track_caller]
    pub fn wait_for_bytes(&self, mark: usize, bytes: &[u8]) {
        let there = |seen: &Seen| seen.raw[mark..].windows(bytes.len()).any(|window| window == bytes);
        assert!(self.shared.wait(PATIENCE, there), "waited in vain for the bytes {}", bytes.escape_ascii());
    }

    /// Waits until something was written since the mark.
    #[track_caller]
    pub fn wait_for_more(&self, mark: usize) {
        let there = self.shared.wait(PATIENCE, |seen| seen.raw.len() > mark);
        assert!(there, "nothing was written; the screen is:\n{}", self.screen_text());
    }

    /// Whether the program writes nothing and lives on for so long. The one wait that takes its whole time when all
    /// is well.
    pub fn is_silent_for(&self, span: Duration) -> bool {
        let mark = self.mark();
        !self.shared.wait(span, |seen| seen.raw.len() != mark || seen.status.is_some())
    }

    /// What the screen shows, row by row, without trailing blanks.
    pub fn screen_text(&self) -> String {
        self.with_screen(vt100::Screen::contents)
    }

    /// Looks at the screen: cells, colours, cursor, modes.
    pub fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.shared.lock().parser.screen())
    }

    /// All bytes that the program wrote.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.lock().raw.clone()
    }

    /// How many bytes the program has written; a point to look back to.
    pub fn mark(&self) -> usize {
        self.shared.lock().raw.len()
    }

    /// The bytes that were written since that mark.
    pub fn bytes_since(&self, mark: usize) -> Vec<u8> {
        self.shared.lock().raw[mark..].to_vec()
    }

    /// Makes the window that large; the program gets SIGWINCH.
    pub fn resize(&self, columns: u16, rows: u16) {
        // The emulator panics when a line wraps in a window of one row, as one may that was drawn for the size before.
        self.shared.update(|seen| seen.parser.screen_mut().set_size(rows.max(2), columns));
        self.master().resize(size(columns, rows)).expect("the terminal takes a size");
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(self.pid(), signal).expect("the program is there");
    }

    /// The program's process, which is also its process group and session.
    pub fn pid(&self) -> rustix::process::Pid {
        let number = i32::try_from(self.process).expect("a process number");
        rustix::process::Pid::from_raw(number).expect("a process number")
    }

    /// Stops reading what the program writes, as a client on a stalled line does.
    pub fn stop_reading(&self) {
        self.shared.update(|seen| seen.reading = Reading::Stopping);
    }

    /// Waits until the program sleeps in a write, because nobody reads and the line is full. It has to write all the
    /// time, after [`Terminal::stop_reading`].
    #[track_caller]
    pub fn wait_until_blocked(&self) {
        let stopped = self.shared.wait(PATIENCE, |seen| seen.reading == Reading::Stopped);
        assert!(stopped, "the reader still waits for output");
        let path = self.master().tty_name().expect("the terminal's name");
        let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let line = rustix::fs::open(path, flags, Mode::empty()).expect("the terminal's other side");
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            // The kernel may still be moving bytes along the line, so the sleep has to last.
            let sleeps = self.sleeps();
            self.shared.wait(SETTLED, |_| false);
            let mut watched = [PollFd::new(&line, PollFlags::OUT)];
            let writable = poll(&mut watched, Some(&Timespec::default())).expect("a poll") > 0;
            if !writable && self.state().starts_with('S') && self.sleeps() == sleeps {
                return;
            }
        }
        panic!("the line never became full");
    }

    /// Stops reading and fills the line from the program's side, so that whatever the program writes next blocks.
    #[track_caller]
    pub fn fill_line(&self) {
        self.stop_reading();
        let line = self.other_side();
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let written = std::iter::repeat_with(|| rustix::io::write(&line, &[b'x'; 256]));
            let written = written.take_while(Result::is_ok).count();
            // The kernel may still be moving bytes along the line, and makes room with that.
            self.shared.wait(SETTLED, |_| false);
            if written == 0 && self.shared.lock().reading == Reading::Stopped {
                return;
            }
        }
        panic!("the line never became full");
    }

    /// Waits until no thread of the program runs, for a while.
    #[track_caller]
    pub fn wait_until_asleep(&self) {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let sleeps = self.sleeps();
            self.shared.wait(SETTLED, |_| false);
            if self.state().starts_with('S') && self.sleeps() == sleeps {
                return;
            }
        }
        panic!("the program never sleeps");
    }

    /// The terminal as the program has it, by a description of its own that never blocks.
    pub fn other_side(&self) -> rustix::fd::OwnedFd {
        let path = self.master().tty_name().expect("the terminal's name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::open(path, flags, Mode::empty()).expect("the terminal's other side")
    }

    /// How long the program has computed so far (`utime` and `stime` of proc(5)); `None` when it is gone.
    pub fn computed(&self) -> Option<Duration> {
        let stat = read(Path::new(&format!("/proc/{}/stat", self.process)));
        // The name in brackets may have blanks; utime and stime are the fields 14 and 15, and a tick is 10 ms.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let [user, system] = [11, 12].map(|field: usize| fields.get(field).and_then(|ticks| ticks.parse::<u64>().ok()));
        Some(Duration::from_millis((user? + system?) * 10))
    }

    /// Reads again.
    pub fn go_on_reading(&self) {
        self.shared.update(|seen| seen.reading = Reading::Going);
    }

    /// Takes the terminal away from under the program, as a dropped connection does.
    pub fn hang_up(&mut self) {
        self.shared.update(|seen| seen.reading = Reading::HungUp);
        // The reader sleeps in a read and holds the terminal open; a byte from the other side wakes it.
        if let Some(path) = self.master().tty_name() {
            let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
            if let Ok(other_side) = rustix::fs::open(path, flags, Mode::empty()) {
                let _ = rustix::io::write(&other_side, b"\0");
            }
        }
        drop(self.reader.take().map(std::thread::JoinHandle::join));
        let _forking = FORKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(self.writer.take());
        drop(self.master.take());
    }

    /// Waits until the program has ended and all that it wrote was read; returns its exit code. A program that was
    /// killed by a signal has none, and that fails.
    #[track_caller]
    pub fn wait_exit(&self) -> u32 {
        let status = self.wait_end(PATIENCE);
        assert_eq!(status.signal(), None, "the program was killed");
        status.exit_code()
    }

    /// Waits for the program's end at most that long.
    #[track_caller]
    pub fn wait_end(&self, patience: Duration) -> ExitStatus {
        let ended =
            self.shared.wait(patience, |seen| seen.status.is_some() && (seen.at_end || seen.reading != Reading::Going));
        assert!(ended, "the program did not end; the screen is:\n{}", self.screen_text());
        self.shared.lock().status.clone().expect("the status of a program that ended")
    }

    /// Waits until the kernel shows the process in that state (`T` is stopped, see proc(5)).
    #[track_caller]
    pub fn wait_for_state(&self, state: char) {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.state().starts_with(state) {
                return;
            }
            std::thread::yield_now();
        }
        panic!("the program never came to the state {state}");
    }

    /// The state of the program's main thread, as proc(5) has it.
    fn state(&self) -> String {
        let status = read(Path::new(&format!("/proc/{}/status", self.process)));
        status.lines().find_map(|line| line.strip_prefix("State:\t")).unwrap_or_default().to_owned()
    }

    /// How often the threads of the program went to sleep so far (`voluntary_ctxt_switches` of proc(5), summed).
    pub fn sleeps(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process)).expect("the program's threads");
        tasks
            .map(|task| read(&task.expect("a thread").path().join("status")))
            .filter_map(|status| {
                let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
                line.and_then(|count| count.trim().parse::<u64>().ok())
            })
            .sum()
    }

    /// The terminal's modes before the program began, as text to compare.
    pub fn modes_before(&self) -> &str {
        &self.modes_before
    }

    /// The terminal's modes now.
    pub fn modes(&self) -> String {
        modes(self.master())
    }

    /// The program's home and working folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Asserts that the terminal is as it was: modes, main screen, cursor, no bracketed paste.
    #[track_caller]
    pub fn assert_given_back(&self) {
        assert_eq!(self.modes(), self.modes_before());
        let (alternate, hidden, bracketed) =
            self.with_screen(|screen| (screen.alternate_screen(), screen.hide_cursor(), screen.bracketed_paste()));
        assert!(!alternate, "the alternate screen was left");
        assert!(!hidden, "the cursor is shown");
        assert!(!bracketed, "bracketed paste is off");
    }

    fn master(&self) -> &dyn MasterPty {
        self.master.as_deref().expect("the terminal is there")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.killer.kill());
        self.shared.update(|seen| seen.reading = Reading::Going);
    }
}

/// What the two threads and the test share.
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// What was seen of the program.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    status: Option<ExitStatus>,
    at_end: bool,
    reading: Reading,
}

/// What the reader does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// It reads what there is.
    Going,
    /// It is to read no more, and may be in a read.
    Stopping,
    /// It reads no more.
    Stopped,
    /// It is to let go of the terminal.
    HungUp,
}

impl Seen {
    fn new(columns: u16, rows: u16) -> Self {
        // A terminal that does not know its size is drawn on as if it had the usual one.
        let (rows, columns) = if rows == 0 || columns == 0 { (24, 80) } else { (rows, columns) };
        let parser = vt100::Parser::new(rows, columns, 0);
        Self { parser, raw: Vec::new(), status: None, at_end: false, reading: Reading::Going }
    }
}

impl Shared {
    /// A test that failed while it held the lock must not hide its own message behind a poisoned one.
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn update(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn wait(&self, patience: Duration, condition: impl Fn(&Seen) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), patience, |seen| !condition(seen));
        let (seen, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        condition(&seen)
    }

    fn read(&self, mut reader: Box<dyn Read + Send>) {
        let mut chunk = [0; 8192];
        loop {
            self.update(|seen| {
                if seen.reading == Reading::Stopping {
                    seen.reading = Reading::Stopped;
                }
            });
            let stopped = |seen: &mut Seen| seen.reading == Reading::Stopped;
            let waited = self.changed.wait_while(self.lock(), stopped);
            if waited.unwrap_or_else(std::sync::PoisonError::into_inner).reading == Reading::HungUp {
                return;
            }
            match reader.read(&mut chunk) {
                // Linux says EIO when the last program has closed the terminal.
                Ok(0) | Err(_) => return self.update(|seen| seen.at_end = true),
                Ok(length) => self.update(|seen| {
                    seen.raw.extend_from_slice(&chunk[..length]);
                    seen.parser.process(&chunk[..length]);
                }),
            }
        }
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// On Linux the master side answers for the slave's modes.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("the terminal's modes"))
}

fn read(path: &Path) -> String {
    let mut text = String::new();
    // A thread may end between the listing and the reading.
    if let Ok(mut file) = std::fs::File::open(path) {
        drop(file.read_to_string(&mut text));
    }
    text
}
