//! What the API lists: workspaces, reports, semantic models, features. Read tolerantly, to limits.

use serde_json::{Map, Value};

use super::call::WorkspaceId;

/// The most items of a list that are kept.
const MOST: usize = 5000;
/// The longest name or address that is kept, in characters.
const LONGEST: usize = 2048;

/// A list as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// The items, in the order of the answer.
    pub items: Vec<T>,
    /// Whether there may be more of them.
    pub is_cut: bool,
    /// How many items could not be read.
    pub unreadable: usize,
}

impl<T> Listing<T> {
    /// Reads the array `member` of a JSON object; `None` when there is none. A list of `full` items may be cut.
    fn read(body: &str, member: &str, full: usize, item: impl Fn(&Map<String, Value>) -> Option<T>) -> Option<Self> {
        let whole: Value = serde_json::from_str(body).ok()?;
        let values = whole.get(member)?.as_array()?;
        let is_cut = values.len() >= full.min(MOST) || whole.get("@odata.nextLink").is_some();
        let kept = values.iter().take(MOST);
        let items: Vec<T> = kept.clone().filter_map(|value| value.as_object().and_then(&item)).collect();
        let unreadable = kept.len() - items.len();
        Some(Self { items, is_cut, unreadable })
    }

    /// `3 reports`, `1 report`, `1000 or more reports`.
    pub fn count(&self, one: &str, many: &str) -> String {
        match (self.items.len(), self.is_cut) {
            (1, false) => format!("1 {one}"),
            (count, false) => format!("{count} {many}"),
            (count, true) => format!("{count} or more {many}"),
        }
    }
}

/// A workspace, as `GET groups` lists it. Texts are as they came: `text::printable` before they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its ID.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Whether it is on a dedicated capacity.
    pub is_on_dedicated_capacity: Option<bool>,
    /// Which capacity.
    pub capacity_id: Option<String>,
    /// Whether the holder of the token may only read there.
    pub is_read_only: Option<bool>,
}

/// The kinds of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportType {
    /// An interactive report over a semantic model.
    PowerBi,
    /// A paginated report.
    Paginated,
    /// Something newer.
    Other(String),
}

/// A report, as `GET groups/{id}/reports` lists it. Texts are as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its ID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The semantic model under it; a paginated report has none.
    pub dataset_id: Option<String>,
    /// The workspace of that model, where the answer names it.
    pub dataset_workspace_id: Option<String>,
    /// Its kind.
    pub report_type: ReportType,
    /// The address that a page embeds.
    pub embed_url: Option<String>,
}

/// A semantic model, as `GET groups/{id}/datasets` lists it. Texts are as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Its ID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether an embed token has to say whose rows to show.
    pub is_effective_identity_required: Option<bool>,
    /// Whether it has to name roles as well.
    pub is_effective_identity_roles_required: Option<bool>,
}

/// A feature of the tenant, as `GET availableFeatures` lists it. Texts are as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// `embedTrial` and others.
    pub name: String,
    /// `Enabled`, `DisabledByAdmin`, `UserNotLicensed`.
    pub state: String,
    /// Of the embed trial: how much of the free embed tokens is spent, in percent.
    pub usage: Option<u64>,
}

