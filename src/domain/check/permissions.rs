//! What the token permits: `roles`, `scp`, `wids`.

use super::Facts;
use super::outcome::{Outcome, error, optional_list, optional_words, warning};
use crate::domain::claims;
use crate::domain::setting::SettingName::{ClientId, User};
use crate::domain::text::printable;

/// What embedding reads, and the permissions of which one is enough.
const NEEDED: [(&str, &[&str]); 3] = [
    ("Report.Read.All", &["Report.Read.All", "Report.ReadWrite.All", "Item.Read.All", "Item.ReadWrite.All"]),
    (
        "Dataset.Read.All",
        &["Dataset.Read.All", "Dataset.ReadWrite.All", "SemanticModel.Read.All", "SemanticModel.ReadWrite.All"],
    ),
    (
        "Workspace.Read.All",
        &["Workspace.Read.All", "Workspace.ReadWrite.All", "Group.Read.All", "Group.Read", "Workspace.Read"],
    ),
];

/// Roles that administer the whole directory, by their template IDs.
const MIGHTY: [&str; 6] = [
    "62e90394-69f5-4237-9190-012177145e10",
    "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "158c047a-c907-4556-b7ef-446551a6b5f7",
    "fe930be7-5e62-47db-91af-98c3a49a38b1",
];

/// Application permissions of Power BI: a service principal is better off without them.
pub(super) fn roles(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() || !facts.is_app_only() {
        return None;
    }
    let roles = match optional_list(facts, "roles")? {
        Ok(roles) => roles,
        Err(malformed) => return Some(malformed),
    };
    let hurting: Vec<String> =
        roles.iter().filter(|role| role.starts_with("Tenant.")).map(|role| printable(role).into_owned()).collect();
    if hurting.is_empty() {
        return Some(Outcome::pass("roles", "no Tenant permission among them"));
    }
    let list = hurting.join(" and ");
    Some(Outcome::warn(
        "roles",
        "hurt a service principal",
        warning("permissions-hurt", format!("The app holds {list}"), format!("Remove {list} from API permissions of the app in ClientId."))
            .at(ClientId)
            .because("Power BI's admin APIs refuse a service principal that holds Tenant permissions, and embedding uses none of them: the tenant setting and the role in the workspace decide. They only cause refusals that are hard to explain.")
            .remedy("App registrations > your app > API permissions > Power BI Service: remove the application permissions and revoke their consent.")
            .remedy("Ask for a new token after some minutes; the one that is out keeps its permissions."),
    ))
}

/// A permission is named alone, or behind its resource.
fn short(scope: &str) -> &str {
    scope.rsplit('/').next().unwrap_or(scope)
}

pub(super) fn scopes(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() {
        return None;
    }
    let found = match (optional_words(facts, "scp"), facts.is_app_only()) {
        (None, true) => return None,
        (None, false) => return Some(Outcome::absent("scp", "absent")),
        (Some(Err(malformed)), _) => return Some(malformed),
        (Some(Ok(_)), true) => {
            return Some(Outcome::fail(
                "scp",
                "not in tokens of an app",
                error(
                    "scopes-of-user",
                    "The token carries permissions of a user",
                    "Empty User and Password where the application reads them.",
                )
                .at(User)
                .because("The settings choose client_credentials, and only a token of a user has scp."),
            ));
        }
        (Some(Ok(found)), false) => found,
    };
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(_, enough)| !found.iter().any(|scope| enough.contains(&short(scope))))
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() {
        return Some(Outcome::pass("scp", "enough to embed reports"));
    }
    let list = missing.join(", ");
    Some(Outcome::warn(
        "scp",
        format!("without {list}"),
        warning("scopes-missing", format!("The token lacks {list}"), "Add the delegated permissions under API permissions of the app, then grant admin consent.")
            .at(ClientId)
            .because("A user's token can do in Power BI only what the app was permitted to do for users. Without these permissions Power BI answers 403.")
            .remedy(format!("App registrations > your app > API permissions > Add a permission > Power BI Service > Delegated permissions: {list}."))
            .remedy("Select Grant admin consent on the same page, then ask for a new token."),
    ))
}

pub(super) fn directory_roles(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() {
        return None;
    }
    let found = match optional_list(facts, "wids")? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    let mighty: Vec<&str> = found
        .iter()
        .filter(|id| MIGHTY.iter().any(|known| known.eq_ignore_ascii_case(id)))
        .filter_map(|id| claims::role_name(id))
        .collect();
    if mighty.is_empty() {
        return Some(Outcome::pass("wids", "no role that administers the directory"));
    }
    let list = mighty.join(", ");
    let (who, setting) = if facts.is_app_only() { ("the app", ClientId) } else { ("the user", User) };
    Some(Outcome::warn(
        "wids",
        "more rights than needed",
        warning("role-mighty", format!("The token is of {who} as {list}"), format!("Take the directory role from {who}: embedding needs none."))
            .at(setting)
            .because("Every visitor of a page that hands this token out holds it, and its settings file holds what is needed to sign in. Embedding needs a role in the workspace and no role of the directory."),
    ))
}

pub(super) fn overage(facts: &Facts) -> Option<Outcome> {
    let names = facts.jwt.claims.get("_claim_names")?.as_object()?;
    names.get("groups")?;
    Some(Outcome::warn(
        "_claim_names",
        "too many groups for a token",
        warning("groups-left-out", "The token does not list the groups of its subject", "Look the groups up in the portal: the token has no room for them.")
            .because("With more than 200 groups Entra names a place to read them instead. Whether the security group of Power BI's tenant setting is among them cannot be seen here."),
    ))
}
