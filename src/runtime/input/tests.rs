use crossterm::event::KeyCode::{BackTab, Char, Delete, Down, End, Enter, Esc, F, Home, PageUp, Tab, Up};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

use super::*;

const NONE: KeyModifiers = KeyModifiers::NONE;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

fn pasted(text: &str) -> Input {
    Input::Paste(text.to_owned())
}

/// What the bytes give when they come in these pieces and are followed by silence.
fn decoded(pieces: &[&[u8]]) -> Vec<Input> {
    let mut decoder = Decoder::default();
    let mut events: Vec<Input> = pieces.iter().flat_map(|piece| decoder.feed(piece)).collect();
    if decoder.patience().is_some() {
        events.extend(decoder.silence());
    }
    assert_eq!(decoder.patience(), None, "silence ends every wait");
    events
}

fn table() -> Vec<(&'static [u8], Vec<Input>)> {
    vec![
        (b"a", vec![pressed(Char('a'), NONE)]),
        (b"A", vec![pressed(Char('A'), SHIFT)]),
        ("é".as_bytes(), vec![pressed(Char('é'), NONE)]),
        ("日本".as_bytes(), vec![pressed(Char('日'), NONE), pressed(Char('本'), NONE)]),
        (b"\r", vec![pressed(Enter, NONE)]),
        (b"\t", vec![pressed(Tab, NONE)]),
        (b"\x7f", vec![pressed(KeyCode::Backspace, NONE)]),
        (b"\x03", vec![pressed(Char('c'), CONTROL)]),
        (b"\x1a", vec![pressed(Char('z'), CONTROL)]),
        (b"\x1b", vec![pressed(Esc, NONE)]),
        (b"\x1b\x1b", vec![pressed(Esc, NONE), pressed(Esc, NONE)]),
        (b"\x1b\x1b[A", vec![pressed(Esc, NONE), pressed(Up, NONE)]),
        (b"\x1bt", vec![pressed(Char('t'), ALT)]),
        ("\x1bé".as_bytes(), vec![pressed(Char('é'), ALT)]),
        (b"\x1b[", vec![pressed(Char('['), ALT)]),
        (b"\x1bO", vec![pressed(Char('O'), ALT | SHIFT)]),
        (b"\x1b[\r", vec![pressed(Char('['), ALT), pressed(Enter, NONE)]),
        (b"\x1b[A", vec![pressed(Up, NONE)]),
        (b"\x1bOA\x1bOB", vec![pressed(Up, NONE), pressed(Down, NONE)]),
        (b"\x1b[1;5A", vec![pressed(Up, CONTROL)]),
        (b"\x1b[H\x1b[4~", vec![pressed(Home, NONE), pressed(End, NONE)]),
        (b"\x1b[3~\x1b[5~", vec![pressed(Delete, NONE), pressed(PageUp, NONE)]),
        (b"\x1b[Z", vec![pressed(BackTab, SHIFT)]),
        (b"\x1b[15~\x1bOP\x1b[[A", vec![pressed(F(5), NONE), pressed(F(1), NONE), pressed(F(1), NONE)]),
        // Kitty: a press, a repeat and a release; the release is not for us.
        (b"\x1b[97;1:3ux", vec![pressed(Char('x'), NONE)]),
        // Focus, cursor report, device attributes, mouse, a sequence nobody knows, one broken off by a key.
        (b"\x1b[I\x1b[?62;4cx", vec![pressed(Char('x'), NONE)]),
        (b"\x1b[<0;0;0Mx\x1b[<0;1;1my", vec![pressed(Char('x'), NONE), pressed(Char('y'), NONE)]),
        (b"\x1b[32;0;0Mx", vec![pressed(Char('x'), NONE)]),
        (b"\x1b[99;99;99zx", vec![pressed(Char('x'), NONE)]),
        (b"\x1b[12\rx", vec![pressed(Enter, NONE), pressed(Char('x'), NONE)]),
        (b"\x1b[12\x1b[A", vec![pressed(Up, NONE)]),
        (b"\x1b[12", vec![]),
        // Latin-1 on a line that should be UTF-8: the letter is lost, the next one is not.
        (b"\xe9a", vec![replacement(), pressed(Char('a'), NONE)]),
        (b"\xff\x80", vec![replacement(), replacement()]),
        (b"\xe6\x97", vec![replacement()]),
        (b"\x1b[200~two\r\nlines\x1b[201~x", vec![pasted("two\r\nlines"), pressed(Char('x'), NONE)]),
        (b"\x1b[200~\x1b[201~", vec![pasted("")]),
        (b"\x1b[200~a\x1b[A\x1b[20\x1b\x1b[201~", vec![pasted("a\x1b[A\x1b[20\x1b")]),
        (b"\x1b[200~no end\x1b[20", vec![pasted("no end\x1b[20")]),
        (b"\x1b[200~\xff\x1b[201~", vec![pasted("\u{fffd}")]),
        (b"\x1b[201~x", vec![pressed(Char('x'), NONE)]),
    ]
}

