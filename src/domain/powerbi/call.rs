//! What is asked of the API: calls without side effects, one for each gate.

use std::fmt;

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
}

impl Gate {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Features, Self::Workspaces, Self::Reports, Self::Datasets];

    /// The word on the screen and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Features => "features",
            Self::Workspaces => "workspaces",
            Self::Reports => "reports",
            Self::Datasets => "datasets",
        }
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
}

impl Call {
    /// The gate that the answer opens.
    pub const fn gate(&self) -> Gate {
        match self {
            Self::Features => Gate::Features,
            Self::Workspaces => Gate::Workspaces,
            Self::Reports(_) => Gate::Reports,
            Self::Datasets(_) => Gate::Datasets,
        }
    }

    /// What the call is about, for the meaning of a refusal.
    pub const fn route(&self) -> Route {
        match self {
            Self::Features => Route::Tenant,
            Self::Workspaces => Route::Workspaces,
            Self::Reports(_) | Self::Datasets(_) => Route::Workspace,
        }
    }

    /// The path below `/v1.0/myorg/`, with its query.
    pub fn path(&self) -> String {
        match self {
            Self::Features => "availableFeatures".to_owned(),
            Self::Workspaces => format!("groups?$top={TOP}"),
            Self::Reports(id) => format!("groups/{id}/reports"),
            Self::Datasets(id) => format!("groups/{id}/datasets"),
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
        for call in [Call::Features, Call::Workspaces, Call::Reports(id.clone()), Call::Datasets(id)] {
            let path = call.path();
            assert!(path.starts_with("groups") || path == "availableFeatures", "{path}");
        }
    }
}
