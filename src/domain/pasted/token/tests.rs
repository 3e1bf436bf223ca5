//! Tests of finding tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

use super::*;

const CLAIMS: &str = r#"{"aud":"https://analysis.windows.net/powerbi/api","iss":"https://sts.windows.net/8f3c2a1e-0b1d-4c2e-9a3f-5d6e7f8091a2/","exp":1795532411,"tid":"8f3c2a1e-0b1d-4c2e-9a3f-5d6e7f8091a2"}"#;

fn token(algorithm: &str, signature: usize) -> String {
    let header = format!(r#"{{"typ":"JWT","alg":"{algorithm}","kid":"practice"}}"#);
    let signature: String = "c2lnbmF0dXJl".chars().cycle().take(signature).collect();
    format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(CLAIMS))
}

fn only(text: &str) -> Signed {
    match find(text).as_deref() {
        Ok([Found { body: Body::Signed(signed), .. }]) => signed.clone(),
        other => panic!("{other:?} in {text}"),
    }
}

fn wrapped(text: &str, columns: usize, between: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(columns).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join(between)
}

#[test]
fn a_token_is_found_in_whatever_is_around_it() {
    let token = token("RS256", 342);
    for text in [
        token.clone(),
        format!("Bearer {token}"),
        format!("> Authorization: Bearer {token}\r\n> Accept: */*"),
        format!("\u{feff}\"{token}\","),
        format!("The token is {token}. It does not work."),
        format!("{{\"access_token\":\"{token}\",\"expires_in\":3599}}"),
        format!("\"{{\\\"access_token\\\":\\\"{token}\\\"}}\""),
        format!("https://app.example/#access_token={token}&token_type=Bearer"),
        format!("Bearer%20{token}%0A"),
        wrapped(&token, 80, "\n"),
        wrapped(&token, 76, "\r\n> "),
        wrapped(&token, 60, " "),
        wrapped(&token, 76, "=\r\n"),
        format!("{}\nand this is what I see in the log", wrapped(&token, 78, "\n  ")),
    ] {
        let signed = only(&text);
        assert_eq!(signed.damage, [], "{text}");
        assert_eq!(signed.claims.len(), 4, "{text}");
        assert!(is_complete(&text));
    }
}

#[test]
fn several_tokens_keep_their_order_and_names() {
    let (access, id) = (token("RS256", 342), token("ES256", 86));
    let answer = format!(r#"{{"access_token":"{access}","refresh_token":"1.AXEAabcdefghijklmnop","id_token":"{id}"}}"#);
    let found = find(&answer).expect("tokens");
    let labels: Vec<Option<Label>> = found.iter().map(|found| found.label).collect();
    assert_eq!(labels, [Some(Label::Access), Some(Label::Refresh), Some(Label::Id)]);
    assert_eq!(found[1].body, Body::Opaque(22));
    let found = find(&format!("{access}\n\n{id}\n")).expect("tokens");
    assert_eq!(found.len(), 2);
}

#[test]
fn what_is_damaged_is_named_and_the_claims_are_read() {
    let whole = token("RS256", 342);
    let (unsigned, _) = whole.rsplit_once('.').expect("three parts");
    let short = unsigned.get(..unsigned.len() - 40).expect("ASCII");
    let (_, headless) = whole.split_once('.').expect("three parts");
    for (text, damage, claims) in [
        (unsigned.to_owned(), vec![Damage::SignatureMissing], 4),
        (format!("{unsigned}."), vec![Damage::SignatureMissing], 4),
        (token("RS256", 100), vec![Damage::SignatureLength(100, 342)], 4),
        (token("none", 0), vec![Damage::Unsigned], 4),
        (token("XX1", 10), vec![], 4),
        (short.to_owned(), vec![Damage::PayloadCut], 3),
        (format!("{short}..."), vec![Damage::PayloadCut], 3),
        (format!("{}.{}", short, "c2ln".repeat(86)), vec![Damage::PayloadBroken, Damage::SignatureLength(344, 512)], 3),
        (wrapped(short, 64, "\n"), vec![Damage::PayloadCut], 3),
        (headless.to_owned(), vec![Damage::HeaderMissing], 4),
        (whole.get(..36).expect("ASCII").to_owned(), vec![Damage::HeaderCut], 0),
    ] {
        let signed = only(&text);
        assert_eq!((signed.damage, signed.claims.len()), (damage, claims), "{text}");
    }
}

#[test]
fn other_tokens_are_told_apart() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let encrypted = find(&format!("{header}.a2V5.aXY.dGV4dA.dGFn")).expect("a token");
    assert!(matches!(encrypted.as_slice(), [Found { body: Body::Encrypted(_), .. }]));
    let embed = format!("H4sI{}", "AAAAAAAEAB2Wt".repeat(8));
    assert_eq!(find(&embed), Ok(vec![Found { label: None, body: Body::Embed(108) }]));
    assert_eq!(find(&wrapped(&embed, 40, "\n")).map(|found| found.len()), Ok(1));
    let opaque = "ya29.a0AfH6SMBx1Z-4kq7Yw0123456789abcdef";
    assert_eq!(find(opaque), Ok(vec![Found { label: None, body: Body::Opaque(40) }]));
    assert_eq!(
        find(&format!("Authorization: Bearer {opaque}")),
        Ok(vec![Found { label: Some(Label::Access), body: Body::Opaque(40) }])
    );
}

#[test]
fn what_is_no_token_is_named() {
    for (text, nothing) in [
        ("", Nothing::Empty),
        (" \r\n ", Nothing::Empty),
        ("1b4e28ba-2fa1-41d2-883f-0016d3cca427", Nothing::Guid),
        ("abc8Q~practice.practice.practice.practic", Nothing::ClientSecret),
        ("AADSTS7000215: Invalid client secret provided.", Nothing::Refusal),
        ("hello world", Nothing::Other),
        ("eyJ is how it begins", Nothing::Other),
        ("the access_token is missing from my answer", Nothing::Other),
        (r#"{"access_token":null}"#, Nothing::Other),
    ] {
        assert_eq!(find(text), Err(nothing), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_searched(text in "(eyJ|eyA|\\.|=|[a-zA-Z0-9_-]{1,20}|[ \n\"]|access_token=|\\PC){0,40}") {
        let _found = find(&text);
    }

    #[test]
    fn every_cut_is_read_and_never_complete(cut in 30_usize..600, columns in 20_usize..100) {
        let whole = token("RS256", 342);
        let cut = whole.get(..cut.min(whole.len() - 1)).expect("ASCII");
        let found = find(&wrapped(cut, columns, "\n"));
        prop_assert!(!is_complete(cut));
        let signed = match found.as_deref() {
            Ok([Found { body: Body::Signed(signed), .. }]) => signed.clone(),
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        prop_assert!(!signed.damage.is_empty());
    }
}
