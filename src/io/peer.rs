//! Whose program is at the other end of a connection on this machine.
//!
//! Linux lists all TCP sockets of the network namespace with their owners (`/proc/net/tcp` and `tcp6`, proc(5)). The
//! other end of a loopback connection is a row there: its local address is our peer, its remote address is ours.
//!
//! Two limits. The list is read after the connection was accepted, when its first request has come, so a peer that has
//! closed meanwhile is not found, or is found as a socket that no longer belongs to anybody, which the list shows with
//! inode 0 and the owner root: both count as unknown. And a socket belongs to the user who opened it; one that was
//! handed to another process (`SCM_RIGHTS`) still does. A connection that comes through a forward of a container or a
//! NAT has no row at all.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The kernel's lists.
const LISTS: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// How often the lists are read before a socket counts as missing.
const LOOKS: usize = 3;

/// Why the owner of a connection is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// No living socket of this machine has these addresses.
    #[error("no program of this machine is at its other end")]
    NotFound,
    /// The system's words.
    #[error("the system does not say whose it is: {0}")]
    System(String),
}

/// Returns whether this system tells whose a connection is.
pub const fn is_known_here() -> bool {
    cfg!(target_os = "linux")
}

/// Returns the user ID that this program acts as.
#[cfg(unix)]
pub fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Reads one of the kernel's lists.
type Reader = Box<dyn Fn(&str) -> io::Result<String> + Send + Sync>;

/// Tells the owners of connections.
///
/// Reading a list can take 10 ms, so that one reading serves all connections that arrived before it: else a burst of
/// them would keep the program from everything else.
pub struct Owners {
    read: Reader,
    arrivals: AtomicU64,
    latest: Mutex<Option<Reading>>,
}

/// What the lists said, and the first arrival that they may know nothing of.
struct Reading {
    next: u64,
    lists: Vec<String>,
}

impl Owners {
    /// The owners as this system's kernel tells them.
    pub fn of_this_system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the kernel's list of sockets, not a file of the user's")]
        Self::over(Box::new(|list| std::fs::read_to_string(list)))
    }

    fn over(read: Reader) -> Self {
        Self { read, arrivals: AtomicU64::new(0), latest: Mutex::new(None) }
    }

    /// Takes note that a connection has been accepted; returns its number.
    pub fn arrived(&self) -> u64 {
        self.arrivals.fetch_add(1, Ordering::SeqCst)
    }

    /// Returns the user ID of the program at the other end of a connection between `peer` and our `local` address, by
    /// its number.
    ///
    /// # Errors
    /// See [`PeerError`]; who is not known is not to be trusted.
    pub fn owner(&self, peer: SocketAddr, local: SocketAddr, arrival: u64) -> Result<u32, PeerError> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        // An older reading may show the same addresses as somebody else's.
        let known = latest.as_ref().filter(|reading| arrival < reading.next);
        if let Some(user) = known.and_then(|reading| reading.find(peer, local)) {
            return Ok(user);
        }
        // A list comes in pieces, and a socket that closes between two of them can hide the next row: look again.
        for _ in 0..LOOKS {
            let reading = latest.insert(self.look()?);
            if let Some(user) = reading.find(peer, local) {
                return Ok(user);
            }
        }
        Err(PeerError::NotFound)
    }

    fn look(&self) -> Result<Reading, PeerError> {
        let next = self.arrivals.load(Ordering::SeqCst);
        let mut lists = Vec::new();
        // A program may also speak IPv4 through an IPv6 socket, which then stands in the other list.
        for list in LISTS {
            match (self.read)(list) {
                Ok(text) => lists.push(text),
                // Without IPv6 there is no second list.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !lists.is_empty() => {}
                Err(error) => return Err(PeerError::System(error.kind().to_string())),
            }
        }
        Ok(Reading { next, lists })
    }
}

impl Reading {
    fn find(&self, peer: SocketAddr, local: SocketAddr) -> Option<u32> {
        self.lists.iter().find_map(|list| find(list, peer, local))
    }
}

/// Looks a socket up in the kernel's list.
fn find(list: &str, near: SocketAddr, far: SocketAddr) -> Option<u32> {
    list.lines().skip(1).find_map(|row| {
        let mut columns = row.split_ascii_whitespace().skip(1);
        let is_it = is_address(columns.next()?, near) && is_address(columns.next()?, far);
        if !is_it {
            return None;
        }
        // st, queues, timer, retransmits; then the owner, the timeout and the inode.
        let user = columns.nth(4)?.parse().ok()?;
        let inode: u64 = columns.nth(1)?.parse().ok()?;
        (inode != 0).then_some(user)
    })
}

