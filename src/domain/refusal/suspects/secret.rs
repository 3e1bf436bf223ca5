//! The app's credential: refused, missing, expired, not wanted.

use super::{Case, Suspect};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::registration::GrantName;
use crate::domain::setting::SettingName::{ClientId, ClientSecret};
use crate::domain::shape::{self, SecretShape};

const NEW_VALUE: &str = "Make a new client secret and copy its Value into ClientSecret.";

/// None of the app's secrets: which thing was copied instead, or whose secret it is.
pub(super) fn refused(case: &Case) -> Vec<Suspect> {
    let Some(secret) = case.secret() else { return Vec::new() };
    let registration = case.registration;
    let mut found = Vec::new();
    let mut add = |action: &str, cause: &str| found.push(Suspect::new(ClientSecret, action, cause));
    let is = |other: &str| !other.is_empty() && secret.eq_ignore_ascii_case(other);
    if is(&registration.client_id) {
        add(
            "Put the secret's Value into ClientSecret: it holds the same text as ClientId.",
            "ClientSecret equals ClientId, so the app's ID was sent as its secret.",
        );
        return found;
    }
    if is(case.tenant()) || registration.app_tenant_id.as_deref().is_some_and(is) {
        add(
            "Put the secret's Value into ClientSecret: it holds the same text as AppTenantId.",
            "ClientSecret equals the tenant's ID, which was sent as the secret.",
        );
        return found;
    }
    match shape::secret_shape(secret) {
        SecretShape::Guid => add(
            "Put the secret's Value into ClientSecret.",
            "The secret that was sent is none of this app's secrets: a GUID was sent, so most likely the Secret ID was copied.",
        ),
        SecretShape::OuterSpace => add(
            "Take the white space off both ends of ClientSecret.",
            "ClientSecret begins or ends with a blank, a line end or a zero-width character, which was sent as part of the secret.",
        ),
        SecretShape::Quoted => add(
            "Take the quotes off ClientSecret.",
            "ClientSecret has quotes around it, which were sent as part of the secret.",
        ),
        SecretShape::InnerSpace => add(
            "Take the blank or line break out of the middle of ClientSecret.",
            "A Value has no white space within; a line that was wrapped while copying has.",
        ),
        SecretShape::Hint => {
            add(
                NEW_VALUE,
                "ClientSecret holds the portal's hint: of a secret that was made earlier it shows the first three characters only.",
            );
        }
        SecretShape::PercentEncoded => add(
            "Put the Value as the portal shows it into ClientSecret, not percent-encoded.",
            "ClientSecret holds codes such as %7E, so it was encoded before; a client that encodes it again sends another text.",
        ),
        SecretShape::Escaped => add(
            "Put the Value as the portal shows it into ClientSecret, without escapes.",
            "ClientSecret holds an escape of HTML or JSON in the place of a character.",
        ),
        SecretShape::Token => add(
            "Put the secret's Value into ClientSecret: it holds a token.",
            "What ClientSecret holds has the form of a token, which ends after an hour and is no credential of an app.",
        ),
        SecretShape::Doubled => add(
            "Put the Value into ClientSecret once: the same text stands there twice.",
            "The text in ClientSecret is the same half twice, as after pasting two times.",
        ),
        SecretShape::CutEnd(length) => add(
            &format!("Copy the whole Value into ClientSecret: its end is missing, {length} characters are there."),
            "The text begins like a Value, and is shorter than one: a double click in the portal stops at a dot or a tilde.",
        ),
        SecretShape::CutStart(length) => add(
            &format!("Copy the whole Value into ClientSecret: its start is missing, {length} characters are there."),
            "The mark Q~ stands too early in the text, so characters before it were lost.",
        ),
        SecretShape::TooLong(length) => add(
            &format!("Put the Value alone into ClientSecret: {length} characters are more than it has."),
            "The text holds a Value and something more before or behind it.",
        ),
        SecretShape::Thumbprint => add(
            "Put a client secret's Value into ClientSecret: this looks like a certificate's thumbprint.",
            "40 hexadecimal digits are what the portal shows of a certificate; this application signs in with a secret.",
        ),
        SecretShape::Old => {
            add(
                NEW_VALUE,
                "44 characters that end with = were the form of secrets before 2019; those have ended or were deleted.",
            );
        }
        SecretShape::Whole => {
            add(
                "Make a new client secret in the app of ClientId and put its Value into ClientSecret.",
                "What was sent has the shape of a Value, so nothing was lost in copying: it belongs to another app, was deleted, or is minutes old.",
            );
            found.push(Suspect::new(ClientId, "Compare ClientId with the app in whose list the secret stands.", ""));
        }
        SecretShape::Other if secret.chars().count() < 16 => add(
            "Put the secret's Value into ClientSecret: what is there is too short for one.",
            "A Value has about 40 characters. A description, a password or a text of a template may have been copied.",
        ),
        SecretShape::Other => add(
            "Make a new client secret and put its Value into ClientSecret; the old one cannot be read again.",
            "What was sent has not the shape of today's Values, of 40 characters with Q~ after the fourth. It may be one from before 2021.",
        ),
    }
    found
}

