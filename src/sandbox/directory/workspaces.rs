//! What Power BI holds: workspaces with their reports and semantic models, and how apps and users stand there.

use crate::sandbox::powerbi::Refusal;

/// A semantic model.
#[derive(Debug)]
pub(in crate::sandbox) struct Model {
    /// Its ID.
    pub(in crate::sandbox) id: &'static str,
    /// Its name.
    pub(in crate::sandbox) name: &'static str,
    /// Whether it has row-level security.
    pub(in crate::sandbox) has_rules: bool,
}

/// A report.
#[derive(Debug)]
pub(in crate::sandbox) struct Report {
    /// Its ID.
    pub(in crate::sandbox) id: &'static str,
    /// Its name.
    pub(in crate::sandbox) name: &'static str,
    /// The model under it; a paginated report has none.
    pub(in crate::sandbox) model: Option<&'static Model>,
}

/// A workspace.
#[derive(Debug)]
pub(in crate::sandbox) struct Workspace {
    /// Its ID.
    pub(in crate::sandbox) id: &'static str,
    /// Its name.
    pub(in crate::sandbox) name: &'static str,
    /// The dedicated capacity that it is on.
    pub(in crate::sandbox) capacity: Option<&'static str>,
    /// Its reports.
    pub(in crate::sandbox) reports: &'static [Report],
    /// Its semantic models.
    pub(in crate::sandbox) models: &'static [&'static Model],
}

/// A role in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Role {
    /// May read and embed.
    Member,
    /// May look at reports only.
    Viewer,
}

/// A place in a workspace.
pub(in crate::sandbox) type Seat = (&'static Workspace, Role);

/// The calls of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Call {
    /// The features of the tenant.
    Features,
    /// The caller's workspaces.
    Workspaces,
    /// What My workspace holds.
    MyWorkspace,
    /// The reports of a workspace.
    Reports,
    /// The semantic models of a workspace.
    Models,
    /// A query to a semantic model.
    Query,
    /// An embed token.
    Embed,
    /// What admins may list.
    Admin,
}

/// Every call.
pub(in crate::sandbox) const EVERYWHERE: &[Call] = &[
    Call::Features,
    Call::Workspaces,
    Call::MyWorkspace,
    Call::Reports,
    Call::Models,
    Call::Query,
    Call::Embed,
    Call::Admin,
];
/// Every call but the one that needs neither permission nor licence.
pub(in crate::sandbox) const BEYOND_FEATURES: &[Call] =
    &[Call::Workspaces, Call::MyWorkspace, Call::Reports, Call::Models, Call::Query, Call::Embed, Call::Admin];
/// The calls for what is inside of a workspace.
pub(in crate::sandbox) const INSIDE: &[Call] = &[Call::Reports, Call::Models, Call::Query, Call::Embed];

/// What stands before the calls of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Door {
    /// Nothing.
    Open,
    /// These calls are refused, however they are made.
    Closed(&'static [Call], Refusal),
    /// The tenant's switch for service principals, until so many requests were refused or so many seconds have passed
    /// since the first one.
    After {
        /// How many are refused.
        requests: u32,
        /// How many seconds at most.
        seconds: i64,
    },
}

/// How an app or a user stands at Power BI.
#[derive(Debug)]
pub(in crate::sandbox) struct Standing {
    /// What stands before the calls.
    pub(in crate::sandbox) door: Door,
    /// The workspaces that it is in.
    pub(in crate::sandbox) seats: &'static [Seat],
    /// How much of the free embed tokens is spent, in percent.
    pub(in crate::sandbox) trial: u8,
    /// Whether an admin has switched embedding off for it.
    pub(in crate::sandbox) is_embedding_off: bool,
    /// Whether the admin APIs are open to it.
    pub(in crate::sandbox) is_admin: bool,
}

/// A standing with a trial that has hardly begun.
pub(in crate::sandbox) const fn standing(door: Door, seats: &'static [Seat]) -> Standing {
    Standing { door, seats, trial: 12, is_embedding_off: false, is_admin: false }
}

/// How most stand: members of one workspace in which all is well.
pub(in crate::sandbox) const ORDINARY: Standing = standing(Door::Open, IN_SALES);

/// A member of the sales workspace.
pub(in crate::sandbox) const IN_SALES: &[Seat] = &[(&SALES, Role::Member)];
/// A member of the finance workspace, which is on no capacity.
pub(in crate::sandbox) const IN_FINANCE: &[Seat] = &[(&FINANCE, Role::Member)];
/// A member of a workspace that holds nothing.
pub(in crate::sandbox) const IN_ARCHIVE: &[Seat] = &[(&ARCHIVE, Role::Member)];
/// A member of several workspaces.
pub(in crate::sandbox) const IN_SEVERAL: &[Seat] =
    &[(&SALES, Role::Member), (&FINANCE, Role::Member), (&ARCHIVE, Role::Viewer)];
