//! The apps that get a token and then meet a refusal at some of Power BI's calls: inside of a workspace, on the way,
//! or at what an application posts.

use super::{App, Credential, USUAL};
use crate::sandbox::directory::workspaces::{
    BEYOND_FEATURES, Call, Door, EVERYWHERE, IN_FINANCE, IN_PAYROLL, IN_SALES, INSIDE, Standing, standing,
};
use crate::sandbox::powerbi::Refusal;

/// A confidential app whose role was withdrawn while the list of workspaces still shows it.
pub(in crate::sandbox) const RECALLED: App = App {
    id: "801a607d-cdfa-4ce3-b05c-98598958c2ef",
    name: "Contoso Report Intern",
    object_id: "060642e5-abfd-4da0-8410-fbbef329af0e",
    credential: Credential::Secret(concat!("8pK", "8Q~P4QeyLo9fFP~afyPBBoosNeNtxL06M-xcl")),
    power_bi: standing(Door::Closed(INSIDE, Refusal::NotAuthorized), IN_SALES),
    ..USUAL
};

/// A confidential app that has left the group by which it was in its workspace.
pub(in crate::sandbox) const DEPARTED: App = App {
    id: "44f60e86-6e88-4310-a079-03ef809689e2",
    name: "Contoso Report Partner",
    object_id: "78fe5e21-aa19-4310-981b-6eabde932048",
    credential: Credential::Secret(concat!("rfv", "8Q~62pR5D5iwlno4ur.JHdN~r-oa7~NzaUYJc")),
    power_bi: standing(Door::Closed(INSIDE, Refusal::NoSeat), IN_SALES),
    ..USUAL
};

/// A confidential app whose workspace was deleted while the list still shows it.
pub(in crate::sandbox) const BEREFT: App = App {
    id: "d50a5e96-d61f-459b-b327-4f0f07c240a0",
    name: "Contoso Report Campaign",
    object_id: "478cf04c-3294-4595-96b1-52d8903cb7b7",
    credential: Credential::Secret(concat!("jS5", "8Q~YBcv~jhN8X03_rrU2D3c5LkxIApnsPV2Rh")),
    power_bi: standing(Door::Closed(INSIDE, Refusal::NotFound), IN_SALES),
    ..USUAL
};

/// A confidential app that sees the reports of its workspace and none of the models under them.
pub(in crate::sandbox) const SIGHTLESS: App = App {
    id: "aba63554-a950-4c5a-a9d3-b0199587216c",
    name: "Contoso Report Gallery",
    object_id: "891ae857-5b72-460c-84f3-5e9be824acff",
    credential: Credential::Secret(concat!("oML", "8Q~vP9vtLKfkK430Dirma_dhcbjzE57IZcVYo")),
    power_bi: standing(Door::Closed(&[Call::Models, Call::Query, Call::Embed], Refusal::NotFound), IN_SALES),
    ..USUAL
};

/// A confidential app to which the API is closed as it is to every app.
pub(in crate::sandbox) const BARRED: App = App {
    id: "6e263f2a-1a22-4ba3-98fa-d5926a3acb3d",
    name: "Contoso Report Robot",
    object_id: "dc8e1da3-b844-437f-bca2-9f620cda9ee6",
    credential: Credential::Secret(concat!("hBL", "8Q~ra1k7w9_SF95mwS4fG~S_C9N7uGOC-F9Kf")),
    power_bi: standing(Door::Closed(BEYOND_FEATURES, Refusal::ClosedToApps), IN_SALES),
    ..USUAL
};

/// A confidential app whose tokens a gateway cuts on their way to Power BI.
pub(in crate::sandbox) const CLIPPED: App = App {
    id: "e2ad8fb7-26dc-4236-9b83-2af329e5ab92",
    name: "Contoso Report Subway",
    object_id: "075bed0d-b459-49ab-be7d-49db1d5e8920",
    credential: Credential::Secret(concat!("fg6", "8Q~hihcN_3qRS7zsv5WBvLG9b~-8VLhyUiUde")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::BadToken), IN_SALES),
    ..USUAL
};

