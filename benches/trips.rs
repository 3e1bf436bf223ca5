//! How long a token takes over a slow network: `cargo bench --bench trips`.
//!
//! A relay on loopback lets everything travel for 50 ms in each direction, so a round trip is 100 ms; then `check` and
//! `curl` ask for the same token over TLS, each as a new process, and the ladder asks on a connection that discovery
//! has warmed, as in the wizard. Prints medians and ranges. `tests/trips` counts what these times are made of.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![expect(clippy::expect_used, reason = "a bench fails by panicking")]
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/support/front.rs"]
mod front;
#[path = "../tests/support/relay.rs"]
mod relay;
#[path = "../tests/trips/scene.rs"]
mod scene;

use std::process::Command;
use std::time::{Duration, Instant};

use relay::Manner;
use scene::Scene;
use token_wizard::verify::{Event, Stage};
use tokio_rustls::rustls::version::{TLS12, TLS13};

const DELAY: Duration = Duration::from_millis(50);
const RUNS: usize = 11;

/// How long a process took; none where there is no such program.
fn timed(mut command: Command) -> Option<Duration> {
    let begun = Instant::now();
    let output = command.output().ok()?;
    let took = begun.elapsed();
    assert!(output.status.success(), "{output:?}");
    Some(took)
}

/// From the beginning of a ladder to its token, on a connection that a ladder up to `tenant` has left.
fn warm(scene: &Scene) -> Duration {
    let network = scene.network();
    scene.climb(&network, Stage::Tenant, drop);
    let begun = Instant::now();
    let mut took = None;
    scene.climb(&network, Stage::Token, |event| {
        if let Event::Token(_) = event {
            took = Some(begun.elapsed());
        }
    });
    took.expect("a token")
}

fn tell(name: &str, measure: impl Fn() -> Option<Duration>) {
    let spans: Option<Vec<Duration>> = (0..RUNS).map(|_| measure()).collect();
    let Some(mut spans) = spans else {
        println!("{name:<28} not there");
        return;
    };
    spans.sort_unstable();
    let trip = 2.0 * DELAY.as_secs_f64();
    let [first, middle, last] = [0, RUNS / 2, RUNS - 1].map(|place| spans[place].as_secs_f64());
    println!(
        "{name:<28} {:7.1} ms ({:.1} to {:.1}), {:.2} round trips",
        middle * 1e3,
        first * 1e3,
        last * 1e3,
        middle / trip
    );
}

fn main() {
    for (name, version) in [("TLS 1.3", &TLS13), ("TLS 1.2", &TLS12)] {
        let scene = Scene::open("app-works", version, Manner { delay: DELAY, ..Manner::default() });
        tell(&format!("{name}, check, cold"), || timed(scene.check()));
        tell(&format!("{name}, curl, cold"), || timed(scene.curl()));
        tell(&format!("{name}, ladder, warm"), || Some(warm(&scene)));
    }
}
