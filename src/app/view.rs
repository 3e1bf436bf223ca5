//! The picture of the state: frame, step, and what lies over it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::keys::{self, Action};
use super::offers::caution_lines;
use super::{App, Focus, Overlay};
use crate::domain::cloud::CloudName;
use crate::domain::diagnosis::Severity;
use crate::domain::powerbi::Workspace;
use crate::domain::registration::Inspection;
use crate::domain::setting::SettingName;
use crate::domain::text;
use crate::steps::form::PasteKeys;
use crate::steps::questions::{Remark, Sheet, remarks};
use crate::steps::save::FileState;
use crate::steps::tenant::live::Findings;
use crate::steps::{Step, app};
use crate::ui::draw_spans;
use crate::ui::footer::draw_footer;
use crate::ui::frame::{self, Areas, Header, Saved, StepMark, areas};
use crate::ui::keymap::{Binding, hints};
use crate::ui::pane::{Line, More, Pane, max_scroll};
use crate::ui::theme::Role;

/// What the help calls the keys in a field, the commands of a form, and the keys of the last two steps.
const FIELD_TITLE: &str = "In a field";
const COMMANDS_TITLE: &str = "Commands (Esc first)";
const TEST_TITLE: &str = "In step Test";
const SAVE_TITLE: &str = "In step Save";

pub(super) const MORE: More = More { above: "Up back", below: "Down more" };

impl App {
    pub(super) fn draw(&self, frame: &mut Frame<'_>) {
        let screen = frame.area();
        let look = self.start.look;
        if frame::is_too_small(screen) {
            frame::draw_too_small(frame.buffer_mut(), screen, look);
            return;
        }
        if let Some(Overlay::Plain { scroll, .. }) = self.overlay {
            self.draw_plain(frame.buffer_mut(), screen, scroll);
            return;
        }
        let areas = areas(screen);
        let inspection = self.form.inspect(&self.start.options);
        let findings = self.findings();
        let buffer = frame.buffer_mut();
        self.draw_frame(buffer, &areas, &inspection, findings.as_ref());
        let cursor = match self.overlay {
            Some(Overlay::Help { scroll }) => {
                Pane::new(&self.help_lines(), areas.body.width).draw(buffer, areas.body, scroll, MORE, look);
                None
            }
            Some(Overlay::Book { row }) => {
                self.draw_book(buffer, areas.body, row);
                None
            }
            Some(Overlay::Workspaces { row }) => {
                self.draw_workspaces(buffer, areas.body, row);
                None
            }
            Some(Overlay::Asking { row }) => {
                self.draw_asking(buffer, areas.body, row);
                None
            }
            Some(Overlay::Copying { row }) => {
                self.draw_copying(buffer, areas.body, row);
                None
            }
            Some(overlay) => {
                let (lines, scroll) = match overlay {
                    Overlay::Comparison { scroll } => (self.save.comparison(&self.start.document), scroll),
                    Overlay::Leftovers => (self.leftover_lines(), 0),
                    Overlay::Draft => (self.draft_lines(), 0),
                    Overlay::Again => (self.again_lines(), 0),
                    Overlay::Realm { scroll } => (self.test.realm_question(), scroll),
                    Overlay::Move { page, scroll } => (self.move_lines(page), scroll),
                    Overlay::Cloud => (self.cloud_lines(), 0),
                    _ => (self.leaving_lines(), 0),
                };
                Pane::new(&lines, areas.body.width).draw(buffer, areas.body, scroll, MORE, look);
                None
            }
            None => self.draw_step(buffer, &areas, &inspection, findings.as_ref()),
        };
        draw_footer(buffer, areas.footer, &hints(self.table(), self), look);
        if let Some(cursor) = cursor {
            frame.set_cursor_position(cursor);
        }
    }

    fn draw_frame(&self, buffer: &mut Buffer, areas: &Areas, inspection: &Inspection, findings: Option<&Findings>) {
        let look = self.start.look;
        let cloud = inspection.plan.cloud.map_or("no known cloud", CloudName::title);
        let is_local = inspection.plan.cloud == Some(CloudName::Local);
        let header = Header {
            banner: self.start.banner.map(|(left, _)| left),
            file: &self.start.file,
            saved: if self.is_unsaved() { Saved::Unsaved } else { Saved::Saved },
            // A practice tenant can be left by its settings; then the real cloud is named.
            cloud: self.start.banner.filter(|_| is_local).map_or(cloud, |(_, right)| right),
        };
        frame::draw_header(buffer, areas.header, &header, look);
        let shown = Step::shown(&self.form, self.step);
        let marks: Vec<StepMark<'_>> = shown.iter().map(|step| self.mark(*step, inspection, findings)).collect();
        let current = shown.iter().position(|step| *step == self.step).unwrap_or(0);
        frame::draw_steps(buffer, areas.steps, &marks, current, look);
        frame::draw_rule(buffer, areas.rule_top, look);
        frame::draw_rule(buffer, areas.rule_bottom, look);
    }

