//! What is wrong, told once: stage `tenant` and stage `token` often bring the same refusal.

use super::{Report, Stage, StageReport, Status};
use crate::domain::diagnosis::Diagnosis;

/// How a diagnosis is told beside the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<'a> {
    /// In full.
    Whole(&'a Diagnosis),
    /// In one sentence with the stage and the ID of its answer: what is told before it says the same.
    Again(String),
}

/// Tells the diagnoses of these stages in the order given.
///
/// Where another stage brings the same code about the same setting, that of the latest stage is told in full, at the
/// place of the first: its request and answer are the ones that are shown.
pub fn told<'a>(stages: impl IntoIterator<Item = &'a StageReport>) -> Vec<Told<'a>> {
    let found: Vec<(Stage, &Diagnosis)> = stages
        .into_iter()
        .flat_map(|report| report.diagnoses.iter().map(move |diagnosis| (report.stage, diagnosis)))
        .collect();
    let mut told = Vec::with_capacity(found.len());
    for (place, first) in found.iter().enumerate() {
        if found.iter().take(place).any(|other| is_same(first, other)) {
            continue;
        }
        let rest = found.iter().skip(place + 1).filter(|other| is_same(first, other));
        let same: Vec<&(Stage, &Diagnosis)> = std::iter::once(first).chain(rest).collect();
        let latest = same.iter().map(|(stage, _)| *stage).max();
        let is_whole = |found: &&&(Stage, &'a Diagnosis)| Some(found.0) == latest;
        told.extend(same.iter().filter(is_whole).map(|(_, diagnosis)| Told::Whole(diagnosis)));
        told.extend(same.iter().filter(|found| !is_whole(found)).map(|found| Told::Again(again(found))));
    }
    told
}

fn is_same((stage, one): &(Stage, &Diagnosis), (other_stage, other): &(Stage, &Diagnosis)) -> bool {
    stage != other_stage && one.code == other.code && one.setting == other.setting
}

fn again((stage, diagnosis): &(Stage, &Diagnosis)) -> String {
    let trace = diagnosis.evidence.as_ref().and_then(|evidence| evidence.trace_id.as_deref());
    let trace = trace.map(|trace| format!(", Trace {trace}")).unwrap_or_default();
    format!("Stage {} says the same: {}{trace}.", stage.word(), diagnosis.code)
}

impl Report {
    /// The answer to "what is wrong": the first diagnosis of the first failed stage, else of the first warned one, as
    /// [`told`] tells it; where the password was not sent, why not.
    pub fn answer(&self) -> Option<&Diagnosis> {
        if self.held.is_some() {
            return self.stage(Stage::Tenant).and_then(|stage| stage.diagnoses.first());
        }
        let status = if self.first(Status::Failed).is_some() { Status::Failed } else { Status::Warned };
        told(self.stages.iter().filter(|stage| stage.status == status)).into_iter().find_map(|told| match told {
            Told::Whole(diagnosis) => Some(diagnosis),
            Told::Again(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::diagnosis::{Evidence, Severity};
    use crate::domain::setting::SettingName;
    use crate::verify::Blame;

    fn refused(code: &'static str, setting: SettingName, trace: &str) -> Diagnosis {
        let evidence = Evidence { trace_id: Some(trace.to_owned()), ..Evidence::default() };
        Diagnosis::new(Severity::Error, code, "Tenant not found", "Do it.").at(setting).with_evidence(evidence)
    }

    fn report(stages: Vec<(Stage, Vec<Diagnosis>)>) -> Report {
        let mut report = Report::default();
        for (stage, diagnoses) in stages {
            let (status, duration, blame) = (Status::of(&diagnoses), Duration::ZERO, Blame::Provider);
            report.put(StageReport { stage, status, duration, summary: String::new(), diagnoses, blame });
        }
        report
    }

    #[test]
    fn what_two_stages_say_is_told_once_with_the_ids_of_the_token_answer() {
        let tenant = refused("AADSTS90002", SettingName::AppTenantId, "first");
        let token = refused("AADSTS90002", SettingName::AppTenantId, "second");
        let report = report(vec![(Stage::Tenant, vec![tenant]), (Stage::Token, vec![token.clone()])]);
        let again = "Stage tenant says the same: AADSTS90002, Trace first.".to_owned();
        assert_eq!(told(&report.stages), [Told::Whole(&token), Told::Again(again)]);
        assert_eq!(report.answer(), Some(&token));
    }

    #[test]
    fn other_codes_other_settings_and_one_stage_alone_are_told_in_full() {
        let one = refused("AADSTS90002", SettingName::AppTenantId, "1");
        let other_code = refused("AADSTS900382", SettingName::AppTenantId, "2");
        let other_setting = refused("AADSTS90002", SettingName::AuthTokenUrl, "3");
        let report = report(vec![
            (Stage::Tenant, vec![one.clone(), one.clone()]),
            (Stage::Token, vec![other_code.clone(), other_setting.clone()]),
        ]);
        let whole: Vec<Told> = [&one, &one, &other_code, &other_setting].into_iter().map(Told::Whole).collect();
        assert_eq!(told(&report.stages), whole);
        assert_eq!(report.answer(), Some(&one));
    }
}
