//! Where a key begins and ends in the bytes of a terminal, and which key it is.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::Input;

pub(super) const ESC: u8 = 0x1b;

/// Bytes of a control sequence; a longer one is noise.
const SEQUENCE_LIMIT: usize = 64;

/// What the pending bytes are.
pub(super) enum Frame {
    /// The beginning of something.
    Incomplete,
    /// One whole key or sequence.
    Complete,
    /// The first so many bytes are the key Esc, or Alt with a bracket or letter; what follows is something else.
    KeyOf(usize),
    /// The first so many bytes are no UTF-8.
    Invalid(usize),
    /// The first so many bytes are a sequence that was broken off.
    Noise(usize),
}

/// Says what the bytes are; they are never empty.
pub(super) fn frame(bytes: &[u8]) -> Frame {
    match bytes {
        [ESC] | [ESC, b'[' | b'O'] => Frame::Incomplete,
        // Two Esc keys in one packet, or Esc and then an arrow: the first ESC is a key of its own.
        [ESC, ESC, ..] => Frame::KeyOf(1),
        [ESC, b'[', rest @ ..] => control_sequence(rest),
        [ESC, b'O', 0x40..=0x7e] => Frame::Complete,
        [ESC, b'O', ..] => Frame::KeyOf(2),
        [ESC, rest @ ..] => match character(rest) {
            Frame::Invalid(length) => Frame::Invalid(length + 1),
            other => other,
        },
        _ => character(bytes),
    }
}

/// Frames what follows `ESC [` (ECMA-48, 5.4: parameters, intermediates, one final byte).
fn control_sequence(rest: &[u8]) -> Frame {
    let whole = rest.len() + 2;
    match rest {
        // The Linux console sends F1 to F5 as ESC [ [ A and so on.
        [b'['] => Frame::Incomplete,
        [b'[', b'A'..=b'E'] | [.., 0x40..=0x7e] => Frame::Complete,
        [.., 0x20..=0x3f] if whole > SEQUENCE_LIMIT => Frame::Noise(whole),
        [.., 0x20..=0x3f] => Frame::Incomplete,
        // A control character ends the sequence and stands for itself.
        [_] => Frame::KeyOf(2),
        _ => Frame::Noise(whole - 1),
    }
}

fn character(bytes: &[u8]) -> Frame {
    match std::str::from_utf8(bytes) {
        Ok(_) => Frame::Complete,
        Err(error) => error.error_len().map_or(Frame::Incomplete, Frame::Invalid),
    }
}

/// The key of a whole sequence, if it is one that was pressed.
pub(super) fn key(bytes: &[u8]) -> Option<Input> {
    // Mouse reports are not for us, and the parser's subtraction overflows at column 0.
    if matches!(bytes, [ESC, b'[', b'<', ..] | [ESC, b'[', .., b'M' | b'm']) {
        return None;
    }
    let Ok(Some(terminput::Event::Key(event))) = terminput::Event::parse_from(bytes) else { return None };
    let event = terminput_crossterm::to_crossterm_key(event);
    matches!(event.kind, KeyEventKind::Press | KeyEventKind::Repeat).then_some(Input::Key(event))
}

/// Esc, or Alt with the character that could have begun a sequence but did not.
pub(super) fn key_of(bytes: &[u8]) -> Option<Input> {
    match bytes {
        [ESC, head @ (b'[' | b'O')] => match key(&[*head]) {
            Some(Input::Key(event)) => {
                Some(Input::Key(KeyEvent { modifiers: event.modifiers | KeyModifiers::ALT, ..event }))
            }
            _ => None,
        },
        _ => Some(Input::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE))),
    }
}

pub(super) fn replacement() -> Input {
    Input::Key(KeyEvent::new(KeyCode::Char(char::REPLACEMENT_CHARACTER), KeyModifiers::NONE))
}
