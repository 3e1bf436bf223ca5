//! `exp`, `nbf`, `iat`, and how long the token lives.

use super::Facts;
use super::outcome::{Outcome, error, optional_list, optional_seconds, warning};
use crate::domain::jwt::Claim;
use crate::domain::time::{self, Timestamp};

/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY: i64 = 300;
/// A token that lives shorter was cut by a policy, in seconds.
const SHORT: i64 = 600;
/// Entra's longest life, with continuous access evaluation, and some leeway; in seconds.
const LONG: i64 = 28 * 3600 + 2 * LEEWAY;

#[expect(clippy::unnecessary_wraps, reason = "all rows of the table have one type")]
pub(super) fn expiry(facts: &Facts) -> Option<Outcome> {
    let end = match facts.jwt.seconds("exp") {
        Claim::Present(seconds) => Timestamp::from_seconds(seconds),
        other => return Some(Outcome::missing("exp", &other)),
    };
    let left = end.seconds_from(facts.now);
    if left > 0 {
        return Some(Outcome::pass("exp", "has not ended yet"));
    }
    Some(Outcome::fail(
        "exp",
        format!("ended {}", time::relative(left)),
        error("token-expired", "The token has ended already", "Set this machine's clock.")
            .because(format!("It ended at {}, and this machine's clock says {}.", end.utc(), facts.now.utc()))
            .remedy("A token that has just been issued ends about an hour later: compare the clock with the Date header in pane Response."),
    ))
}

pub(super) fn not_before(facts: &Facts) -> Option<Outcome> {
    begun(facts, "nbf", "token-not-yet-valid", "The token is not valid yet", "has begun", "begins")
}

pub(super) fn issued_at(facts: &Facts) -> Option<Outcome> {
    begun(facts, "iat", "token-issued-ahead", "The token was issued in the future", "as expected", "was issued")
}

fn begun(
    facts: &Facts,
    claim: &'static str,
    code: &'static str,
    title: &str,
    past: &str,
    future: &str,
) -> Option<Outcome> {
    let start = match optional_seconds(facts, claim)? {
        Ok(seconds) => Timestamp::from_seconds(seconds),
        Err(malformed) => return Some(malformed),
    };
    let ahead = start.seconds_from(facts.now);
    if ahead <= LEEWAY {
        return Some(Outcome::pass(claim, past));
    }
    Some(Outcome::fail(
        claim,
        format!("{future} {}", time::relative(ahead)),
        error(code, title, "Set this machine's clock.")
            .because(format!("{claim} is {}, and this machine's clock says {}.", start.utc(), facts.now.utc()))
            .remedy("timedatectl shows whether the clock is synchronised."),
    ))
}

/// From `iat`, else `nbf`, to `exp`. A token that has ended is told by its end alone.
pub(super) fn lifetime(facts: &Facts) -> Option<Outcome> {
    let seconds = |name: &str| match facts.jwt.seconds(name) {
        Claim::Present(seconds) => Some(seconds),
        Claim::Absent | Claim::Malformed => None,
    };
    let end = seconds("exp").filter(|end| *end > facts.now.seconds())?;
    let start = seconds("iat").or_else(|| seconds("nbf"))?;
    let life = end.saturating_sub(start);
    let span = time::span(life.unsigned_abs());
    if life < SHORT {
        return Some(Outcome::warn(
            "exp",
            format!("lives {span} only"),
            warning("token-short", "The token lives unusually short", "Ask the admin for a token lifetime policy of this app.")
                .because("Entra's tokens live an hour and more. One that ends earlier makes the application ask all the time, and reports stop in the middle."),
        ));
    }
    if life > LONG {
        return Some(Outcome::warn(
            "exp",
            format!("lives {span}"),
            warning("token-long", "The token lives unusually long", "Ask whoever runs the provider why its tokens live so long.")
                .because("Entra's tokens live 28 hours at most. Whoever gets hold of this one can use it for as long as it lives."),
        ));
    }
    Some(Outcome::pass("exp", format!("lives {span}")))
}

/// A client that understands claims challenges gets long tokens that can be revoked.
pub(super) fn continuous(facts: &Facts) -> Option<Outcome> {
    let abilities = match optional_list(facts, "xms_cc")? {
        Ok(abilities) => abilities,
        Err(malformed) => return Some(malformed),
    };
    if !abilities.iter().any(|ability| ability.eq_ignore_ascii_case("cp1")) {
        return Some(Outcome::pass("xms_cc", "no challenges are to be expected"));
    }
    Some(Outcome::warn(
        "xms_cc",
        "the token can be revoked at any moment",
        warning("token-revocable", "The token may be revoked before it ends", "Have the application ask for a new token when Power BI answers 401.")
            .because("With cp1 a token may live 28 hours, and Entra can revoke it at once. The API then answers 401 with claims in WWW-Authenticate."),
    ))
}
