//! Bytes from the terminal into events, and the thread that reads them.
//!
//! [`Decoder`] is pure: bytes go in, [`Input`] comes out, and the result does not depend on where the line cut the
//! bytes into packets. It says itself how long it can wait for the rest of a sequence; only then does the thread poll
//! with a time limit, so that a program at rest is never woken.

mod frames;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::mpsc::UnboundedSender;
use zeroize::Zeroizing;

use super::Input;
use frames::{ESC, Frame, frame, key, key_of, replacement};

/// A lone ESC is the key Esc after this much silence; before, it may be the head of an arrow key in two packets.
pub const ESCAPE_PATIENCE: Duration = Duration::from_millis(40);

/// A paste whose end never comes, or a sequence that stops in the middle, is given up after this much silence.
pub const SEQUENCE_PATIENCE: Duration = Duration::from_secs(1);

/// So many letters in one packet, with a line end behind them, are no typing; with a line end among them, half of it.
const BURST: usize = 16;

/// A burst is over after this much silence.
pub const BURST_PATIENCE: Duration = Duration::from_millis(10);

/// Between two keys of a hand there is more time than this: it is 50 keys a second, the fastest repeat of a keyboard.
pub const FASTEST_HAND: Duration = Duration::from_millis(20);

/// Bytes of one paste that are kept; the rest of it is dropped.
pub const PASTE_LIMIT: usize = 1024 * 1024;

/// Bytes taken from the terminal at once.
const CHUNK: usize = 16 * 1024;

const PASTE_BEGIN: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// Turns bytes into keys and pastes.
///
/// Sequences that are not keys (mouse, focus, reports, unknown ones) are dropped. Bytes that are no UTF-8 become
/// U+FFFD. Every way of cutting the input into pieces gives the same events.
#[derive(Default)]
pub struct Decoder {
    /// The bytes of a key that is not complete yet.
    pending: Vec<u8>,
    /// The paste that is being received.
    paste: Option<Paste>,
}

/// A bracketed paste without its end.
#[derive(Default)]
struct Paste {
    /// Wiped when dropped, because what is pasted here is often a secret.
    text: Zeroizing<Vec<u8>>,
    /// How many bytes of [`PASTE_END`] have just gone by.
    matched: usize,
}

impl Decoder {
    /// Takes bytes in and returns what they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        let mut events = Vec::new();
        for &byte in bytes {
            self.push(byte, &mut events);
        }
        events
    }

    /// Returns for how long the decoder is willing to wait for more bytes before [`Decoder::silence`] has to be
    /// called; `None` when it waits for nothing.
    pub fn patience(&self) -> Option<Duration> {
        match (&self.paste, self.pending.as_slice()) {
            (None, []) => None,
            (None, [ESC] | [ESC, b'[' | b'O']) => Some(ESCAPE_PATIENCE),
            (Some(_) | None, _) => Some(SEQUENCE_PATIENCE),
        }
    }

    /// Ends the wait: what is pending is taken for what it is so far.
    pub fn silence(&mut self) -> Vec<Input> {
        if let Some(paste) = self.paste.take() {
            return vec![paste.unterminated()];
        }
        let pending = std::mem::take(&mut self.pending);
        match pending.as_slice() {
            [ESC] | [ESC, b'[' | b'O'] => key_of(&pending).into_iter().collect(),
            [] | [ESC, b'[' | b'O', ..] => Vec::new(),
            _ => vec![replacement()],
        }
    }

    fn push(&mut self, byte: u8, events: &mut Vec<Input>) {
        if let Some(paste) = &mut self.paste {
            if paste.push(byte) {
                events.extend(self.paste.take().map(Paste::finished));
            }
            return;
        }
        self.pending.push(byte);
        loop {
            let taken = match frame(&self.pending) {
                Frame::Incomplete => return,
                Frame::Complete if self.pending == PASTE_BEGIN => {
                    self.pending.clear();
                    self.paste = Some(Paste::default());
                    return;
                }
                Frame::Complete => {
                    events.extend(key(&self.pending));
                    self.pending.len()
                }
                Frame::KeyOf(length) => {
                    events.extend(self.pending.get(..length).and_then(key_of));
                    length
                }
                Frame::Invalid(length) => {
                    events.push(replacement());
                    length
                }
                Frame::Noise(length) => length,
            };
            self.pending.drain(..taken.min(self.pending.len()));
            if self.pending.is_empty() {
                return;
            }
        }
    }
}

