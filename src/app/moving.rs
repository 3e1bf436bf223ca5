//! The move from a user with a password to a service principal, page by page: what becomes blank, the secret of the app,
//! the gates of Power BI, and then the test.

use super::effect::Effect;
use super::{App, Overlay};
use crate::domain::principal;
use crate::domain::setting::SettingName::{ClientSecret, Password, User};
use crate::steps::Step;
use crate::steps::form::Who;
use crate::ui::pane::Line;
use crate::ui::theme::Role;

/// A page of the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// User and Password become blank.
    Settings,
    /// What proves the app.
    Secret,
    /// What Power BI wants.
    Gates,
}

impl Page {
    const ALL: [Self; 3] = [Self::Settings, Self::Secret, Self::Gates];

    const fn title(self) -> &'static str {
        match self {
            Self::Settings => "To a service principal, 1 of 3: User and Password become blank",
            Self::Secret => "To a service principal, 2 of 3: the secret of the app",
            Self::Gates => "To a service principal, 3 of 3: the gates of Power BI",
        }
    }

    /// What Enter does there.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Settings => "blank both",
            Self::Secret => "to App",
            Self::Gates => "test",
        }
    }
}

impl App {
    /// Whether the move is offered: a user's password was kept out for good, or the move has begun.
    pub(super) fn can_move(&self) -> bool {
        self.test.advises_principal()
    }

    /// Whether a page of consent is offered.
    pub(super) fn has_link(&self) -> bool {
        !self.test.links().is_empty()
    }

    pub(super) const fn move_page(&self) -> Option<Page> {
        match self.overlay {
            Some(Overlay::Move { page, .. }) => Some(page),
            _ => None,
        }
    }

    /// Opens the move where it stands.
    pub(super) fn open_move(&mut self) {
        let page = if self.has_user_filled_in() { Page::Settings } else { Page::Secret };
        self.go(Step::Test, 0);
        self.show_page(page);
    }

    pub(super) fn show_page(&mut self, page: Page) {
        self.overlay = Some(Overlay::Move { page, scroll: 0 });
    }

    fn has_user_filled_in(&self) -> bool {
        [User, Password].into_iter().any(|name| !self.form.field(name).is_empty())
    }

    /// Does what the page is for, and goes on.
    pub(super) fn enter_page(&mut self, page: Page) -> Vec<Effect> {
        match page {
            Page::Settings => {
                self.form.choose_who(Who::Customers);
                self.show_page(Page::Secret);
            }
            Page::Secret => {
                let (step, question) = Step::of_setting(ClientSecret);
                self.go(step, question);
                self.is_moving = true;
            }
            Page::Gates => return self.begin_test(),
        }
        Vec::new()
    }

    /// The page to the right or left.
    pub(super) fn turn_page(&mut self, page: Page, forward: bool) {
        let place = Page::ALL.iter().position(|known| *known == page).unwrap_or(0);
        let next = if forward { place + 1 } else { place.saturating_sub(1) };
        if let Some(page) = Page::ALL.get(next) {
            self.show_page(*page);
        }
    }

    /// Whether the blank User and Password of the move can be filled again.
    pub(super) fn can_take_back_user(&self) -> bool {
        !self.has_user_filled_in() && [User, Password].into_iter().any(|name| self.form.field(name).can_undo())
    }

    /// Fills User and Password again with what the move took out.
    pub(super) fn take_back_user(&mut self) {
        self.form.take_back_user();
        self.show_page(Page::Settings);
    }

    /// What a page says.
    pub(super) fn move_lines(&self, page: Page) -> Vec<Line> {
        let text = |words: &str| Line::new(Role::Text, words);
        let mut lines = vec![Line::new(Role::Title, page.title())];
        match page {
            Page::Settings if self.has_user_filled_in() => lines.extend([
                text(
                    "Enter puts \"\" into User and Password, so that the grant becomes client_credentials: the app signs \
                     in by itself, and no second factor and no policy for users applies to it. Step Save shows the \
                     difference; the file is written only there. On the next page press u to bring both back.",
                ),
                Line::blank(),
                text(
                    "A service principal suits reports for customers of the application (\"app owns data\"). People of your own \
                     organisation would read them with the rights of the app.",
                ),
            ]),
            Page::Settings => lines.push(text("User and Password are blank: the grant is client_credentials.")),
            Page::Secret => {
                let has_secret = !self.form.field(ClientSecret).is_empty();
                let state = if has_secret {
                    "ClientSecret is set: a service principal uses the same one. Look whether it is of this app and has \
                     not ended; otherwise make a new one."
                } else {
                    "ClientSecret is not set, and a service principal needs one: the app was a public client."
                };
                lines.extend([text(state), Line::blank()]);
                let place = format!("Entra admin center > App registrations > your app > {}", principal::SECRET);
                lines.push(text(&place));
                lines.push(Line::blank());
                lines.push(text(
                    "No API permission and no redirect URI is needed. Enter opens ClientSecret in step App; Enter there \
                     leads on to the gates.",
                ));
            }
            Page::Gates => {
                let gates = principal::gates(self.test.cloud());
                for (number, gate) in gates.iter().enumerate() {
                    lines.push(text(gate).led_by(Role::Key, format!("{}  ", number + 1)));
                }
                lines.push(Line::blank());
                lines.push(text(principal::PATIENCE));
                lines.push(text("Enter tests. While a gate is closed, press a on step Test: it is tested again until the gate opens."));
            }
        }
        lines
    }
}
