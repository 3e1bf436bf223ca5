//! A practice tenant that listens, and a client that asks it as the application does.

use serde_json::Value;
use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::sandbox::Sandbox;
use url::form_urlencoded;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const REQUEST_ID: &str = "6f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0";

pub(crate) struct Provider {
    pub(crate) client: reqwest::Client,
    pub(crate) origin: String,
    pub(crate) token_url: String,
    pub(crate) book: Vec<Account>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    pub(crate) fn code(&self) -> u64 {
        self.json()["error_codes"][0].as_u64().unwrap_or_else(|| panic!("{}", self.text))
    }
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::bind(0).await.expect("a free port");
        let origin = format!("http://{}", sandbox.address());
        let (token_url, book) = (sandbox.token_url(), sandbox.book());
        tokio::spawn(sandbox.serve());
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { client, origin, token_url, book }
    }

    pub(crate) fn account(&self, name: &str) -> &Account {
        self.book.iter().find(|account| account.name == name).unwrap_or_else(|| panic!("no row {name}"))
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    /// The ID of the practice tenant.
    pub(crate) fn home(&self) -> &str {
        self.account("app-works-v2").values.get(SettingName::AppTenantId)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.origin))).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{}{path}", self.origin)).header("content-type", FORM);
        self.send(request.body(body)).await
    }

    /// Asks as the application does.
    pub(crate) async fn ask(&self, name: &str) -> Answer {
        let values = &self.account(name).values;
        let url = values.get(SettingName::AuthTokenUrl).replace("{AppTenantId}", values.get(SettingName::AppTenantId));
        let scope = format!("{}/.default", values.get(SettingName::Resource));
        let is_v2 = url.contains("/v2.0/");
        let has_user = !values.get(SettingName::User).is_empty();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", if has_user { "password" } else { "client_credentials" });
        form.append_pair("client_id", values.get(SettingName::ClientId));
        form.append_pair("client_secret", values.get(SettingName::ClientSecret));
        if is_v2 {
            form.append_pair("scope", &scope);
        } else {
            form.append_pair("resource", values.get(SettingName::Resource));
        }
        if has_user {
            form.append_pair("username", values.get(SettingName::User));
            form.append_pair("password", values.get(SettingName::Password));
        }
        let request = self.client.post(url).header("content-type", FORM).header("client-request-id", REQUEST_ID);
        self.send(request.body(form.finish())).await
    }
}
