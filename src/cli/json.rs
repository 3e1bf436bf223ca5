//! The result of `check --json`: schema 1, changed by addition only.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value};

use crate::domain::check::ClaimReport;
use crate::domain::diagnosis::{Diagnosis, Evidence};
use crate::domain::powerbi::{GateReport, Gates};
use crate::domain::setting::SettingName;
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::verify::{Report, Stage, StageReport, TokenReport};

/// What stands in the place of a name or an address of a person.
pub const PERSONAL: &str = "[personal]";

#[derive(Serialize)]
struct Outcome<'a> {
    schema: u8,
    file: &'a str,
    ok: bool,
    exit_code: u8,
    grant: Option<&'static str>,
    cloud: Option<&'static str>,
    endpoint_version: Option<u8>,
    stages: Vec<StageObject<'a>>,
    claims: Option<Map<String, Value>>,
    token: Option<TokenObject>,
}

#[derive(Serialize)]
struct StageObject<'a> {
    name: &'static str,
    status: &'static str,
    duration_ms: u64,
    summary: &'a str,
    diagnoses: Vec<DiagnosisObject<'a>>,
    /// Only of the stage `powerbi`, when it was asked: each gate by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    gates: Option<Vec<GateObject>>,
}

#[derive(Serialize)]
struct GateObject {
    name: &'static str,
    status: &'static str,
    duration_ms: u64,
    summary: String,
    codes: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct DiagnosisObject<'a> {
    code: &'a str,
    severity: &'static str,
    title: &'a str,
    action: &'a str,
    cause: &'a str,
    setting: Option<&'static str>,
    remedies: &'a [String],
    evidence: Option<EvidenceObject<'a>>,
    /// Only where a page mends it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkObject<'a>>,
}

#[derive(Serialize)]
struct LinkObject<'a> {
    title: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct EvidenceObject<'a> {
    status: Option<u16>,
    headers: Map<String, Value>,
    body: &'a str,
    trace_id: Option<&'a str>,
    correlation_id: Option<&'a str>,
}

#[derive(Serialize)]
struct TokenObject {
    expires_at: Option<String>,
    expires_in: Option<i64>,
}

/// One object on one line, without a line end.
///
/// # Errors
/// Never in practice: all keys are texts.
pub fn line(
    file: &str,
    report: &Report,
    exit_code: u8,
    show_personal: bool,
    now: Timestamp,
) -> serde_json::Result<String> {
    let outcome = Outcome {
        schema: 1,
        file,
        ok: exit_code == 0,
        exit_code,
        grant: report.plan.grant.map(crate::domain::registration::GrantName::word),
        cloud: report.plan.cloud.map(crate::domain::cloud::CloudName::word),
        endpoint_version: report.plan.version.map(crate::domain::registration::Version::number),
        stages: report.stages.iter().map(|known| stage(known, report.powerbi.as_deref())).collect(),
        claims: report.claims.as_ref().map(|claims| claims.iter().map(|claim| member(claim, show_personal)).collect()),
        token: report.token.as_ref().map(|report| token(report, now)),
    };
    let mut line = Vec::new();
    outcome.serialize(&mut Serializer::with_formatter(&mut line, Harmless))?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// Writes what a terminal would obey or hide as `\u009b`: the value stays the same, and looking at it is safe.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for c in fragment.chars() {
            if c.is_control() || text::is_line_break(c) || text::is_bidi_control(c) || text::is_zero_width(c) {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{c}")?;
            }
        }
        Ok(())
    }
}

fn gates(gates: &Gates) -> Vec<GateObject> {
    let gate = |row: GateReport| GateObject {
        name: row.gate.word(),
        status: row.status.word(),
        duration_ms: u64::try_from(row.duration.as_millis()).unwrap_or(u64::MAX),
        summary: row.summary,
        codes: row.diagnoses.into_iter().map(|diagnosis| diagnosis.code.into_owned()).collect(),
    };
    gates.rows().into_iter().map(gate).collect()
}

fn stage<'a>(report: &'a StageReport, powerbi: Option<&Gates>) -> StageObject<'a> {
    StageObject {
        name: report.stage.word(),
        status: report.status.word(),
        duration_ms: u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
        summary: &report.summary,
        diagnoses: report.diagnoses.iter().map(diagnosis).collect(),
        gates: powerbi.filter(|_| report.stage == Stage::PowerBi).map(gates),
    }
}

/// A diagnosis in the shape that all commands share.
pub(super) fn diagnosis(diagnosis: &Diagnosis) -> DiagnosisObject<'_> {
    DiagnosisObject {
        code: &diagnosis.code,
        severity: diagnosis.severity.word(),
        title: &diagnosis.title,
        action: &diagnosis.action,
        cause: &diagnosis.cause,
        setting: diagnosis.setting.map(SettingName::key),
        remedies: &diagnosis.remedies,
        evidence: diagnosis.evidence.as_deref().map(evidence),
        links: diagnosis.links.iter().map(|link| LinkObject { title: link.title, url: &link.url }).collect(),
    }
}

fn evidence(evidence: &Evidence) -> EvidenceObject<'_> {
    let mut headers = Map::new();
    for (name, value) in &evidence.headers {
        // A header that came twice is one list (RFC 9110, section 5.3).
        let joined = match headers.get(name).and_then(Value::as_str) {
            Some(known) => format!("{known}, {value}"),
            None => value.clone(),
        };
        headers.insert(name.clone(), Value::from(joined));
    }
    EvidenceObject {
        status: evidence.status,
        headers,
        body: &evidence.body,
        trace_id: evidence.trace_id.as_deref(),
        correlation_id: evidence.correlation_id.as_deref(),
    }
}

/// A claim in the shape that all commands share.
pub(super) fn member(claim: &ClaimReport, show_personal: bool) -> (String, Value) {
    let is_hidden = claim.personal && !show_personal && !claim.value.is_null();
    let value = if is_hidden { Value::from(PERSONAL) } else { claim.value.clone() };
    let note = if claim.note.is_empty() { claim.meaning } else { &claim.note };
    let object = serde_json::json!({ "value": value, "verdict": claim.verdict.word(), "note": note });
    (claim.name.clone(), object)
}

fn token(report: &TokenReport, now: Timestamp) -> TokenObject {
    TokenObject {
        expires_at: report.expires_at.and_then(Timestamp::rfc3339),
        expires_in: report.expires_at.map(|end| end.seconds_from(now)),
    }
}
