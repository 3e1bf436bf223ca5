//! Somebody else changed the file; or it cannot be replaced; or others can read it.

use std::path::PathBuf;

use token_wizard::app::effect::{Effect, Msg};
use token_wizard::domain::document::Document;
use token_wizard::domain::setting::SettingName;
use token_wizard::domain::storage::{Exposure, Manner, ReadError, SaveError, SaveOrder, Saved, Snapshot, Stamp};

use super::{EXAMPLE, SECRET, STAMP, Story, TENANT, filled};

const LATER: Stamp = Stamp { identity: (1, 2), length: 2, modified: 2, contents: 2 };

fn snapshot(text: &str) -> Snapshot {
    Snapshot { path: PathBuf::from("appsettings.json"), bytes: text.as_bytes().to_vec().into(), stamp: LATER }
}

/// The save was refused, and the file is that now.
fn conflict(text: &str) -> Story {
    let story = filled().keys("s\r").tell(Msg::Saved(Err(SaveError::Changed)));
    assert_eq!(story.effects, [Effect::Read(PathBuf::from("appsettings.json"))]);
    story.tell(Msg::Read(Ok(snapshot(text))))
}

fn order(story: &Story) -> &SaveOrder {
    match story.effects.first() {
        Some(Effect::Save(order)) => order,
        other => panic!("it saves, not {other:?}"),
    }
}

/// What the other one made of the example: another resource, a comment, and an app of his own.
fn theirs() -> String {
    EXAMPLE
        .replace("https://analysis.windows.net/powerbi/api", "https://api.example/theirs")
        .replace("[Client ID the Azure AD app]", "22222222-2222-4222-8222-222222222222")
        .replacen('{', "{ // theirs", 1)
}

#[test]
fn keep_mine_puts_what_was_typed_over_the_file_as_it_is_now() {
    let story = conflict(&theirs()).sees("[Save] failed").sees("was changed by somebody else");
    let story = story.sees(" failed  Choose whose values to keep; nothing was written.");
    let story = story.sees(" k  your values, everything else as it is in the file now; Enter then saves");
    let story = story.sees(" l  the file as it is now; your values are dropped");
    let story = story.sees(" c  what they changed, line by line");
    let story = story.sees("+ theirs https://api.example/theirs").sees("yours  1b4e28ba");
    // Nothing is saved before the person has decided.
    let story = story.keys("\r");
    assert_eq!(story.effects, []);
    let story = story.keys("k").sees("- 22222222-2222-4222-8222-222222222222").keys("\r");
    let order = order(&story);
    assert_eq!((order.expected, order.manner), (LATER, Manner::Replace));
    let written = Document::read(order.contents.expose().as_bytes()).expect("a settings file");
    assert!(written.text().starts_with("{ // theirs"), "the comment of the other one is kept");
    let values = written.values();
    assert_eq!(values.get(SettingName::Resource), "https://api.example/theirs", "untouched here, so theirs");
    assert_eq!(values.get(SettingName::ClientId), "1b4e28ba-2fa1-41d2-883f-0016d3cca427");
    assert_eq!(values.get(SettingName::ClientSecret), SECRET);
    story.tell(Msg::Saved(Ok(Saved { stamp: STAMP }))).sees("values written");
}

#[test]
fn load_theirs_drops_what_was_typed_and_undo_brings_it_back() {
    let story = conflict(&theirs()).keys("l").sees_not("ClientId").keys("3");
    let story = story.sees("22222222-2222-4222-8222-222222222222").keys("\u{1b}u");
    story.sees("1b4e28ba-2fa1-41d2-883f-0016d3cca427");
}

#[test]
fn the_comparison_is_masked_and_leads_back() {
    let text = EXAMPLE.replace("[Client Secret for the Azure AD app]", "c4nary");
    let story = conflict(&text).keys("c").sees("What changed in the file since it was read");
    let story =
        story.sees("+   \"ClientSecret\": \"[masked, 6 characters]\"").sees_not("c4nary").sees_not("practiceValue");
    // What stood there before was no secret, and what is equal is told from the file's own text.
    let story = story.sees("Lines with - were read, lines with + are in the file now.");
    let story = story.sees("-   \"ClientSecret\": \"[Client Secret for the Azure AD app]\"").sees(" ... 4 equal lines");
    let story = story.sees_not("Up/Down scroll");
    story.keys("\u{1b}").sees("[Save] failed").sees("keep mine").sees_not("c4nary");
}

