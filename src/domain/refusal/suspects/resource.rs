//! The API: misspelt, an address in the place of a name, of another cloud, or not known in the tenant.

use super::{Case, Suspect, wrapping};
use crate::domain::cloud::{self, CLOUDS, Cloud};
use crate::domain::setting::SettingName::{ClientId, Resource};
use crate::domain::shape;

/// Misspelt by so many letters at most.
const NEAR: usize = 4;

/// The name of Power BI in the cloud of the sign-in host.
fn right(case: &Case) -> &'static str {
    let registration = case.registration;
    cloud::of_host(registration.endpoint.host(), &registration.resource)
        .or_else(|| cloud::of_resource(&registration.resource))
        .map_or(CLOUDS[0].resource, |row| row.resource)
}

/// The cloud whose resource is spelt nearly so.
fn near(resource: &str) -> Option<&'static Cloud> {
    let rows = CLOUDS.iter().map(|row| (shape::distance(row.resource, resource), row));
    rows.filter(|(distance, _)| *distance <= NEAR).min_by_key(|(distance, _)| *distance).map(|(_, row)| row)
}

/// No such API.
pub(super) fn unknown(case: &Case) -> Vec<Suspect> {
    let registration = case.registration;
    let resource = registration.resource.as_str();
    let right = right(case);
    let put = |why: &str| format!("Put {right} into Resource{why}.");
    if let Some(suspect) = wrapping(Resource, resource) {
        return vec![suspect];
    }
    if let Some(row) = cloud::of_resource(resource) {
        if registration.cloud.is_some_and(|name| cloud::row(name).is_some())
            && !row.sign_in_hosts.contains(&registration.endpoint.host())
        {
            return vec![Suspect::new(
                Resource,
                put(""),
                format!(
                    "Resource belongs to {}, and the tenant was found at {}, which is of another cloud.",
                    row.name.title(),
                    registration.endpoint.host()
                ),
            )];
        }
        if resource.ends_with('/') {
            return vec![Suspect::new(
                Resource,
                "Take the slash off the end of Resource.",
                "Resource is a name that is compared as text; on a v2 endpoint a slash at the end becomes two before .default.",
            )];
        }
        return vec![super::tenant::without_power_bi(case)];
    }
    if resource.trim_end_matches('/').to_ascii_lowercase().ends_with("/.default") {
        return vec![Suspect::new(
            Resource,
            "Take /.default off the end of Resource.",
            "/.default belongs to scope of a v2 endpoint, where the caller adds it.",
        )];
    }
    let small = resource.to_ascii_lowercase();
    if small.eq_ignore_ascii_case(&registration.client_id) || small.starts_with("api://") {
        return vec![Suspect::new(
            Resource,
            put(", not your own app"),
            "Resource names an app of yours; the token is needed for Power BI.",
        )];
    }
    let is_permission = ["read.all", "readwrite.all", "user_impersonation", "openid", "offline_access"]
        .iter()
        .any(|permission| small.ends_with(permission));
    if is_permission {
        return vec![Suspect::new(
            Resource,
            put(", not a permission"),
            "Resource names a permission; the API alone belongs there, and the app's registration says what is permitted.",
        )];
    }
    let is_address = ["api.powerbi", "app.powerbi", "powerbigov.us", "api.high.", "api.fabric", "app.fabric"]
        .iter()
        .any(|part| small.contains(part));
    if is_address {
        return vec![Suspect::new(
            Resource,
            put(", not an address"),
            "Resource is the API's name in Entra, and what stands there is the address at which it answers.",
        )];
    }
    if let Some(row) = near(resource) {
        return vec![Suspect::new(
            Resource,
            format!("Correct the spelling of Resource: {}.", row.resource),
            "Resource differs from the name of Power BI by a few letters.",
        )];
    }
    vec![Suspect::new(
        Resource,
        put(""),
        "Resource is not the name of Power BI in any cloud, and the tenant does not know it.",
    )]
}

/// The app's registration does not list the API.
pub(super) fn not_listed(case: &Case) -> Vec<Suspect> {
    if cloud::of_resource(&case.registration.resource).is_none() {
        return unknown(case);
    }
    if crate::domain::claims::app_name(&case.registration.client_id).is_some() {
        return super::app::of_microsoft(case);
    }
    vec![Suspect::new(
        ClientId,
        "Add Power BI Service under API permissions of the app in ClientId, then grant admin consent.",
        "Resource is right, and the app's registration does not list Power BI among the APIs that it calls for users.",
    )]
}
