//! The clouds: sign-in hosts, resource, API host and portal that belong together.
//!
//! Sources: MSAL's list of known metadata (sign-in hosts) and Microsoft's samples for national clouds (resources).

/// The clouds in which Power BI and Entra ID exist, and `local` for loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudName {
    /// The commercial cloud.
    Public,
    /// US government, with the sign-in of the commercial cloud.
    Gcc,
    /// US government, high.
    GccHigh,
    /// US Department of Defense.
    Dod,
    /// China, operated by 21Vianet.
    China,
    /// A provider on this machine.
    Local,
}

impl CloudName {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Gcc => "gcc",
            Self::GccHigh => "gcc-high",
            Self::Dod => "dod",
            Self::China => "china",
            Self::Local => "local",
        }
    }

    /// The words on the screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Public => "public cloud",
            Self::Gcc => "US government, GCC",
            Self::GccHigh => "US government, GCC High",
            Self::Dod => "US government, DoD",
            Self::China => "China, 21Vianet",
            Self::Local => "local provider",
        }
    }
}

/// One row of things that belong together.
#[derive(Debug, PartialEq, Eq)]
pub struct Cloud {
    /// Which cloud.
    pub name: CloudName,
    /// Sign-in hosts; the first is the preferred one.
    pub sign_in_hosts: &'static [&'static str],
    /// The resource of Power BI.
    pub resource: &'static str,
    /// The application ID of Power BI in this cloud, which may stand in `aud` instead of the resource.
    pub resource_app: Option<&'static str>,
    /// Host of the Power BI REST API.
    pub api_host: &'static str,
    /// Host of the admin portal.
    pub portal: &'static str,
    /// What the OpenID configuration of this cloud's tenants says in `cloud_instance_name`.
    pub instance: &'static str,
    /// What it says in `tenant_region_sub_scope`, where rows share an instance.
    pub region_sub_scope: Option<&'static str>,
}

const PUBLIC_HOSTS: &[&str] = &[
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "login-us.microsoftonline.com",
];
const GOVERNMENT_HOSTS: &[&str] = &["login.microsoftonline.us", "login.usgovcloudapi.net"];

/// The clouds, without `local`.
pub const CLOUDS: [Cloud; 5] = [
    Cloud {
        name: CloudName::Public,
        sign_in_hosts: PUBLIC_HOSTS,
        resource: "https://analysis.windows.net/powerbi/api",
        resource_app: Some("00000009-0000-0000-c000-000000000000"),
        api_host: "api.powerbi.com",
        portal: "entra.microsoft.com",
        instance: "microsoftonline.com",
        region_sub_scope: None,
    },
    Cloud {
        name: CloudName::Gcc,
        sign_in_hosts: PUBLIC_HOSTS,
        resource: "https://analysis.usgovcloudapi.net/powerbi/api",
        resource_app: Some("fc4979e5-0aa5-429f-b13a-5d1365be5566"),
        api_host: "api.powerbigov.us",
        portal: "entra.microsoft.com",
        instance: "microsoftonline.com",
        region_sub_scope: Some("GCC"),
    },
    Cloud {
        name: CloudName::GccHigh,
        sign_in_hosts: GOVERNMENT_HOSTS,
        resource: "https://high.analysis.usgovcloudapi.net/powerbi/api",
        resource_app: None,
        api_host: "api.high.powerbigov.us",
        portal: "entra.microsoft.us",
        instance: "microsoftonline.us",
        region_sub_scope: Some("DODCON"),
    },
    Cloud {
        name: CloudName::Dod,
        sign_in_hosts: GOVERNMENT_HOSTS,
        resource: "https://mil.analysis.usgovcloudapi.net/powerbi/api",
        resource_app: None,
        api_host: "api.mil.powerbigov.us",
        portal: "entra.microsoft.us",
        instance: "microsoftonline.us",
        region_sub_scope: Some("DOD"),
    },
    Cloud {
        name: CloudName::China,
        sign_in_hosts: &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        resource: "https://analysis.chinacloudapi.cn/powerbi/api",
        resource_app: None,
        api_host: "api.powerbi.cn",
        portal: "portal.azure.cn",
        instance: "partner.microsoftonline.cn",
        region_sub_scope: None,
    },
];

/// Sign-in hosts of sovereign clouds that have no row of their own for Power BI yet.
const SOVEREIGN_HOSTS: &[&str] =
    &["login.sovcloud-identity.fr", "login.sovcloud-identity.de", "login.sovcloud-identity.sg"];

/// Hosts in `iss` of Microsoft's tokens that are no sign-in hosts.
const ISSUER_HOSTS: &[&str] = &["sts.windows.net", "sts.chinacloudapi.cn"];

/// Returns whether credentials may go to that host (lower case, default port, https).
pub fn is_trusted_host(host: &str) -> bool {
    SOVEREIGN_HOSTS.contains(&host) || CLOUDS.iter().any(|cloud| cloud.sign_in_hosts.contains(&host))
}

/// Returns whether that host may stand in `iss` of a token of Microsoft's.
pub fn is_issuer_host(host: &str) -> bool {
    ISSUER_HOSTS.contains(&host) || is_trusted_host(host)
}

