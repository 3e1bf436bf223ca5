//! The keys: what dispatches, what the footer shows, what the help lists.
//!
//! All tables in one place, so this file is longer than most.

mod ways;

use super::{App, Focus, Overlay};
use crate::domain::setting::SettingName;
use crate::steps::Step;
use crate::steps::save::Theirs;
use crate::ui::keymap::{Binding, Key};

/// What a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// To the next question, step, or the thing the step is for.
    Enter,
    /// To the next question.
    Down,
    /// To the question before.
    Up,
    /// Out of the field, to the commands.
    Leave,
    /// Another answer or pane, to the right.
    Right,
    /// Another answer or pane, to the left.
    Left,
    /// Scroll by rows, in a list move by them.
    Scroll(isize),
    /// Test the settings.
    Test,
    /// To step Save, or save there.
    Save,
    /// Show the secret.
    Reveal,
    /// Take the last change back.
    Undo,
    /// Take out of a pasted password what looks like an accident.
    Clean,
    /// Open the account book.
    Book,
    /// Show the cloud that the tenant is in.
    Cloud,
    /// Move host and resource there.
    TakeCloud,
    /// Open the help.
    Help,
    /// Leave the program.
    Quit,
    /// Cancel what is running, or leave.
    Cancel,
    /// Give the terminal back for a while.
    Suspend,
    /// To the setting at fault.
    GoToFault,
    /// To the password that was refused.
    GoToPassword,
    /// Close what lies over the step.
    Close,
    /// Leave without saving.
    Discard,
    /// After a conflict: what was typed, over the file as it is now.
    KeepMine,
    /// After a conflict: the file as it is now.
    TakeTheirs,
    /// After a conflict: line by line.
    Compare,
    /// Write into the old file, after a backup.
    InPlace,
    /// Delete what killed saves left.
    Remove,
    /// Take up what was typed before the line was lost.
    TakeUp,
    /// Find a row by its letters: every one that is no key of the list, so no key of its own leads here.
    Seek,
    /// Open the list of workspaces.
    Workspaces,
    /// Open the list of what can be asked of Power BI by name.
    Ask,
    /// Test again and again until nothing fails, or end that.
    Watch,
    /// Open the list of what can be copied.
    OpenCopying,
    /// Send the chosen text to the terminal.
    Copy,
    /// Write the chosen text to a file.
    Keep,
    /// Show the chosen text without frame.
    Plain,
    /// Write the message to the administrator.
    Letter,
    /// Copy the page on which consent is given, and show it.
    Link,
    /// Open the move to a service principal.
    Move,
    /// Take the blanks of that move back.
    TakeBackUser,
}

type Row = Binding<App, Action>;

const fn row(
    keys: &'static [Key],
    shown: &'static str,
    label: fn(&App) -> Option<&'static str>,
    help: &'static str,
    essential: bool,
    action: Action,
) -> Row {
    Binding { keys, shown, label, help, essential, action }
}

/// While keys go into a question.
pub(super) const FIELD: &[Row] = &[
    row(
        &[Key::Enter, Key::Tab],
        "Enter",
        |_| Some("next"),
        "go to the next question, then to the next step",
        true,
        Action::Enter,
    ),
    row(
        &[Key::Up, Key::BackTab],
        "Up/Down",
        |app| Some(if app.step.questions().len() == 1 { "step" } else { "field" }),
        "move between the questions; a step begins with its first",
        false,
        Action::Up,
    ),
    row(&[Key::Down], "", |_| Some("field"), "", false, Action::Down),
    row(&[Key::Esc], "Esc", |_| Some("commands"), "leave the field for the commands", true, Action::Leave),
    // Last, so that the others stay where they are; and the shortest of its keys, so that 40 columns are enough.
    row(
        &[Key::Char(' '), Key::Right],
        "Space",
        |app| app.is_choice().then_some("choose"),
        "choose another answer, as Left and Right do",
        true,
        Action::Right,
    ),
    row(&[Key::Left], "", |app| app.is_choice().then_some("choose"), "", false, Action::Left),
];

