//! Power BI's side: whether its REST API takes a token, and what a workspace holds for embedding.
//!
//! The order of a run is a pure fold: [`api`] decides whether and where a token may go, [`Gates::next`] says what to
//! ask, [`Api::request`] makes the requests, [`Gates::take`] reads the answers. Whoever sends does nothing else:
//!
//! ```text
//! let api = powerbi::api(&registration, root, &token)?;   // or the reason why not
//! let mut gates = Gates::new(&api, wished);
//! while let Some(call) = gates.next() {
//!     let outcome = ports.send(api.request(&call, &ports.request_id(), timeout)).await;
//!     gates.take(&call, outcome.as_ref(), &masker);
//! }
//! ```
//!
//! What costs something or is nobody's business without being asked for (an embed token, a query, the admin APIs) comes
//! behind the usual gates when [`Extras`] name it, [`Gates::asking`].
//!
//! Sources: Microsoft's description of the REST API (microsoft/PowerBI-CSharp, `swagger.json`),
//! MicrosoftDocs/powerbi-docs (`embedded-troubleshoot.md`, `troubleshoot-rest-api.md`, `embed-service-principal.md`),
//! and answers that others have measured at the live service.

mod answer;
mod api;
mod call;
mod embed;
mod explain;
mod extras;
mod gates;
mod identity;
mod inventory;
mod judge;
mod network;
mod reason;
mod snippet;

pub use answer::{Signal, read, retry_after};
pub use api::{Api, NotARoot, Skip, api, api_root, is_practice, practice_api};
pub use call::{Call, Gate, ItemId, NotAWorkspace, NotAnItem, Route, WorkspaceId};
pub use embed::{EmbedFacts, Model, embed_facts};
pub use explain::{Asked, explain};
pub use extras::Extras;
pub use gates::{GateReport, GateStatus, Gates};
pub use identity::{Holder, Identity};
pub use inventory::{Dataset, Feature, Listing, Report, ReportType, Workspace};
pub use network::unreachable;
pub use reason::Reason;
pub use snippet::data_source;
