//! The user of a password grant: not known, refused, or stopped by a policy.

use serde_json::Value;

use super::{Case, Suspect, wrapping};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::discovery::realm::{self, Realm};
use crate::domain::principal::{self, SWITCH};
use crate::domain::registration::{Grant, GrantName};
use crate::domain::setting::SettingName::{self, Password, User};
use crate::domain::shape;
use crate::domain::text::printable;

fn credentials<'a>(case: &'a Case) -> Option<(&'a str, &'a str)> {
    match &case.registration.grant {
        Grant::Password { user, password } => Some((user, password.expose())),
        Grant::ClientCredentials => None,
    }
}

/// What the name itself shows.
fn name_suspects(user: &str) -> Vec<Suspect> {
    if let Some(suspect) = wrapping(User, user) {
        return vec![suspect];
    }
    if shape::is_guest_name(user) {
        return vec![Suspect::new(
            User,
            "Put a member account of the tenant into User: #EXT# marks a guest.",
            "A guest is at home in another tenant, which checks the password; the password grant does not support guests.",
        )];
    }
    if shape::is_personal_name(user) {
        return vec![Suspect::new(
            User,
            "Put a work account of the tenant into User: personal accounts cannot use this grant.",
            "The domain of User is one of personal mailboxes, which belong to no tenant.",
        )];
    }
    if shape::is_guid(user) {
        return vec![Suspect::new(
            User,
            "Put User principal name, name@domain, into User: an ID stands there.",
            "Entra knows users who sign in by name@domain, not by their Object ID.",
        )];
    }
    if !shape::is_sign_in_name(user) {
        return vec![Suspect::new(
            User,
            "Put User principal name, name@domain, into User before you repeat the attempt.",
            "Entra knows users by name@domain, not by DOMAIN\\name or a display name.",
        )];
    }
    Vec::new()
}

/// No such user in that tenant.
pub(super) fn unknown(case: &Case) -> Vec<Suspect> {
    let Some((user, _)) = credentials(case) else { return Vec::new() };
    let mut found = name_suspects(user);
    found.extend(super::tenant::elsewhere(case));
    if let Some(domain) = shape::domain_of(user) {
        found.extend(super::tenant::of_user(case, domain));
    }
    if found.is_empty() && case.code == 50_034 {
        found.push(Suspect::new(
            User,
            "Copy User principal name from the portal into User before you repeat the attempt.",
            "The tenant was found, and nobody in it has that sign-in name: it is misspelt, it is the mail address and not the sign-in name, or the account is of another tenant.",
        ));
    }
    found
}

/// Name or password wrong.
pub(super) fn refused(case: &Case) -> Vec<Suspect> {
    let Some((user, password)) = credentials(case) else { return Vec::new() };
    let mut found = Vec::new();
    if shape::has_outer_space(password) {
        found.push(Suspect::new(
            Password,
            "Take the white space off both ends of Password; do not repeat the attempt before.",
            "The password grant supports no password with white space at an end, so what is there was pasted along.",
        ));
    } else if shape::has_quotes(password) {
        found.push(Suspect::new(
            Password,
            "Take the quotes off Password if they are not part of it; do not repeat the attempt before.",
            "Password has quotes around it, which were sent along.",
        ));
    } else if case.secret().is_some_and(|secret| secret == password) || user == password {
        found.push(Suspect::new(
            Password,
            "Put the user's own password into Password; it holds the text of another setting.",
            "Password equals ClientSecret or User, so one text was pasted into both.",
        ));
    }
    found.extend(name_suspects(user));
    found
}

/// How the catalogue begins the remedy for a domain of which it cannot know whether it is federated.
const IF_FEDERATED: &str = "If the domain is federated";

/// A domain of the company's own may be federated: then no password is right.
pub(super) fn with_federation(case: &Case, mut diagnosis: Diagnosis) -> Diagnosis {
    let Some((user, _)) = credentials(case) else { return diagnosis };
    match case.realm {
        Some(Realm::Federated { host, .. }) => return federated(host.as_deref(), diagnosis),
        Some(Realm::Managed) => {
            diagnosis.remedies.retain(|remedy| !remedy.starts_with(IF_FEDERATED));
            return diagnosis;
        }
        _ => {}
    }
    let domain = shape::domain_of(user).unwrap_or_default().to_ascii_lowercase();
    if !domain.is_empty() && !domain.ends_with(".onmicrosoft.com") && !shape::is_personal_name(user) {
        diagnosis.remedies.insert(
            0,
            format!(
                "If the password works in a browser, and signing in leads to a page of {} itself, the domain is federated: use an account name@….onmicrosoft.com or a service principal.",
                printable(&domain)
            ),
        );
    }
    diagnosis
}

