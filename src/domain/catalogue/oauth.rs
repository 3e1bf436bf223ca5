//! The error words of OAuth and OpenID Connect, explained without knowing the request that they answer.
//!
//! Words of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 6750, RFC 8628, OpenID Connect Core and Entra ID. Entra uses the
//! same word for many things, so its number says more; these texts are for messages that have none.

use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::setting::SettingName::{
    self, AppTenantId, AuthTokenUrl, ClientId, ClientSecret, Password, Resource,
};

/// What is known of a word.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word.
    pub word: &'static str,
    title: &'static str,
    action: &'static str,
    cause: &'static str,
    setting: Option<SettingName>,
    remedies: &'static [&'static str],
}

impl Entry {
    /// What it means.
    pub fn diagnosis(&self) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(Severity::Error, self.word, self.title, self.action).because(self.cause);
        diagnosis.setting = self.setting;
        self.remedies.iter().fold(diagnosis, |diagnosis, remedy| diagnosis.remedy(*remedy))
    }
}

/// The words that a text in small letters holds as whole words, in the order of the text.
pub fn found_in(small: &str) -> Vec<&'static Entry> {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let position = |word: &str| {
        small.match_indices(word).map(|(at, _)| at).find(|at| {
            let before = small.get(..*at).and_then(|before| before.chars().next_back());
            let after = small.get(at + word.len()..).and_then(|after| after.chars().next());
            !is_part(before) && !is_part(after)
        })
    };
    let mut found: Vec<(usize, &Entry)> =
        WORDS.iter().filter_map(|entry| Some((position(entry.word)?, entry))).collect();
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, entry)| entry).collect()
}

const NUMBER: &str = "Entra's number (AADSTS and digits) in error_description tells more: explain that.";

