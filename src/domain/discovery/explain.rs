//! What the OpenID configuration, or its absence, means for the settings.

use url::Url;

use super::{Configuration, Discovery, NotChecked, Refusal};
use crate::domain::cloud::{self, Cloud, CloudName};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::endpoint::Trust;
use crate::domain::mask::Masker;
use crate::domain::oauth::NoOauth;
use crate::domain::refusal;
use crate::domain::registration::{Registration, Version};
use crate::domain::setting::SettingName::{AuthTokenUrl, Resource};
use crate::domain::text::{clip, printable};

/// The longest text of a server's that becomes part of a sentence, in columns.
const LONGEST: usize = 60;

impl Discovery {
    /// That the tenant exists, and what is known of it: `The tenant exists: region EU, public cloud.` `None` unless it
    /// does.
    pub fn words(&self, registration: &Registration) -> Option<String> {
        let Self::Known(configuration) = self else { return None };
        if registration.endpoint.trust != Trust::Microsoft {
            let id = configuration.tenant.as_deref().unwrap_or(&configuration.issuer);
            return Some(format!("The provider knows it: {}.", clip(&printable(id), LONGEST)));
        }
        let asked = registration.tenant.as_deref().unwrap_or_default();
        let id = configuration.tenant.clone().filter(|id| !id.eq_ignore_ascii_case(asked));
        let region =
            configuration.region_scope.as_deref().map(|region| format!("region {}", clip(&printable(region), LONGEST)));
        let cloud = configuration.cloud(&registration.resource).map(|row| row.name.title().to_owned());
        let known: Vec<String> = id.into_iter().chain(region).chain(cloud).collect();
        Some(if known.is_empty() {
            "The tenant exists.".to_owned()
        } else {
            format!("The tenant exists: {}.", known.join(", "))
        })
    }

    /// The row of the clouds that the tenant is in, when that is another one than the settings say.
    pub fn other_cloud(&self, registration: &Registration) -> Option<&'static Cloud> {
        let Self::Known(configuration) = self else { return None };
        elsewhere(configuration, registration).map(|(row, _)| row)
    }

    /// What is wrong with the tenant, if anything is.
    ///
    /// Only a tenant that Entra does not know is an error, and not even that `is_issued`: when a token was issued
    /// all the same.
    pub fn explain(&self, registration: &Registration, is_issued: bool, masker: &Masker) -> Option<Diagnosis> {
        match self {
            Self::Known(configuration) => {
                let (row, shared) = elsewhere(configuration, registration)?;
                Some(match shared {
                    None => other_cloud(row, registration),
                    Some(asked) => other_resource(row, asked, registration),
                })
            }
            Self::Refused(refusal) => {
                let severity = if is_issued { Severity::Warning } else { Severity::Error };
                Some(refused(refusal, severity, registration, masker))
            }
            Self::NotChecked(NotChecked::Refused(refusal)) => {
                Some(refused(refusal, Severity::Warning, registration, masker))
            }
            Self::NotChecked(reason) => Some(not_checked(reason)),
        }
    }
}

fn refused(refusal: &Refusal, severity: Severity, registration: &Registration, masker: &Masker) -> Diagnosis {
    Diagnosis { severity, ..refusal::explain(&refusal.error, &refusal.answer, registration, None, masker) }
}

fn not_checked(reason: &NotChecked) -> Diagnosis {
    let why = match reason {
        NotChecked::NoTenantInUrl => "AuthTokenUrl names no tenant.".to_owned(),
        NotChecked::NoAnswer(words) => {
            format!("There was no answer: {}.", printable(words).trim_end_matches('.'))
        }
        NotChecked::Status(status) => format!("The answer to the question about it is HTTP {status}."),
        NotChecked::Refused(_) => "The question about it was refused.".to_owned(),
        NotChecked::NoJson(kind) => format!("The answer to the question about it is {}.", kind_of(*kind)),
        NotChecked::NoIssuer => "The answer to the question about it names no issuer.".to_owned(),
    };
    Diagnosis::new(
        Severity::Warning,
        "tenant-not-checked",
        "The tenant is not checked",
        "If no token comes, compare the tenant with the portal yourself.",
    )
    .because(format!("{why} That makes the tenant neither right nor wrong."))
}

