//! Joins the parts: arguments, files, network, ladder, wizard, sandbox; returns an exit code.

mod check;
mod decode;
mod explain;
mod plain;
mod practice;
mod serve;
mod wizard;

use std::io::{IsTerminal, Write};
use std::path::Path;

use crate::cli::arguments::{Arguments, Command, SignInArguments};
use crate::cli::exit;
use crate::cli::page::Page;
use crate::io::environment::Environment;
use crate::io::file;
use crate::io::http::ExtraRoots;

/// Does what the arguments say and returns the exit code.
pub fn run(arguments: Arguments) -> u8 {
    let environment = Environment::read();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        say("token-wizard: the system gives no event loop");
        return exit::INTERNAL;
    };
    match arguments.command {
        Some(Command::Check(check)) => runtime.block_on(check::run(&check, &environment)),
        Some(Command::Decode(decode)) => decode::run(&decode),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Sandbox(sandbox)) => practice::run(&runtime, &sandbox, &environment),
        Some(Command::Serve(serve)) => serve::run(&runtime, &serve, &environment),
        None if plain::is_wanted(arguments.plain, &environment) => {
            plain::run(&runtime, &arguments.file, &arguments.network, &environment)
        }
        None => wizard::run(&runtime, &arguments.file, &arguments.network, arguments.look, &environment),
    }
}

/// A line on standard error. That nobody reads it is no failure.
fn say(text: &str) {
    let _unread = writeln!(std::io::stderr(), "{text}");
}

/// Text on standard output. That nobody reads on is no failure.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _unread = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// How wide the lines on a standard stream may be.
#[cfg(unix)]
fn page(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Page {
    if !stream.is_terminal() {
        return Page::ENDLESS;
    }
    Page::of(rustix::termios::tcgetwinsize(stream).map_or(0, |size| size.ws_col))
}

/// How wide the lines on a standard stream may be.
#[cfg(not(unix))]
fn page(stream: &impl IsTerminal) -> Page {
    if !stream.is_terminal() {
        return Page::ENDLESS;
    }
    Page::of(crossterm::terminal::size().map_or(0, |(columns, _)| columns))
}

/// The file of `--ca-file`, which can be read.
fn extra_roots(network: &SignInArguments) -> Result<Option<ExtraRoots>, String> {
    let Some(path) = &network.ca_file else { return Ok(None) };
    match file::read(path) {
        Ok(_) => Ok(Some(ExtraRoots::File(path.clone()))),
        Err(error) => Err(format!("--ca-file {}: {error}", shown(path))),
    }
}

/// A path for the screen.
fn shown(path: &Path) -> String {
    crate::domain::text::printable(&path.to_string_lossy()).into_owned()
}
