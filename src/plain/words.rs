//! What the conversation says, as paragraphs.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{BLANK, COMMANDS, EXPLAIN, PANES, QUIT, WIDTH, steps};
use crate::app::App;
use crate::app::spoken::{BACK, Command, Place};
use crate::domain::check::ClaimReport;
use crate::domain::setting::{Kind, SettingName};
use crate::domain::text;
use crate::steps::Step;
use crate::steps::app::{checklist, hint};
use crate::steps::form::{Form, PasteKeys};
use crate::steps::questions::{Question, Remark, remarks, secret_words};
use crate::steps::test::{HANDED_OUT, Model, PaneName};
use crate::ui::pane::Line;
use crate::ui::theme::{Glyphs, Role};
use crate::verify::StageReport;

/// Stands before every answer.
pub const PROMPT: &str = "> ";

/// What is typed after an answer that was cleaned.
pub(super) const PASTE_KEYS: PasteKeys = PasteKeys { undo: "u", clean: "x" };

fn line(words: impl Into<String>) -> Line {
    Line::new(Role::Text, words)
}

/// The first lines.
pub(super) fn greeting(app: &App) -> Vec<Line> {
    let (file, banner) = app.heading();
    let about = banner.map(|(mark, place)| format!("{mark}, {place}. ")).unwrap_or_default();
    let mut lines = vec![
        line(format!("token-wizard, line by line. {about}File: {file}")),
        line("In a question, a line of its own with one of these signs does this:"),
    ];
    // A line each, so that no sign stands where a sentence could end.
    let signs = [
        ("Enter", "keeps the value"),
        (BLANK, "empties it"),
        (BACK, "goes back"),
        (EXPLAIN, "explains the question"),
        (COMMANDS, "leaves for the commands"),
        (QUIT, "quits"),
    ];
    lines.extend(signs.map(|(sign, words)| line(words).led_by(Role::Key, format!("{sign:<5}  "))));
    lines.push(line("With = before it, such a sign is a value."));
    lines
}

/// A question, as it is asked first or once more.
pub(super) fn question(app: &App, question: Question, is_again: bool, is_typed: bool) -> Vec<Line> {
    let form = app.form();
    let mut lines = Vec::new();
    if !is_again {
        let (words, term) = question.title();
        let term = if term.is_empty() { String::new() } else { format!(", {term}") };
        lines.push(Line::blank());
        lines.push(Line::new(Role::Title, format!("{}: {words}{term}", app.step().title())));
    }
    let Some(name) = question.setting() else {
        let (choices, present) = question.choices(form, app.options());
        for (place, choice) in choices.iter().enumerate().filter(|_| !is_again) {
            let about = if choice.text.is_empty() { String::new() } else { format!(". {}", choice.text) };
            lines.push(line(format!("{}{about}", choice.title)).led_by(Role::Key, format!("{}  ", place + 1)));
        }
        lines.push(line(format!("Enter keeps {}.", present + 1)));
        return lines;
    };
    if !is_again {
        lines.extend(remarks(form, &app.inspection(), name, PASTE_KEYS).iter().map(remark));
    }
    if !is_again {
        lines.extend(hint(form, question, "?").map(line));
    }
    lines.push(line(match (is_again, is_unset(form, name)) {
        (false, _) => kept(form, name),
        (true, true) => "Answer again, or Enter leaves it unset.".to_owned(),
        (true, false) => format!("Answer again, or {}", kept(form, name)),
    }));
    if is_typed && !is_again && name.setting().kind.is_secret() {
        lines.push(line("What you type here is not shown."));
    }
    lines
}

/// Whether a setting is empty over a placeholder in the file.
fn is_unset(form: &Form, name: SettingName) -> bool {
    form.field(name).is_empty() && form.placeholder(name).is_some()
}

