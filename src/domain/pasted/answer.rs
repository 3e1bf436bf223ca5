//! Explains what was found in a pasted error: the same diagnoses as the ladder's, without settings to look at.

use super::message::{self, Challenge, Ids, Message, Place};
use crate::domain::catalogue::{self, powerbi};
use crate::domain::diagnosis::{Diagnosis, Evidence, Severity};
use crate::domain::refusal;
use crate::domain::setting::SettingName::{self, AuthTokenUrl, ClientId, ClientSecret, Password, Resource, User};

/// What a pasted text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was recognised, the most telling first; empty when nothing was.
    pub diagnoses: Vec<Diagnosis>,
    /// IDs and the time of the failure.
    pub ids: Ids,
}

/// Explains a pasted text.
pub fn explain(pasted: &str) -> Answer {
    let text = super::clean(pasted);
    let message = message::read(&text);
    let mut diagnoses: Vec<Diagnosis> = message.entra.iter().map(|code| of_number(*code, &message)).collect();
    diagnoses.extend(message.powerbi.iter().map(|entry| entry.diagnosis()));
    diagnoses.extend(message.challenge.as_ref().filter(|_| message.entra.is_empty()).map(challenged));
    diagnoses.extend(message.network.iter().map(|phrase| phrase.diagnosis()));
    if let Some(challenge) = &message.challenge
        && let Some(first) = diagnoses.first_mut()
    {
        first.remedies.extend(policies(challenge));
    }
    // Numbers and names say more than a word of OAuth, and that says more than a status.
    if diagnoses.is_empty() {
        diagnoses.extend(message.oauth.iter().map(|entry| entry.diagnosis()));
    }
    if diagnoses.is_empty() {
        diagnoses.extend(message.statuses.iter().map(|status| of_status(*status, message.place)));
    }
    for diagnosis in &mut diagnoses {
        if diagnosis.remedies.iter().any(|remedy| remedy.contains('{')) {
            diagnosis.remedies.push("A name in braces stands for the value of that setting.".to_owned());
        }
    }
    if let Some(first) = diagnoses.first_mut() {
        first.evidence = evidence(&message).map(Box::new);
    }
    Answer { diagnoses, ids: message.ids }
}

fn look_up(code: u32) -> String {
    format!("Look the code up: https://login.microsoftonline.com/error?code={code}.")
}

fn of_number(code: u32, message: &Message) -> Diagnosis {
    let Some(entry) = catalogue::entra(code) else { return unknown(code) };
    let mut diagnosis = refusal::by_number(code);
    if entry.action.is_none() && !entry.detailed {
        diagnosis.action = look_up(code);
        diagnosis.remedies.clear();
    }
    if code == 900_144 {
        diagnosis.setting = missing_field(message.words.as_deref().unwrap_or_default()).or(diagnosis.setting);
    }
    if let Some(note) = entry.note {
        diagnosis.cause = [diagnosis.cause, note].join(" ");
    }
    diagnosis
}

/// `'scope'` in the server's words names the field of the form that was missing, and that the setting it comes from.
fn missing_field(words: &str) -> Option<SettingName> {
    match words.split('\'').nth(1)? {
        "client_id" => Some(ClientId),
        "client_secret" | "client_assertion" => Some(ClientSecret),
        "scope" | "resource" => Some(Resource),
        "username" => Some(User),
        "password" => Some(Password),
        _ => None,
    }
}

fn unknown(code: u32) -> Diagnosis {
    let family = catalogue::family_of_unknown(code);
    let kind = family.map_or_else(
        || "Its number tells nothing of its kind.".to_owned(),
        |family| format!("By its number it is of this kind: {}", catalogue::family_sentence(family)),
    );
    Diagnosis::new(Severity::Error, format!("AADSTS{code}"), "Unknown code", look_up(code))
        .because(format!("The catalogue does not list this number. {kind}"))
        .remedy("Microsoft adds codes all the time; the text after the number is the best help there is.")
        .remedy("Keep trace ID, correlation ID and the time: Microsoft's support asks for them.")
}

fn challenged(challenge: &Challenge) -> Diagnosis {
    let action = if challenge.is_revoked {
        "Get a new token: the old one was revoked before its end."
    } else {
        "Find the policy in Sign-in logs > the entry > Conditional Access."
    };
    Diagnosis::new(Severity::Error, "claims-challenge", "More is demanded than the token proves", action)
        .because("Conditional Access, or the continuous check of tokens, answered with a claims challenge. An application without a browser cannot meet it; a policy has to let it pass.")
        .remedy("Entra admin center > Protection > Conditional Access > Policies: exclude the service principal or its network.")
}

/// The GUIDs of policies are what an admin needs most.
fn policies(challenge: &Challenge) -> Vec<String> {
    let mut lines = Vec::new();
    if !challenge.policies.is_empty() {
        lines.push(format!(
            "These policies block: {}. Their ID stands in the address of the policy's page under Conditional Access.",
            challenge.policies.join(", ")
        ));
    }
    if !challenge.contexts.is_empty() {
        lines.push(format!("Authentication context demanded: {}.", challenge.contexts.join(", ")));
    }
    lines
}

