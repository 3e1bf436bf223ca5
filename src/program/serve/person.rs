//! What the person does while it serves: signals end it, Enter lets it ask again.
//!
//! Nothing here ticks: signals and keys are waited for as bytes that come.

use std::io::{self, IsTerminal};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Bell;
use std::sync::{Arc, OnceLock};

use rustix::fs::{Mode, OFlags};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::UnixStream;
use tokio::sync::mpsc::UnboundedSender;

use crate::cli::exit;
use crate::runtime::{Signal, ignored_signals};
use crate::serve::Command;

const CAUGHT: [(i32, Signal); 3] =
    [(SIGTERM, Signal::Terminate), (SIGHUP, Signal::HangUp), (SIGINT, Signal::Interrupt)];

/// What is known of the person.
pub(super) struct Person {
    signal: Arc<OnceLock<Signal>>,
    has_keys: bool,
}

impl Person {
    /// Whether Enter is heard.
    pub(super) const fn has_keys(&self) -> bool {
        self.has_keys
    }

    /// The exit code after the signal that came.
    pub(super) fn exit_code(&self) -> u8 {
        self.signal.get().map_or(exit::OK, |signal| signal.exit_code())
    }
}

/// Listens from now on. A signal that was ignored when the program started (`nohup`, `&` in a script) stays ignored.
///
/// # Errors
/// When the system gives no handler.
pub(super) fn listen(commands: UnboundedSender<Command>) -> io::Result<Person> {
    let ignored = ignored_signals();
    let signal = Arc::new(OnceLock::new());
    for (number, meaning) in CAUGHT {
        if ignored & (1 << (number - 1)) != 0 {
            continue;
        }
        let (bell, hammer) = Bell::pair()?;
        bell.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(number, hammer)?;
        let bell = UnixStream::from_std(bell)?;
        let (commands, signal) = (commands.clone(), Arc::clone(&signal));
        tokio::spawn(async move {
            if bell.readable().await.is_ok() {
                // The first one decides.
                let _later = signal.set(meaning);
                let _ended_already = commands.send(Command::Stop);
            }
        });
    }
    let terminal = terminal();
    let has_keys = terminal.is_some();
    // Kept even without keys: a closed channel would mean that nobody can end the server.
    tokio::spawn(async move {
        if let Some(terminal) = terminal {
            keys(&terminal, &commands).await;
        }
        commands.closed().await;
    });
    Ok(Person { signal, has_keys })
}

/// The terminal, opened once more: the flag that forbids blocking would else be the shell's too.
fn terminal() -> Option<AsyncFd<OwnedFd>> {
    let input = io::stdin();
    // Only of the controlling terminal the foreground group can be asked.
    if !input.is_terminal() || rustix::termios::tcgetpgrp(&input).is_err() {
        return None;
    }
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let terminal = rustix::fs::open("/dev/tty", flags, Mode::empty()).ok()?;
    #[expect(
        deprecated,
        reason = "an OwnedFd keeps its descriptor; the new function is for us no different, but unsafe"
    )]
    AsyncFd::with_interest(terminal, Interest::READABLE).ok()
}

/// Hears Enter until the terminal is gone.
async fn keys(terminal: &AsyncFd<OwnedFd>, commands: &UnboundedSender<Command>) {
    let mut line = [0; 1024];
    while let Ok(mut ready) = terminal.readable().await {
        // In the background the line is somebody else's, and reading it would stop this program (SIGTTIN).
        match is_foreground(terminal) {
            Ok(true) => {}
            Ok(false) => {
                ready.clear_ready();
                continue;
            }
            // It is gone, and would be ready for ever.
            Err(_) => return,
        }
        match rustix::io::read(terminal.get_ref(), &mut line) {
            Ok(0) => return,
            Ok(_) => {
                let _ended_already = commands.send(Command::AskAgain);
            }
            Err(rustix::io::Errno::AGAIN) => ready.clear_ready(),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

fn is_foreground(terminal: &AsyncFd<OwnedFd>) -> rustix::io::Result<bool> {
    Ok(rustix::termios::tcgetpgrp(terminal.get_ref())? == rustix::process::getpgrp())
}