/// What Enter does to a setting, and its value as far as it may be told.
fn kept(form: &Form, name: SettingName) -> String {
    let value = form.field(name).text();
    match (name.setting().kind, form.placeholder(name)) {
        (_, Some(placeholder)) if value.is_empty() => {
            format!("Not set yet (the file says {placeholder}). Enter leaves it so.")
        }
        _ if value.is_empty() => "Enter leaves it empty.".to_owned(),
        (Kind::Plain, _) => format!("Enter keeps it: {value}"),
        (Kind::ClientSecret, _) => format!("Enter keeps it: {}", secret_words(value)),
        (Kind::Password, _) => "Enter keeps it; it is set and not shown.".to_owned(),
    }
}

/// A sentence below a field.
pub(super) fn remark(remark: &Remark) -> Line {
    line(remark.in_full()).led_by(remark.role, remark.lead)
}

/// What is said of an answer.
pub(super) fn judgement(form: &Form, name: SettingName, found: &[Remark]) -> Vec<Line> {
    let value = form.field(name).text();
    let about = match name.setting().kind {
        Kind::ClientSecret if !value.is_empty() => Some(secret_words(value)),
        _ => None,
    };
    let is_good = !found.iter().any(|remark| remark.asks);
    let word = match (is_good, about) {
        (true, None) => Some("ok".to_owned()),
        (true, Some(about)) => Some(format!("ok, {about}")),
        (false, about) => about,
    };
    word.map(line).into_iter().chain(found.iter().map(remark)).collect()
}

/// The value in focus after a command has changed it.
pub(super) fn present(app: &App) -> Vec<Line> {
    let Some(name) = app.question_in_focus().and_then(Question::setting) else { return Vec::new() };
    let found = remarks(app.form(), &app.inspection(), name, PASTE_KEYS);
    let mut lines = vec![line(format!("{name}. {}", kept(app.form(), name)))];
    lines.extend(found.iter().map(remark));
    lines
}

/// The help of a question.
pub(super) fn explained(app: &App, question: Question) -> Vec<Line> {
    let mut lines: Vec<Line> = question.help(app.form()).into_iter().map(line).collect();
    if question == Question::Setting(SettingName::ClientId) {
        lines.extend(checklist(app.form(), app.options()));
    }
    lines
}

/// What can be answered outside of the questions, in one paragraph.
pub(super) fn menu(app: &App, place: Place) -> Vec<Line> {
    let mut parts: Vec<String> = Vec::new();
    match place {
        Place::Book => parts.push("a number fills these settings in".to_owned()),
        Place::Workspaces => parts.push("a number tests and looks into it".to_owned()),
        Place::Asking => parts.push("a number tests and asks for it".to_owned()),
        Place::Copying => {
            parts.push("a number prints that text".to_owned());
            if let Some(chosen) = app.chosen_text() {
                parts.push(format!("f writes \"{}\" to a file that only you can read", chosen.title));
            }
        }
        _ => {}
    }
    let commands = app.commands();
    let shown = commands.iter().filter(|command| !(place == Place::Copying && command.key == "f"));
    parts.extend(shown.map(|command| format!("{} {}", typed(command, place), command.label)));
    if has_panes(app, place) {
        parts.extend(PANES.iter().map(|(word, _)| (*word).to_owned()));
    }
    if app.takes_steps() {
        parts.push("1 to 7 step".to_owned());
    }
    vec![Line::blank(), line(packed(&parts, WIDTH - MENU.len())).led_by(Role::Hint, MENU)]
}

/// Before what can be answered.
const MENU: &str = "Commands: ";

/// Parts with commas between them; a line ends behind a comma, so that no key stands apart from its words.
fn packed(parts: &[String], columns: usize) -> String {
    let mut packed = String::new();
    let mut used = 0;
    for (place, part) in parts.iter().enumerate() {
        let comma = usize::from(place + 1 < parts.len());
        let width = text::width(part);
        if used > 0 && used + 1 + width + comma > columns {
            packed.push('\n');
            used = 0;
        } else if used > 0 {
            packed.push(' ');
            used += 1;
        }
        packed.push_str(part);
        packed.push_str(if comma == 1 { "," } else { "" });
        used += width + comma;
    }
    packed
}

fn typed(command: &Command, place: Place) -> String {
    if place == Place::Save && command.key == "Enter" { "y or Enter".to_owned() } else { command.key.to_owned() }
}

