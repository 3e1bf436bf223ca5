//! The app and how it proved itself: `appid`, `appidacr`, `idtyp`, `oid`, `sub`, and the marks of other identities.

use super::Facts;
use super::outcome::{Outcome, error, optional_digits, optional_text, optional_words, warning};
use crate::domain::jwt::Claim;
use crate::domain::setting::SettingName::{ClientId, ClientSecret, User};
use crate::domain::text::printable;

/// An admin's click that gives an app its principal in the tenant.
const GRANT_CONSENT: &str = "Have an admin grant consent once, so that the app gets its object in this tenant.";

#[expect(clippy::unnecessary_wraps, reason = "all rows of the table have one type")]
pub(super) fn application(facts: &Facts) -> Option<Outcome> {
    let names = ["appid", "azp", "client_id"];
    let Some(claim) = names.into_iter().find(|name| facts.jwt.claims.contains_key(*name)) else {
        return Some(Outcome::absent("appid", "absent, and so are azp and client_id"));
    };
    let client_id = &facts.registration.client_id;
    Some(match facts.jwt.text(claim) {
        Claim::Present(found) if found.eq_ignore_ascii_case(client_id) => Outcome::pass(claim, "equals ClientId"),
        Claim::Present(found) => Outcome::fail(
            claim,
            "is not ClientId",
            error(
                "application-wrong",
                "The token is of another app",
                "Compare ClientId with the app that answers here.",
            )
            .at(ClientId)
            .because(format!(
                "ClientId is {}, the token is of {}.",
                printable(client_id),
                printable(found)
            )),
        ),
        other => Outcome::missing(claim, &other),
    })
}

pub(super) fn credential(facts: &Facts) -> Option<Outcome> {
    let claim = ["appidacr", "azpacr"].into_iter().find(|name| facts.jwt.claims.contains_key(*name))?;
    let found = match optional_digits(facts, claim)? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    let has_secret = facts.registration.client_secret.is_some();
    let fault = |note: &str, title: &str, action: &str| {
        let cause = if has_secret { "ClientSecret is set and was sent." } else { "ClientSecret is not set." };
        Outcome::fail(claim, note, error("credential-other", title, action).at(ClientSecret).because(cause))
    };
    Some(match (found, has_secret) {
        (0, false) => Outcome::pass(claim, "public client, as the settings say"),
        (1, true) => Outcome::pass(claim, "client secret, as the settings say"),
        (0, true) => fault(
            "no secret was taken",
            "The token was issued to a public client",
            "Set Allow public client flows to No under Authentication of the app, or empty ClientSecret.",
        ),
        (1, false) => fault(
            "a secret was sent",
            "The token was issued against a secret that the settings do not hold",
            "Look for another place that sets ClientSecret, such as an environment variable.",
        ),
        (2, _) => fault(
            "a certificate was used",
            "The token was issued against a certificate",
            "Compare with the application: it signs in with a certificate, not with ClientSecret.",
        ),
        _ => Outcome::not_checked(claim, "neither 0, 1 nor 2"),
    })
}

pub(super) fn kind_of_subject(facts: &Facts) -> Option<Outcome> {
    let found = match optional_text(facts, "idtyp")? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    let grant = facts.registration.grant_name().word();
    Some(match (found, facts.is_app_only()) {
        ("app", true) => Outcome::pass("idtyp", "the app itself, as asked"),
        ("user", false) => Outcome::pass("idtyp", "a user, as asked"),
        ("app", false) => Outcome::fail(
            "idtyp",
            "the app itself, not a user",
            error(
                "subject-other",
                "The token is of the app, not of the user",
                "Check how the application chooses its grant: User and Password are set.",
            )
            .at(User)
            .because(format!("The settings choose {grant}, and the token was issued for the app itself.")),
        ),
        ("user", true) => Outcome::fail(
            "idtyp",
            "a user, not the app",
            error(
                "subject-other",
                "The token is of a user, not of the app",
                "Empty User and Password where the application reads them.",
            )
            .at(User)
            .because(format!("The settings choose {grant}, and the token was issued for a user.")),
        ),
        _ => Outcome::not_checked("idtyp", "neither app nor user"),
    })
}

