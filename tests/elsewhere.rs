//! Keys come from the sign-in host or not at all, asserted at the socket: whoever is named elsewhere, by the provider's
//! document or by a redirect, is never even connected to.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Response, StatusCode, Uri};
use token_wizard::domain::exchange::{Clock, Http, HttpRequest};
use token_wizard::domain::oauth;
use token_wizard::domain::registration::{self, Options};
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::io::http::Network;
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::{self, OnRealm, Order, PowerBiOrder, Report, Stage, Status};

const LIMIT: Duration = Duration::from_secs(10);

/// What the provider answers to a question: a body, or a status with a place to go to.
#[derive(Debug, Clone)]
enum Answer {
    Body(String),
    Redirect(u16, String),
}

/// The provider: what it answers, and for which paths it was asked.
#[derive(Debug, Clone)]
struct Provider {
    token: String,
    discovery: Answer,
    keys: Answer,
    asked: Vec<String>,
}

type Shared = Arc<Mutex<Provider>>;

async fn answer(State(provider): State<Shared>, method: Method, uri: Uri) -> Response<Body> {
    let mut provider = provider.lock().unwrap_or_else(PoisonError::into_inner);
    provider.asked.push(uri.path().to_owned());
    let answer = match (method, uri.path()) {
        (Method::POST, _) => Answer::Body(provider.token.clone()),
        (_, path) if path.ends_with("/openid-configuration") => provider.discovery.clone(),
        (_, path) if path.ends_with("keys") => provider.keys.clone(),
        _ => Answer::Redirect(404, String::new()),
    };
    let response = match answer {
        Answer::Body(body) => Response::builder().header("content-type", "application/json").body(Body::from(body)),
        Answer::Redirect(status, place) => Response::builder()
            .status(StatusCode::from_u16(status).expect("a status"))
            .header("location", place)
            .body(Body::empty()),
    };
    response.expect("an answer")
}

/// A provider that works, with a token of the practice tenant; and two places that are not its own.
struct Scene {
    provider: Shared,
    address: SocketAddr,
    values: Values,
    issuer: String,
    /// What the keys are, wherever they are asked for.
    keys: String,
    other_port: TcpListener,
    other_host: TcpListener,
}

