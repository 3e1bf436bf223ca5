//! What may be asked of a tenant while the settings are still being typed.

use crate::domain::registration::{self, Options, Registration};
use crate::domain::setting::Values;
use crate::domain::shape;

/// The settings as far as a question about their tenant needs them.
///
/// `None` while there is nothing to ask: no tenant, a placeholder, an alias, something in another shape than a tenant's,
/// a host that no credentials may go to. And when the tenant is what stands in a secret setting, or ends as a password
/// may and a domain cannot: what was typed into the wrong field shall not travel.
pub fn of_draft(values: &Values, options: &Options) -> Option<Registration> {
    let registration = registration::incomplete(values, options)?;
    let tenant = registration.endpoint.tenant.as_deref()?;
    // No top-level domain has a digit or fewer than two letters, unlike the end of many a password.
    let is_named = |name: &str| {
        let top = name.rsplit('.').next().unwrap_or_default();
        top.starts_with("xn--") || (top.chars().count() >= 2 && top.chars().all(char::is_alphabetic))
    };
    let has_shape = shape::is_guid(tenant) || (shape::is_domain(tenant) && is_named(tenant));
    let is_set = shape::placeholder(tenant).is_none() && !shape::is_tenant_alias(tenant);
    let is_secret = values.secrets().any(|secret| secret.expose().trim().eq_ignore_ascii_case(tenant));
    (has_shape && is_set && !is_secret).then_some(registration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::setting::SettingName::{AppTenantId, AuthTokenUrl, ClientSecret};

    const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";
    const URL: &str = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";

    #[test]
    fn only_a_tenant_at_a_trusted_host_is_asked_about() {
        for (tenant, url, expected) in [
            (TENANT, URL, Some(TENANT)),
            ("contoso.com", URL, Some("contoso.com")),
            ("", URL, None),
            ("[Your Azure Tenant ID]", URL, None),
            ("00000000-0000-0000-0000-000000000000", URL, None),
            ("contoso", URL, None),
            ("common", URL, None),
            ("c4nary.secret", URL, None),
            ("C4nary.secret", URL, None),
            ("Winter.2024", URL, None),
            ("contoso.c", URL, None),
            ("8f3c2a1e-5b7d", URL, None),
            ("a.example/x", URL, None),
            ("", "https://login.microsoftonline.us/contoso.com/oauth2/v2.0/token", Some("contoso.com")),
            (TENANT, "https://login.microsoftonline.com/token", None),
            (TENANT, "https://login.microsoftonline.com/{tenant}/oauth2/token", None),
            (TENANT, "https://login.example.com/{AppTenantId}/oauth2/token", None),
            (TENANT, "http://login.microsoftonline.com/{AppTenantId}/oauth2/token", None),
            (TENANT, "https://idp.example/{AppTenantId}/oauth2/token", Some(TENANT)),
            (TENANT, "http://127.0.0.1:18080/{AppTenantId}/oauth2/token", Some(TENANT)),
            (TENANT, "", None),
        ] {
            let values = Values::default()
                .with(AppTenantId, tenant)
                .with(AuthTokenUrl, url)
                .with(ClientSecret, "c4nary.secret ");
            let options = Options { allowed_hosts: vec!["idp.example".to_owned()], ..Options::default() };
            let asked = of_draft(&values, &options).and_then(|registration| registration.endpoint.tenant);
            assert_eq!(asked.as_deref(), expected, "{tenant} {url}");
        }
    }
}
