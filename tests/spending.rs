//! When a password is sent, and when it is not: the wizard, on the screen and line by line, through the real network
//! code, with token requests counted at the server.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/book.rs"]
mod book;
#[path = "support/start.rs"]
mod start;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use token_wizard::app::effect::{Effect, Machine as _, Msg};
use token_wizard::app::{App, Start};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::domain::time::Timestamp;
use token_wizard::io::http::Network;
use token_wizard::plain::{Answers, Conversation, Turn};
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::{self, Event, Order, Report};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);

/// Stands before the practice tenant and counts what is posted to it.
async fn front(tenant: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let posts = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let counted = Arc::clone(&posts);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let server = TcpStream::connect(tenant).await.expect("the tenant");
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move {
                    drop(tokio::io::copy(&mut from_server, &mut to_client).await);
                });
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
                    let bytes = buffer.get(..read).unwrap_or_default();
                    // A request begins a segment: the client waits for each answer.
                    counted.fetch_add(usize::from(bytes.starts_with(b"POST ")), Ordering::SeqCst);
                    if to_server.write_all(bytes).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (address, posts)
}

struct Practice {
    network: Network,
    posts: Arc<AtomicUsize>,
    start: Option<Start>,
}

impl Practice {
    /// On a file with the values of that row of the account book.
    async fn on(row: &str) -> Self {
        let sandbox = Sandbox::bind(0).await.expect("a free port");
        let tenant = sandbox.address();
        let book = sandbox.book();
        tokio::spawn(sandbox.serve());
        let (address, posts) = front(tenant).await;
        let account = book.into_iter().find(|account| account.name == row).expect("a row of the book");
        let value = |name| account.values.get(name).replace(&tenant.to_string(), &address.to_string());
        let values = SettingName::ALL.into_iter().fold(Values::default(), |known, name| known.with(name, value(name)));
        let start = start::on(&book::settings(&values));
        Self { network: Network::new(Duration::from_secs(10), None), posts, start: Some(start) }
    }

    async fn verify(&self, order: &Order) -> Vec<Event> {
        let mut events = Vec::new();
        verify::run(&self.network, order, |event| events.push(event)).await;
        events
    }

    fn posts(&self) -> usize {
        self.posts.load(Ordering::SeqCst)
    }

    fn app(&mut self) -> App {
        App::new(self.start.take().expect("one wizard"))
    }

    /// Presses keys one after the other; a test that a key begins is over before the next one.
    async fn press(&self, app: &mut App, keys: &str) {
        for key in keys.chars() {
            let code = if key == '\u{1b}' {
                KeyCode::Esc
            } else if key == '\r' {
                KeyCode::Enter
            } else {
                KeyCode::Char(key)
            };
            let effects = app.update(NOW, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
            self.carry_out(app, effects).await;
        }
    }

    async fn carry_out(&self, app: &mut App, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Verify { run, order } = effect else { continue };
            for event in self.verify(&order).await {
                app.update(NOW, Msg::Ladder(run, event));
            }
            app.update(NOW, Msg::LadderEnded(run));
        }
    }

    async fn answer(&self, conversation: &mut Conversation, line: &str) -> String {
        let Turn { mut lines, effects } = conversation.answer(NOW, &Secret::new(line));
        for effect in effects {
            let Effect::Verify { run, order } = effect else { continue };
            for event in self.verify(&order).await {
                lines.extend(conversation.tell(NOW, Msg::Ladder(run, event)).lines);
            }
            lines.extend(conversation.tell(NOW, Msg::LadderEnded(run)).lines);
        }
        if let Some(prompt) = conversation.prompt() {
            lines.extend(prompt.lines);
        }
        assert!(lines.iter().all(|line| line.chars().count() <= 78), "{lines:?}");
        lines.join(" ")
    }
}

fn screen(app: &App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).expect("a screen");
    terminal.draw(|frame| app.view(frame)).expect("a picture");
    let cells = terminal.backend().buffer().content();
    cells.chunks(80).map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n").collect()
}

#[track_caller]
fn sees(app: &App, words: &str) {
    let screen = screen(app);
    assert!(screen.contains(words), "{words:?} is not on\n{screen}");
}

