//! Taking the terminal and giving it back, and the backend that draws on it.
//!
//! Nothing is asked over the wire: the size comes from the kernel, the cursor's place is remembered. After the
//! terminal was given back, what is still drawn goes nowhere.

mod encoder;

use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use encoder::Encoder;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{OptionalActions, QueueSelector, Termios};

/// Alternate screen (DECSET 1049, which also saves the cursor and clears), bracketed paste (DECSET 2004).
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h";

/// Colours and attributes off, bracketed paste off, cursor shown, main screen.
const LEAVE: &[u8] = b"\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// The same where a link may be open (OSC 8 without an address ends it): a stalled line may have taken half of a frame.
const LEAVE_LINKS: &[u8] = b"\x1b]8;;\x1b\\\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// The design size, taken when the terminal does not know its own.
const FALLBACK: Size = Size { width: 80, height: 24 };

/// For how long giving the terminal back in an emergency may wait for a stalled line.
const URGENCY: Duration = Duration::from_millis(200);

/// Room for a usual frame, in bytes; it leaves in one write.
const FRAME: usize = 16 * 1024;

/// The terminal, and what it was before.
///
/// Shared by the loop, the guard thread and the panic hook; every method may be called by any of them at any time.
pub(super) struct Tty {
    output: OwnedFd,
    /// The same terminal by a description of its own that never blocks; `None` where it cannot be opened.
    urgent: Option<OwnedFd>,
    original: Termios,
    entered: AtomicBool,
    finished: AtomicBool,
    /// Whether a link was ever sent.
    linked: AtomicBool,
    /// What is still to be done when the program has to end while the loop cannot.
    last_act: Mutex<Option<LastAct>>,
}

/// What a sudden end must not lose; done on whatever thread ends the program.
pub(super) type LastAct = Box<dyn FnOnce() + Send>;

impl Tty {
    /// Remembers how the terminal is now.
    pub(super) fn new(output: OwnedFd) -> io::Result<Self> {
        let original = rustix::termios::tcgetattr(&output)?;
        let urgent = reopen(&output).ok();
        let [entered, finished, linked] = [const { AtomicBool::new(false) }; 3];
        Ok(Self { output, urgent, original, entered, finished, linked, last_act: Mutex::default() })
    }

    /// Sets what is done on a sudden end, in place of what was set before.
    pub(super) fn set_last_act(&self, act: LastAct) {
        if let Ok(mut last_act) = self.last_act.lock() {
            *last_act = Some(act);
        }
    }

    /// Does once what was set for a sudden end; waits for nobody.
    pub(super) fn perform_last_act(&self) {
        let act = self.last_act.try_lock().ok().and_then(|mut last_act| last_act.take());
        if let Some(act) = act {
            act();
        }
    }

    /// Takes the terminal: raw, alternate screen, bracketed paste. What was typed ahead stays.
    pub(super) fn enter(&self) -> io::Result<()> {
        let mut raw = self.original.clone();
        raw.make_raw();
        rustix::termios::tcsetattr(&self.output, OptionalActions::Now, &raw)?;
        self.entered.store(true, Ordering::Release);
        write_all(&self.output, ENTER)
    }

    /// Gives the terminal back as it was and drops what was typed or pasted but not read, so that it does not reach
    /// the shell. Does nothing when it was given back before; errors are ignored, for the terminal may be gone.
    pub(super) fn leave(&self) {
        if self.entered.swap(false, Ordering::AcqRel) {
            self.restore_modes();
            drop(write_all(&self.output, self.farewell()));
        }
    }

    /// Gives the terminal back for good.
    pub(super) fn finish(&self) {
        self.leave();
        self.finished.store(true, Ordering::Release);
    }

    /// Whether the terminal was given back for good.
    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    /// Gives the terminal back without waiting for a stalled line, even while another thread sleeps in a write.
    pub(super) fn leave_urgently(&self) {
        self.restore_modes();
        if !self.entered.swap(false, Ordering::AcqRel) {
            return;
        }
        let output = self.urgent.as_ref().unwrap_or(&self.output);
        if is_writable(output.as_fd(), URGENCY) {
            let _ = rustix::io::write(output, self.farewell());
        }
    }

