//! Reads a paste from the terminal: unseen, and longer than the 4095 bytes that a line may have.
//!
//! The terminal is taken out of line mode and its echo is off, since what is pasted is a secret. Every way out gives it
//! back as it was: the end of the paste, Ctrl-C, Ctrl-Z, a panic, the signals that end a program. A thread waits for
//! these and ends the program itself, also later: what was read is printed afterwards, and that can sleep in a write.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::{stderr, stdin};
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use zeroize::Zeroizing;

use super::Signal;
use super::guard::{ignored_signals, silence};
use super::session::{PANICKED, obituary};
use crate::domain::pasted::{LONGEST, text_of};

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const CTRL_Z: u8 = 26;

/// What a terminal sends around a paste, if it is asked to.
const PASTE_MODE: (&[u8], &[u8]) = (b"\x1b[?2004h", b"\x1b[?2004l");
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// A paste without marks has ended when nothing came for so long.
const SILENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 300_000_000 };

/// For how long a mode of the terminal may wait for a stalled line.
const URGENCY: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// Ctrl-C, or the terminal is gone.
    #[error("the reading was ended")]
    Stopped(Signal),
    /// The paste is longer than [`LONGEST`].
    #[error("the paste is too long")]
    TooLong,
    /// The system refused something.
    #[error("the terminal cannot be read")]
    System(#[from] io::Error),
}

/// Reads from standard input until the text is complete, or to Ctrl-D. To be called once in a process: SIGTERM, SIGHUP
/// and SIGINT end the program from then on, unless they were ignored when it started.
///
/// # Errors
/// See [`Unread`].
pub fn read(is_complete: impl Fn(&str) -> bool) -> Result<Zeroizing<String>, Unread> {
    let before = tcgetattr(stdin()).map_err(io::Error::from)?;
    let terminal = Arc::new(Terminal { before, is_taken: Mutex::new(false) });
    guard(Arc::clone(&terminal))?;
    restore_on_panic(Arc::clone(&terminal));
    let _taken = Taken::begin(&terminal)?;
    // Its full size from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut chunk = Zeroizing::new([0_u8; 4096]);
    let mut waits_for_end = false;
    loop {
        let mut watched = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
        match poll(&mut watched, waits_for_end.then_some(&SILENCE)) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(Unread::System(error.into())),
            Ok(0) => return Ok(finished(&bytes)),
            Ok(_) => {}
        }
        let count = match rustix::io::read(stdin(), chunk.as_mut_slice()) {
            // AGAIN: the terminal's description was made non-blocking by whoever started us.
            Err(Errno::INTR | Errno::AGAIN) => continue,
            // Out of line mode only a terminal that is gone has an end.
            Err(_) | Ok(0) => return Err(Unread::Stopped(Signal::HangUp)),
            Ok(count) => count,
        };
        let new = chunk.get(..count).unwrap_or_default();
        if new.contains(&CTRL_C) {
            return Err(Unread::Stopped(Signal::Interrupt));
        }
        if bytes.len() + count > LONGEST {
            return Err(Unread::TooLong);
        }
        bytes.extend(new.iter().copied().take_while(|byte| *byte != CTRL_D).filter(|byte| *byte != CTRL_Z));
        if new.contains(&CTRL_D) {
            return Ok(finished(&bytes));
        }
        let is_open = last_of(&bytes, PASTE_BEGINS) > last_of(&bytes, PASTE_ENDS);
        if new.contains(&CTRL_Z) && !is_open {
            terminal.suspend()?;
        }
        let is_whole = is_complete(&finished(&bytes));
        if is_whole && !is_open && last_of(&bytes, PASTE_ENDS).is_some() {
            return Ok(finished(&bytes));
        }
        waits_for_end = is_whole && !is_open;
    }
}

fn last_of(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).rposition(|window| window == part)
}

/// The text; the marks of the paste are control sequences, which cleaning takes out.
fn finished(bytes: &[u8]) -> Zeroizing<String> {
    text_of(bytes)
}

/// The terminal behind standard input, and how it was. Shared with the guard thread and the panic hook.
struct Terminal {
    before: Termios,
    /// Held while the modes change, so that no thread takes what another one has just given back.
    is_taken: Mutex<bool>,
}

