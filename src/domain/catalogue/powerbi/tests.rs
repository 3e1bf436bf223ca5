//! Tests of the table of Power BI's errors.

use super::*;

fn names(text: &str) -> Vec<&'static str> {
    found_in(&text.to_lowercase()).iter().map(|entry| entry.name).collect()
}

#[test]
fn the_table_is_of_one_form() {
    for entry in &TABLE {
        let name = entry.name;
        assert!(entry.action.len() <= 76 && entry.action.ends_with('.'), "{name}: {}", entry.action);
        assert!(!entry.title.ends_with('.') && entry.cause.ends_with('.'), "{name}");
        assert!(entry.place.starts_with("Where: ") && entry.place.ends_with('.'), "{name}");
        assert!(entry.remedies.iter().all(|remedy| remedy.ends_with('.')), "{name}");
        assert!(entry.texts.iter().chain(entry.with).all(|text| text.to_lowercase() == **text), "{name}");
    }
}

#[test]
fn errors_are_found_by_name_and_by_message() {
    for (text, expected) in [
        ("PowerBINotAuthorizedException", vec!["PowerBINotAuthorizedException"]),
        ("{\"Message\":\"API is not accessible for application\"}", vec!["ApiNotAccessibleForApplication"]),
        ("Unable to parse AAD token: IDX12741", vec!["InvalidToken"]),
        ("POST /GenerateToken -> 403", vec!["GenerateTokenForbidden"]),
        ("{\"@odata.context\":\"https://x/v1.0/myorg/$metadata#groups\",\"value\":[]}", vec!["NoWorkspace"]),
        ("invalid_request", vec![]),
        ("MyInvalidRequestHandler", vec![]),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
}

#[test]
fn the_route_decides_between_two_meanings_of_one_name() {
    let title = |text: &str| found_in(text).first().map(|entry| entry.title);
    assert_eq!(title("powerbinotauthorizedexception"), Some("No role in the workspace"));
    assert_eq!(
        title("get /v1.0/myorg/admin/groups: powerbinotauthorizedexception"),
        Some("The admin APIs are closed to this identity")
    );
}

#[test]
fn statuses_have_a_meaning_of_their_own() {
    assert_eq!(by_status(403).map(|entry| entry.title), Some("Power BI does not take the token"));
    assert_eq!(by_status(503).map(|entry| entry.name), Some("UnknownError"));
    assert_eq!(by_status(418), None);
}