/// The commands in sentences.
pub(super) fn help(app: &App) -> Vec<Line> {
    let place = app.place();
    let mut lines = Vec::new();
    if place == Place::Commands && app.step() == Step::App {
        lines.extend(checklist(app.form(), app.options()));
        lines.push(Line::blank());
    }
    let commands = app.commands().into_iter().map(|command| {
        let sentence = if command.help.is_empty() { command.label } else { command.help };
        line(sentence).led_by(Role::Key, format!("{}: ", typed(&command, place)))
    });
    lines.extend(commands);
    if has_panes(app, place) {
        let named: Vec<&str> = PANES.iter().map(|(word, _)| *word).collect();
        lines.push(line("print this of the latest test").led_by(Role::Key, format!("{}: ", named.join(", "))));
    }
    if app.takes_steps() {
        lines.push(line(steps()).led_by(Role::Key, "1 to 7: "));
    }
    lines
}

/// Whether the parts of a result can be asked for.
pub(super) fn has_panes(app: &App, place: Place) -> bool {
    place == Place::Test && app.test().run.is_some()
}

/// The part of a result with that word.
pub(super) fn pane(word: &str) -> Option<PaneName> {
    PANES.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, pane)| *pane)
}

/// One part of a result.
pub(super) fn of_pane(test: &Model, pane: PaneName) -> Vec<Line> {
    let claims = test.run.as_ref().and_then(|run| run.report.claims.as_deref());
    match (pane, claims) {
        (PaneName::Claims, Some(claims)) => {
            claims.iter().map(claim).chain([Line::new(Role::Hint, HANDED_OUT)]).collect()
        }
        _ => test.says(pane),
    }
}

/// A stage that has ended.
pub(super) fn stage(stage: &StageReport) -> Line {
    let about = if stage.summary.is_empty() { String::new() } else { format!(": {}", stage.summary) };
    line(format!("{}{about}", stage.stage.word())).led_by(Role::Label, format!("{}  ", stage.status.word()))
}

/// A stage of which something came to light after it had ended.
pub(super) fn amended(stage: &StageReport) -> Line {
    line(format!("{}, as it turned out since: {}", stage.stage.word(), stage.summary))
        .led_by(Role::Label, format!("{}  ", stage.status.word()))
}

/// What is said when a test is over: what is wrong; when nothing failed, the claims too.
pub(super) fn result(test: &Model) -> Vec<Line> {
    let Some(run) = &test.run else { return Vec::new() };
    let mut lines = vec![Line::blank()];
    lines.extend(test.says(PaneName::Why));
    if run.report.has_passed() && run.report.claims.is_some() {
        lines.push(Line::blank());
        lines.extend(of_pane(test, PaneName::Claims));
    }
    lines
}

/// A claim as one sentence: name, value, then in words what it is and how it was judged.
fn claim(claim: &ClaimReport) -> Line {
    let mut about = Vec::new();
    if !claim.words.is_empty() && !claim.value.is_number() {
        about.push(claim.words.clone());
    }
    if !claim.meaning.is_empty() {
        about.push(claim.meaning.to_owned());
    }
    if !claim.note.is_empty() {
        about.push(format!("{}: {}", claim.verdict.word(), claim.note));
    }
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join("; ")) };
    line(format!("{}: {}{about}", claim.name, claim.shown_value()))
}

/// Puts another character in the place of those that the terminal cannot show.
pub(super) fn only_shown(lines: &mut [String], glyphs: Glyphs) {
    if glyphs == Glyphs::ASCII {
        for line in lines.iter_mut().filter(|line| !line.is_ascii()) {
            *line = line.graphemes(true).flat_map(|grapheme| ascii(grapheme, glyphs.unprintable)).collect();
        }
    }
}

/// A cluster, or one sign for it: it takes no more columns than before.
fn ascii(grapheme: &str, otherwise: char) -> Vec<char> {
    match grapheme {
        _ if grapheme.is_ascii() => grapheme.chars().collect(),
        _ if text::grapheme_width(grapheme) == 0 => Vec::new(),
        _ => vec![otherwise],
    }
}
