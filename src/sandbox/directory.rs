//! Who and what the practice tenant knows: tenants, apps, users, resources.
//!
//! Everything here is made up. The secrets are assembled from two halves so that scanners which look for Entra
//! secrets in source code do not raise an alarm over them.

use super::identifier::is_guid;

/// The identifier of Power BI in the public cloud.
pub(super) const POWER_BI: &str = "https://analysis.windows.net/powerbi/api";
/// The identifier of Microsoft Graph.
pub(super) const GRAPH: &str = "https://graph.microsoft.com";
/// The application ID of the retired Azure AD Graph, the resource of a v1 request that names none.
pub(super) const AZURE_AD_GRAPH: &str = "00000002-0000-0000-c000-000000000000";

/// The resources that have a service principal in the tenants here, without a slash at the end.
const RESOURCES: [&str; 6] = [
    POWER_BI,
    "00000009-0000-0000-c000-000000000000",
    GRAPH,
    "https://graph.windows.net",
    "https://management.azure.com",
    "https://management.core.windows.net",
];

/// Whether the tenants here know that resource. A slash at the end is accepted, as Entra does.
pub(super) fn knows_resource(resource: &str) -> bool {
    RESOURCES.contains(&resource.strip_suffix('/').unwrap_or(resource))
}

/// A tenant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tenant {
    /// Directory (tenant) ID.
    pub(super) id: &'static str,
    /// Its verified domain.
    pub(super) domain: &'static str,
}

/// The tenant of the apps and users.
pub(super) const CONTOSO: Tenant =
    Tenant { id: "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0", domain: "contoso.onmicrosoft.com" };
/// Another tenant, in which no app of the book is registered.
pub(super) const FABRIKAM: Tenant =
    Tenant { id: "c2e51d47-9a08-4f6b-8d13-70b4e6f2a935", domain: "fabrikam.onmicrosoft.com" };

/// What the tenant segment of a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment {
    /// A tenant that exists.
    Known(&'static Tenant),
    /// `organizations`: the user's name decides.
    Organizations,
    /// `common` or `consumers`.
    Shared,
    /// The all-zero GUID.
    Zero,
    /// Well formed, but there is no such tenant.
    Unknown,
    /// Neither a GUID nor a domain nor an alias.
    Malformed,
}

impl Segment {
    /// Reads the segment, ignoring case.
    pub(super) fn read(text: &str) -> Self {
        let known = [&CONTOSO, &FABRIKAM]
            .into_iter()
            .find(|tenant| text.eq_ignore_ascii_case(tenant.id) || text.eq_ignore_ascii_case(tenant.domain));
        if let Some(tenant) = known {
            return Self::Known(tenant);
        }
        match text.to_ascii_lowercase().as_str() {
            "organizations" => Self::Organizations,
            "common" | "consumers" => Self::Shared,
            "00000000-0000-0000-0000-000000000000" => Self::Zero,
            other if is_guid(other) || is_domain(other) => Self::Unknown,
            _ => Self::Malformed,
        }
    }
}

