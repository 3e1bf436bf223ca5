//! What the API lists.

use serde_json::{Value, json};

use super::bearer::Caller;
use super::reply::Refusal;
use crate::sandbox::directory::{Door, Role, Workspace};
use crate::sandbox::identifier::Identifiers;

/// The features; the free embed tokens are one of them.
pub(super) fn features(caller: &Caller) -> Value {
    let extended = match caller.standing.door {
        Door::Closed(_, Refusal::Unlicensed) => "UserNotLicensed",
        _ if caller.standing.is_embedding_off => "DisabledByAdmin",
        _ => "Enabled",
    };
    json!({
        "features": [{
            "name": "embedTrial",
            "state": "Enabled",
            "extendedState": extended,
            "additionalInfo": {"usage": caller.standing.trial},
        }],
    })
}

/// The caller's workspaces.
pub(super) fn workspaces(caller: &Caller) -> Value {
    let entry = |workspace: &Workspace, role: Role| {
        let mut entry = json!({
            "id": workspace.id,
            "isReadOnly": role == Role::Viewer,
            "isOnDedicatedCapacity": workspace.capacity.is_some(),
            "type": "Workspace",
            "name": workspace.name,
        });
        if let (Some(capacity), Some(members)) = (workspace.capacity, entry.as_object_mut()) {
            members.insert("capacityId".to_owned(), capacity.into());
        }
        entry
    };
    let value: Vec<Value> = caller.standing.seats.iter().map(|(workspace, role)| entry(workspace, *role)).collect();
    json!({
        "@odata.context": "http://api.powerbi.com/v1.0/myorg/$metadata#groups",
        "@odata.count": value.len(),
        "value": value,
    })
}

/// The first workspaces of the tenant, whoever is in them.
pub(super) fn all_workspaces(top: usize) -> Value {
    let entry = |workspace: &Workspace| {
        json!({
            "id": workspace.id,
            "isReadOnly": false,
            "isOnDedicatedCapacity": workspace.capacity.is_some(),
            "type": "Workspace",
            "state": "Active",
            "name": workspace.name,
        })
    };
    let value: Vec<Value> = Workspace::all().take(top).map(entry).collect();
    json!({
        "@odata.context": "http://api.powerbi.com/v1.0/myorg/admin/$metadata#groups",
        "@odata.count": value.len(),
        "value": value,
    })
}

/// The reports of a workspace.
pub(super) fn reports(workspace: &Workspace) -> Value {
    let value: Vec<Value> = workspace
        .reports
        .iter()
        .map(|report| {
            let (kind, page) =
                if report.model.is_some() { ("PowerBIReport", "reports") } else { ("PaginatedReport", "rdlreports") };
            let place = format!("https://app.powerbi.com/groups/{}/{page}/{}", workspace.id, report.id);
            let embed = format!("https://app.powerbi.com/reportEmbed?reportId={}&groupId={}", report.id, workspace.id);
            let mut entry = json!({
                "id": report.id,
                "reportType": kind,
                "name": report.name,
                "webUrl": place,
                "embedUrl": embed,
            });
            if let (Some(model), Some(members)) = (report.model, entry.as_object_mut()) {
                members.insert("datasetId".to_owned(), model.id.into());
            }
            entry
        })
        .collect();
    json!({"@odata.context": "http://api.powerbi.com/v1.0/myorg/groups/$metadata#reports", "value": value})
}

/// The semantic models of a workspace.
pub(super) fn datasets(workspace: &Workspace) -> Value {
    let entry = |model: &crate::sandbox::directory::Model| {
        json!({
            "id": model.id,
            "name": model.name,
            "isRefreshable": true,
            "isEffectiveIdentityRequired": model.has_rules,
            "isEffectiveIdentityRolesRequired": model.has_rules,
            "isOnPremGatewayRequired": false,
        })
    };
    let value: Vec<Value> = workspace.models.iter().map(|model| entry(model)).collect();
    json!({"@odata.context": "http://api.powerbi.com/v1.0/myorg/groups/$metadata#datasets", "value": value})
}

/// An embed token, good for nothing.
pub(super) fn embed_token(identifiers: &Identifiers) -> Value {
    json!({"token": format!("H4sI{}", identifiers.opaque()), "tokenId": identifiers.guid()})
}
