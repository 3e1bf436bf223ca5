//! What a person sends elsewhere: a message to the administrator, and the request as a command for a shell.
//!
//! Neither holds a secret.

mod asks;

use super::diagnosis::Diagnosis;
use super::endpoint::Trust;
use super::oauth;
use super::powerbi;
use super::registration::{Grant, Registration};
use super::setting::SettingName;
use super::shape;
use super::text::printable;

/// How far the test came that a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There is no token.
    NoToken,
    /// There is one, and it is not what was asked for, or its signature is false.
    WrongToken,
    /// Power BI does not accept it.
    PowerBi,
    /// Nothing failed; something is worth a word.
    Warned,
}

/// Writes a message to whoever administers the tenant: what is wrong, what is asked of them, what the sender does then,
/// and what they need to find it.
pub fn to_admin(diagnosis: &Diagnosis, registration: &Registration, trouble: Trouble) -> String {
    let provider = match registration.endpoint.trust {
        Trust::Microsoft => "Microsoft Entra ID".to_owned(),
        Trust::Loopback => "the identity provider on our own machine".to_owned(),
        Trust::Allowed => format!("the identity provider at {}", registration.endpoint.authority()),
    };
    let what = match trouble {
        Trouble::NoToken => format!("our application asks {provider} for an access token for Power BI, and gets none:"),
        Trouble::WrongToken => {
            format!("our application got an access token for Power BI from {provider}, and it is not as it should be:")
        }
        Trouble::PowerBi => {
            format!("our application has an access token from {provider}, and Power BI does not accept it:")
        }
        Trouble::Warned => format!("our application gets an access token for Power BI from {provider}; a test warns:"),
    };
    let mut lines = vec!["Hello,".to_owned(), String::new()];
    if diagnosis.evidence.as_deref().is_some_and(|evidence| powerbi::is_practice(registration, evidence)) {
        lines.push(
            "This letter is practice: its tenant exists on our machine only, so there is nothing to do.".to_owned(),
        );
        lines.push(String::new());
    }
    lines.push(what);
    lines.push(format!("{}: {}.", diagnosis.code, diagnosis.title));
    lines.push(asks::reworded(&diagnosis.cause));
    lines.push(String::new());
    let asks = asks::of(diagnosis);
    lines.push(format!("What we ask of you, for the app with the ID {}:", client_id(registration)));
    lines.extend(numbered(&asks.admin));
    lines.push(String::new());
    if !asks.sender.is_empty() {
        lines.push("What we do ourselves:".to_owned());
        lines.extend(numbered(&asks.sender));
        lines.push(String::new());
    }
    let words = lines.join("\n");
    lines.extend(facts(diagnosis, registration));
    lines.extend(explained(&asks::settings_in(&words)));
    lines.push(String::new());
    lines.push("Thank you.".to_owned());
    lines.iter().map(|line| printable(line).into_owned() + "\n").collect()
}

/// `ClientId`, unless a secret was pasted into it.
fn client_id(registration: &Registration) -> &str {
    let id = registration.client_id.as_ref();
    if shape::is_like_secret(id) { "[masked] looks like a client secret" } else { id }
}

fn numbered(steps: &[String]) -> impl Iterator<Item = String> {
    steps.iter().enumerate().map(|(number, step)| format!("{}. {step}", number + 1))
}

/// What an administrator finds the request by.
fn facts(diagnosis: &Diagnosis, registration: &Registration) -> Vec<String> {
    let endpoint = &registration.endpoint;
    let whose = if endpoint.trust == Trust::Loopback { ", on our own machine" } else { "" };
    let mut facts = vec![
        format!("Application (client) ID: {}", client_id(registration)),
        format!("Directory (tenant): {}", registration.tenant.as_deref().unwrap_or("none in the request")),
        format!("Sign-in host: {}{whose}", endpoint.authority()),
        format!("Token is for: {}", registration.resource),
        match &registration.grant {
            Grant::ClientCredentials => {
                "Signs in as: the app itself (client_credentials, service principal)".to_owned()
            }
            Grant::Password { user, .. } => format!("Signs in as: {user} (password grant)"),
        },
    ];
    if let Some(evidence) = &diagnosis.evidence {
        let ids = [
            ("Trace ID", &evidence.trace_id),
            ("Correlation ID", &evidence.correlation_id),
            ("Time", &evidence.timestamp),
        ];
        facts.extend(ids.into_iter().filter_map(|(name, id)| Some(format!("{name}: {}", id.as_ref()?))));
    }
    facts
}