#[test]
fn sequences_give_their_keys() {
    for (bytes, expected) in table() {
        assert_eq!(decoded(&[bytes]), expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn every_cut_gives_the_same_events() {
    for (bytes, expected) in table() {
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(decoded(&[head, tail]), expected, "{} at {cut}", bytes.escape_ascii());
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(decoded(&single), expected, "{} byte by byte", bytes.escape_ascii());
    }
}

#[test]
fn the_decoder_waits_only_for_what_is_pending() {
    let waits: [(&[u8], Option<Duration>); 8] = [
        (b"", None),
        (b"a", None),
        (b"\x1b", Some(ESCAPE_PATIENCE)),
        (b"\x1b[", Some(ESCAPE_PATIENCE)),
        (b"\x1b[1;", Some(SEQUENCE_PATIENCE)),
        (b"\xe6", Some(SEQUENCE_PATIENCE)),
        (b"\x1b[200~abc", Some(SEQUENCE_PATIENCE)),
        (b"\x1b[200~abc\x1b[201~", None),
    ];
    for (bytes, expected) in waits {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        assert_eq!(decoder.patience(), expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_paste_is_cut_at_the_limit_and_its_end_is_still_found() {
    let mut decoder = Decoder::default();
    decoder.feed(PASTE_BEGIN);
    decoder.feed(&vec![b'x'; PASTE_LIMIT + 5]);
    let mut events = decoder.feed(b"\x1b[201~y");
    assert_eq!(events.pop(), Some(pressed(Char('y'), NONE)));
    assert_eq!(events, [pasted(&"x".repeat(PASTE_LIMIT))]);
}

#[test]
fn a_paste_is_not_shown_in_debug_output() {
    assert_eq!(format!("{:?}", pasted("secret")), "Paste(6 bytes)");
}

proptest! {
    #[test]
    fn noise_never_loses_a_later_key(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::default();
        decoder.feed(&noise);
        decoder.silence();
        prop_assert_eq!(decoder.patience(), None);
        prop_assert_eq!(decoder.feed(b"k"), [pressed(Char('k'), NONE)]);
    }

    #[test]
    fn sequences_from_hell_never_panic(
        noise in proptest::collection::vec(proptest::sample::select(b"\x1b[O<?;:0129~MmuARc\x00\xe6".as_slice()), 0..40),
        cut in 0_usize..40,
    ) {
        let (head, tail) = noise.split_at(cut.min(noise.len()));
        prop_assert_eq!(decoded(&[head, tail]), decoded(&[&noise]));
    }

    #[test]
    fn any_text_is_pasted_as_it_is(text in "\\PC*") {
        let bytes = [PASTE_BEGIN, text.as_bytes(), PASTE_END].concat();
        prop_assert_eq!(decoded(&[&bytes]), [pasted(&text)]);
    }
}

/// What packets give that are followed by silence.
fn received(packets: &[&[u8]]) -> Vec<Input> {
    let mut receiver = Receiver::default();
    let gap = Duration::from_millis(1);
    let mut events: Vec<Input> = packets.iter().flat_map(|packet| receiver.feed(packet, gap)).collect();
    while receiver.patience().is_some() {
        events.extend(receiver.silence());
    }
    events
}

#[test]
fn a_line_end_inside_of_a_burst_does_not_submit() {
    assert_eq!(received(&[b"contoso.com\rfabrikam.com\r"]), [pasted("contoso.com\rfabrikam.com\r")]);
    assert_eq!(received(&[b"a-secret-of-forty-characters\r"]), [pasted("a-secret-of-forty-characters\r")]);
    assert_eq!(received(&[b"1234567890123456\r", b"abc"]), [pasted("1234567890123456\rabc")]);
    assert_eq!(received(&["pässwörter\näöü".as_bytes()]), [pasted("pässwörter\näöü")]);
}

#[test]
fn what_a_person_types_submits() {
    assert!(received(&[b"3~/no.json\r"]).contains(&pressed(Enter, NONE)));
    assert!(received(&[b"5\rabc\r"]).contains(&pressed(Enter, NONE)));
    assert!(received(&[b"a-secret-of-forty-characters", b"\r"]).contains(&pressed(Enter, NONE)));
    assert!(received(&[b"\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r"]).contains(&pressed(Enter, NONE)));
    assert_eq!(received(&[b"\x1b[200~a-secret-of-forty\rcharacters\x1b[201~"]).len(), 1);
}

#[test]
fn a_large_burst_is_one_text_whatever_the_cuts() {
    let line = "0123456789abcdef\r".repeat(200);
    let (head, tail) = line.as_bytes().split_at(1500);
    assert_eq!(received(&[head, tail]), [pasted(&line)]);
    // A first piece without a line end is letters; the line end behind it does not submit.
    let events = received(&[&[b'x'; 2000], b"\r"]);
    assert_eq!(events.len(), 2001);
    assert_eq!(events.last(), Some(&pasted("\r")));
}

#[test]
fn a_burst_ends_where_a_key_comes() {
    let events = received(&[b"0123456789abcdef\rx", b"\x1b[A"]);
    assert_eq!(events, [pasted("0123456789abcdef\rx"), pressed(Up, NONE)]);
}

/// The letters that were typed, `\r` for Enter; a paste in brackets.
fn told(events: &[Input]) -> String {
    let word = |input: &Input| match input {
        Input::Key(KeyEvent { code: Char(letter), .. }) => letter.to_string(),
        Input::Key(KeyEvent { code: Enter, .. }) => "\r".to_owned(),
        Input::Paste(text) => format!("[{text}]"),
        other => format!("{other:?}"),
    };
    events.iter().map(word).collect()
}

#[test]
fn a_line_end_in_a_paste_that_comes_in_packets_of_a_few_bytes_does_not_submit() {
    let text = "contoso.com\rfabrikam.com\rtailspin";
    for size in 1..=5 {
        let packets: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        // The letters before the first line end came while it was not known yet; what follows goes behind them.
        assert_eq!(told(&received(&packets)), "contoso.com[\rfabrikam.com\rtailspin]", "by {size}");
    }
    // Nothing comes behind it: the whole value is there, and Enter is Enter, as from a password manager.
    let packets: Vec<&[u8]> = b"contoso.com\r".chunks(3).collect();
    assert_eq!(told(&received(&packets)), "contoso.com\r");
    assert_eq!(
        told(&received(&[b"contoso.", b"com\r", b"\x1b[A"])),
        "contoso.com\rKey(KeyEvent { code: Up, \
               modifiers: KeyModifiers(0x0), kind: Press, state: KeyEventState(0x0) })"
    );
}

#[test]
fn keys_of_a_hand_are_never_held_back() {
    for gap in [FASTEST_HAND, Duration::from_millis(80)] {
        let mut receiver = Receiver::default();
        let text = "contoso.com\rfabrikam.com\r";
        for key in text.as_bytes().chunks(1) {
            let events = receiver.feed(key, gap);
            assert_eq!(told(&events).as_bytes(), key);
            assert_eq!(receiver.patience(), None);
        }
    }
    // Typed ahead while the line stood still: so few letters may come from fingers.
    assert_eq!(told(&received(&[b"y\r", b"3\r", b"abc\r"])), "y\r3\rabc\r");
}

#[test]
fn an_enter_waits_only_as_long_as_a_burst() {
    let mut receiver = Receiver::default();
    assert_eq!(told(&receiver.feed(b"contoso.com", FASTEST_HAND)), "contoso.com");
    assert_eq!(receiver.patience(), None, "letters wait for nothing");
    assert_eq!(receiver.feed(b"\r", Duration::from_millis(1)), []);
    assert_eq!(receiver.patience(), Some(BURST_PATIENCE));
    assert_eq!(told(&receiver.silence()), "\r");
    assert_eq!(receiver.patience(), None);
}

proptest! {
    #[test]
    fn cuts_and_gaps_lose_nothing(
        text in "[a-z\r]{0,60}",
        sizes in proptest::collection::vec((1_usize..6, 0_u64..40), 60),
    ) {
        let mut receiver = Receiver::default();
        let mut rest = text.as_bytes();
        let mut events = Vec::new();
        for (size, gap) in sizes {
            let (packet, later) = rest.split_at(size.min(rest.len()));
            if packet.is_empty() {
                break;
            }
            let gap = Duration::from_millis(gap);
            if receiver.patience().is_some_and(|patience| patience < gap) {
                events.extend(receiver.silence());
            }
            events.extend(receiver.feed(packet, gap));
            rest = later;
        }
        while receiver.patience().is_some() {
            events.extend(receiver.silence());
        }
        prop_assert_eq!(told(&events).replace(['[', ']'], ""), text);
    }
}