/// How the catalogue has the Secret ID looked at; only a GUID can be one.
const SECRET_ID: &str = "compare the column Secret ID with ClientSecret";

/// Takes out what does not fit the secret that was sent.
pub(super) fn compared(case: &Case, mut diagnosis: Diagnosis) -> Diagnosis {
    let is_guid = case.secret().is_some_and(|secret| shape::secret_shape(secret) == SecretShape::Guid);
    diagnosis.remedies.retain(|remedy| is_guid || !remedy.contains(SECRET_ID));
    diagnosis
}

/// Nothing was sent, says Entra: a public client that is none, or a form that lost it.
pub(super) fn missing(case: &Case) -> Vec<Suspect> {
    let grant = case.registration.grant_name();
    match (case.secret(), grant) {
        (None, GrantName::Password) => vec![
            Suspect::new(
                ClientSecret,
                "Fill ClientSecret, or set Allow public client flows to Yes under Authentication.",
                "Without a secret the app has to be a public client, and this registration is a confidential one: a web app, or without that switch.",
            ),
            Suspect::new(ClientId, "Compare ClientId with the app that you changed in the portal.", ""),
        ],
        (None, GrantName::ClientCredentials) => vec![Suspect::new(
            ClientSecret,
            "Put the secret's Value into ClientSecret.",
            "This grant proves the app by its secret, and none was sent.",
        )],
        (Some(secret), _) => {
            let mut found = Vec::new();
            if !shape::breakable(secret).is_empty() {
                found.push(Suspect::new(
                    ClientSecret,
                    "Make a new client secret without + & % =, or have the application encode its form.",
                    "ClientSecret is set and holds characters that end a field of a form unless they are encoded, so less or nothing of it arrived.",
                ));
            }
            found.push(Suspect::new(
                ClientSecret,
                "Check that ClientSecret reaches the request: an empty variable may hide the file's value.",
                "ClientSecret is set here, and the request that was refused carried none.",
            ));
            found
        }
    }
}

/// Genuine, and ended.
pub(super) fn expired(_case: &Case) -> Vec<Suspect> {
    vec![Suspect::new(
        ClientSecret,
        NEW_VALUE,
        "The secret is genuine, but it has passed its end date, column Expires. Other secrets of the app may still be valid.",
    )]
}

/// A public client that sends a secret.
pub(super) fn unwanted(case: &Case) -> Vec<Suspect> {
    if case.registration.grant_name() == GrantName::ClientCredentials {
        return vec![Suspect::new(
            ClientSecret,
            "Set Allow public client flows to No under Authentication; this grant needs ClientSecret.",
            "Entra takes the app for a public client, and a service principal has to be a confidential one.",
        )];
    }
    vec![Suspect::new(
        ClientSecret,
        "Clear ClientSecret, or set Allow public client flows to No under Authentication.",
        "Entra takes the app for a public client, and public clients must not send a secret.",
    )]
}
