//! What a key does: the tables say which action it is, and here the action is carried out.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::effect::Effect;
use super::keys::{self, Action};
use super::moving::Page;
use super::{App, Focus, Overlay, REVEAL};
use crate::domain::setting::SettingName;
use crate::domain::time::Timestamp;
use crate::steps::Step;
use crate::steps::form::{Form, PasteKeys};
use crate::steps::questions::remarks;
use crate::steps::test::Copyable;
use crate::ui::frame::MAX_COLUMNS;
use crate::ui::keymap;

impl App {
    pub(super) fn key(&mut self, now: Timestamp, mut key: KeyEvent) -> Vec<Effect> {
        // "Esc t" and Alt-t are the same bytes on the wire.
        let is_after_esc = key.modifiers.contains(KeyModifiers::ALT);
        if is_after_esc && matches!(key.code, KeyCode::Char(_)) {
            key.modifiers.remove(KeyModifiers::ALT);
            if self.overlay.is_none() && self.focus == Focus::Field {
                self.leave_to_commands();
            }
        }
        let table = self.table();
        if let Some(action) = keymap::lookup(table, self, key).or_else(|| keymap::lookup(keys::ANYWHERE, self, key)) {
            return self.act(now, action);
        }
        if !is_after_esc && self.seek(key) {
            return Vec::new();
        }
        let takes_digits = self.overlay.is_none() && (self.focus == Focus::Commands || !self.step.is_form());
        if let (true, KeyCode::Char(digit)) = (takes_digits, key.code)
            && let Some(step) = Step::of_digit(digit)
        {
            self.go(step, 0);
        } else if let (None, Focus::Field, Some(name)) = (self.overlay, self.focus, self.setting_in_focus()) {
            self.form.key(name, key);
        }
        Vec::new()
    }

    pub(super) fn leave_to_commands(&mut self) {
        let revealed = self.revealed;
        self.leave_field();
        self.revealed = revealed;
        self.focus = Focus::Commands;
    }

    pub(super) fn act(&mut self, now: Timestamp, action: Action) -> Vec<Effect> {
        match action {
            Action::Enter => return self.enter(),
            Action::Down => self.move_by(true),
            Action::Up => self.move_by(false),
            Action::Leave => self.leave_to_commands(),
            Action::Right => self.turn(true),
            Action::Left => self.turn(false),
            Action::Scroll(rows) => self.scroll(rows),
            Action::Test => return self.begin_test(),
            Action::Save => return self.begin_save(),
            Action::Reveal => {
                let is_shown = self.revealed.is_some();
                self.revealed = self.secret_in_focus().filter(|_| !is_shown).map(|name| (name, now.plus(REVEAL)));
            }
            Action::Undo => self.on_field(Form::undo),
            Action::Clean => self.on_field(Form::clean_more),
            Action::Book => {
                self.sought.clear();
                self.overlay = Some(Overlay::Book { row: 0 });
            }
            Action::Cloud => self.overlay = self.cloud_on_offer().map(|_| Overlay::Cloud),
            Action::TakeCloud => self.take_cloud(),
            Action::Help => self.overlay = Some(Overlay::Help { scroll: 0 }),
            Action::Quit => return self.quit(),
            Action::Cancel => {
                if let Some(run) = self.test.running() {
                    self.test.cancelled();
                    return vec![Effect::Cancel(run)];
                }
                return self.quit();
            }
            Action::Suspend => return vec![Effect::Suspend],
            Action::GoToFault => {
                if let Some(setting) = self.setting_at_fault() {
                    let (step, question) = Step::of_setting(setting);
                    self.go(step, question);
                }
            }
            Action::GoToPassword => {
                let (step, question) = Step::of_setting(SettingName::Password);
                self.go(step, question);
            }
            // No key leads here: `seek` takes the letters.
            Action::Seek => {}
            Action::Close => self.close(),
            Action::KeepMine => self.keep_mine(),
            Action::TakeTheirs => self.take_theirs(),
            Action::Compare => self.compare(),
            Action::InPlace => return self.save_in_place(),
            Action::Remove => return self.remove_leftovers(),
            Action::TakeUp => self.take_up_draft(),
            Action::OpenCopying => self.open_copying(),
            Action::Watch => self.watch(now),
            Action::Workspaces => {
                self.sought.clear();
                self.overlay = Some(Overlay::Workspaces { row: self.test.place_of_workspace() });
            }
            Action::Ask => self.open_asking(),
            Action::Copy => return self.copy(),
            Action::Keep => return self.keep(),
            Action::Plain => self.show_plain(now),
            Action::Letter => return self.write_out(now, |row| row.title == Copyable::LETTER),
            Action::Link => return self.write_out(now, |row| row.is_link),
            Action::Move => self.open_move(),
            Action::TakeBackUser => self.take_back_user(),
            Action::Discard => return vec![Effect::Quit],
        }
        Vec::new()
    }

    pub(super) fn on_field(&mut self, change: fn(&mut Form, SettingName)) {
        if let Some(name) = self.setting_in_focus() {
            change(&mut self.form, name);
        }
    }

    pub(super) fn quit(&mut self) -> Vec<Effect> {
        if self.is_unsaved() && self.overlay != Some(Overlay::Leaving) {
            self.overlay = Some(Overlay::Leaving);
            return Vec::new();
        }
        vec![Effect::Quit]
    }

