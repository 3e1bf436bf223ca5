//! The thread that makes sure that the program ends when it should.
//!
//! The loop sleeps in a write when the client has stopped reading, and then no signal reaches it. This thread never
//! writes to a line that could block: it waits in one poll for all signals and for the terminal's end, tells the
//! loop, and ends the program itself if the loop does not.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use tokio::sync::mpsc::UnboundedSender;

use super::screen::Tty;
use super::{Input, Signal};

/// How long the loop may take to leave after a signal; all in all nobody shall wait for two seconds.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// What a signal means.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Stop(Signal),
    Resized,
    Resumed,
}

/// The signals that are caught. SIGTSTP is not among them: only its default action stops a process so that the kernel
/// discards it where nobody could continue us (orphaned process group, `ssh host token-wizard`).
const CAUGHT: [(i32, Meaning); 5] = [
    (SIGTERM, Meaning::Stop(Signal::Terminate)),
    (SIGHUP, Meaning::Stop(Signal::HangUp)),
    (SIGINT, Meaning::Stop(Signal::Interrupt)),
    (SIGWINCH, Meaning::Resized),
    (SIGCONT, Meaning::Resumed),
];

/// A caught signal: readable when it came.
struct Source {
    bell: UnixStream,
    meaning: Meaning,
}

/// Catches the signals and starts the thread.
///
/// A signal that was ignored when the program started (`nohup`) stays ignored.
pub(super) fn start(tty: Arc<Tty>, sender: UnboundedSender<Input>) -> io::Result<()> {
    let ignored = ignored_signals();
    let mut sources = Vec::new();
    for (number, meaning) in CAUGHT {
        if matches!(meaning, Meaning::Stop(_)) && ignored & (1 << (number - 1)) != 0 {
            continue;
        }
        let (bell, hammer) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(number, hammer)?;
        sources.push(Source { bell, meaning });
    }
    std::thread::Builder::new().name("guard".to_owned()).spawn(move || watch(&tty, &sources, &sender))?;
    Ok(())
}

/// Returns the set of ignored signals, bit 0 for signal 1 (`SigIgn` in proc(5)); empty where the system does not say.
pub fn ignored_signals() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the kernel's word on this process, not a file of the user's")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored_in(&status)
}

fn ignored_in(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

fn watch(tty: &Tty, sources: &[Source], sender: &UnboundedSender<Input>) {
    loop {
        let mut watched: Vec<_> = sources.iter().map(|source| PollFd::new(&source.bell, PollFlags::IN)).collect();
        // No event is asked for: a hang-up is always told.
        watched.push(PollFd::from_borrowed_fd(tty.as_fd(), PollFlags::empty()));
        if poll(&mut watched, None).is_err() {
            continue;
        }
        let hung_up = watched.last().is_some_and(|tty| tty.revents().intersects(PollFlags::HUP | PollFlags::ERR));
        let rung: Vec<bool> = watched.iter().map(|source| source.revents().contains(PollFlags::IN)).collect();
        for (source, _) in sources.iter().zip(rung).filter(|(_, rung)| *rung) {
            silence(&source.bell);
            match source.meaning {
                Meaning::Stop(signal) => return stop(signal, tty, sender),
                Meaning::Resized => {
                    let size = tty.size();
                    drop(sender.send(Input::Resized(size.width, size.height)));
                }
                Meaning::Resumed => drop(sender.send(Input::Resumed)),
            }
        }
        if hung_up {
            return stop(Signal::HangUp, tty, sender);
        }
    }
}

pub(super) fn silence(mut bell: &UnixStream) {
    let mut rings = [0; 64];
    while matches!(bell.read(&mut rings), Ok(1..)) {}
}

/// Lets the loop leave by itself, and ends the program if it does not. Once the terminal was given back for good
/// there is no loop left to ask.
fn stop(signal: Signal, tty: &Tty, sender: &UnboundedSender<Input>) {
    if !tty.is_finished() && sender.send(Input::Stop(signal)).is_ok() {
        let grace = Timespec::try_from(GRACE).unwrap_or_default();
        while poll(&mut [], Some(&grace)).is_err() {}
    }
    tty.leave_urgently();
    tty.perform_last_act();
    #[expect(clippy::disallowed_methods, reason = "the main thread sleeps in a write and cannot return")]
    std::process::exit(i32::from(signal.exit_code()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nohup_is_seen_in_the_mask() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000440\n";
        assert_eq!(ignored_in(status), 1 << (SIGHUP - 1) | 1 << 12);
    }

    #[test]
    fn a_system_that_does_not_say_ignores_nothing() {
        assert_eq!(ignored_in(""), 0);
        assert_eq!(ignored_in("SigIgn:\tgarbage\n"), 0);
    }
}
