//! What is asked of the API: one call for each gate. Those of the usual gates have no side effect.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::domain::shape;

/// The most workspaces that are asked for; fewer than a megabyte of answer.
pub(super) const TOP: usize = 1000;

/// What a token has to pass, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// The features of the tenant; needs no permission, and is never a failure by itself.
    Features,
    /// The workspaces that its holder is in.
    Workspaces,
    /// The reports of one workspace.
    Reports,
    /// The semantic models of that workspace.
    Datasets,
    /// An embed token for one of the reports. Asked by name only: it may be one of those of the free trial.
    Embed,
    /// A DAX query that reads no data, to the semantic model of that report. Asked by name only.
    Query,
    /// The read-only admin APIs. Asked by name only: they count their requests for the whole tenant.
    Admin,
}

impl Gate {
    /// Those that are always asked, in order.
    pub const USUAL: [Self; 4] = [Self::Features, Self::Workspaces, Self::Reports, Self::Datasets];

    /// Those that are asked only by name, in order.
    pub const OPTIONAL: [Self; 3] = [Self::Embed, Self::Query, Self::Admin];

    /// The word on the screen and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Features => "features",
            Self::Workspaces => "workspaces",
            Self::Reports => "reports",
            Self::Datasets => "datasets",
            Self::Embed => "embed",
            Self::Query => "query",
            Self::Admin => "admin",
        }
    }
}

/// The ID of a report or a semantic model: a GUID, and so safe as a part of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemId(String);

/// The text is no ID of a report or a semantic model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("A report ID is a GUID; it stands in the browser's address after /reports/.")]
pub struct NotAnItem;

impl ItemId {
    /// Reads a GUID, white space at its ends taken off.
    ///
    /// # Errors
    /// The text is no GUID.
    pub fn parse(text: &str) -> Result<Self, NotAnItem> {
        let text = text.trim();
        if shape::is_guid(text) { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAnItem) }
    }

    /// The GUID, in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text is that ID.
    pub fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text.trim())
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ID of a workspace: a GUID, and so safe as a part of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WorkspaceId(String);

/// The text is no ID of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("A workspace ID is a GUID; it stands in the browser's address after /groups/.")]
pub struct NotAWorkspace;

impl WorkspaceId {
    /// Reads a GUID, white space at its ends taken off.
    ///
    /// # Errors
    /// The text is no GUID.
    pub fn parse(text: &str) -> Result<Self, NotAWorkspace> {
        let text = text.trim();
        if shape::is_guid(text) { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAWorkspace) }
    }

    /// The GUID, in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One request to the API.
///
/// There is none for My workspace (`/myorg/reports`): a service principal is refused there even if all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `GET availableFeatures`.
    Features,
    /// `GET groups`.
    Workspaces,
    /// `GET groups/{id}/reports`.
    Reports(WorkspaceId),
    /// `GET groups/{id}/datasets`.
    Datasets(WorkspaceId),
    /// `POST GenerateToken`.
    Embed {
        /// The report to embed.
        report: ItemId,
        /// The semantic model under it; a paginated report has none.
        dataset: Option<ItemId>,
        /// The workspace that the token may save to. A user's token needs a permission of its own for that
        /// (`Content.Create`), so none is named for a user.
        target: Option<WorkspaceId>,
    },
    /// `POST groups/{id}/datasets/{id}/executeQueries`.
    Query {
        /// The workspace of the semantic model.
        workspace: WorkspaceId,
        /// The semantic model.
        dataset: ItemId,
    },
    /// `GET admin/groups`.
    Admin,
}

/// A query that every semantic model answers without reading data.
const QUERY: &str = "EVALUATE ROW(\"answer\", 1)";

impl Call {
    /// The gate that the answer opens.
    pub const fn gate(&self) -> Gate {
        match self {
            Self::Features => Gate::Features,
            Self::Workspaces => Gate::Workspaces,
            Self::Reports(_) => Gate::Reports,
            Self::Datasets(_) => Gate::Datasets,
            Self::Embed { .. } => Gate::Embed,
            Self::Query { .. } => Gate::Query,
            Self::Admin => Gate::Admin,
        }
    }

    /// What the call is about, for the meaning of a refusal.
    pub const fn route(&self) -> Route {
        match self {
            Self::Features => Route::Tenant,
            Self::Workspaces => Route::Workspaces,
            Self::Reports(_) | Self::Datasets(_) => Route::Workspace,
            Self::Embed { .. } => Route::EmbedToken,
            Self::Query { .. } => Route::Query,
            Self::Admin => Route::Admin,
        }
    }