const fn kind_of(kind: NoOauth) -> &'static str {
    match kind {
        NoOauth::Empty => "empty",
        NoOauth::Html => "a web page, most likely of a proxy",
        NoOauth::TooLong => "too long",
        NoOauth::OtherJson | NoOauth::NoToken | NoOauth::Text => "no JSON object",
    }
}

/// The cloud of the tenant, when the settings say another one; and theirs, when both share the sign-in host.
fn elsewhere(
    configuration: &Configuration,
    registration: &Registration,
) -> Option<(&'static Cloud, Option<&'static Cloud>)> {
    // Only of Microsoft's hosts it is known which cloud they are.
    if registration.endpoint.trust != Trust::Microsoft {
        return None;
    }
    let row = configuration.cloud(&registration.resource)?;
    if !row.sign_in_hosts.contains(&registration.endpoint.host()) {
        return Some((row, None));
    }
    let asked = cloud::of_resource(&registration.resource)?;
    // Only the sub-scope tells rows apart that share a host; without one nothing is known.
    let is_told_apart = row.region_sub_scope.is_some() && is_sub_scope(row, configuration);
    (is_told_apart && asked.name != row.name && asked.instance == row.instance).then_some((row, Some(asked)))
}

fn is_sub_scope(row: &Cloud, configuration: &Configuration) -> bool {
    let found = configuration.region_sub_scope.as_deref().unwrap_or_default();
    row.region_sub_scope.is_some_and(|known| known.eq_ignore_ascii_case(found))
}

impl Configuration {
    /// The row of the clouds that the tenant is in: by `cloud_instance_name`, else by the host of the token endpoint.
    ///
    /// `resource` decides between rows that share that host.
    pub fn cloud(&self, resource: &str) -> Option<&'static Cloud> {
        let sub_scope = self.region_sub_scope.as_deref();
        let by_name = self.cloud_instance.as_deref().and_then(|instance| cloud::of_tenant(instance, sub_scope));
        by_name.or_else(|| {
            let url = Url::parse(self.token_endpoint.as_deref()?).ok()?;
            let row = cloud::of_host(url.host_str()?, resource)?;
            cloud::of_tenant(row.instance, sub_scope.or(row.region_sub_scope))
        })
    }
}

fn other_cloud(row: &Cloud, registration: &Registration) -> Diagnosis {
    let title = row.name.title();
    let host = row.sign_in_hosts.first().copied().unwrap_or_default();
    let path = match registration.endpoint.version {
        Version::V1 => "oauth2/token",
        Version::V2 => "oauth2/v2.0/token",
    };
    Diagnosis::new(
        Severity::Warning,
        "tenant-other-cloud",
        format!("The tenant lives in another cloud: {title}"),
        format!("Choose {title} in step Endpoint."),
    )
    .at(AuthTokenUrl)
    .because(format!(
        "{} knows the tenant, but says that it belongs to another cloud. Tokens for it are issued at {host}.",
        registration.endpoint.host()
    ))
    .remedy(format!("AuthTokenUrl: https://{host}/{{AppTenantId}}/{path}"))
    .remedy(format!("Resource: {}", row.resource))
    .remedy(format!("Power BI's API is at https://{}, the portal at https://{}.", row.api_host, row.portal))
    .remedy(match row.name {
        CloudName::GccHigh => "If the tenant is of the Department of Defense, choose the row DoD instead.",
        _ => "App registrations do not cross clouds: register the app in the portal of that cloud.",
    })
}

fn other_resource(row: &Cloud, asked: &Cloud, registration: &Registration) -> Diagnosis {
    let title = row.name.title();
    let shared = if row.name == CloudName::Gcc {
        " The sign-in host is right: GCC signs in at the public cloud, but has a Power BI of its own."
    } else {
        " The sign-in host is right: both clouds share it."
    };
    Diagnosis::new(
        Severity::Warning,
        "tenant-other-resource",
        format!("The tenant is in {title}; Resource is not"),
        format!("Choose {title} in step Endpoint, unless its Power BI is elsewhere."),
    )
    .at(Resource)
    .because(format!("{} is the Power BI of {}.{shared}", printable(&registration.resource), asked.name.title()))
    .remedy(format!("Resource: {}", row.resource))
    .remedy(format!("Power BI's API is at https://{}, the portal at https://{}.", row.api_host, row.portal))
}