fn text(item: &Map<String, Value>, name: &str) -> Option<String> {
    let text = item.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

fn flag(item: &Map<String, Value>, name: &str) -> Option<bool> {
    item.get(name)?.as_bool()
}

/// Reads the answer to `GET groups`, of which at most `top` were asked for.
pub(super) fn workspaces(body: &str, top: usize) -> Option<Listing<Workspace>> {
    Listing::read(body, "value", top, |item| {
        Some(Workspace {
            id: WorkspaceId::parse(item.get("id")?.as_str()?).ok()?,
            name: text(item, "name").unwrap_or_default(),
            is_on_dedicated_capacity: flag(item, "isOnDedicatedCapacity"),
            capacity_id: text(item, "capacityId"),
            is_read_only: flag(item, "isReadOnly"),
        })
    })
}

/// Reads the answer to `GET groups/{id}/reports`.
pub(super) fn reports(body: &str) -> Option<Listing<Report>> {
    Listing::read(body, "value", MOST, |item| {
        let dataset_id = text(item, "datasetId");
        let report_type = match text(item, "reportType").as_deref() {
            Some("PowerBIReport") => ReportType::PowerBi,
            Some("PaginatedReport") => ReportType::Paginated,
            Some(other) => ReportType::Other(other.to_owned()),
            // Older answers do not say it; only paginated reports have no model.
            None if dataset_id.is_none() => ReportType::Paginated,
            None => ReportType::PowerBi,
        };
        Some(Report {
            id: text(item, "id")?,
            name: text(item, "name").unwrap_or_default(),
            dataset_workspace_id: text(item, "datasetWorkspaceId"),
            embed_url: text(item, "embedUrl"),
            dataset_id,
            report_type,
        })
    })
}

/// Reads the answer to `GET groups/{id}/datasets`.
pub(super) fn datasets(body: &str) -> Option<Listing<Dataset>> {
    Listing::read(body, "value", MOST, |item| {
        Some(Dataset {
            id: text(item, "id")?,
            name: text(item, "name").unwrap_or_default(),
            is_effective_identity_required: flag(item, "isEffectiveIdentityRequired"),
            is_effective_identity_roles_required: flag(item, "isEffectiveIdentityRolesRequired"),
        })
    })
}

/// Reads the answer to `GET availableFeatures`.
pub(super) fn features(body: &str) -> Option<Listing<Feature>> {
    Listing::read(body, "features", MOST, |item| {
        Some(Feature {
            name: text(item, "name")?,
            state: text(item, "extendedState").or_else(|| text(item, "state")).unwrap_or_default(),
            usage: item.get("additionalInfo").and_then(|info| info.get("usage")).and_then(Value::as_u64),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";

    #[test]
    fn items_that_cannot_be_read_are_counted_and_left_out() {
        let body =
            format!(r#"{{"value":[{{"id":"{ID}","name":"A","isOnDedicatedCapacity":"yes"}},{{"id":"../x"}},7]}}"#);
        let listing = workspaces(&body, 1000).expect("a list");
        assert_eq!((listing.items.len(), listing.unreadable, listing.is_cut), (1, 2, false));
        assert_eq!(listing.items[0].is_on_dedicated_capacity, None);
        assert_eq!(listing.count("workspace", "workspaces"), "1 workspace");
        assert_eq!(workspaces(&body, 3).expect("a list").count("workspace", "workspaces"), "1 or more workspaces");
    }

    #[test]
    fn what_is_no_list_is_told_from_an_empty_one() {
        assert_eq!(workspaces(r#"{"value":[]}"#, 10).map(|listing| listing.items.len()), Some(0));
        for body in ["", "[]", "{}", r#"{"value":{}}"#, r#"{"value":[{"id":1}"#, "<html>"] {
            assert_eq!(workspaces(body, 10), None, "{body}");
        }
    }

    #[test]
    fn a_report_without_a_model_is_paginated_unless_it_says_otherwise() {
        let body = r#"{"value":[{"id":"1"},{"id":"2","datasetId":"d"},{"id":"3","reportType":"PaginatedReport"},{"id":"4","reportType":"New"}]}"#;
        let kinds: Vec<_> = reports(body).expect("a list").items.into_iter().map(|report| report.report_type).collect();
        let other = ReportType::Other("New".to_owned());
        assert_eq!(kinds, [ReportType::Paginated, ReportType::PowerBi, ReportType::Paginated, other]);
    }

    #[test]
    fn long_names_and_long_lists_are_cut() {
        let long = "x".repeat(LONGEST + 1);
        let body = format!(r#"{{"value":[{{"id":"1","name":"{long}"}}]}}"#);
        assert_eq!(datasets(&body).expect("a list").items[0].name.len(), LONGEST);
        let many = vec![r#"{"id":"1"}"#; MOST + 1].join(",");
        let listing = datasets(&format!(r#"{{"value":[{many}]}}"#)).expect("a list");
        assert_eq!((listing.items.len(), listing.is_cut), (MOST, true));
    }

    proptest! {
        #[test]
        fn any_body_can_be_read(body: String) {
            let _read = (workspaces(&body, 10), reports(&body), datasets(&body), features(&body));
        }
    }
}
