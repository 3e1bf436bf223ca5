//! Who and what the practice tenant knows: tenants, apps, users, resources.
//!
//! Everything here is made up.

mod apps;
mod users;
mod workspaces;

use super::identifier::is_guid;

pub(super) use apps::*;
pub(super) use users::*;
pub(super) use workspaces::*;

/// The identifier of Power BI in the public cloud.
pub(super) const POWER_BI: &str = "https://analysis.windows.net/powerbi/api";
/// The application ID of Power BI, by which it may be named too.
const POWER_BI_APP: &str = "00000009-0000-0000-c000-000000000000";
/// The identifier of Microsoft Graph.
pub(super) const GRAPH: &str = "https://graph.microsoft.com";
/// The application ID of the retired Azure AD Graph, the resource of a v1 request that names none.
pub(super) const AZURE_AD_GRAPH: &str = "00000002-0000-0000-c000-000000000000";

/// The resources that have a service principal in the tenants here, without a slash at the end.
const RESOURCES: [&str; 6] = [
    POWER_BI,
    POWER_BI_APP,
    GRAPH,
    "https://graph.windows.net",
    "https://management.azure.com",
    "https://management.core.windows.net",
];

/// Whether the tenants here know that resource. A slash at the end is accepted, as Entra does.
pub(super) fn knows_resource(resource: &str) -> bool {
    RESOURCES.contains(&resource.strip_suffix('/').unwrap_or(resource))
}

/// Whether that is Power BI, by its name or its application ID.
pub(super) fn is_power_bi(resource: &str) -> bool {
    [POWER_BI, POWER_BI_APP].contains(&resource.strip_suffix('/').unwrap_or(resource))
}

/// The cloud of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cloud {
    /// The one that is served here.
    Public,
    /// US Government, which has sign-in hosts of its own.
    UsGovernment,
}

/// A tenant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tenant {
    /// Directory (tenant) ID.
    pub(super) id: &'static str,
    /// Its initial domain.
    pub(super) domain: &'static str,
    /// A second verified domain, whose users sign in at the organisation's own identity provider.
    pub(super) federated: Option<&'static str>,
    /// Its name.
    pub(super) name: &'static str,
    /// The region as discovery names it.
    pub(super) region: &'static str,
    /// Its cloud.
    pub(super) cloud: Cloud,
    /// Whether it has Power BI.
    pub(super) has_power_bi: bool,
    /// Whether it is just rolling over to the next key.
    pub(super) is_rolling: bool,
    /// How far its clock is ahead, in seconds.
    pub(super) ahead: i64,
}

/// The tenant of most apps and of all users.
pub(super) const CONTOSO: Tenant = Tenant {
    id: "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0",
    domain: "contoso.onmicrosoft.com",
    federated: Some("contoso.example"),
    name: "Contoso",
    region: "EU",
    cloud: Cloud::Public,
    has_power_bi: true,
    is_rolling: false,
    ahead: 0,
};
/// Another tenant, in which Contoso's apps are not registered.
pub(super) const FABRIKAM: Tenant = Tenant {
    id: "c2e51d47-9a08-4f6b-8d13-70b4e6f2a935",
    domain: "fabrikam.onmicrosoft.com",
    federated: None,
    name: "Fabrikam",
    region: "NA",
    ..CONTOSO
};
/// A tenant that rolls over to the next key.
pub(super) const NORTHWIND: Tenant = Tenant {
    id: "90d5bee2-5186-479f-9e69-ab6e4783e59c",
    domain: "northwind.onmicrosoft.com",
    name: "Northwind",
    is_rolling: true,
    ..FABRIKAM
};
/// A tenant whose servers' clock is ten minutes ahead.
pub(super) const TAILSPIN: Tenant = Tenant {
    id: "1bc4ff2b-6108-41cd-914d-fa9e55e31b95",
    domain: "tailspin.onmicrosoft.com",
    name: "Tailspin",
    ahead: 600,
    ..FABRIKAM
};
/// A tenant without Power BI.
pub(super) const WINGTIP: Tenant = Tenant {
    id: "26b796d8-261d-4317-8a6c-9e2c3838427d",
    domain: "wingtip.onmicrosoft.com",
    name: "Wingtip",
    has_power_bi: false,
    ..FABRIKAM
};
/// A tenant of another cloud.
pub(super) const ADATUM: Tenant = Tenant {
    id: "64a029d1-b237-4b93-aa8b-21e9410b9439",
    domain: "adatum.onmicrosoft.us",
    name: "Adatum",
    region: "USGov",
    cloud: Cloud::UsGovernment,
    ..FABRIKAM
};

const TENANTS: [&Tenant; 6] = [&CONTOSO, &FABRIKAM, &NORTHWIND, &TAILSPIN, &WINGTIP, &ADATUM];

impl Tenant {
    /// Its verified domains.
    pub(super) fn domains(&self) -> impl Iterator<Item = &'static str> {
        [self.domain].into_iter().chain(self.federated)
    }

    /// The tenant to which a domain belongs, whatever its cloud.
    pub(super) fn of_domain(domain: &str) -> Option<&'static Self> {
        TENANTS.into_iter().find(|tenant| tenant.domains().any(|known| known.eq_ignore_ascii_case(domain)))
    }
}

/// What the tenant segment of a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment {
    /// A tenant that exists.
    Known(&'static Tenant),
    /// `organizations`: the user's name decides.
    Organizations,
    /// `common`: whoever asks.
    Common,
    /// `consumers`: personal accounts.
    Consumers,
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
        let is_named = |tenant: &&Tenant| {
            text.eq_ignore_ascii_case(tenant.id) || tenant.domains().any(|domain| text.eq_ignore_ascii_case(domain))
        };
        if let Some(tenant) = TENANTS.into_iter().find(is_named) {
            return Self::Known(tenant);
        }
        match text.to_ascii_lowercase().as_str() {
            "organizations" => Self::Organizations,
            "common" => Self::Common,
            "consumers" => Self::Consumers,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_segments_are_told_apart() {
        assert_eq!(Segment::read("CONTOSO.onmicrosoft.com"), Segment::Known(&CONTOSO));
        assert_eq!(Segment::read(FABRIKAM.id), Segment::Known(&FABRIKAM));
        assert_eq!(Segment::read("Organizations"), Segment::Organizations);
        assert_eq!(Segment::read("contoso.EXAMPLE"), Segment::Known(&CONTOSO));
        assert_eq!(Segment::read("common"), Segment::Common);
        assert_eq!(Segment::read("consumers"), Segment::Consumers);
        assert_eq!(Segment::read("00000000-0000-0000-0000-000000000000"), Segment::Zero);
        assert_eq!(Segment::read("contosso.com"), Segment::Unknown);
        for text in ["", "token", "{AppTenantId}", "con toso.com", ".com", "-a.com", "[Your Azure Tenant ID]"] {
            assert_eq!(Segment::read(text), Segment::Malformed, "{text}");
        }
    }

    #[test]
    fn every_identifier_is_used_once() {
        let tenants = TENANTS.into_iter().map(|tenant| tenant.id);
        let mut ids: Vec<_> = tenants.chain(apps::identifiers()).chain(users::identifiers()).collect();
        ids.extend(workspaces::identifiers());
        let count = ids.len();
        assert!(ids.iter().all(|id| is_guid(id) || id.len() == 16), "{ids:?}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