/// Whether a column says this address. The kernel prints each 32-bit word of the address as a number of this machine.
fn is_address(column: &str, address: SocketAddr) -> bool {
    let Some((words, port)) = column.split_once(':') else { return false };
    if u16::from_str_radix(port, 16) != Ok(address.port()) {
        return false;
    }
    let mut bytes = Vec::with_capacity(16);
    for word in words.as_bytes().chunks(8) {
        let word = std::str::from_utf8(word).ok().and_then(|word| u32::from_str_radix(word, 16).ok());
        let Some(word) = word else { return false };
        bytes.extend(word.to_ne_bytes());
    }
    let found = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => IpAddr::from(four),
        Err(_) => match <[u8; 16]>::try_from(bytes.as_slice()) {
            Ok(sixteen) => IpAddr::from(Ipv6Addr::from(sixteen)).to_canonical(),
            Err(_) => return false,
        },
    };
    found == address.ip().to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    /// A row as a little-endian or big-endian kernel prints it.
    fn row(near: &str, far: &str, state: &str, user: u32, inode: u64) -> String {
        format!(
            "   3: {near} {far} {state} 00000000:00000000 00:00000000 00000000  {user:>4}        0 {inode} 1 0000 20 4 30\n"
        )
    }

    fn shown(address: SocketAddr) -> String {
        let words = |bytes: &[u8]| -> String {
            let word = |four: &[u8]| u32::from_ne_bytes([four[0], four[1], four[2], four[3]]);
            bytes.chunks(4).map(|four| format!("{:08X}", word(four))).collect::<Vec<_>>().concat()
        };
        let digits = match address.ip() {
            IpAddr::V4(ip) => words(&ip.octets()),
            IpAddr::V6(ip) => words(&ip.octets()),
        };
        format!("{digits}:{:04X}", address.port())
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_row_of_the_other_end_names_its_owner() {
        let (peer, ours) = (address("127.0.0.1:40000"), address("127.0.0.1:5000"));
        let list = format!(
            "{HEAD}{}{}{}",
            row(&shown(ours), "00000000:0000", "0A", 1000, 77),
            row(&shown(ours), &shown(peer), "01", 1000, 78),
            row(&shown(peer), &shown(ours), "01", 1001, 79),
        );
        assert_eq!(find(&list, peer, ours), Some(1001));
        assert_eq!(find(&list, address("127.0.0.1:40001"), ours), None);
        assert_eq!(find(&list, peer, address("127.0.0.1:5001")), None);
    }

    #[test]
    fn a_socket_that_nobody_holds_any_more_is_unknown() {
        let (peer, ours) = (address("127.0.0.1:40000"), address("127.0.0.1:5000"));
        let list = format!("{HEAD}{}", row(&shown(peer), &shown(ours), "06", 0, 0));
        assert_eq!(find(&list, peer, ours), None);
    }

    #[test]
    fn ipv4_through_an_ipv6_socket_is_found() {
        let (peer, ours) = (address("127.0.0.1:40000"), address("127.0.0.1:5000"));
        let mapped = |text: &str| shown(address(text));
        let list = format!(
            "{HEAD}{}",
            row(&mapped("[::ffff:127.0.0.1]:40000"), &mapped("[::ffff:127.0.0.1]:5000"), "01", 7, 9)
        );
        assert_eq!(find(&list, peer, ours), Some(7));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_real_connection_is_ours() {
        for place in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = std::net::TcpListener::bind(place) else { continue };
            let client =
                std::net::TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
            let (server, peer) = listener.accept().expect("a connection");
            let ours = server.local_addr().expect("an address");
            let owners = Owners::of_this_system();
            let number = owners.arrived();
            assert_eq!(owners.owner(peer, ours, number), Ok(own_user()), "{place}");
            assert_eq!(owners.owner(peer, address("127.0.0.1:1"), number), Err(PeerError::NotFound));
            drop(client);
        }
    }

    #[test]
    fn one_reading_serves_all_that_arrived_before_it_and_nobody_later() {
        let (peer, ours) = (address("127.0.0.1:40000"), address("127.0.0.1:5000"));
        let count = std::sync::Arc::new(AtomicU64::new(0));
        let readings = std::sync::Arc::clone(&count);
        // With every reading the addresses belong to another user.
        let owners = Owners::over(Box::new(move |list| {
            if list == LISTS[1] {
                return Err(io::ErrorKind::NotFound.into());
            }
            let user = u32::try_from(readings.fetch_add(1, Ordering::SeqCst)).expect("few");
            Ok(format!("{HEAD}{}", row(&shown(peer), &shown(ours), "01", user, 9)))
        }));
        let (first, second) = (owners.arrived(), owners.arrived());
        assert_eq!((owners.owner(peer, ours, first), owners.owner(peer, ours, second)), (Ok(0), Ok(0)));
        let third = owners.arrived();
        assert_eq!(owners.owner(peer, ours, third), Ok(1));
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_system_that_hides_its_list_is_no_reason_to_trust() {
        let owners = Owners::over(Box::new(|_| Err(io::ErrorKind::PermissionDenied.into())));
        let (peer, ours) = (address("127.0.0.1:40000"), address("127.0.0.1:5000"));
        assert!(matches!(owners.owner(peer, ours, owners.arrived()), Err(PeerError::System(_))));
    }

    proptest! {
        #[test]
        fn no_list_panics(list: String, rows in proptest::collection::vec("[ :0-9A-Fé]{0,80}", 0..5)) {
            let text = format!("{HEAD}{}\n{list}", rows.join("\n"));
            let _found = find(&text, address("127.0.0.1:40000"), address("[::1]:5000"));
        }
    }
}
