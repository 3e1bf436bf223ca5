//! What the properties share: the same inputs in every run, and texts that break careless code.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// So many cases, always the same ones.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x7007_1E57),
        max_shrink_iters: 1_500,
        ..ProptestConfig::default()
    }
}

/// Pieces that have broken terminals, parsers and fields: joined and torn clusters, wide, combining, right-to-left,
/// invisible and control characters, and what other languages take for their own.
const PIECES: [&str; 78] = [
    "\u{1}",
    "\u{1f}",
    "a",
    "Zz9",
    "word",
    " ",
    "  ",
    "-",
    "/",
    ".",
    ",",
    "~",
    "e\u{301}",
    "\u{301}",
    "o\u{308}\u{323}",
    "\u{1f469}\u{200d}\u{1f467}",
    "\u{1f44d}\u{1f3fd}",
    "\u{1f3fd}",
    "\u{1f1e9}\u{1f1ea}",
    "\u{1f1e9}",
    "\u{65e5}\u{672c}",
    "\u{ff21}",
    "\u{d55c}",
    "\u{1100}\u{1161}\u{11a8}",
    "\u{fdfa}",
    "\u{5e9}\u{5dc}",
    "\u{644}\u{627}",
    "\u{202e}",
    "\u{202d}",
    "\u{2066}",
    "\u{2069}",
    "\u{200e}",
    "\u{200f}",
    "\u{61c}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{34f}",
    "\u{a0}",
    "\u{202f}",
    "\u{2007}",
    "\u{3000}",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\u{b}",
    "\u{c}",
    "\r\n",
    "\r",
    "\n",
    "\t",
    "\u{1b}[31m",
    "\u{1b}]52;c;x\u{7}",
    "\0",
    "\u{7f}",
    "\u{9b}2J",
    "\u{600}",
    "\u{915}\u{94d}\u{937}\u{93f}",
    "\u{fe0f}",
    "\u{2764}\u{fe0f}",
    "1\u{fe0f}\u{20e3}",
    "\u{e0041}",
    "\u{fffd}",
    "\u{10ffff}",
    "\u{fff9}",
    "\u{3164}",
    "\u{1d518}",
    "\"",
    "\\",
    "'",
    "<&>",
    "%41",
    "{}",
    "[x]",
    "\u{201c}\u{201d}",
];

/// A nasty text of at most so many pieces.
pub(crate) fn text(pieces: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        2 => "[ -~]{1,6}",
    ];
    prop::collection::vec(piece, 0..=pieces).prop_map(|pieces| pieces.concat())
}

/// Any integer, the ends of the range and the small ones often.
pub(crate) fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -100_000_i64..100_000,
        (0_u32..63).prop_map(|bits| 1_i64 << bits),
        (0_u32..63).prop_map(|bits| -(1_i64 << bits)),
        prop::sample::select(vec![i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX, 0, -1]),
    ]
}
