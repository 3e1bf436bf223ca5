//! What the answer to a call says about its gate.

use serde_json::Value;

use super::answer::{self, Signal};
use super::call::{Call, TOP};
use super::explain::{self, Asked};
use super::identity::Holder;
use super::inventory::{self, Dataset, Feature, Listing, Report, ReportType, Workspace};
use super::reason::Reason;
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::exchange::HttpAnswer;
use crate::domain::mask::Masker;
use crate::domain::secret::Secret;
use crate::domain::text::printable;
use crate::domain::time::Timestamp;

/// From so many percent of the free embed tokens on there is a warning.
const TRIAL_NEARLY_SPENT: u64 = 90;

/// What earlier answers have shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The chosen workspace.
    pub(super) workspace: Option<&'a Workspace>,
    /// Its reports.
    pub(super) reports: Option<&'a Listing<Report>>,
    /// Its semantic models.
    pub(super) datasets: Option<&'a Listing<Dataset>>,
}

/// What an answer holds.
#[derive(Debug)]
pub(super) enum Found {
    Features(Listing<Feature>),
    Workspaces(Listing<Workspace>),
    Reports(Listing<Report>),
    Datasets(Listing<Dataset>),
    Nothing,
}

/// What an answer says about its gate.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) summary: String,
    pub(super) diagnoses: Vec<Diagnosis>,
    pub(super) found: Found,
}

impl Judged {
    pub(super) fn failed(summary: String, diagnosis: Diagnosis) -> Self {
        Self { summary, diagnoses: vec![diagnosis], found: Found::Nothing }
    }
}

/// Reads the answer to a call.
pub(super) fn judge(call: &Call, answer: &HttpAnswer, asked: &Asked, known: Known, masker: &Masker) -> Judged {
    let body = answer.body.expose();
    let judged = match call {
        _ if !(200..=299).contains(&answer.status) => None,
        Call::Features => inventory::features(body).map(|listing| features(listing, asked)),
        Call::Workspaces => inventory::workspaces(body, TOP).and_then(|listing| workspaces(listing, asked)),
        Call::Reports(_) => inventory::reports(body).map(|listing| reports(listing, asked, known)),
        Call::Datasets(_) => inventory::datasets(body).map(|listing| datasets(listing, asked, known)),
        Call::Embed { report, .. } => embedded(body).map(|until| {
            let name = known.reports.and_then(|listing| listing.items.iter().find(|item| report.is(&item.id)));
            passed(&format!("embed token{until}"), name.map(|report| report.name.as_str()))
        }),
        Call::Query { dataset, .. } => queried(body).map(|result| {
            if let Err(words) = result {
                let signal = Signal { message: Some(words).filter(|words| !words.is_empty()), ..answer::read(answer) };
                return refused_as(&Reason::QueryFailed, signal, answer, asked, masker);
            }
            let name = known.datasets.and_then(|listing| listing.items.iter().find(|item| dataset.is(&item.id)));
            passed("query answered", name.map(|model| model.name.as_str()))
        }),
        Call::Admin => object(body)
            .filter(|whole| whole.get("value").is_some_and(Value::is_array))
            .map(|_| passed("read-only admin APIs open", None)),
    };
    judged.unwrap_or_else(|| match call {
        // It may hold an embed token in a place that nobody knows, so it is not even shown as evidence.
        Call::Embed { .. } if (200..=299).contains(&answer.status) => {
            let silent = HttpAnswer { body: Secret::new(""), ..answer.clone() };
            let mut judged = refused(&silent, asked, masker);
            let note = format!("({} bytes, not shown, for they may hold an embed token)", body.len());
            judged.diagnoses.iter_mut().filter_map(|diagnosis| diagnosis.evidence.as_mut()).for_each(|evidence| {
                evidence.body.clone_from(&note);
            });
            judged
        }
        _ => refused(answer, asked, masker),
    })
}

fn refused(answer: &HttpAnswer, asked: &Asked, masker: &Masker) -> Judged {
    let signal = answer::read(answer);
    let reason = match Reason::of(&signal, asked.route) {
        Reason::NoAnswer if answer.truncated => Reason::TooLong,
        other => other,
    };
    refused_as(&reason, signal, answer, asked, masker)
}

fn refused_as(reason: &Reason, signal: Signal, answer: &HttpAnswer, asked: &Asked, masker: &Masker) -> Judged {
    let diagnosis = explain::explain_as(reason, &signal, answer, asked, masker);
    let name = signal.name.map(|name| printable(&masker.mask(&name)).into_owned());
    let word = name.unwrap_or_else(|| diagnosis.code.to_string());
    let word = if word.starts_with("HTTP") { String::new() } else { format!(" {word}") };
    Judged::failed(format!("{}{word}", answer.status), diagnosis)
}

