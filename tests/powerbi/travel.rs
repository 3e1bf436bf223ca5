//! No bearer token reaches a host that it does not belong to.

use std::io::ErrorKind;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_wizard::domain::cloud::{CLOUDS, Cloud, CloudName};
use token_wizard::domain::exchange::{Http, HttpAnswer, HttpRequest, TransportError, TransportFault};
use token_wizard::domain::mask::Masker;
use token_wizard::domain::powerbi::{self, GateStatus, Gates};
use token_wizard::domain::registration::Registration;
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{SettingName, Values};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use crate::practice::{LIMIT, Practice, registration};

const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";

/// A network that writes down where tokens would have gone, and reaches nobody.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Http for Recorder {
    async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, TransportError> {
        if request.bearer.is_some() {
            let host = request.url.host_str().unwrap_or_default().to_owned();
            self.0.lock().expect("one thread").push(host);
        }
        let (kind, detail) = (TransportFault::NoSuchHost, String::new());
        Err(TransportError { kind, detail, way: Box::default(), duration: Duration::ZERO })
    }
}

fn settings(sign_in: &str, resource: &str) -> Registration {
    registration(
        &Values::default()
            .with(SettingName::AppTenantId, TENANT)
            .with(SettingName::AuthTokenUrl, format!("{sign_in}/{{AppTenantId}}/oauth2/token"))
            .with(SettingName::Resource, resource)
            .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
            .with(SettingName::ClientSecret, "a-secret"),
    )
}

fn token(row: &Cloud) -> Secret {
    let host = if row.name == CloudName::China { "sts.chinacloudapi.cn" } else { "sts.windows.net" };
    let claims = format!(r#"{{"aud":"{}","iss":"https://{host}/{TENANT}/","tid":"{TENANT}"}}"#, row.resource);
    Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
}

/// The hosts that a token would have gone to.
async fn travels(registration: &Registration, named: Option<&str>, token: &Secret) -> Vec<String> {
    let recorder = Recorder::default();
    let named = named.map(|text| Url::parse(text).expect("a URL"));
    if let Ok(api) = powerbi::api(registration, named.as_ref(), token) {
        let mut gates = Gates::new(&api, None);
        while let Some(call) = gates.next() {
            let outcome = recorder.send(api.request(&call, "an-id", LIMIT)).await;
            gates.take(&call, outcome.as_ref(), &Masker::default());
        }
        assert!(gates.is_network() && gates.status() == GateStatus::Failed);
        assert!(!format!("{:?}", gates.diagnoses()).contains("AuthTokenUrl"), "the setting is not at fault");
    }
    let mut hosts = recorder.0.into_inner().expect("one thread");
    hosts.dedup();
    hosts
}

#[tokio::test]
async fn tokens_of_every_cloud_stay_in_it() {
    for from in &CLOUDS {
        for sign_in in from.sign_in_hosts {
            let registration = settings(&format!("https://{sign_in}"), from.resource);
            assert_eq!(travels(&registration, None, &token(from)).await, [from.api_host], "{sign_in}");
            for of in &CLOUDS {
                // Whatever the settings say, the token goes to its own cloud or nowhere.
                let hosts = travels(&registration, None, &token(of)).await;
                assert!(hosts.iter().all(|host| host == of.api_host), "{sign_in}, {}: {hosts:?}", of.api_host);
                for to in &CLOUDS {
                    let named = format!("https://{}", to.api_host);
                    let hosts = travels(&registration, Some(&named), &token(of)).await;
                    let belongs = to.name == of.name && to.sign_in_hosts == from.sign_in_hosts;
                    assert_eq!(hosts.is_empty(), !belongs, "{sign_in}, {} to {named}: {hosts:?}", of.api_host);
                }
            }
        }
    }
}

#[tokio::test]
async fn tokens_of_this_machine_stay_on_it() {
    let registration = settings("http://127.0.0.1:18080", CLOUDS[0].resource);
    for of in &CLOUDS {
        for to in &CLOUDS {
            let named = format!("https://{}", to.api_host);
            assert_eq!(travels(&registration, Some(&named), &token(of)).await, [""; 0], "{named}");
        }
        assert_eq!(travels(&registration, Some("https://api.example"), &token(of)).await, [""; 0]);
        assert_eq!(travels(&registration, None, &token(of)).await, [""; 0]);
        assert_eq!(travels(&registration, Some("http://127.0.0.1:9"), &token(of)).await, ["127.0.0.1"]);
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let practice = Practice::start().await;
    let second = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    second.set_nonblocking(true).expect("a listener");
    let target = format!("http://{}", second.local_addr().expect("bound"));
    let first = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let root = Url::parse(&format!("http://{}", first.local_addr().expect("bound"))).expect("a URL");
    let location = target.clone();
    let server = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Ok((mut stream, _)) = first.accept().await {
            let mut bytes = vec![0; 16 * 1024];
            let mut length = 0;
            while !bytes[..length].windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut bytes[length..]).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => length += read,
                }
            }
            seen.push(String::from_utf8_lossy(&bytes[..length]).to_lowercase());
            let answer = format!(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}/v1.0/myorg/groups\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _gone = stream.write_all(answer.as_bytes()).await;
            if seen.len() == 2 {
                break;
            }
        }
        seen
    });
    let issued = practice.issue("app-works").await.expect("a token");
    let api = powerbi::api(&issued.registration, Some(&root), &issued.token).expect("this machine");
    let gates = practice.gates(&api, None).await;
    let answer = gates.diagnoses().remove(0);
    assert_eq!(answer.code, "HTTP307");
    assert!(answer.cause.contains(&target), "{answer:?}");
    let seen = server.await.expect("two requests");
    assert!(seen.iter().all(|request| request.matches("authorization: bearer ").count() == 1), "{}", seen.len());
    assert_eq!(
        second.accept().map_err(|error| error.kind()).err(),
        Some(ErrorKind::WouldBlock),
        "a redirect was followed"
    );
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_not_shown() {
    let practice = Practice::start().await;
    let canary = Secret::new("canary\r\nX-Other: canary");
    let issued = practice.issue("app-works").await.expect("a token");
    let root = powerbi::practice_api(&issued.registration, &issued.answer);
    let api = powerbi::api(&issued.registration, root.as_ref(), &canary).expect("this machine");
    let gates = practice.gates(&api, None).await;
    assert_eq!(gates.status(), GateStatus::Failed);
    assert!(!format!("{gates:?}").contains("canary"), "{gates:?}");
}