impl Paste {
    /// Takes one byte; true when it completes the end mark.
    ///
    /// ESC stands only at the head of the mark, so a mismatch can start a new match only with ESC itself.
    fn push(&mut self, byte: u8) -> bool {
        if PASTE_END.get(self.matched) == Some(&byte) {
            self.matched += 1;
            return self.matched == PASTE_END.len();
        }
        self.keep_matched();
        if byte == ESC {
            self.matched = 1;
        } else {
            self.keep(byte);
        }
        false
    }

    fn keep(&mut self, byte: u8) {
        if self.text.len() < PASTE_LIMIT {
            self.text.push(byte);
        }
    }

    fn keep_matched(&mut self) {
        for &byte in PASTE_END.iter().take(self.matched) {
            self.keep(byte);
        }
        self.matched = 0;
    }

    fn unterminated(mut self) -> Input {
        self.keep_matched();
        self.finished()
    }

    fn finished(self) -> Input {
        Input::Paste(String::from_utf8_lossy(&self.text).into_owned())
    }
}

/// Tells pastes from typing where the terminal does not bracket them.
///
/// A line end inside of a burst would submit half of a paste, so a burst of text with one in it becomes a paste. Unlike
/// [`Decoder`] it goes by how the bytes come: nobody types so much in one packet, and nobody types so fast that a line
/// that cuts a paste into packets of a few bytes could not be told from fingers by the gaps between them. Letters are
/// never held back; Enter is, for [`BURST_PATIENCE`], and only behind letters that came faster than fingers type them.
///
/// A line that is slower than [`FASTEST_HAND`] for each packet cannot be told from typing by anything: there an
/// unbracketed paste submits at its line ends. Brackets are the cure, and every terminal of the last decade has them.
#[derive(Default)]
pub struct Receiver {
    decoder: Decoder,
    /// The burst so far; wiped when dropped.
    burst: Zeroizing<Vec<u8>>,
    /// The packet before was so large that the next one may be the rest of it.
    is_cut: bool,
    /// How many letters have come without a gap in which a finger could have moved.
    run: usize,
    /// An Enter behind such letters waits for what comes after it.
    held: Option<u8>,
}

impl Receiver {
    /// Takes a packet in that came so long after the one before, and returns what it completes.
    pub fn feed(&mut self, packet: &[u8], gap: Duration) -> Vec<Input> {
        if gap >= FASTEST_HAND {
            self.run = 0;
        }
        if let Some(line_end) = self.held.take() {
            if packet.iter().all(|byte| is_text(*byte)) {
                self.burst.push(line_end);
            } else {
                self.run = 0;
                let mut events = self.decoder.feed(&[line_end]);
                events.extend(self.feed_packet(packet));
                return events;
            }
        }
        let Some(letters) = self.letters_of_run(packet) else { return self.feed_packet(packet) };
        let (letters, rest) = packet.split_at(letters);
        let events = self.feed_packet(letters);
        match rest {
            [line_end] => self.held = Some(*line_end),
            _ => self.burst.extend(rest),
        }
        events
    }

    /// How many letters of a packet stand before a line end that may not be Enter, because it stands behind a run; `None`
    /// when there is none, or a burst takes it in anyway.
    fn letters_of_run(&self, packet: &[u8]) -> Option<usize> {
        let is_typing = self.burst.is_empty() && !self.is_cut && self.decoder.patience().is_none();
        if !is_typing || !packet.iter().all(|byte| is_text(*byte)) || is_burst(packet, false) {
            return None;
        }
        let letters = packet.iter().position(|byte| is_line_end(*byte))?;
        let rest = packet.len() - letters;
        let goes_on = packet.iter().skip(letters).any(|byte| !is_line_end(*byte));
        (self.run + letters >= BURST / 2 && (rest == 1 || goes_on)).then_some(letters)
    }