    fn mark(&self, step: Step, inspection: &Inspection, findings: Option<&Findings>) -> StepMark<'static> {
        let (word, role) = match step {
            Step::Test => self.test.word(&self.form.draft()),
            Step::Save => self.save.word(self.is_unsaved()),
            _ => match step.validation(&self.form, inspection, findings) {
                None => ("", Role::Text),
                Some(Severity::Info) => ("ok", Role::Ok),
                Some(Severity::Warning) => ("warned", Role::Warning),
                Some(Severity::Error) => ("failed", Role::Error),
            },
        };
        StepMark { digit: step.digit(), title: step.title(), word, role }
    }

    fn draw_step(
        &self,
        buffer: &mut Buffer,
        areas: &Areas,
        inspection: &Inspection,
        findings: Option<&Findings>,
    ) -> Option<ratatui::layout::Position> {
        let look = self.start.look;
        let revealed = self.revealed.map(|(name, _)| name);
        match self.step {
            Step::Test => {
                self.test.draw(buffer, areas, &self.form.draft(), &self.idle_lines(), look);
                None
            }
            Step::Save => {
                let lines = self.save_lines(revealed);
                Pane::new(&lines, areas.body.width).draw(buffer, areas.body, self.save_scroll, MORE, look);
                None
            }
            _ => Sheet {
                questions: self.step.questions(),
                form: &self.form,
                options: &self.start.options,
                inspection,
                findings,
                focus: self.question,
                is_editing: self.focus == Focus::Field,
                is_first: self.is_first,
                revealed,
                look,
            }
            .draw(buffer, areas.body),
        }
    }

    /// What the Test step says before the first test.
    pub(super) fn idle_lines(&self) -> Vec<Line> {
        let inspection = self.form.inspect(&self.start.options);
        let Some(registration) = &inspection.registration else {
            return mended_first(&inspection);
        };
        let grant = registration.grant_name().word();
        let sent = if self.test.was_cancelled() {
            "The request of the cancelled test may have arrived there."
        } else {
            "Nothing has been sent yet."
        };
        let mut lines = vec![
            Line::new(
                Role::Text,
                format!("Enter asks {} for a token, with {grant}.", registration.endpoint.authority()),
            ),
            Line::new(Role::Text, sent),
        ];
        let found = self.findings().and_then(|findings| findings.remark()).filter(|remark| remark.asks);
        let found = found.map(|remark| (remark.in_full(), remark));
        let warned = inspection.diagnoses.iter().filter(|diagnosis| diagnosis.severity == Severity::Warning);
        let warned = warned.map(Remark::of).map(|remark| (remark.text.clone(), remark));
        for (place, (text, remark)) in found.into_iter().chain(warned).enumerate() {
            lines.extend((place == 0).then(Line::blank));
            lines.push(Line::new(Role::Text, text).led_by(remark.role, remark.lead));
        }
        lines
    }

    /// The setting to mend: that at which the test failed, and before a test the first of which something is said.
    pub(super) fn setting_at_fault(&self) -> Option<SettingName> {
        if self.test.run.is_some() {
            return self.test.setting_at_fault();
        }
        let inspection = self.form.inspect(&self.start.options);
        let mut told = inspection.diagnoses.iter().filter(|diagnosis| diagnosis.severity != Severity::Info);
        told.find_map(|diagnosis| diagnosis.setting)
    }

    pub(super) fn save_lines(&self, revealed: Option<SettingName>) -> Vec<Line> {
        let inspection = self.form.inspect(&self.start.options);
        let file = FileState {
            name: &self.start.file,
            exposure: self.start.exposure,
            revealed,
            is_practice: self.is_practice(),
        };
        self.save.lines(&self.form, &inspection, file)
    }

    /// How far a page over the step scrolls.
    pub(super) fn rows_below(&self, lines: &[Line]) -> usize {
        let body = self.body();
        max_scroll(Pane::new(lines, body.width).len(), usize::from(body.height))
    }

    pub(super) fn again_lines(&self) -> Vec<Line> {
        let user = self.form.field(SettingName::User).text();
        self.caution().map(|caution| caution_lines(user, caution)).unwrap_or_default()
    }

    pub(super) fn help_lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::new(Role::Title, format!("Help, step {}", self.step.title())), Line::blank()];
        if let Some(question) = self.question() {
            if let Some(name) = question.setting() {
                lines.push(Line::new(Role::Title, name.key()));
                // On a small screen there is no room for the reasons below the field.
                let inspection = self.form.inspect(&self.start.options);
                let found = self.findings().map(|findings| findings.remarks(question)).unwrap_or_default();
                let said = remarks(&self.form, &inspection, name, PasteKeys::SCREEN).into_iter().chain(found);
                lines.extend(said.map(|it| Line::new(Role::Text, it.in_full()).led_by(it.role, it.lead)));
            }
            lines.extend(question.help(&self.form).into_iter().map(|text| Line::new(Role::Text, text)));
            lines.push(Line::blank());
        }
        let mut checklist = Vec::new();
        if self.step == Step::App {
            checklist.extend(app::checklist(&self.form, &self.start.options));
            checklist.push(Line::blank());
        }
        // Whoever has no app asks for it at its ID; elsewhere the keys are looked for first.
        if self.setting_in_focus() == Some(SettingName::ClientId) {
            lines.append(&mut checklist);
        }
        let tables: [(&str, &[Binding<Self, Action>]); 4] = [
            (FIELD_TITLE, keys::FIELD),
            (COMMANDS_TITLE, keys::COMMANDS),
            (TEST_TITLE, keys::TEST),
            (SAVE_TITLE, keys::SAVE),
        ];
        // The page is opened to learn what can be done here: these keys come first.
        let here = self.step_table();
        let is_here = |table: &[Binding<Self, Action>]| std::ptr::eq(table, here);
        let (first, rest): (Vec<_>, Vec<_>) = tables.into_iter().partition(|(_, table)| is_here(table));
        for (title, table) in first.into_iter().chain(rest) {
            lines.push(Line::new(Role::Title, title));
            let row = |key: &str, words: &str| Line::new(Role::Text, words).led_by(Role::Key, format!("{key:<13} "));
            let rows = table.iter().filter(|row| !row.shown.is_empty() && !row.help.is_empty());
            lines.extend(rows.map(|binding| row(binding.shown, binding.help)));
            if title == FIELD_TITLE {
                lines.push(row("letters", "replace the selected value; u after Esc takes that back"));
                lines.push(row("Left/Home/End", "edit the value instead of replacing it"));
            } else {
                let steps: Vec<String> =
                    Step::ALL.iter().map(|step| format!("{} {}", step.digit(), step.title())).collect();
                lines.push(row("1 to 7", &steps.join("  ")));
            }
            if [TEST_TITLE, SAVE_TITLE].contains(&title) {
                lines.push(row("PageUp/Down", "scroll by ten rows, Up and Down by one"));
            }
            lines.push(Line::blank());
        }
        lines.append(&mut checklist);
        lines
    }

    pub(super) fn leaving_lines(&self) -> Vec<Line> {
        let changed = self.form.changed();
        let names: Vec<&str> = changed.into_iter().map(SettingName::key).collect();
        let mut lines = vec![
            Line::new(Role::Title, "Leave without saving?"),
            Line::new(Role::Text, format!("Not yet in {}: {}.", self.start.file, names.join(", "))),
        ];
        if self.is_practice() {
            lines
                .push(Line::new(Role::Text, "It is the practice copy, which is removed when you leave, saved or not."));
        }
        lines
    }

    fn draw_book(&self, buffer: &mut Buffer, area: Rect, selected: usize) {
        let rows: Vec<_> = self.start.book.iter().map(|row| (row.name.to_owned(), row.situation.to_owned())).collect();
        self.draw_list(buffer, area, "Account book: known situations", &rows, selected);
    }

    fn draw_workspaces(&self, buffer: &mut Buffer, area: Rect, selected: usize) {
        let row = |workspace: &Workspace| {
            (text::clip(&text::printable(&workspace.name), 36).into_owned(), workspace.id.to_string())
        };
        let rows: Vec<_> = self.test.workspaces().iter().map(row).collect();
        self.draw_list(buffer, area, "Power BI workspaces that the token can look into", &rows, selected);
    }

    /// A title, and rows of which one is chosen.
    fn draw_list(&self, buffer: &mut Buffer, area: Rect, title: &str, rows: &[(String, String)], selected: usize) {
        let title = format!("{title}, {} of {}{}", selected.saturating_add(1), rows.len(), self.sought_words());
        draw_spans(buffer, Rect { height: 1, ..area }, &[(Role::Title, &title)], self.start.look);
        let list = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        self.draw_rows(buffer, list, rows, selected);
    }
}

/// What keeps the settings from being sent: the first of it, with its reason where that is all, and where the rest is.
fn mended_first(inspection: &Inspection) -> Vec<Line> {
    let mut errors = inspection.diagnoses.iter().filter(|diagnosis| diagnosis.severity == Severity::Error);
    let Some(first) = errors.next() else { return Vec::new() };
    let others = errors.filter_map(|diagnosis| diagnosis.setting).filter(|name| Some(*name) != first.setting);
    let mut others: Vec<&str> = others.map(SettingName::key).collect();
    others.dedup();
    let remark = Remark::of(first);
    let text = if others.is_empty() { remark.in_full() } else { remark.text };
    let mut lines = vec![Line::new(Role::Text, text).led_by(remark.role, remark.lead)];
    if !others.is_empty() {
        let rest = format!("To be mended, too: {}.", others.join(", "));
        lines.push(Line::new(Role::Text, rest).led_by(Role::Text, " ".repeat(remark.lead.len())));
    }
    lines
}
