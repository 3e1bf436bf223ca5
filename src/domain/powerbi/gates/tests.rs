use super::*;
use crate::domain::exchange::{Route, TransportFault};
use crate::domain::powerbi;
use crate::domain::registration::{Options, inspect};
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;
use proptest::prelude::*;

const SALES: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";

fn api() -> Api {
    let values = Values::default()
        .with(SettingName::AppTenantId, SALES)
        .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "a-secret");
    let registration = inspect(&values, &Options::default()).registration.expect("settings");
    powerbi::api(&registration, None, &Secret::new("opaque")).expect("an API")
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: Vec::new(),
        body: Secret::new(body),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(0),
        duration: Duration::from_millis(7),
    }
}

fn take(gates: &mut Gates, call: &Call, status: u16, body: &str) {
    gates.take(call, Ok(&answer(status, body)), &Masker::default());
}

fn one_workspace() -> String {
    format!(r#"{{"value":[{{"id":"{SALES}","name":"Sales"}}]}}"#)
}

#[test]
fn features_alone_are_never_a_failure() {
    let mut gates = Gates::new(&api(), None);
    take(&mut gates, &Call::Features, 500, "");
    assert_eq!(gates.status(), GateStatus::Warned);
    take(&mut gates, &Call::Workspaces, 200, &one_workspace());
    assert!(matches!(gates.next(), Some(Call::Reports(_))));
    assert_eq!(gates.summary(), "1 workspace");
}

#[test]
fn what_does_not_depend_on_each_other_is_ready_together() {
    let mut gates = Gates::new(&api(), None);
    assert_eq!(gates.ready(), [Call::Features, Call::Workspaces]);
    take(&mut gates, &Call::Workspaces, 200, &one_workspace());
    let id = WorkspaceId::parse(SALES).expect("a GUID");
    assert_eq!(gates.ready(), [Call::Features, Call::Reports(id.clone()), Call::Datasets(id.clone())]);
    take(&mut gates, &Call::Reports(id), 401, "");
    assert_eq!(gates.ready(), [Call::Features], "nothing comes after a failure");
    assert_eq!(gates.rows().iter().filter(|row| row.status == GateStatus::Skipped).count(), 2);
}

#[test]
fn a_success_that_is_no_list_fails() {
    for (body, code) in [
        ("", "not-power-bi"),
        ("{}", "not-power-bi"),
        (r#"{"value":[{"id":"no GUID"}]}"#, "not-power-bi"),
        (r#"{"value":[]}"#, "NoWorkspace"),
        (r#"{"Message":"API is not accessible for application"}"#, "ApiNotAccessibleForApplication"),
        ("<html>Sign in</html>", "html-answer"),
    ] {
        let mut gates = Gates::new(&api(), None);
        take(&mut gates, &Call::Workspaces, 200, body);
        let codes: Vec<_> = gates.diagnoses().into_iter().map(|diagnosis| diagnosis.code).collect();
        assert_eq!((codes, gates.status()), (vec![code.into()], GateStatus::Failed), "{body}");
    }
    let mut gates = Gates::new(&api(), None);
    let cut = HttpAnswer { truncated: true, ..answer(200, r#"{"value":[{"id""#) };
    gates.take(&Call::Workspaces, Ok(&cut), &Masker::default());
    assert_eq!(gates.diagnoses().first().map(|first| first.code.as_ref()), Some("answer-too-long"));
}

#[test]
fn trouble_of_the_network_is_told_as_such_and_blames_no_setting() {
    let faults = [
        TransportFault::NoSuchHost,
        TransportFault::LocalhostElsewhere,
        TransportFault::Refused,
        TransportFault::ConnectTimeout,
        TransportFault::AnswerTimeout,
        TransportFault::Closed,
        TransportFault::Unreachable,
        TransportFault::UntrustedIssuer(Some("Contoso Proxy".to_owned())),
        TransportFault::WrongName(vec!["example.com".to_owned()]),
        TransportFault::CertificateExpired,
        TransportFault::CertificateNotYetValid,
        TransportFault::BadCertificate("odd".to_owned()),
        TransportFault::NoTls,
        TransportFault::TlsVersion,
        TransportFault::ClientCertificateWanted,
        TransportFault::Tls("odd".to_owned()),
        TransportFault::NoTrustStore,
        TransportFault::ProxyAuthentication,
        TransportFault::ProxyRefused,
        TransportFault::ProxyUnreachable,
        TransportFault::NotHttp,
        TransportFault::CaFile("odd".to_owned()),
        TransportFault::Other,
    ];
    for kind in faults {
        let mut gates = Gates::new(&api(), None);
        let error = TransportError { kind, detail: String::new(), way: Box::default(), duration: Duration::ZERO };
        gates.take(&Call::Workspaces, Err(&error), &Masker::default());
        assert!(gates.is_network() && gates.status() == GateStatus::Failed && gates.next() == Some(Call::Features));
        let first = gates.diagnoses().remove(0);
        assert_eq!(first.setting, None, "{first:?}");
        assert!(!format!("{first:?}").contains("AuthTokenUrl"), "{first:?}");
    }
}

proptest! {
    #[test]
    fn any_answer_to_any_call_can_be_taken(status in 100_u16..=599, body: String, which in 0_usize..4) {
        let id = WorkspaceId::parse(SALES).expect("a GUID");
        let calls = [Call::Features, Call::Workspaces, Call::Reports(id.clone()), Call::Datasets(id)];
        let mut gates = Gates::new(&api(), None);
        take(&mut gates, &calls[which], status, &body);
        let row = gates.rows().remove(which);
        prop_assert!(row.status != GateStatus::Skipped && !row.summary.is_empty());
        prop_assert!(which != 0 || row.status != GateStatus::Failed);
        prop_assert!(row.summary.chars().all(|letter| !letter.is_control()));
    }
}
