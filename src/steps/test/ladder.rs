//! The rows of the ladder: which stages share one, and what of a summary stands in the columns that there are.

use crate::domain::{shape, text};
use crate::ui::pane::Line;
use crate::ui::theme::Role;
use crate::verify::{Report, StageReport, Status};

/// The column at which the summaries begin.
pub(super) const SUMMARY: usize = 20;

/// Keeps words together while a summary is wrapped.
const GLUE: char = '\u{a0}';

/// What stands behind a number and is never told without it.
const UNITS: [&str; 7] = ["ms", "s", "min", "h", "days", "years", "%"];

/// One row of the ladder, or a few where its summary takes more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) status: Status,
    /// The stage, or the stages that share the row.
    pub(super) name: String,
    /// The summary, line by line; at least one line.
    pub(super) lines: Vec<String>,
    /// Nothing of the summary is left out.
    is_whole: bool,
}

/// Returns the ladder's rows: skipped stages share one, and on a low screen all that merely passed do, too.
///
/// Summaries have so many columns. All together there are `height` rows; what is free of them goes to summaries that
/// do not fit, those of failures first.
pub(super) fn rows(report: &Report, is_low: bool, columns: usize, height: usize) -> Vec<Row> {
    let named = named(report, is_low);
    let mut free = height.saturating_sub(named.len());
    let mut rows: Vec<Row> =
        named.iter().map(|(status, name, summary)| on_one_line(*status, name, summary, columns)).collect();
    let worst = [Status::Failed, Status::Warned, Status::Running, Status::Passed, Status::Skipped];
    for status in worst {
        for (row, (.., summary)) in rows.iter_mut().zip(&named).filter(|(row, _)| row.status == status) {
            if row.lines.iter().all(|line| text::width(line) <= columns) {
                continue;
            }
            let short = shape::with_short_guids(summary);
            let lines = wrapped(&short, columns);
            if lines.len() <= free + 1 {
                free = (free + 1).saturating_sub(lines.len());
                (row.lines, row.is_whole) = (lines, short == *summary);
            }
        }
    }
    rows
}

/// Status, names and summary of each row.
fn named(report: &Report, is_low: bool) -> Vec<(Status, String, String)> {
    let shares = |status| status == Status::Skipped || is_low && status == Status::Passed;
    let mut rows: Vec<(Status, String, String)> = Vec::new();
    for stage in &report.stages {
        let word = stage.stage.word();
        match rows.iter_mut().find(|(status, ..)| shares(stage.status) && *status == stage.status) {
            Some((_, names, summary)) => {
                names.push_str(", ");
                names.push_str(word);
                summary.clear();
            }
            None => rows.push((stage.status, word.to_owned(), stage.summary.clone())),
        }
    }
    // What was not tried comes last, also when something beside it ended later.
    rows.sort_by_key(|(status, ..)| *status == Status::Skipped);
    rows
}

/// The summary on one line: what is least missed goes first when it does not fit. GUIDs are cut in their middle, for
/// their ends are what people compare.
fn on_one_line(status: Status, name: &str, summary: &str, columns: usize) -> Row {
    let short = shape::with_short_guids(summary);
    let bare = short.replace(", region ", ", ");
    let quick = without_duration(&bare).to_owned();
    let last = quick.clone();
    let line = [summary.to_owned(), short, bare, quick].into_iter().find(|line| text::width(line) <= columns);
    let line = line.unwrap_or(last);
    let is_whole = line == summary && text::width(&line) <= columns;
    Row { status, name: name.to_owned(), is_whole, lines: vec![line] }
}