/// What the names of settings in a letter are: its reader has never seen them.
fn explained(names: &[SettingName]) -> Option<String> {
    let (last, before) = names.split_last()?;
    if before.is_empty() {
        return Some(format!("{last} is a setting of our application."));
    }
    let before: Vec<&str> = before.iter().map(|name| name.key()).collect();
    Some(format!("{} and {last} are settings of our application.", before.join(", ")))
}

/// Writes the token request as a curl command for bash or zsh that takes the secrets from the shell's variables.
pub fn as_curl(registration: &Registration) -> String {
    let form = oauth::form(registration);
    curl(registration.endpoint.url.as_str(), form.iter().map(|(key, value)| (*key, value.as_str())))
}

/// `form` holds the fields in order; the values of `client_secret` and `password` are not looked at.
fn curl<'a>(url: &str, form: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut secrets = Vec::new();
    let mut fields = Vec::new();
    for (key, value) in form {
        let variable = match key {
            "client_secret" => "CLIENT_SECRET",
            "password" => "PASSWORD",
            _ => {
                fields.push(format!("--data-urlencode {}", quoted(&format!("{key}={value}"))));
                continue;
            }
        };
        secrets.push(variable);
        // Through a file descriptor: an argument would show in the list of processes.
        fields.push(format!("--data-urlencode {key}@<(printf %s \"${variable}\")"));
    }
    let mut command = String::new();
    for variable in secrets {
        command.push_str(&ask_for(variable));
    }
    command.push_str("curl -sS ");
    command.push_str(&quoted(url));
    for field in fields {
        command.push_str(" \\\n  ");
        command.push_str(&field);
    }
    command.push('\n');
    command
}

