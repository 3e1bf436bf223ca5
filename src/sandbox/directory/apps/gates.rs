//! The apps that get a token and then meet a closed gate at Power BI.

use super::{App, Credential, Issue, USUAL};
use crate::sandbox::directory::workspaces::{
    AS_VIEWER, BEYOND_FEATURES, Door, EVERYWHERE, IN_ARCHIVE, IN_FINANCE, IN_SALES, IN_SEVERAL, ORDINARY, Standing,
    standing,
};
use crate::sandbox::powerbi::Refusal;

/// A confidential app that the tenant does not let call Power BI.
pub(in crate::sandbox) const UNSWITCHED: App = App {
    id: "f3c95789-ace1-4954-ac5d-6baed2eac902",
    name: "Contoso Report Newcomer",
    object_id: "cbf27734-ac10-4525-8b66-402800e03d2c",
    credential: Credential::Secret(concat!("Si4", "8Q~7_u42Fjahs5LdTGjjGu5PDHHIUr.QdMftb")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::Switch), IN_SALES),
    ..USUAL
};

/// A confidential app for which the tenant's switch takes effect after a while.
pub(in crate::sandbox) const AWAITED: App = App {
    id: "c78165de-8458-420c-88ba-29b1f8223c08",
    name: "Contoso Report Debut",
    object_id: "7aa1caa0-66de-4e96-8867-119277832f1d",
    credential: Credential::Secret(concat!("zVM", "8Q~-2AOyxpz_Yyj1v3X_n7e90me_BU~vs7Peq")),
    power_bi: standing(Door::After { requests: 4, seconds: 90 }, IN_SALES),
    ..USUAL
};

/// A confidential app that is in no workspace.
pub(in crate::sandbox) const HOMELESS: App = App {
    id: "5a855854-6298-4f1a-a73e-8eb9d8b9a79e",
    name: "Contoso Report Orphan",
    object_id: "536c62ae-a2ac-4e1e-801e-a395f30609b3",
    credential: Credential::Secret(concat!("Lfa", "8Q~lrJE3-jAe4haR7K8XyZCB6IAUUJcTa~RXQ")),
    power_bi: standing(Door::Open, &[]),
    ..USUAL
};

/// A confidential app that is only a Viewer.
pub(in crate::sandbox) const ONLOOKER: App = App {
    id: "e0e29095-be44-49c8-84c3-8313a8457f74",
    name: "Contoso Report Onlooker",
    object_id: "b327e56e-3297-4969-a12d-b82b23f58c30",
    credential: Credential::Secret(concat!("pnX", "8Q~ZshBfTf39VMBlMJzjtPrcWC3f5fMq.IY3Y")),
    power_bi: standing(Door::Open, AS_VIEWER),
    ..USUAL
};

/// A confidential app whose workspace is on no capacity, and whose trial is nearly spent.
pub(in crate::sandbox) const THRIFTY: App = App {
    id: "2cef94d6-3bbe-494c-84e1-783fc4d797e9",
    name: "Contoso Report Trial",
    object_id: "d4fc12d2-01a1-445a-8b27-0f4087a351aa",
    credential: Credential::Secret(concat!("3il", "8Q~4xQTQzKEe7_PR9qR_h.MjNzRf7_SKZSDKF")),
    power_bi: Standing { trial: 96, ..standing(Door::Open, IN_FINANCE) },
    ..USUAL
};

/// A confidential app in several workspaces.
pub(in crate::sandbox) const ROAMER: App = App {
    id: "ffeaca13-acce-4aea-b594-0ed55e86244d",
    name: "Contoso Report Hub",
    object_id: "9ce8df7e-f5b6-4344-ad50-916d02e4a59f",
    credential: Credential::Secret(concat!("lBf", "8Q~RVIIWKaNwGu0e~e64HmE_t.WN2EABTPu1g")),
    power_bi: standing(Door::Open, IN_SEVERAL),
    ..USUAL
};

/// A confidential app whose workspace is empty.
pub(in crate::sandbox) const EARLY: App = App {
    id: "297255ad-69ab-4382-98e1-7409f8036d41",
    name: "Contoso Report Draft",
    object_id: "9e9fa8bc-0ddf-41fa-9177-97b1c702ef8e",
    credential: Credential::Secret(concat!("8Jc", "8Q~WOg7GLqwSBIPt3oILT9RIKTze8E97AJISy")),
    power_bi: standing(Door::Open, IN_ARCHIVE),
    ..USUAL
};

