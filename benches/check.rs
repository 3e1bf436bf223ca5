//! `check` of one file and of 1,000, the whole process, against the practice tenant: `cargo bench --bench check`.
//!
//! Prints the median and the range of the wall time, the peak of the resident memory, and how many connections were
//! opened. With `chrt -f 20` before the command a busy machine leaves the medians alone.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
#[path = "check/measure.rs"]
mod measure;

#[cfg(target_os = "linux")]
#[path = "../tests/support/relay.rs"]
mod relay;

#[cfg(target_os = "linux")]
fn main() {
    measure::run();
}