/// After Esc in a form.
pub(super) const COMMANDS: &[Row] = &[
    row(&[Key::Enter], "Enter", |_| Some("back"), "go back into the field", true, Action::Enter),
    row(&[Key::Char('t')], "t", |_| Some("test"), "test the settings, saved or not", true, Action::Test),
    row(&[Key::Char('s')], "s", |_| Some("save"), "go to step Save", false, Action::Save),
    row(
        &[Key::Char('r')],
        "r",
        |app| app.secret_in_focus().map(|_| if app.revealed.is_some() { "hide" } else { "reveal" }),
        "show or hide the secret, 60 s at most; in a secret field",
        false,
        Action::Reveal,
    ),
    row(
        &[Key::Char('x')],
        "x",
        |app| app.can_clean().then_some("clean"),
        "take white space and quotes out of a password; right after it was pasted",
        false,
        Action::Clean,
    ),
    row(
        &[Key::Char('u')],
        "u",
        |app| app.can_undo().then_some("undo"),
        "take the last change of the field back; once it was changed",
        false,
        Action::Undo,
    ),
    row(
        &[Key::Char('b')],
        "b",
        |app| app.has_book().then_some("book"),
        "open the account book: settings for known situations",
        false,
        Action::Book,
    ),
    row(
        &[Key::Char('c')],
        "c",
        |app| app.cloud_on_offer().map(|_| "cloud"),
        "set AuthTokenUrl and Resource to the tenant's cloud; where it is another one",
        true,
        Action::Cloud,
    ),
    row(&[Key::Char('?')], "?", |_| Some("help"), "show this page", true, Action::Help),
    row(&[Key::Char('q')], "q", |_| Some("quit"), "leave; asks when something is unsaved", true, Action::Quit),
    row(&[Key::Up, Key::BackTab], "", |_| Some("field"), "", false, Action::Up),
    row(&[Key::Down, Key::Tab], "", |_| Some("field"), "", false, Action::Down),
];

