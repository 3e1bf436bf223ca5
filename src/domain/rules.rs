//! The rules about the values of the settings, each with its words.
//!
//! Errors are made here only for values that are not there; how a value looks is at most a warning, since the server
//! judges. What makes `AuthTokenUrl` an error is in [`super::endpoint`].

use super::cloud;
use super::diagnosis::{Diagnosis, Severity};
use super::endpoint::{Endpoint, Trust};
use super::registration::{GrantName, Options, Version};
use super::setting::SettingName::{self, AppTenantId, AuthTokenUrl, ClientId, ClientSecret, Password, Resource, User};
use super::setting::Values;
use super::shape::{self, SecretShape};

fn error(code: &'static str, title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Error, code, title, action)
}

fn warning(code: &'static str, title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Warning, code, title, action)
}

/// What a setting holds, within a sentence.
fn called(name: SettingName) -> &'static str {
    if name == ClientSecret { "client secret's Value" } else { name.setting().term }
}

/// A required setting without a value.
pub fn not_set(name: SettingName) -> Diagnosis {
    let term = called(name);
    error("not-set", format!("{name} is not set"), format!("Fill in {name}, the {term}."))
        .at(name)
        .because("Without it there is no token request.")
        .remedy(format!("{}.", name.setting().place))
}

/// A required setting with the text of a template.
pub fn placeholder_left(name: SettingName) -> Diagnosis {
    let term = called(name);
    error("placeholder-left", format!("{name} still holds its placeholder"), format!("Put the {term} into {name}."))
        .at(name)
        .because("The text in the file comes from a template and stands for a value that is not set yet.")
        .remedy(format!("{}.", name.setting().place))
}

/// An optional setting with the text of a template.
pub fn optional_placeholder_left(name: SettingName) -> Diagnosis {
    let cause = match name {
        User | Password => {
            "The application takes any text for a value: with a placeholder in User and Password it uses the password grant and is refused."
        }
        _ => "It is not needed here, but the application takes any text for a value.",
    };
    warning(
        "placeholder-left",
        format!("{name} still holds its placeholder"),
        format!("Set {name} to \"\" in the file."),
    )
    .at(name)
    .because(cause)
}

/// A reference that the application's host replaces.
pub fn resolved_elsewhere(name: SettingName) -> Diagnosis {
    error("resolved-elsewhere", format!("{name} is a Key Vault reference"), format!("Enter the value of {name} for this test, or run it where the reference is resolved."))
        .at(name)
        .because("App Service puts the value in when the application starts there; it is not in the file, so it cannot be tested from here.")
}

/// One of User and Password without the other.
pub fn one_alone(missing: SettingName, present: SettingName) -> Diagnosis {
    error("one-alone", format!("{present} is set, {missing} is not"), format!("Fill in {missing}, or empty {present}."))
        .at(missing)
        .because("Together they choose the password grant; one alone is neither grant.")
}

/// Everything about the values that the server will probably mind.
pub fn warnings(values: &Values, grant: GrantName, endpoint: Option<&Endpoint>, options: &Options) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    for name in SettingName::ALL {
        let text = values.get(name);
        if text.is_empty() || shape::placeholder(text).is_some() {
            continue;
        }
        found.extend(spelling(name, text).or_else(|| match name {
            AppTenantId => tenant(text, grant),
            AuthTokenUrl => endpoint.and_then(|endpoint| url(endpoint, values)),
            Resource => endpoint.and_then(|endpoint| resource(endpoint, text)),
            ClientId => client_id(text, values),
            ClientSecret => client_secret(text, values, endpoint),
            User => user(text),
            Password => breakable(Password, text),
        }));
    }
    found.extend(shell_user(options, values));
    found
}

/// White space and quotes around a value.
fn spelling(name: SettingName, text: &str) -> Option<Diagnosis> {
    if shape::has_outer_space(text) {
        let cause = if name == Password {
            "The application sends it as it is, and the password grant supports no password with a blank at an end."
        } else {
            "The application sends it as it is, and a blank makes it another value."
        };
        return Some(
            warning(
                "outer-space",
                format!("{name} has white space at its start or end"),
                format!("Take the white space off {name}."),
            )
            .at(name)
            .because(cause),
        );
    }
    (name != Password && shape::has_quotes(text)).then(|| {
        warning("quotes", format!("{name} has quotes around it"), format!("Take the quotes off {name}."))
            .at(name)
            .because("The application sends them as part of the value.")
    })
}

fn tenant(text: &str, grant: GrantName) -> Option<Diagnosis> {
    if shape::is_tenant_alias(text) {
        if grant == GrantName::Password && text.eq_ignore_ascii_case("organizations") {
            return None;
        }
        return Some(
            warning("tenant-alias", format!("{text} is no tenant"), "Put the Directory (tenant) ID into AppTenantId.")
                .at(AppTenantId)
                .because("With an alias Entra refuses, or issues a token that Power BI refuses."),
        );
    }
    (!shape::is_guid(text) && !shape::is_domain(text)).then(|| {
        warning(
            "tenant-shape",
            "AppTenantId is neither a GUID nor a domain",
            "Put the Directory (tenant) ID into AppTenantId.",
        )
        .at(AppTenantId)
        .because(no_tenant(text))
    })
}

