//! How many round trips a token costs, counted at the socket: connections, and what a client sends before it has to
//! wait. Counts do not depend on how busy the machine is; `benches/trips.rs` has the times.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../support/front.rs"]
mod front;
#[path = "../support/relay.rs"]
mod relay;
mod scene;

use std::process::Output;

use relay::{Manner, Post};
use scene::Scene;
use serde_json::Value;
use token_wizard::io::http::Network;
use token_wizard::verify::{Report, Stage, Status};
use tokio_rustls::rustls::SupportedProtocolVersion;
use tokio_rustls::rustls::version::{TLS12, TLS13};

/// Both versions, and how many flights a request on a new connection costs: that of the request itself, and those of
/// the handshake (RFC 8446, section 2, and RFC 5246, section 7.3). In TLS 1.3 the handshake's last one carries the
/// request.
const VERSIONS: [(&SupportedProtocolVersion, usize); 2] = [(&TLS13, 2), (&TLS12, 3)];

/// One ladder of several over one network, as the wizard has it.
fn climb(scene: &Scene, network: &Network, until: Stage) {
    let mut report = Report::default();
    scene.climb(network, until, |event| report.apply(event));
    assert_eq!(report.stage(until).map(|stage| stage.status), Some(Status::Passed), "{report:#?}");
}

fn passed_token(output: &Output) {
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &report["stages"][3]["status"]), (Some(0), &"passed".into()), "{report:#}");
}

#[test]
fn a_cold_check_takes_no_more_round_trips_than_curl() {
    for (version, flights) in VERSIONS {
        // With every other connection dead until the token is there, nothing that it waits for can be on one.
        let scene = Scene::open("app-works", version, Manner { is_first_only: true, ..Manner::default() });
        passed_token(&scene.check().output().expect("the program runs"));
        assert_eq!(scene.ledger.posts(), [Post { line: 0, flights }], "{version:?}");
        let scene = Scene::open("app-works", version, Manner::default());
        let Ok(output) = scene.curl().output() else {
            println!("skipped: there is no curl to compare with");
            continue;
        };
        assert!(String::from_utf8_lossy(&output.stdout).contains("access_token"), "{output:?}");
        assert_eq!(scene.ledger.posts(), [Post { line: 0, flights }], "curl, {version:?}");
    }
}

#[test]
fn on_a_warm_connection_the_token_is_one_round_trip() {
    for (version, flights) in VERSIONS {
        let scene = Scene::open("app-works", version, Manner::default());
        let network = scene.network();
        climb(&scene, &network, Stage::Tenant);
        let warm: Vec<usize> = scene.ledger.lines().iter().map(|line| line.flights).collect();
        assert_eq!(warm, [flights], "discovery alone: {version:?}");
        climb(&scene, &network, Stage::Token);
        assert_eq!(scene.ledger.posts(), [Post { line: 0, flights: flights + 1 }], "{version:?}");
        // And once more: both connections are there, and nothing new is opened.
        let open = scene.ledger.lines().len();
        let before = scene.ledger.lines()[0].flights;
        climb(&scene, &network, Stage::Token);
        assert_eq!(scene.ledger.lines().len(), open);
        assert!(scene.ledger.posts()[1].flights <= before + 1, "{:?}", scene.ledger.posts());
    }
}

#[test]
fn a_password_waits_for_the_realm_and_then_takes_its_connection() {
    for (version, flights) in VERSIONS {
        let scene = Scene::open("user-works", version, Manner::default());
        passed_token(&scene.check().output().expect("the program runs"));
        let posts = scene.ledger.posts();
        assert_eq!(
            scene.ledger.lines().len(),
            2,
            "tenant and realm at once, and the token over one of their connections"
        );
        assert_eq!(posts.iter().map(|post| post.flights).collect::<Vec<_>>(), [flights + 1], "{version:?}");
    }
}