/// In step Test.
pub(super) const TEST: &[Row] = &[
    row(
        &[Key::Enter],
        "Enter",
        |app| match (app.is_running(), app.has_passed(), app.test.run.is_some()) {
            (true, ..) | (false, false, true) => None,
            (false, true, _) => Some("to Save"),
            (false, false, false) => Some("test"),
        },
        "test; after a pass go on to Save",
        true,
        Action::Enter,
    ),
    row(&[Key::Enter], "", |app| (!app.is_running()).then_some("test"), "", false, Action::Enter),
    // One of the two is named, as Enter is where there is no result yet: 80 columns are needed for what mends a failure,
    // for watching, copying, help and the way out.
    row(
        &[Key::Char('t')],
        "t",
        |app| (!app.is_running() && app.test.run.is_some() && !app.has_passed()).then_some("again"),
        "test again",
        true,
        Action::Test,
    ),
    row(
        &[Key::Char('t')],
        "t",
        |app| (!app.is_running() && app.has_passed()).then_some("again"),
        "",
        false,
        Action::Test,
    ),
    row(
        &[Key::Ctrl('c')],
        "Ctrl-C",
        |app| app.is_running().then_some("cancel"),
        "cancel the running test",
        true,
        Action::Cancel,
    ),
    row(
        &[Key::Left],
        "Left/Right",
        |app| app.test.run.is_some().then_some("pane"),
        "open another pane",
        false,
        Action::Left,
    ),
    row(&[Key::Right], "", |_| Some("pane"), "", false, Action::Right),
    // First where only an admin can help; else it makes room for the setting to mend.
    row(
        &[Key::Char('m')],
        "m",
        |app| (app.test.has_letter() && app.test.setting_at_fault().is_none()).then_some("tell admin"),
        "write a message to your admin; no secret in it",
        true,
        Action::Letter,
    ),
    row(
        &[Key::Char('m')],
        "m",
        |app| {
            (app.test.has_letter() && app.has_link() && app.test.setting_at_fault().is_some()).then_some("tell admin")
        },
        "",
        false,
        Action::Letter,
    ),
    row(
        &[Key::Char('g')],
        "g",
        |app| app.setting_at_fault().map(go_to),
        "go to the setting at fault",
        false,
        Action::GoToFault,
    ),
    row(
        &[Key::Char('l')],
        "l",
        |app| app.has_link().then_some("link"),
        "copy the consent link and show it on its own",
        true,
        Action::Link,
    ),
    row(
        &[Key::Char('p')],
        "p",
        |app| app.can_move().then_some("move"),
        "move from a user to a service principal, step by step",
        true,
        Action::Move,
    ),
    row(
        &[Key::Char('a')],
        "a",
        |app| {
            let ends = app.test.is_watching().then_some("end watch");
            ends.or_else(|| app.test.can_watch(&app.form.draft()).then_some("watch"))
        },
        "start or end a watch: a test every 30 s until nothing fails",
        false,
        Action::Watch,
    ),
    row(
        &[Key::Char('w')],
        "w",
        |app| (app.test.workspaces().len() > 1 && !app.is_running()).then_some("workspace"),
        "look into another Power BI workspace",
        false,
        Action::Workspaces,
    ),
    row(
        &[Key::Char('c')],
        "c",
        |app| app.test.run.is_some().then_some("copy"),
        "copy a token, pane, id, request or message",
        false,
        Action::OpenCopying,
    ),
    row(
        &[Key::Char('m')],
        "m",
        |app| {
            let is_mended_here = app.test.setting_at_fault().is_some() && !app.has_link();
            (app.test.has_letter() && is_mended_here).then_some("tell admin")
        },
        "",
        false,
        Action::Letter,
    ),
    row(&[Key::Char('t')], "", |app| (!app.is_running()).then_some("test"), "", false, Action::Test),
    row(&[Key::PageUp], "", |_| Some("scroll"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("scroll"), "", false, Action::Scroll(10)),
    // In the pane of the gates it is of more use than the way to Save, which Enter is, too.
    row(
        &[Key::Char('e')],
        "e",
        |app| (app.can_ask() && app.test.shows_gates()).then_some("ask more"),
        "try an embed token, a query or the admin APIs once",
        false,
        Action::Ask,
    ),
    // After a pass Enter leads there, and after a failure nothing is to be saved yet.
    row(&[Key::Char('s')], "s", |app| (!app.has_passed()).then_some("save"), "go to step Save", false, Action::Save),
    row(&[Key::Char('s')], "", |_| Some("save"), "", false, Action::Save),
    row(
        &[Key::Char('e')],
        "e",
        |app| (app.can_ask() && !app.test.shows_gates()).then_some("ask more"),
        "",
        false,
        Action::Ask,
    ),
    row(&[Key::Char('b')], "b", |app| app.has_book().then_some("book"), "open the account book", false, Action::Book),
    row(&[Key::Char('?')], "?", |_| Some("help"), "show this page", true, Action::Help),
    row(&[Key::Char('q')], "q", |_| Some("quit"), "leave; asks when something is unsaved", true, Action::Quit),
    // Last, and only where the pane is too low for the mark that says the same. On a narrow screen it is of more use
    // than other keys that would fit.
    row(
        &[Key::Up],
        "Up/Down",
        |app| (app.scrolls_unmarked() && app.is_narrow()).then_some("more"),
        "",
        true,
        Action::Scroll(-1),
    ),
    row(&[Key::Up], "Up/Down", |app| app.scrolls_unmarked().then_some("more"), "", false, Action::Scroll(-1)),
    row(&[Key::Up], "", |_| Some("scroll"), "", false, Action::Scroll(-1)),
    row(&[Key::Down], "", |_| Some("scroll"), "", false, Action::Scroll(1)),
];

/// In step Save.
pub(super) const SAVE: &[Row] = &[
    row(
        &[Key::Enter, Key::Char('s')],
        "Enter",
        |app| app.can_save().then_some("save"),
        "write the file",
        true,
        Action::Save,
    ),
    row(
        &[Key::Char('k')],
        "k",
        |app| app.save.theirs().is_some_and(Theirs::can_be_kept_over).then_some("keep mine"),
        "after a conflict: keep your values, over the file as it is now",
        true,
        Action::KeepMine,
    ),
    row(
        &[Key::Char('l')],
        "l",
        |app| app.save.theirs().is_some_and(Theirs::can_be_loaded).then_some("load theirs"),
        "after a conflict: load the file as it is now, drop your values",
        true,
        Action::TakeTheirs,
    ),
    row(
        &[Key::Char('c')],
        "c",
        |app| app.save.theirs().is_some_and(Theirs::can_be_loaded).then_some("compare"),
        "after a conflict: show what they changed, line by line",
        true,
        Action::Compare,
    ),
    row(
        &[Key::Char('i')],
        "i",
        |app| app.save.may_write_in_place().then_some("write into it"),
        "write into the file itself, after a backup",
        true,
        Action::InPlace,
    ),
    row(&[Key::Char('t')], "t", |_| Some("test"), "test the settings", true, Action::Test),
    row(&[Key::Up], "", |_| Some("scroll"), "", false, Action::Scroll(-1)),
    row(&[Key::Down], "", |_| Some("scroll"), "", false, Action::Scroll(1)),
    row(&[Key::PageUp], "", |_| Some("scroll"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("scroll"), "", false, Action::Scroll(10)),
    row(&[Key::Char('b')], "b", |app| app.has_book().then_some("book"), "open the account book", false, Action::Book),
    row(&[Key::Char('?')], "?", |_| Some("help"), "show this page", true, Action::Help),
    row(&[Key::Char('q')], "q", |_| Some("quit"), "leave; asks when something is unsaved", true, Action::Quit),
];

/// Over the step: help.
pub(super) const HELP: &[Row] = &[
    row(&[Key::Esc, Key::Enter, Key::Char('?'), Key::Char('q')], "Esc", |_| Some("close"), "", true, Action::Close),
    row(&[Key::Up], "Up/Down", |app| app.scrolls().then_some("scroll"), "", true, Action::Scroll(-1)),
    row(&[Key::Down], "", |_| Some("scroll"), "", false, Action::Scroll(1)),
    row(&[Key::PageUp], "", |_| Some("scroll"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("scroll"), "", false, Action::Scroll(10)),
];

/// Over the step: account book.
pub(super) const BOOK: &[Row] = &[
    row(&[Key::Enter], "Enter", |_| Some("fill in"), "", true, Action::Enter),
    row(&[Key::Up, Key::BackTab], "Up/Down", |_| Some("row"), "", true, Action::Up),
    row(&[Key::Down, Key::Tab], "", |_| Some("row"), "", false, Action::Down),
    row(&[Key::PageUp], "", |_| Some("row"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("row"), "", false, Action::Scroll(10)),
    row(&[], "letters", |_| Some("find"), "", false, Action::Seek),
    row(&[Key::Esc], "Esc", |_| Some("close"), "", true, Action::Close),
];

/// Over the step: workspaces.
pub(super) const WORKSPACES: &[Row] = &[
    row(&[Key::Enter], "Enter", |_| Some("look in"), "", true, Action::Enter),
    row(&[Key::Up, Key::BackTab], "Up/Down", |_| Some("row"), "", true, Action::Up),
    row(&[Key::Down, Key::Tab], "", |_| Some("row"), "", false, Action::Down),
    row(&[Key::PageUp], "", |_| Some("row"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("row"), "", false, Action::Scroll(10)),
    row(&[], "letters", |_| Some("find"), "", false, Action::Seek),
    row(&[Key::Esc], "Esc", |_| Some("close"), "", true, Action::Close),
];

/// Over the step: what can be asked of Power BI by name.
pub(super) const ASKING: &[Row] = &[
    row(&[Key::Enter], "Enter", |_| Some("ask"), "", true, Action::Enter),
    row(&[Key::Up, Key::BackTab], "Up/Down", |_| Some("row"), "", true, Action::Up),
    row(&[Key::Down, Key::Tab], "", |_| Some("row"), "", false, Action::Down),
    row(&[Key::PageUp], "", |_| Some("row"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("row"), "", false, Action::Scroll(10)),
    row(&[Key::Esc, Key::Char('e'), Key::Char('q')], "Esc", |_| Some("close"), "", true, Action::Close),
];

/// Over the step: leave without saving?
pub(super) const LEAVING: &[Row] = &[
    row(&[Key::Char('s'), Key::Enter], "s", |_| Some("look and save"), "", true, Action::Save),
    row(&[Key::Char('y')], "y", |_| Some("leave"), "", true, Action::Discard),
    row(&[Key::Esc, Key::Char('n')], "Esc", |_| Some("stay"), "", true, Action::Close),
];

/// Over the step: what killed saves left.
pub(super) const LEFTOVERS: &[Row] = &[
    row(&[Key::Char('d')], "d", |_| Some("delete"), "", true, Action::Remove),
    row(&[Key::Esc, Key::Enter], "Esc", |_| Some("leave them"), "", true, Action::Close),
];

/// Over the step: what was typed before the line was lost.
pub(super) const DRAFT: &[Row] = &[
    row(&[Key::Enter], "Enter", |_| Some("take it up"), "", true, Action::TakeUp),
    row(&[Key::Esc], "Esc", |_| Some("drop it"), "", true, Action::Close),
];

/// Over the step: send the password again?
pub(super) const AGAIN: &[Row] = &[
    row(&[Key::Char('y')], "y", |_| Some("send it"), "", true, Action::Test),
    row(&[Key::Esc, Key::Enter, Key::Char('n')], "Esc", |_| Some("do not send"), "", true, Action::Close),
    row(&[Key::Char('g')], "g", |_| Some("to Password"), "", false, Action::GoToPassword),
];

/// Over the step: the cloud that the tenant is in.
pub(super) const CLOUD: &[Row] = &[
    row(&[Key::Enter], "Enter", |_| Some("take them"), "", true, Action::TakeCloud),
    row(&[Key::Esc, Key::Char('c'), Key::Char('n')], "Esc", |_| Some("leave as it is"), "", true, Action::Close),
];

/// Over the step: what the other one changed.
pub(super) const COMPARISON: &[Row] = &[
    row(&[Key::Esc, Key::Enter], "Esc", |_| Some("close"), "", true, Action::Close),
    row(&[Key::Char('k')], "k", |_| Some("keep mine"), "", true, Action::KeepMine),
    row(&[Key::Char('l')], "l", |_| Some("load theirs"), "", true, Action::TakeTheirs),
    row(&[Key::Up], "Up/Down", |app| app.scrolls().then_some("scroll"), "", true, Action::Scroll(-1)),
    row(&[Key::Down], "", |_| Some("scroll"), "", false, Action::Scroll(1)),
    row(&[Key::PageUp], "", |_| Some("scroll"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("scroll"), "", false, Action::Scroll(10)),
];

/// Over the step: what can be copied.
pub(super) const COPYING: &[Row] = &[
    row(&[Key::Enter, Key::Char('c')], "Enter", |_| Some("send"), "", true, Action::Copy),
    row(&[Key::Char('p')], "p", |_| Some("show"), "", true, Action::Plain),
    row(&[Key::Char('f')], "f", |_| Some("to a file"), "", false, Action::Keep),
    row(&[Key::Up, Key::BackTab], "Up/Down", |_| Some("row"), "", false, Action::Up),
    row(&[Key::Down, Key::Tab], "", |_| Some("row"), "", false, Action::Down),
    row(&[Key::PageUp], "", |_| Some("row"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("row"), "", false, Action::Scroll(10)),
    row(&[Key::Esc, Key::Char('q')], "Esc", |_| Some("close"), "", true, Action::Close),
];

/// Over the step: a text without frame.
pub(super) const PLAIN: &[Row] = &[
    row(&[Key::Esc, Key::Enter, Key::Char('q')], "Esc", |_| Some("back"), "", true, Action::Close),
    row(&[Key::Up], "Up/Down", |app| app.scrolls().then_some("scroll"), "", true, Action::Scroll(-1)),
    row(&[Key::Down], "", |_| Some("scroll"), "", false, Action::Scroll(1)),
    row(&[Key::PageUp], "", |_| Some("scroll"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("scroll"), "", false, Action::Scroll(10)),
];

/// Everywhere, when nothing else wants the key.
pub(super) const ANYWHERE: &[Row] = &[
    row(&[Key::Ctrl('c')], "", |_| Some("cancel"), "", false, Action::Cancel),
    row(&[Key::Ctrl('z')], "", |_| Some("suspend"), "", false, Action::Suspend),
];

impl App {
    /// The table that is in force.
    pub fn table(&self) -> &'static [Row] {
        match (&self.overlay, self.step, self.focus) {
            (Some(Overlay::Help { .. }), _, _) => HELP,
            (Some(Overlay::Book { .. }), _, _) => BOOK,
            (Some(Overlay::Workspaces { .. }), _, _) => WORKSPACES,
            (Some(Overlay::Asking { .. }), _, _) => ASKING,
            (Some(Overlay::Leaving), _, _) => LEAVING,
            (Some(Overlay::Leftovers), _, _) => LEFTOVERS,
            (Some(Overlay::Draft), _, _) => DRAFT,
            (Some(Overlay::Again), _, _) => AGAIN,
            (Some(Overlay::Realm { .. }), _, _) => ways::REALM,
            (Some(Overlay::Move { .. }), _, _) => ways::MOVE,
            (Some(Overlay::Cloud), _, _) => CLOUD,
            (Some(Overlay::Comparison { .. }), _, _) => COMPARISON,
            (Some(Overlay::Copying { .. }), _, _) => COPYING,
            (Some(Overlay::Plain { .. }), _, _) => PLAIN,
            (None, ..) => self.step_table(),
        }
    }

    /// The table of the step, whatever lies over it.
    pub(super) const fn step_table(&self) -> &'static [Row] {
        match (self.step, self.focus) {
            (Step::Test, _) => TEST,
            (Step::Save, _) => SAVE,
            (_, Focus::Field) => FIELD,
            (_, Focus::Commands) => COMMANDS,
        }
    }
}

const fn go_to(setting: SettingName) -> &'static str {
    match setting {
        SettingName::AppTenantId => "to AppTenantId",
        SettingName::AuthTokenUrl => "to AuthTokenUrl",
        SettingName::Resource => "to Resource",
        SettingName::ClientId => "to ClientId",
        SettingName::ClientSecret => "to ClientSecret",
        SettingName::User => "to User",
        SettingName::Password => "to Password",
    }
}