fn of_status(status: u16, place: Place) -> Diagnosis {
    match place {
        Place::PowerBi => powerbi::by_status(status).map_or_else(|| other_status(status), powerbi::Entry::diagnosis),
        Place::SignIn => sign_in_status(status),
        Place::Unknown => match status {
            401 => two_meanings(
                status,
                "From Power BI: the token is fine, its owner is not allowed. Give the app a role in the workspace, and have service principals allowed in the Admin portal.",
                "From the sign-in host: ClientId or ClientSecret is wrong; the body has an AADSTS number.",
            ),
            403 => two_meanings(
                status,
                "From Power BI: the token is missing, damaged, expired or for another API. Decode it with token-wizard decode.",
                "From the sign-in host: a proxy or firewall refused; Entra itself answers 400 or 401.",
            ),
            404 => two_meanings(
                status,
                "From Power BI: an ID is wrong, or the caller may not see the item.",
                "From the sign-in host: the path of AuthTokenUrl is wrong; it ends in /oauth2/token.",
            ),
            400 => two_meanings(
                status,
                "From Power BI: the body is malformed; details in the answer name the field.",
                "From the sign-in host: the body has an AADSTS number that tells what is wrong.",
            ),
            _ => sign_in_status(status),
        },
    }
}

fn sign_in_status(status: u16) -> Diagnosis {
    let name = format!("HTTP{status}");
    if let Some(entry) = catalogue::http(status) {
        let action = entry.action.or_else(|| entry.remedies.first().cloned()).unwrap_or_default();
        let mut diagnosis =
            Diagnosis::new(Severity::Error, name, entry.title, action).because(entry.cause.unwrap_or_default());
        diagnosis.setting = entry.setting;
        diagnosis.remedies = entry.remedies;
        return diagnosis;
    }
    match status {
        401 => Diagnosis::new(
            Severity::Error,
            name,
            "The client was not accepted",
            "Check ClientId and ClientSecret against the app registration.",
        )
        .at(ClientSecret)
        .because("The sign-in host does not accept the client.")
        .remedy("The body of the answer has an AADSTS number that tells more: explain that."),
        400 => Diagnosis::new(
            Severity::Error,
            name,
            "The request was not accepted",
            "Read the body of the answer: its AADSTS number tells what is wrong.",
        )
        .at(AuthTokenUrl)
        .because("The sign-in host answers nearly every refusal with 400."),
        _ => other_status(status),
    }
}

fn other_status(status: u16) -> Diagnosis {
    let (title, action, cause) = if status >= 500 {
        ("The server has a fault", "Wait a minute and test again.", "The fault is on the other side, or on a proxy's.")
    } else {
        (
            "The request was not accepted",
            "Read the body and the headers of the answer: they say why.",
            "The status alone says that the other side minds the request.",
        )
    };
    Diagnosis::new(Severity::Error, format!("HTTP{status}"), title, action).because(cause)
}

/// A status that means different things at different places.
fn two_meanings(status: u16, powerbi: &str, sign_in: &str) -> Diagnosis {
    Diagnosis::new(
        Severity::Error,
        format!("HTTP{status}"),
        "It depends on who answered",
        format!("See who answered {status}: Power BI, the sign-in host, or a proxy."),
    )
    .because("The status alone does not tell. The URL that was called does, and so do the headers of the answer.")
    .remedy(powerbi)
    .remedy(sign_in)
    .remedy("A web page as the answer: a proxy or the application itself.")
}

fn evidence(message: &Message) -> Option<Evidence> {
    let ids = &message.ids;
    let evidence = Evidence {
        status: message.statuses.first().copied(),
        headers: Vec::new(),
        body: message.words.clone().unwrap_or_default(),
        trace_id: ids.trace.clone(),
        correlation_id: ids.correlation.clone(),
        timestamp: ids.timestamp.clone(),
        words: message.words.clone(),
    };
    (evidence != Evidence::default()).then_some(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(text: &str) -> Vec<String> {
        explain(text).diagnoses.iter().map(|diagnosis| diagnosis.code.to_string()).collect()
    }

    #[test]
    fn the_most_telling_comes_first() {
        for (text, expected) in [
            ("invalid_grant AADSTS70002 AADSTS50126", vec!["AADSTS50126", "AADSTS70002"]),
            ("{\"error\":\"invalid_client\"} HTTP/1.1 401 Unauthorized", vec!["invalid_client"]),
            ("GET https://api.powerbi.com/v1.0/myorg/groups: 401 (Unauthorized)", vec!["HTTP401"]),
            ("429", vec!["HTTP429"]),
            ("418", vec!["HTTP418"]),
            ("nothing of the kind", vec![]),
        ] {
            assert_eq!(codes(text), expected, "{text}");
        }
    }

    #[test]
    fn an_unknown_number_names_its_family_and_the_page() {
        let answer = explain("AADSTS530099");
        let first = &answer.diagnoses[0];
        assert!(first.action.contains("https://login.microsoftonline.com/error?code=530099"));
        assert!(first.cause.contains("A policy of the tenant"), "{}", first.cause);
        assert!(explain("99999999").diagnoses[0].cause.contains("tells nothing"));
    }

    #[test]
    fn policies_that_block_are_named() {
        let policy = "11111111-2222-3333-4444-555555555555";
        let text = format!(r#"AADSTS53003: x {{"access_token":{{"capolids":{{"values":["{policy}"]}}}}}}"#);
        let answer = explain(&text);
        assert_eq!(answer.diagnoses[0].code, "AADSTS53003");
        assert!(answer.diagnoses[0].remedies.iter().any(|remedy| remedy.contains(policy)));
    }

    proptest! {
        #[test]
        fn any_text_is_explained_in_full(text in "(AADSTS|[0-9]{3,9}|status |invalid_client|TokenExpired|econnreset|\\PC){0,12}") {
            for diagnosis in explain(&text).diagnoses {
                prop_assert!(!diagnosis.action.is_empty() && !diagnosis.title.is_empty() && !diagnosis.code.is_empty());
            }
        }
    }
}
