//! The keys of what is asked before a password is sent, and of the move to a service principal.

use super::{Action, Row, row};
use crate::app::moving::Page;
use crate::ui::keymap::Key;

/// Over the step: send the password in spite of its user's realm?
pub(in crate::app) const REALM: &[Row] = &[
    row(&[Key::Char('y')], "y", |_| Some("send it"), "send the password once", true, Action::Test),
    row(&[Key::Esc, Key::Enter, Key::Char('n')], "Esc", |_| Some("do not send"), "", true, Action::Close),
    row(
        &[Key::Char('p')],
        "p",
        |app| app.can_move().then_some("move"),
        "to a service principal, step by step",
        true,
        Action::Move,
    ),
    row(&[Key::Up], "", |_| Some("scroll"), "", false, Action::Scroll(-1)),
    row(&[Key::Down], "", |_| Some("scroll"), "", false, Action::Scroll(1)),
    row(&[Key::PageUp], "", |_| Some("scroll"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("scroll"), "", false, Action::Scroll(10)),
];

/// Over the step: the move to a service principal.
pub(in crate::app) const MOVE: &[Row] = &[
    row(&[Key::Enter], "Enter", |app| app.move_page().map(Page::label), "does it and goes on", true, Action::Enter),
    row(&[Key::Esc, Key::Char('q')], "Esc", |_| Some("close"), "what was done stays", true, Action::Close),
    row(
        &[Key::Char('u')],
        "u",
        |app| app.can_take_back_user().then_some("undo"),
        "bring User and Password back",
        true,
        Action::TakeBackUser,
    ),
    row(&[Key::Left], "Left/Right", |_| Some("page"), "another page", false, Action::Left),
    row(&[Key::Right], "", |_| Some("page"), "", false, Action::Right),
    row(&[Key::Up], "Up/Down", |app| app.scrolls().then_some("scroll"), "", false, Action::Scroll(-1)),
    row(&[Key::Down], "", |_| Some("scroll"), "", false, Action::Scroll(1)),
    row(&[Key::PageUp], "", |_| Some("scroll"), "", false, Action::Scroll(-10)),
    row(&[Key::PageDown], "", |_| Some("scroll"), "", false, Action::Scroll(10)),
];
