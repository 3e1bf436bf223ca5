//! Who does what: the remedies of a diagnosis are written for whoever holds the settings; a letter asks the
//! administrator for what only an administrator can do, and says what the sender does then.

use crate::domain::diagnosis::Diagnosis;
use crate::domain::setting::SettingName;

/// The steps in a letter, as full sentences.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asks {
    /// What the administrator is asked to do; never empty.
    pub(super) admin: Vec<String>,
    /// What the sender does with it.
    pub(super) sender: Vec<String>,
}

/// How the action begins where a new client secret is the way out.
const OF_A_NEW_SECRET: [&str; 3] =
    ["Put the secret's Value into ClientSecret", "Make a new client secret", "Put the client secret's Value"];

/// How a step begins that an administrator is asked for, though it names no page of the portal.
const OF_THE_ADMIN: [&str; 16] = [
    "Add ",
    "Allow ",
    "An admin ",
    "Ask ",
    "Assign ",
    "Enable ",
    "Exclude ",
    "Give ",
    "Grant ",
    "Have a ",
    "Have an ",
    "Have the tenant",
    "Install ",
    "Please ",
    "Remove ",
    "Unblock ",
];

/// How remedies begin that are about the sender's program, though they name no setting.
const OF_THE_SENDER: [&str; 11] = [
    "Choose ",
    "Have the application ",
    "In the application",
    "Keep Trace ID",
    "Let the application ",
    "Make the app cache ",
    "Read the page in the response",
    "Run timedatectl ",
    "Step ",
    "Test again",
    "Wait ",
];

/// How remedies begin that only tell something.
const FACT: &str = "A service principal ";

/// How paths begin that lead into the portal.
const PORTAL: &str = "Entra admin center > ";

/// What the words of the wizard are in a letter: there the app is the sender's, and an admin reads.
const REWORDED: [(&str, &str); 7] = [
    ("the app of ClientId", "the app"),
    ("the app in ClientId", "the app"),
    ("your own organisation", "our own organisation"),
    ("your app", "the app"),
    ("your tenant", "the tenant"),
    ("An admin can grant it at ", "Grant admin consent at "),
    ("Ask the tenant's admin to ", "Please "),
];

/// Words of the wizard as a letter says them.
pub(super) fn reworded(text: &str) -> String {
    REWORDED.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The settings that a text names, in their order.
pub(super) fn settings_in(text: &str) -> Vec<SettingName> {
    // A name of the portal's that begins like a setting.
    let text = text.replace("User principal name", "");
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '.').map(|word| word.trim_matches('.')).collect();
    SettingName::ALL.into_iter().filter(|name| words.contains(&name.key())).collect()
}

/// Whether a step is one in the portal or begins like a request to an administrator, and needs none of the settings.
fn is_of_the_admin(step: &str) -> bool {
    let is_request = step.contains(" > ") || OF_THE_ADMIN.iter().any(|start| step.starts_with(start));
    is_request && !OF_THE_SENDER.iter().any(|start| step.starts_with(start)) && settings_in(step).is_empty()
}

/// Sorts what is to be done.
pub(super) fn of(diagnosis: &Diagnosis) -> Asks {
    // Not where it is the sender who typed or pasted it wrong.
    let is_lacking = OF_A_NEW_SECRET.iter().any(|start| diagnosis.action.starts_with(start));
    if is_lacking && diagnosis.setting == Some(SettingName::ClientSecret) {
        return Asks {
            admin: vec![
                "Please make a new client secret: Entra admin center > App registrations > the app > Certificates & \
                 secrets > Client secrets > New client secret."
                    .to_owned(),
                "Please hand over its Value, not its Secret ID, in a safe way and not by mail; it is shown only once."
                    .to_owned(),
            ],
            sender: vec!["We put the Value into ClientSecret, and test again.".to_owned()],
        };
    }
    let steps = diagnosis.remedies.iter().filter(|step| !step.starts_with(FACT)).map(|step| reworded(step));
    let (mut admin, mut sender): (Vec<String>, Vec<String>) = steps.partition(|step| is_of_the_admin(step));
    let action = reworded(&diagnosis.action);
    if is_of_the_admin(&action) {
        admin.insert(0, action);
    } else {
        sender.insert(0, action);
    }
    match diagnosis.setting {
        Some(name @ SettingName::AppTenantId) => {
            // What the portal shows is asked for.
            sender.retain(|step| !step.starts_with(PORTAL));
            admin.insert(0, tell_us(name));
        }
        Some(name @ SettingName::ClientId) if admin.is_empty() => admin.push(tell_us(name)),
        _ if admin.is_empty() => admin.push("Please tell us whether the values below are right.".to_owned()),
        _ => {}
    }
    Asks { admin, sender }
}

/// Asks for the value that the portal shows.
fn tell_us(name: SettingName) -> String {
    let setting = name.setting();
    format!("Please tell us {}: {}.", setting.term, reworded(setting.place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diagnosis::Severity;

    fn of_remedies(setting: SettingName, remedies: &[&str]) -> Asks {
        let diagnosis = Diagnosis::new(Severity::Error, "AADSTS1", "Title", "Look into ClientId.").at(setting);
        of(&remedies.iter().fold(diagnosis, |diagnosis, remedy| diagnosis.remedy(*remedy)))
    }

    #[test]
    fn what_names_a_setting_is_the_senders() {
        let asks = of_remedies(
            SettingName::ClientId,
            &[
                "App registrations > your app > API permissions > Grant admin consent.",
                "Check that AuthTokenUrl names the tenant.",
                "API permissions > Microsoft Graph > User.Read.",
                "Let the application cache its token.",
            ],
        );
        assert_eq!(
            asks.admin,
            [
                "App registrations > the app > API permissions > Grant admin consent.",
                "API permissions > Microsoft Graph > User.Read."
            ]
        );
        assert_eq!(
            asks.sender,
            [
                "Look into ClientId.",
                "Check that AuthTokenUrl names the tenant.",
                "Let the application cache its token."
            ]
        );
    }

    #[test]
    fn a_letter_asks_for_something_in_any_case() {
        let asks = of_remedies(SettingName::AppTenantId, &["Entra admin center > Overview: copy it into AppTenantId."]);
        assert_eq!(asks.sender, ["Look into ClientId."]);
        assert_eq!(
            asks.admin,
            ["Please tell us Directory (tenant) ID: Entra admin center > App registrations > the app > Overview > \
              Directory (tenant) ID."]
        );
        let asks = of_remedies(SettingName::Resource, &["Compare Resource."]);
        assert_eq!(asks.admin, ["Please tell us whether the values below are right."]);
    }

    #[test]
    fn names_of_the_portal_are_no_settings() {
        assert_eq!(settings_in("copy User principal name, then Users and User.Read"), []);
        assert_eq!(settings_in("ClientId, then (User)."), [SettingName::ClientId, SettingName::User]);
    }
}
