//! Questions as the screen draws them: label, value, what is wrong, and help for the one in focus.

mod remark;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::form::{Form, PasteKeys};
use super::tenant::live::Findings;
use super::{app, endpoint, who};
use crate::domain::diagnosis::Severity;
use crate::domain::registration::{Inspection, Options};
use crate::domain::setting::{Kind, SettingName};
use crate::domain::text;
use crate::ui::pane::scroll_into_view;
use crate::ui::text_field::Mask;
use crate::ui::theme::{Look, Role};
use crate::ui::{draw_field, draw_label, draw_row, draw_spans};
pub use remark::{Remark, remarks, secret_words};

/// One thing that a step asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// A text or a secret.
    Setting(SettingName),
    /// A choice: who reads the reports.
    Who,
    /// A choice: which cloud.
    Cloud,
}

/// One answer of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The answer.
    pub title: &'static str,
    /// The answer in a word or two, where all answers stand side by side; empty where each has a row of its own.
    pub short: &'static str,
    /// What it means.
    pub text: &'static str,
}

impl Question {
    /// The setting, if it is one.
    pub const fn setting(self) -> Option<SettingName> {
        match self {
            Self::Setting(setting) => Some(setting),
            Self::Who | Self::Cloud => None,
        }
    }

    /// Whether it is a choice.
    pub const fn is_choice(self) -> bool {
        !matches!(self, Self::Setting(_))
    }

    /// The answers of a choice, and the place of the present one.
    pub fn choices(self, form: &Form, options: &Options) -> (Vec<Choice>, usize) {
        match self {
            Self::Setting(_) => (Vec::new(), 0),
            Self::Who => (who::CHOICES.to_vec(), who::selected(form)),
            Self::Cloud => (endpoint::choices(form, options), endpoint::selected(form, options)),
        }
    }

    /// Takes the answer so many places further on, round the end.
    pub fn turn(self, form: &mut Form, options: &Options, forward: bool) {
        let (choices, selected) = self.choices(form, options);
        let count = choices.len();
        if count == 0 {
            return;
        }
        self.choose(form, if forward { selected + 1 } else { selected + count - 1 } % count);
    }

    /// Takes the answer at that place.
    pub fn choose(self, form: &mut Form, place: usize) {
        match self {
            Self::Setting(_) => {}
            Self::Who => who::choose(form, place),
            Self::Cloud => endpoint::choose(form, place),
        }
    }

    /// Where to find the answer, and what it is.
    pub fn help(self, form: &Form) -> Vec<String> {
        match self {
            Self::Who => vec![who::help(form).to_owned()],
            // The portal shows the host where it shows the URL.
            Self::Cloud => vec![format!("{}.", SettingName::AuthTokenUrl.setting().place)],
            Self::Setting(name) => {
                let setting = name.setting();
                vec![format!("{}.", setting.place), setting.help.to_owned()]
            }
        }
    }

    /// Its words: what is asked, and what the portal calls it or what it is for.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Who => ("Who reads the reports?", ""),
            Self::Cloud => ("Cloud", "sets AuthTokenUrl and Resource"),
            Self::Setting(name) => (name.setting().key, name.setting().term),
        }
    }
}

/// What the picture of a form is made from.
pub struct Sheet<'a> {
    /// The questions of the step.
    pub questions: &'static [Question],
    /// The fields.
    pub form: &'a Form,
    /// How the settings are read.
    pub options: &'a Options,
    /// What is wrong with them.
    pub inspection: &'a Inspection,
    /// What the provider says of the tenant, once it is known.
    pub findings: Option<&'a Findings>,
    /// The question in focus.
    pub focus: usize,
    /// Whether keys go into it.
    pub is_editing: bool,
    /// Whether it is the first that a person sees of the wizard.
    pub is_first: bool,
    /// The setting whose secret is shown.
    pub revealed: Option<SettingName>,
    /// How everything looks.
    pub look: Look,
}

/// One row of the sheet.
enum Row {
    Blank,
    Title(Question),
    Field(SettingName),
    Options(Vec<Answer>),
    Text { role: Role, lead: &'static str, lead_role: Role, text: String },
}

/// One answer of a choice, as it stands in a row.
struct Answer {
    title: &'static str,
    /// Whether it has a row of its own.
    is_alone: bool,
    is_selected: bool,
    is_focused: bool,
}

impl Answer {
    /// What stands around it: a mark before each where all have rows of their own, else brackets around the present
    /// one, as in the row of steps.
    const fn around(&self) -> (&'static str, &'static str) {
        match (self.is_alone, self.is_selected) {
            (true, true) => ("(x) ", ""),
            (true, false) => ("( ) ", ""),
            (false, true) => ("[", "]"),
            (false, false) => ("", ""),
        }
    }

