//! The tenant: not known, an alias, in another cloud, or another one than meant.

use super::{Case, Suspect, wrapping};
use crate::domain::cloud::{self, CloudName};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::registration::GrantName;
use crate::domain::setting::SettingName::{AppTenantId, AuthTokenUrl, User};
use crate::domain::shape;
use crate::domain::text::printable;

/// Words of a path that stand in the place of a tenant when a segment is missing or doubled.
const PATH_WORDS: [&str; 5] = ["oauth2", "authorize", "token", "v2.0", "adminconsent"];

/// Directories that are Microsoft's own; whoever is sent there named no tenant of his own.
const DIRECTORIES_OF_MICROSOFT: [&str; 6] = [
    "microsoft services",
    "microsoft accounts",
    "analysis.windows.net",
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    "9188040d-6c67-4c5b-b112-36a304b66dad",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
];

/// No tenant of that name.
pub(super) fn unknown(case: &Case) -> Vec<Suspect> {
    let registration = case.registration;
    let setting = registration.tenant_setting;
    let tenant = case.tenant();
    let mut found = Vec::new();
    let quoted = case.quoted_after("identifier").or_else(|| case.quoted_after("Tenant")).unwrap_or(tenant);
    if PATH_WORDS.iter().any(|word| quoted.eq_ignore_ascii_case(word)) || tenant.is_empty() {
        found.push(Suspect::new(
            AuthTokenUrl,
            "End AuthTokenUrl with /{AppTenantId}/oauth2/token: the tenant is not at its place.",
            "Entra takes the first part of the path for the tenant, and found a word of the path there: the tenant is missing, or a part stands twice.",
        ));
        return found;
    }
    if tenant.eq_ignore_ascii_case(&registration.client_id) {
        found.push(Suspect::new(
            setting,
            format!("Copy Directory (tenant) ID into {setting}: the app's own ID stands there."),
            "The tenant equals ClientId. The app's page shows both IDs, one above the other.",
        ));
    } else if let Some(suspect) = wrapping(setting, tenant) {
        found.push(suspect);
    } else if shape::is_tenant_alias(tenant) {
        found.push(Suspect::new(
            setting,
            format!("Put Directory (tenant) ID into {setting} in the place of {}.", printable(tenant)),
            "An alias stands for no tenant of its own, and this grant needs one.",
        ));
        if let Some(domain) = user_domain(case) {
            found.push(Suspect::new(
                User,
                format!("Check the domain of User, {}: Entra could not place it.", printable(domain)),
                "",
            ));
        }
    } else if !shape::is_guid(tenant) && !shape::is_domain(tenant) {
        found.push(shapeless(case, tenant));
    }
    found.extend(other_cloud(case));
    if found.is_empty() {
        found.extend(super::app::literal_tenant(case));
    }
    if found.is_empty() && !shape::is_guid(tenant) {
        found.push(Suspect::new(
            setting,
            format!("Copy Directory (tenant) ID into {setting}: no tenant has that domain."),
            "A tenant is found by its GUID or by a domain that was verified for it; the domain is misspelt, or was never added to the tenant.",
        ));
    }
    if found.is_empty() && case.code == 90_002 {
        found.push(Suspect::new(
            setting,
            format!("Copy Directory (tenant) ID from the app's Overview into {setting}."),
            "No tenant with this ID exists in the cloud that was called: another ID was copied, such as an object's or a subscription's, or the tenant is of another cloud.",
        ));
    }
    found
}

/// How the catalogue begins the remedy for a tenant that is named by a domain.
const IF_DOMAIN: &str = "If a domain is used: ";

/// Words the remedy about a domain for the one that was used; without one it is dropped.
pub(super) fn with_domain(case: &Case, mut diagnosis: Diagnosis) -> Diagnosis {
    let domain = Some(case.tenant()).filter(|tenant| shape::is_domain(tenant));
    diagnosis.remedies.retain(|remedy| domain.is_some() || !remedy.starts_with(IF_DOMAIN));
    for remedy in diagnosis.remedies.iter_mut().filter(|remedy| remedy.starts_with(IF_DOMAIN)) {
        *remedy = format!(
            "Entra admin center > Custom domain names: see whether {} is listed there as verified.",
            printable(domain.unwrap_or_default())
        );
    }
    diagnosis
}

/// The ends of the domains that every tenant of a cloud has.
const DOMAINS_OF_CLOUDS: [(&str, CloudName); 2] =
    [(".onmicrosoft.us", CloudName::GccHigh), (".partner.onmschina.cn", CloudName::China)];

