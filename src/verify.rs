//! The ladder: the order of the stages, over the ports.
//!
//! [`run`] emits [`Event`]s; the wizard and `check` fold them into the same [`Report`].

mod beside;
mod ladder;
mod told;
pub mod watch;

use std::time::Duration;

use url::Url;

use crate::domain::check::ClaimReport;
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::discovery::Discovery;
use crate::domain::discovery::realm::Realm;
use crate::domain::endpoint::Endpoint;
use crate::domain::exchange::{Http, HttpAnswer};
use crate::domain::powerbi::{Extras, Gates, WorkspaceId};
use crate::domain::registration::{Options, Plan};
use crate::domain::secret::Secret;
use crate::domain::setting::Values;
use crate::domain::time::{self, Timestamp};

pub use ladder::run;
pub use told::{Told, told};

/// The stages, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Required settings set, grant known, host trusted.
    Settings,
    /// Name, TCP, TLS, clock.
    Connect,
    /// Whether the tenant exists and who checks its user's password, without credentials.
    Tenant,
    /// The token request.
    Token,
    /// The token against the provider's published keys.
    Signature,
    /// Audience, issuer, tenant, application, times.
    Claims,
    /// Whether Power BI takes the token, and what it shows.
    PowerBi,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::Settings, Self::Connect, Self::Tenant, Self::Token, Self::Signature, Self::Claims, Self::PowerBi];

    /// The word on the screen, in JSON and for `--until`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Connect => "connect",
            Self::Tenant => "tenant",
            Self::Token => "token",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::PowerBi => "powerbi",
        }
    }
}

/// Tells the events of one run from those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(pub u64);

/// Tells the answer to one question about a tenant from the answers to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProbeId(pub u64);

/// Asks what the stage `tenant` asks first, alone and without credentials.
pub async fn discover<P: Http>(ports: &P, endpoint: &Endpoint) -> Discovery {
    beside::discover(ports, endpoint, beside::LIMIT).await.1
}

/// How a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Begun, not ended.
    Running,
    /// Nothing to say against it.
    Passed,
    /// Passed, with a warning.
    Warned,
    /// It ends the ladder.
    Failed,
    /// Not tried.
    Skipped,
}

impl Status {
    /// The word on the screen and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// What a list of diagnoses makes of a stage.
    pub fn of(diagnoses: &[Diagnosis]) -> Self {
        match diagnoses.iter().map(|diagnosis| diagnosis.severity).max() {
            Some(Severity::Error) => Self::Failed,
            Some(Severity::Warning) => Self::Warned,
            Some(Severity::Info) | None => Self::Passed,
        }
    }
}

/// What to test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The effective values.
    pub values: Values,
    /// How to read them.
    pub options: Options,
    /// The last stage to run.
    pub until: Stage,
    /// How long all of it may take.
    pub timeout: Duration,
    /// What the stage `powerbi` asks, and where.
    pub powerbi: PowerBiOrder,
    /// What a realm that speaks against the password does.
    pub on_realm: OnRealm,
}

/// What it does when somebody else than Entra checks the user's password, or nobody knows the user's domain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnRealm {
    /// It warns, and the password is sent once all the same.
    #[default]
    Warn,
    /// The ladder ends before the password: a person is asked first.
    Hold,
}

/// What the stage `powerbi` asks, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PowerBiOrder {
    /// The root of the API that was named; without one the cloud decides.
    pub root: Option<Url>,
    /// The workspace to look into; without one the only one there is.
    pub workspace: Option<WorkspaceId>,
    /// What is asked beyond the usual gates.
    pub extras: Extras,
}

/// Whose fault a failure is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The settings.
    Settings,
    /// The network, TLS or a proxy, at any stage.
    Network,
    /// The identity provider refused.
    Provider,
    /// The token is not what was asked for.
    Token,
    /// Power BI refused.
    PowerBi,
}

impl Blame {
    /// The exit code of `check`.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Settings => 4,
            Self::Network => 5,
            Self::Provider => 6,
            Self::Token => 7,
            Self::PowerBi => 8,
        }
    }
}

/// How a stage ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageReport {
    /// Which one.
    pub stage: Stage,
    /// How it stands.
    pub status: Status,
    /// How long it took; zero when it was skipped.
    pub duration: Duration,
    /// A few words: `401 invalid_client, AADSTS7000215, 182 ms`.
    pub summary: String,
    /// What was found, the worst first.
    pub diagnoses: Vec<Diagnosis>,
    /// Whose fault it is, if it is one.
    pub blame: Blame,
}

