//! Live discovery: what the provider says of the tenant without credentials, while the settings are being typed.
//!
//! Asked after the last change of the tenant or its place, once for each; a newer question takes the place of an older
//! one. The same question, when the test is near, opens the connection that the token request then finds.

use std::time::Duration;

use url::Url;

use crate::domain::cloud::Cloud;
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::discovery::{self, Discovery, NotChecked};
use crate::domain::endpoint::Endpoint;
use crate::domain::exchange::KEPT;
use crate::domain::mask::Masker;
use crate::domain::registration::Registration;
use crate::domain::setting::SettingName;
use crate::domain::time::Timestamp;
use crate::steps::questions::{Question, Remark};
use crate::ui::theme::Role;
use crate::verify::ProbeId;

/// After so long without a change somebody has stopped typing.
pub const CALM: Duration = Duration::from_millis(600);

/// Something that is wanted from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// An answer to this question.
    Ask(ProbeId, Endpoint),
    /// No answer to that one any more.
    Forget(ProbeId),
}

/// What was asked, and what is known.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Nothing is asked.
    is_off: bool,
    /// What the settings ask about now.
    subject: Option<Endpoint>,
    /// When that is asked.
    due: Option<Timestamp>,
    /// The question whose answer is awaited.
    asked: Option<(ProbeId, Endpoint)>,
    /// The latest answer, and the document that it is.
    answer: Option<(Url, Discovery)>,
    /// The sign-in host that answered last, and when: the connection to it is kept for a while.
    reached: Option<(String, Timestamp)>,
    /// The sign-in hosts that were tested, the latest last.
    tested: Vec<String>,
    count: u64,
}

impl Live {
    /// Takes in what the settings name at the start; that is no change, so nothing is asked.
    pub fn begins_with(&mut self, subject: Option<Endpoint>) {
        self.subject = subject;
    }

    /// From now on nothing is asked.
    pub const fn switch_off(&mut self) {
        self.is_off = true;
    }

    /// When a question is due.
    pub const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Takes in what the settings name now, and asks what is due.
    pub fn settings_name(&mut self, now: Timestamp, subject: Option<Endpoint>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if self.is_off {
            return wishes;
        }
        let wanted = subject.as_ref().and_then(document);
        if wanted != self.subject.as_ref().and_then(document) {
            let is_other = |(_, asked): &mut (ProbeId, Endpoint)| document(asked) != wanted;
            wishes.extend(self.asked.take_if(is_other).map(|(probe, _)| Wish::Forget(probe)));
            let is_news = subject.as_ref().is_some_and(|subject| self.may_ask(subject))
                && self.asked.is_none()
                && !self.is_known(wanted.as_ref());
            self.due = is_news.then(|| now.plus(CALM));
            self.subject = subject;
        }
        if self.due.is_some_and(|due| now >= due)
            && let Some(subject) = self.subject.clone()
        {
            wishes.extend(self.ask(subject));
        }
        wishes
    }

    /// The test is near: asks where the token request will go, unless a connection to there is kept open still.
    pub fn comes_near(&mut self, now: Timestamp) -> Vec<Wish> {
        let Some(subject) = self.subject.clone().filter(|subject| !self.is_off && self.may_ask(subject)) else {
            return Vec::new();
        };
        let origin = subject.origin();
        let is_open = self.reached.as_ref().is_some_and(|(host, at)| *host == origin && now < at.plus(KEPT));
        let is_opening = self.asked.as_ref().is_some_and(|(_, asked)| asked.origin() == origin);
        if is_open || is_opening { Vec::new() } else { self.ask(subject) }
    }

    /// A test begins, which asks the same.
    pub fn test_begins(&mut self, endpoint: &Endpoint) {
        self.due = None;
        let origin = endpoint.origin();
        self.tested.retain(|tested| *tested != origin);
        self.tested.push(origin);
    }

    /// The latest test is over, and its place was reached.
    pub fn test_reached(&mut self, now: Timestamp) {
        self.reached = self.tested.last().map(|origin| (origin.clone(), now));
    }

