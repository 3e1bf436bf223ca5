//! The keeper of the token over the real ladder, with a provider and a clock that the test sets.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::*;
use crate::domain::exchange::{Clock, Http, HttpRequest, Route, TransportError, TransportFault};
use crate::domain::secret::Secret;
use crate::verify;

/// What the provider does next: status and body, or nothing comes back.
type Script = VecDeque<Result<(u16, &'static str), TransportFault>>;

const TOKEN: &str = r#"{"access_token":"a.b.c","expires_in":"3600"}"#;
const REFUSED: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: no","error_codes":[7000215]}"#;
const WRONG: &str = r#"{"error":"invalid_grant","error_description":"AADSTS50126: no","error_codes":[50126]}"#;
const UNCONSENTED: &str = r#"{"error":"invalid_grant","error_description":"AADSTS65001: no","error_codes":[65001]}"#;

#[derive(Clone, Default)]
struct Outside {
    seconds: Rc<Cell<i64>>,
    file: Rc<RefCell<Option<(u64, Values)>>>,
    script: Rc<RefCell<Script>>,
    sent: Rc<Cell<usize>>,
    told: Rc<RefCell<Vec<String>>>,
    /// The next answer waits for this.
    held: Rc<RefCell<Option<oneshot::Receiver<()>>>>,
}

impl World for Outside {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.seconds.get())
    }

    fn settings(&self) -> Result<(Stamp, Values), Diagnosis> {
        match self.file.borrow().clone() {
            Some((contents, values)) => Ok((Stamp { identity: (0, 0), length: 0, modified: 0, contents }, values)),
            None => Err(Diagnosis::new(Severity::Error, "file-missing", "There is no file", "Make one.")),
        }
    }

    fn verify(&self, order: Order, emit: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static {
        let world = self.clone();
        async move { verify::run(&world, &order, emit).await }
    }

    fn tell(&self, report: &Report) {
        let code = report.answer().map(|diagnosis| diagnosis.code.to_string());
        self.told.borrow_mut().push(code.unwrap_or_default());
    }

    fn say(&self, text: &str) {
        self.told.borrow_mut().push(text.to_owned());
    }
}

impl Clock for Outside {
    fn pause(&self, _: Duration) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    fn now(&self) -> Timestamp {
        World::now(self)
    }

    fn request_id(&self) -> String {
        String::new()
    }
}

impl Http for Outside {
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpAnswer, TransportError>> + Send {
        // What is asked without credentials, beside the token, is no matter of the keeper's.
        // A provider that cannot be reached cannot be reached for it either.
        let is_down = matches!(self.script.borrow().front(), Some(Err(TransportFault::Refused)));
        let scripted = if request.body.is_some() || is_down {
            self.sent.set(self.sent.get() + 1);
            self.script.borrow_mut().pop_front().expect("no further request")
        } else {
            Ok((404, ""))
        };
        let is_token = request.body.is_some();
        let answer = match scripted {
            Ok((status, body)) => Ok(HttpAnswer {
                status,
                headers: Vec::new(),
                body: Secret::new(body),
                truncated: false,
                route: Route::default(),
                received_at: World::now(self),
                duration: Duration::ZERO,
            }),
            Err(kind) => {
                Err(TransportError { kind, detail: String::new(), way: Box::default(), duration: Duration::ZERO })
            }
        };
        let held = if is_token { self.held.borrow_mut().take() } else { None };
        async move {
            if let Some(held) = held {
                let _released = held.await;
            }
            answer
        }
    }
}

/// The keeper, and the outside in the test's hand.
struct Stage {
    world: Outside,
    wishes: tokio::sync::mpsc::UnboundedSender<Wish>,
}

impl Stage {
    /// Runs a story beside the keeper.
    async fn play<F: Future<Output = ()>>(values: Values, story: impl FnOnce(Self) -> F) {
        let (wishes, inbox) = unbounded_channel();
        let world = Outside::default();
        *world.file.borrow_mut() = Some((1, values));
        let tokens = Tokens::new(world.clone(), Options::default(), Duration::from_secs(30));
        tokio::join!(tokens.run(inbox), story(Self { world, wishes }));
    }