/// Something that happened on the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The settings were read; what they ask for, as far as it is known.
    Planned(Plan),
    /// A stage began.
    Started(Stage),
    /// A stage ended.
    Ended(StageReport),
    /// Something came to light about a stage that had ended, which was not worth a wait before: this is how it ended.
    Amended(StageReport),
    /// The token request, masked, line by line.
    Requested(Vec<String>),
    /// The answer to it, masked, line by line.
    Answered(Vec<String>),
    /// The same answer as it came, for whoever passes it on; it may hold tokens.
    Raw(HttpAnswer),
    /// A token came back.
    Token(TokenReport),
    /// The stage waits, because the other side asked for it.
    Waiting(Stage, Duration),
    /// What is known of Power BI's side by now.
    PowerBi(Box<Gates>),
    /// The ladder ends here, before the password: this is who would have to check it.
    Held(Realm),
    /// Its claims with meaning and verdict, the checked ones first; not emitted for a token that is no JWT.
    Claims(Vec<ClaimReport>),
}

/// What came back with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenReport {
    /// The access token itself.
    pub token: Secret,
    /// When the answer came.
    pub received_at: Timestamp,
    /// When it ends: `exp` of the token, else what the answer promised.
    pub expires_at: Option<Timestamp>,
}

/// All that is known of one run, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Grant, cloud and endpoint version.
    pub plan: Plan,
    /// The stages that have begun, in the order of the ladder.
    pub stages: Vec<StageReport>,
    /// The masked request.
    pub request: Vec<String>,
    /// The masked answer.
    pub response: Vec<String>,
    /// The token, if one came back.
    pub token: Option<TokenReport>,
    /// Its claims, if they were compared.
    pub claims: Option<Vec<ClaimReport>>,
    /// Power BI's side, if it was asked.
    pub powerbi: Option<Box<Gates>>,
    /// The realm for which the password was not sent, if it was not.
    pub held: Option<Realm>,
}

impl Report {
    /// A failed `settings` stage with the rest skipped: the file cannot be read.
    pub fn unreadable(diagnosis: &Diagnosis) -> Self {
        let mut report = Self::default();
        for stage in Stage::ALL {
            let is_first = stage == Stage::Settings;
            report.put(StageReport {
                stage,
                status: if is_first { Status::Failed } else { Status::Skipped },
                duration: Duration::ZERO,
                summary: if is_first { diagnosis.title.clone() } else { String::new() },
                diagnoses: if is_first { vec![diagnosis.clone()] } else { Vec::new() },
                blame: Blame::Settings,
            });
        }
        report
    }

    /// Takes one event in.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Planned(plan) => self.plan = plan,
            Event::Started(stage) => self.put(StageReport {
                stage,
                status: Status::Running,
                duration: Duration::ZERO,
                summary: String::new(),
                diagnoses: Vec::new(),
                blame: Blame::Settings,
            }),
            Event::Ended(report) | Event::Amended(report) => self.put(report),
            Event::Requested(lines) => self.request = lines,
            Event::Answered(lines) => self.response = lines,
            // A report is shown and kept; the bytes belong to whoever asked for them.
            Event::Raw(_) => {}
            Event::Token(token) => self.token = Some(token),
            Event::Claims(claims) => self.claims = Some(claims),
            Event::Waiting(stage, span) => {
                if let Some(known) = self.stages.iter_mut().find(|known| known.stage == stage) {
                    known.summary = format!("too many requests, waiting {} as it asks", time::span(span.as_secs()));
                }
            }
            Event::PowerBi(gates) => self.powerbi = Some(gates),
            Event::Held(realm) => self.held = Some(realm),
        }
    }

    fn put(&mut self, report: StageReport) {
        if let Some(known) = self.stages.iter_mut().find(|known| known.stage == report.stage) {
            *known = report;
        } else {
            // The token request may end before what is asked beside it.
            let place = self.stages.partition_point(|known| known.stage < report.stage);
            self.stages.insert(place, report);
        }
    }

    /// The stage's report, if it has begun.
    pub fn stage(&self, stage: Stage) -> Option<&StageReport> {
        self.stages.iter().find(|report| report.stage == stage)
    }

    /// The first stage with that status.
    pub fn first(&self, status: Status) -> Option<&StageReport> {
        self.stages.iter().find(|report| report.status == status)
    }

    /// Whether all was tried that there was to try, and nothing failed.
    pub fn has_passed(&self) -> bool {
        self.first(Status::Failed).is_none() && self.held.is_none()
    }

    /// 0, or the code of the first failed stage; `is_strict` makes a warning count.
    pub fn exit_code(&self, is_strict: bool) -> u8 {
        let warned = || self.first(Status::Warned).filter(|_| is_strict);
        self.first(Status::Failed).or_else(warned).map_or(0, |stage| stage.blame.exit_code())
    }
}