/// Why a text names no tenant.
fn no_tenant(text: &str) -> String {
    let count = text.chars().count();
    if !text.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        let has_dot = text.contains('.');
        let words = if has_dot {
            "A domain is as short as contoso.onmicrosoft.com."
        } else {
            "A domain has a dot, as in contoso.onmicrosoft.com."
        };
        words.to_owned()
    } else if count == 36 {
        "A GUID is 8-4-4-4-12 digits.".to_owned()
    } else {
        format!("A GUID has 36 characters; this has {count}.")
    }
}

fn url(endpoint: &Endpoint, values: &Values) -> Option<Diagnosis> {
    if endpoint.version == Version::V2 {
        return Some(
            warning("v2-endpoint", "AuthTokenUrl is a v2.0 endpoint", "End AuthTokenUrl with /oauth2/token.")
                .at(AuthTokenUrl)
                .because("It works here, because this program sends scope to it. An application that sends resource, as this one does, is refused there with AADSTS901002."),
        );
    }
    if endpoint.trust == Trust::Microsoft && !endpoint.url.path().ends_with("/oauth2/token") {
        return Some(
            warning("url-path", "AuthTokenUrl does not end with /oauth2/token", "End AuthTokenUrl with /{AppTenantId}/oauth2/token.")
                .at(AuthTokenUrl)
                .because("Entra's token endpoint has that path; an authorize address or a doubled path is answered with AADSTS900023 or 900561."),
        );
    }
    let setting = values.get(AppTenantId);
    let literal = endpoint.tenant.as_deref().filter(|tenant| !tenant.eq_ignore_ascii_case(setting.trim()))?;
    (!setting.is_empty() && shape::placeholder(setting).is_none()).then(|| {
        warning(
            "tenant-differs",
            "AuthTokenUrl names another tenant than AppTenantId",
            "Write {AppTenantId} in AuthTokenUrl, or give both the same tenant.",
        )
        .at(AuthTokenUrl)
        .because(format!("The request goes to {literal}, the tenant in the URL; AppTenantId is not used."))
    })
}

fn resource(endpoint: &Endpoint, text: &str) -> Option<Diagnosis> {
    if text.ends_with('/') {
        return Some(
            warning("resource-slash", "Resource ends with a slash", "Take the slash off the end of Resource.")
                .at(Resource)
                .because("Resource is a name that is compared as text; with a slash it can be taken for another API."),
        );
    }
    if text.ends_with("/.default") {
        return Some(
            warning("resource-scope", "Resource holds a scope", "Take /.default off the end of Resource.")
                .at(Resource)
                .because(
                    "/.default belongs to the parameter scope of a v2.0 endpoint, where it is added by the caller.",
                ),
        );
    }
    let known = cloud::of_resource(text);
    if known.is_none() && endpoint.trust == Trust::Microsoft {
        let right = cloud::of_host(endpoint.host(), "").map_or("", |cloud| cloud.resource);
        return Some(
            warning("resource-unknown", "Resource is not the name of Power BI", format!("Put {right} into Resource."))
                .at(Resource)
                .because("A token for another API is refused by Power BI. The address of the API, api.powerbi.com, is not its name."),
        );
    }
    let known = known?;
    let is_pair = endpoint.trust != Trust::Microsoft || known.sign_in_hosts.contains(&endpoint.host());
    (!is_pair).then(|| {
        let host = known.sign_in_hosts.first().copied().unwrap_or_default();
        warning(
            "cloud-pair",
            "Sign-in host and Resource are of different clouds",
            "Choose the cloud in step Endpoint; it sets both.",
        )
        .at(Resource)
        .because(format!("This resource belongs to {}, whose sign-in host is {host}.", known.name.title()))
    })
}

fn client_id(text: &str, values: &Values) -> Option<Diagnosis> {
    if text.eq_ignore_ascii_case(values.get(AppTenantId)) {
        return Some(
            warning("equal-ids", "ClientId equals AppTenantId", "Copy Application (client) ID into ClientId.")
                .at(ClientId)
                .because("The app's page shows three GUIDs; the tenant's was copied into both settings."),
        );
    }
    if shape::is_like_secret(text) {
        return Some(
            warning(
                "secret-misplaced",
                "ClientId holds what looks like a client secret",
                "Put it into ClientSecret, and Application (client) ID into ClientId.",
            )
            .at(ClientId)
            .because("Entra names an app by a GUID of 36 characters."),
        );
    }
    (!shape::is_guid(text)).then(|| {
        warning("client-id-shape", "ClientId is no GUID", "Copy Application (client) ID into ClientId.")
            .at(ClientId)
            .because("Entra names an app by a GUID of 36 characters.")
    })
}

