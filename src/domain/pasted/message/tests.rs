//! Tests of finding codes, names, statuses and IDs.

use super::*;
use crate::domain::pasted::clean;
use proptest::prelude::*;

fn found(text: &str) -> Message {
    read(&clean(text))
}

#[test]
fn numbers_are_found_bare_wrapped_and_encoded() {
    for (text, codes) in [
        ("7000215", vec![7_000_215]),
        ("[70002, 50126]", vec![50_126, 70_002]),
        ("aadsts 7000215", vec![7_000_215]),
        ("AADSTS70002\n15: Invalid client secret", vec![7_000_215]),
        ("> AADS\n> TS50126: x", vec![50_126]),
        ("AADSTS50126\n2024-07-15", vec![50_126]),
        ("error_description=AADSTS65001%3a+The+user", vec![65_001]),
        ("{\\\"error_codes\\\":[7000222]}", vec![7_000_222]),
        ("AADSTS99999999", vec![99_999_999]),
        ("429", vec![]),
        ("port 50126", vec![]),
    ] {
        assert_eq!(found(text).entra, codes, "{text}");
    }
}

#[test]
fn statuses_are_found_in_the_words_of_many_programs() {
    for (text, statuses) in [
        ("429", vec![429]),
        ("Response status code does not indicate success: 401 (Unauthorized).", vec![401]),
        ("The remote server returned an error: (403) Forbidden.", vec![403]),
        ("Operation returned an invalid status code 'Unauthorized'", vec![401]),
        ("Request failed with status code 404", vec![404]),
        ("< HTTP/1.1 200 Connection established\n< HTTP/2 503", vec![503]),
        ("StatusCode: 429, ReasonPhrase: 'Too Many Requests'", vec![429]),
        ("curl: (22) The requested URL returned error: 401", vec![401]),
        ("Forbidden", vec![403]),
        ("{\"status\":400}", vec![400]),
        ("HTTP/1.1 200 OK", vec![]),
        ("took 404 ms, 500 rows", vec![]),
        ("unauthorized_client", vec![]),
    ] {
        assert_eq!(found(text).statuses, statuses, "{text}");
    }
}

#[test]
fn ids_and_words_are_taken_out() {
    let text = "AADSTS50034: The user account ada@contoso.com does not exist. Trace ID: 11111111-2222-3333-4444-555555555555\r\nCorrelation ID: 66666666-7777-8888-9999-aaaaaaaaaaaa\r\nTimestamp: 2024-07-15 11:14:02Z";
    let message = found(text);
    assert_eq!(message.words.as_deref(), Some("The user account [personal] does not exist."));
    assert_eq!(message.ids.trace.as_deref(), Some("11111111-2222-3333-4444-555555555555"));
    assert_eq!(message.ids.correlation.as_deref(), Some("66666666-7777-8888-9999-aaaaaaaaaaaa"));
    assert_eq!(message.ids.timestamp.as_deref(), Some("2024-07-15 11:14:02Z"));
    let header = found("RequestId: 11111111-2222-3333-4444-555555555555\nx-ms-request-id: nothing");
    assert_eq!((header.ids.request.is_some(), header.ids.trace), (true, None));
}

#[test]
fn challenges_are_decoded() {
    let policy = "11111111-2222-3333-4444-555555555555";
    let plain = format!(
        r#"{{"claims":"{{\"access_token\":{{\"capolids\":{{\"essential\":true,\"values\":[\"{policy}\"]}}}}}}"}}"#
    );
    assert_eq!(found(&plain).challenge.map(|challenge| challenge.policies), Some(vec![policy.to_owned()]));
    let claims =
        STANDARD_NO_PAD.encode(r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"acrs":{"value":"c1"}}}"#);
    let header = format!("WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"{claims}==\"");
    let challenge = found(&header).challenge.expect("a challenge");
    assert!(challenge.is_revoked && challenge.contexts == ["c1"]);
    assert_eq!(found(r#"{"access_token":"opaque"}"#).challenge, None);
}

#[test]
fn what_is_quoted_holds_no_secret() {
    let text = "sent client_secret=hunter2 and abc8Q~practice.practice.practice.practic, eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.x.y";
    assert_eq!(quoted(text), "sent client_secret=[masked] and [masked], [masked]");
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(AADSTS|[0-9]{1,9}|trace id: |timestamp: |claims=|\\{\"access_token\":|status |\\PC){0,20}") {
        let message = found(&text);
        prop_assert!(message.words.is_none_or(|words| !words.contains('\n')));
    }
}
