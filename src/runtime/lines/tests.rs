use proptest::prelude::*;

use super::*;

fn text(line: &str) -> Line {
    Line::Text(Secret::new(line))
}

#[test]
fn lines_end_at_any_line_end_and_the_last_one_needs_none() {
    let mut splitter = Splitter::default();
    assert_eq!(splitter.take(b"one\r\n\ntw"), [text("one"), text("")]);
    assert_eq!(splitter.take(b"o"), [] as [Line; 0]);
    assert_eq!(splitter.end(), [text("two"), Line::End]);
    assert_eq!(Splitter::default().end(), [Line::End]);
}

#[test]
fn what_is_no_text_or_too_long_is_told_and_the_next_line_counts_again() {
    let mut splitter = Splitter::default();
    assert_eq!(splitter.take(b"\xFF\nx\n"), [Line::Unusable, text("x")]);
    assert_eq!(splitter.take(&vec![b'a'; LONGEST + 1]), [] as [Line; 0]);
    assert_eq!(splitter.take(b"b\nc\n"), [Line::Unusable, text("c")]);
    assert_eq!(splitter.take(&vec![b'a'; LONGEST + 1]), [] as [Line; 0]);
    assert_eq!(splitter.end(), [Line::Unusable, Line::End]);
}

proptest! {
    #[test]
    fn cuts_between_reads_change_nothing(bytes in "[a-z\r\n\u{e4}]{0,40}", at in 0_usize..40) {
        let bytes = bytes.as_bytes();
        let whole = { let mut splitter = Splitter::default(); let mut lines = splitter.take(bytes); lines.extend(splitter.end()); lines };
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        let mut splitter = Splitter::default();
        let mut lines = splitter.take(first);
        lines.extend(splitter.take(second));
        lines.extend(splitter.end());
        prop_assert_eq!(lines, whole);
    }
}
