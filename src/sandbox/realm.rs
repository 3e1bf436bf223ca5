//! User realms: who checks the password of a user, told by the domain of the user's name alone.

use serde_json::{Value, json};

use super::directory::{Cloud, Tenant};

/// Who checks a password.
enum Realm {
    /// Entra itself.
    Managed(&'static Tenant),
    /// The organisation's own identity provider.
    Federated(&'static Tenant),
    /// Nobody: no tenant has the domain.
    Unknown,
}

impl Realm {
    fn of(domain: &str) -> Self {
        match Tenant::of_domain(domain) {
            Some(tenant) if tenant.federated.is_some_and(|own| own.eq_ignore_ascii_case(domain)) => {
                Self::Federated(tenant)
            }
            Some(tenant) => Self::Managed(tenant),
            None => Self::Unknown,
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Managed(_) => "Managed",
            Self::Federated(_) => "Federated",
            Self::Unknown => "Unknown",
        }
    }

    const fn tenant(&self) -> Option<&'static Tenant> {
        match self {
            Self::Managed(tenant) | Self::Federated(tenant) => Some(tenant),
            Self::Unknown => None,
        }
    }

    fn instance(&self) -> &'static str {
        match self.tenant().map(|tenant| tenant.cloud) {
            Some(Cloud::UsGovernment) => "microsoftonline.us",
            Some(Cloud::Public) | None => "microsoftonline.com",
        }
    }
}

/// The answer about a user, as JSON text; `None` when there is no such version of the service.
pub(super) fn body(user: &str, version: &str) -> Option<String> {
    let (_, domain) = user.rsplit_once('@').unwrap_or_default();
    let domain = domain.to_ascii_lowercase();
    let realm = Realm::of(&domain);
    let body = match version {
        "1.0" => first(&realm, &domain),
        "2.0" | "2.1" => second(&realm, user, &domain),
        _ => return None,
    };
    Some(body.to_string())
}

fn first(realm: &Realm, domain: &str) -> Value {
    let (word, instance) = (realm.word(), realm.instance());
    let services = format!("https://adfs.{domain}/adfs/services/trust");
    match realm {
        Realm::Managed(_) => json!({
            "ver": "1.0",
            "account_type": word,
            "domain_name": domain,
            "cloud_instance_name": instance,
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }),
        Realm::Federated(_) => json!({
            "ver": "1.0",
            "account_type": word,
            "domain_name": domain,
            "federation_protocol": "WSTrust",
            "federation_metadata_url": format!("{services}/mex"),
            "federation_active_auth_url": format!("{services}/2005/usernamemixed"),
            "cloud_instance_name": instance,
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }),
        Realm::Unknown => json!({"ver": "1.0", "account_type": word, "cloud_instance_name": instance}),
    }
}

fn second(realm: &Realm, user: &str, domain: &str) -> Value {
    let (word, instance) = (realm.word(), realm.instance());
    match realm {
        Realm::Managed(tenant) => json!({
            "NameSpaceType": word,
            "Login": user,
            "DomainName": domain,
            "FederationBrandName": tenant.name,
            "TenantBrandingInfo": null,
            "cloud_instance_name": instance,
        }),
        Realm::Federated(tenant) => json!({
            "NameSpaceType": word,
            "federation_protocol": "WSTrust",
            "Login": user,
            "AuthURL": format!("https://adfs.{domain}/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3afederation%3aMicrosoftOnline&wctx="),
            "DomainName": domain,
            "FederationBrandName": tenant.name,
            "TenantBrandingInfo": null,
            "cloud_instance_name": instance,
        }),
        Realm::Unknown => json!({"NameSpaceType": word, "Login": user, "cloud_instance_name": instance}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_name_has_a_realm_in_every_version(user: String) {
            for (version, key) in [("1.0", "account_type"), ("2.0", "NameSpaceType"), ("2.1", "NameSpaceType")] {
                let body = body(&user, version).expect("a version that is known");
                let body: Value = serde_json::from_str(&body).expect("JSON");
                prop_assert!(body[key].is_string());
            }
            prop_assert_eq!(body(&user, "1.1"), None);
        }
    }
}
