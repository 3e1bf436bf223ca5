//! How many round trips a token costs, counted at the socket: connections, and what a client sends before it has to
//! wait. Counts do not depend on how busy the machine is; `benches/trips.rs` has the times.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../support/front.rs"]
mod front;
#[cfg(target_os = "linux")]
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/relay.rs"]
mod relay;
mod scene;

use std::process::Output;
#[cfg(target_os = "linux")]
use std::time::Duration;

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
        // And once more, over whichever of the two is free.
        let before = scene.ledger.lines();
        climb(&scene, &network, Stage::Token);
        let next = scene.ledger.posts()[1];
        assert_eq!(next.flights, before[next.line].flights + 1, "{version:?}: {before:?}, {next:?}");
    }
}

#[test]
fn a_password_waits_for_the_realm_and_then_takes_its_connection() {
    for (version, flights) in VERSIONS {
        let scene = Scene::open("user-works", version, Manner::default());
        passed_token(&scene.check().output().expect("the program runs"));
        // Tenant and realm are asked at once, each over a connection of its own, unless the first one is free before the
        // second one is open; the token request takes one of the two, whether or not a third one has been begun.
        let [post] = scene.ledger.posts()[..] else { panic!("one token request: {:?}", scene.ledger.posts()) };
        let more = post.flights.saturating_sub(flights);
        assert!(post.line < 2 && (1..=2).contains(&more), "{version:?}: {post:?}");
    }
}

/// A setting is changed between two tests, as people do; which connection discovery opens is told in `connections.rs`.
#[cfg(target_os = "linux")]
#[test]
fn in_the_wizard_the_next_token_is_one_round_trip() {
    for (version, flights) in VERSIONS {
        let scene = Scene::open("app-works", version, Manner::default());
        let mut wizard = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard"))
            .args([scene.path("appsettings.json"), "--ca-file".into(), scene.path("root.pem")])
            .spawn(80, 24);
        wizard.wait_for_text("Nothing has been sent yet");
        assert_eq!(scene.ledger.lines(), [], "a test has to be asked for");
        wizard.type_keys("\r");
        wizard.wait_for_text("[Test] warned");
        assert_eq!(scene.ledger.posts(), [Post { line: 0, flights }], "{version:?}");
        wizard.type_keys("3");
        wizard.wait_for_text("[App]");
        while !wizard.is_silent_for(Duration::from_millis(50)) {}
        let before = scene.ledger.lines();
        wizard.type_keys("\x1bt");
        wizard.wait_for("a second token", |screen| {
            scene.ledger.posts().len() == 2 && screen.contents().contains("[Test] warned")
        });
        let posts = scene.ledger.posts();
        let [_, Post { line, flights }] = posts.as_slice() else { panic!("two token requests: {posts:?}") };
        let known = before.get(*line).expect("a connection that was there before");
        assert_eq!(*flights, known.flights + 1, "{version:?}: {before:?}, {posts:?}");
    }
}
