//! Text to the clipboard of whoever sits at the terminal: OSC 52, which also works over SSH.
//!
//! The terminal does not answer, and many drop it: so the screen says "sent to the terminal", never "copied".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What stands between the program and the terminal and passes only what is wrapped for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Multiplexer {
    /// Nothing that is known.
    #[default]
    None,
    /// tmux: takes OSC 52 itself with `set-clipboard on`, passes it on wrapped with `allow-passthrough on`.
    Tmux,
    /// GNU screen: passes device control strings on, of at most 768 bytes each.
    Screen,
}

/// How much of a sequence one device control string of screen may hold, in bytes.
const SCREEN_CHUNK: usize = 760;

/// The escape sequences that ask the terminal to put the text on its clipboard.
pub(super) fn sequences(text: &str, multiplexer: Multiplexer) -> Zeroizing<Vec<u8>> {
    let encoded = Zeroizing::new(STANDARD.encode(text));
    // Room for all of it, twice and wrapped: growing would leave copies of a secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(encoded.len() * 3 + 1024));
    let plain = [b"\x1b]52;c;", encoded.as_bytes(), b"\x07"];
    match multiplexer {
        Multiplexer::None => plain.iter().for_each(|part| bytes.extend_from_slice(part)),
        Multiplexer::Tmux => {
            for part in plain {
                bytes.extend_from_slice(part);
            }
            // Inside of the wrapping every escape is doubled, and there is one.
            bytes.extend_from_slice(b"\x1bPtmux;\x1b");
            for part in plain {
                bytes.extend_from_slice(part);
            }
            bytes.extend_from_slice(b"\x1b\\");
        }
        Multiplexer::Screen => {
            let whole = Zeroizing::new(plain.concat());
            for chunk in whole.chunks(SCREEN_CHUNK) {
                bytes.extend_from_slice(b"\x1bP");
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\x1b\\");
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_wrapped_for_what_stands_between() {
        let shown = |multiplexer| String::from_utf8_lossy(&sequences("hé", multiplexer)).into_owned();
        assert_eq!(shown(Multiplexer::None), "\x1b]52;c;aMOp\x07");
        assert_eq!(shown(Multiplexer::Tmux), "\x1b]52;c;aMOp\x07\x1bPtmux;\x1b\x1b]52;c;aMOp\x07\x1b\\");
        assert_eq!(shown(Multiplexer::Screen), "\x1bP\x1b]52;c;aMOp\x07\x1b\\");
    }

    #[test]
    fn screen_gets_short_strings() {
        let bytes = sequences(&"x".repeat(3000), Multiplexer::Screen);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let chunks: Vec<&str> = text.split_terminator("\x1b\\").collect();
        assert_eq!(chunks.len(), 6);
        assert!(chunks.iter().all(|chunk| chunk.starts_with("\x1bP") && chunk.len() <= 768));
    }
}
