//! `check --watch`: the ladder again and again until nothing fails, with a journal of what changed.

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use super::{Bench, Tested, name, read, say};
use crate::cli::arguments::CheckArguments;
use crate::domain::powerbi::Gate;
use crate::io::http::{ExtraRoots, Network};
use crate::verify::watch::{self, Next};

/// Rings where somebody may hear it.
const BELL: &str = "\x07";

/// Watches one file; the journal goes to standard error, the last report to standard output.
pub(super) async fn run(
    bench: &Bench,
    path: &Path,
    roots: Option<ExtraRoots>,
    interval: Duration,
    arguments: &CheckArguments,
) -> u8 {
    let slow = bench.powerbi.extras.gates().contains(&Gate::Admin) && interval < watch::SHORTEST_OF_ADMIN;
    let slow = if slow {
        format!(", and every {} s while the admin APIs are closed", watch::SHORTEST_OF_ADMIN.as_secs())
    } else {
        String::new()
    };
    say(&format!("Watching {}, every {} s{slow}; Ctrl-C ends it.", name(path), interval.as_secs()));
    let report = watch::watch(
        || Network::new(bench.limit, roots.clone()),
        || read(path).map(|document| bench.order(&document)),
        interval,
        |change| say(&change.words()),
    )
    .await;
    match watch::next(&report) {
        Next::Stopped => say("No further try: with the password grant it could lock the user out."),
        Next::Passed | Next::Again if std::io::stderr().is_terminal() => eprint_bell(),
        Next::Passed | Next::Again => {}
    }
    let exit_code = report.exit_code(arguments.strict);
    bench.tell(path, &Tested { report, exit_code, took: Duration::ZERO }, arguments)
}

fn eprint_bell() {
    use std::io::Write as _;
    // That nobody hears it is no failure.
    let _unheard = std::io::stderr().write_all(BELL.as_bytes());
}