    /// What gives the screen back.
    fn farewell(&self) -> &'static [u8] {
        if self.linked.load(Ordering::Acquire) { LEAVE_LINKS } else { LEAVE }
    }

    /// A link is about to be sent.
    fn note_link(&self) {
        self.linked.store(true, Ordering::Release);
    }

    /// The modes come first: they need no room on the line, so they are back even if the escapes never get through.
    fn restore_modes(&self) {
        let _ = rustix::termios::tcflush(&self.output, QueueSelector::IFlush);
        let _ = rustix::termios::tcsetattr(&self.output, OptionalActions::Now, &self.original);
    }

    /// Columns and rows now; 80 by 24 when the terminal does not know.
    pub(super) fn size(&self) -> Size {
        match rustix::termios::tcgetwinsize(&self.output) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size::new(size.ws_col, size.ws_row),
            _ => FALLBACK,
        }
    }

    /// Writes to the terminal while it is ours; what comes after that goes nowhere.
    pub(super) fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() && self.entered.load(Ordering::Acquire) {
            let written = write_some(&self.output, bytes)?;
            bytes = bytes.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Whether the other side of the terminal is gone.
    pub(super) fn is_gone(&self) -> bool {
        let mut watched = [PollFd::new(&self.output, PollFlags::empty())];
        let seen = poll(&mut watched, Some(&Timespec::default()));
        let [watched] = watched;
        seen.is_ok() && watched.revents().intersects(PollFlags::HUP | PollFlags::ERR)
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.output.as_fd()
    }
}

/// Opens the terminal once more. The flag that forbids blocking belongs to the description, which is shared with the
/// shell, so it must not be set on the one that was inherited.
fn reopen(output: &OwnedFd) -> io::Result<OwnedFd> {
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    // Only of the controlling terminal the foreground group can be asked; /dev/tty is then the same terminal, and it
    // opens even when the device belongs to another user (after `su`).
    if rustix::termios::tcgetpgrp(output).is_ok() {
        return Ok(rustix::fs::open("/dev/tty", flags, Mode::empty())?);
    }
    let path = rustix::termios::ttyname(output, Vec::new())?;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

fn is_writable(output: BorrowedFd<'_>, patience: Duration) -> bool {
    let mut watched = [PollFd::from_borrowed_fd(output, PollFlags::OUT)];
    let limit = Timespec::try_from(patience).unwrap_or_default();
    let seen = poll(&mut watched, Some(&limit));
    let [watched] = watched;
    seen.is_ok() && watched.revents().contains(PollFlags::OUT)
}

fn write_all(output: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = write_some(output, bytes)?;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Writes what goes; waits when the description was made non-blocking by whoever started us.
fn write_some(output: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match rustix::io::write(output, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => return Ok(written),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(output, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The backend: few bytes, one write a frame, and no question to the terminal.
pub struct Screen {
    encoder: Encoder,
    /// What the terminal has not been told yet.
    frame: Vec<u8>,
    tty: Arc<Tty>,
    cursor: Position,
    link: Shown,
}

/// Where the marked cells of the next picture lead to; shared with whoever knows it.
pub(super) type Shown = Rc<RefCell<Option<String>>>;

impl Screen {
    pub(super) fn new(tty: Arc<Tty>, link: Shown) -> Self {
        Self { encoder: Encoder::new(), frame: Vec::with_capacity(FRAME), tty, cursor: Position::ORIGIN, link }
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.encoder.set_link(self.link.borrow().clone());
        if self.encoder.takes_links() {
            self.tty.note_link();
        }
        self.encoder.draw(content, self.tty.size().width, &mut self.frame);
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.encoder.show_cursor(false, &mut self.frame);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.encoder.show_cursor(true, &mut self.frame);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        self.encoder.place_cursor(self.cursor, &mut self.frame);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.encoder.clear(&mut self.frame);
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        // The viewport is the whole screen, so a region is erased only when all of it is painted anew.
        if !self.encoder.is_clear() {
            self.encoder.clear(&mut self.frame);
        }
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.tty.size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.tty.size(), pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.tty.write(&self.frame);
        self.frame.clear();
        written
    }
}
