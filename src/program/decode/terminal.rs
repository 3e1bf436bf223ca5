//! Reads a paste from the terminal: unseen, and longer than the 4095 bytes that a line may have.
//!
//! The terminal is taken out of line mode and its echo is off, since what is pasted is a secret. Every way out gives
//! it back as it was: the end of the paste, Ctrl-C, and the signals that end a program.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGTERM};
use zeroize::Zeroizing;

use super::Fault;
use crate::cli::exit;
use crate::domain::pasted::{LONGEST, text_of};

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;

/// What a terminal sends around a paste, if it is asked to.
const PASTE_MODE: (&str, &str) = ("\x1b[?2004h", "\x1b[?2004l");
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// A paste without marks has ended when nothing came for so long.
const SILENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 300_000_000 };

/// Gives the terminal back when it is dropped.
struct Unseen(Termios);

impl Unseen {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(rustix::stdio::stdin())?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &modes)?;
        let unseen = Self(before);
        ask(PASTE_MODE.0);
        Ok(unseen)
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        ask(PASTE_MODE.1);
        // The rest of a paste must not reach the shell.
        let _gone = tcflush(rustix::stdio::stdin(), QueueSelector::IFlush);
        let _gone = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Standard error, so that a redirected standard output stays clean.
fn ask(sequence: &str) {
    let mut error = io::stderr();
    if io::IsTerminal::is_terminal(&error) {
        let _unread = error.write_all(sequence.as_bytes()).and_then(|()| error.flush());
    }
}

fn signalled(number: i32) -> io::Result<UnixStream> {
    let (bell, hammer) = UnixStream::pair()?;
    signal_hook::low_level::pipe::register(number, hammer)?;
    Ok(bell)
}

/// Reads until the text is complete, or to Ctrl-D.
pub(super) fn read(is_complete: fn(&str) -> bool) -> Result<Zeroizing<String>, Fault> {
    let unreadable = |error: io::Error| Fault::Unreadable(format!("The terminal: {error}"));
    let bells = [(signalled(SIGTERM).map_err(unreadable)?, 143), (signalled(SIGHUP).map_err(unreadable)?, 129)];
    let _unseen = Unseen::begin().map_err(unreadable)?;
    // Its full size from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut chunk = Zeroizing::new([0_u8; 4096]);
    let mut waits_for_end = false;
    loop {
        let mut watched = vec![PollFd::from_borrowed_fd(rustix::stdio::stdin(), PollFlags::IN)];
        watched.extend(bells.iter().map(|(bell, _)| PollFd::new(bell, PollFlags::IN)));
        let ready = match poll(&mut watched, waits_for_end.then_some(&SILENCE)) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(unreadable(error.into())),
            Ok(ready) => ready,
        };
        let came: Vec<bool> = watched.iter().map(|one| !one.revents().is_empty()).collect();
        if let Some((_, code)) = bells.iter().zip(came.iter().skip(1)).find(|(_, came)| **came).map(|(bell, _)| bell) {
            return Err(Fault::Stopped(*code));
        }
        if ready == 0 {
            return Ok(finished(&bytes));
        }
        let count = match rustix::io::read(rustix::stdio::stdin(), chunk.as_mut_slice()) {
            Err(Errno::INTR) => continue,
            // The line is dead; what came before may be all.
            Err(_) | Ok(0) => return Ok(finished(&bytes)),
            Ok(count) => count,
        };
        let new = chunk.get(..count).unwrap_or_default();
        if new.contains(&CTRL_C) {
            return Err(Fault::Stopped(exit::INTERRUPTED));
        }
        if bytes.len() + count > LONGEST {
            return Err(Fault::Unreadable("The paste is longer than 1 MiB".to_owned()));
        }
        bytes.extend(new.iter().copied().take_while(|byte| *byte != CTRL_D));
        if new.contains(&CTRL_D) {
            return Ok(finished(&bytes));
        }
        let is_whole = is_complete(&finished(&bytes));
        let is_open = last_of(&bytes, PASTE_BEGINS) > last_of(&bytes, PASTE_ENDS);
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