/// A confidential app whose header `Authorization` a gateway takes out.
pub(in crate::sandbox) const STRIPPED: App = App {
    id: "19a17429-2e36-40af-b700-3c9b2d72fd11",
    name: "Contoso Report Harbor",
    object_id: "f888b25b-4b6a-4c87-bd7b-3022a36dcc29",
    credential: Credential::Secret(concat!("qdb", "8Q~jN_cBLgfGD9vg-5yri.vDsLEGBjj.K95pe")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::NoToken), IN_SALES),
    ..USUAL
};

/// A confidential app whose queries a gateway garbles.
pub(in crate::sandbox) const GARBLED: App = App {
    id: "58ed23ac-41fc-442e-9017-bf7d14569749",
    name: "Contoso Report Bazaar",
    object_id: "1b7d4526-c873-410c-b6bf-188edb498640",
    credential: Credential::Secret(concat!("GTD", "8Q~mK2Q1dAwGClpfPPf3oV9Kwh6TYN5D70cBK")),
    power_bi: standing(Door::Closed(BEYOND_FEATURES, Refusal::BadRequest), IN_SALES),
    ..USUAL
};

/// A confidential app for which Power BI is not available.
pub(in crate::sandbox) const SUSPENDED: App = App {
    id: "5715f330-f0ff-449d-8c83-8e8d764254ec",
    name: "Contoso Report Blizzard",
    object_id: "97fa8070-c99c-46fc-ab7c-7a0d1ed0fd58",
    credential: Credential::Secret(concat!("Sxy", "8Q~tnfXQkQG0D6Uwiv_4RXhQnDEcpoZPYbZ8A")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::Unavailable), IN_SALES),
    ..USUAL
};

/// A confidential app whose calls end at a proxy that wants a password.
pub(in crate::sandbox) const PROXIED: App = App {
    id: "f7a06b71-8bf4-4b0c-8f6b-10224030ada6",
    name: "Contoso Report Office",
    object_id: "290eaf54-60ba-4c94-b728-4f92dbf81e1c",
    credential: Credential::Secret(concat!("N8C", "8Q~4L3naSEZYWyC0crArP6swAaHPHTmer2RNB")),
    power_bi: standing(Door::Closed(EVERYWHERE, Refusal::ProxyPassword), IN_SALES),
    ..USUAL
};

/// A confidential app whose workspace is on no capacity, and whose trial is spent.
pub(in crate::sandbox) const SPENT: App = App {
    id: "afbb0f85-a0a8-4feb-b090-677259e60c60",
    name: "Contoso Report Sample",
    object_id: "9f20c449-9041-4c42-a4e3-079068b17608",
    credential: Credential::Secret(concat!("HZS", "8Q~nu40nl_yFu8pK5JFLi7dxsJLWRR9KNYf3e")),
    power_bi: Standing { trial: 100, ..standing(Door::Open, IN_FINANCE) },
    ..USUAL
};

/// A confidential app whose workspace is on a capacity that is paused.
pub(in crate::sandbox) const PAUSED: App = App {
    id: "3e0ecc24-9424-48b9-911a-c2bc8f2da07d",
    name: "Contoso Report Weekend",
    object_id: "cc8eb147-00f3-45e5-9f01-e4d90a2d916f",
    credential: Credential::Secret(concat!("i7N", "8Q~_WYbrVZKYm~5gMJp0i2ZheTtqvo7zgs4qk")),
    power_bi: standing(Door::Closed(&[Call::Embed], Refusal::EmbedForbidden), IN_SALES),
    ..USUAL
};

/// A confidential app for which an admin has switched embedding off.
pub(in crate::sandbox) const UNEMBEDDED: App = App {
    id: "a04898b6-6e17-42d9-9c6f-ed5d04f97977",
    name: "Contoso Report Intranet",
    object_id: "915057a4-225a-4039-98d1-d4c175dc0c10",
    credential: Credential::Secret(concat!("X4Y", "8Q~0CV-8U55B78RY5Dj-MJ8RsTpAQa6Tl-02N")),
    power_bi: Standing { is_embedding_off: true, ..standing(Door::Open, IN_SALES) },
    ..USUAL
};

/// A confidential app whose workspace is of the kind that embed tokens no longer serve.
pub(in crate::sandbox) const CLASSIC: App = App {
    id: "92d90c34-4894-46e1-884a-18f74d09f673",
    name: "Contoso Report Legacy",
    object_id: "cb481fd2-e416-42d9-a3d7-31d839642f53",
    credential: Credential::Secret(concat!("ACw", "8Q~kCyWTBNe9ry~ZlcLT2IdD3kBV78Znu-TZT")),
    power_bi: standing(Door::Closed(&[Call::Embed], Refusal::BadRequest), IN_SALES),
    ..USUAL
};

