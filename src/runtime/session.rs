//! One stay in the terminal: screen, input and guard together.

use std::io::{self, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use std::sync::Arc;

use ratatui::layout::{Position, Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Resource, Rlimit};
use rustix::stdio::{stdin, stdout};
use rustix::termios::isatty;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::LocalSet;

use super::screen::{Screen, Shown, Tty};
use super::{Console, Ended, Input, Machine, Multiplexer, Signal, clipboard, guard, input};
use crate::app::effect::World;
use crate::domain::secret::Secret;

/// The exit code of a panic, as Rust has it.
pub(super) const PANICKED: i32 = 101;

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither standard input or output nor `/dev/tty` is a terminal.
    #[error("there is no terminal")]
    NoTerminal,
    /// The system refused something.
    #[error("the terminal cannot be used")]
    System(#[from] io::Error),
}

/// The terminal while it is ours; it is given back when this is dropped, on a panic, and on a signal.
pub struct Session {
    // Dropped before `tty`: what it still writes after `finish` goes nowhere.
    terminal: Terminal<Screen>,
    input: UnboundedReceiver<Input>,
    tty: Arc<Tty>,
    multiplexer: Multiplexer,
    /// Where marked cells lead to.
    link: Shown,
    takes_links: bool,
}

/// Takes the terminal: raw mode, alternate screen, bracketed paste, signals, panic hook.
///
/// Standard input and output are used where they are terminals, `/dev/tty` in the place of one that is not. Nothing is
/// asked over the wire. To be called once in a process: the reader thread keeps reading the terminal, and SIGTERM,
/// SIGHUP and SIGINT stay with the guard thread, which after the session ends the process at once.
///
/// # Errors
/// [`OpenError::NoTerminal`] when there is none; [`OpenError::System`] when the system refuses modes or threads, and
/// the terminal is then as before.
pub fn open(multiplexer: Multiplexer) -> Result<Session, OpenError> {
    let input_side = terminal_of(stdin())?;
    let tty = Arc::new(Tty::new(terminal_of(stdout())?)?);
    let (sender, input) = unbounded_channel();
    guard::start(Arc::clone(&tty), sender.clone())?;
    restore_on_panic(Arc::clone(&tty));
    // Otherwise crossterm turns every colour into a full reset under NO_COLOR; the theme does that better.
    crossterm::style::force_color_output(true);
    let area = Rect::from((Position::ORIGIN, tty.size()));
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    let link = Shown::default();
    let terminal = Terminal::with_options(Screen::new(Arc::clone(&tty), Rc::clone(&link)), options)?;
    let session = Session { terminal, input, tty, multiplexer, link, takes_links: false };
    session.tty.enter()?;
    let reader = move || input::read(&input_side, &sender);
    std::thread::Builder::new().name("input".to_owned()).spawn(reader)?;
    Ok(session)
}

impl Session {
    /// Sends the addresses that the machine marks as links (OSC 8), if the terminal takes any.
    #[must_use]
    pub fn with_links(mut self, takes_links: bool) -> Self {
        self.takes_links = takes_links;
        self
    }

    /// Columns and rows of the terminal now.
    pub fn size(&self) -> Size {
        self.tty.size()
    }

    /// Sets what is done, at most once, when the program has to end while the loop cannot leave by itself: the line
    /// is stalled, or something panicked. It runs on another thread or within the panic, after the terminal was given
    /// back, and has to be done in the blink of an eye.
    pub fn on_sudden_end(&self, act: impl FnOnce() + Send + 'static) {
        self.tty.set_last_act(Box::new(act));
    }

    /// Drives the machine until it ends; works on any tokio runtime with timers, also a current-thread one.
    ///
    /// One machine after the other may be driven.
    ///
    /// # Errors
    /// The terminal's, when it can be written no more and yet is not gone.
    ///
    /// # Panics
    /// When a test run panicked.
    pub async fn run<W: World, M: Machine + ?Sized>(&mut self, machine: &mut M, world: Rc<W>) -> io::Result<Ended> {
        let area = Rect::from((Position::ORIGIN, self.tty.size()));
        if self.terminal.get_frame().area() != area {
            // The window changed its size as the machine before this one ended.
            self.terminal.resize(area)?;
        }
        let link = self.takes_links.then(|| Rc::clone(&self.link));
        let mut console = Controls(Arc::clone(&self.tty), self.multiplexer, link);
        let driven = super::run(machine, &mut self.terminal, &mut self.input, world, &mut console);
        let ended = LocalSet::new().run_until(driven).await;
        match ended {
            Err(_) if self.tty.is_gone() => Ok(Ended::Signal(Signal::HangUp)),
            other => other,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.tty.finish();
    }
}

/// Job control.
struct Controls(Arc<Tty>, Multiplexer, Option<Shown>);

impl Console for Controls {
    fn suspend(&mut self) -> Size {
        self.0.leave();
        // To this thread, so that the process has stopped before the call returns. Where the kernel discards the
        // signal the program simply goes on.
        drop(signal_hook::low_level::raise(signal_hook::consts::SIGTSTP));
        self.resume()
    }

    fn resume(&mut self) -> Size {
        // If the terminal is gone, the reader and the guard say so.
        drop(self.0.enter());
        self.0.size()
    }

    fn ring(&mut self) {
        drop(self.0.write(b"\x07"));
    }

    fn link(&mut self, address: Option<String>) {
        if let Some(shown) = &self.2 {
            *shown.borrow_mut() = address;
        }
    }

    fn copy(&mut self, text: &Secret) {
        // If the terminal is gone, the reader and the guard say so.
        drop(self.0.write(&clipboard::sequences(text.expose(), self.1)));
    }
}

/// The terminal behind a standard stream, or else `/dev/tty`.
fn terminal_of(stream: BorrowedFd<'_>) -> Result<OwnedFd, OpenError> {
    if isatty(stream) {
        return Ok(rustix::io::fcntl_dupfd_cloexec(stream, 0).map_err(io::Error::from)?);
    }
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    rustix::fs::open("/dev/tty", flags, Mode::empty()).map_err(|_| OpenError::NoTerminal)
}

/// A panic in any thread gives the terminal back, says what it was, and ends the program without a core dump.
fn restore_on_panic(tty: Arc<Tty>) {
    std::panic::set_hook(Box::new(move |panic| {
        tty.leave_urgently();
        tty.perform_last_act();
        drop(writeln!(io::stderr(), "{}", obituary(panic)));
        #[expect(clippy::disallowed_methods, reason = "an abort would dump core, and unwinding is off in releases")]
        std::process::exit(PANICKED);
    }));
}

pub(super) fn obituary(panic: &PanicHookInfo<'_>) -> String {
    let what = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = format!("token-wizard: internal error: {what} ({place})");
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Makes sure that no secret in memory ends in a core dump, and that no other process of the user can read it.
///
/// To be called first in `main`, before any secret is read.
///
/// # Errors
/// The system's, when it refuses; the program may go on.
pub fn forbid_core_dumps() -> io::Result<()> {
    rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}