#[tokio::test]
async fn nothing_is_posted_for_a_federated_or_unknown_user_until_the_key() {
    for (row, question, code) in [
        ("federated-user", "Send the password of a federated user?", "AADSTS50126"),
        ("unknown-user-domain", "Send the password of a user that Entra ID does not know?", "AADSTS50034"),
    ] {
        let mut practice = Practice::on(row).await;
        let mut app = practice.app();
        practice.press(&mut app, "t").await;
        sees(&app, question);
        practice.press(&mut app, "\r").await;
        sees(&app, "The password was not sent.");
        sees(&app, "skipped  token, signature, claims, powerbi");
        practice.press(&mut app, "t").await;
        sees(&app, question);
        assert_eq!(practice.posts(), 0, "{row}");
        practice.press(&mut app, "y").await;
        sees(&app, code);
        assert_eq!(practice.posts(), 1, "{row}");
        // Refused: not again without two more keys.
        practice.press(&mut app, "t").await;
        sees(&app, "Send a password again that was already refused?");
        assert_eq!(practice.posts(), 1, "{row}");
        practice.press(&mut app, "y").await;
        assert_eq!(practice.posts(), 2, "{row}");
    }
}

#[tokio::test]
async fn line_by_line_the_question_is_the_same() {
    let mut practice = Practice::on("federated-user").await;
    let mut conversation = Conversation::new(practice.app(), Answers::Typed);
    conversation.begin(NOW);
    let said = practice.answer(&mut conversation, "").await;
    for words in
        ["Send the password of a federated user?", "user-federated", "Commands: y send it, < do not send, p move"]
    {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
    let said = practice.answer(&mut conversation, "").await;
    assert!(said.contains("Commands: t again"), "{said}");
    practice.answer(&mut conversation, "").await;
    assert_eq!(practice.posts(), 0);
    let said = practice.answer(&mut conversation, "y").await;
    assert!(said.contains("AADSTS50126") && said.contains("failed  token"), "{said}");
    assert_eq!(practice.posts(), 1);
}

#[tokio::test]
async fn a_line_of_a_pipe_that_is_meant_for_another_question_sends_no_password() {
    let mut practice = Practice::on("federated-user").await;
    let mut conversation = Conversation::new(practice.app(), Answers::Piped);
    conversation.begin(NOW);
    let said = practice.answer(&mut conversation, "t").await;
    assert!(said.contains("The password was not sent.") && said.contains("token-wizard check FILE sends"), "{said}");
    assert!(!said.contains("y send it") && said.contains("Commands: t again"), "{said}");
    for line in ["s", "y", "y", "t", "y"] {
        practice.answer(&mut conversation, line).await;
    }
    assert_eq!(practice.posts(), 0);
}

#[tokio::test]
async fn a_managed_user_is_not_asked_about_and_a_watch_goes_on() {
    let mut practice = Practice::on("unlicensed-user").await;
    let mut app = practice.app();
    practice.press(&mut app, "ta").await;
    assert_eq!(practice.posts(), 1);
    let next = app.wake().expect("the watch has begun");
    let effects = app.update(next, Msg::Woke);
    practice.carry_out(&mut app, effects).await;
    assert_eq!(practice.posts(), 2, "Entra ID checks it itself, so nobody is asked");
    // A wrong one is not watched.
    let mut practice = Practice::on("wrong-password").await;
    let mut app = practice.app();
    practice.press(&mut app, "ta").await;
    assert_eq!((practice.posts(), app.wake()), (1, None));
}

#[tokio::test]
async fn check_still_sends_its_one_post() {
    let mut practice = Practice::on("federated-user").await;
    let mut app = practice.app();
    let effects = app.update(NOW, Msg::Key(KeyEvent::new(KeyCode::Char('t'), KeyModifiers::NONE)));
    let Some(Effect::Verify { order, .. }) = effects.into_iter().next() else { panic!("it tests") };
    let order = Order { on_realm: verify::OnRealm::Warn, ..*order };
    let mut report = Report::default();
    practice.verify(&order).await.into_iter().for_each(|event| report.apply(event));
    assert_eq!((practice.posts(), report.held), (1, None));
}

#[tokio::test]
async fn the_move_leads_from_a_second_factor_to_a_token_of_the_app() {
    let mut practice = Practice::on("mfa-user").await;
    let mut app = practice.app();
    practice.press(&mut app, "t").await;
    sees(&app, "AADSTS50076");
    sees(&app, "p move");
    practice.press(&mut app, "p\r\r\r").await;
    sees(&app, "3 of 3");
    assert_eq!(practice.posts(), 1, "nothing is sent on the way");
    practice.press(&mut app, "\r").await;
    assert_eq!(practice.posts(), 2);
    sees(&app, "client_credentials");
    sees(&app, "passed   token");
    practice.press(&mut app, "7").await;
    sees(&app, "- adele@contoso.onmicrosoft.com");
}

#[tokio::test]
async fn line_by_line_the_move_is_the_same() {
    let mut practice = Practice::on("blocked-user").await;
    let mut conversation = Conversation::new(practice.app(), Answers::Piped);
    conversation.begin(NOW);
    let said = practice.answer(&mut conversation, "t").await;
    assert!(said.contains("p move") && said.contains("e1a60f37-84bd-4c52-9f1e-06d5b3c8724a"), "{said}");
    let said = practice.answer(&mut conversation, "p").await;
    assert!(said.contains("1 of 3") && said.contains("Commands: Enter blank both, < close"), "{said}");
    let said = practice.answer(&mut conversation, "").await;
    assert!(said.contains("2 of 3") && said.contains("Enter to App, < close, u undo"), "{said}");
    let said = practice.answer(&mut conversation, "").await;
    assert!(said.contains("App: ClientSecret"), "{said}");
    let said = practice.answer(&mut conversation, "").await;
    assert!(said.contains("3 of 3") && said.contains("Add the app or its group"), "{said}");
    let said = practice.answer(&mut conversation, "").await;
    assert!(said.contains("passed  token"), "{said}");
    assert_eq!(practice.posts(), 2);
}

#[tokio::test]
async fn a_policy_is_named_by_its_id_and_the_practice_tenant_has_its_own_page_of_consent() {
    let mut practice = Practice::on("unmanaged-device").await;
    let mut app = practice.app();
    practice.press(&mut app, "t").await;
    sees(&app, "4c7d1e92-6ab5-4f30-8d29-b1e05f73ca68");
    let mut practice = Practice::on("missing-consent").await;
    let mut app = practice.app();
    practice.press(&mut app, "t").await;
    sees(&app, "AADSTS65001");
    sees(&app, "l link");
    let link = app.link().expect("a page of consent");
    assert!(link.starts_with("http://127.0.0.1:") && link.contains("/adminconsent?client_id="), "{link}");
    assert!(!screen(&app).contains("{ClientId}"), "nothing is left to fill in");
    let effects = app.update(NOW, Msg::Key(KeyEvent::new(KeyCode::Char('l'), KeyModifiers::NONE)));
    let copied = effects.iter().any(|effect| matches!(effect, Effect::Copy(text) if text.expose() == link));
    assert!(copied, "l copies it");
    assert!(screen(&app).split_whitespace().collect::<String>().contains(&link), "l shows it whole");
    assert_eq!(practice.posts(), 1);
}

#[tokio::test]
async fn the_checklist_is_there_line_by_line_too() {
    let mut practice = Practice::on("app-works").await;
    if let Some(start) = &mut practice.start {
        start.document = start.document.with(SettingName::ClientId, "").expect("an edit");
    }
    let mut conversation = Conversation::new(practice.app(), Answers::Piped);
    conversation.begin(NOW);
    let mut said = conversation.prompt().map(|prompt| prompt.lines.join(" ")).unwrap_or_default();
    while !said.contains("App: ClientId") {
        said = practice.answer(&mut conversation, "").await;
    }
    assert!(said.contains("No app yet: ? tells how to make one."), "{said}");
    let said = practice.answer(&mut conversation, "?").await;
    let flat = |said: &str| said.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = flat(&said);
    assert!(said.contains("New registration") && said.contains("Allow public client flows"), "{said}");
    practice.answer(&mut conversation, ".").await;
    let said = flat(&practice.answer(&mut conversation, "?").await);
    assert!(said.contains("New registration"), "{said}");
    assert_eq!(practice.posts(), 0);
}
