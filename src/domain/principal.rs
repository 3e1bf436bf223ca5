//! The move from a user with a password to a service principal: when it is the way out, and what has to be arranged.
//!
//! Sources: Microsoft Learn, "Embed Power BI content with service principal" and "Register an application in Microsoft
//! Entra ID"; names of the tenant setting as in the admin portal, the newest first.

use super::catalogue;
use super::cloud::{self, CloudName};
use super::diagnosis::Diagnosis;

/// Families of codes that no right password helps against.
const FAMILIES: [&str; 3] = ["mfa", "conditional-access", "federated-idp"];

/// Codes of other families that speak of a policy, too.
const POLICIES: [u32; 2] = [50_005, 50_131];

/// Diagnoses of the user's realm with which no password works.
const REALMS: [&str; 2] = ["user-federated", "user-personal"];

/// Returns whether a service principal is the way out of what keeps a user's password out.
pub fn is_way_out(diagnosis: &Diagnosis) -> bool {
    let code = diagnosis.code.as_ref();
    let Some(number) = code.strip_prefix("AADSTS").and_then(|number| number.parse::<u32>().ok()) else {
        return REALMS.contains(&code);
    };
    POLICIES.contains(&number) || catalogue::entra(number).is_some_and(|entry| FAMILIES.contains(&entry.family))
}

/// The tenant setting that lets service principals in, quoted as the admin portal spells it.
pub const SWITCH: &str = "\"Service principals can call Fabric public APIs\"";

/// The names that it had before.
pub const OLDER_NAMES: &str =
    "\"Service principals can use Fabric APIs\", \"Allow service principals to use Power BI APIs\"";

/// The host of the portal of Power BI in that cloud; of the public one where it is not known.
pub fn portal(cloud: Option<CloudName>) -> String {
    let host = cloud.and_then(cloud::row).map_or("api.powerbi.com", |row| row.api_host);
    format!("app.{}", host.strip_prefix("api.").unwrap_or(host))
}

/// The gates of Power BI before a service principal, as steps to click, in order. None of them is an API permission.
pub fn gates(cloud: Option<CloudName>) -> [String; 3] {
    let portal = portal(cloud);
    [
        "Put the app into a security group: Entra admin center > Groups > New group, of type Security; under Members \
         add the app by its display name."
            .to_owned(),
        format!(
            "Have a Fabric administrator enable {SWITCH} for that security group: {portal} > Settings > Admin portal > \
             Tenant settings > Developer settings. Older names: {OLDER_NAMES}."
        ),
        format!(
            "Add the app or its group to the workspace, as Member or Admin: {portal} > Workspaces > the workspace > \
             Manage access > Add people or groups."
        ),
    ]
}

/// What is worth knowing beside the gates.
pub const PATIENCE: &str = "A change takes some minutes to arrive, 15 to 30 are usual. In production the workspace \
                            needs a capacity, too.";

/// How a client secret is made.
pub const SECRET: &str = "Certificates & secrets > Client secrets > New client secret: copy its Value into ClientSecret \
                          at once, for it is shown only once. Secret ID, the column beside it, is not it.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diagnosis::Severity;

    #[test]
    fn it_is_the_way_out_where_no_right_password_helps() {
        let of = |code: &'static str| is_way_out(&Diagnosis::new(Severity::Error, code, "x", "x."));
        for code in ["AADSTS50076", "AADSTS50079", "AADSTS50158", "AADSTS53003", "AADSTS530035", "AADSTS50131"] {
            assert!(of(code), "{code}");
        }
        assert!(of("user-federated") && of("user-personal"));
        for code in ["AADSTS50126", "AADSTS65001", "AADSTS7000215", "user-domain-unknown", "HTTP429", "AADSTS99999999"]
        {
            assert!(!of(code), "{code}");
        }
    }

    #[test]
    fn every_gate_begins_with_what_to_do_and_quotes_the_switch() {
        let [group, switch, workspace] = gates(Some(CloudName::Public));
        assert!(group.starts_with("Put the app into a security group: Entra admin center > Groups"), "{group}");
        assert!(switch.starts_with(&format!("Have a Fabric administrator enable {SWITCH}")), "{switch}");
        assert!(switch.contains("app.powerbi.com > Settings > Admin portal > Tenant settings"), "{switch}");
        assert!(workspace.starts_with("Add the app or its group to the workspace"), "{workspace}");
    }

    #[test]
    fn the_portal_is_that_of_the_cloud() {
        assert!(gates(Some(CloudName::GccHigh)).iter().any(|gate| gate.contains("app.high.powerbigov.us >")));
        assert!(gates(Some(CloudName::Local)).iter().any(|gate| gate.contains("app.powerbi.com >")));
    }
}
