//! Tests of what a token says by itself.

use super::*;
use proptest::prelude::*;
use serde_json::json;

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const TENANT: &str = "8f3c2a1e-0b1d-4c2e-9a3f-5d6e7f8091a2";

fn reading(claims: Value, damage: &[Damage]) -> Reading {
    let Value::Object(claims) = claims else { panic!("an object") };
    let Value::Object(header) = json!({"alg": "RS256", "kid": "practice"}) else { panic!("an object") };
    let signed = Signed { header, claims, damage: damage.to_vec() };
    read(&Found { label: None, body: Body::Signed(signed) }, NOW)
}

#[test]
fn the_answer_says_what_matters() {
    let aud = "https://analysis.windows.net/powerbi/api";
    for (claims, damage, answer) in [
        (
            json!({"aud": aud, "exp": 1_795_532_411, "idtyp": "app", "tid": TENANT}),
            vec![],
            "A token for Power BI, valid for 58 min, app-only, tenant 8f3c2a1e-...",
        ),
        (
            json!({"aud": aud, "exp": 1_795_518_131, "scp": "Report.Read.All"}),
            vec![],
            "Expired 3 h ago: a token for Power BI, of a user.",
        ),
        (
            json!({"aud": aud, "exp": 1_795_518_131}),
            vec![Damage::SignatureMissing],
            "Expired 3 h ago, and the signature is missing: a token for Power BI.",
        ),
        (
            json!({"aud": "https://graph.microsoft.com", "exp": 1_795_532_411, "nbf": 1_795_529_831}),
            vec![],
            "Not valid yet, begins in 15 min: a token for Microsoft Graph.",
        ),
        (
            json!({"aud": aud}),
            vec![Damage::PayloadCut],
            "Damaged, cut in the payload: a token for Power BI; 1 claim could be read.",
        ),
        (
            json!({"aud": TENANT, "nonce": "n", "exp": 1_795_532_411}),
            vec![],
            "An ID token for app 8f3c2a1e-..., valid for 58 min.",
        ),
        (json!({}), vec![], "A token, says no end."),
    ] {
        let reading = reading(claims, &damage);
        assert_eq!(reading.answer, answer, "{reading:?}");
    }
}

#[test]
fn only_the_times_get_a_verdict() {
    let reading =
        reading(json!({"ver": "1.0", "exp": 1_795_532_411, "nbf": 1_795_528_000, "aud": "x", "tid": TENANT}), &[]);
    let verdicts: Vec<(&str, Verdict)> =
        reading.claims.iter().map(|claim| (claim.name.as_str(), claim.verdict)).collect();
    let expected = [
        ("aud", Verdict::NotChecked),
        ("tid", Verdict::NotChecked),
        ("exp", Verdict::Pass),
        ("nbf", Verdict::Pass),
        ("ver", Verdict::NotChecked),
    ];
    assert_eq!(verdicts, expected);
    assert!(!reading.is_wrong());
    assert_eq!(reading.status, Status::Current);
}

#[test]
fn a_token_inside_a_claim_is_masked() {
    let inner = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.c2ln";
    let reading = reading(json!({"act": {"token": [inner]}, "exp": 1}), &[]);
    assert!(!format!("{reading:?}").contains("eyJ"));
    assert!(reading.is_wrong());
}

proptest! {
    #[test]
    fn any_claims_are_read(aud: String, exp: i64, nbf: i64, tid: String, now: i64) {
        let claims = json!({"aud": aud, "exp": exp, "nbf": nbf, "tid": tid, "iss": aud, "sub": aud});
        let Value::Object(claims) = claims else { return Ok(()) };
        let found = Found { label: None, body: Body::Signed(Signed { claims, ..Signed::default() }) };
        let reading = read(&found, Timestamp::from_millis(now));
        prop_assert!(!reading.answer.contains('\n'));
    }
}
