//! Step App: the app registration and its secret.

use super::form::Form;
use super::questions::Question;
use crate::domain::principal;
use crate::domain::registration::Options;
use crate::domain::setting::SettingName;
use crate::ui::pane::Line;
use crate::ui::theme::Role;

/// What the step asks.
pub const QUESTIONS: &[Question] =
    &[Question::Setting(SettingName::ClientId), Question::Setting(SettingName::ClientSecret)];

/// What stands below a question whose answer cannot be known before there is an app; `keys` lead to the checklist.
/// Short, for it is sent whenever the focus comes by.
pub fn hint(form: &Form, question: Question, keys: &str) -> Option<String> {
    let is_open = question == Question::Setting(SettingName::ClientId) && form.field(SettingName::ClientId).is_empty();
    is_open.then(|| format!("No app yet: {keys} tells how to make one."))
}

/// How an app is registered, from nothing to what the settings need, in the words of the portal.
///
/// Sources: Microsoft Learn, "Register an application in Microsoft Entra ID" and "Embed Power BI content with service
/// principal".
pub fn checklist(form: &Form, options: &Options) -> Vec<Line> {
    let cloud = form.cloud(options);
    let (portal, name) = (cloud.map_or("entra.microsoft.com", |cloud| cloud.portal), cloud.map(|cloud| cloud.name));
    let mut lines = vec![Line::new(Role::Title, "No app yet? The checklist of a registration")];
    let mut number = 0;
    let mut step = |text: String| {
        number += 1;
        Line::new(Role::Text, text).led_by(Role::Key, format!("{number:>2}  "))
    };
    lines.extend([
        step(format!(
            "Entra admin center ({portal}) > App registrations > New registration. Supported account types: \
             Accounts in this organizational directory only (single tenant). Redirect URI: leave it empty, \
             client_credentials needs none."
        )),
        step(
            "Overview: copy Application (client) ID into ClientId, and Directory (tenant) ID into AppTenantId. Object \
             ID is not needed."
                .to_owned(),
        ),
        step(principal::SECRET.to_owned()),
    ]);
    lines.push(Line::new(Role::Label, "For customers: the app signs in by itself (client_credentials)"));
    lines.push(step(
        "API permissions: add none. Power BI asks its own gates instead, and permissions that need admin consent close \
         its admin APIs to the app."
            .to_owned(),
    ));
    lines.extend(principal::gates(name).into_iter().map(&mut step));
    lines.push(Line::new(Role::Hint, principal::PATIENCE));
    lines.push(Line::new(Role::Label, "For people of your own organisation: a user signs in (password grant)"));
    lines.extend([
        step(
            "API permissions > Add a permission > Power BI Service > Delegated permissions: Report.Read.All, \
             Dataset.Read.All and Workspace.Read.All; then Grant admin consent."
                .to_owned(),
        ),
        step(
            "Only when ClientSecret stays empty, the app has to be a public client: Authentication > Settings (before: \
             Advanced settings) > Allow public client flows: Yes."
                .to_owned(),
        ),
        step(
            "The user needs a Power BI licence, a role in the workspace, and no multifactor authentication; a \
             federated user cannot sign in so."
                .to_owned(),
        ),
    ]);
    lines
}
