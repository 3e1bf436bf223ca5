//! Power BI's REST API on the sandbox's own origin: routes, who is let in, and what is refused.
//!
//! Statuses and headers are those of the live service, as others have measured it: 403 for a bad token, 401 for
//! missing permissions, mostly without a body; the reason stands in `X-PowerBI-Error-Info`.

mod bearer;
mod doors;
mod lists;
mod reply;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::Shared;
use super::directory::{Call, Door, MY_WORKSPACE, Model, Role, Seat, Workspace};
use super::exchange::{Exchange, text};
use super::identifier::is_guid;
use bearer::{Caller, Rejected};

pub(super) use doors::Doors;
pub(super) use reply::Refusal;

/// The header of a token answer which says that the API is on the same origin.
pub(super) const PRACTICE_HEADER: HeaderName = HeaderName::from_static("x-practice-powerbi");

/// The routes of the API.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1.0/myorg/availableFeatures", get(features))
        .route("/v1.0/myorg/groups", get(workspaces))
        .route("/v1.0/myorg/groups/{workspace}/reports", get(reports))
        .route("/v1.0/myorg/groups/{workspace}/datasets", get(datasets))
        .route("/v1.0/myorg/groups/{workspace}/datasets/{dataset}/executeQueries", post(query))
        .route("/v1.0/myorg/reports", get(my_workspace))
        .route("/v1.0/myorg/datasets", get(my_workspace))
        .route("/v1.0/myorg/admin/groups", get(admin))
        .route("/v1.0/myorg/GenerateToken", post(embed_token))
}

type Body = Result<Value, Refusal>;

async fn features(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    answer(&shared, &headers, Call::Features, |caller| Ok(lists::features(caller)))
}

async fn workspaces(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    answer(&shared, &headers, Call::Workspaces, |caller| Ok(lists::workspaces(caller)))
}

async fn reports(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(&shared, &headers, Call::Reports, |caller| seat(caller, &id).map(|(workspace, _)| lists::reports(workspace)))
}

async fn datasets(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(&shared, &headers, Call::Models, |caller| seat(caller, &id).map(|(workspace, _)| lists::datasets(workspace)))
}

async fn my_workspace(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    answer(&shared, &headers, Call::MyWorkspace, |caller| {
        if caller.user.is_some() { Ok(json!({"value": []})) } else { Err(Refusal::ClosedToApps) }
    })
}

async fn admin(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    answer(&shared, &headers, Call::Admin, |caller| {
        if !caller.standing.is_admin {
            return Err(Refusal::NotAuthorized);
        }
        let query = query.unwrap_or_default();
        let top = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "$top");
        // The service wants to be told how many, and has a most.
        let top = top.and_then(|(_, value)| value.parse().ok()).filter(|top| (1..=5000).contains(top));
        top.map(lists::all_workspaces).ok_or(Refusal::BadRequest)
    })
}

async fn query(
    State(shared): State<Arc<Shared>>,
    Path((workspace, dataset)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&shared, &headers, Call::Query, |caller| {
        let (workspace, role) = seat(caller, &workspace)?;
        let is_there = workspace.models.iter().any(|model| model.id == dataset);
        // Who may not build on a model is told that it is not there.
        if !is_there || role == Role::Viewer {
            return Err(Refusal::NotFound);
        }
        let request = json_of(&headers, &body)?;
        let query = request.pointer("/queries/0/query").and_then(Value::as_str).ok_or(Refusal::BadRequest)?;
        let is_dax = query.trim_start().to_ascii_uppercase().starts_with("EVALUATE");
        if is_dax { Ok(json!({"results": [{"tables": [{"rows": []}]}]})) } else { Err(Refusal::QueryFailed) }
    })
}

async fn embed_token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&shared, &headers, Call::Embed, |caller| {
        let request = json_of(&headers, &body)?;
        if caller.standing.is_embedding_off {
            return Err(Refusal::EmbedForbidden);
        }
        let ids = request.get("datasets").and_then(Value::as_array).ok_or(Refusal::BadRequest)?;
        for id in ids {
            let id = id.get("id").and_then(Value::as_str).filter(|id| is_guid(id)).ok_or(Refusal::BadRequest)?;
            let (workspace, model, role) = model(caller, id).ok_or(Refusal::NotFound)?;
            // Without a capacity embed tokens come from the free trial.
            let is_spent = workspace.capacity.is_none() && caller.standing.trial >= 100;
            if role == Role::Viewer || is_spent {
                return Err(Refusal::EmbedForbidden);
            }
            if model.has_rules && request.get("identities").is_none() {
                return Err(Refusal::IdentityMissing(model.id));
            }
        }
        Ok(lists::embed_token(&shared.identifiers))
    })
}

/// A body that is declared as JSON and is JSON.
fn json_of(headers: &HeaderMap, body: &[u8]) -> Body {
    if !text(headers, &CONTENT_TYPE).to_ascii_lowercase().starts_with("application/json") {
        return Err(Refusal::MediaType);
    }
    serde_json::from_slice(body).map_err(|_| Refusal::BadRequest)
}

/// The caller's place in a workspace.
fn seat(caller: &Caller, id: &str) -> Result<Seat, Refusal> {
    if id.eq_ignore_ascii_case(MY_WORKSPACE) {
        return Err(Refusal::PersonalWorkspace);
    }
    let own = caller.standing.seats.iter().find(|(workspace, _)| workspace.id.eq_ignore_ascii_case(id));
    match own {
        Some(seat) => Ok(*seat),
        None if Workspace::find(id).is_some() => Err(Refusal::NoSeat),
        None => Err(Refusal::NotAuthorized),
    }
}

/// A model in one of the caller's workspaces.
fn model(caller: &Caller, id: &str) -> Option<(&'static Workspace, &'static Model, Role)> {
    let of_seat = |(workspace, role): &Seat| {
        let model = workspace.models.iter().find(|model| model.id.eq_ignore_ascii_case(id))?;
        Some((*workspace, *model, *role))
    };
    caller.standing.seats.iter().find_map(of_seat)
}

/// Answers a call: first the token, then what stands before the call, then the call itself.
fn answer(shared: &Shared, headers: &HeaderMap, call: Call, write: impl FnOnce(&Caller) -> Body) -> Response {
    let authorization = text(headers, &AUTHORIZATION);
    let exchange = Exchange::begin(shared, &bearer::tenant(authorization), headers);
    let caller = match bearer::read(authorization, &shared.keys, exchange.now) {
        Ok(caller) => caller,
        Err(rejected) => return reply::refused(&Refusal::from(rejected), &exchange),
    };
    let closed = match caller.standing.door {
        Door::Open => None,
        Door::Closed(calls, refusal) => calls.contains(&call).then_some(refusal),
        Door::After { requests, seconds } => {
            (!shared.doors.opens(caller.id, requests, seconds, exchange.now)).then_some(Refusal::Switch)
        }
    };
    match closed.map_or_else(|| write(&caller), Err) {
        Ok(body) => reply::list(&body, &exchange),
        Err(refusal) => reply::refused(&refusal, &exchange),
    }
}

impl From<Rejected> for Refusal {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Missing => Self::NoToken,
            Rejected::Unusable => Self::BadToken,
            Rejected::Untrusted => Self::UntrustedToken,
            Rejected::Ended => Self::EndedToken,
        }
    }
}