/// Asks for a secret without showing it, in bash and zsh.
fn ask_for(variable: &str) -> String {
    format!("printf '{variable}: ' && read -rs {variable} && echo\n")
}

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let text = printable(text);
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diagnosis::{Evidence, Severity};
    use crate::domain::registration::{Options, inspect};
    use crate::domain::setting::{SettingName, Values};

    fn registration() -> Registration {
        let values = Values::default()
            .with(SettingName::AppTenantId, "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0")
            .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
            .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
            .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
            .with(SettingName::ClientSecret, "5c18Q~c4nary")
            .with(SettingName::User, "anna@contoso.com")
            .with(SettingName::Password, "c4nary");
        inspect(&values, &Options::default()).registration.expect("a request is possible")
    }

    #[test]
    fn the_message_names_everything_but_secrets() {
        let evidence = Evidence { trace_id: Some("0d9c".to_owned()), ..Evidence::default() };
        let diagnosis = Diagnosis::new(Severity::Error, "AADSTS65001", "No consent", "Grant consent.")
            .because("Nobody has consented.")
            .at(SettingName::ClientId)
            .remedy("API permissions > Grant admin consent.")
            .remedy("Compare Resource and ClientId.")
            .with_evidence(evidence);
        let letter = to_admin(&diagnosis, &registration(), Trouble::NoToken);
        for part in [
            "AADSTS65001: No consent.",
            "1. Grant consent.\n2. API permissions > Grant admin consent.",
            "Application (client) ID: 1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "Directory (tenant): 8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0",
            "Signs in as: anna@contoso.com (password grant)",
            "Trace ID: 0d9c",
            "2. API permissions > Grant admin consent.\n\nWhat we do ourselves:\n1. Compare Resource and ClientId.\n",
            "Resource and ClientId are settings of our application.\n\nThank you.\n",
        ] {
            assert!(letter.contains(part), "{part}: {letter}");
        }
        assert!(!letter.contains("c4nary"));
    }

    const NEW_SECRET: &str = "Put the secret's Value into ClientSecret.";

    #[test]
    fn what_the_sender_typed_wrong_is_not_asked_of_the_admin() {
        let action = "Take the white space off ClientSecret.";
        let diagnosis = Diagnosis::new(Severity::Error, "AADSTS7000215", "Client secret not valid", action)
            .at(SettingName::ClientSecret)
            .remedy("Look for a double slash.");
        let letter = to_admin(&diagnosis, &registration(), Trouble::NoToken);
        let own = "What we do ourselves:\n1. Take the white space off ClientSecret.\n2. Look for a double slash.\n";
        assert!(letter.contains(own) && !letter.contains("new client secret"), "{letter}");
    }

    #[test]
    fn a_secret_in_the_place_of_the_id_is_not_sent_to_anybody() {
        let mut registration = registration();
        registration.client_id = "5c18Q~gjmUh.Bel31iEl2hpChYgCfrL1spNxnyVm".to_owned();
        let diagnosis = Diagnosis::new(Severity::Error, "AADSTS700016", "No such app", "Copy it.");
        let letter = to_admin(&diagnosis, &registration, Trouble::NoToken);
        assert!(letter.contains("Application (client) ID: [masked] looks like a client secret\n"), "{letter}");
        assert!(!letter.contains("gjmUh"), "{letter}");
    }

    #[test]
    fn a_new_secret_is_asked_for_and_not_by_mail() {
        let diagnosis = Diagnosis::new(Severity::Error, "AADSTS7000215", "Client secret not valid", NEW_SECRET)
            .because("A GUID was sent.")
            .at(SettingName::ClientSecret)
            .remedy("Compare the column Secret ID with ClientSecret.");
        let letter = to_admin(&diagnosis, &registration(), Trouble::NoToken);
        let asked = "What we ask of you, for the app with the ID 1b4e28ba-2fa1-41d2-883f-0016d3cca427:\n1. Please make a \
                     new client secret: Entra admin center > App registrations > the app > Certificates & secrets > \
                     Client secrets > New client secret.\n2. Please hand over its Value, not its Secret ID, in a safe \
                     way and not by mail; it is shown only once.\n\nWhat we do ourselves:\n1. We put the Value into \
                     ClientSecret, and test again.\n\n";
        assert!(letter.contains(asked), "{letter}");
        assert!(letter.contains("\nClientSecret is a setting of our application.\n"), "{letter}");
        assert!(!letter.contains("your app") && !letter.contains("practice"), "{letter}");
    }

    #[test]
    fn the_letter_says_how_far_it_came_and_when_it_is_practice() {
        let diagnosis = Diagnosis::new(Severity::Error, "signature-invalid", "The signature is false", "Stop.");
        let letter = |trouble| to_admin(&diagnosis, &registration(), trouble);
        assert!(letter(Trouble::NoToken).contains("and gets none:"));
        assert!(
            letter(Trouble::WrongToken).contains("got an access token for Power BI from Microsoft Entra ID, and it is")
        );
        assert!(letter(Trouble::PowerBi).contains("Power BI does not accept it:"));
        assert!(letter(Trouble::Warned).contains("a test warns:"));
        let header = ("x-practice-powerbi".to_owned(), "same-origin".to_owned());
        let practice = diagnosis.with_evidence(Evidence { headers: vec![header], ..Evidence::default() });
        let mut asked = registration();
        assert!(!to_admin(&practice, &asked, Trouble::NoToken).contains("practice"), "not from a host of Microsoft's");
        asked.endpoint.trust = Trust::Loopback;
        let letter = to_admin(&practice, &asked, Trouble::NoToken);
        assert!(letter.starts_with("Hello,\n\nThis letter is practice: "), "{letter}");
        assert!(letter.contains("Sign-in host: login.microsoftonline.com, on our own machine\n"), "{letter}");
    }

    #[test]
    fn the_command_quotes_its_words_and_takes_secrets_from_variables() {
        let form = [("grant_type", "password"), ("client_secret", "c4nary"), ("username", "o'neil@contoso.com")];
        let command = curl("https://login.microsoftonline.com/t/oauth2/token", form);
        assert_eq!(
            command,
            "printf 'CLIENT_SECRET: ' && read -rs CLIENT_SECRET && echo\n\
             curl -sS 'https://login.microsoftonline.com/t/oauth2/token' \\\n  \
             --data-urlencode 'grant_type=password' \\\n  \
             --data-urlencode client_secret@<(printf %s \"$CLIENT_SECRET\") \\\n  \
             --data-urlencode 'username=o'\\''neil@contoso.com'\n"
        );
    }
}