/// The tenant is of another cloud than the host that was asked: which one its domain tells, else Resource.
pub(super) fn of_another_cloud(case: &Case) -> Vec<Suspect> {
    let registration = case.registration;
    let tenant = case.tenant().to_ascii_lowercase();
    let home =
        DOMAINS_OF_CLOUDS.into_iter().find(|(end, _)| tenant.ends_with(end)).and_then(|(_, name)| cloud::row(name));
    // Of the clouds that share a host, Resource may tell which one is meant.
    let by_resource = cloud::of_resource(&registration.resource);
    let home = home.map(|row| by_resource.filter(|other| other.instance == row.instance).unwrap_or(row));
    let Some(home) = home.filter(|row| !row.sign_in_hosts.contains(&registration.endpoint.host())) else {
        return other_cloud(case).into_iter().collect();
    };
    let asked = registration.cloud.and_then(cloud::row).or_else(|| cloud::of_resource(&registration.resource));
    let asked = asked.filter(|row| row.instance != home.instance).map_or_else(
        || format!("went to {}", registration.endpoint.host()),
        |row| format!("was made for another cloud: {}", row.name.title()),
    );
    vec![Suspect::new(
        AuthTokenUrl,
        format!("Choose {} in step Endpoint: the tenant is of that cloud.", home.name.title()),
        format!(
            "By its domain {} is a tenant of {}; the request {asked}. An app that proves itself with a secret gets no token \
             across clouds.",
            printable(case.tenant()),
            home.name.title()
        ),
    )]
}

/// Neither a GUID nor a domain.
fn shapeless(case: &Case, tenant: &str) -> Suspect {
    let setting = case.registration.tenant_setting;
    let length = tenant.chars().count();
    let is_cut = length > 12 && tenant.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
    if is_cut {
        return Suspect::new(
            setting,
            format!("Copy all 36 characters of Directory (tenant) ID into {setting}: it has {length}."),
            "The tenant looks like a GUID that lost or gained characters.",
        );
    }
    Suspect::new(
        setting,
        format!("Copy Directory (tenant) ID into {setting}: what is there is neither a GUID nor a domain."),
        "A tenant is named by its GUID or by one of its domains, such as contoso.onmicrosoft.com, not by its display name.",
    )
}

/// Resource is of one cloud, the sign-in host of another: the host found no such tenant, so the host is wrong.
fn other_cloud(case: &Case) -> Option<Suspect> {
    let registration = case.registration;
    let row = cloud::of_resource(&registration.resource)?;
    let host = row.sign_in_hosts.first()?;
    let is_foreign = registration.cloud.is_some_and(|name| cloud::row(name).is_some())
        && !row.sign_in_hosts.contains(&registration.endpoint.host());
    if is_foreign {
        return Some(Suspect::new(
            AuthTokenUrl,
            format!("Change the host of AuthTokenUrl to {host}: Resource is of that cloud."),
            format!(
                "Resource belongs to {}, and the tenant was looked for at {}.",
                row.name.title(),
                registration.endpoint.host()
            ),
        ));
    }
    None
}

/// The request reached a tenant that was not meant: an alias, another one in the URL, or Microsoft's own.
pub(super) fn elsewhere(case: &Case) -> Vec<Suspect> {
    let registration = case.registration;
    let setting = registration.tenant_setting;
    let mut found: Vec<Suspect> = other_cloud(case).into_iter().chain(super::app::literal_tenant(case)).collect();
    let directory = case.quoted_after("directory").unwrap_or_default();
    let is_microsofts = DIRECTORIES_OF_MICROSOFT.iter().any(|name| {
        directory.eq_ignore_ascii_case(name)
            || case.tenant().eq_ignore_ascii_case(name)
            || case.says(&format!("{name} directory"))
    });
    if shape::is_tenant_alias(case.tenant()) {
        found.push(Suspect::new(
            setting,
            format!("Put Directory (tenant) ID into {setting} in the place of {}.", printable(case.tenant())),
            "An alias lets Entra choose the tenant, and it did not choose the app's.",
        ));
    } else if is_microsofts {
        found.push(Suspect::new(
            setting,
            format!("Put your own Directory (tenant) ID into {setting}: that one is Microsoft's."),
            "The request reached a directory of Microsoft's own, in which neither your app nor your user exists.",
        ));
    }
    found
}

fn user_domain<'a>(case: &'a Case) -> Option<&'a str> {
    match &case.registration.grant {
        crate::domain::registration::Grant::Password { user, .. } => shape::domain_of(user),
        crate::domain::registration::Grant::ClientCredentials => None,
    }
}

/// The tenant of a user that was not found, where the settings name it by a domain or an alias.
pub(super) fn of_user(case: &Case, domain: &str) -> Option<Suspect> {
    let tenant = case.tenant();
    let differs = shape::is_domain(tenant)
        && !tenant.eq_ignore_ascii_case(domain)
        && !tenant.to_ascii_lowercase().ends_with(".onmicrosoft.com");
    (differs && case.registration.grant_name() == GrantName::Password).then(|| {
        Suspect::new(
            case.registration.tenant_setting,
            "Compare AppTenantId with the tenant of User: their domains differ.",
            format!("The user is of {}, and the tenant that was asked is {}.", printable(domain), printable(tenant)),
        )
    })
}

/// The setting that names the tenant, for a resource that is right and not there.
pub(super) fn without_power_bi(case: &Case) -> Suspect {
    let setting = case.registration.tenant_setting;
    Suspect::new(
        if setting == AuthTokenUrl { AuthTokenUrl } else { AppTenantId },
        format!("Compare {setting} with your tenant, then open app.powerbi.com once as a user of it."),
        "Resource is spelt right, so the tenant lacks the service Power BI: nobody in it has used Power BI yet, or it is not the tenant that was meant.",
    )
}