impl Terminal {
    fn take(&self) -> io::Result<()> {
        let mut is_taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        *is_taken = true;
        self.set_modes()
    }

    /// Takes it again if it is to be ours.
    fn take_again(&self) {
        if *self.is_taken.lock().unwrap_or_else(PoisonError::into_inner) {
            let _gone = self.set_modes();
        }
    }

    fn set_modes(&self) -> io::Result<()> {
        let mut modes = self.before.clone();
        modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
        tcsetattr(stdin(), OptionalActions::Now, &modes)?;
        ask(PASTE_MODE.0);
        Ok(())
    }

    /// Gives it back; it may be gone.
    fn give_back(&self) {
        let mut is_taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *is_taken) {
            // The rest of a paste must not reach the shell. The modes come first: they need no room on the line.
            let _gone = tcflush(stdin(), QueueSelector::IFlush);
            let _gone = tcsetattr(stdin(), OptionalActions::Now, &self.before);
            ask(PASTE_MODE.1);
        }
    }

    /// Gives it back until the shell continues this program. Where the kernel discards the signal (an orphaned process
    /// group) the program simply goes on.
    fn suspend(&self) -> io::Result<()> {
        self.give_back();
        drop(signal_hook::low_level::raise(SIGTSTP));
        self.take()
    }
}

/// Gives the terminal back when it is dropped.
struct Taken<'a>(&'a Terminal);

impl<'a> Taken<'a> {
    fn begin(terminal: &'a Terminal) -> io::Result<Self> {
        let taken = Self(terminal);
        terminal.take()?;
        Ok(taken)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

/// On standard error, so that a redirected standard output stays clean; past its lock, which may be held by a thread
/// that sleeps in a write, and only if the line takes it.
fn ask(sequence: &[u8]) {
    let error = stderr();
    let mut watched = [PollFd::from_borrowed_fd(error, PollFlags::OUT)];
    let is_ready = isatty(error) && poll(&mut watched, Some(&URGENCY)).is_ok_and(|ready| ready > 0);
    if is_ready && watched.iter().all(|watched| watched.revents().contains(PollFlags::OUT)) {
        let _unread = rustix::io::write(error, sequence);
    }
}

/// Catches the signals and starts the thread that waits for them.
fn guard(terminal: Arc<Terminal>) -> io::Result<()> {
    let ignored = ignored_signals();
    let mut bells = Vec::new();
    for (number, signal) in [
        (SIGTERM, Some(Signal::Terminate)),
        (SIGHUP, Some(Signal::HangUp)),
        (SIGINT, Some(Signal::Interrupt)),
        (SIGCONT, None),
    ] {
        if signal.is_some() && ignored & (1 << (number - 1)) != 0 {
            continue;
        }
        let (bell, hammer) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(number, hammer)?;
        bells.push((bell, signal));
    }
    std::thread::Builder::new().name("guard".to_owned()).spawn(move || watch(&terminal, &bells))?;
    Ok(())
}

fn watch(terminal: &Terminal, bells: &[(UnixStream, Option<Signal>)]) {
    loop {
        let mut watched: Vec<_> = bells.iter().map(|(bell, _)| PollFd::new(bell, PollFlags::IN)).collect();
        if poll(&mut watched, None).is_err() {
            continue;
        }
        let rung: Vec<bool> = watched.iter().map(|bell| bell.revents().contains(PollFlags::IN)).collect();
        for ((bell, signal), _) in bells.iter().zip(rung).filter(|(_, rung)| *rung) {
            silence(bell);
            if let Some(signal) = signal {
                terminal.give_back();
                #[expect(clippy::disallowed_methods, reason = "the main thread waits for bytes or sleeps in a write")]
                std::process::exit(i32::from(signal.exit_code()));
            }
            // Whoever stopped and continued the program may have given the terminal other modes meanwhile.
            terminal.take_again();
        }
    }
}

/// A panic in any thread gives the terminal back, says what it was, and ends the program without a core dump.
fn restore_on_panic(terminal: Arc<Terminal>) {
    std::panic::set_hook(Box::new(move |panic| {
        terminal.give_back();
        drop(writeln!(io::stderr(), "{}", obituary(panic)));
        #[expect(clippy::disallowed_methods, reason = "an abort would dump core, and unwinding is off in releases")]
        std::process::exit(PANICKED);
    }));
}
