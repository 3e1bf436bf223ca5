//! The pane Claims: each claim with its value, what it is for, and how it was judged.

use super::{HANDED_OUT, Run};
use crate::domain::check::{ClaimReport, Verdict};
use crate::domain::text;
use crate::ui::pane::Line;
use crate::ui::theme::Role;

/// Longer names do not push the values of all others to the right, only their own.
const LONGEST_NAME: usize = 13;

/// What the pane says.
pub(super) fn lines(run: &Run) -> Vec<Line> {
    let Some(claims) = &run.report.claims else {
        let text = match (&run.report.token, run.is_running) {
            (_, true) => "No token has been judged yet.",
            (None, false) => "No token was issued, so there are no claims; see Why.",
            (Some(_), false) => "The token is no JWT, so there are no claims; see Why.",
        };
        return vec![Line::new(Role::Text, text)];
    };
    let names = claims.iter().map(|claim| text::width(&claim.name));
    let column = names.filter(|width| *width <= LONGEST_NAME).max().unwrap_or(0) + 2;
    let mut lines: Vec<Line> = claims.iter().flat_map(|claim| of_claim(claim, column)).collect();
    lines.push(Line::blank());
    lines.push(Line::new(Role::Hint, HANDED_OUT));
    lines
}

/// A row with name, value and verdict, and below it what the claim is for and why that verdict.
fn of_claim(claim: &ClaimReport, column: usize) -> Vec<Line> {
    let gap = column.saturating_sub(text::width(&claim.name)).max(2);
    let name = format!("{}{}", claim.name, " ".repeat(gap));
    let has_verdict = !claim.note.is_empty();
    let mut first = Line::new(Role::Text, claim.shown_value()).led_by(Role::Label, name);
    if has_verdict {
        first = first.with_right(claim.verdict.word()).with_right_role(role(claim.verdict));
    }
    let about = about(claim);
    let role = if claim.verdict == Verdict::Fail { Role::Title } else { Role::Hint };
    if about.is_empty() { vec![first] } else { vec![first, Line::new(role, about).led_by(role, " ".repeat(column))] }
}

/// The verdict looks like the status of a stage.
const fn role(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Fail => Role::Error,
        Verdict::Warn => Role::Warning,
        Verdict::Pass | Verdict::NotChecked => Role::Hint,
    }
}

/// What the claim is for, its value in words, and then the reason of the verdict: a sentence each.
fn about(claim: &ClaimReport) -> String {
    let note = claim.note.as_str();
    // Words that the note repeats are said once.
    let says_words = !claim.value.is_number() && (note.is_empty() || !note.starts_with(claim.words.as_str()));
    let words = if says_words { claim.words.as_str() } else { "" };
    let sentences = [claim.meaning, words, note].into_iter().filter(|sentence| !sentence.is_empty());
    sentences.map(sentence).collect::<Vec<_>>().join(" ")
}

/// The same with a capital at its beginning and a full stop at its end.
fn sentence(words: &str) -> String {
    let mut letters = words.trim_end_matches('.').chars();
    let Some(first) = letters.next() else { return String::new() };
    first.to_uppercase().chain(letters).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claim(name: &str, value: serde_json::Value, verdict: Verdict, note: &str) -> ClaimReport {
        let words = if value.is_number() { "2026-11-24 15:02:11Z, in 60 min".to_owned() } else { String::new() };
        let note = note.to_owned();
        ClaimReport { name: name.to_owned(), value, words, meaning: "what it is for", verdict, note, personal: false }
    }

    fn shown(claims: &[ClaimReport], column: usize) -> Vec<String> {
        claims.iter().flat_map(|claim| of_claim(claim, column)).flat_map(|line| line.text_lines(60)).collect()
    }

    #[test]
    fn the_meaning_comes_before_the_verdict_and_each_is_a_sentence() {
        let claims = [
            claim("exp", json!(1), Verdict::Pass, "has not ended yet"),
            claim("roles", json!("x"), Verdict::NotChecked, ""),
            claim("sub", json!("x"), Verdict::NotChecked, "there is no oid to compare it with."),
        ];
        assert_eq!(
            shown(&claims, 7),
            [
                "exp    2026-11-24 15:02:11Z, in 60 min [pass]",
                "       What it is for. Has not ended yet.",
                "roles  x",
                "       What it is for.",
                "sub    x [not checked]",
                "       What it is for. There is no oid to compare it with.",
            ]
        );
    }

    #[test]
    fn a_long_name_moves_only_its_own_value() {
        let claims = [claim("tenant_region_scope", json!("EU"), Verdict::Pass, "fits Resource")];
        assert_eq!(shown(&claims, 7), ["tenant_region_scope  EU [pass]", "       What it is for. Fits Resource."]);
    }

    #[test]
    fn a_verdict_is_drawn_as_the_status_of_a_stage() {
        let roles = [Verdict::Fail, Verdict::Warn, Verdict::Pass, Verdict::NotChecked].map(role);
        assert_eq!(roles, [Role::Error, Role::Warning, Role::Hint, Role::Hint]);
    }
}