    /// Takes an answer in; a late one to another question is ignored.
    pub fn found(&mut self, now: Timestamp, probe: ProbeId, found: Discovery) {
        let Some((_, endpoint)) = self.asked.take_if(|(asked, _)| *asked == probe) else { return };
        if !is_silence(&found) {
            self.reached = Some((endpoint.origin(), now));
        }
        let document = document(&endpoint);
        // What was known of it stays known when it is asked again in vain.
        if !(matches!(found, Discovery::NotChecked(_)) && self.is_known(document.as_ref())) {
            self.answer = document.map(|document| (document, found));
        }
    }

    /// Whether there was an answer, about whatever tenant.
    pub const fn knows_something(&self) -> bool {
        self.answer.is_some()
    }

    /// What is known of the tenant that these settings name; none as long as nothing is. A refusal is no error when a
    /// token `is_issued` all the same.
    pub fn findings(&self, registration: &Registration, is_issued: bool, masker: &Masker) -> Option<Findings> {
        let (known, found) = self.answer.as_ref()?;
        (document(&registration.endpoint).as_ref() == Some(known)).then(|| Findings {
            setting: registration.tenant_setting,
            words: found.words(registration),
            diagnosis: found.explain(registration, is_issued, masker),
            cloud: found.other_cloud(registration),
        })
    }

    fn ask(&mut self, endpoint: Endpoint) -> Vec<Wish> {
        self.due = None;
        self.count += 1;
        let probe = ProbeId(self.count);
        let former = self.asked.replace((probe, endpoint.clone()));
        former.map(|(former, _)| Wish::Forget(former)).into_iter().chain([Wish::Ask(probe, endpoint)]).collect()
    }

    fn may_ask(&self, endpoint: &Endpoint) -> bool {
        endpoint.trust.is_beforehand() || self.tested.contains(&endpoint.origin())
    }

    fn is_known(&self, document: Option<&Url>) -> bool {
        let answer = self.answer.as_ref().filter(|(known, _)| Some(known) == document);
        answer.is_some_and(|(_, found)| !is_silence(found))
    }
}

/// What is asked for: two places with the same document have the same answer.
fn document(endpoint: &Endpoint) -> Option<Url> {
    discovery::request(endpoint, Duration::ZERO).map(|request| request.url)
}

const fn is_silence(found: &Discovery) -> bool {
    matches!(found, Discovery::NotChecked(NotChecked::NoAnswer(_)))
}

/// What is known of a tenant, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Names the tenant.
    setting: SettingName,
    words: Option<String>,
    /// What is wrong with it.
    pub diagnosis: Option<Diagnosis>,
    /// Where it is instead.
    pub cloud: Option<&'static Cloud>,
}

impl Findings {
    /// The sentences below a question.
    pub fn remarks(&self, question: Question) -> Vec<Remark> {
        match question {
            Question::Setting(name) if name == self.setting => {
                let exists = self.words.clone().map(|text| Remark::sentence("passed  ", Role::Ok, text, false));
                let way_out = self.cloud.map(|_| Remark::sentence("        ", Role::Text, TAKE.to_owned(), false));
                exists.into_iter().chain(self.remark()).chain(way_out).collect()
            }
            Question::Setting(name) if self.is_about(name) => self.remark().into_iter().collect(),
            Question::Cloud => self
                .cloud
                .map(|cloud| {
                    let text = format!(
                        "Esc c takes sign-in host and Resource of {}: the tenant is there.",
                        cloud.name.title()
                    );
                    Remark::sentence("warned  ", Role::Warning, text, true)
                })
                .into_iter()
                .collect(),
            Question::Setting(_) | Question::Who => Vec::new(),
        }
    }

    /// What is wrong, as one sentence.
    pub fn remark(&self) -> Option<Remark> {
        let diagnosis = self.diagnosis.as_ref()?;
        // That nobody answered is no fault of the settings.
        Some(if diagnosis.setting.is_none() { Remark::note(diagnosis) } else { Remark::of(diagnosis) })
    }

    /// How bad it is for a setting.
    pub fn severity(&self, name: SettingName) -> Option<Severity> {
        self.diagnosis.as_ref().filter(|_| self.is_about(name)).map(|diagnosis| diagnosis.severity)
    }

    fn is_about(&self, name: SettingName) -> bool {
        self.diagnosis.as_ref().is_some_and(|diagnosis| diagnosis.setting == Some(name))
    }
}

/// How to take the row of the clouds that the tenant is in.
const TAKE: &str = "Esc c takes its sign-in host and Resource together.";
