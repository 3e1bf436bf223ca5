//! Resolves names, with failures that can be told apart, and `localhost` only to this machine.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::connector::note;

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

/// The system's resolver, but for names whose addresses are given.
#[derive(Clone, Default)]
pub(super) struct Resolver {
    /// Names with their addresses.
    pub(super) known: Vec<(String, Vec<IpAddr>)>,
}

impl Resolver {
    async fn look_up(&self, name: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        if let Some((_, addresses)) = self.known.iter().find(|(known, _)| known == name) {
            return Ok(addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect());
        }
        let found = tokio::net::lookup_host((name, 0)).await;
        let addresses: Vec<SocketAddr> = found.map_err(|error| ResolveError::NoAddress(error.to_string()))?.collect();
        if addresses.is_empty() {
            return Err(ResolveError::NoAddress("the name has no address".to_owned()));
        }
        let is_local = name.trim_end_matches('.').eq_ignore_ascii_case("localhost");
        if let Some(elsewhere) = addresses.iter().find(|address| is_local && !address.ip().is_loopback()) {
            return Err(ResolveError::LocalhostElsewhere(*elsewhere));
        }
        Ok(addresses)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.look_up(name.as_str()).await?;
            note(|notes| notes.addresses = addresses.iter().map(SocketAddr::ip).collect());
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