/// At least two labels of letters, digits and inner hyphens.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// How an app proves itself.
#[derive(Debug)]
pub(super) enum Credential {
    /// By a secret's Value.
    Secret(&'static str),
    /// By a secret whose end date has passed.
    ExpiredSecret(&'static str),
    /// Not at all: public client flows are allowed.
    Public,
}

/// What the tokens of an app are good for.
#[derive(Debug)]
pub(super) enum Issue {
    /// For what was asked.
    AsAsked,
    /// For this resource, whatever was asked.
    For(&'static str),
    /// By this tenant, whoever was asked.
    By(&'static Tenant),
}

/// An app registration with its service principal in Contoso.
#[derive(Debug)]
pub(super) struct App {
    /// Application (client) ID.
    pub(super) id: &'static str,
    /// Its display name.
    pub(super) name: &'static str,
    /// The object ID of its service principal.
    pub(super) object_id: &'static str,
    /// How it proves itself.
    pub(super) credential: Credential,
    /// The delegated permissions that were consented to; empty when there was no consent.
    pub(super) scopes: &'static str,
    /// What its tokens are good for.
    pub(super) issue: Issue,
}

/// The delegated permissions of a typical report viewer.
const VIEWER_SCOPES: &str = "Dashboard.Read.All Dataset.Read.All Report.Read.All Workspace.Read.All";

/// The Value of the report viewer's secret.
pub(super) const VIEWER_SECRET: &str = concat!("5c1", "8Q~gjmUh.Bel31iEl2hpChYgCfrL1spNxnyVm");
/// The Secret ID of the same secret: the column beside the Value.
pub(super) const VIEWER_SECRET_ID: &str = "5c1d90b7-7e3a-4b52-a6f8-1d0e94c7b263";
/// A Value of the right shape that belongs to no app.
pub(super) const STRAY_SECRET: &str = concat!("kW0", "8Q~5.wIScGebc.y-8F5n3~Y.NBDRzrZSgqbjG");

/// A confidential app: service principal and users work.
pub(super) const VIEWER: App = App {
    id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    name: "Contoso Report Viewer",
    object_id: "6513270e-269e-4d37-b2a7-4de452e6b438",
    credential: Credential::Secret(VIEWER_SECRET),
    scopes: VIEWER_SCOPES,
    issue: Issue::AsAsked,
};

/// A confidential app whose secret has ended.
pub(super) const EXPIRED: App = App {
    id: "907a70c3-1012-4037-b64c-e4228c38fb29",
    name: "Contoso Report Viewer 2024",
    object_id: "f1d69ed6-17f5-4837-9708-20fe119a72d1",
    credential: Credential::ExpiredSecret(concat!("Zt4", "8Q~I8ihN5KXSc7Tvo~hBKqFYY~kv5ZJr3J1TW")),
    scopes: VIEWER_SCOPES,
    issue: Issue::AsAsked,
};

/// An app that allows public client flows and has no secret.
pub(super) const DESKTOP: App = App {
    id: "153e7c2a-26a2-40bd-bb12-87fff52ddf5d",
    name: "Contoso Report Desktop",
    object_id: "26b94c7f-9118-4b16-800f-49c81a358ca0",
    credential: Credential::Public,
    scopes: VIEWER_SCOPES,
    issue: Issue::AsAsked,
};

/// A confidential app to whose permissions nobody has agreed.
pub(super) const UNCONSENTED: App = App {
    id: "c59db916-5b0e-476f-aac3-4446e883a1d4",
    name: "Contoso Report Pilot",
    object_id: "e8e72789-1eb2-4109-a91c-2439d5ab8b4d",
    credential: Credential::Secret(concat!("pL7", "8Q~C.QCyEZDz~TddJ8HyS5SUkCnD8zRA9a9Sk")),
    scopes: "",
    issue: Issue::AsAsked,
};

/// A confidential app whose tokens are for Microsoft Graph, whatever was asked.
pub(super) const GRAPH_ONLY: App = App {
    id: "53740902-9620-4f0d-8380-84a03d93fd4c",
    name: "Contoso Directory Reader",
    object_id: "f92e2339-9cce-4098-935b-6a437178ba0a",
    credential: Credential::Secret(concat!("Xw.", "8Q~Xz9w3QlY7Zkuvqdt7s8Stqcbnr3yBdGBL.")),
    scopes: "User.Read",
    issue: Issue::For(GRAPH),
};

/// A confidential app whose tokens come from Fabrikam.
pub(super) const FOREIGN: App = App {
    id: "fd68373b-29ac-41a5-bcbd-1f5ae28af604",
    name: "Fabrikam Report Viewer",
    object_id: "eb4ed2e3-895e-4b6b-a63c-fa5e67ec326a",
    credential: Credential::Secret(concat!("~mB", "8Q~H1qhT61.qt-c4xatws8phP9nhFyJfm.5di")),
    scopes: VIEWER_SCOPES,
    issue: Issue::By(&FABRIKAM),
};

/// A confidential app with an old secret full of what forms and URLs must encode; `%41` and `%2B` must not be
/// decoded twice.
pub(super) const AWKWARD: App = App {
    id: "4a3adf99-34b3-4f60-826e-7a4287f53ddd",
    name: "Contoso Report Archive",
    object_id: "a90f6c52-08d4-4e7b-9b3c-5e21d7f8604e",
    credential: Credential::Secret("w~9.+/=&%41 ~.+/=&%2Bq?#;:@=/+%"),
    scopes: VIEWER_SCOPES,
    issue: Issue::AsAsked,
};

const APPS: [&App; 7] = [&VIEWER, &EXPIRED, &DESKTOP, &UNCONSENTED, &GRAPH_ONLY, &FOREIGN, &AWKWARD];

impl App {
    /// The app with that ID, if it has a service principal in that tenant.
    pub(super) fn find(id: &str, tenant: &Tenant) -> Option<&'static Self> {
        APPS.into_iter().find(|app| *tenant == CONTOSO && app.id.eq_ignore_ascii_case(id))
    }

    /// The Value of its secret, good or expired; empty for a public client.
    pub(super) fn secret(&self) -> &'static str {
        match self.credential {
            Credential::Secret(value) | Credential::ExpiredSecret(value) => value,
            Credential::Public => "",
        }
    }
}

/// What stands between a user with the right password and a token.
#[derive(Debug)]
pub(super) enum Hurdle {
    /// Nothing.
    None,
    /// A second factor is demanded.
    SecondFactor,
    /// A Conditional Access policy with this ID blocks the sign-in.
    Policy(&'static str),
}

/// A user of Contoso.
#[derive(Debug)]
pub(super) struct User {
    /// User principal name.
    pub(super) upn: &'static str,
    /// The password.
    pub(super) password: &'static str,
    /// The object ID.
    pub(super) object_id: &'static str,
    /// The ID of the account in older Microsoft services.
    pub(super) puid: &'static str,
    /// First name.
    pub(super) given_name: &'static str,
    /// Last name.
    pub(super) family_name: &'static str,
    /// What stands between the right password and a token.
    pub(super) hurdle: Hurdle,
}

/// A user who can sign in by password alone.
pub(super) const MEGAN: User = User {
    upn: "megan@contoso.onmicrosoft.com",
    password: "Seven+Blanks&One=100%",
    object_id: "3d7a1f60-c94b-4a25-8e07-b6f2395c18ad",
    puid: "10032001A7C4E9B2",
    given_name: "Megan",
    family_name: "Marsh",
    hurdle: Hurdle::None,
};

/// A user who needs a second factor.
pub(super) const ADELE: User = User {
    upn: "adele@contoso.onmicrosoft.com",
    password: "Larch-Otter-Violin-48",
    object_id: "b05e8c91-1d63-4f7a-92d8-47ac60e3f51b",
    puid: "10032001A7C4E9B3",
    given_name: "Adele",
    family_name: "Voss",
    hurdle: Hurdle::SecondFactor,
};

/// A user whom a policy blocks.
pub(super) const IRVIN: User = User {
    upn: "irvin@contoso.onmicrosoft.com",
    password: "Quarry.Lantern.Maple.27",
    object_id: "71c2e4d8-5fa9-4b06-a3e1-9d80b7465f2c",
    puid: "10032001A7C4E9B4",
    given_name: "Irvin",
    family_name: "Sayer",
    hurdle: Hurdle::Policy("e1a60f37-84bd-4c52-9f1e-06d5b3c8724a"),
};

const USERS: [&User; 3] = [&MEGAN, &ADELE, &IRVIN];

impl User {
    /// The user of that name, ignoring case.
    pub(super) fn find(upn: &str) -> Option<&'static Self> {
        USERS.into_iter().find(|user| user.upn.eq_ignore_ascii_case(upn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_segments_are_told_apart() {
        assert_eq!(Segment::read("CONTOSO.onmicrosoft.com"), Segment::Known(&CONTOSO));
        assert_eq!(Segment::read(FABRIKAM.id), Segment::Known(&FABRIKAM));
        assert_eq!(Segment::read("Organizations"), Segment::Organizations);
        assert_eq!(Segment::read("common"), Segment::Shared);
        assert_eq!(Segment::read("00000000-0000-0000-0000-000000000000"), Segment::Zero);
        assert_eq!(Segment::read("contosso.com"), Segment::Unknown);
        for text in ["", "token", "{AppTenantId}", "con toso.com", ".com", "-a.com", "[Your Azure Tenant ID]"] {
            assert_eq!(Segment::read(text), Segment::Malformed, "{text}");
        }
    }

    #[test]
    fn current_secrets_have_the_current_shape() {
        let current = APPS.into_iter().filter(|app| app.id != AWKWARD.id).map(App::secret);
        for secret in current.chain([STRAY_SECRET]).filter(|secret| !secret.is_empty()) {
            assert_eq!(secret.len(), 40, "{secret}");
            assert_eq!(secret.get(3..6), Some("8Q~"), "{secret}");
            assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_~.-".contains(&byte)), "{secret}");
        }
        assert!(is_guid(VIEWER_SECRET_ID));
    }

    #[test]
    fn every_identifier_is_a_guid_of_its_own() {
        let apps = APPS.into_iter().flat_map(|app| [app.id, app.object_id]);
        let users = USERS.into_iter().map(|user| user.object_id);
        let mut ids: Vec<_> = apps.chain(users).chain([CONTOSO.id, FABRIKAM.id, VIEWER_SECRET_ID]).collect();
        let count = ids.len();
        assert!(ids.iter().all(|id| is_guid(id)));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