    fn columns(&self) -> usize {
        let (before, after) = self.around();
        before.len() + text::width(self.title) + after.len()
    }
}

/// How to go on, below the help until the first question is left: shown again it would cost its bytes at each return.
const FIRST_HINT: &str = "Enter keeps an answer and goes on. Esc leaves the field; the bottom row then names the keys of \
the commands, and ? explains them all.";

/// The row of the sheet at which help begins where there is room: on all steps the same, so that what two of them say
/// alike stays where it is, and the eye finds it.
const HELP_ROW: usize = 13;

/// From so many rows on there is room for blank ones in the help: those of the design size.
const ROOMY: usize = 19;

/// Columns between answers side by side.
const BETWEEN: usize = 2;

/// The column at which the text beside a status word begins.
const INDENT: usize = 8;

impl Sheet<'_> {
    /// Draws the sheet, scrolled so that the question in focus is in view; returns where the cursor stands.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let columns = usize::from(area.width);
        let mut rows = Vec::new();
        let (mut first, mut last) = (0, 0);
        for (place, question) in self.questions.iter().enumerate() {
            if place > 0 {
                rows.push(Row::Blank);
            }
            if place == self.focus {
                first = rows.len();
            }
            self.question(*question, place == self.focus, columns, &mut rows);
            if place == self.focus {
                last = rows.len().saturating_sub(1);
            }
        }
        let height = usize::from(area.height);
        if let Some(question) = self.questions.get(self.focus) {
            rows.push(Row::Blank);
            let mut help = self.help(*question);
            // What parts place and reason is the first to go where rows are few.
            help.retain(|text| !text.is_empty() || height >= ROOMY);
            let help = help.iter().flat_map(|text| wrapped(Role::Hint, "", Role::Hint, text, columns));
            let mut help: Vec<Row> = help.collect();
            if self.is_first {
                help.push(Row::Blank);
                help.extend(wrapped(Role::Hint, "", Role::Hint, FIRST_HINT, columns));
            }
            while rows.len() < HELP_ROW && rows.len() + help.len() < height {
                rows.push(Row::Blank);
            }
            rows.extend(help);
        }
        // The help of the last question comes into view with it where there is room.
        let wanted = if self.focus + 1 == self.questions.len() { rows.len().saturating_sub(1) } else { last };
        let wanted = if wanted + 1 - first > height { last } else { wanted };
        let scroll = scroll_into_view(0, first, wanted, rows.len(), height.max(1));
        let mut cursor = None;
        for (row, y) in rows.iter().skip(scroll).zip(area.top()..area.bottom()) {
            let line = Rect { y, height: 1, ..area };
            cursor = self.row(row, buffer, line).or(cursor);
        }
        cursor
    }

    fn question(&self, question: Question, is_focused: bool, columns: usize, rows: &mut Vec<Row>) {
        rows.push(Row::Title(question));
        let Question::Setting(name) = question else {
            self.answers(question, is_focused, columns, rows);
            tell(self.found(question), columns, rows);
            return;
        };
        rows.push(Row::Field(name));
        if let Some(hint) = app::hint(self.form, question, "Esc ?") {
            rows.extend(wrapped(Role::Hint, "", Role::Hint, &hint, columns));
        }
        tell(remarks(self.form, self.inspection, name, PasteKeys::SCREEN), columns, rows);
        tell(self.found(question), columns, rows);
    }

    /// Where to find the answer, and what it is; or, when something is said of it, why that is so.
    fn help(&self, question: Question) -> Vec<String> {
        let mut help = question.help(self.form);
        let own = question.setting().map(|name| remarks(self.form, self.inspection, name, PasteKeys::SCREEN));
        let mut reasons: Vec<String> =
            own.into_iter().flatten().chain(self.found(question)).map(|remark| remark.reason()).collect();
        reasons.retain(|why| !why.is_empty());
        if !reasons.is_empty() {
            help.truncate(1);
            help.push(String::new());
            help.append(&mut reasons);
        }
        help
    }

    fn found(&self, question: Question) -> Vec<Remark> {
        self.findings.map(|findings| findings.remarks(question)).unwrap_or_default()
    }

    /// The answers of a choice, each in a row of its own or as many side by side as fit, and what the chosen one means.
    fn answers(&self, question: Question, is_focused: bool, columns: usize, rows: &mut Vec<Row>) {
        let (choices, selected) = question.choices(self.form, self.options);
        let mut beside: Vec<Answer> = Vec::new();
        let mut about = "";
        for (place, choice) in choices.iter().enumerate() {
            let is_selected = place == selected;
            let is_focused = is_focused && is_selected && self.is_editing;
            if choice.short.is_empty() {
                rows.push(Row::Options(vec![Answer { title: choice.title, is_alone: true, is_selected, is_focused }]));
                if is_selected && !choice.text.is_empty() {
                    rows.extend(wrapped(Role::Text, "    ", Role::Text, choice.text, columns));
                }
                continue;
            }
            let answer = Answer { title: choice.short, is_alone: false, is_selected, is_focused };
            let used: usize = beside.iter().map(|answer| answer.columns() + BETWEEN).sum();
            if used + answer.columns() > columns && !beside.is_empty() {
                rows.push(Row::Options(std::mem::take(&mut beside)));
            }
            beside.push(answer);
            if is_selected {
                about = choice.text;
            }
        }
        if !beside.is_empty() {
            rows.push(Row::Options(beside));
        }
        if !about.is_empty() {
            rows.extend(wrapped(Role::Text, "    ", Role::Text, about, columns));
        }
    }

    fn row(&self, row: &Row, buffer: &mut Buffer, line: Rect) -> Option<Position> {
        match row {
            Row::Blank => None,
            Row::Title(question) => {
                let (key, term) = question.title();
                // What a choice sets stands below it, and changes with it.
                let term = if question.is_choice() { "" } else { term };
                draw_label(buffer, line, key, term, self.look);
                None
            }
            Row::Options(answers) => {
                let (mut x, mut cursor) = (line.x, None);
                let gap = " ".repeat(BETWEEN);
                for answer in answers {
                    let role = if answer.is_focused { Role::Focus } else { Role::Text };
                    let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
                    if answer.is_focused {
                        // On the mark, and not on the answer: a block there would cut a letter out of it.
                        let mark = x + u16::from(answer.is_alone);
                        cursor = Some(Position::new(mark.min(line.right().saturating_sub(1)), line.y));
                    }
                    let (before, after) = answer.around();
                    let spans = [(Role::Text, before), (role, answer.title), (Role::Text, after), (Role::Text, &gap)];
                    x += draw_spans(buffer, rest, &spans, self.look);
                }
                cursor
            }
            Row::Text { role, lead, lead_role, text } => {
                draw_spans(buffer, line, &[(*lead_role, lead), (*role, text)], self.look);
                None
            }
            Row::Field(name) => self.field(*name, buffer, line),
        }
    }

    fn field(&self, name: SettingName, buffer: &mut Buffer, line: Rect) -> Option<Position> {
        let field = self.form.field(name);
        let is_focused = self.is_editing && self.questions.get(self.focus) == Some(&Question::Setting(name));
        let mask = match name.setting().kind {
            _ if self.revealed == Some(name) => None,
            Kind::Plain => None,
            // How long a secret is shows only where the cursor moves in it.
            Kind::ClientSecret | Kind::Password if is_focused && !field.is_selected() => Some(Mask::Each),
            Kind::ClientSecret | Kind::Password => Some(Mask::Whole),
        };
        let remark = self.remark(name);
        let room = usize::from(line.width).saturating_sub(text::width(&remark) + 2);
        draw_row(buffer, line, &[], (Role::Hint, &remark), self.look);
        let width = u16::try_from(room).unwrap_or(line.width).max(1).min(line.width);
        let left = Rect { width, ..line };
        if field.is_empty() {
            let hint = self.form.placeholder(name).unwrap_or_default();
            draw_spans(buffer, left, &[(Role::Hint, hint)], self.look);
            return is_focused.then(|| Position::new(line.x, line.y));
        }
        let visible = field.visible(usize::from(width), mask, self.look.glyphs);
        let cursor = draw_field(buffer, left, &visible, self.look);
        cursor.filter(|_| is_focused)
    }

    /// What stands at the right end of a field: what may be told of a secret, and `ok` when nothing is wrong.
    fn remark(&self, name: SettingName) -> String {
        let value = self.form.field(name).text();
        if value.is_empty() {
            // A placeholder looks like a value, without colours above all.
            return if self.form.placeholder(name).is_some() { "not set".to_owned() } else { String::new() };
        }
        let about = match name.setting().kind {
            Kind::ClientSecret | Kind::Password if self.revealed == Some(name) => "shown for 60 s at most".to_owned(),
            Kind::ClientSecret => secret_words(value),
            Kind::Plain | Kind::Password => String::new(),
        };
        let is_ok = self.inspection.of(name).all(|diagnosis| diagnosis.severity == Severity::Info)
            && self.findings.and_then(|findings| findings.severity(name)).is_none_or(|found| found == Severity::Info);
        match (about.is_empty(), is_ok) {
            (true, true) => "ok".to_owned(),
            (false, true) => format!("{about}, ok"),
            (_, false) => about,
        }
    }
}

fn tell(remarks: Vec<Remark>, columns: usize, rows: &mut Vec<Row>) {
    for Remark { lead, role, text, .. } in remarks.into_iter().filter(|remark| !remark.text.is_empty()) {
        rows.extend(wrapped(Role::Text, lead, role, &text, columns));
    }
}

fn wrapped(role: Role, lead: &'static str, lead_role: Role, body: &str, columns: usize) -> Vec<Row> {
    let indent = lead.len();
    debug_assert!(indent <= INDENT, "leads are a status word or less");
    text::wrap(body, columns.saturating_sub(indent))
        .into_iter()
        .enumerate()
        .map(|(number, text)| Row::Text { role, lead: if number == 0 { lead } else { blank(indent) }, lead_role, text })
        .collect()
}

const fn blank(columns: usize) -> &'static str {
    match columns {
        0 => "",
        1..=4 => "    ",
        _ => "        ",
    }
}
