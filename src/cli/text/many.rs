//! Several files in plain text: a line for each, and what it comes to.

use std::time::Duration;

use crate::cli::page::Page;
use crate::domain::text;
use crate::domain::time;
use crate::verify::{Report, Status};

/// So many different things to do are named at the end; the lines name the rest.
const MOST_ACTIONS: usize = 20;

/// How a file stands as a whole: failed or warned if one of its stages is.
pub fn status(report: &Report) -> Status {
    [Status::Failed, Status::Warned]
        .into_iter()
        .find(|status| report.first(*status).is_some())
        .unwrap_or(Status::Passed)
}

/// The line of one file: how it stands, its name, and what it is or what to do.
pub fn line(file: &str, report: &Report, took: Duration, page: Page) -> String {
    let status = status(report);
    let start = format!("{}  {file}  ", status.word());
    let words = if let Some(diagnosis) = report.answer().filter(|_| status != Status::Passed) {
        format!("{}: {}", diagnosis.code, diagnosis.action)
    } else {
        let grant = report.plan.grant.map(|grant| grant.word().to_owned());
        let cloud = report.plan.cloud.map(|cloud| cloud.title().to_owned());
        let known: Vec<String> = grant.into_iter().chain(cloud).chain([time::duration(took)]).collect();
        known.join(", ")
    };
    let mut out = String::new();
    page.row(&mut out, &start, &text::printable(&words));
    out
}

/// What all files come to; its size does not depend on their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    passed: usize,
    warned: usize,
    failed: usize,
    /// What to do about failures, and of how many files.
    actions: Vec<(String, usize)>,
}

impl Tally {
    /// Counts one file.
    pub fn add(&mut self, report: &Report) {
        match status(report) {
            Status::Failed => self.failed += 1,
            Status::Warned => self.warned += 1,
            Status::Running | Status::Passed | Status::Skipped => self.passed += 1,
        }
        let Some(diagnosis) = report.answer().filter(|_| report.first(Status::Failed).is_some()) else { return };
        let action = format!("{}: {}", diagnosis.code, diagnosis.action);
        if let Some((_, count)) = self.actions.iter_mut().find(|(known, _)| *known == action) {
            *count += 1;
        } else if self.actions.len() < MOST_ACTIONS {
            self.actions.push((action, 1));
        }
    }

    /// How many files were counted.
    pub const fn files(&self) -> usize {
        self.passed + self.warned + self.failed
    }

    /// How many of them failed.
    pub const fn failed(&self) -> usize {
        self.failed
    }

    /// The counts, and what to do about the failed files, the most frequent first.
    pub fn render(&self, page: Page) -> String {
        let counts = [(self.passed, Status::Passed), (self.warned, Status::Warned), (self.failed, Status::Failed)];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, status)| format!("{count} {}", status.word()))
            .collect();
        let mut out = String::new();
        out.push('\n');
        page.row(&mut out, &format!("{} files: ", self.files()), &counts.join(", "));
        let mut actions: Vec<&(String, usize)> = self.actions.iter().collect();
        actions.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let digits = actions.first().map_or(0, |(_, count)| count.to_string().len());
        for (action, count) in actions {
            page.paragraph(&mut out, &format!("{count:>digits$}  "), action);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cloud::CloudName;
    use crate::domain::diagnosis::{Diagnosis, Severity};
    use crate::domain::registration::GrantName;
    use crate::verify::{Blame, Event, Stage, StageReport};

    fn report(severity: Option<Severity>, code: &'static str, action: &str) -> Report {
        let mut report = Report::default();
        report.plan.grant = Some(GrantName::ClientCredentials);
        report.plan.cloud = Some(CloudName::Public);
        let diagnoses: Vec<Diagnosis> =
            severity.map(|severity| Diagnosis::new(severity, code, "Title", action)).into_iter().collect();
        report.apply(Event::Ended(StageReport {
            stage: Stage::Token,
            status: Status::of(&diagnoses),
            duration: Duration::ZERO,
            summary: String::new(),
            diagnoses,
            blame: Blame::Provider,
        }));
        report
    }

    #[test]
    fn one_line_for_each_file() {
        let took = Duration::from_millis(412);
        let whole = |file: &str, report: &Report| line(file, report, took, Page::ENDLESS);
        let passed = report(None, "", "");
        assert_eq!(whole("a.json", &passed), "passed  a.json  client_credentials, public cloud, 412 ms\n");
        let noted = report(Some(Severity::Info), "note", "Read it.");
        assert_eq!(whole("a.json", &noted), "passed  a.json  client_credentials, public cloud, 412 ms\n");
        let warned = report(Some(Severity::Warning), "v2-endpoint", "Mend the URL.");
        assert_eq!(whole("b.json", &warned), "warned  b.json  v2-endpoint: Mend the URL.\n");
        let failed = report(Some(Severity::Error), "AADSTS7000215", "Put the secret's Value into ClientSecret.");
        let name = "f".repeat(100);
        let said = "AADSTS7000215: Put the secret's Value into ClientSecret.";
        assert_eq!(whole(&name, &failed), format!("failed  {name}  {said}\n"), "in a pipe nothing is cut");
        let folded = line(&name, &failed, took, Page::of(60));
        assert!(folded.ends_with("into ClientSecret.\n"), "{folded}");
        assert!(folded.lines().all(|line| text::width(line) <= 60), "{folded}");
    }

    #[test]
    fn the_summary_counts_and_names_each_action_once() {
        let mut tally = Tally::default();
        tally.add(&report(None, "", ""));
        for _ in 0..2 {
            tally.add(&report(Some(Severity::Error), "HTTP429", "Wait."));
        }
        assert_eq!(tally.render(Page::ENDLESS), "\n3 files: 1 passed, 2 failed\n2  HTTP429: Wait.\n");
        for number in 0..12 {
            tally.add(&report(Some(Severity::Error), "file-missing", "Name it."));
            tally.add(&report(Some(Severity::Warning), "w", &format!("Look at {number}.")));
        }
        assert_eq!(
            tally.render(Page::ENDLESS),
            "\n27 files: 1 passed, 12 warned, 14 failed\n12  file-missing: Name it.\n 2  HTTP429: Wait.\n"
        );
    }

    #[test]
    fn the_size_does_not_grow_with_the_files() {
        let mut tally = Tally::default();
        for number in 0..1000 {
            tally.add(&report(Some(Severity::Error), "x", &format!("Do {number}.")));
        }
        assert_eq!((tally.files(), tally.failed(), tally.actions.len()), (1000, 1000, MOST_ACTIONS));
    }
}