    /// What somebody who asks now is answered: the body, and how many requests the provider has seen by then.
    async fn ask(&self) -> (String, usize) {
        let (caller, answer) = oneshot::channel();
        self.wishes.send(Wish::Token(caller)).expect("the keeper listens");
        let answer = answer.await.expect("an answer");
        let body = axum::body::to_bytes(answer.response().into_body(), 4096).await.expect("a body");
        (String::from_utf8_lossy(&body).into_owned(), self.world.sent.get())
    }

    fn provider(&self, answers: impl IntoIterator<Item = Result<(u16, &'static str), TransportFault>>) {
        self.world.script.borrow_mut().extend(answers);
    }

    fn write(&self, contents: u64, values: Values) {
        *self.world.file.borrow_mut() = Some((contents, values));
    }

    fn press_enter(&self) {
        self.wishes.send(Wish::Again).expect("the keeper listens");
    }
}

fn app() -> Values {
    Values::default()
        .with(SettingName::AppTenantId, "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0")
        .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "abc8Q~secret~secret~secret~secret~secret")
}

fn user(password: &str) -> Values {
    app().with(SettingName::User, "anna@contoso.com").with(SettingName::Password, password)
}

#[test]
fn a_token_is_kept_until_five_minutes_before_the_earlier_end() {
    let at = Timestamp::from_seconds;
    let until = |seconds| Some(Until::Moment(at(1000), at(seconds)));
    assert_eq!(lifetime(at(1000), Some(at(4900)), Some(at(4600))), until(4300));
    assert_eq!(lifetime(at(1000), Some(at(2000)), Some(at(4600))), until(1700));
    assert_eq!(lifetime(at(1000), None, Some(at(4600))), until(4300));
    assert_eq!(lifetime(at(1000), Some(at(1300)), None), None);
    assert_eq!(lifetime(at(1000), Some(at(900)), Some(at(i64::MAX))), None);
    assert_eq!(lifetime(at(1000), None, None), None);
}