/// A confidential app whose every report has row-level security.
pub(in crate::sandbox) const RULED: App = App {
    id: "480645b9-2546-43f9-96cb-146112183264",
    name: "Contoso Report Payroll",
    object_id: "3d5d0a47-8a69-476e-9f9e-07c4152d8da5",
    credential: Credential::Secret(concat!("RtC", "8Q~y9wHVdFHZfBoXmSCp9RpizwQL2BKM5biow")),
    power_bi: standing(Door::Open, IN_PAYROLL),
    ..USUAL
};

/// A confidential app whose posted bodies lose their media type at a gateway.
pub(in crate::sandbox) const TYPELESS: App = App {
    id: "7ab4a8f9-35e9-497a-8acd-abc874cf4378",
    name: "Contoso Report Courier",
    object_id: "53db5016-33e5-4a38-bfd8-7565a4809f92",
    credential: Credential::Secret(concat!("5PI", "8Q~599~g3LubwhmK~8qQsQCEgb8Kl7g5oZJ_j")),
    power_bi: standing(Door::Closed(&[Call::Query, Call::Embed], Refusal::MediaType), IN_SALES),
    ..USUAL
};

/// A confidential app that may see the models of its workspace and not build on them.
pub(in crate::sandbox) const UNBUILT: App = App {
    id: "d739879e-279b-4d94-b929-6b971efae13a",
    name: "Contoso Report Reader",
    object_id: "e21964e2-d41b-4e6e-9cde-58622fcf175d",
    credential: Credential::Secret(concat!("LRX", "8Q~Hk5Kkf833GB126~9EyxoKEBhB8a3B7A0mA")),
    power_bi: standing(Door::Closed(&[Call::Query], Refusal::NotFound), IN_SALES),
    ..USUAL
};

/// A confidential app over whose models every query fails.
pub(in crate::sandbox) const SOURCELESS: App = App {
    id: "30ea1d9e-3017-40b8-9836-c927a8dc749d",
    name: "Contoso Report Mirror",
    object_id: "ff34198d-3980-4361-8937-843cdac673e7",
    credential: Credential::Secret(concat!("reB", "8Q~1KMdcUvyYz.W5R6fsgLp_XG3z7eeUf-dKt")),
    power_bi: standing(Door::Closed(&[Call::Query], Refusal::QueryFailed), IN_SALES),
    ..USUAL
};

/// A confidential app to which the admin APIs are open.
pub(in crate::sandbox) const OVERSEER: App = App {
    id: "79488115-7653-4af6-a9df-b1a500c0edd4",
    name: "Contoso Report Inventory",
    object_id: "f2b57cc4-9d51-4006-b8b1-fd932a370c34",
    credential: Credential::Secret(concat!("zrA", "8Q~mGb9-Q5eAcO-2zzclKe5GB_.OY5qUAXS2H")),
    power_bi: Standing { is_admin: true, ..standing(Door::Open, IN_SALES) },
    ..USUAL
};

/// A confidential app with an application permission that the admin APIs do not take.
pub(in crate::sandbox) const OVERGRANTED: App = App {
    id: "ccd0a215-3d13-442d-abd0-074dfad5e8a3",
    name: "Contoso Report Audit",
    object_id: "e79a0bcc-7333-4b72-9aa5-ff0f6112c2c2",
    credential: Credential::Secret(concat!("vQ2", "8Q~mT7hYc.R4xKd-W9bNzE_uJ3pLfSg6AoVi1")),
    roles: &["Tenant.Read.All"],
    ..USUAL
};

pub(super) const APPS: [&App; 20] = [
    &RECALLED,
    &DEPARTED,
    &BEREFT,
    &SIGHTLESS,
    &BARRED,
    &CLIPPED,
    &STRIPPED,
    &GARBLED,
    &SUSPENDED,
    &PROXIED,
    &SPENT,
    &PAUSED,
    &UNEMBEDDED,
    &CLASSIC,
    &RULED,
    &TYPELESS,
    &UNBUILT,
    &SOURCELESS,
    &OVERSEER,
    &OVERGRANTED,
];
