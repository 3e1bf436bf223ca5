//! `iss`, `tid`, `ver` and the tenant's region: who issued the token.

use super::outcome::{Outcome, error, optional_text, warning};
use super::{Facts, Verdict};
use crate::domain::cloud::{self, CloudName};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::jwt::Claim;
use crate::domain::setting::SettingName::{AppTenantId, AuthTokenUrl, Resource};
use crate::domain::shape;
use crate::domain::text::printable;

/// The tenant that the token has to be of, when a GUID names it or the provider has told the GUID of a domain.
fn expected_tenant<'a>(facts: &Facts<'a>) -> Result<&'a str, &'static str> {
    match facts.registration.tenant.as_deref() {
        None => Err("the settings name no tenant"),
        Some(tenant) if shape::is_guid(tenant) => Ok(tenant),
        Some(tenant) if shape::is_tenant_alias(tenant) => Err("the settings name an alias"),
        Some(_) => {
            let told = facts.configuration.and_then(|configuration| configuration.tenant.as_deref());
            told.ok_or("the settings name the tenant by a domain")
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "all rows of the table have one type")]
pub(super) fn tenant(facts: &Facts) -> Option<Outcome> {
    let found = match facts.jwt.text("tid") {
        Claim::Present(found) => found,
        other => return Some(Outcome::missing("tid", &other)),
    };
    Some(match expected_tenant(facts) {
        Err(why) => Outcome::not_checked("tid", why),
        Ok(expected) if expected.eq_ignore_ascii_case(found) => {
            Outcome::pass("tid", "equals the tenant of the settings")
        }
        Ok(expected) => Outcome::fail(
            "tid",
            "is another tenant",
            error("tenant-wrong", "The token is of another tenant", "Put the tenant that the app and its workspaces are in into AppTenantId.")
                .at(AppTenantId)
                .because(format!("The settings ask tenant {expected}, the token is of {}.", printable(found)))
                .remedy("Entra admin center > App registrations > your app > Overview: copy Directory (tenant) ID into AppTenantId."),
        ),
    })
}

/// Trusted are Microsoft's issuers of the right tenant; elsewhere also the sign-in host's own origin.
#[expect(clippy::unnecessary_wraps, reason = "all rows of the table have one type")]
pub(super) fn issuer(facts: &Facts) -> Option<Outcome> {
    let registration = facts.registration;
    let found = match facts.jwt.text("iss") {
        Claim::Present(found) => found,
        other => return Some(Outcome::missing("iss", &other)),
    };
    let url = url::Url::parse(found).ok();
    let host = url.as_ref().filter(|url| url.scheme() == "https").and_then(|url| url.host_str());
    if let Some(host) = host.filter(|host| cloud::is_issuer_host(host)) {
        return Some(microsoft_issuer(facts, found, host, url.as_ref()));
    }
    let origin = registration.endpoint.origin();
    let is_below = found.strip_prefix(&origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_elsewhere = matches!(registration.cloud, None | Some(CloudName::Local));
    if is_below && is_elsewhere {
        return Some(Outcome::pass("iss", "is the sign-in host"));
    }
    if is_elsewhere && facts.configuration.is_some_and(|configuration| configuration.issuer == found) {
        return Some(Outcome::pass("iss", "is what the provider calls itself"));
    }
    if is_elsewhere {
        return Some(Outcome::not_checked("iss", "not a known issuer"));
    }
    Some(Outcome::fail("iss", "is no issuer of this cloud", wrong_issuer(found)))
}

fn microsoft_issuer(facts: &Facts, found: &str, host: &str, url: Option<&url::Url>) -> Outcome {
    let in_path = url.and_then(|url| url.path_segments()?.find(|segment| shape::is_guid(segment)));
    let Some(tenant) = in_path else { return Outcome::fail("iss", "names no tenant", wrong_issuer(found)) };
    if let Ok(expected) = expected_tenant(facts)
        && !expected.eq_ignore_ascii_case(tenant)
    {
        // The same fault as a wrong tid, which has the same diagnosis; one of them is enough.
        let diagnosis = matches!(facts.jwt.text("tid"), Claim::Absent | Claim::Malformed).then(|| wrong_issuer(found));
        return Outcome {
            claim: "iss",
            verdict: Verdict::Fail,
            note: "names another tenant".into(),
            is_missing: false,
            diagnosis,
        };
    }
    if let Claim::Present(tid) = facts.jwt.text("tid")
        && !tid.eq_ignore_ascii_case(tenant)
    {
        return Outcome::fail("iss", "names another tenant than tid", wrong_issuer(found));
    }
    if !fits_cloud(host, facts.registration.cloud) {
        return Outcome::fail("iss", "is an issuer of another cloud", wrong_issuer(found));
    }
    Outcome::pass("iss", "is Entra ID, of the same tenant")
}

fn fits_cloud(host: &str, cloud: Option<CloudName>) -> bool {
    let Some(row) = cloud.and_then(cloud::row) else { return true };
    match host {
        // Government tokens carry it too: Microsoft documents one v1 issuer for all but China.
        "sts.windows.net" => row.name != CloudName::China,
        "sts.chinacloudapi.cn" => row.name == CloudName::China,
        host => row.sign_in_hosts.contains(&host),
    }
}

fn wrong_issuer(found: &str) -> Diagnosis {
    error("issuer-wrong", "The token is of another issuer", "Check the host and the tenant in AuthTokenUrl.")
        .at(AuthTokenUrl)
        .because(format!("It says that it was issued by {}.", printable(found)))
}

/// The resource decides the version, not the URL: Power BI has 1.0.
pub(super) fn version(facts: &Facts) -> Option<Outcome> {
    if !facts.is_of_microsoft() {
        return None;
    }
    let found = match optional_text(facts, "ver")? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    let Claim::Present(issuer) = facts.jwt.text("iss") else { return None };
    let is_v2_form = issuer.trim_end_matches('/').ends_with("/v2.0");
    let is_power_bi = cloud::of_resource(&facts.registration.resource).is_some();
    Some(match found {
        "1.0" if is_v2_form => Outcome::warn("ver", "iss has the form of 2.0", other_version("1.0")),
        "1.0" => Outcome::pass("ver", "is what Power BI gets from both endpoints"),
        "2.0" if is_power_bi => Outcome::warn("ver", "Power BI gets 1.0", other_version("2.0")),
        "2.0" => Outcome::pass("ver", "is set by the API, not by the URL"),
        _ => Outcome::not_checked("ver", "neither 1.0 nor 2.0"),
    })
}

fn other_version(found: &str) -> Diagnosis {
    warning("version-unusual", format!("The token is of version {found}, and its form is unusual"), "Check that Resource names Power BI and nothing else.")
        .at(Resource)
        .because("The API that a token is for sets its version. Power BI gets 1.0, with the issuer sts.windows.net, from both endpoints; another form hints at another API.")
}

/// Regions of government tenants; all others are told apart by nothing that matters here.
pub(super) fn region(facts: &Facts) -> Option<Outcome> {
    let found = match optional_text(facts, "tenant_region_scope")? {
        Ok(found) => found,
        Err(malformed) => return Some(malformed),
    };
    let cloud = cloud::of_resource(&facts.registration.resource).map(|row| row.name);
    let Some(cloud) = cloud else {
        return Some(Outcome::not_checked("tenant_region_scope", "Resource is of no cloud"));
    };
    let is_government = matches!(cloud, CloudName::Gcc | CloudName::GccHigh | CloudName::Dod);
    let is_government_tenant = found.to_ascii_uppercase().starts_with("USG");
    // GCC tenants live in the commercial cloud and may name its regions.
    if is_government_tenant && !is_government
        || !is_government_tenant && matches!(cloud, CloudName::GccHigh | CloudName::Dod)
    {
        return Some(Outcome::warn(
            "tenant_region_scope",
            "is of another cloud than Resource",
            warning(
                "region-other-cloud",
                "The tenant's region and Resource are of different clouds",
                "Choose the tenant's cloud in step Endpoint; it sets AuthTokenUrl and Resource.",
            )
            .at(Resource)
            .because(format!(
                "The tenant is of region {}, and Resource is of {}.",
                printable(found),
                cloud.title()
            )),
        ));
    }
    Some(Outcome::pass("tenant_region_scope", "fits Resource"))
}