impl Scene {
    async fn open() -> Self {
        let sandbox = Sandbox::bind(0).await.expect("a free port");
        let (origin, book) = (format!("http://{}", sandbox.address()), sandbox.book());
        tokio::spawn(sandbox.serve());
        let values = book.into_iter().find(|row| row.name == "app-works").expect("a row of the book").values;
        let registration = registration::inspect(&values, &Options::default()).registration.expect("a request");
        let network = Network::new(LIMIT, None);
        let token = network.send(oauth::token_request(&registration, &network.request_id(), LIMIT)).await;
        let tenant = values.get(SettingName::AppTenantId);
        let read = async |path: &str| {
            let url = format!("{origin}/{tenant}{path}").parse().expect("a URL");
            let request = HttpRequest { url, headers: Vec::new(), bearer: None, body: None, timeout: LIMIT };
            network.send(request).await.expect("an answer").body.expose().to_owned()
        };
        let keys = read("/discovery/keys").await;
        let document: serde_json::Value =
            serde_json::from_str(&read("/.well-known/openid-configuration").await).expect("JSON");
        let issuer = document["issuer"].as_str().expect("an issuer").to_owned();
        // A tenant that is named by its GUID needs no document to be known again in the token.
        let guid = issuer.split('/').nth(3).expect("a tenant").to_owned();
        let provider = Arc::new(Mutex::new(Provider {
            token: token.expect("an answer").body.expose().to_owned(),
            discovery: Answer::Body(String::new()),
            keys: Answer::Body(keys.clone()),
            asked: Vec::new(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let router = Router::new().fallback(answer).with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let url = format!("http://{address}/{{AppTenantId}}/oauth2/token");
        let bound = |place: SocketAddr| {
            let listener = TcpListener::bind(place).expect("a free port");
            listener.set_nonblocking(true).expect("a listener");
            listener
        };
        Self {
            provider,
            address,
            values: values.with(SettingName::AuthTokenUrl, url).with(SettingName::AppTenantId, guid),
            issuer,
            keys,
            other_port: bound(SocketAddr::from(([127, 0, 0, 1], 0))),
            other_host: bound(SocketAddr::from(([127, 0, 0, 2], address.port()))),
        }
    }

    fn place(&self) -> SocketAddr {
        self.other_port.local_addr().expect("bound")
    }

    fn document(&self, jwks_uri: &str) -> Answer {
        Answer::Body(serde_json::json!({ "issuer": self.issuer, "jwks_uri": jwks_uri }).to_string())
    }

    /// A test of the settings with such answers; and for which paths the provider was asked.
    async fn climb(&self, discovery: Answer, keys: Answer) -> (Report, Vec<String>) {
        {
            let mut provider = self.provider.lock().unwrap_or_else(PoisonError::into_inner);
            (provider.discovery, provider.keys) = (discovery, keys);
            provider.asked.clear();
        }
        let order = Order {
            values: self.values.clone(),
            options: Options::default(),
            until: Stage::Claims,
            timeout: LIMIT,
            powerbi: PowerBiOrder::default(),
            on_realm: OnRealm::Warn,
        };
        let mut report = Report::default();
        verify::run(&Network::new(LIMIT, None), &order, |event| report.apply(event)).await;
        let asked = self.provider.lock().unwrap_or_else(PoisonError::into_inner).asked.clone();
        (report, asked)
    }

    #[track_caller]
    fn nobody_came(&self, what: &str) {
        for listener in [&self.other_port, &self.other_host] {
            let place = listener.local_addr().expect("bound");
            let came = listener.accept().map_err(|error| error.kind()).err();
            assert_eq!(came, Some(ErrorKind::WouldBlock), "{what}: {place} was connected to");
        }
    }
}

/// How the stage `signature` ended, and why in words.
fn signature(report: &Report) -> (Status, String) {
    let stage = report.stage(Stage::Signature).expect("the stage");
    let words =
        stage.diagnoses.iter().map(|found| format!("{}: {}", found.code, found.cause)).collect::<Vec<_>>().join("\n");
    (stage.status, words)
}

#[tokio::test]
async fn keys_that_are_said_to_be_elsewhere_are_not_fetched() {
    let scene = Scene::open().await;
    let (port, other) = (scene.address.port(), scene.place());
    let keys = || Answer::Body(scene.keys.clone());
    for own in [format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")] {
        let (report, asked) = scene.climb(scene.document(&format!("{own}/my/keys")), keys()).await;
        assert_eq!(signature(&report), (Status::Passed, String::new()), "{own}");
        assert!(asked.iter().any(|path| path == "/my/keys"), "{own}: {asked:?}");
    }
    for elsewhere in [
        format!("http://{other}"),
        format!("http://localhost:{}", other.port()),
        format!("http://127.0.0.2:{port}"),
        format!("https://{other}"),
        format!("https://127.0.0.1:{port}"),
    ] {
        let (report, asked) = scene.climb(scene.document(&format!("{elsewhere}/my/keys")), keys()).await;
        let (status, words) = signature(&report);
        assert_eq!(status, Status::Warned, "{elsewhere}");
        let reason = format!("Its keys are said to be at {elsewhere}, and only those at the sign-in host count");
        assert!(words.starts_with("signature-not-checked: ") && words.contains(&reason), "{elsewhere}: {words}");
        assert_eq!(report.exit_code(false), 0, "what was not checked is not called invalid");
        assert!(!asked.iter().any(|path| path.ends_with("keys")), "{elsewhere}: {asked:?}");
        scene.nobody_came(&elsewhere);
    }
}

#[tokio::test]
async fn redirects_of_the_document_and_of_the_keys_are_not_followed() {
    let scene = Scene::open().await;
    let own = format!("http://{}/my/keys", scene.address);
    for status in [301, 302, 303, 307, 308] {
        for place in [format!("http://{}/x", scene.place()), format!("http://127.0.0.2:{}/x", scene.address.port())] {
            let away = || Answer::Redirect(status, place.clone());
            let what = format!("{status} to {place}");
            // Without the document the keys are looked for where Entra has them, which is at the sign-in host.
            let (report, asked) = scene.climb(away(), Answer::Body(scene.keys.clone())).await;
            assert_eq!(report.stage(Stage::Tenant).map(|stage| stage.status), Some(Status::Warned), "{what}");
            assert_eq!(signature(&report).0, Status::Passed, "{what}");
            assert!(asked.iter().any(|path| path.ends_with("/discovery/keys")), "{what}: {asked:?}");
            scene.nobody_came(&what);
            let (report, _) = scene.climb(scene.document(&own), away()).await;
            let (status, words) = signature(&report);
            assert_eq!(status, Status::Warned, "{what}");
            assert!(words.starts_with("signature-not-checked: "), "{what}: {words}");
            scene.nobody_came(&what);
        }
    }
}