/// A confidential app whose tokens have ended before they are used.
pub(in crate::sandbox) const STALE: App = App {
    id: "56baa8df-100a-4f4a-849c-246f637c9cac",
    name: "Contoso Report Cache",
    object_id: "d772135a-9a9c-427d-b36f-37d445892419",
    credential: Credential::Secret(concat!("XYE", "8Q~2CVCPMuRsF1maLucrPtZEViP91KeRFiMEG")),
    issue: Issue::Ended,
    power_bi: ORDINARY,
    ..USUAL
};

/// A confidential app that was disabled after its token was issued.
pub(in crate::sandbox) const REVOKED: App = App {
    id: "a29e13ee-84e9-453b-b443-c5588f189822",
    name: "Contoso Report Retired",
    object_id: "fb910479-c7e9-402c-a9cf-f2f667b4cd9d",
    credential: Credential::Secret(concat!("lfC", "8Q~Sb0-IfSWJ-9mdbzfK1n_jDwVEgbf55KuQb")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::Challenge), IN_SALES),
    ..USUAL
};

/// A confidential app that calls Power BI too often.
pub(in crate::sandbox) const EAGER: App = App {
    id: "3787a466-c980-4c0e-95ae-c6b0e6449caa",
    name: "Contoso Report Pump",
    object_id: "4ea22695-a677-4b8a-9db4-ba97d234fd7e",
    credential: Credential::Secret(concat!("5DJ", "8Q~VHik5qNvO8fy5-lShwlQOmOSZ1MtkW17eu")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::Busy), IN_SALES),
    ..USUAL
};

/// A confidential app whose tenant is served by another cluster.
pub(in crate::sandbox) const MOVED: App = App {
    id: "12f69989-e429-42b5-8f11-bd6212b72189",
    name: "Contoso Report Nomad",
    object_id: "2af53a1c-9d02-4037-9fae-d6cd48d6e091",
    credential: Credential::Secret(concat!("sND", "8Q~-7qDjStJek3xCdiKIsiIFWwyrDj_SF83eb")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::Moved), IN_SALES),
    ..USUAL
};

/// A confidential app whose calls end at a gateway.
pub(in crate::sandbox) const FENCED: App = App {
    id: "32ef2d3b-a075-42d4-8cb7-89c506bd7aa1",
    name: "Contoso Report Annex",
    object_id: "d173bd5c-1406-417d-b4b4-659b428bb84c",
    credential: Credential::Secret(concat!("yxi", "8Q~Af0rHAcM~HqHyqsh812wBW~bcQ.Tg6dHqP")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::Page), IN_SALES),
    ..USUAL
};

/// A confidential app for which Power BI has a fault.
pub(in crate::sandbox) const UNLUCKY: App = App {
    id: "cdf956f8-f5bb-4e5d-9703-cb4390bc21f3",
    name: "Contoso Report Storm",
    object_id: "27ace5be-e2ec-411f-be7a-db6cc459221f",
    credential: Credential::Secret(concat!("nnX", "8Q~LrWzCZ.Wl~u94mHSiU-14oZPnoUjJGXwQv")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::Fault), IN_SALES),
    ..USUAL
};

/// A confidential app that lacks a capacity for what it calls.
pub(in crate::sandbox) const UNCOVERED: App = App {
    id: "7ace1e81-2cfa-4744-8575-c24e573c714e",
    name: "Contoso Report Shared",
    object_id: "5cfc7dfe-16fc-42ba-a72a-06920634a5f0",
    credential: Credential::Secret(concat!("S8K", "8Q~W1cXYngpNpfeXKmZzatoT.ZVZGWw~9cLMr")),
    power_bi: standing(Door::Closed(BEYOND_FEATURES, Refusal::Unlicensed), IN_FINANCE),
    ..USUAL
};

pub(super) const APPS: [&App; 14] = [
    &UNSWITCHED,
    &AWAITED,
    &HOMELESS,
    &ONLOOKER,
    &THRIFTY,
    &ROAMER,
    &EARLY,
    &STALE,
    &REVOKED,
    &EAGER,
    &MOVED,
    &FENCED,
    &UNLUCKY,
    &UNCOVERED,
];