fn features(listing: Listing<Feature>, asked: &Asked) -> Judged {
    let is_app = asked.identity.holder == Holder::App;
    let of_embedding = |feature: &&Feature| feature.name.to_ascii_lowercase().starts_with("embed");
    let embedding: Vec<&Feature> = listing.items.iter().filter(of_embedding).collect();
    let usage = embedding.iter().find_map(|feature| feature.usage);
    let mut diagnoses = Vec::new();
    if embedding.iter().any(|feature| feature.state == "DisabledByAdmin") {
        diagnoses.push(
            warning(
                "DisabledByAdmin",
                "An admin has switched embedding off",
                "Have a Fabric admin switch embedding on in the Admin portal.",
            )
            .because("The list of features says that it exists and is disabled for the tenant.")
            .remedy(format!(
                "{} > Settings > Admin portal > Tenant settings > Developer settings > Embed content in apps.",
                asked.portal
            )),
        );
    }
    if !is_app && embedding.iter().any(|feature| feature.state == "UserNotLicensed") {
        diagnoses.push(
            warning(
                "PowerBINotLicensedException",
                "The user has no Power BI licence",
                "Give the user a Power BI Pro licence.",
            )
            .because("The list of features says that they are closed to this user for want of a licence.")
            .remedy("admin.microsoft.com > Users > Active users > the user > Licenses and apps.")
            .remedy(format!("Then let the user sign in once at {}.", asked.portal)),
        );
    }
    if let Some(usage) = usage.filter(|usage| is_app && *usage >= TRIAL_NEARLY_SPENT) {
        diagnoses.push(
            warning(
                "embed-trial-spent",
                format!("{usage} % of the free embed tokens are spent"),
                "Assign the workspace to a capacity (A, EM, P or F).",
            )
            .because(
                "Without a capacity embed tokens come from a free trial; when it is spent, GenerateToken answers 403.",
            )
            .remedy(capacity(asked)),
        );
    }
    let summary =
        usage.map_or_else(|| listing.count("feature", "features"), |usage| format!("embed trial {usage} % used"));
    Judged { summary, diagnoses, found: Found::Features(listing) }
}

/// `None` when not one item can be read.
fn workspaces(listing: Listing<Workspace>, asked: &Asked) -> Option<Judged> {
    if listing.items.is_empty() && listing.unreadable > 0 {
        return None;
    }
    let summary = listing.count("workspace", "workspaces");
    let diagnoses = if listing.items.is_empty() { vec![in_none(asked)] } else { Vec::new() };
    Some(Judged { summary, diagnoses, found: Found::Workspaces(listing) })
}

/// A list without workspaces is a success of the token and a failure all the same.
fn in_none(asked: &Asked) -> Diagnosis {
    let holder = asked.identity.holder;
    let severity = match holder {
        Holder::App => Severity::Error,
        // A user may live with My workspace alone.
        Holder::User => Severity::Warning,
    };
    let word = holder.word();
    Diagnosis::new(
        severity,
        "NoWorkspace",
        format!("The {word} is in no workspace"),
        format!("Add the {word} to the workspace as Member or Admin."),
    )
    .because(format!("Token and tenant setting are fine: the list of workspaces is empty because the {word} is in none, or a change has not arrived yet."))
    .remedy(asked.manage_access())
    .remedy(asked.how_found())
    .remedy(asked.patience())
}

fn reports(listing: Listing<Report>, asked: &Asked, known: Known) -> Judged {
    let is_app = asked.identity.holder == Holder::App;
    let mut diagnoses = Vec::new();
    if listing.items.is_empty() && listing.unreadable == 0 {
        diagnoses.push(
            warning(
                "workspace-empty",
                "The workspace holds no report",
                "Publish a report into the workspace, or choose another one.",
            )
            .because("The workspace is open, and its list of reports is empty."),
        );
    }
    if let Some(workspace) = known.workspace.filter(|_| is_app) {
        if workspace.is_read_only == Some(true) {
            diagnoses.push(
                warning("workspace-read-only", "The app may only read in this workspace", "Make the app a Member or Admin of the workspace.")
                    .because("The workspace is read-only for it, as it is for a Viewer, to whom GenerateToken gives no embed token.")
                    .remedy(asked.manage_access()),
            );
        }
        if workspace.is_on_dedicated_capacity == Some(false) {
            diagnoses.push(
                warning("no-capacity", "The workspace is on no dedicated capacity", "Assign the workspace to a capacity (A, EM, P or F).")
                    .because("Embedding for customers wants one in production; without it embed tokens come from a free trial that runs out.")
                    .remedy(capacity(asked)),
            );
        }
    }
    let paginated = listing.items.iter().filter(|report| report.report_type == ReportType::Paginated).count();
    let kinds = if paginated > 0 { format!(" ({paginated} paginated)") } else { String::new() };
    let summary = format!("{}{kinds}", listing.count("report", "reports"));
    Judged { summary, diagnoses, found: Found::Reports(listing) }
}

