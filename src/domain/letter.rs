//! What a person sends elsewhere: a message to the administrator, and the request as a command for a shell.
//!
//! Neither holds a secret.

use super::diagnosis::Diagnosis;
use super::oauth;
use super::registration::{Grant, Registration};
use super::text::printable;

/// Writes a message to whoever administers the tenant: what is refused, what is needed, and what they need to find it.
///
/// `by_power_bi` says that Power BI refused the token, and not Entra ID the request for one.
pub fn to_admin(diagnosis: &Diagnosis, registration: &Registration, by_power_bi: bool) -> String {
    let what = if by_power_bi {
        "our application has an access token from Microsoft Entra ID, and Power BI does not accept it:"
    } else {
        "our application asks Microsoft Entra ID for an access token for Power BI, and it is refused:"
    };
    let mut lines = vec![
        "Hello,".to_owned(),
        String::new(),
        what.to_owned(),
        format!("{}: {}.", diagnosis.code, diagnosis.title),
        diagnosis.cause.clone(),
        String::new(),
        "What is needed:".to_owned(),
    ];
    let needed =
        if diagnosis.remedies.is_empty() { vec![&diagnosis.action] } else { diagnosis.remedies.iter().collect() };
    lines.extend(needed.iter().enumerate().map(|(number, step)| format!("{}. {step}", number + 1)));
    lines.push(String::new());
    lines.push(format!("Application (client) ID: {}", registration.client_id));
    lines.push(format!("Directory (tenant): {}", registration.tenant.as_deref().unwrap_or("none in the request")));
    lines.push(format!("Sign-in host: {}", registration.endpoint.authority()));
    lines.push(format!("Resource: {}", registration.resource));
    lines.push(match &registration.grant {
        Grant::ClientCredentials => "Signs in as: the app itself (client_credentials, service principal)".to_owned(),
        Grant::Password { user, .. } => format!("Signs in as: {user} (password grant)"),
    });
    if let Some(setting) = diagnosis.setting {
        lines.push(format!("Setting concerned: {} ({})", setting.key(), setting.setting().place));
    }
    if let Some(evidence) = &diagnosis.evidence {
        let ids = [
            ("Trace ID", &evidence.trace_id),
            ("Correlation ID", &evidence.correlation_id),
            ("Time", &evidence.timestamp),
        ];
        for (name, id) in ids {
            if let Some(id) = id {
                lines.push(format!("{name}: {id}"));
            }
        }
    }
    lines.iter().map(|line| printable(line).into_owned() + "\n").collect()
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
            .with_evidence(evidence);
        let letter = to_admin(&diagnosis, &registration(), false);
        for part in [
            "AADSTS65001: No consent.",
            "1. API permissions > Grant admin consent.",
            "Application (client) ID: 1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "Directory (tenant): 8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0",
            "Signs in as: anna@contoso.com (password grant)",
            "Trace ID: 0d9c",
        ] {
            assert!(letter.contains(part), "{part}: {letter}");
        }
        assert!(!letter.contains("c4nary"));
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