#[tokio::test]
async fn a_token_is_asked_for_again_when_its_time_is_up_or_the_clock_was_set_back() {
    Stage::play(app(), async |stage| {
        stage.provider([Ok((200, TOKEN)), Ok((200, TOKEN)), Ok((200, TOKEN))]);
        stage.world.seconds.set(10_000);
        assert_eq!(stage.ask().await, (TOKEN.to_owned(), 1));
        stage.world.seconds.set(10_000 + 3299);
        assert_eq!(stage.ask().await.1, 1);
        stage.world.seconds.set(10_000 + 3300);
        assert_eq!(stage.ask().await.1, 2);
        stage.world.seconds.set(5_000);
        assert_eq!(stage.ask().await.1, 3);
        // The same news is told once.
        assert_eq!(stage.world.told.borrow().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_kept_until_the_file_changes_or_enter() {
    Stage::play(app(), async |stage| {
        stage.provider([Ok((401, REFUSED)), Ok((401, REFUSED)), Ok((401, REFUSED)), Ok((200, TOKEN))]);
        for _ in 0..3 {
            assert_eq!(stage.ask().await, (REFUSED.to_owned(), 1));
            stage.world.seconds.set(stage.world.seconds.get() + 100_000);
        }
        stage.write(2, app());
        assert_eq!(stage.ask().await.1, 2);
        stage.press_enter();
        assert_eq!(stage.ask().await.1, 3);
        assert_eq!(stage.ask().await.1, 3);
        stage.press_enter();
        assert_eq!(stage.ask().await, (TOKEN.to_owned(), 4));
    })
    .await;
}

#[tokio::test]
async fn a_network_failure_may_be_tried_again_after_a_pause_without_a_user() {
    let refused = || Err(TransportFault::Refused);
    Stage::play(app(), async |stage| {
        stage.provider([refused(), Ok((200, TOKEN))]);
        let (body, _) = stage.ask().await;
        assert!(body.starts_with(r#"{"error":"token_wizard","error_description":"connect-refused: "#), "{body}");
        stage.world.seconds.set(4);
        assert_eq!(stage.ask().await.1, 1);
        stage.world.seconds.set(5);
        assert_eq!(stage.ask().await, (TOKEN.to_owned(), 2));
    })
    .await;
    Stage::play(user("one"), async |stage| {
        stage.provider([refused(), Err(TransportFault::AnswerTimeout)]);
        assert_eq!(stage.ask().await.1, 1);
        stage.world.seconds.set(100_000);
        assert_eq!(stage.ask().await.1, 1);
        // Nothing of it was sent, so a touched file is enough; afterwards the password may have arrived.
        stage.write(2, user("one"));
        assert_eq!(stage.ask().await.1, 2);
        stage.write(3, user("one"));
        assert_eq!(stage.ask().await.1, 2);
    })
    .await;
}

#[tokio::test]
async fn a_refused_password_is_never_repeated_without_a_key() {
    Stage::play(user("one"), async |stage| {
        stage.provider([Ok((400, WRONG)), Ok((400, UNCONSENTED)), Ok((400, WRONG)), Ok((200, TOKEN))]);
        assert_eq!(stage.ask().await, (WRONG.to_owned(), 1));
        // Touched, broken and restored, changed and changed back: it is the same request.
        stage.write(2, user("one"));
        assert_eq!(stage.ask().await, (WRONG.to_owned(), 1));
        *stage.world.file.borrow_mut() = None;
        assert!(stage.ask().await.0.contains("file-missing"));
        stage.write(2, user("one"));
        assert_eq!(stage.ask().await, (WRONG.to_owned(), 1));
        stage.write(3, user("two"));
        assert_eq!(stage.ask().await, (UNCONSENTED.to_owned(), 2));
        stage.write(4, user("one"));
        assert_eq!(stage.ask().await, (WRONG.to_owned(), 2));
        stage.write(5, user("two"));
        assert_eq!(stage.ask().await, (UNCONSENTED.to_owned(), 2));
        // The same password beside another secret counts towards the lockout as well.
        stage.write(6, user("one").with(SettingName::ClientSecret, "another"));
        let (body, sent) = stage.ask().await;
        assert!(body.contains("password-held-back") && sent == 2, "{body}");
        stage.press_enter();
        assert_eq!(stage.ask().await, (WRONG.to_owned(), 3));
        assert_eq!(stage.ask().await, (WRONG.to_owned(), 3));
        stage.press_enter();
        assert_eq!(stage.ask().await, (TOKEN.to_owned(), 4));
    })
    .await;
}

#[tokio::test]
async fn who_asks_after_a_change_waits_for_the_answer_to_the_new_file() {
    Stage::play(app(), async |stage| {
        stage.provider([Ok((401, REFUSED)), Ok((200, TOKEN))]);
        let (release, held) = oneshot::channel();
        *stage.world.held.borrow_mut() = Some(held);
        let (first, second, third) = tokio::join!(stage.ask(), stage.ask(), async {
            while stage.world.sent.get() == 0 {
                tokio::task::yield_now().await;
            }
            stage.write(2, app());
            let late = stage.ask();
            release.send(()).expect("the provider waits");
            late.await
        });
        assert_eq!((first.0.as_str(), second.0.as_str()), (REFUSED, REFUSED));
        assert_eq!(third, (TOKEN.to_owned(), 2));
        assert_eq!(stage.ask().await, (TOKEN.to_owned(), 2));
    })
    .await;
}

#[tokio::test]
async fn a_page_in_the_place_of_an_answer_is_not_passed_on() {
    Stage::play(app(), async |stage| {
        stage.provider([Ok((200, "<html>sign in</html>"))]);
        let (body, _) = stage.ask().await;
        assert!(body.starts_with(r#"{"error":"token_wizard""#) && !body.contains("<html>"), "{body}");
        assert_eq!(stage.ask().await.1, 1);
        stage.write(2, app().with(SettingName::ClientId, "[Client ID]"));
        let (body, sent) = stage.ask().await;
        assert!(body.contains("placeholder-left") && sent == 1, "{body}");
    })
    .await;
}
