//! Passwords that were refused in this session, so that nobody locks a user out by repeating.
//!
//! Smart lockout: by default a user is locked after ten wrong passwords, after three in the clouds of the US
//! government (Microsoft Learn, "Protect user accounts from attacks with Microsoft Entra smart lockout").

use super::cloud::CloudName;
use super::registration::{Grant, Registration};
use super::secret::Secret;

/// The passwords that were refused, in the order in which they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempts {
    refused: Vec<Attempt>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attempt {
    account: Account,
    password: Secret,
}

/// Who was refused: sign-in host, tenant and user, ignoring case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Account(String, String, String);

/// Why to ask before a password is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caution {
    /// This very password was refused before.
    pub is_repeated: bool,
    /// How many passwords of this user were refused in this session.
    pub refused: usize,
    /// After how many wrong ones a user is locked, if nobody changed the default.
    pub limit: usize,
}

impl Attempts {
    /// Remembers that the user's password was not accepted; without a user nothing is remembered.
    pub fn refused(&mut self, registration: &Registration) {
        if let Some((account, password)) = account(registration) {
            self.refused.push(Attempt { account, password: password.clone() });
        }
    }

    /// Forgets the refusals of a user whose password was accepted: the provider counts from zero again.
    pub fn accepted(&mut self, registration: &Registration) {
        if let Some((account, _)) = account(registration) {
            self.refused.retain(|attempt| attempt.account != account);
        }
    }

    /// How many passwords of this user were refused.
    pub fn count(&self, registration: &Registration) -> usize {
        account(registration).map_or(0, |(account, _)| self.of(&account).count())
    }

    /// Returns why to ask before sending: the same password again, or half of the way to the lockout.
    pub fn caution(&self, registration: &Registration) -> Option<Caution> {
        let (account, password) = account(registration)?;
        let refused = self.of(&account).count();
        let is_repeated = self.of(&account).any(|attempt| attempt.password == *password);
        let limit = limit(registration);
        (is_repeated || refused >= limit / 2).then_some(Caution { is_repeated, refused, limit })
    }

    fn of(&self, account: &Account) -> impl Iterator<Item = &Attempt> {
        self.refused.iter().filter(move |attempt| attempt.account == *account)
    }
}

/// After how many wrong passwords a user is locked by default.
pub fn limit(registration: &Registration) -> usize {
    match registration.cloud {
        Some(CloudName::GccHigh | CloudName::Dod) => 3,
        _ => 10,
    }
}

fn account(registration: &Registration) -> Option<(Account, &Secret)> {
    let Grant::Password { user, password } = &registration.grant else { return None };
    let tenant = registration.tenant.as_deref().unwrap_or_default().to_lowercase();
    Some((Account(registration.endpoint.authority(), tenant, user.to_lowercase()), password))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registration::{Options, inspect};
    use crate::domain::setting::{SettingName, Values};

    fn registration(user: &str, password: &str, host: &str) -> Registration {
        let values = Values::default()
            .with(SettingName::AppTenantId, "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0")
            .with(SettingName::AuthTokenUrl, format!("https://{host}/{{AppTenantId}}/oauth2/token"))
            .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
            .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
            .with(SettingName::User, user)
            .with(SettingName::Password, password);
        inspect(&values, &Options::default()).registration.expect("a request is possible")
    }

    #[test]
    fn a_repeated_password_and_half_of_the_way_ask() {
        let host = "login.microsoftonline.com";
        let mut attempts = Attempts::default();
        let first = registration("anna@contoso.com", "one", host);
        assert_eq!(attempts.caution(&first), None);
        attempts.refused(&first);
        let again = Caution { is_repeated: true, refused: 1, limit: 10 };
        assert_eq!(attempts.caution(&registration("Anna@contoso.com", "one", host)), Some(again));
        assert_eq!(attempts.caution(&registration("anna@contoso.com", "two", host)), None);
        assert_eq!(attempts.caution(&registration("ben@contoso.com", "one", host)), None);
        for _ in 0..4 {
            attempts.refused(&registration("anna@contoso.com", "two", host));
        }
        let near = Caution { is_repeated: false, refused: 5, limit: 10 };
        assert_eq!(attempts.caution(&registration("anna@contoso.com", "three", host)), Some(near));
        attempts.accepted(&first);
        assert_eq!(attempts, Attempts::default());
    }

    #[test]
    fn governments_lock_after_three() {
        let mut attempts = Attempts::default();
        let first = registration("anna@contoso.com", "one", "login.microsoftonline.us");
        attempts.refused(&first);
        let next = registration("anna@contoso.com", "two", "login.microsoftonline.us");
        assert_eq!(attempts.caution(&next), Some(Caution { is_repeated: false, refused: 1, limit: 3 }));
    }
}
