//! The users, all of Contoso.

use super::workspaces::{BEYOND_FEATURES, Door, ORDINARY, Standing, standing};
use super::{CONTOSO, Tenant};
use crate::sandbox::powerbi::Refusal;

/// What stands between a user and a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Hurdle {
    /// Nothing.
    None,
    /// A second factor is demanded.
    SecondFactor,
    /// A second factor is demanded, and none is registered.
    NoFactor,
    /// A Conditional Access policy with this ID blocks the sign-in.
    Policy(&'static str),
    /// A Conditional Access policy with this ID demands a managed device.
    ManagedDevice(&'static str),
    /// The security defaults of the tenant block the sign-in.
    SecurityDefaults,
    /// The password has expired.
    ExpiredPassword,
    /// The account is disabled.
    Disabled,
    /// The account is locked, whatever the password.
    Locked,
    /// The password is known to the organisation's own identity provider only.
    Federated,
}

/// A user of Contoso.
#[derive(Debug)]
pub(in crate::sandbox) struct User {
    /// User principal name.
    pub(in crate::sandbox) upn: &'static str,
    /// The password.
    pub(in crate::sandbox) password: &'static str,
    /// The object ID.
    pub(in crate::sandbox) object_id: &'static str,
    /// The ID of the account in older Microsoft services.
    pub(in crate::sandbox) puid: &'static str,
    /// First name.
    pub(in crate::sandbox) given_name: &'static str,
    /// Last name.
    pub(in crate::sandbox) family_name: &'static str,
    /// What stands between the right password and a token.
    pub(in crate::sandbox) hurdle: Hurdle,
    /// How the user stands at Power BI.
    pub(in crate::sandbox) power_bi: Standing,
}

/// A user who can sign in by password alone.
pub(in crate::sandbox) const MEGAN: User = User {
    upn: "megan@contoso.onmicrosoft.com",
    password: "Seven+Blanks&One=100%",
    object_id: "3d7a1f60-c94b-4a25-8e07-b6f2395c18ad",
    puid: "10032001A7C4E9B2",
    given_name: "Megan",
    family_name: "Marsh",
    hurdle: Hurdle::None,
    power_bi: ORDINARY,
};

/// A user who needs a second factor.
pub(in crate::sandbox) const ADELE: User = User {
    upn: "adele@contoso.onmicrosoft.com",
    password: "Larch-Otter-Violin-48",
    object_id: "b05e8c91-1d63-4f7a-92d8-47ac60e3f51b",
    puid: "10032001A7C4E9B3",
    given_name: "Adele",
    family_name: "Voss",
    hurdle: Hurdle::SecondFactor,
    power_bi: ORDINARY,
};

/// A user whom a policy blocks.
pub(in crate::sandbox) const IRVIN: User = User {
    upn: "irvin@contoso.onmicrosoft.com",
    password: "Quarry.Lantern.Maple.27",
    object_id: "71c2e4d8-5fa9-4b06-a3e1-9d80b7465f2c",
    puid: "10032001A7C4E9B4",
    given_name: "Irvin",
    family_name: "Sayer",
    hurdle: Hurdle::Policy("e1a60f37-84bd-4c52-9f1e-06d5b3c8724a"),
    power_bi: ORDINARY,
};

/// A user who has never registered a second factor.
pub(in crate::sandbox) const LIDIA: User = User {
    upn: "lidia@contoso.onmicrosoft.com",
    password: "Copper-Saffron-Thimble-59",
    object_id: "4bb6b852-e63e-4e84-ba31-d41641db9d01",
    puid: "10032001A7C4E9B5",
    given_name: "Lidia",
    family_name: "Holt",
    hurdle: Hurdle::NoFactor,
    power_bi: ORDINARY,
};

/// A user who may sign in from managed devices only.
pub(in crate::sandbox) const NESTOR: User = User {
    upn: "nestor@contoso.onmicrosoft.com",
    password: "Anchor-Pepper-Falcon-25",
    object_id: "06b37b4a-1afe-4471-815b-56ba506f71c1",
    puid: "10032001A7C4E9B6",
    given_name: "Nestor",
    family_name: "Wilke",
    hurdle: Hurdle::ManagedDevice("4c7d1e92-6ab5-4f30-8d29-b1e05f73ca68"),
    power_bi: ORDINARY,
};

/// A user whom the security defaults keep out.
pub(in crate::sandbox) const PRADEEP: User = User {
    upn: "pradeep@contoso.onmicrosoft.com",
    password: "Thimble-Willow-Marble-77",
    object_id: "e89d4c08-06a3-414c-855f-62bf03be1d47",
    puid: "10032001A7C4E9B7",
    given_name: "Pradeep",
    family_name: "Gupta",
    hurdle: Hurdle::SecurityDefaults,
    power_bi: ORDINARY,
};

/// A user whose password has expired.
pub(in crate::sandbox) const GRADY: User = User {
    upn: "grady@contoso.onmicrosoft.com",
    password: "Cedar-Copper-Lantern-71",
    object_id: "41240713-31a6-477f-9dd8-64df7a7c5a76",
    puid: "10032001A7C4E9B8",
    given_name: "Grady",
    family_name: "Archer",
    hurdle: Hurdle::ExpiredPassword,
    power_bi: ORDINARY,
};

/// A user whose account is disabled.
pub(in crate::sandbox) const JONI: User = User {
    upn: "joni@contoso.onmicrosoft.com",
    password: "Harbor-Meadow-Marble-67",
    object_id: "c563646e-37f4-4483-aa0f-467ca74b7272",
    puid: "10032001A7C4E9B9",
    given_name: "Joni",
    family_name: "Sherman",
    hurdle: Hurdle::Disabled,
    power_bi: ORDINARY,
};

/// A user whose account is locked.
pub(in crate::sandbox) const HENRIETTA: User = User {
    upn: "henrietta@contoso.onmicrosoft.com",
    password: "Cedar-Juniper-Copper-53",
    object_id: "f57184d4-2af4-4b7a-9468-0cdfa361d282",
    puid: "10032001A7C4E9BA",
    given_name: "Henrietta",
    family_name: "Mueller",
    hurdle: Hurdle::Locked,
    power_bi: ORDINARY,
};

/// A user of the federated domain.
pub(in crate::sandbox) const LEE: User = User {
    upn: "lee@contoso.example",
    password: "Harbor-Pepper-Copper-14",
    object_id: "161f6273-bb1e-4139-bb96-2b4793b0cd25",
    puid: "10032001A7C4E9BB",
    given_name: "Lee",
    family_name: "Gu",
    hurdle: Hurdle::Federated,
    power_bi: ORDINARY,
};

/// A user without a licence for Power BI.
pub(in crate::sandbox) const QUINN: User = User {
    upn: "quinn@contoso.onmicrosoft.com",
    password: "Lantern-Otter-Cedar-32",
    object_id: "bf13abe9-9b83-404f-80f5-f67e3641ae55",
    puid: "10032001A7C4E9BC",
    given_name: "Quinn",
    family_name: "Abel",
    hurdle: Hurdle::None,
    power_bi: standing(Door::Closed(BEYOND_FEATURES, Refusal::Unlicensed), &[]),
};

/// A user who is in no workspace.
pub(in crate::sandbox) const ROSA: User = User {
    upn: "rosa@contoso.onmicrosoft.com",
    password: "Willow-Falcon-Quarry-86",
    object_id: "0d24d769-81fd-4eb6-a68a-c69bec82e0b8",
    puid: "10032001A7C4E9BD",
    given_name: "Rosa",
    family_name: "Lind",
    hurdle: Hurdle::None,
    power_bi: standing(Door::Open, &[]),
};

const USERS: [&User; 12] =
    [&MEGAN, &ADELE, &IRVIN, &LIDIA, &NESTOR, &PRADEEP, &GRADY, &JONI, &HENRIETTA, &LEE, &QUINN, &ROSA];

impl User {
    /// The user for whom a token was issued.
    pub(in crate::sandbox) fn of_token(object_id: &str) -> Option<&'static Self> {
        USERS.into_iter().find(|user| user.object_id == object_id)
    }

    /// The user of that name in a tenant, ignoring case.
    pub(in crate::sandbox) fn find(upn: &str, tenant: &Tenant) -> Option<&'static Self> {
        USERS.into_iter().find(|user| *tenant == CONTOSO && user.upn.eq_ignore_ascii_case(upn))
    }
}

#[cfg(test)]
pub(super) fn identifiers() -> impl Iterator<Item = &'static str> {
    USERS.into_iter().flat_map(|user| [user.object_id, user.puid])
}
