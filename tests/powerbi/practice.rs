//! A practice tenant that listens, and the program's own functions to ask it.

use std::time::Duration;

use token_wizard::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, Route};
use token_wizard::domain::mask::Masker;
use token_wizard::domain::oauth::{self, TokenAnswer};
use token_wizard::domain::powerbi::{self, Api, Gates, Skip, WorkspaceId};
use token_wizard::domain::registration::{self, Options, Registration};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{Account, Values};
use token_wizard::domain::time::Timestamp;
use token_wizard::io::http::Network;
use token_wizard::sandbox::Sandbox;

pub(crate) const LIMIT: Duration = Duration::from_secs(10);

pub(crate) struct Practice {
    pub(crate) origin: String,
    pub(crate) book: Vec<Account>,
    pub(crate) network: Network,
    client: reqwest::Client,
}

/// What came with a token.
pub(crate) struct Issued {
    pub(crate) registration: Registration,
    pub(crate) answer: HttpAnswer,
    pub(crate) token: Secret,
}

impl Issued {
    pub(crate) fn api(&self) -> Result<Api, Skip> {
        let root = powerbi::practice_api(&self.registration, &self.answer);
        assert!(root.is_some(), "the practice tenant names its own origin");
        powerbi::api(&self.registration, root.as_ref(), &self.token)
    }
}

pub(crate) fn registration(values: &Values) -> Registration {
    registration::inspect(values, &Options::default()).registration.expect("settings that allow a request")
}

impl Practice {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::bind(0).await.expect("a free port");
        let (origin, book) = (format!("http://{}", sandbox.address()), sandbox.book());
        tokio::spawn(sandbox.serve());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { origin, book, network: Network::new(LIMIT, None), client }
    }

    pub(crate) fn account(&self, name: &str) -> &Account {
        self.book.iter().find(|account| account.name == name).unwrap_or_else(|| panic!("no row {name}"))
    }

    /// The token of a row; `None` when it is refused.
    pub(crate) async fn issue(&self, name: &str) -> Option<Issued> {
        // Rows whose settings allow no request have no token.
        let values = &self.account(name).values;
        let registration = registration::inspect(values, &Options::default()).registration?;
        let request = oauth::token_request(&registration, &self.network.request_id(), LIMIT);
        let answer = self.network.send(request).await.expect("an answer");
        match oauth::read_answer(&answer) {
            TokenAnswer::Token(response) => Some(Issued { registration, answer, token: response.access_token }),
            TokenAnswer::Refusal(_) | TokenAnswer::Other(_) => None,
        }
    }

    pub(crate) async fn token(&self, name: &str) -> Secret {
        self.issue(name).await.unwrap_or_else(|| panic!("{name} has a token")).token
    }

    pub(crate) async fn api(&self, name: &str) -> Api {
        let issued = self.issue(name).await.unwrap_or_else(|| panic!("{name} has a token"));
        issued.api().unwrap_or_else(|skip| panic!("{name}: {skip}"))
    }

    /// Walks the gates as the ladder does.
    pub(crate) async fn gates(&self, api: &Api, wished: Option<WorkspaceId>) -> Gates {
        let mut gates = Gates::new(api, wished);
        self.walk(api, &mut gates).await;
        gates
    }

    pub(crate) async fn walk(&self, api: &Api, gates: &mut Gates) {
        let mut calls = 0;
        while let Some(call) = gates.next() {
            let request = api.request(&call, &self.network.request_id(), LIMIT);
            let mut masker = Masker::default();
            masker.add(request.bearer.as_ref().expect("a token").expose());
            let outcome = self.network.send(request).await;
            gates.take(&call, outcome.as_ref(), &masker);
            calls += 1;
            assert!(calls <= 4, "a call for each gate at most");
        }
    }

    /// A `GET` with any token, whether or not it belongs here.
    pub(crate) async fn get(&self, path: &str, token: Option<&Secret>) -> HttpAnswer {
        let url = format!("{}/v1.0/myorg/{path}", self.origin).parse().expect("a URL");
        let request = HttpRequest { url, headers: Vec::new(), bearer: token.cloned(), body: None, timeout: LIMIT };
        self.network.send(request).await.expect("an answer")
    }

    /// A `POST` as an application makes it; the program itself sends none to Power BI.
    pub(crate) async fn post(&self, path: &str, token: &Secret, kind: &str, body: String) -> HttpAnswer {
        let url = format!("{}/v1.0/myorg/{path}", self.origin);
        let request = self.client.post(url).bearer_auth(token.expose()).header("content-type", kind).body(body);
        let response = request.send().await.expect("an answer");
        let text = |value: &reqwest::header::HeaderValue| value.to_str().expect("ASCII").to_owned();
        HttpAnswer {
            status: response.status().as_u16(),
            headers: response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: Secret::new(response.text().await.expect("a body")),
            truncated: false,
            route: Route::default(),
            received_at: Timestamp::from_seconds(0),
            duration: Duration::ZERO,
        }
    }
}
