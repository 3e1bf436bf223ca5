//! The user of a password grant: who it is, at home or a guest, and how the sign-in was done.

use super::Facts;
use super::outcome::{Outcome, optional_digits, optional_list, optional_text, warning};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::jwt::Claim;
use crate::domain::registration::Grant;
use crate::domain::setting::SettingName::{Password, User};
use crate::domain::time;

/// A password that lasts shorter is worth a word, in seconds.
const TWO_WEEKS: i64 = 14 * 24 * 3600;

/// Guests cannot use the password grant, and get few rights in Power BI.
pub(super) fn guest() -> Diagnosis {
    warning("user-guest", "The user is a guest of this tenant", "Put a member account of the tenant into User.")
        .at(User)
        .because("Guests are at home in another tenant, which checks their password; the password grant does not support them, and Power BI gives them few rights.")
}

pub(super) fn same_user(facts: &Facts) -> Option<Outcome> {
    let Grant::Password { user, .. } = &facts.registration.grant else { return None };
    let names = ["upn", "unique_name", "preferred_username"];
    let claim = names.into_iter().find(|name| facts.jwt.claims.contains_key(*name))?;
    Some(match facts.jwt.text(claim) {
        Claim::Present(found) if found.to_lowercase() == user.trim().to_lowercase() => {
            Outcome::pass(claim, "equals User")
        }
        Claim::Present(_) => Outcome::warn(
            claim,
            "is not User",
            warning("user-other", "The token is of another sign-in name than User", "Copy User principal name from the portal into User.")
                .at(User)
                .because("User is an alias of the account, or the token is of somebody else. The name in the token is the one that Power BI knows."),
        ),
        other => Outcome::missing(claim, &other),
    })
}

pub(super) fn member(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() {
        return None;
    }
    Some(match optional_digits(facts, "acct")? {
        Ok(0) => Outcome::pass("acct", "a member of the tenant"),
        Ok(1) => Outcome::warn("acct", "a guest of the tenant", guest()),
        Ok(_) => Outcome::not_checked("acct", "neither 0 nor 1"),
        Err(malformed) => malformed,
    })
}

pub(super) fn home_tenant(facts: &Facts) -> Option<Outcome> {
    let home = match optional_text(facts, "home_tid")? {
        Ok(home) => home,
        Err(malformed) => return Some(malformed),
    };
    Some(match facts.jwt.text("tid") {
        Claim::Present(tid) if tid.eq_ignore_ascii_case(home) => Outcome::pass("home_tid", "equals tid"),
        Claim::Present(_) => Outcome::warn("home_tid", "is not tid", guest()),
        _ => Outcome::not_checked("home_tid", "there is no tid to compare it with"),
    })
}

/// Which provider checked the subject: the tenant's own, or a guest's home.
pub(super) fn provider(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() {
        return None;
    }
    let found = match optional_text(facts, "idp")? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    let Claim::Present(issuer) = facts.jwt.text("iss") else { return None };
    let bare = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
    // In v2 tokens iss names the sign-in host; idp keeps the name of v1, so the tenant decides.
    let is_same_tenant = matches!(facts.jwt.text("tid"), Claim::Present(tid) if bare(found).contains(&bare(tid)));
    if bare(found) == bare(issuer) || is_same_tenant {
        return Some(Outcome::pass("idp", "is the tenant itself"));
    }
    Some(Outcome::warn("idp", "is another provider", guest()))
}

pub(super) fn alternative_id(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() {
        return None;
    }
    facts.jwt.claims.get("altsecid")?;
    Some(Outcome::warn("altsecid", "a guest or a personal account", guest()))
}

pub(super) fn methods(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() || facts.is_app_only() {
        return None;
    }
    let found = match optional_list(facts, "amr")? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    if found.contains(&"pwd") {
        return Some(Outcome::pass("amr", "a password, as the grant has it"));
    }
    Some(Outcome::warn(
        "amr",
        "no password was used",
        warning("sign-in-other", "The token comes from another sign-in than a password", "Test with the token that User and Password give.")
            .at(Password)
            .because("The password grant leaves pwd in amr. This token was issued to an interactive sign-in, which the application cannot repeat."),
    ))
}

pub(super) fn password_expiry(facts: &Facts) -> Option<Outcome> {
    let left = match optional_digits(facts, "pwd_exp")? {
        Ok(left) => left,
        Err(malformed) => return Some(malformed),
    };
    if left > TWO_WEEKS {
        return Some(Outcome::pass("pwd_exp", "the password lasts longer than two weeks"));
    }
    let span = time::span(left.max(0).unsigned_abs());
    Some(Outcome::warn(
        "pwd_exp",
        "the password ends soon",
        warning("password-expiring", format!("The password expires in {span}"), "Change the password of User in a browser, then put the new one into Password.")
            .at(Password)
            .because("When it has expired, the application stops until somebody changes it. A service principal needs no password."),
    ))
}