/// The domain is federated, as is known: what the refusal says of the password is not what is wrong.
fn federated(host: Option<&str>, mut diagnosis: Diagnosis) -> Diagnosis {
    let place = host.map_or_else(|| "the organisation's own provider".to_owned(), |host| printable(host).into_owned());
    diagnosis.setting = Some(User);
    diagnosis.cause = format!(
        "The domain of User is federated: {place} checks its passwords, and Entra ID has none to compare with unless \
         hashes are synchronised and a policy allows it. So it refuses, even when the password is right."
    );
    diagnosis.remedies.retain(|remedy| !remedy.starts_with(IF_FEDERATED));
    let spare = std::mem::replace(
        &mut diagnosis.action,
        "Use a cloud-only account in User, or a service principal; do not repeat the attempt.".to_owned(),
    );
    diagnosis.remedies.splice(
        0..0,
        [
            realm::CLOUD_ONLY.to_owned(),
            "Or have password hashes synchronised, and a home realm discovery policy with \
             AllowCloudPasswordValidation assigned to the app."
                .to_owned(),
            format!("If hashes are synchronised: {}", decapitalised(&spare)),
        ],
    );
    diagnosis
}

/// The sentence as the second half of another one; names of settings stay as they are.
fn decapitalised(sentence: &str) -> String {
    let is_setting = SettingName::ALL.iter().any(|name| sentence.starts_with(name.key()));
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if !is_setting => first.to_lowercase().chain(letters).collect(),
        _ => sentence.to_owned(),
    }
}

/// The IDs of the policies that blocked, from `claims` in the answer.
fn policy_ids(case: &Case) -> Vec<String> {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    let Some(body) = parse(case.answer.body.expose()) else { return Vec::new() };
    let claims = match body.get("claims") {
        Some(Value::String(text)) => parse(text),
        other => other.cloned(),
    };
    let ids = claims.as_ref().and_then(|claims| claims.pointer("/access_token/capolids/values")?.as_array());
    ids.into_iter().flatten().filter_map(Value::as_str).filter(|id| shape::is_guid(id)).map(str::to_owned).collect()
}

/// The three gates that a service principal has to pass instead, and what to blank.
fn move_to_service_principal(case: &Case) -> Vec<String> {
    let portal = principal::portal(case.registration.cloud);
    let fill = if case.secret().is_some() { "" } else { " and fill ClientSecret with a client secret's Value" };
    vec![
        format!("Set User and Password to \"\"{fill}: no second factor and no policy for users applies to a service principal."),
        format!("{portal} > Settings > Admin portal > Tenant settings > Developer settings: switch on {SWITCH}, for a security group that the app is in."),
        format!("{portal} > Workspaces > the workspace > Manage access: add the app as Member or Admin."),
        "Assign the workspace to a capacity; without one only a few trial tokens are given.".to_owned(),
        "A service principal suits reports for customers. Readers of your own organisation sign in themselves, in a browser.".to_owned(),
    ]
}

/// Takes what the catalogue says of the other grant out of its words, sentence by sentence.
fn for_grant(grant: GrantName, mut diagnosis: Diagnosis) -> Diagnosis {
    // What marks a sentence about the other grant, and how a remedy is worded for this one.
    let (other, rewording): (&[&str], &[(&str, &str)]) = match grant {
        GrantName::Password => (
            &["With client_credentials", "For a service principal:", "workload identities"],
            &[
                (" (for an app the tab Service principal sign-ins)", ""),
                ("the account or the service principal", "the account"),
                ("For a user: switch", "Switch"),
            ],
        ),
        GrantName::ClientCredentials => (
            &["For a user:", "With the password grant"],
            &[
                (
                    "Sign-in logs (for an app the tab Service principal sign-ins)",
                    "Sign-in logs > Service principal sign-ins",
                ),
                ("the account or the service principal", "the service principal"),
                ("With client_credentials a", "A"),
                ("For a service principal: a", "A"),
            ],
        ),
    };
    let fitted = |text: &str| {
        let kept: Vec<&str> =
            text.split_inclusive(". ").filter(|sentence| !other.iter().any(|mark| sentence.contains(mark))).collect();
        let kept = kept.concat();
        rewording.iter().fold(kept.trim_end().to_owned(), |text, (from, to)| text.replace(from, to))
    };
    diagnosis.cause = fitted(&diagnosis.cause);
    diagnosis.remedies =
        diagnosis.remedies.iter().map(|remedy| fitted(remedy)).filter(|text| !text.is_empty()).collect();
    diagnosis
}

/// A second factor or a policy.
pub(super) fn policy(case: &Case, mut diagnosis: Diagnosis) -> Diagnosis {
    let ids = policy_ids(case);
    if !ids.is_empty() {
        let list = ids.join(", ");
        let (policies, them) = if ids.len() == 1 { ("policy", "it") } else { ("policies", "them") };
        diagnosis.cause = format!("{} Entra names the {policies}: {list}.", diagnosis.cause);
        diagnosis.remedies.insert(0, format!("An admin finds {them} under Conditional Access > Policies by the ID at the end of the page's address: {list}."));
    }
    diagnosis = for_grant(case.registration.grant_name(), diagnosis);
    if case.registration.grant_name() == GrantName::ClientCredentials {
        diagnosis.remedies.insert(0, "A policy for workload identities stops this app: an admin reads it under Sign-in logs > Service principal sign-ins.".to_owned());
        return diagnosis;
    }
    // The catalogue's first two remedies say the same in short.
    diagnosis.remedies.retain(|remedy| {
        !remedy.starts_with("Switch to a service principal")
            && !remedy.starts_with("app.powerbi.com > Settings > Admin portal")
    });
    let at = usize::from(!ids.is_empty());
    diagnosis.remedies.splice(at..at, move_to_service_principal(case));
    diagnosis
}
