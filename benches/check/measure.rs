//! Starts the tenant, writes the files, runs and measures.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock and sets up its own files")]
#![expect(clippy::expect_used, reason = "a bench fails by panicking")]
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::runtime::Builder;

use crate::relay::{self, Ledger, Manner};

const PROGRAM: &str = env!("CARGO_BIN_EXE_token-wizard");

/// The practice tenant as another process, ended when this is dropped.
struct Tenant(Child);

impl Tenant {
    /// Returns it with settings that work there.
    fn start() -> (Self, Value) {
        let mut command = Command::new(PROGRAM);
        command.args(["sandbox", "--serve-only", "--port", "18180"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the practice tenant");
        let output = child.stdout.take().expect("its settings");
        let settings = serde_json::Deserializer::from_reader(output).into_iter().next();
        (Self(child), settings.expect("settings").expect("JSON"))
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

fn check(files: &[PathBuf], arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().arg("check").args(arguments).args(files).stderr(Stdio::null());
    command
}

/// How long one run took from start to end.
fn time(files: &[PathBuf], arguments: &[&str]) -> Duration {
    let begun = Instant::now();
    let status = check(files, arguments).stdout(Stdio::null()).status().expect("the program runs");
    assert!(status.success(), "{status}");
    begun.elapsed()
}

/// The most memory, in KiB, that a run had when all files were tested: a last one, standard input, keeps it from ending.
fn peak(files: &[PathBuf]) -> u64 {
    let mut command = check(files, &["--json"]);
    let mut child = command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    for _ in files {
        output.read_line(&mut String::new()).expect("a line");
    }
    let status = std::fs::read_to_string(Path::new("/proc").join(child.id().to_string()).join("status"));
    let status = status.expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    drop(child.stdin.take());
    output.read_to_end(&mut Vec::new()).expect("the rest");
    child.wait().expect("it ends");
    peak.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// How many connections a run opens.
fn connections(files: &[PathBuf], ledger: &Ledger) -> usize {
    ledger.clear();
    time(files, &[]);
    ledger.lines().len()
}

/// Relays to the practice tenant; returns the address to ask there, and what is written down.
fn relayed(settings: &Value) -> (String, Ledger) {
    let url = settings["AuthTokenUrl"].as_str().expect("an address").to_owned();
    let place = url.split('/').nth(2).expect("host and port").to_owned();
    let (ledger, (sender, handle)) = (Ledger::new(), mpsc::channel());
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        sender.send(runtime.handle().clone()).expect("the bench waits");
        runtime.block_on(std::future::pending::<()>());
    });
    let handle = handle.recv().expect("a runtime");
    let target = place.parse().expect("an address");
    let relay = relay::start(&handle, target, Manner::default(), ledger.clone());
    (url.replace(&place, &relay.to_string()), ledger)
}

fn tell(name: &str, files: usize, mut spans: Vec<Duration>) {
    spans.sort_unstable();
    let millis = |span: Duration| span.as_secs_f64() * 1000.0;
    let [first, middle, last] = [0, spans.len() / 2, spans.len() - 1].map(|place| millis(spans[place]));
    let each = f64::from(u32::try_from(files).expect("few files"));
    println!("{name:<32} {middle:9.2} ms ({first:.2} to {last:.2}), {:.2} ms a file", middle / each);
}

pub(crate) fn run() {
    let (_tenant, settings) = Tenant::start();
    let folder = tempfile::tempdir().expect("a folder");
    let write = |kind: &str, settings: &Value| -> Vec<PathBuf> {
        let place = |number| folder.path().join(format!("{kind}{number}.json"));
        let files: Vec<PathBuf> = (0..1000).map(place).collect();
        for file in &files {
            std::fs::write(file, settings.to_string()).expect("a file");
        }
        files
    };
    let files = write("", &settings);
    let (one, few) = (&files[..1], &files[..10]);
    let repeated = |count: usize, files: &[PathBuf], arguments: &[&str]| -> Vec<Duration> {
        (0..count).map(|_| time(files, arguments)).collect()
    };
    tell("1 file", 1, repeated(50, one, &[]));
    tell("1 file, up to its settings", 1, repeated(50, one, &["--until", "settings"]));
    for jobs in ["1", "8", "64"] {
        tell(&format!("1,000 files, --jobs {jobs}"), 1000, repeated(3, &files, &["--jobs", jobs]));
    }
    for (name, files) in [("1 file", one), ("10 files", few), ("1,000 files", &files)] {
        println!("peak with {name:<22} {:9} KiB", peak(files));
    }
    let (url, ledger) = relayed(&settings);
    let mut settings = settings;
    settings["AuthTokenUrl"] = url.into();
    let files = write("relayed", &settings);
    for (name, files) in [("1 file", &files[..1]), ("1,000 files", &files)] {
        println!("connections of {name:<17} {:9}", connections(files, &ledger));
    }
}