fn datasets(listing: Listing<Dataset>, asked: &Asked, known: Known) -> Judged {
    let is_app = asked.identity.holder == Holder::App;
    let mut diagnoses = Vec::new();
    let is_here = |id: &str| listing.items.iter().any(|dataset| dataset.id.eq_ignore_ascii_case(id));
    let elsewhere: Vec<_> = known
        .reports
        .into_iter()
        .flat_map(|reports| &reports.items)
        .filter(|report| report.dataset_id.as_deref().is_some_and(|id| !is_here(id)))
        .map(|report| report.name.as_str())
        .collect();
    if !elsewhere.is_empty() && !listing.is_cut {
        diagnoses.push(
            warning(
                "model-elsewhere",
                "A report's semantic model is in another workspace",
                format!("Give the {} a role in the model's workspace, too.", asked.identity.holder.word()),
            )
            .because(format!(
                "This workspace does not list the model under {}: it is in another one, or hidden.",
                named(&elsewhere)
            ))
            .remedy("Build permission on the model is enough for users: the model > Manage permissions."),
        );
    }
    let needing: Vec<_> = listing
        .items
        .iter()
        .filter(|dataset| dataset.is_effective_identity_required == Some(true))
        .map(|dataset| dataset.name.as_str())
        .collect();
    if is_app && !needing.is_empty() {
        diagnoses.push(
            Diagnosis::new(
                Severity::Info,
                "row-level-security",
                "A semantic model has row-level security",
                "Send identities with username, roles and datasets to GenerateToken.",
            )
            .because(format!("An embed token for {} has to say whose rows to show.", named(&needing))),
        );
    }
    let rule = match needing.len() {
        0 => String::new(),
        count => format!(" ({count} with row-level security)"),
    };
    let summary = format!("{}{rule}", listing.count("semantic model", "semantic models"));
    Judged { summary, diagnoses, found: Found::Datasets(listing) }
}

/// Nothing to say against it; of what it is tried with the name is told.
fn passed(what: &str, name: Option<&str>) -> Judged {
    let name = name.filter(|name| !name.trim().is_empty()).map(|name| format!(" ({})", named(&[name])));
    let summary = format!("{what}{}", name.unwrap_or_default());
    Judged { summary, diagnoses: Vec::new(), found: Found::Nothing }
}

fn object(body: &str) -> Option<Value> {
    serde_json::from_str(body).ok().filter(Value::is_object)
}

/// ` until 15:04 UTC`, or nothing when the answer does not say it; `None` without an embed token, which is not kept.
fn embedded(body: &str) -> Option<String> {
    let whole = object(body)?;
    whole.get("token").and_then(Value::as_str).filter(|token| !token.is_empty())?;
    let until = whole.get("expiration").and_then(Value::as_str).and_then(Timestamp::from_rfc3339);
    Some(until.and_then(Timestamp::utc_clock).map(|time| format!(" until {time} UTC")).unwrap_or_default())
}

/// Whether there is a result, and if it is an error all the same its words; `None` when there is no result.
fn queried(body: &str) -> Option<Result<(), String>> {
    let whole = object(body)?;
    let results = whole.get("results")?.as_array()?;
    let error = results.iter().chain([&whole]).find_map(|result| result.get("error").filter(|error| !error.is_null()));
    Some(error.map_or(Ok(()), |error| {
        let words = error.get("message").and_then(Value::as_str).unwrap_or_default();
        Err(printable(words).chars().take(answer::LONGEST_MESSAGE).collect())
    }))
}

/// Up to three names, in one line.
fn named(names: &[&str]) -> String {
    let shown: Vec<String> =
        names.iter().take(3).map(|name| printable(name).chars().take(40).collect::<String>()).collect();
    let more = names.len().saturating_sub(shown.len());
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

fn capacity(asked: &Asked) -> String {
    format!("{} > Workspaces > the workspace > Workspace settings > License info.", asked.portal)
}

fn warning(code: &'static str, title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Warning, code, title, action)
}