#[test]
fn a_long_line_of_the_comparison_goes_on_below_its_key() {
    let url = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
    let long = format!("{url}?{}", "x".repeat(40));
    let story = conflict(&EXAMPLE.replace(url, &long)).keys("c");
    let screen = story.screen_at(80, 24);
    let column = |start: &str| screen.lines().find_map(|line| line.find(start).filter(|_| !line.contains(" - ")));
    let key = column("\"AuthTokenUrl\"").expect("the key");
    assert_eq!(column("\"https://"), Some(key), "{screen}");
}

#[test]
fn the_same_text_written_again_is_told_as_that() {
    let story = conflict(EXAMPLE).keys("c").sees("the same text was written again").keys("k").keys("\r");
    assert_eq!(order(&story).expected, LATER);
}

#[test]
fn a_deleted_file_is_made_anew_only_when_asked() {
    let story = filled().keys("s\r").tell(Msg::Saved(Err(SaveError::Changed)));
    let story = story.tell(Msg::Read(Err(ReadError::Missing))).sees("was deleted since it was read").keys("\r");
    assert_eq!(story.effects, []);
    let story = story.keys("k\r");
    assert_eq!(order(&story).manner, Manner::Create);
    let story = story.tell(Msg::Saved(Ok(Saved { stamp: LATER }))).keys("3x");
    let story = story.keys("\u{1b}s\r");
    assert_eq!((order(&story).manner, order(&story).expected), (Manner::Replace, LATER));
}

#[test]
fn a_file_that_is_malformed_or_unreadable_now_keeps_what_was_typed() {
    let story = conflict("{ \"ClientId\": ").sees("is not what .NET reads").sees_not("keep mine");
    let story = story.sees("failed  Mend the file, then press Enter to save again").keys("k");
    assert_eq!(story.effects, []);
    // Saving again is how a mended file is looked at again.
    let story = story.sees("Enter save").keys("\r");
    assert_eq!((order(&story).expected, order(&story).manner), (STAMP, Manner::Replace));
    let story = story.tell(Msg::Saved(Err(SaveError::Changed)));
    assert_eq!(story.effects, [Effect::Read(PathBuf::from("appsettings.json"))]);
    let story = story.tell(Msg::Read(Ok(snapshot(&theirs())))).sees("k keep mine").keys("k\r");
    assert_eq!(order(&story).expected, LATER);
    let story = conflict("{ \"ClientId\": ").keys("3").sees("1b4e28ba");
    let story = story.keys("\u{1b}s").tell(Msg::Read(Err(ReadError::System("Permission denied".to_owned()))));
    story.sees("cannot be read now:").sees("Permission denied.");
}

#[test]
fn a_file_that_cannot_be_replaced_is_written_in_place_only_after_asking() {
    let refused = |may_write_in_place| {
        let why = "It has 2 names".to_owned();
        filled().keys("s\r").tell(Msg::Saved(Err(SaveError::NotReplaceable { why, may_write_in_place })))
    };
    let story = refused(true).sees("It has 2 names").sees("write into it").keys("i");
    assert_eq!((order(&story).manner, order(&story).expected), (Manner::InPlace, STAMP));
    let story = refused(false).sees("It has 2 names").sees_not("write into it").keys("i");
    assert_eq!(story.effects, []);
}

#[test]
fn what_was_typed_survives_every_refusal() {
    let words = || "No space left on device".to_owned();
    for (error, told) in [
        (SaveError::Changed, "Nothing was written"),
        (SaveError::System { doing: "write", words: words() }, "Nothing was written"),
        (SaveError::HalfWritten { backup: PathBuf::from("the-backup"), words: words() }, "the-backup"),
    ] {
        let story = filled().keys("s\r").tell(Msg::Saved(Err(error))).sees(told).keys("2");
        story.sees(TENANT);
    }
}

#[test]
fn others_who_can_read_the_secret_are_named() {
    let exposed = |open_mode, is_tracked_by_git| {
        Story::starting(EXAMPLE, |start| start.exposure = Exposure { open_mode, is_tracked_by_git })
            .keys("\u{1b}3")
            .press(crossterm::event::KeyCode::Down)
    };
    let both = exposed(Some(0o644), true).keys("\u{1b}s").sees_not("Everybody on this machine");
    both.keys("3")
        .press(crossterm::event::KeyCode::Down)
        .paste(SECRET)
        .keys("\u{1b}s")
        .sees("(mode 644)")
        .sees("git tracks this file");
    exposed(Some(0o640), false)
        .paste(SECRET)
        .keys("\u{1b}s")
        .sees("Its group can read")
        .sees_not("git tracks")
        .sees(" chmod 600 appsettings.json\n");
}
