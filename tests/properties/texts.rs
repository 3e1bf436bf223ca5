//! Text for the screen: wrapping loses nothing and tears nothing, clipping fits and says that it clipped.

use std::borrow::Cow;

use proptest::prelude::*;
use token_wizard::domain::text::{
    ELLIPSIS, clip, grapheme_width, is_bidi_control, is_line_break, is_zero_width, printable, printable_lines, width,
    wrap,
};
use unicode_segmentation::UnicodeSegmentation;

use crate::nasty;

fn words(text: &str) -> Vec<&str> {
    text.split([' ', '\n']).filter(|word| !word.is_empty()).collect()
}

fn has_teeth(c: char) -> bool {
    c.is_control() || is_line_break(c) || is_bidi_control(c) || is_zero_width(c)
}

proptest! {
    #![proptest_config(nasty::cases(1024))]

    /// The lines' pieces, joined where a word was broken, are the words of the text.
    #[test]
    fn wrapping_keeps_every_word_in_order(text in nasty::text(24), columns in 0_usize..40) {
        let text = printable_lines(&text);
        let lines = wrap(&text, columns);
        let mut pieces = lines.iter().flat_map(|line| words(line));
        for word in words(&text) {
            let mut rest = word;
            while !rest.is_empty() {
                let piece = pieces.next().expect("a word got lost");
                prop_assert!(rest.starts_with(piece), "{piece:?} is not of {word:?} in {lines:?}");
                rest = rest.get(piece.len()..).expect("a piece of the word");
            }
        }
        prop_assert_eq!(pieces.next(), None);
        prop_assert_eq!(lines.len() > text.matches('\n').count(), true, "each line break makes a line");
    }

    /// A word that fits into a line is not broken, unless a part of it stands behind a longer one.
    #[test]
    fn a_word_that_fits_is_whole(text in nasty::text(24), columns in 1_usize..40) {
        let text = printable_lines(&text);
        let lines = wrap(&text, columns);
        for word in words(&text).into_iter().filter(|word| width(word) <= columns) {
            prop_assert!(lines.iter().any(|line| words(line).contains(&word)), "{word:?} is broken in {lines:?}");
        }
    }

    #[test]
    fn no_line_is_too_wide_and_no_cluster_is_torn(text in nasty::text(24), columns in 1_usize..40) {
        let text = printable_lines(&text);
        for line in wrap(&text, columns) {
            let is_one_wide = line.chars().filter(|c| width(&c.to_string()) > 0).count() == 1;
            prop_assert!(width(&line) <= columns || is_one_wide, "{line:?} is wider than {columns}");
        }
        // Two columns hold every cluster that no font draws wider: then all clusters stay whole.
        let widest = text.graphemes(true).map(grapheme_width).max().unwrap_or(0);
        if columns >= widest {
            for word in words(&text) {
                let mut borders: Vec<usize> = word.grapheme_indices(true).map(|(start, _)| start).collect();
                borders.push(word.len());
                let lines = wrap(word, columns);
                let mut end = 0;
                for line in &lines {
                    end += line.len();
                    prop_assert!(borders.contains(&end), "a cluster of {word:?} is torn: {lines:?}");
                }
            }
        }
    }

    #[test]
    fn wrapped_lines_stay_when_wrapped_again(text in nasty::text(24), columns in 1_usize..40) {
        let lines = wrap(&printable_lines(&text), columns);
        for line in lines.iter().filter(|line| width(line) <= columns) {
            prop_assert_eq!(wrap(line, columns), vec![line.clone()]);
        }
    }

    #[test]
    fn a_clip_is_a_beginning_that_fits_and_is_as_long_as_it_can_be(text in nasty::text(12), columns in 0_usize..30) {
        let clipped = clip(&text, columns);
        prop_assert!(width(&clipped) <= columns);
        if width(&text) <= columns {
            prop_assert!(matches!(clipped, Cow::Borrowed(same) if same == text));
            return Ok(());
        }
        let dots: String = ELLIPSIS.chars().take(columns).collect();
        let head = clipped.strip_suffix(dots.as_str()).expect("dots stand at the end");
        let rest = text.strip_prefix(head).expect("a beginning of the text");
        prop_assert!(text.grapheme_indices(true).any(|(start, _)| start == head.len()), "a cluster is torn");
        if columns >= ELLIPSIS.len() {
            let next = rest.graphemes(true).map(grapheme_width).find(|columns| *columns > 0).expect("more");
            prop_assert!(width(head) + next + ELLIPSIS.len() > columns, "one more had fitted: {clipped:?}");
        }
    }

    #[test]
    fn width_is_the_sum_over_clusters_and_lines_add_up(text in nasty::text(12)) {
        let sum: usize = text.graphemes(true).map(width).sum();
        prop_assert_eq!(width(&text), sum);
    }

    /// What is printable keeps everything that can be seen, in order.
    #[test]
    fn making_printable_takes_only_the_teeth(text in nasty::text(12)) {
        let visible = |text: &str| text.chars().filter(|c| !has_teeth(*c) && *c != ' ').collect::<String>();
        for clean in [printable(&text), printable_lines(&text)] {
            prop_assert_eq!(visible(&clean), visible(&text));
            prop_assert!(!clean.chars().any(|c| has_teeth(c) && c != '\n'));
        }
        prop_assert!(!printable(&text).contains('\n'));
        prop_assert_eq!(printable_lines(&text).replace('\n', " "), printable(&text));
    }
}