/// A member of a workspace in which every report needs an effective identity.
pub(in crate::sandbox) const IN_PAYROLL: &[Seat] = &[(&PAYROLL, Role::Member)];
/// A viewer of the sales workspace.
pub(in crate::sandbox) const AS_VIEWER: &[Seat] = &[(&SALES, Role::Viewer)];

const CAPACITY: &str = "12381191-8F89-4E04-BF94-6CB9D4B3726F";

/// The ID of somebody's My workspace.
pub(in crate::sandbox) const MY_WORKSPACE: &str = "7881bd63-c0a4-4319-b831-ae125a2fd5c7";

static SALES_MODEL: Model = Model { id: "8ca92fa7-1ef1-4cc1-8e72-15b4a9431506", name: "Sales", has_rules: false };
static REGIONS_MODEL: Model = Model { id: "f88f5ce4-b4d9-4215-9949-917582656e76", name: "Regions", has_rules: true };
static BUDGET_MODEL: Model = Model { id: "f3d1c5b4-4fb2-42e8-9b47-fdfe94180e0e", name: "Budget", has_rules: false };
static PAYROLL_MODEL: Model = Model { id: "ebf25c63-bf05-45c2-9614-b029babd0735", name: "Payroll", has_rules: true };

/// The workspace in which all is well: a report, one over a model with row-level security, a paginated one.
static SALES: Workspace = Workspace {
    id: "cd83aaa3-1171-4aaa-b49c-989cf86eb623",
    name: "Sales",
    capacity: Some(CAPACITY),
    reports: &[
        Report { id: "f7871b33-278a-4b33-bc37-91d6eb15e27a", name: "Sales Overview", model: Some(&SALES_MODEL) },
        Report { id: "a33fa9c5-4b15-4312-b318-87f0ac126a5b", name: "Sales by Region", model: Some(&REGIONS_MODEL) },
        Report { id: "4ae39862-a423-454e-aae4-1372a84a5bdf", name: "Invoice", model: None },
    ],
    models: &[&SALES_MODEL, &REGIONS_MODEL],
};

/// A workspace on no capacity, with a report over the model of another workspace.
static FINANCE: Workspace = Workspace {
    id: "97f3cc26-766b-41fa-a9a2-828153e5566a",
    name: "Finance",
    capacity: None,
    reports: &[
        Report { id: "b0587811-16da-4a7c-881f-39e4fc0a5990", name: "Budget", model: Some(&BUDGET_MODEL) },
        Report { id: "bdb43e8e-cbc8-4902-9021-6fe632d747a6", name: "Sales Forecast", model: Some(&SALES_MODEL) },
    ],
    models: &[&BUDGET_MODEL],
};

/// A workspace that holds nothing.
static ARCHIVE: Workspace = Workspace {
    id: "a020c73a-ca8c-440c-863c-20bcc9dbe51f",
    name: "Archive",
    capacity: Some(CAPACITY),
    reports: &[],
    models: &[],
};

/// A workspace in which every report is over a model with row-level security.
static PAYROLL: Workspace = Workspace {
    id: "a21ed701-16a0-4018-962d-01bf5c818850",
    name: "Payroll",
    capacity: Some(CAPACITY),
    reports: &[Report { id: "f6f84dc3-ff71-4200-98da-3e1d96f6b991", name: "Payroll", model: Some(&PAYROLL_MODEL) }],
    models: &[&PAYROLL_MODEL],
};

static WORKSPACES: [&Workspace; 4] = [&SALES, &FINANCE, &ARCHIVE, &PAYROLL];

impl Workspace {
    /// All workspaces of the tenant, as an admin sees them.
    pub(in crate::sandbox) fn all() -> impl Iterator<Item = &'static Self> {
        WORKSPACES.into_iter()
    }

    /// The workspace of that ID, whoever asks.
    pub(in crate::sandbox) fn find(id: &str) -> Option<&'static Self> {
        WORKSPACES.into_iter().find(|workspace| workspace.id.eq_ignore_ascii_case(id))
    }
}

#[cfg(test)]
pub(super) fn identifiers() -> impl Iterator<Item = &'static str> {
    let models = [&SALES_MODEL, &REGIONS_MODEL, &BUDGET_MODEL, &PAYROLL_MODEL].into_iter().map(|model| model.id);
    let reports = WORKSPACES.into_iter().flat_map(|workspace| workspace.reports).map(|report| report.id);
    WORKSPACES.into_iter().map(|workspace| workspace.id).chain(reports).chain(models).chain([CAPACITY, MY_WORKSPACE])
}