/// What stands in the place of a Value. Only shapes that cannot be a Value warn.
fn client_secret(text: &str, values: &Values, endpoint: Option<&Endpoint>) -> Option<Diagnosis> {
    let warn = |code, title: &str, action: &str, cause: &str| {
        Some(warning(code, title, action).at(ClientSecret).because(cause))
    };
    if [ClientId, AppTenantId].iter().any(|name| text.eq_ignore_ascii_case(values.get(*name))) {
        return warn(
            "equal-ids",
            "ClientSecret equals another setting",
            "Put the secret's Value into ClientSecret.",
            "One ID was pasted into two settings; a secret is no ID.",
        );
    }
    let length = text.chars().count();
    // Another provider may give out secrets of any shape.
    let is_entra = endpoint.is_some_and(|endpoint| endpoint.trust == Trust::Microsoft);
    match shape::secret_shape(text) {
        SecretShape::Guid => warn(
            "secret-id-pasted",
            "ClientSecret has the shape of the portal's Secret ID",
            "Put the secret's Value into ClientSecret.",
            "The Value stands in the column beside it, and is shown only once: make a new secret if it is gone.",
        ),
        SecretShape::Hint => warn(
            "secret-hint",
            "ClientSecret holds the portal's hint, not the Value",
            "Make a new client secret and copy its Value into ClientSecret.",
            "Of a secret that was made earlier the portal shows only the first three characters.",
        ),
        SecretShape::CutEnd(length) | SecretShape::CutStart(length) => warn(
            "secret-cut",
            &format!("ClientSecret has {length} characters, fewer than a Value"),
            "Copy the whole Value into ClientSecret.",
            "It looks like a Value that lost characters: a double click in the portal stops at a dot or a tilde.",
        ),
        SecretShape::Doubled => warn(
            "secret-doubled",
            "ClientSecret holds the same text twice",
            "Put the Value into ClientSecret once.",
            "The two halves are equal, as after pasting two times.",
        ),
        SecretShape::Thumbprint => warn(
            "secret-thumbprint",
            "ClientSecret looks like a certificate's thumbprint",
            "Put a client secret's Value into ClientSecret.",
            "40 hexadecimal digits are what the portal shows of a certificate.",
        ),
        SecretShape::InnerSpace if is_entra => warn(
            "secret-space",
            "ClientSecret has white space within",
            "Put the whole Value into ClientSecret.",
            "A Value has none; the text was broken on its way, or it is the description.",
        ),
        SecretShape::Token => warn(
            "secret-token",
            "ClientSecret holds a token",
            "Put the secret's Value into ClientSecret.",
            "A secret is what a token is asked for with; it has about 40 characters.",
        ),
        SecretShape::Other if is_entra && length < SHORTEST => warn(
            "secret-short",
            &format!("ClientSecret has {}", characters(length)),
            "Copy the whole Value into ClientSecret.",
            "A Value that Entra made has about 40 of them.",
        ),
        _ => breakable(ClientSecret, text),
    }
}

/// A Value that the portal makes is more than twice as long; shorter texts worth a warning begin here.
const SHORTEST: usize = 16;

fn characters(count: usize) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

/// Right here, and broken by an application that builds its form by hand.
fn breakable(name: SettingName, text: &str) -> Option<Diagnosis> {
    if shape::breakable(text).is_empty() {
        return None;
    }
    // Which characters of a secret they are is nobody's business.
    Some(
        Diagnosis::new(
            Severity::Info,
            "form-encoding",
            format!("{name} holds characters that a form must encode"),
            "If the application is refused, have it encode its form.",
        )
        .at(name)
        .because("Such are + & % = # and the blank. This program encodes them, so it works here; an application that joins the form's fields by hand is refused with AADSTS7000215 or 50126.")
        .remedy("In .NET FormUrlEncodedContent encodes every value; or choose a value without these characters."),
    )
}

fn user(text: &str) -> Option<Diagnosis> {
    (!shape::is_sign_in_name(text)).then(|| {
        warning("user-shape", "User is no user principal name", "Put the User principal name, name@domain, into User.")
            .at(User)
            .because("Entra knows users by name@domain, not by DOMAIN\\name or a display name.")
    })
}

/// The shell's USER hides a top-level User on Linux and macOS when .NET's default host reads it.
fn shell_user(options: &Options, values: &Values) -> Option<Diagnosis> {
    options.shell_user.as_deref().filter(|user| !user.is_empty())?;
    let severity = if values.get(Password).is_empty() || shape::placeholder(values.get(Password)).is_some() {
        Severity::Info
    } else {
        Severity::Warning
    };
    Some(
        Diagnosis::new(severity, "user-hidden", "The variable USER hides the setting User", "Start the application without the variable USER.")
            .at(User)
            .because(
                "On Linux and macOS .NET reads environment variables over the file and ignores case: an application started from this \
                 shell would take its login name for User. This test uses the file's value.",
            )
            .remedy("In a shell: env -u USER dotnet App.dll.")
            .remedy("In a systemd unit: UnsetEnvironment=USER."),
    )
}
