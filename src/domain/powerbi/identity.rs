//! Whom a token is for: Power BI treats apps and users differently.

use crate::domain::jwt::{Claim, Jwt};
use crate::domain::registration::GrantName;
use crate::domain::text::printable;
use crate::domain::time::Timestamp;

/// The kinds of holders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A service principal: the app itself.
    App,
    /// A person.
    User,
}

impl Holder {
    /// The words for it: `app` or `user`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::User => "user",
        }
    }
}

/// Whom a token is for, as far as its claims say it. Texts are safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// App or user.
    pub holder: Holder,
    /// The object ID: of the service principal, or of the user.
    pub object_id: Option<String>,
    /// Application permissions for the admin APIs, which close those APIs to a service principal.
    pub admin_roles: Vec<String>,
    /// When the token ends.
    pub expires_at: Option<Timestamp>,
}

impl Identity {
    /// Reads the claims; where they do not say whom the token is for, the grant by which it was asked for does.
    pub fn of(jwt: Option<&Jwt>, grant: GrantName) -> Self {
        let by_grant = match grant {
            GrantName::ClientCredentials => Holder::App,
            GrantName::Password => Holder::User,
        };
        let Some(jwt) = jwt else {
            return Self { holder: by_grant, object_id: None, admin_roles: Vec::new(), expires_at: None };
        };
        let holder = match jwt.text("idtyp") {
            Claim::Present("app") => Holder::App,
            Claim::Present("user") => Holder::User,
            _ if jwt.claims.contains_key("scp") || jwt.claims.contains_key("upn") => Holder::User,
            _ => by_grant,
        };
        let object_id = match jwt.text("oid") {
            Claim::Present(id) => Some(printable(id).chars().take(64).collect()),
            Claim::Absent | Claim::Malformed => None,
        };
        let roles = jwt.claims.get("roles").and_then(serde_json::Value::as_array);
        let admin_roles = roles
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str)
            .filter(|role| matches!(*role, "Tenant.Read.All" | "Tenant.ReadWrite.All"))
            .map(str::to_owned)
            .collect();
        let expires_at = match jwt.seconds("exp") {
            Claim::Present(seconds) => Some(Timestamp::from_seconds(seconds)),
            Claim::Absent | Claim::Malformed => None,
        };
        Self { holder, object_id, admin_roles, expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(claims: &str, grant: GrantName) -> Holder {
        let claims = serde_json::from_str(claims).expect("claims");
        Identity::of(Some(&Jwt { header: serde_json::Map::new(), claims }), grant).holder
    }

    #[test]
    fn claims_decide_before_the_grant() {
        let app = GrantName::ClientCredentials;
        for (claims, grant, expected) in [
            (r#"{"idtyp":"app","scp":"x"}"#, GrantName::Password, Holder::App),
            (r#"{"idtyp":"user"}"#, app, Holder::User),
            (r#"{"scp":"Report.Read.All"}"#, app, Holder::User),
            (r#"{"idtyp":7}"#, app, Holder::App),
            ("{}", GrantName::Password, Holder::User),
        ] {
            assert_eq!(holder(claims, grant), expected, "{claims}");
        }
        assert_eq!(Identity::of(None, app).holder, Holder::App);
    }

    #[test]
    fn only_admin_permissions_are_kept() {
        let claims = serde_json::from_str(r#"{"roles":["Tenant.Read.All","Other",3],"oid":"a\u001b[2J","exp":5}"#);
        let jwt = Jwt { header: serde_json::Map::new(), claims: claims.expect("claims") };
        let identity = Identity::of(Some(&jwt), GrantName::ClientCredentials);
        assert_eq!(identity.admin_roles, ["Tenant.Read.All"]);
        assert_eq!(identity.object_id.as_deref(), Some("a[2J"));
        assert_eq!(identity.expires_at, Some(Timestamp::from_seconds(5)));
    }
}