/// Returns whether a token of that cloud may have that host in `iss`.
///
/// Government tokens carry `sts.windows.net`, too: Microsoft documents one v1 issuer for all clouds but China.
pub fn issues_for(host: &str, name: CloudName) -> bool {
    match host {
        "sts.windows.net" => !matches!(name, CloudName::China | CloudName::Local),
        "sts.chinacloudapi.cn" => name == CloudName::China,
        host => row(name).is_some_and(|row| row.sign_in_hosts.contains(&host)),
    }
}

/// Returns whether two hosts are the same sign-in host, or names of it in one row.
pub fn is_same_sign_in(host: &str, other: &str) -> bool {
    host == other
        || CLOUDS.iter().any(|cloud| cloud.sign_in_hosts.contains(&host) && cloud.sign_in_hosts.contains(&other))
}

/// The row of a tenant, from `cloud_instance_name` and `tenant_region_sub_scope` of its OpenID configuration.
///
/// Without a sub-scope that is known the first row of the instance counts.
pub fn of_tenant(instance: &str, sub_scope: Option<&str>) -> Option<&'static Cloud> {
    let rows = || CLOUDS.iter().filter(|cloud| cloud.instance.eq_ignore_ascii_case(instance));
    let is_named = |cloud: &&Cloud| matches!((cloud.region_sub_scope, sub_scope), (Some(known), Some(found)) if known.eq_ignore_ascii_case(found));
    rows().find(is_named).or_else(|| rows().next())
}

/// The row of that resource, compared ignoring case and one slash at the end.
pub fn of_resource(resource: &str) -> Option<&'static Cloud> {
    let resource = resource.strip_suffix('/').unwrap_or(resource);
    CLOUDS.iter().find(|cloud| cloud.resource.eq_ignore_ascii_case(resource))
}

/// The row of that audience: a resource, or the application ID of Power BI in one cloud.
pub fn of_audience(audience: &str) -> Option<&'static Cloud> {
    of_resource(audience)
        .or_else(|| CLOUDS.iter().find(|row| row.resource_app.is_some_and(|app| app.eq_ignore_ascii_case(audience))))
}

/// The row of that host: the resource decides between rows that share a host, else the first one counts.
pub fn of_host(host: &str, resource: &str) -> Option<&'static Cloud> {
    let rows = || CLOUDS.iter().filter(|cloud| cloud.sign_in_hosts.contains(&host));
    let by_resource = of_resource(resource);
    rows().find(|cloud| by_resource.is_some_and(|other| other.name == cloud.name)).or_else(|| rows().next())
}

/// The row of that name; `local` has none.
pub fn row(name: CloudName) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_decides_between_clouds_that_share_a_host() {
        let name = |host, resource| of_host(host, resource).map(|cloud| cloud.name);
        assert_eq!(name("login.microsoftonline.com", ""), Some(CloudName::Public));
        assert_eq!(name("login.microsoftonline.com", CLOUDS[1].resource), Some(CloudName::Gcc));
        assert_eq!(name("login.microsoftonline.us", CLOUDS[3].resource), Some(CloudName::Dod));
        assert_eq!(name("login.microsoftonline.us", CLOUDS[0].resource), Some(CloudName::GccHigh));
        assert_eq!(name("login.example.com", CLOUDS[0].resource), None);
    }

    #[test]
    fn a_tenant_has_one_row() {
        let name = |instance, sub_scope| of_tenant(instance, sub_scope).map(|cloud| cloud.name);
        assert_eq!(name("microsoftonline.com", None), Some(CloudName::Public));
        assert_eq!(name("microsoftonline.com", Some("GCC")), Some(CloudName::Gcc));
        assert_eq!(name("microsoftonline.us", None), Some(CloudName::GccHigh));
        assert_eq!(name("microsoftonline.us", Some("dodcon")), Some(CloudName::GccHigh));
        assert_eq!(name("microsoftonline.us", Some("DOD")), Some(CloudName::Dod));
        assert_eq!(name("microsoftonline.us", Some("new")), Some(CloudName::GccHigh));
        assert_eq!(name("partner.microsoftonline.cn", None), Some(CloudName::China));
        assert_eq!(name("sovcloud-identity.fr", None), None);
    }

    #[test]
    fn hosts_are_names_of_each_other_within_a_row_only() {
        assert!(is_same_sign_in("login.windows.net", "login.microsoftonline.com"));
        assert!(is_same_sign_in("idp.example", "idp.example"));
        assert!(!is_same_sign_in("login.microsoftonline.us", "login.microsoftonline.com"));
        assert!(!is_same_sign_in("login.microsoftonline.com", "evil.example"));
    }

    #[test]
    fn issuers_belong_to_their_cloud() {
        assert!(issues_for("sts.windows.net", CloudName::Public) && issues_for("sts.windows.net", CloudName::Dod));
        assert!(!issues_for("sts.windows.net", CloudName::China));
        assert!(issues_for("sts.chinacloudapi.cn", CloudName::China));
        assert!(issues_for("login.microsoftonline.us", CloudName::GccHigh));
        assert!(!issues_for("login.microsoftonline.us", CloudName::Public));
        assert!(!issues_for("sts.windows.net", CloudName::Local));
    }

    #[test]
    fn closed_test_and_customer_hosts_are_not_trusted() {
        for host in
            ["login.microsoftonline.de", "login.windows-ppe.net", "contoso.b2clogin.com", "contoso.ciamlogin.com"]
        {
            assert!(!is_trusted_host(host), "{host}");
        }
        assert!(is_trusted_host("login.sovcloud-identity.fr"));
    }
}
