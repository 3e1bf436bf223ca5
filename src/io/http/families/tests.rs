use super::*;
use crate::domain::network::families::{self, PATIENCE};

/// What an address does: answers after so many milliseconds, refuses after so many, is silent, has no route.
#[derive(Clone, Copy)]
enum Does {
    Takes(u64),
    Refuses(u64),
    Silence,
    NoRoute,
}

/// Addresses and what they do.
#[derive(Clone)]
struct Fake(Vec<(IpAddr, Does)>);

impl Dial for Fake {
    async fn dial(&self, address: SocketAddr) -> io::Result<()> {
        let (_, does) = self.0.iter().find(|(known, _)| *known == address.ip()).unwrap();
        match does {
            Does::Takes(millis) => {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
                Ok(())
            }
            Does::Refuses(millis) => {
                tokio::time::sleep(Duration::from_millis(*millis)).await;
                Err(io::ErrorKind::ConnectionRefused.into())
            }
            Does::Silence => std::future::pending().await,
            Does::NoRoute => Err(io::ErrorKind::NetworkUnreachable.into()),
        }
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// What came of the families, and after how many milliseconds.
async fn run(hosts: &[(&str, Does)]) -> (Vec<Tried>, u128) {
    let hosts: Vec<(IpAddr, Does)> = hosts.iter().map(|(text, does)| (ip(text), *does)).collect();
    let addresses = hosts.iter().map(|(address, _)| *address).collect();
    let began = Instant::now();
    let tried = probe(Fake(hosts), addresses, 443, PATIENCE).await;
    (tried, began.elapsed().as_millis())
}

fn outcomes(tried: &[Tried]) -> Vec<(Family, Outcome, u128)> {
    tried.iter().map(|tried| (tried.family, tried.outcome, tried.took.as_millis())).collect()
}

fn code(tried: &[Tried]) -> Option<String> {
    families::explain(tried, "login.example").map(|diagnosis| diagnosis.code.into_owned())
}

#[tokio::test(start_paused = true)]
async fn a_black_hole_is_named_after_a_second() {
    let (tried, took) = run(&[
        ("2001:db8::1", Does::Silence),
        ("2001:db8::2", Does::Silence),
        ("192.0.2.1", Does::Takes(20)),
        ("192.0.2.2", Does::Takes(20)),
    ])
    .await;
    assert_eq!(outcomes(&tried), [(Family::V6, Outcome::Silent, 1000), (Family::V4, Outcome::Connected, 20)]);
    assert_eq!(took, 1000);
    assert_eq!(code(&tried).as_deref(), Some("ipv6-black-hole"));
    assert!(tried.first().unwrap().is_first);
    assert_eq!(families::words(&tried).as_deref(), Some("IPv6 no answer in 1.0 s, IPv4 in 20 ms"));
}

#[tokio::test(start_paused = true)]
async fn a_long_way_is_no_black_hole() {
    let (tried, took) = run(&[("2001:db8::1", Does::Takes(400)), ("192.0.2.1", Does::Takes(20))]).await;
    assert_eq!(outcomes(&tried), [(Family::V6, Outcome::Connected, 400), (Family::V4, Outcome::Connected, 20)]);
    assert_eq!((took, code(&tried)), (400, None));
}

#[tokio::test(start_paused = true)]
async fn whoever_refuses_holds_nobody_up() {
    for (does, outcome) in [(Does::Refuses(5), Outcome::Refused), (Does::NoRoute, Outcome::Unreachable)] {
        let (tried, took) = run(&[("2001:db8::1", does), ("192.0.2.1", Does::Takes(20))]).await;
        assert_eq!(tried.first().map(|tried| tried.outcome), Some(outcome));
        assert_eq!((took, code(&tried)), (20, None));
    }
}

#[tokio::test(start_paused = true)]
async fn one_address_that_answers_speaks_for_its_family() {
    let (tried, _) = run(&[
        ("192.0.2.1", Does::Silence),
        ("192.0.2.2", Does::Takes(30)),
        ("2001:db8::1", Does::Refuses(5)),
        ("2001:db8::2", Does::Takes(10)),
    ])
    .await;
    assert_eq!(outcomes(&tried), [(Family::V4, Outcome::Connected, 280), (Family::V6, Outcome::Connected, 15)]);
}

#[tokio::test(start_paused = true)]
async fn when_nothing_answers_nothing_is_special_about_one_family() {
    let (tried, took) = run(&[("2001:db8::1", Does::Silence), ("192.0.2.1", Does::Refuses(7))]).await;
    assert_eq!(outcomes(&tried), [(Family::V6, Outcome::Silent, 1000), (Family::V4, Outcome::Refused, 7)]);
    assert_eq!((took, code(&tried)), (1000, None));
    let (tried, took) = run(&[("2001:db8::1", Does::Silence), ("192.0.2.1", Does::Silence)]).await;
    assert_eq!(outcomes(&tried), [(Family::V6, Outcome::Silent, 1000), (Family::V4, Outcome::Silent, 1000)]);
    assert_eq!((took, code(&tried)), (1000, None));
}

#[test]
fn a_connection_tells_only_of_its_own_family() {
    let addresses = [ip("2001:db8::1"), ip("192.0.2.1"), ip("192.0.2.2")];
    assert!(are_mixed(&addresses) && !are_mixed(&[ip("192.0.2.1")]) && !are_mixed(&[]));
    let tried = used(&addresses, Family::V4);
    assert_eq!(outcomes(&tried), [(Family::V6, Outcome::NotTried, 0), (Family::V4, Outcome::Connected, 0)]);
    assert_eq!(families::words(&tried).as_deref(), Some("IPv4"));
    assert_eq!(tried.iter().map(|tried| tried.addresses).collect::<Vec<_>>(), [1, 2]);
}
