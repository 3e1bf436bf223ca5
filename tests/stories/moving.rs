//! From a user who cannot sign in by password to a service principal, page by page.

use crossterm::event::KeyCode;
use token_wizard::app::effect::Effect;
use token_wizard::domain::registration::{GrantName, inspect};
use token_wizard::domain::setting::SettingName;

use super::lockout::{refused, sends, with_user};
use super::{EXAMPLE, SECRET, Story, TENANT};

#[test]
fn one_key_leads_from_the_refusal_to_the_test_of_a_service_principal() {
    for code in ["AADSTS50076", "AADSTS50079", "AADSTS50158", "AADSTS53003"] {
        let story = refused(with_user(), code).sees("p move").sees("leads through the move to a service principal");
        let story = story.keys("p").sees("1 of 3").sees("Enter blank both");
        assert_eq!(story.effects, []);
        let story = story.press(KeyCode::Enter).sees("2 of 3").sees("ClientSecret is set").sees("u undo");
        let story = story.press(KeyCode::Enter).sees("[App]").sees("ClientSecret").sees_not("User passed");
        let story =
            story.press(KeyCode::Enter).sees("3 of 3").sees("security group").sees("Have a Fabric administrator");
        let story = story.sees("\"Service principals can call Fabric").sees("Add the app or its group");
        let story = story.sees("Enter test").press(KeyCode::Enter);
        let Some(Effect::Verify { order, .. }) = story.effects.first() else { panic!("it tests") };
        assert_eq!(inspect(&order.values, &order.options).plan.grant, Some(GrantName::ClientCredentials));
        assert_eq!(order.values.get(SettingName::User), "");
        story.keys("7").sees("User");
    }
}

#[test]
fn the_blanks_are_in_the_difference_and_undone_by_a_key() {
    let text = format!(
        r#"{{"AppTenantId":"{TENANT}","AuthTokenUrl":"https://login.microsoftonline.com/{{AppTenantId}}/oauth2/token",
        "Resource":"https://analysis.windows.net/powerbi/api","ClientId":"{TENANT}","ClientSecret":"{SECRET}",
        "User":"anna@contoso.com","Password":"correct horse"}}"#
    );
    let story = refused(Story::of(&text).keys("t"), "AADSTS50076").keys("p").press(KeyCode::Enter);
    let story = story.keys("\u{1b}7").sees("- anna@contoso.com").sees("Password").sees_not("correct horse");
    let story = story.keys("6").sees("p move").keys("p").sees("2 of 3").keys("u").sees("1 of 3");
    let story = story.keys("\u{1b}").keys("4").sees("anna@contoso.com").keys("\u{1b}7");
    let story = story.sees_not("- anna@contoso.com");
    assert_eq!(story.app.farewell().iter().filter(|line| line.starts_with("Not saved")).count(), 0);
}

#[test]
fn a_public_client_is_told_that_it_needs_a_secret() {
    let story = Story::of(EXAMPLE)
        .press(KeyCode::Right)
        .keys("\r")
        .paste(TENANT)
        .keys("\r")
        .paste("1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .keys("\r\r")
        .paste("anna@contoso.com")
        .keys("\r")
        .paste("password")
        .keys("\u{1b}t");
    let story = refused(story, "AADSTS50079").keys("p\r").sees("ClientSecret is not set").sees("New client secret");
    let story = story.keys("\r").sees("[App]").paste(SECRET).keys("\r").sees("3 of 3").keys("\r");
    assert!(sends(&story));
}

#[test]
fn the_pages_turn_and_close_and_leave_the_way_back() {
    let story = refused(with_user(), "AADSTS50076").keys("p").press(KeyCode::Right).sees("2 of 3");
    let story = story.press(KeyCode::Right).sees("3 of 3").press(KeyCode::Right).sees("3 of 3");
    let story = story.sees("press a on step Test").sees("Left/Right page").sees_not("Up/Down scroll");
    assert!(story.screen_at(60, 12).contains("-- Down more --"), "there it scrolls");
    let story = story.press(KeyCode::Left).press(KeyCode::Left).press(KeyCode::Left).sees("1 of 3");
    let story = story.keys("\u{1b}").sees("[Test] failed").sees("p move");
    assert!(story.app.farewell().iter().any(|line| line.contains("User")), "nothing was blanked by looking");
    // Whoever goes elsewhere is not led back from step App later.
    let story = story.keys("p\r\r").sees("[App]").keys("\u{1b}2").sees("[Tenant]").keys("\r\r\r");
    story.sees("[Endpoint]");
}

#[test]
fn other_refusals_do_not_offer_it() {
    for code in ["AADSTS50126", "AADSTS7000215", "AADSTS65001"] {
        refused(with_user(), code).sees_not("p move").keys("p").sees("[Test]").sees_not("1 of 3");
    }
}

#[test]
fn whoever_has_no_app_finds_the_checklist() {
    let story = Story::of(EXAMPLE).keys("\u{1b}3").sees("No app yet: Esc ? tells how to make one.");
    let mut story = story.keys("\u{1b}?").sees("The checklist of a registration").sees("single tenant");
    let mut seen = String::new();
    for _ in 0..40 {
        seen.push_str(&story.screen_at(80, 24));
        story = story.press(KeyCode::Down);
    }
    for words in [
        "single tenant",
        "client_credentials needs none",
        "New client secret",
        "add none",
        "of type Security",
        "Service principals can use Fabric APIs",
        "Manage access",
        "Delegated permissions",
        "Allow public client flows",
    ] {
        let flat = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words}: {seen}");
    }
    let story = story.keys("\u{1b}").press(KeyCode::Enter).paste(TENANT);
    story.sees_not("No app yet:");
}
