//! Where a new key goes, and in whose style it is written.
//!
//! A new key is only ever added: no byte that was there is taken away or moved out of its order.

use super::keys::{Layout, Member};
use super::lexer::{after_comment, after_trivia};

/// A piece of new text and the byte before which it goes.
pub(super) type Piece = (usize, String);

/// The pieces that add a key with its value (given as JSON) to the root, in the order of their places.
pub(super) fn pieces(text: &str, layout: &Layout, key: &str, value: &str) -> Vec<Piece> {
    let anchor = layout.settings.iter().flatten().max_by_key(|member| member.value.end).or(layout.last.as_ref());
    match anchor {
        Some(anchor) => after(text, anchor, key, value),
        None => vec![into_empty(text, layout, key, value)],
    }
}

fn after(text: &str, anchor: &Member, key: &str, value: &str) -> Vec<Piece> {
    // What stands between key and value may be odd in the anchor, a line break say: then the usual colon is taken.
    let colon = text.get(anchor.key.end..anchor.value.start).filter(|gap| gap.trim_matches([' ', '\t']) == ":");
    let member = format!("\"{key}\"{}{value}", colon.unwrap_or(": "));
    let before = text.get(..anchor.key.start).unwrap_or("");
    let gap_start = before.trim_end_matches([' ', '\t']).len();
    let gap = before.get(gap_start..).unwrap_or("");
    let own_line = gap_start > 0 && before.get(..gap_start).is_some_and(|head| head.ends_with(['\n', '\r']));
    let lead = if own_line { format!("{}{gap}", newline(text)) } else { gap.to_owned() };

    let next = after_trivia(text, anchor.value.end);
    if text.get(next..).is_some_and(|rest| rest.starts_with(',')) {
        // What follows, a member or the closing brace, had a comma before it and keeps one.
        let place = if own_line { end_of_line(text, next + 1) } else { next + 1 };
        return vec![(place, format!("{lead}{member},"))];
    }
    let place = if own_line { end_of_line(text, anchor.value.end) } else { anchor.value.end };
    if place == anchor.value.end {
        vec![(place, format!(",{lead}{member}"))]
    } else {
        vec![(anchor.value.end, ",".to_owned()), (place, format!("{lead}{member}"))]
    }
}

fn into_empty(text: &str, layout: &Layout, key: &str, value: &str) -> Piece {
    let newline = newline(text);
    let open = layout.root.start + 1;
    let close = layout.root.end.saturating_sub(1);
    // Behind the last comment, which may be a line comment and then must keep its line break.
    let mut place = open;
    let mut at = open;
    while at < close {
        match after_comment(text, at) {
            Some(end) => {
                place = end;
                at = end;
            }
            None => at += 1,
        }
    }
    let breaks = text.get(place..close).is_some_and(|rest| rest.contains(['\n', '\r']));
    (place, format!("{newline}  \"{key}\": {value}{}", if breaks { "" } else { newline }))
}

/// The end of the line, if from `place` on there is nothing but white space and comments in it; else `place` itself.
fn end_of_line(text: &str, place: usize) -> usize {
    let mut at = place;
    loop {
        match text.as_bytes().get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\n' | b'\r') => return text.get(..at).map_or(at, |line| line.trim_end_matches([' ', '\t']).len()),
            Some(b'/') => match after_comment(text, at) {
                Some(end) if !text.get(at..end).is_some_and(|comment| comment.contains(['\n', '\r'])) => at = end,
                _ => return place,
            },
            _ => return place,
        }
    }
}

/// The file's own line end: that of its first line.
fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']).and_then(|at| text.get(at..)) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}