    /// The path below `/v1.0/myorg/`, with its query.
    pub fn path(&self) -> String {
        match self {
            Self::Features => "availableFeatures".to_owned(),
            Self::Workspaces => format!("groups?$top={TOP}"),
            Self::Reports(id) => format!("groups/{id}/reports"),
            Self::Datasets(id) => format!("groups/{id}/datasets"),
            Self::Embed { .. } => "GenerateToken".to_owned(),
            Self::Query { workspace, dataset } => format!("groups/{workspace}/datasets/{dataset}/executeQueries"),
            Self::Admin => "admin/groups?$top=1".to_owned(),
        }
    }

    /// The JSON that is posted; `None` when nothing is.
    pub fn body(&self) -> Option<String> {
        match self {
            Self::Features | Self::Workspaces | Self::Reports(_) | Self::Datasets(_) | Self::Admin => None,
            Self::Embed { report, dataset, target } => {
                let named = [
                    ("datasets", dataset.as_ref().map(ItemId::as_str)),
                    ("reports", Some(report.as_str())),
                    ("targetWorkspaces", target.as_ref().map(WorkspaceId::as_str)),
                ];
                let list = |(name, id): (&str, Option<&str>)| Some((name.to_owned(), json!([{"id": id?}])));
                Some(Value::Object(named.into_iter().filter_map(list).collect::<Map<_, _>>()).to_string())
            }
            Self::Query { .. } => Some(json!({"queries": [{"query": QUERY}]}).to_string()),
        }
    }
}

/// What a call is about: the same name of an error has another meaning on another route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The tenant as a whole.
    Tenant,
    /// The list of workspaces.
    Workspaces,
    /// What is in one workspace.
    Workspace,
    /// The reports of a workspace that the list of workspaces named.
    ListedWorkspace,
    /// The semantic models of a workspace whose reports are listed.
    Models,
    /// A query to a semantic model.
    Query,
    /// An embed token, `GenerateToken`.
    EmbedToken,
    /// The admin APIs.
    Admin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_id_cannot_change_the_path() {
        for text in ["", "me", "../admin", "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0/../x", "{8f3c2a1e}"] {
            assert_eq!(WorkspaceId::parse(text), Err(NotAWorkspace), "{text}");
        }
        let id = WorkspaceId::parse(" 8F3C2A1E-5b7d-4c19-9e42-3a6f0d1c77d0\n").expect("a GUID");
        assert_eq!(Call::Reports(id).path(), "groups/8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0/reports");
    }

    #[test]
    fn no_call_is_for_my_workspace() {
        let id = WorkspaceId::parse("8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0").expect("a GUID");
        let dataset = ItemId::parse("1b4e28ba-2fa1-41d2-883f-0016d3cca427").expect("a GUID");
        let query = Call::Query { workspace: id.clone(), dataset };
        for call in [Call::Features, Call::Workspaces, Call::Reports(id.clone()), Call::Datasets(id), query] {
            let path = call.path();
            assert!(path.starts_with("groups") || path == "availableFeatures", "{path}");
        }
    }

    #[test]
    fn bodies_are_those_of_the_reference() {
        const ID: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
        let item = || ItemId::parse(ID).expect("a GUID");
        let workspace = WorkspaceId::parse(ID).expect("a GUID");
        let embed = Call::Embed { report: item(), dataset: Some(item()), target: Some(workspace.clone()) };
        let body = format!(
            r#"{{"datasets":[{{"id":"{ID}"}}],"reports":[{{"id":"{ID}"}}],"targetWorkspaces":[{{"id":"{ID}"}}]}}"#
        );
        assert_eq!((embed.path().as_str(), embed.body()), ("GenerateToken", Some(body)));
        let paginated = Call::Embed { report: item(), dataset: None, target: None };
        assert_eq!(paginated.body(), Some(format!(r#"{{"reports":[{{"id":"{ID}"}}]}}"#)));
        let query = Call::Query { workspace, dataset: item() };
        assert_eq!(query.path(), format!("groups/{ID}/datasets/{ID}/executeQueries"));
        assert_eq!(query.body().as_deref(), Some(r#"{"queries":[{"query":"EVALUATE ROW(\"answer\", 1)"}]}"#));
        assert_eq!((Call::Admin.path().as_str(), Call::Admin.body()), ("admin/groups?$top=1", None));
        assert!(ItemId::parse("../x").is_err());
    }
}
