//! Who is asked, and who is given another's answer.

use std::sync::Mutex as Shared;
use std::time::Duration;

use super::*;
use crate::domain::exchange::Route;
use crate::domain::registration::{Options, inspect};
use crate::domain::setting::SettingName::{self, AppTenantId, Password, User as UserName};
use crate::domain::setting::Values;

const HOST: &str = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";

/// A provider that takes its time, answers one thing, and remembers what was posted.
struct Provider {
    answer: Result<(u16, String), TransportFault>,
    posts: Shared<Vec<HttpRequest>>,
}

impl Provider {
    fn new(status: u16, body: &str) -> Self {
        Self { answer: Ok((status, body.to_owned())), posts: Shared::default() }
    }

    fn refusing(code: u32) -> Self {
        Self::new(400, &format!(r#"{{"error":"invalid_grant","error_codes":[{code}]}}"#))
    }

    fn failing(kind: TransportFault) -> Self {
        Self { answer: Err(kind), posts: Shared::default() }
    }

    fn accepting() -> Self {
        Self::new(200, r#"{"access_token":"a.b.c"}"#)
    }

    fn count(&self) -> usize {
        self.posts.lock().expect("the posts").len()
    }
}

impl Http for Provider {
    async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, TransportError> {
        self.posts.lock().expect("the posts").push(request);
        // The others come in between.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        match &self.answer {
            Ok((status, body)) => Ok(HttpAnswer {
                status: *status,
                headers: Vec::new(),
                body: Secret::new(body.clone()),
                truncated: false,
                route: Route::default(),
                received_at: Timestamp::from_seconds(0),
                duration: Duration::from_millis(7),
            }),
            Err(kind) => Err(TransportError {
                kind: kind.clone(),
                detail: String::new(),
                way: Box::default(),
                duration: Duration::from_millis(7),
            }),
        }
    }
}

fn settings() -> Values {
    Values::default()
        .with(AppTenantId, "contoso.com")
        .with(AuthTokenUrl, HOST)
        .with(Resource, "https://analysis.windows.net/powerbi/api")
        .with(ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(ClientSecret, "5c18Q~practiceValue.of_forty_characters0")
        .with(UserName, "anna@contoso.com")
        .with(Password, "p")
}

fn registration(changes: &[(SettingName, &str)]) -> Registration {
    let values = changes.iter().fold(settings(), |values, (name, text)| values.with(*name, *text));
    inspect(&values, &Options::default()).registration.expect("a request is possible")
}

/// Sends the token requests of all files at once; tells how many were spared.
async fn all(provider: &Provider, files: &[&[(SettingName, &str)]]) -> usize {
    let passwords = Passwords::default();
    let registrations: Vec<Registration> = files.iter().map(|changes| registration(changes)).collect();
    let ports: Vec<_> =
        registrations.iter().map(|registration| Careful::new(provider, &passwords, Some(registration))).collect();
    let mut waiting: Vec<_> = ports
        .iter()
        .zip(&registrations)
        .map(|(port, registration)| {
            Box::pin(port.send(oauth::token_request(registration, "id", Duration::from_secs(5))))
        })
        .collect();
    // All are begun before the first one ends.
    std::future::poll_fn(|context| {
        waiting.retain_mut(|request| request.as_mut().poll(context).is_pending());
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    drop(waiting);
    ports.iter().filter(|port| port.is_spared()).count()
}

/// How many were sent and how many were spared.
async fn counts(provider: Provider, files: &[&[(SettingName, &str)]]) -> (usize, usize) {
    let spared = all(&provider, files).await;
    (provider.count(), spared)
}

const OTHER_APP: &[(SettingName, &str)] = &[(ClientId, "2b4e28ba-2fa1-41d2-883f-0016d3cca427")];
const OTHER_TENANT: &[(SettingName, &str)] = &[(AppTenantId, "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0")];
const OTHER_USER: &[(SettingName, &str)] = &[(UserName, "ben@contoso.com")];
const OTHER_PASSWORD: &[(SettingName, &str)] = &[(Password, "q")];

#[tokio::test]
async fn a_wrong_password_is_sent_once_whatever_else_differs() {
    let same: &[(SettingName, &str)] = &[];
    let spelled: &[(SettingName, &str)] = &[
        (UserName, "Anna@Contoso.com"),
        (AuthTokenUrl, "https://login.windows.net/{AppTenantId}/oauth2/v2.0/token"),
        (AppTenantId, "CONTOSO.com"),
    ];
    let files = [same, OTHER_APP, OTHER_TENANT, spelled, same];
    for code in [50_126, 50_053, 50_057] {
        assert_eq!(counts(Provider::refusing(code), &files).await, (1, 4), "{code}");
    }
    assert_eq!(counts(Provider::refusing(50_126), &[same, OTHER_USER, OTHER_PASSWORD]).await, (3, 0));
}

#[tokio::test]
async fn what_holds_for_one_tenant_or_app_is_asked_of_the_others() {
    let same: &[(SettingName, &str)] = &[];
    // No such user there; a second factor; nobody knows.
    for provider in [Provider::refusing(50_034), Provider::refusing(50_076), Provider::new(503, "")] {
        assert_eq!(counts(provider, &[same, OTHER_APP, OTHER_TENANT, same]).await, (2, 2));
    }
    // The app or its secret: the password was not looked at.
    for code in [7_000_215, 700_016, 7_000_218] {
        assert_eq!(counts(Provider::refusing(code), &[same, OTHER_APP, same]).await, (2, 1), "{code}");
    }
}

#[tokio::test]
async fn an_accepted_password_lets_every_file_ask_for_its_own_token() {
    let same: &[(SettingName, &str)] = &[];
    assert_eq!(counts(Provider::accepting(), &[same, OTHER_APP, same]).await, (3, 0));
}

#[tokio::test]
async fn what_may_have_arrived_is_not_repeated_and_what_was_not_sent_is() {
    let same: &[(SettingName, &str)] = &[];
    for kind in [TransportFault::AnswerTimeout, TransportFault::Closed, TransportFault::Other] {
        assert_eq!(counts(Provider::failing(kind), &[same, same, OTHER_APP]).await, (1, 2));
    }
    assert_eq!(counts(Provider::failing(TransportFault::Refused), &[same, same]).await, (2, 0));
}

#[tokio::test]
async fn without_a_password_nobody_waits() {
    let provider = Provider::refusing(7_000_215);
    let app: &[(SettingName, &str)] = &[(UserName, ""), (Password, "")];
    assert_eq!(counts(provider, &[app, app]).await, (2, 0));
}

#[tokio::test]
async fn another_file_never_sees_this_ones_secret() {
    let secret = "c4n8Q~ary.of_forty_characters_0123456789";
    let answer = serde_json::json!({"error": "invalid_grant", "error_codes": [50126], "you_sent": secret});
    let provider = Provider::new(400, &answer.to_string());
    let passwords = Passwords::default();
    let (first, second) = (registration(&[(ClientSecret, secret)]), registration(&[]));
    for (registration, is_spared) in [(&first, false), (&second, true)] {
        let port = Careful::new(&provider, &passwords, Some(registration));
        let request = oauth::token_request(registration, "id", Duration::from_secs(5));
        let answer = port.send(request).await.expect("an answer");
        assert_eq!(port.is_spared(), is_spared);
        assert_eq!(answer.body.expose().contains(secret), !is_spared);
        let TokenAnswer::Refusal(refusal) = oauth::read_answer(&answer) else { panic!("a refusal") };
        assert_eq!(refusal.codes, [50_126]);
    }
}

#[tokio::test]
async fn a_long_answer_is_not_kept_whole() {
    let provider = Provider::new(400, &"x".repeat(1 << 20));
    let passwords = Passwords::default();
    let registration = registration(&[]);
    for length in [1 << 20, LONGEST_KEPT] {
        let port = Careful::new(&provider, &passwords, Some(&registration));
        let request = oauth::token_request(&registration, "id", Duration::from_secs(5));
        let answer = port.send(request).await.expect("an answer");
        assert_eq!(answer.body.expose().len(), length);
        assert_eq!(answer.truncated, port.is_spared());
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_the_own_limit() {
    let passwords = Passwords::default();
    let provider = Provider::accepting();
    let registration = registration(&[]);
    let port = Careful::new(&provider, &passwords, Some(&registration));
    let outcome = passwords.outcome(port.trial.as_ref().expect("a password"));
    let _asking = outcome.lock().await;
    let error = port.send(oauth::token_request(&registration, "id", Duration::from_secs(5))).await;
    assert_eq!(error.map(|_| ()).map_err(|error| error.kind), Err(TransportFault::AnswerTimeout));
    assert_eq!(provider.count(), 0);
}
