//! The apps: their registrations, and how each behaves.
//!
//! Everything here is made up. The secrets are assembled from two halves so that scanners which look for Entra
//! secrets in source code do not raise an alarm over them.

mod calls;
mod gates;

use super::workspaces::{ORDINARY, Standing};
use super::{CONTOSO, FABRIKAM, GRAPH, NORTHWIND, TAILSPIN, Tenant, WINGTIP};
use crate::sandbox::keys::Signing;

pub(in crate::sandbox) use calls::*;
pub(in crate::sandbox) use gates::*;

/// How an app proves itself.
#[derive(Debug)]
pub(in crate::sandbox) enum Credential {
    /// By a secret's Value.
    Secret(&'static str),
    /// By a secret whose end date has passed.
    ExpiredSecret(&'static str),
    /// Not at all: public client flows are allowed.
    Public,
}

/// What the tokens of an app are good for.
#[derive(Debug)]
pub(in crate::sandbox) enum Issue {
    /// For what was asked.
    AsAsked,
    /// For this resource, whatever was asked.
    For(&'static str),
    /// By this tenant, whoever was asked.
    By(&'static Tenant),
    /// For what was asked, but so late that it has ended.
    Ended,
}

/// How a request ends that reaches no answer of the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Fault {
    /// Too many requests.
    Throttled,
    /// A gateway answers with a web page.
    Page,
    /// A gateway answers with nothing.
    Silent,
}

/// What happens to the requests of an app.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) enum State {
    /// They are served.
    Serving,
    /// They are refused, for the app is disabled.
    Disabled,
    /// They are blocked by the Conditional Access policy of this ID.
    Policy(&'static str),
    /// They do not get through.
    Failing(Fault),
}

/// An app registration with its service principal.
#[derive(Debug)]
pub(in crate::sandbox) struct App {
    /// Application (client) ID.
    pub(in crate::sandbox) id: &'static str,
    /// Its display name.
    pub(in crate::sandbox) name: &'static str,
    /// The object ID of its service principal.
    pub(in crate::sandbox) object_id: &'static str,
    /// How it proves itself.
    pub(in crate::sandbox) credential: Credential,
    /// The delegated permissions that were consented to; empty when there was no consent.
    pub(in crate::sandbox) scopes: &'static str,
    /// The application permissions that an admin has granted.
    pub(in crate::sandbox) roles: &'static [&'static str],
    /// What its tokens are good for.
    pub(in crate::sandbox) issue: Issue,
    /// The tenant in which it is registered.
    home: &'static Tenant,
    /// Whether other tenants may install it, and none has.
    is_elsewhere: bool,
    /// What happens to its requests.
    pub(in crate::sandbox) state: State,
    /// How its tokens are signed.
    pub(in crate::sandbox) signing: Signing,
    /// How it stands at Power BI.
    pub(in crate::sandbox) power_bi: Standing,
}

/// The delegated permissions of a typical report viewer.
const VIEWER_SCOPES: &str = "Dashboard.Read.All Dataset.Read.All Report.Read.All Workspace.Read.All";

/// What most apps have in common.
const USUAL: App = App {
    id: "",
    name: "",
    object_id: "",
    credential: Credential::Public,
    scopes: VIEWER_SCOPES,
    roles: &[],
    issue: Issue::AsAsked,
    home: &CONTOSO,
    is_elsewhere: false,
    state: State::Serving,
    signing: Signing::Current,
    power_bi: ORDINARY,
};

/// The Value of the report viewer's secret.
pub(in crate::sandbox) const VIEWER_SECRET: &str = concat!("5c1", "8Q~gjmUh.Bel31iEl2hpChYgCfrL1spNxnyVm");
/// The Secret ID of the same secret: the column beside the Value.
pub(in crate::sandbox) const VIEWER_SECRET_ID: &str = "5c1d90b7-7e3a-4b52-a6f8-1d0e94c7b263";
/// A Value of the right shape that belongs to no app.
pub(in crate::sandbox) const STRAY_SECRET: &str = concat!("kW0", "8Q~5.wIScGebc.y-8F5n3~Y.NBDRzrZSgqbjG");

/// A confidential app: service principal and users work.
pub(in crate::sandbox) const VIEWER: App = App {
    id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    name: "Contoso Report Viewer",
    object_id: "6513270e-269e-4d37-b2a7-4de452e6b438",
    credential: Credential::Secret(VIEWER_SECRET),
    ..USUAL
};

/// A confidential app whose secret has ended.
pub(in crate::sandbox) const EXPIRED: App = App {
    id: "907a70c3-1012-4037-b64c-e4228c38fb29",
    name: "Contoso Report Viewer 2024",
    object_id: "f1d69ed6-17f5-4837-9708-20fe119a72d1",
    credential: Credential::ExpiredSecret(concat!("Zt4", "8Q~I8ihN5KXSc7Tvo~hBKqFYY~kv5ZJr3J1TW")),
    ..USUAL
};

/// An app that allows public client flows and has no secret.
pub(in crate::sandbox) const DESKTOP: App = App {
    id: "153e7c2a-26a2-40bd-bb12-87fff52ddf5d",
    name: "Contoso Report Desktop",
    object_id: "26b94c7f-9118-4b16-800f-49c81a358ca0",
    credential: Credential::Public,
    ..USUAL
};

/// A confidential app to whose permissions nobody has agreed.
pub(in crate::sandbox) const UNCONSENTED: App = App {
    id: "c59db916-5b0e-476f-aac3-4446e883a1d4",
    name: "Contoso Report Pilot",
    object_id: "e8e72789-1eb2-4109-a91c-2439d5ab8b4d",
    credential: Credential::Secret(concat!("pL7", "8Q~C.QCyEZDz~TddJ8HyS5SUkCnD8zRA9a9Sk")),
    scopes: "",
    ..USUAL
};

/// A confidential app whose tokens are for Microsoft Graph, whatever was asked.
pub(in crate::sandbox) const GRAPH_ONLY: App = App {
    id: "53740902-9620-4f0d-8380-84a03d93fd4c",
    name: "Contoso Directory Reader",
    object_id: "f92e2339-9cce-4098-935b-6a437178ba0a",
    credential: Credential::Secret(concat!("Xw.", "8Q~Xz9w3QlY7Zkuvqdt7s8Stqcbnr3yBdGBL.")),
    scopes: "User.Read",
    issue: Issue::For(GRAPH),
    ..USUAL
};

/// A confidential app whose tokens come from Fabrikam.
pub(in crate::sandbox) const FOREIGN: App = App {
    id: "fd68373b-29ac-41a5-bcbd-1f5ae28af604",
    name: "Fabrikam Report Viewer",
    object_id: "eb4ed2e3-895e-4b6b-a63c-fa5e67ec326a",
    credential: Credential::Secret(concat!("~mB", "8Q~H1qhT61.qt-c4xatws8phP9nhFyJfm.5di")),
    issue: Issue::By(&FABRIKAM),
    ..USUAL
};

/// A confidential app with an old secret full of what forms and URLs must encode; `%41` and `%2B` must not be
/// decoded twice.
pub(in crate::sandbox) const AWKWARD: App = App {
    id: "4a3adf99-34b3-4f60-826e-7a4287f53ddd",
    name: "Contoso Report Archive",
    object_id: "a90f6c52-08d4-4e7b-9b3c-5e21d7f8604e",
    credential: Credential::Secret("w~9.+/=&%41 ~.+/=&%2Bq?#;:@=/+%"),
    ..USUAL
};

/// A confidential app of another organisation that nobody has installed here: no service principal.
pub(in crate::sandbox) const GUEST: App = App {
    id: "95118675-19b0-4557-ad89-5fa58cd463e7",
    name: "Fabrikam Report Portal",
    object_id: "6195df09-0b0a-42e2-9aa2-9cf908b017f7",
    credential: Credential::Secret(concat!("GnM", "8Q~8vfDGfyp38xLXLOa-9~aRTvhlbGHJ81Fkj")),
    home: &FABRIKAM,
    is_elsewhere: true,
    ..USUAL
};

/// A confidential app that an administrator has disabled.
pub(in crate::sandbox) const DISABLED: App = App {
    id: "83fb75d1-7f9a-48e7-beba-3508b36e0066",
    name: "Contoso Report Kiosk",
    object_id: "442a2248-ad40-4c6a-ab0c-cac0cd23d224",
    credential: Credential::Secret(concat!("WpU", "8Q~lxAO8NyRMw4~LP~RvU01-53MOcvJpsxUDy")),
    state: State::Disabled,
    ..USUAL
};

/// A confidential app that a Conditional Access policy for workload identities blocks.
pub(in crate::sandbox) const BLOCKED: App = App {
    id: "30731479-4cfb-4d8b-a75b-191dfb933a5c",
    name: "Contoso Report Batch",
    object_id: "58239050-5c2c-43ea-9469-c613d26b7ee2",
    credential: Credential::Secret(concat!("rsq", "8Q~lGqmocEPd6udOPdLoPMbe3L1B_dr1f1dOB")),
    state: State::Policy("9b2f47c6-0d83-4e1a-b5c7-62f8ad913e40"),
    ..USUAL
};

/// A confidential app that has asked too often.
pub(in crate::sandbox) const BUSY: App = App {
    id: "729f6c0f-00ae-485a-9d7a-c0bbee08b147",
    name: "Contoso Report Poller",
    object_id: "dd4073b1-a2b1-4ef8-b2a6-fc537cc33ff3",
    credential: Credential::Secret(concat!("idk", "8Q~xNfBco2-YWQWnaANsd3ZgBWHXkECJT5HQG")),
    state: State::Failing(Fault::Throttled),
    ..USUAL
};

/// A confidential app whose requests end at a gateway, with a web page.
pub(in crate::sandbox) const UNREACHED: App = App {
    id: "a3018047-4a7e-491a-8ab1-a12fae69c072",
    name: "Contoso Report Branch",
    object_id: "78218072-af30-469f-9aa3-68f3bdd89fbb",
    credential: Credential::Secret(concat!("W06", "8Q~VUoBhpEYfoLDzo7ti9DIDAJT~0qIbaMnL8")),
    state: State::Failing(Fault::Page),
    ..USUAL
};

/// A confidential app whose requests end at a gateway, without a word.
pub(in crate::sandbox) const UNANSWERED: App = App {
    id: "bd8a82f3-9b27-4ae4-9755-66735ccc847b",
    name: "Contoso Report Depot",
    object_id: "4f87abf2-cb66-4369-9b6b-fe54fa5dff3e",
    credential: Credential::Secret(concat!("phK", "8Q~ZS0_.nUnTZMBwBiLXtzSyKL-U2C~MwI~68")),
    state: State::Failing(Fault::Silent),
    ..USUAL
};

/// A confidential app in a tenant that has no Power BI.
pub(in crate::sandbox) const SERVICELESS: App = App {
    id: "3bfc6941-d5f4-4037-964a-04e0122ca718",
    name: "Wingtip Report Viewer",
    object_id: "4b2c996b-bc1d-43f1-a653-68ad14cfbdf5",
    credential: Credential::Secret(concat!("T85", "8Q~Saa-TrmS4ld8_~RXvl_lY9AAXWcSm-lL39")),
    home: &WINGTIP,
    ..USUAL
};

/// A confidential app in the tenant whose clock is fast.
pub(in crate::sandbox) const FAST: App = App {
    id: "149f6b06-65ee-4155-8c04-0ddcb59aac19",
    name: "Tailspin Report Viewer",
    object_id: "a63e38b0-276f-4827-9281-ccd0d1210f08",
    credential: Credential::Secret(concat!("XBF", "8Q~PeM53gzZP-kiWLMTe~FTZp2kIGrP11XDd4")),
    home: &TAILSPIN,
    ..USUAL
};

/// A confidential app whose tenant is rolling over to its next key.
pub(in crate::sandbox) const ROLLING: App = App {
    id: "2cf3ad5f-a219-408a-8fe0-8f2696dc4e3b",
    name: "Northwind Report Viewer",
    object_id: "e0fe740b-c504-41ee-a766-b783bffd4213",
    credential: Credential::Secret(concat!("MRU", "8Q~lEUjP10_Uo2fVeAblDcG6Glgw14vhWDOit")),
    home: &NORTHWIND,
    signing: Signing::Next,
    ..USUAL
};

/// A confidential app whose tokens name a key that is never published.
pub(in crate::sandbox) const KEYLESS: App = App {
    id: "1d5bc0fa-bce3-4ec9-8b53-ba5d3799c786",
    name: "Contoso Report Lab",
    object_id: "f45e759a-0b19-429c-beef-ae24ec593bb4",
    credential: Credential::Secret(concat!("feX", "8Q~slTnx.0zHNbaSjWdVxhxouCwnLP.WWW-Lj")),
    signing: Signing::Unpublished,
    ..USUAL
};

/// A confidential app whose tokens are changed on their way.
pub(in crate::sandbox) const TAMPERED: App = App {
    id: "fb1da1e5-acf5-4911-9d7b-35a1d24c8721",
    name: "Contoso Report Relay",
    object_id: "9a046b22-e772-4229-9819-6d5a11987c42",
    credential: Credential::Secret(concat!("H4Y", "8Q~U_kZpFQD2pJRtyVwTwphF8.iYnB7XIPtea")),
    signing: Signing::Changed,
    ..USUAL
};

/// A confidential app whose tokens are signed with PS256.
pub(in crate::sandbox) const PADDED: App = App {
    id: "20d414d3-a8a1-4bc2-a0ab-2c51e24f8214",
    name: "Contoso Report Next",
    object_id: "3ed8cf52-ec1b-47af-9844-6a4bc8e612b1",
    credential: Credential::Secret(concat!("ueJ", "8Q~BjBpKz9qK2uaLTf2lY86oBRe9FqGHhXlhb")),
    signing: Signing::Ps256,
    ..USUAL
};

/// A confidential app whose tokens bear no signature.
pub(in crate::sandbox) const BARE: App = App {
    id: "dfc414ad-b898-4b6f-bae7-495bc011874b",
    name: "Contoso Report Sketch",
    object_id: "bc067eb2-4e34-404d-90e3-036ea6aa4e77",
    credential: Credential::Secret(concat!("90l", "8Q~KmWrqTcmk4dpPgsjkBmogTk5FBn.m4yFtH")),
    signing: Signing::Absent,
    ..USUAL
};

const APPS: [&App; 20] = [
    &VIEWER,
    &EXPIRED,
    &DESKTOP,
    &UNCONSENTED,
    &GRAPH_ONLY,
    &FOREIGN,
    &AWKWARD,
    &GUEST,
    &DISABLED,
    &BLOCKED,
    &BUSY,
    &UNREACHED,
    &UNANSWERED,
    &SERVICELESS,
    &FAST,
    &ROLLING,
    &KEYLESS,
    &TAMPERED,
    &PADDED,
    &BARE,
];

fn all() -> impl Iterator<Item = &'static App> {
    APPS.into_iter().chain(gates::APPS).chain(calls::APPS)
}

/// How a tenant knows an app.
#[derive(Debug)]
pub(in crate::sandbox) enum Presence {
    /// It has a service principal there.
    Here(&'static App),
    /// It may be installed there, but is not.
    Uninstalled(&'static App),
    /// Not at all.
    Unknown,
}

impl App {
    /// Looks the ID up in a tenant.
    pub(in crate::sandbox) fn find(id: &str, tenant: &Tenant) -> Presence {
        match all().find(|app| app.id.eq_ignore_ascii_case(id)) {
            Some(app) if app.home == tenant => Presence::Here(app),
            Some(app) if app.is_elsewhere => Presence::Uninstalled(app),
            Some(_) | None => Presence::Unknown,
        }
    }

    /// The app for which a token was issued, wherever it is registered.
    pub(in crate::sandbox) fn of_token(id: &str) -> Option<&'static Self> {
        all().find(|app| app.id == id)
    }

    /// The Value of its secret, good or expired; empty for a public client.
    pub(in crate::sandbox) fn secret(&self) -> &'static str {
        match self.credential {
            Credential::Secret(value) | Credential::ExpiredSecret(value) => value,
            Credential::Public => "",
        }
    }
}

#[cfg(test)]
pub(super) fn identifiers() -> impl Iterator<Item = &'static str> {
    all().flat_map(|app| [app.id, app.object_id]).chain([VIEWER_SECRET_ID])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::identifier::is_guid;

    #[test]
    fn current_secrets_have_the_current_shape() {
        let current = all().filter(|app| app.id != AWKWARD.id).map(App::secret);
        for secret in current.chain([STRAY_SECRET]).filter(|secret| !secret.is_empty()) {
            assert_eq!(secret.len(), 40, "{secret}");
            assert_eq!(secret.get(3..6), Some("8Q~"), "{secret}");
            assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_~.-".contains(&byte)), "{secret}");
        }
        assert!(is_guid(VIEWER_SECRET_ID));
    }
}
