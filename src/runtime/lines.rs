//! Lines in and out, for what needs no screen: read from a terminal or a pipe, hidden while they are secrets.
//!
//! The terminal stays as it is, but for the echo of secrets; that is given back on every way out. One thread reads, and
//! one waits for signals: it ends the program itself when the loop sleeps in a write.

use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeroize::Zeroizing;

use super::Signal;
use super::guard::{GRACE, ignored_signals, silence};
use super::screen::LastAct;
use super::session::{PANICKED, obituary};
use crate::domain::secret::Secret;

/// No line is longer, in bytes; a terminal passes 4095 at most (`MAX_CANON`).
const LONGEST: usize = 64 * 1024;

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// It, without its line end; may be a secret.
    Text(Secret),
    /// It is not UTF-8, or longer than 64 KiB.
    Unusable,
    /// There are no more.
    End,
}

/// Something that the system said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The program has to end; [`Signal::Interrupt`] may also mean less than that.
    Stop(Signal),
    /// The process was stopped and goes on.
    Resumed,
}

/// What was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A line.
    Line(Line),
    /// The system.
    Call(Call),
}

/// Standard input and output as lines. Dropping it gives the terminal its echo back.
pub struct Lines {
    read: UnboundedReceiver<Line>,
    calls: UnboundedReceiver<Call>,
    shared: Arc<Shared>,
}

/// What the threads share.
struct Shared {
    /// The terminal that is read and how it was; `None` for pipes and files.
    terminal: Option<(OwnedFd, Termios)>,
    is_hidden: AtomicBool,
    /// Whether the loop has taken in what was called last.
    is_heeded: AtomicBool,
    last_act: Mutex<Option<LastAct>>,
}

impl Lines {
    /// Begins to read and to wait for signals. To be called once in a process.
    ///
    /// # Errors
    /// When the system refuses threads, signals or the modes of the terminal.
    pub fn open() -> io::Result<Self> {
        let terminal = if isatty(stdin()) {
            let input = rustix::io::fcntl_dupfd_cloexec(stdin(), 0)?;
            let modes = tcgetattr(&input)?;
            Some((input, modes))
        } else {
            None
        };
        let (is_hidden, is_heeded) = (AtomicBool::new(false), AtomicBool::new(true));
        let shared = Arc::new(Shared { terminal, is_hidden, is_heeded, last_act: Mutex::default() });
        let (line_sender, read) = unbounded_channel();
        let (call_sender, calls) = unbounded_channel();
        guard(Arc::clone(&shared), call_sender.clone())?;
        restore_on_panic(Arc::clone(&shared));
        let reading = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("lines".to_owned())
            .spawn(move || read_all(&reading, &line_sender, &call_sender))?;
        Ok(Self { read, calls, shared })
    }

    /// Whether somebody types them.
    pub fn is_terminal(&self) -> bool {
        self.shared.terminal.is_some()
    }

    /// Waits for the next line, or word of the system before it. After [`Line::End`] only the system speaks.
    pub async fn next(&mut self) -> Heard {
        tokio::select! {
            biased;
            call = heed(&mut self.calls, &self.shared) => Heard::Call(call),
            // A reader that has stopped without an end has made a call instead.
            Some(line) = self.read.recv() => Heard::Line(line),
        }
    }

    /// Waits for the next word of the system.
    pub async fn call(&mut self) -> Call {
        heed(&mut self.calls, &self.shared).await
    }

    /// Stops or begins again to show what is typed; the end of a line is always shown. A terminal that refuses goes
    /// on showing.
    ///
    /// # Errors
    /// The terminal's, when it refuses.
    pub fn hide(&self, is_hidden: bool) -> io::Result<()> {
        self.shared.is_hidden.store(is_hidden, Ordering::Release);
        self.shared.apply()
    }