/// Entra leaves `oid` out when the app has no principal in the tenant.
pub(super) fn principal(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() {
        return None;
    }
    match facts.jwt.text("oid") {
        Claim::Present(_) => {
            let place = if facts.is_app_only() { "Enterprise apps" } else { "Users" };
            Some(Outcome::pass("oid", format!("is the object under {place}")))
        }
        Claim::Malformed => Some(Outcome::malformed("oid")),
        Claim::Absent if facts.is_app_only() => Some(Outcome::warn("oid", "absent", no_principal())),
        Claim::Absent => None,
    }
}

fn no_principal() -> crate::domain::diagnosis::Diagnosis {
    warning("no-principal", "The app has no object in this tenant", GRANT_CONSENT).at(ClientId).because(
        "The token names no service principal. Power BI gives roles in workspaces to service principals only, so it will refuse this token.",
    )
}

pub(super) fn subject(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() || !facts.is_app_only() {
        return None;
    }
    let found = match optional_text(facts, "sub")? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    let Claim::Present(object) = facts.jwt.text("oid") else {
        return Some(Outcome::not_checked("sub", "there is no oid to compare it with"));
    };
    if found.eq_ignore_ascii_case(object) {
        return Some(Outcome::pass("sub", "equals oid, as in tokens of an app"));
    }
    Some(Outcome::warn(
        "sub",
        "differs from oid",
        warning(
            "subject-not-app",
            "The subject is not the app's own object",
            "Check that the token was issued by client_credentials.",
        )
        .because("In a token of an app sub and oid are the same; they differ in tokens of users."),
    ))
}

pub(super) fn managed_identity(facts: &Facts) -> Option<Outcome> {
    facts.jwt.claims.get("xms_mirid")?;
    Some(Outcome::fail(
        "xms_mirid",
        "a managed identity was used",
        error(
            "managed-identity",
            "The token is of a managed identity of Azure",
            "Use the token that ClientId and ClientSecret give, not the host's own identity.",
        )
        .at(ClientId)
        .because(
            "The claim names the Azure resource whose identity asked. ClientId and ClientSecret had no part in it.",
        ),
    ))
}

pub(super) fn relation(facts: &Facts) -> Option<Outcome> {
    let claim = "xms_idrel";
    let numbers = match optional_words(facts, claim)? {
        Ok(numbers) => numbers,
        Err(malformed) => return Some(malformed),
    };
    let has = |number: &str| numbers.contains(&number);
    Some(if has("13") {
        Outcome::warn(claim, "an app without a principal", no_principal())
    } else if has("5") {
        Outcome::warn(claim, "a guest", super::user::guest())
    } else if has("7") && facts.is_app_only() {
        Outcome::pass(claim, "a service principal, as asked")
    } else if has("1") && !facts.is_app_only() {
        Outcome::pass(claim, "a member, as asked")
    } else {
        Outcome::not_checked(claim, "none of the known numbers for this grant")
    })
}

pub(super) fn agent_subject(facts: &Facts) -> Option<Outcome> {
    agent(facts, "xms_sub_fct", &["11", "13"])
}

pub(super) fn agent_actor(facts: &Facts) -> Option<Outcome> {
    agent(facts, "xms_act_fct", &["11"])
}

/// Even numbers and all others are noise.
fn agent(facts: &Facts, claim: &'static str, marks: &[&str]) -> Option<Outcome> {
    let numbers = match optional_words(facts, claim)? {
        Ok(numbers) => numbers,
        Err(malformed) => return Some(malformed),
    };
    if !numbers.iter().any(|number| marks.contains(number)) {
        return Some(Outcome::pass(claim, "no agent identity"));
    }
    Some(Outcome::warn(
        claim,
        "an agent identity",
        warning(
            "agent-identity",
            "The token is of an agent identity",
            "Use an ordinary app registration for ClientId.",
        )
        .at(ClientId)
        .because("Identities of agents are a newer kind, which Power BI's roles and switches may not take."),
    ))
}

pub(super) fn confirmation(facts: &Facts) -> Option<Outcome> {
    facts.jwt.claims.get("cnf")?;
    Some(Outcome::fail(
        "cnf",
        "bound to a key",
        error(
            "token-bound",
            "The token works only together with a key",
            "Ask for a plain bearer token: the application hands it on without a key.",
        )
        .because(
            "cnf binds the token to a key of the client. Whoever sends it without a proof of that key is refused.",
        ),
    ))
}
