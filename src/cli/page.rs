//! How wide the lines of the text are: rows as wide as the terminal, and whole where they go into a pipe or a file;
//! running text narrow enough to be read.
//!
//! Nothing is ever cut. What does not fit goes on below, under the indentation.

use std::fmt::Write;

use crate::domain::text;

/// The widest line of running text, in columns.
const PROSE: usize = 78;

/// How far in a line goes on whose beginning leaves less than half of the columns.
const HANGING: usize = 4;

/// Where the text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The columns of the terminal; `None` where the text goes elsewhere.
    columns: Option<usize>,
}

impl Page {
    /// A pipe or a file: a row is one line, however long, so that programs find it whole.
    pub const ENDLESS: Self = Self { columns: None };

    /// A terminal of so many columns; 0 stands for one that does not know, and means 80.
    pub const fn of(columns: u16) -> Self {
        let columns = if columns == 0 { 80 } else { columns as usize };
        Self { columns: Some(columns) }
    }

    /// The columns of running text.
    pub fn prose(self) -> usize {
        self.columns.map_or(PROSE, |columns| columns.min(PROSE))
    }

    /// Writes running text; lines after the first are indented below its beginning.
    pub fn paragraph(self, out: &mut String, start: &str, body: &str) {
        let first = start.trim_start_matches('\n');
        out.push_str(start.get(..start.len() - first.len()).unwrap_or_default());
        fold(out, first, body, self.prose());
    }

    /// Writes a row of a table: one line, or folded to the columns of the terminal.
    pub fn row(self, out: &mut String, start: &str, body: &str) {
        match self.columns {
            Some(columns) => fold(out, start, body, columns),
            None => {
                let _infallible = writeln!(out, "{}", format!("{start}{body}").trim_end());
            }
        }
    }
}

fn fold(out: &mut String, start: &str, body: &str, columns: usize) {
    let indent = text::width(start);
    let (start, indent, lines) = if indent <= columns / 2 {
        (start, indent, text::wrap(body, columns - indent))
    } else {
        let indent = HANGING.min(columns / 2);
        ("", indent, wrap_hanging(&format!("{start}{body}"), columns, indent))
    };
    for (number, line) in lines.iter().enumerate() {
        let lead = if number == 0 { start.to_owned() } else { " ".repeat(indent) };
        let _infallible = writeln!(out, "{}", format!("{lead}{line}").trim_end());
    }
}

/// Wraps with lines after the first that are narrower.
fn wrap_hanging(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let first = text::wrap(text, columns).into_iter().next().unwrap_or_default();
    // Spaces at the beginning may have gone.
    let Some(rest) = text.strip_prefix(first.as_str()) else { return text::wrap(text, columns - indent) };
    let mut lines = vec![first];
    // At the break stands a space, a line break, or nothing when a long word was broken.
    let rest = rest.trim_start_matches(' ');
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    if !rest.is_empty() {
        lines.extend(text::wrap(rest, columns - indent));
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(page: Page, start: &str, body: &str) -> String {
        let mut out = String::new();
        page.row(&mut out, start, body);
        out
    }

    #[test]
    fn a_row_is_whole_in_a_pipe_and_folded_on_a_terminal() {
        let body = "contoso.onmicrosoft.com = 8f3c2a1e, EU, managed user";
        assert_eq!(row(Page::ENDLESS, "passed  tenant  ", body), format!("passed  tenant  {body}\n"));
        assert_eq!(
            row(Page::of(48), "passed  tenant  ", body),
            "passed  tenant  contoso.onmicrosoft.com =\n                8f3c2a1e, EU, managed user\n"
        );
        assert_eq!(row(Page::of(0), "passed  ", "x"), "passed  x\n");
    }

    #[test]
    fn a_beginning_that_is_too_long_is_folded_with_the_rest() {
        assert_eq!(
            row(Page::of(20), "failed  a-long-name.json  ", "no-app: Name it."),
            "failed\n    a-long-name.json\n    no-app: Name it.\n"
        );
    }

    #[test]
    fn running_text_is_folded_everywhere() {
        let mut out = String::new();
        Page::ENDLESS.paragraph(&mut out, "\nnote  ", &"word ".repeat(30));
        assert!(out.starts_with("\nnote  word") && out.lines().all(|line| line.len() <= PROSE), "{out}");
        assert_eq!((Page::of(200).prose(), Page::of(40).prose()), (PROSE, 40));
    }

    proptest! {
        #[test]
        fn no_row_loses_anything_or_is_too_wide(
            start in "[a-z ]{0,30}", body in "[a-z.,/-]{0,30}( [a-z]{1,12}){0,9}", columns in 1_u16..120,
        ) {
            let solid = |text: &str| text.split_whitespace().collect::<String>();
            let out = row(Page::of(columns), &start, &body);
            prop_assert_eq!(solid(&out), solid(&format!("{start}{body}")));
            prop_assert!(out.lines().all(|line| text::width(line) <= usize::from(columns)), "{}", out);
            prop_assert_eq!(row(Page::ENDLESS, &start, &body).lines().count(), 1);
        }
    }
}