/// The summary without the time that it took, which is its last item.
fn without_duration(summary: &str) -> &str {
    let Some((rest, last)) = summary.rsplit_once(", ") else { return summary };
    let is_duration =
        last.split_once(' ').is_some_and(|(number, unit)| is_number(number) && matches!(unit, "ms" | "s"));
    if is_duration { rest } else { summary }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The summary on several lines, broken at its commas where that takes no more of them, and never before a unit.
fn wrapped(summary: &str, columns: usize) -> Vec<String> {
    let lines = |text: &str| -> Vec<String> {
        text::wrap(text, columns).into_iter().map(|line| line.replace(GLUE, " ")).collect()
    };
    let loose = lines(&with_units(summary));
    let items = summary.split_inclusive(", ").map(|item| {
        let words = item.trim_end_matches(' ');
        let gap = if words.len() < item.len() { " " } else { "" };
        let words = if text::width(words) > columns { with_units(words) } else { glued(words) };
        format!("{words}{gap}")
    });
    let by_items = lines(&items.collect::<String>());
    if by_items.len() <= loose.len() { by_items } else { loose }
}

fn glued(words: &str) -> String {
    words.replace(' ', GLUE.encode_utf8(&mut [0; 2]))
}

/// Glues each number to the unit behind it.
fn with_units(summary: &str) -> String {
    let mut glued = String::with_capacity(summary.len());
    let mut before = "";
    for (index, word) in summary.split(' ').enumerate() {
        if index > 0 {
            let is_unit = is_number(before) && UNITS.contains(&word.trim_end_matches([',', '.', ';']));
            glued.push(if is_unit { GLUE } else { ' ' });
        }
        glued.push_str(word);
        before = word;
    }
    glued
}

/// The stages whose summaries those rows do not show whole, with all that they say.
pub(super) fn cut_short(report: &Report, rows: &[Row]) -> Vec<Line> {
    let is_shown = |stage: &StageReport| rows.iter().any(|row| row.name == stage.stage.word() && row.is_whole);
    let cut = report.stages.iter().filter(|stage| !stage.summary.is_empty() && !is_shown(stage));
    let whole = cut.map(|stage| {
        Line::new(Role::Text, stage.summary.as_str()).led_by(Role::Label, format!("{:<10} ", stage.stage.word()))
    });
    let mut lines: Vec<Line> = whole.collect();
    if !lines.is_empty() {
        lines.insert(0, Line::blank());
    }
    lines
}

/// How the word of a status is drawn; that of an old test says nothing about the present settings.
pub(super) const fn role(status: Status, is_outdated: bool) -> Role {
    match status {
        _ if is_outdated => Role::Muted,
        Status::Running => Role::Text,
        Status::Passed => Role::Ok,
        Status::Warned => Role::Warning,
        Status::Failed => Role::Error,
        Status::Skipped => Role::Muted,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::verify::{Blame, Event, Stage};

    const GUID: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";

    fn report(stages: &[(Stage, Status, &str)]) -> Report {
        let mut report = Report::default();
        for (stage, status, summary) in stages {
            let (stage, status, summary) = (*stage, *status, (*summary).to_owned());
            let (duration, diagnoses, blame) = (Duration::ZERO, Vec::new(), Blame::Settings);
            report.apply(Event::Ended(StageReport { stage, status, duration, summary, diagnoses, blame }));
        }
        report
    }

    fn lines(summary: &str, columns: usize, height: usize) -> Vec<String> {
        let report = report(&[(Stage::Token, Status::Failed, summary)]);
        rows(&report, false, columns, height).into_iter().flat_map(|row| row.lines).collect()
    }

    #[test]
    fn a_duration_goes_before_a_row_is_broken_and_is_never_torn() {
        let refused = "401 invalid_client, AADSTS7000215, 1 ms";
        assert_eq!(lines(refused, 40, 9), [refused]);
        assert_eq!(lines(refused, 38, 9), ["401 invalid_client, AADSTS7000215"]);
        assert_eq!(lines("one two three four 10 min behind", 21, 9), ["one two three four", "10 min behind"]);
        assert_eq!(
            lines("127.0.0.1:18080, plain http on loopback, 1 ms", 36, 9),
            ["127.0.0.1:18080,", "plain http on loopback, 1 ms"]
        );
    }

    #[test]
    fn a_tenant_loses_first_the_middle_of_its_id_and_then_the_word_region() {
        let tenant = format!("contoso.onmicrosoft.com = {GUID}, region EU");
        assert_eq!(lines(&tenant, 80, 9), [tenant.as_str()]);
        assert_eq!(lines(&tenant, 58, 9), ["contoso.onmicrosoft.com = 8f3c2a1e-...-77d0, region EU"]);
        assert_eq!(lines(&tenant, 48, 9), ["contoso.onmicrosoft.com = 8f3c2a1e-...-77d0, EU"]);
    }

    #[test]
    fn free_rows_go_to_the_reason_of_a_warning_before_what_passed() {
        let long = format!("federated user, contoso.onmicrosoft.com = {GUID}, region EU");
        let stages = [
            (
                Stage::Connect,
                Status::Passed,
                "login.microsoftonline.com, IPv6 no answer in 1.0 s, IPv4 in 23 ms, TLS 1.3",
            ),
            (Stage::Tenant, Status::Warned, long.as_str()),
        ];
        let found = rows(&report(&stages), false, 58, 3);
        let count: Vec<usize> = found.iter().map(|row| row.lines.len()).collect();
        assert_eq!(count, [1, 2], "{found:?}");
        assert_eq!(found[1].lines, ["federated user,", "contoso.onmicrosoft.com = 8f3c2a1e-...-77d0, region EU"]);
        let cut: Vec<String> = cut_short(&report(&stages), &found).iter().map(Line::plain).collect();
        assert_eq!(cut.len(), 3, "both are whole below: {cut:?}");
        let found = rows(&report(&stages), false, 58, 2);
        assert!(found.iter().all(|row| row.lines.len() == 1), "no row is lost for another: {found:?}");
    }

    #[test]
    fn the_words_of_an_old_test_are_drawn_without_emphasis() {
        for status in [Status::Passed, Status::Warned, Status::Failed, Status::Skipped] {
            assert_eq!(role(status, true), Role::Muted);
        }
        assert_eq!((role(Status::Failed, false), role(Status::Warned, false)), (Role::Error, Role::Warning));
    }
}
