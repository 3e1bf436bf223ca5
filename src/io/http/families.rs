//! Tries the address families of a host apart from each other, to learn what a program meets that tries them one after
//! the other.
//!
//! The client tries both side by side (RFC 8305) and does not tell of the one that lost. So the families are tried here,
//! but only when there is something to learn: the connection took another family than the system puts first, or none.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::domain::network::families::{Family, Outcome, Tried};

/// The pause between attempts at two addresses of one family (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Tries an address.
pub(super) trait Dial: Clone + Send + 'static {
    /// Resolves when a connection stands, which is closed again, or has failed.
    fn dial(&self, address: SocketAddr) -> impl Future<Output = io::Result<()>> + Send;
}

/// TCP.
#[derive(Clone)]
pub(super) struct Tcp;

impl Dial for Tcp {
    async fn dial(&self, address: SocketAddr) -> io::Result<()> {
        tokio::net::TcpStream::connect(address).await.map(drop)
    }
}

/// Whether the addresses are of both families, so that there is anything to tell apart.
pub(super) fn are_mixed(addresses: &[IpAddr]) -> bool {
    addresses.iter().any(IpAddr::is_ipv4) && addresses.iter().any(IpAddr::is_ipv6)
}

/// What a connection over one family tells of the addresses, without a measurement.
pub(super) fn used(addresses: &[IpAddr], family: Family) -> Vec<Tried> {
    let outcome = |of| if of == family { Outcome::Connected } else { Outcome::NotTried };
    each(addresses, |of| (outcome(of), Duration::ZERO))
}

/// Tries both families side by side, for `patience` at most; what comes of each, the system's first one first.
pub(super) async fn probe<D: Dial>(dial: D, addresses: Vec<IpAddr>, port: u16, patience: Duration) -> Vec<Tried> {
    let sockets = |wanted| -> Vec<SocketAddr> {
        let own = addresses.iter().filter(|address| family(**address) == wanted);
        own.map(|address| SocketAddr::new(*address, port)).collect()
    };
    let (v4, v6) = (sockets(Family::V4), sockets(Family::V6));
    let (v4, v6) = tokio::join!(try_one(&dial, &v4, patience), try_one(&dial, &v6, patience));
    each(&addresses, |family| if family == Family::V4 { v4 } else { v6 })
}

/// The family of an address.
pub(super) const fn family(address: IpAddr) -> Family {
    match address {
        IpAddr::V4(_) => Family::V4,
        IpAddr::V6(_) => Family::V6,
    }
}

/// The families in the system's order.
fn each(addresses: &[IpAddr], judge: impl Fn(Family) -> (Outcome, Duration)) -> Vec<Tried> {
    let first = addresses.first().map(|address| family(*address));
    let mut families = [Family::V4, Family::V6];
    families.sort_by_key(|family| Some(*family) != first);
    let one = |of: Family| {
        let count = addresses.iter().filter(|address| family(**address) == of).count();
        let (outcome, took) = judge(of);
        Tried { family: of, addresses: count, outcome, took, is_first: Some(of) == first }
    };
    families.into_iter().map(one).filter(|tried| tried.addresses > 0).collect()
}

/// Tries the addresses of one family, each a little later than the one before, or as soon as that one has failed.
async fn try_one<D: Dial>(dial: &D, addresses: &[SocketAddr], patience: Duration) -> (Outcome, Duration) {
    let began = Instant::now();
    let deadline = began + patience;
    let mut running = JoinSet::new();
    let mut waiting = addresses.iter().copied();
    let mut next_start = began;
    let mut outcome = Outcome::NotTried;
    loop {
        if Instant::now() >= next_start {
            match waiting.next() {
                Some(address) => {
                    let dial = dial.clone();
                    running.spawn(async move { dial.dial(address).await });
                    next_start = Instant::now() + STAGGER;
                }
                // Nothing is left to start.
                None => next_start = deadline,
            }
        }
        if running.is_empty() && waiting.len() == 0 {
            return (outcome, began.elapsed());
        }
        tokio::select! {
            biased;
            Some(ended) = running.join_next() => match ended {
                Ok(Ok(())) => return (Outcome::Connected, began.elapsed()),
                Ok(Err(error)) => {
                    outcome = of_error(&error);
                    next_start = Instant::now();
                }
                Err(_) => outcome = Outcome::Failed,
            },
            () = sleep_until(next_start.min(deadline)) => {
                if Instant::now() >= deadline {
                    return (Outcome::Silent, began.elapsed());
                }
            }
        }
    }
}

fn of_error(error: &io::Error) -> Outcome {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Outcome::Refused,
        io::ErrorKind::TimedOut => Outcome::Silent,
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Outcome::Unreachable,
        _ => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests;
