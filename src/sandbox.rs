//! The practice tenant: an identity provider on loopback that answers as Microsoft Entra ID does.
//!
//! It knows a handful of apps and users, each a known situation, listed in its account book. It shares no message,
//! error, catalogue, token or check code with the rest of the program: what it answers is fixture text, so that the
//! program cannot agree with itself by mistake. Only the names of the settings and the type of secrets are common.

mod answers;
mod book;
mod clock;
mod consent;
mod directory;
mod discovery;
mod exchange;
mod identifier;
mod keys;
mod powerbi;
mod realm;
mod request;
mod rules;
mod server;
mod token;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::domain::setting::{Account, SettingName};

use identifier::Identifiers;
use keys::Keys;
use powerbi::Doors;

/// How many ports after the wished one are tried when it is taken.
const MORE_PORTS: u16 = 50;

/// The practice tenant, bound to a port of 127.0.0.1 and ready to serve.
#[derive(Debug)]
pub struct Sandbox {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What all requests need.
#[derive(Debug)]
struct Shared {
    /// Where it is served.
    address: SocketAddr,
    keys: Keys,
    identifiers: Identifiers,
    /// Who has knocked at doors that open after a while.
    doors: Doors,
}

impl Sandbox {
    /// Binds `127.0.0.1:port`, or the next free port up to `port + 50`; port 0 takes any free one.
    ///
    /// # Errors
    /// When all of these ports are taken, loopback cannot be bound, or the practice key cannot be read.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let listener = listen(port).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            address,
            keys: Keys::load()?,
            identifiers: Identifiers::default(),
            doors: Doors::default(),
        });
        Ok(Self { listener, address, shared })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The value for `AuthTokenUrl` (v1), with `{AppTenantId}` still in it.
    pub fn token_url(&self) -> String {
        book::token_url(self.address, book::V1)
    }

    /// The account book: each row is a known situation with all seven values.
    pub fn book(&self) -> Vec<Account> {
        book::accounts(self.address)
    }

    /// The given example text with `AuthTokenUrl` pointing here; every other character stays as it was. A text
    /// without that key comes back unchanged.
    pub fn scratch(&self, example: &str) -> String {
        with_text_value(example, SettingName::AuthTokenUrl.key(), &self.token_url())
            .unwrap_or_else(|| example.to_owned())
    }

    /// Serves until the future is dropped.
    ///
    /// # Errors
    /// When the listener itself fails; a broken connection is no error.
    pub async fn serve(self) -> io::Result<()> {
        axum::serve(self.listener, server::router(self.shared)).await
    }
}

/// Finds a free port, beginning at the wished one.
async fn listen(port: u16) -> io::Result<TcpListener> {
    let last = if port == 0 { 0 } else { port.saturating_add(MORE_PORTS) };
    let mut outcome = Err(io::Error::from(io::ErrorKind::AddrInUse));
    for candidate in port..=last {
        outcome = TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).await;
        match &outcome {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Ok(_) | Err(_) => break,
        }
    }
    outcome
}

/// Replaces the string that follows the first mention of a key in JSON text. The new value must need no escapes.
fn with_text_value(json: &str, key: &str, value: &str) -> Option<String> {
    let key = format!("\"{key}\"");
    let (before, rest) = json.split_once(&key)?;
    let (gap, rest) = rest.split_once('"')?;
    let mut escaped = false;
    let end = rest.find(|letter| {
        let closes = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        closes
    })?;
    let (_, after) = rest.split_at_checked(end)?;
    Some(format!("{before}{key}{gap}\"{value}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_value_is_replaced_and_nothing_else() {
        let json = "{ // note\r\n  \"A\": \"one \\\" two\\\\\",\r\n  \"B\" : \"three\" }";
        assert_eq!(
            with_text_value(json, "A", "x").as_deref(),
            Some("{ // note\r\n  \"A\": \"x\",\r\n  \"B\" : \"three\" }")
        );
        assert_eq!(
            with_text_value(json, "B", "x").as_deref(),
            Some("{ // note\r\n  \"A\": \"one \\\" two\\\\\",\r\n  \"B\" : \"x\" }")
        );
        assert_eq!(with_text_value(json, "C", "x"), None);
    }

    #[tokio::test]
    async fn a_taken_port_gives_the_next_one() {
        let taken = listen(0).await.expect("a free port");
        let port = taken.local_addr().expect("an address").port();
        // At the very end of the range there may be no next port.
        if let Some(next) = port.checked_add(1) {
            let found = listen(port).await.expect("a free port").local_addr().expect("an address");
            assert!(found.port() >= next && found.ip().is_loopback());
        }
    }
}
