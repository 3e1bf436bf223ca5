//! Resolves names, with failures that can be told apart, and `localhost` only to this machine.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why a name has no usable address.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    /// The system knows none.
    #[error("{0}")]
    NoAddress(String),
    /// `localhost` names another machine.
    #[error("localhost resolves to {0}")]
    LocalhostElsewhere(SocketAddr),
}

/// The system's resolver.
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let addresses: Vec<SocketAddr> = match found {
                Ok(addresses) => addresses.collect(),
                Err(error) => return Err(ResolveError::NoAddress(error.to_string()).into()),
            };
            if addresses.is_empty() {
                return Err(ResolveError::NoAddress("the name has no address".to_owned()).into());
            }
            let is_local = name.as_str().trim_end_matches('.').eq_ignore_ascii_case("localhost");
            if let Some(elsewhere) = addresses.iter().find(|address| is_local && !address.ip().is_loopback()) {
                return Err(ResolveError::LocalhostElsewhere(*elsewhere).into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