    /// Writes text to standard output, all of it and now.
    ///
    /// # Errors
    /// The system's, when nobody reads it any more.
    pub fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Sets what is done, at most once, when the program has to end while the loop cannot.
    pub fn on_sudden_end(&self, act: impl FnOnce() + Send + 'static) {
        if let Ok(mut last_act) = self.shared.last_act.lock() {
            *last_act = Some(Box::new(act));
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.shared.show();
    }
}

impl Shared {
    /// Gives the terminal the modes that are wanted now.
    fn apply(&self) -> io::Result<()> {
        let Some((terminal, original)) = &self.terminal else { return Ok(()) };
        let mut modes = original.clone();
        if self.is_hidden.load(Ordering::Acquire) {
            modes.local_modes.remove(LocalModes::ECHO);
            modes.local_modes.insert(LocalModes::ECHONL);
            // Stopped or killed here, it would leave the terminal dumb: these keys wait until the line is over. Zero
            // disables a key (_POSIX_VDISABLE).
            modes.special_codes[SpecialCodeIndex::VSUSP] = 0;
            modes.special_codes[SpecialCodeIndex::VQUIT] = 0;
        }
        Ok(tcsetattr(terminal, OptionalActions::Now, &modes)?)
    }

    /// Gives the echo back; the terminal may be gone.
    fn show(&self) {
        if self.is_hidden.swap(false, Ordering::AcqRel) {
            let _gone = self.apply();
        }
    }

    fn is_hung_up(&self) -> bool {
        let Some((terminal, _)) = &self.terminal else { return false };
        let mut watched = [PollFd::new(terminal, PollFlags::empty())];
        let seen = poll(&mut watched, Some(&Timespec::default()));
        let [watched] = watched;
        seen.is_ok() && watched.revents().intersects(PollFlags::HUP | PollFlags::ERR)
    }

    fn perform_last_act(&self) {
        let act = self.last_act.try_lock().ok().and_then(|mut act| act.take());
        if let Some(act) = act {
            act();
        }
    }
}

async fn heed(calls: &mut UnboundedReceiver<Call>, shared: &Shared) -> Call {
    // The guard thread never ends before the process, so there is always a sender.
    let call = calls.recv().await.unwrap_or(Call::Stop(Signal::HangUp));
    shared.is_heeded.store(true, Ordering::Release);
    call
}

/// Reads lines until there are no more or nobody wants them.
fn read_all(shared: &Shared, lines: &UnboundedSender<Line>, calls: &UnboundedSender<Call>) {
    let mut splitter = Splitter::default();
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        match rustix::io::read(stdin(), chunk.as_mut_slice()) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                // Whoever started us made the description non-blocking.
                let _interrupted = poll(&mut [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)], None);
            }
            Ok(count @ 1..) => {
                for line in splitter.take(chunk.get(..count).unwrap_or_default()) {
                    if lines.send(line).is_err() {
                        return;
                    }
                }
            }
            Ok(0) | Err(_) => {
                if shared.is_hung_up() {
                    let _unheard = calls.send(Call::Stop(Signal::HangUp));
                    return;
                }
                for line in splitter.end() {
                    drop(lines.send(line));
                }
                return;
            }
        }
    }
}

/// Cuts bytes into lines.
#[derive(Default)]
struct Splitter {
    begun: Zeroizing<Vec<u8>>,
    is_too_long: bool,
}

impl Splitter {
    fn take(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            self.append(piece);
            if pieces.peek().is_some() {
                lines.push(self.line());
            }
        }
        lines
    }

    /// Grows in steps that are wiped: a vector that moves by itself leaves its old bytes behind.
    fn append(&mut self, piece: &[u8]) {
        let length = self.begun.len() + piece.len();
        self.is_too_long |= length > LONGEST;
        if self.is_too_long {
            self.begun.clear();
            return;
        }
        if length > self.begun.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity((2 * length).max(256)));
            larger.extend_from_slice(&self.begun);
            self.begun = larger;
        }
        self.begun.extend_from_slice(piece);
    }

    fn line(&mut self) -> Line {
        let bytes = std::mem::take(&mut self.begun);
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(&bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) if !is_too_long => Line::Text(Secret::new(text)),
            _ => Line::Unusable,
        }
    }

    /// A last line need not have an end.
    fn end(&mut self) -> Vec<Line> {
        let is_begun = !self.begun.is_empty() || self.is_too_long;
        is_begun.then(|| self.line()).into_iter().chain([Line::End]).collect()
    }
}

