//! An identity provider that answers what the test wants and counts who asks.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::watch;

pub(crate) const TOKEN: &str =
    "{\"token_type\":\"Bearer\",  \"expires_in\":\"3599\",\"access_token\":\"eyJhbGciOiJub25lIn0.e30.x\"}";
pub(crate) const REFUSED: &str = "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret provided.\",\"error_codes\":[7000215]}";

struct Scripted {
    answer: Mutex<(u16, &'static str)>,
    forms: Mutex<Vec<String>>,
    /// Answers wait while this is false.
    is_open: watch::Sender<bool>,
}

/// The provider, on a thread of its own.
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    scripted: Arc<Scripted>,
}

impl Provider {
    pub(crate) fn start(status: u16, body: &'static str) -> Self {
        let scripted = Arc::new(Scripted {
            answer: Mutex::new((status, body)),
            forms: Mutex::new(Vec::new()),
            is_open: watch::Sender::new(true),
        });
        let (sender, address) = std::sync::mpsc::channel();
        let state = Arc::clone(&scripted);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                sender.send(listener.local_addr().expect("an address")).expect("the test waits");
                axum::serve(listener, Router::new().fallback(answer).with_state(state)).await
            })
        });
        Self { address: address.recv().expect("its address"), scripted }
    }

    pub(crate) fn answers(&self, status: u16, body: &'static str) {
        *self.scripted.answer.lock().expect("the answer") = (status, body);
    }

    /// The forms that were posted.
    pub(crate) fn forms(&self) -> Vec<String> {
        self.scripted.forms.lock().expect("the forms").clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.forms().len()
    }

    /// Lets answers wait, or go.
    pub(crate) fn open(&self, is_open: bool) {
        self.scripted.is_open.send_replace(is_open);
    }

    /// Settings that ask this provider with that secret.
    pub(crate) fn settings(&self, secret: &str) -> String {
        json!({
            "AppTenantId": "contoso.onmicrosoft.com",
            "AuthTokenUrl": format!("http://{}/{{AppTenantId}}/oauth2/token", self.address),
            "Resource": "https://analysis.windows.net/powerbi/api",
            "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "ClientSecret": secret,
            "User": "",
            "Password": "",
        })
        .to_string()
    }
}

async fn answer(State(scripted): State<Arc<Scripted>>, method: axum::http::Method, form: String) -> Response {
    if method == axum::http::Method::GET {
        // What is asked without credentials, beside the token.
        return axum::http::StatusCode::NOT_FOUND.into_response();
    }
    scripted.forms.lock().expect("the forms").push(form);
    let mut gate = scripted.is_open.subscribe();
    drop(gate.wait_for(|is_open| *is_open).await);
    let (status, body) = *scripted.answer.lock().expect("the answer");
    let status = axum::http::StatusCode::from_u16(status).expect("a status");
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}