const WORDS: [Entry; 18] = [
    Entry {
        word: "invalid_client",
        title: "The client was not accepted",
        action: "Check ClientId and ClientSecret against the app registration.",
        cause: "The provider does not know this client, or its secret is wrong or expired.",
        setting: Some(ClientSecret),
        remedies: &[
            "Copy both again, without blanks or quotes; the secret is the column Value, not Secret ID.",
            NUMBER,
        ],
    },
    Entry {
        word: "invalid_grant",
        title: "The grant was not accepted",
        action: "Under the password grant, try User and Password in a browser first.",
        cause: "The provider accepted the client and refused what it brought: a user with a password, a code, or a refresh token.",
        setting: Some(Password),
        remedies: &[
            "Do not repeat the attempt with the same password: failures count towards a lockout.",
            "A second factor looks like this too; then use a service principal.",
            NUMBER,
        ],
    },
    Entry {
        word: "unauthorized_client",
        title: "The client may not do this",
        action: "Compare ClientId and AppTenantId with the app's Overview page.",
        cause: "The provider does not allow this client to use the grant, or does not know the client in this tenant.",
        setting: Some(ClientId),
        remedies: &["Entra admin center > App registrations > your app > Overview shows both IDs.", NUMBER],
    },
    Entry {
        word: "unsupported_grant_type",
        title: "The grant is not offered",
        action: "Check that AuthTokenUrl is the token endpoint, and how grant_type is spelt.",
        cause: "The provider does not offer this grant. Entra knows client_credentials and password.",
        setting: Some(AuthTokenUrl),
        remedies: &[NUMBER],
    },
    Entry {
        word: "invalid_scope",
        title: "The scope was not accepted",
        action: "On v2 send Resource with /.default appended as the only scope.",
        cause: "The provider issues no tokens for the scope that was asked for.",
        setting: Some(Resource),
        remedies: &["https://analysis.windows.net/powerbi/api/.default is right for the public cloud.", NUMBER],
    },
    Entry {
        word: "invalid_target",
        title: "The resource was not accepted",
        action: "Set Resource to the Power BI URI of your cloud.",
        cause: "The provider does not know the resource by that name.",
        setting: Some(Resource),
        remedies: &["https://analysis.windows.net/powerbi/api is right for the public cloud."],
    },
    Entry {
        word: "invalid_resource",
        title: "The resource was not accepted",
        action: "Set Resource to the Power BI URI of your cloud.",
        cause: "The provider does not know the resource by that name, or it is not known in this tenant.",
        setting: Some(Resource),
        remedies: &["https://analysis.windows.net/powerbi/api is right for the public cloud.", NUMBER],
    },
    Entry {
        word: "invalid_tenant",
        title: "The tenant is not known",
        action: "Copy Directory (tenant) ID into AppTenantId; check the cloud too.",
        cause: "The sign-in host knows no tenant of that name.",
        setting: Some(AppTenantId),
        remedies: &["A tenant of a government or China cloud is known on its own sign-in host only."],
    },
    Entry {
        word: "invalid_instance",
        title: "The sign-in host is not known",
        action: "Correct the host in AuthTokenUrl: login.microsoftonline.com.",
        cause: "The host is none of the clouds' sign-in hosts.",
        setting: Some(AuthTokenUrl),
        remedies: &[],
    },
    Entry {
        word: "invalid_request",
        title: "The request was not accepted",
        action: "Read the description: it names the field that is missing or too many.",
        cause: "The provider misses a field, or minds one that was sent.",
        setting: Some(AuthTokenUrl),
        remedies: &["A v1 URL (/oauth2/token) takes resource, a v2 URL (/oauth2/v2.0/token) takes scope.", NUMBER],
    },
    Entry {
        word: "interaction_required",
        title: "The user has to do something in a browser",
        action: "Use a service principal: no program can pass what is demanded here.",
        cause: "A second factor, terms of use or another step is demanded of the user.",
        setting: Some(SettingName::User),
        remedies: &["Blank User and Password; ClientId and ClientSecret are then used alone.", NUMBER],
    },
    Entry {
        word: "consent_required",
        title: "Consent is missing",
        action: "Grant admin consent under App registrations > your app > API permissions.",
        cause: "Nobody has allowed the app to act for this user.",
        setting: Some(ClientId),
        remedies: &["A service principal needs no API permission for Power BI."],
    },
    Entry {
        word: "login_required",
        title: "Nobody is signed in",
        action: "Sign in again in the browser.",
        cause: "A silent sign-in found no session, often because a browser blocks cookies of other sites.",
        setting: None,
        remedies: &[
            "An application that embeds for its customers needs no sign-in at all: it uses a service principal.",
        ],
    },
    Entry {
        word: "access_denied",
        title: "The sign-in was declined",
        action: "Ask who declined: the user pressed No, or the tenant wants an admin's consent.",
        cause: "Consent was refused, or a user who may not give it was asked.",
        setting: None,
        remedies: &["Grant admin consent under App registrations > your app > API permissions."],
    },
    Entry {
        word: "invalid_token",
        title: "The API does not accept the token",
        action: "Get a new token, and see with token-wizard decode whom it is for.",
        cause: "The token is expired, revoked, damaged or for another API (RFC 6750).",
        setting: Some(Resource),
        remedies: &["Compare the claim aud with Resource and exp with the time."],
    },
    Entry {
        word: "insufficient_scope",
        title: "The token allows too little",
        action: "See with token-wizard decode what scp and roles of the token say.",
        cause: "The API accepts the token and demands a permission that it does not carry (RFC 6750).",
        setting: None,
        remedies: &[
            "A service principal is let in by a workspace role and the tenant settings, not by API permissions.",
        ],
    },
    Entry {
        word: "temporarily_unavailable",
        title: "The provider cannot answer now",
        action: "Wait a minute and test again.",
        cause: "The fault is on the provider's side.",
        setting: None,
        remedies: &["Report the trace ID and the time if it stays."],
    },
    Entry {
        word: "server_error",
        title: "The provider has a fault",
        action: "Wait a minute and test again.",
        cause: "The fault is on the provider's side.",
        setting: None,
        remedies: &["Report the trace ID and the time if it stays."],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_in_order() {
        let words = |text: &str| -> Vec<&str> { found_in(text).iter().map(|entry| entry.word).collect() };
        assert_eq!(words("error=invalid_client&x=invalid_grant"), ["invalid_client", "invalid_grant"]);
        assert_eq!(words("my_invalid_client invalid_clients"), [""; 0]);
        assert_eq!(words("(invalid_token)"), ["invalid_token"]);
    }

    #[test]
    fn the_table_is_of_one_form() {
        for (index, entry) in WORDS.iter().enumerate() {
            assert!(entry.action.len() <= 80 && entry.action.ends_with('.'), "{}", entry.action);
            assert!(!entry.title.ends_with('.') && entry.cause.ends_with('.'), "{}", entry.word);
            assert_eq!(WORDS.iter().position(|other| other.word == entry.word), Some(index));
        }
    }
}
