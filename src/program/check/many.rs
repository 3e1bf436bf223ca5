//! Several files at once, on one thread: each worker takes the next file, tests it, prints it and forgets it.
//!
//! So many reports are in memory as there are workers, however many files there are.

use std::cell::{Cell, RefCell};
use std::io::{IsTerminal, stderr, stdout};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::{JoinSet, LocalSet};

use super::super::page;
use super::{Bench, Tested, is_input, name, print, read};
use crate::cli::arguments::CheckArguments;
use crate::cli::exit;
use crate::cli::text::many::{self, Tally};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::document::Document;
use crate::io::environment::Environment;

/// The bar is drawn at most so often a second: slow lines have other things to carry.
const FRAMES: u8 = 2;

/// Without colours, in ASCII, and narrower than 78 columns.
const BAR: &str = "[{bar:30}] {pos}/{len} files, {msg}about {eta} left";

/// What the workers share.
struct Work {
    bench: Bench,
    paths: Vec<PathBuf>,
    /// The place of the file that is taken next.
    next: Cell<usize>,
    is_json: bool,
    bar: ProgressBar,
    tally: RefCell<Tally>,
    exit_code: Cell<u8>,
}

/// Tests the files and returns the highest exit code.
pub(super) async fn run(bench: Bench, paths: &[PathBuf], arguments: &CheckArguments, environment: &Environment) -> u8 {
    let bar = bar(paths.len(), arguments.json, environment);
    #[cfg(unix)]
    let done = super::stop::listen(paths.len(), !bar.is_hidden());
    let work = Rc::new(Work {
        bench,
        paths: paths.to_vec(),
        next: Cell::new(0),
        is_json: arguments.json,
        bar,
        tally: RefCell::default(),
        exit_code: Cell::new(exit::OK),
    });
    let workers = LocalSet::new();
    let mut running = JoinSet::new();
    for _ in 0..paths.len().min(arguments.jobs.into()) {
        let work = Rc::clone(&work);
        #[cfg(unix)]
        let done = std::sync::Arc::clone(&done);
        let worker = async move {
            while let Some(path) = work.take() {
                let document = document(path).await;
                let tested = work.bench.test(document).await;
                // Before its line, so that whoever saw the line is not told that it was not tested.
                #[cfg(unix)]
                done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                work.tell(path, &tested);
            }
        };
        running.spawn_local_on(worker, &workers);
    }
    let is_whole = workers
        .run_until(async {
            let mut is_whole = true;
            while let Some(ended) = running.join_next().await {
                is_whole &= ended.is_ok();
            }
            is_whole
        })
        .await;
    work.bar.finish_and_clear();
    if !work.is_json {
        print(&work.tally.borrow().render(page(&std::io::stdout())));
    }
    // A worker that did not end by itself has met a fault of this program.
    if is_whole { work.exit_code.get() } else { work.exit_code.get().max(exit::INTERNAL) }
}

impl Work {
    fn take(&self) -> Option<&Path> {
        let path = self.paths.get(self.next.get())?;
        self.next.set(self.next.get() + 1);
        Some(path)
    }

    /// Prints what became of a file, at once, and counts it.
    fn tell(&self, path: &Path, tested: &Tested) {
        let mut exit_code = tested.exit_code;
        let line = if self.is_json {
            self.bench.json(path, tested).unwrap_or_else(|_| {
                exit_code = exit_code.max(exit::INTERNAL);
                String::new()
            })
        } else {
            many::line(&name(path), &tested.report, tested.took, page(&std::io::stdout()))
        };
        self.exit_code.set(self.exit_code.get().max(exit_code));
        let mut tally = self.tally.borrow_mut();
        tally.add(&tested.report);
        if self.bar.is_hidden() {
            print(&line);
            return;
        }
        if tally.failed() > 0 {
            self.bar.set_message(format!("{} failed, ", tally.failed()));
        }
        self.bar.inc(1);
        // Where both go to the same terminal, the line takes the place of the bar, and the bar moves down.
        if stdout().is_terminal() {
            self.bar.suspend(|| print(&line));
        } else {
            print(&line);
        }
    }
}

/// Reads one file; standard input beside the others, for it may be long in coming.
async fn document(path: &Path) -> Result<Document, Diagnosis> {
    if is_input(path) {
        let path = path.to_owned();
        let fallback = path.clone();
        let reading = tokio::task::spawn_blocking(move || read(&path));
        return reading.await.unwrap_or_else(|error| {
            let error = crate::domain::storage::ReadError::System(error.to_string());
            Err(super::cannot_read(&fallback, &error))
        });
    }
    read(path)
}

/// How far it is, on standard error; hidden unless a person looks at it there.
fn bar(files: usize, is_json: bool, environment: &Environment) -> ProgressBar {
    let is_plain = environment.term.as_deref().is_none_or(|term| term.is_empty() || term == "dumb");
    // JSON on a terminal is for copying: nothing is drawn between its lines.
    if is_plain || !stderr().is_terminal() || is_json && stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let Ok(style) = ProgressStyle::with_template(BAR) else { return ProgressBar::hidden() };
    let length = u64::try_from(files).unwrap_or(u64::MAX);
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(FRAMES))
        .with_style(style.progress_chars("=> "))
}