    fn feed_packet(&mut self, packet: &[u8]) -> Vec<Input> {
        let is_text = packet.iter().all(|byte| is_text(*byte));
        self.run = match packet.iter().rposition(|byte| is_line_end(*byte)) {
            _ if !is_text => 0,
            Some(end) => packet.len() - end - 1,
            None => self.run.saturating_add(packet.len()),
        };
        if is_text {
            if !self.burst.is_empty() || (self.decoder.patience().is_none() && is_burst(packet, self.is_cut)) {
                let room = PASTE_LIMIT.saturating_sub(self.burst.len());
                self.burst.extend(packet.iter().take(room));
                return Vec::new();
            }
            self.is_cut = packet.len() >= CUT;
            return self.decoder.feed(packet);
        }
        let mut events = self.end_of_burst();
        self.is_cut = false;
        events.extend(self.decoder.feed(packet));
        events
    }

    /// For how long more bytes may be waited for before [`Receiver::silence`] has to be called; see
    /// [`Decoder::patience`].
    pub fn patience(&self) -> Option<Duration> {
        let is_waiting = !self.burst.is_empty() || self.is_cut || self.held.is_some();
        if is_waiting { Some(BURST_PATIENCE) } else { self.decoder.patience() }
    }

    /// Ends the wait.
    pub fn silence(&mut self) -> Vec<Input> {
        self.run = 0;
        if let Some(line_end) = self.held.take() {
            return self.decoder.feed(&[line_end]);
        }
        if self.burst.is_empty() && !std::mem::take(&mut self.is_cut) {
            return self.decoder.silence();
        }
        self.end_of_burst()
    }

    fn end_of_burst(&mut self) -> Vec<Input> {
        let burst = std::mem::take(&mut self.burst);
        if burst.is_empty() { Vec::new() } else { vec![Input::Paste(String::from_utf8_lossy(&burst).into_owned())] }
    }
}

/// Packets of at least so many bytes may be pieces of something larger: a terminal's queue holds 4096.
const CUT: usize = 1024;

/// Whether a packet of text can only come from a paste, and has a line end in it.
fn is_burst(packet: &[u8], is_rest: bool) -> bool {
    let letters = packet.iter().filter(|byte| !is_line_end(**byte)).count();
    let Some(first) = packet.iter().position(|byte| is_line_end(*byte)) else { return false };
    let goes_on = packet.iter().skip(first).any(|byte| !is_line_end(*byte));
    is_rest || letters >= BURST || (letters >= BURST / 2 && goes_on && first > 0)
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// Whether a byte can be part of a text, and of no key but a letter or Enter.
const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b'\t' | 0x20..=0x7e | 0x80..)
}

/// Reads the terminal until it is gone or nobody listens; runs on a thread of its own.
///
/// Its last word is [`Input::Gone`].
pub(super) fn read(terminal: &OwnedFd, sender: &UnboundedSender<Input>) {
    let mut receiver = Receiver::default();
    let mut chunk = Zeroizing::new(vec![0_u8; CHUNK]);
    let mut before = uptime();
    loop {
        let events = match next(terminal, receiver.patience(), &mut chunk) {
            Ok(Read::Bytes(length)) => {
                let gap = std::mem::replace(&mut before, uptime());
                receiver.feed(chunk.get(..length).unwrap_or_default(), before.saturating_sub(gap))
            }
            Ok(Read::Silence) => receiver.silence(),
            Ok(Read::End) | Err(_) => vec![Input::Gone],
        };
        for event in events {
            let last = event == Input::Gone;
            if sender.send(event).is_err() || last {
                return;
            }
        }
    }
}

/// A clock that nobody sets.
fn uptime() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Monotonic)).unwrap_or_default()
}

/// What a wait for the terminal gave.
enum Read {
    Bytes(usize),
    Silence,
    End,
}

fn next(terminal: &OwnedFd, patience: Option<Duration>, chunk: &mut [u8]) -> io::Result<Read> {
    let limit = patience.and_then(|patience| Timespec::try_from(patience).ok());
    loop {
        let mut waiting = [PollFd::from_borrowed_fd(terminal.as_fd(), PollFlags::IN)];
        match poll(&mut waiting, limit.as_ref()) {
            Ok(0) => return Ok(Read::Silence),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let [seen] = waiting.map(|waiting| waiting.revents());
        if seen.is_empty() {
            continue;
        }
        if !seen.contains(PollFlags::IN) {
            return Ok(Read::End);
        }
        match rustix::io::read(terminal, &mut *chunk) {
            Ok(0) => return Ok(Read::End),
            Ok(length) => return Ok(Read::Bytes(length)),
            // AGAIN: the terminal's description was made non-blocking by whoever started us.
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
