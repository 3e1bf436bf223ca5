//! The seven settings: one table, read by the form, validation, file, help, README and tests.

use super::secret::Secret;

/// The names of the seven settings, in the order of the example file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingName {
    /// Directory (tenant) ID or a verified domain.
    AppTenantId,
    /// Where the token request is posted.
    AuthTokenUrl,
    /// The API that the token is for.
    Resource,
    /// Application (client) ID.
    ClientId,
    /// The client secret's Value.
    ClientSecret,
    /// User principal name, password grant only.
    User,
    /// That user's password.
    Password,
}

impl SettingName {
    /// All seven, in the order of the example file.
    pub const ALL: [Self; 7] = [
        Self::AppTenantId,
        Self::AuthTokenUrl,
        Self::Resource,
        Self::ClientId,
        Self::ClientSecret,
        Self::User,
        Self::Password,
    ];

    /// The key in the file.
    pub const fn key(self) -> &'static str {
        self.setting().key
    }

    /// The row of the table.
    pub const fn setting(self) -> &'static Setting {
        &SETTINGS[self as usize]
    }

    /// The setting of that key, compared as .NET does: ignoring ASCII case.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.key().eq_ignore_ascii_case(key))
    }
}

impl std::fmt::Display for SettingName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}

/// How much of a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Shown as it is.
    Plain,
    /// Masked; the first three characters may show, as the portal itself does.
    ClientSecret,
    /// Masked wholly.
    Password,
}

impl Kind {
    /// Whether the value is masked until revealed.
    pub const fn is_secret(self) -> bool {
        !matches!(self, Self::Plain)
    }
}

/// One of the seven settings.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: SettingName,
    /// The key in the file.
    pub key: &'static str,
    /// What the portal calls it; empty when the portal has no word for it.
    pub term: &'static str,
    /// How much of its value may be shown.
    pub kind: Kind,
    /// Where to find the value, as a path to click.
    pub place: &'static str,
    /// What it is, in one or two sentences.
    pub help: &'static str,
    /// The value in `appsettings.example.json`.
    pub example: &'static str,
    /// When it has to be set.
    pub required: Required,
}

/// When a setting has to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// For every request.
    Always,
    /// Unless `AuthTokenUrl` names the tenant itself.
    ByTokenUrl,
    /// For `client_credentials`; a public client has none.
    ByGrant,
    /// Both or neither: together they choose the password grant.
    ForPasswordGrant,
}

/// The table, indexed by [`SettingName`].
pub const SETTINGS: [Setting; 7] = [
    Setting {
        name: SettingName::AppTenantId,
        key: "AppTenantId",
        term: "Directory (tenant) ID",
        kind: Kind::Plain,
        place: "Entra admin center > App registrations > your app > Overview > Directory (tenant) ID",
        help: "The tenant that the app is registered in: a GUID, or a domain of it.",
        example: "[Your Azure Tenant ID]",
        required: Required::ByTokenUrl,
    },
    Setting {
        name: SettingName::AuthTokenUrl,
        key: "AuthTokenUrl",
        term: "",
        kind: Kind::Plain,
        place: "Entra admin center > App registrations > Endpoints",
        help: "The OAuth 2.0 token endpoint (v1) in that list. {AppTenantId} is replaced by the value of AppTenantId.",
        example: "https://login.microsoftonline.com/{AppTenantId}/oauth2/token",
        required: Required::Always,
    },
    Setting {
        name: SettingName::Resource,
        key: "Resource",
        term: "",
        kind: Kind::Plain,
        place: "Fixed for each cloud; no page of the portal shows it",
        help: "The API that the token is for: a name, not an address. No slash at its end.",
        example: "https://analysis.windows.net/powerbi/api",
        required: Required::Always,
    },
    Setting {
        name: SettingName::ClientId,
        key: "ClientId",
        term: "Application (client) ID",
        kind: Kind::Plain,
        place: "Entra admin center > App registrations > your app > Overview > Application (client) ID",
        help: "Not the Object ID below it.",
        example: "[Client ID the Azure AD app]",
        required: Required::Always,
    },
    Setting {
        name: SettingName::ClientSecret,
        key: "ClientSecret",
        term: "Value",
        kind: Kind::ClientSecret,
        place: "Entra admin center > App registrations > your app > Certificates & secrets > Client secrets > Value",
        help: "The column Value, not Secret ID; shown only once.",
        example: "[Client Secret for the Azure AD app]",
        required: Required::ByGrant,
    },
    Setting {
        name: SettingName::User,
        key: "User",
        term: "User principal name",
        kind: Kind::Plain,
        place: "Entra admin center > Users > the user > User principal name",
        help: "Only for the password grant: the account that the application signs in with.",
        example: "[Optional - User name if using 'password' grant type]",
        required: Required::ForPasswordGrant,
    },
    Setting {
        name: SettingName::Password,
        key: "Password",
        term: "password of that user",
        kind: Kind::Password,
        place: "Entra admin center > Users > the user. Its password is known to its owner",
        help: "Multifactor authentication must be off for that account.",
        example: "[Optional - Password if using 'password' grant type]",
        required: Required::ForPasswordGrant,
    },
];

/// The seven values as text; blank and absent are the same. Prints nothing and is wiped when dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values([Secret; 7]);

impl Values {
    /// The text of a setting, `""` when it is not set.
    pub fn get(&self, name: SettingName) -> &str {
        self.0[name as usize].expose()
    }

    /// Replaces the text of a setting.
    pub fn set(&mut self, name: SettingName, text: impl Into<String>) {
        self.0[name as usize] = Secret::new(text);
    }

    /// The same with one setting replaced.
    #[must_use]
    pub fn with(mut self, name: SettingName, text: impl Into<String>) -> Self {
        self.set(name, text);
        self
    }

    /// The secret values that are set, for masking them in a server's text.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        SETTINGS
            .iter()
            .filter(|setting| setting.kind.is_secret())
            .map(|setting| &self.0[setting.name as usize])
            .filter(|value| !value.is_empty())
    }
}

/// A row of an account book: a known situation and the settings that lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// A short name, unique in its book: `wrong-secret`.
    pub name: &'static str,
    /// What the row shows, in a few words.
    pub situation: &'static str,
    /// All seven values.
    pub values: Values,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_indexed_by_its_names() {
        for (name, setting) in SettingName::ALL.into_iter().zip(&SETTINGS) {
            assert_eq!(setting.name, name);
            assert_eq!(name.setting().key, setting.key);
        }
    }

    #[test]
    fn keys_are_found_ignoring_case() {
        assert_eq!(SettingName::from_key("clientSECRET"), Some(SettingName::ClientSecret));
        assert_eq!(SettingName::from_key("Logging"), None);
    }

    #[test]
    fn the_example_file_agrees_with_the_table() {
        let example: serde_json::Value =
            serde_json::from_str(include_str!("../../appsettings.example.json")).expect("the example is JSON");
        let object = example.as_object().expect("an object");
        let found: Vec<_> = object.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or(""))).collect();
        let table: Vec<_> = SETTINGS.iter().map(|setting| (setting.key, setting.example)).collect();
        assert_eq!(found, table);
    }
}