    pub(super) fn enter(&mut self) -> Vec<Effect> {
        if let Some(Overlay::Book { row }) = self.overlay {
            if let Some(account) = self.start.book.get(row) {
                let values = account.values.clone();
                self.form.fill(&values);
            }
            self.go(Step::Test, 0);
            return Vec::new();
        }
        if let Some(Overlay::Workspaces { row }) = self.overlay {
            self.workspace = self.test.workspaces().get(row).map(|workspace| workspace.id.clone());
            return self.begin_test();
        }
        if let Some(Overlay::Asking { row }) = self.overlay {
            return self.ask(row);
        }
        if let Some(page) = self.move_page() {
            return self.enter_page(page);
        }
        // What is wrong with an answer is said before the next question hides it; Enter once more goes on.
        if self.focus == Focus::Field && self.is_told_news() {
            return Vec::new();
        }
        match self.step {
            Step::Test if self.has_passed() => self.go(Step::Save, 0),
            Step::Test => return self.begin_test(),
            Step::Save => return self.begin_save(),
            _ if self.focus == Focus::Commands => self.enter_field(),
            _ if self.question + 1 < self.step.questions().len() => self.go(self.step, self.question + 1),
            Step::App if self.is_moving => {
                self.go(Step::Test, 0);
                self.show_page(Page::Gates);
            }
            _ => {
                // The field is left first: it may decide whether there is a user.
                let next = self.step.next(&self.form);
                self.go(next, 0);
            }
        }
        Vec::new()
    }

    /// Whether something that asks for another answer has come into view just now, because the answer was given.
    fn is_told_news(&mut self) -> bool {
        let Some(name) = self.setting_in_focus().filter(|name| !self.form.is_judged(*name)) else { return false };
        self.form.judge(name);
        let inspection = self.form.inspect(&self.start.options);
        remarks(&self.form, &inspection, name, PasteKeys::SCREEN).iter().any(|remark| remark.asks)
    }

    pub(super) fn move_by(&mut self, forward: bool) {
        if self.move_in_list(if forward { 1 } else { -1 }) {
            return;
        }
        let count = self.step.questions().len();
        match (forward, self.question) {
            (true, place) if place + 1 < count => self.go(self.step, place + 1),
            (true, _) => self.go(self.step.next(&self.form), 0),
            // A step opens at its first question, from wherever somebody comes.
            (false, 0) => self.go(self.step.previous(&self.form), 0),
            (false, place) => self.go(self.step, place - 1),
        }
    }

    /// Moves in the list that lies over the step, as far as it goes; false when there is none.
    fn move_in_list(&mut self, rows: isize) -> bool {
        let count = match self.overlay {
            Some(Overlay::Book { .. }) => self.start.book.len(),
            Some(Overlay::Workspaces { .. }) => self.test.workspaces().len(),
            Some(Overlay::Asking { .. }) => self.offers_to_ask().len(),
            Some(Overlay::Copying { .. }) => self.test.copyable().len(),
            _ => return false,
        };
        if let Some(
            Overlay::Book { row } | Overlay::Workspaces { row } | Overlay::Asking { row } | Overlay::Copying { row },
        ) = &mut self.overlay
        {
            *row = row.saturating_add_signed(rows).min(count.saturating_sub(1));
        }
        true
    }

    pub(super) fn turn(&mut self, forward: bool) {
        if let Some(page) = self.move_page() {
            self.turn_page(page, forward);
        } else if self.step == Step::Test {
            self.test.turn(forward);
        } else if let Some(question) = self.question() {
            question.turn(&mut self.form, &self.start.options, forward);
        }
    }

    pub(super) fn scroll(&mut self, rows: isize) {
        if self.move_in_list(rows) {
            return;
        }
        let end = self.overlay_rows_below();
        if let Some(
            Overlay::Help { scroll }
            | Overlay::Comparison { scroll }
            | Overlay::Realm { scroll }
            | Overlay::Move { scroll, .. }
            | Overlay::Plain { scroll, .. },
        ) = &mut self.overlay
        {
            *scroll = scroll.saturating_add_signed(rows).min(end);
        } else if self.step == Step::Save {
            self.save_scroll =
                self.save_scroll.saturating_add_signed(rows).min(self.rows_below(&self.save_lines(None)));
        } else {
            let idle = self.idle_lines();
            self.test.scroll(rows, &self.areas(), &self.form.draft(), &idle);
        }
    }

    /// How far the page over the step scrolls; 0 when there is none that does.
    fn overlay_rows_below(&self) -> usize {
        let lines = match self.overlay {
            Some(Overlay::Help { .. }) => self.help_lines(),
            Some(Overlay::Comparison { .. }) => self.save.comparison(&self.start.document),
            Some(Overlay::Realm { .. }) => self.test.realm_question(),
            Some(Overlay::Move { page, .. }) => self.move_lines(page),
            Some(Overlay::Plain { .. }) => return self.plain_rows(),
            _ => return 0,
        };
        self.rows_below(&lines)
    }

    /// Whether the page over the step has more than fits.
    pub(super) fn scrolls(&self) -> bool {
        self.overlay_rows_below() > 0
    }

    /// Whether there is no room for all that the footer has to say.
    pub(super) const fn is_narrow(&self) -> bool {
        self.start.size.0 < MAX_COLUMNS
    }

    /// Whether the pane of step Test has more than fits and is too low for the mark that says so.
    pub(super) fn scrolls_unmarked(&self) -> bool {
        self.test.is_cut_unmarked(&self.areas(), &self.form.draft(), &self.idle_lines())
    }
}