/// Catches the signals and starts the thread that waits for them. One that was ignored (`nohup`) stays ignored.
fn guard(shared: Arc<Shared>, calls: UnboundedSender<Call>) -> io::Result<()> {
    let ignored = ignored_signals();
    let mut sources = Vec::new();
    for (number, call) in [
        (SIGTERM, Call::Stop(Signal::Terminate)),
        (SIGHUP, Call::Stop(Signal::HangUp)),
        (SIGINT, Call::Stop(Signal::Interrupt)),
        (SIGCONT, Call::Resumed),
    ] {
        if ignored & (1 << (number - 1)) != 0 {
            continue;
        }
        let (bell, hammer) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(number, hammer)?;
        sources.push((bell, call));
    }
    std::thread::Builder::new().name("guard".to_owned()).spawn(move || watch(&shared, &sources, &calls))?;
    Ok(())
}

fn watch(shared: &Shared, sources: &[(UnixStream, Call)], calls: &UnboundedSender<Call>) {
    let grace = Timespec::try_from(GRACE).unwrap_or_default();
    let mut stopping: Option<Signal> = None;
    loop {
        let mut watched: Vec<_> = sources.iter().map(|(bell, _)| PollFd::new(bell, PollFlags::IN)).collect();
        if let (Some((terminal, _)), None) = (&shared.terminal, stopping) {
            // No event is asked for: a hang-up is always told.
            watched.push(PollFd::from_borrowed_fd(terminal.as_fd(), PollFlags::empty()));
        }
        let Ok(count) = poll(&mut watched, stopping.map(|_| &grace)) else { continue };
        if count == 0 {
            // An interrupt may have been taken for less than the end; everything else has to have ended the loop.
            match stopping {
                Some(Signal::Interrupt) if shared.is_heeded.load(Ordering::Acquire) => stopping = None,
                Some(signal) => end(shared, signal),
                None => {}
            }
            continue;
        }
        let hung_up = watched.iter().any(|source| source.revents().intersects(PollFlags::HUP | PollFlags::ERR));
        let rung: Vec<bool> = watched.iter().map(|source| source.revents().contains(PollFlags::IN)).collect();
        let mut came: Vec<Call> = Vec::new();
        for ((bell, call), _) in sources.iter().zip(rung).filter(|(_, rung)| *rung) {
            silence(bell);
            came.push(*call);
        }
        if hung_up {
            came.push(Call::Stop(Signal::HangUp));
        }
        for call in came {
            match call {
                Call::Stop(Signal::Interrupt) if stopping.is_some() => {}
                Call::Stop(signal) => stopping = Some(signal),
                // The shell may have given the terminal other modes meanwhile.
                Call::Resumed => drop(shared.apply()),
            }
            shared.is_heeded.store(false, Ordering::Release);
            if let (Err(_), Call::Stop(signal)) = (calls.send(call), call) {
                end(shared, signal);
            }
        }
    }
}

/// Ends the program in the place of the loop.
fn end(shared: &Shared, signal: Signal) {
    shared.show();
    shared.perform_last_act();
    #[expect(clippy::disallowed_methods, reason = "the main thread sleeps in a write and cannot return")]
    std::process::exit(i32::from(signal.exit_code()));
}

/// A panic in any thread gives the echo back, says what it was, and ends the program without a core dump.
fn restore_on_panic(shared: Arc<Shared>) {
    std::panic::set_hook(Box::new(move |panic| {
        shared.show();
        shared.perform_last_act();
        drop(writeln!(io::stderr(), "{}", obituary(panic)));
        #[expect(clippy::disallowed_methods, reason = "an abort would dump core, and unwinding is off in releases")]
        std::process::exit(PANICKED);
    }));
}

#[cfg(test)]
mod tests;
