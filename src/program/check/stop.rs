//! Ctrl-C and its kin while many files are tested: what is finished stays printed, and the exit code tells.
//!
//! A thread waits, and ends the program itself: the main thread may sleep in a write to a pipe or a terminal that
//! takes no more.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::runtime::{Signal, ignored_signals};

const CAUGHT: [(i32, Signal); 3] =
    [(SIGINT, Signal::Interrupt), (SIGHUP, Signal::HangUp), (SIGTERM, Signal::Terminate)];

/// Takes the line of the progress bar away (ECMA-48, EL).
const CLEAR_LINE: &str = "\r\x1b[2K";

/// Listens from now on; returns the count of the finished files, to be kept up to date.
///
/// A signal that was ignored when the program started stays ignored. Where the system gives no handler, the signals do
/// what they always do.
pub(super) fn listen(files: usize, has_bar: bool) -> Arc<AtomicUsize> {
    let done = Arc::new(AtomicUsize::new(0));
    let ignored = ignored_signals();
    let mut bells = Vec::new();
    for (number, signal) in CAUGHT {
        if ignored & (1 << (number - 1)) != 0 {
            continue;
        }
        let Ok((bell, hammer)) = UnixStream::pair() else { continue };
        if signal_hook::low_level::pipe::register(number, hammer).is_ok() {
            bells.push((bell, signal));
        }
    }
    let count = Arc::clone(&done);
    let waiting = move || {
        let signal = wait(&bells);
        let clear = if has_bar { CLEAR_LINE } else { "" };
        let done = count.load(Ordering::Relaxed);
        say(&format!("{clear}token-wizard: stopped, {done} of {files} files were tested\n"));
        #[expect(clippy::disallowed_methods, reason = "the main thread may sleep in a write and cannot return")]
        std::process::exit(i32::from(signal.exit_code()));
    };
    // Without the thread the signals would be caught and do nothing, but then nothing else would work either.
    let _thread = std::thread::Builder::new().name("stop".to_owned()).spawn(waiting);
    done
}

fn wait(bells: &[(UnixStream, Signal)]) -> Signal {
    loop {
        let mut watched: Vec<_> = bells.iter().map(|(bell, _)| PollFd::new(bell, PollFlags::IN)).collect();
        if poll(&mut watched, None).is_err() {
            continue;
        }
        let rung = bells.iter().zip(&watched).find(|(_, watched)| watched.revents().contains(PollFlags::IN));
        if let Some(((_, signal), _)) = rung {
            return *signal;
        }
    }
}

/// Says it past the locks, which the main thread may hold, and only if the other side takes it at once.
fn say(text: &str) {
    let error = rustix::stdio::stderr();
    let mut watched = [PollFd::from_borrowed_fd(error, PollFlags::OUT)];
    let is_ready = poll(&mut watched, Some(&Timespec::default())).is_ok_and(|ready| ready > 0);
    if is_ready && watched.iter().all(|watched| watched.revents().contains(PollFlags::OUT)) {
        let _unread = rustix::io::write(error, text.as_bytes());
    }
}
