//! What is offered before the first step.

use std::path::PathBuf;

use token_wizard::app::effect::{Effect, Msg};
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::domain::storage::{Leftover, LeftoverKind};

use super::{EXAMPLE, NOW, Story, TENANT};

fn leftover(kind: LeftoverKind) -> Leftover {
    Leftover { path: PathBuf::from("/srv/app/.token-wizard-backup-x"), kind }
}

fn draft() -> Values {
    Values::default().with(SettingName::AppTenantId, TENANT).with(SettingName::User, "anna@contoso.com")
}

#[test]
fn leftovers_of_a_killed_save_are_deleted_only_when_asked() {
    let start = |kind| Story::starting(EXAMPLE, |start| start.leftovers = vec![leftover(kind)]);
    let story =
        start(LeftoverKind::Backup).sees("A save of this file was killed").sees("/srv/app/.token-wizard-backup-x");
    let story = story.sees("as it was before that save").keys("d");
    assert_eq!(story.effects, [Effect::Remove(vec![leftover(LeftoverKind::Backup)])]);
    let story = story.tell(Msg::Removed(Err("Permission denied".to_owned()))).sees("Not deleted: Permission denied");
    story.tell(Msg::Removed(Ok(()))).sees("[Who]").sees("customers of our application");
    let story =
        start(LeftoverKind::Temporary).sees("The settings file is whole").keys("\u{1b}").sees("customers of our");
    assert_eq!(story.effects, []);
}

#[test]
fn what_was_typed_before_the_line_was_lost_is_offered() {
    let start = || Story::starting(EXAMPLE, |start| start.draft = Some((draft(), NOW)));
    let story = start().sees("Something was typed here before").sees(TENANT).sees("anna@contoso.com");
    let story = story.keys("\r").sees("[Who]").sees("appsettings.json*").sees("User").keys("\u{1b}2").sees(TENANT);
    story.keys("\u{1b}4").sees("anna@contoso.com");
    start().keys("\u{1b}").sees("customers of our application").keys("\u{1b}2").sees_not(TENANT);
}

#[test]
fn leftovers_come_before_the_draft() {
    let story = Story::starting(EXAMPLE, |start| {
        start.leftovers = vec![leftover(LeftoverKind::Temporary)];
        start.draft = Some((draft(), NOW));
    });
    story.sees("was killed").keys("\u{1b}").sees("Something was typed").keys("\u{1b}").sees("customers of our");
}
