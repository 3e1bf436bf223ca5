//! What is known of connections that were made before: it holds for the requests that travel on them later.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use url::{Origin, Url};

use super::connector::Notes;
use super::families::{self, Tcp};
use crate::domain::network::families::{PATIENCE, Tried};

/// What is known by origin.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<Origin, Known>>);

/// What is known of the last connection to one origin.
#[derive(Default)]
struct Known {
    tls: Option<&'static str>,
    tried: Vec<Tried>,
    /// A closer look at the address families, which may still be under way.
    look: Option<watch::Receiver<Option<Vec<Tried>>>>,
}

impl Known {
    fn tried(&self) -> Vec<Tried> {
        let seen = self.look.as_ref().and_then(|look| look.borrow().clone());
        seen.unwrap_or_else(|| self.tried.clone())
    }

    /// A connection was made to one of several addresses; if it is not of the family that the system puts first, that
    /// family failed or was slow, and a closer look begins beside everything else.
    fn reached(&mut self, addresses: &[IpAddr], remote: IpAddr, url: &Url) {
        let family = families::family(remote);
        self.tried = families::used(addresses, family);
        let is_first = addresses.first().is_some_and(|first| families::family(*first) == family);
        let is_under_way = self.look.as_ref().is_some_and(|look| look.borrow().is_none());
        if is_first {
            self.look = None;
        } else if !is_under_way {
            let (sender, receiver) = watch::channel(None);
            let look = families::probe(Tcp, addresses.to_vec(), url.port_or_known_default().unwrap_or(443), PATIENCE);
            tokio::spawn(async move {
                // Nobody need be left who wants to know.
                let _unheard = sender.send(Some(look.await));
            });
            self.look = Some(receiver);
        }
    }
}

impl Memory {
    fn all(&self) -> MutexGuard<'_, HashMap<Origin, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in how the URL was reached, over `remote` if that is known and is the host itself; returns the TLS version
    /// and what is known of the address families by now.
    pub(super) fn learn(&self, url: &Url, notes: &Notes, remote: Option<IpAddr>) -> (Option<&'static str>, Vec<Tried>) {
        let mut all = self.all();
        let known = all.entry(url.origin()).or_default();
        if notes.took.is_some() {
            let shown = notes.shown.last().filter(|shown| url.host_str() == Some(&*shown.name));
            // On a resumed session nothing is shown: it goes on in the version that was agreed on before.
            known.tls = shown.and_then(|shown| shown.version).or(known.tls);
            let mixed = Some(&notes.addresses).filter(|addresses| families::are_mixed(addresses));
            if let (Some(addresses), Some(remote)) = (mixed, remote) {
                known.reached(addresses, remote, url);
            } else {
                (known.tried, known.look) = (Vec::new(), None);
            }
        }
        (known.tls, known.tried())
    }

    /// What a closer look at the address families showed, once it is over; nothing if none was needed.
    pub(super) async fn families(&self, url: &Url) -> Vec<Tried> {
        let look = self.all().get(&url.origin()).and_then(|known| known.look.clone());
        let Some(mut look) = look else { return Vec::new() };
        look.wait_for(Option::is_some).await.ok().and_then(|seen| seen.clone()).unwrap_or_default()
    }
}
