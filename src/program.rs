//! Joins the parts: arguments, files, network, ladder, wizard, sandbox; returns an exit code.

mod check;
mod decode;
mod explain;
mod plain;
mod practice;
mod serve;
mod wizard;

use std::io::Write;
use std::path::Path;

use crate::cli::arguments::{Arguments, Command, SignInArguments};
use crate::cli::exit;
use crate::io::environment::Environment;
use crate::io::file;

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

/// The certificates of `--ca-file`.
fn extra_roots(network: &SignInArguments) -> Result<Option<Vec<u8>>, String> {
    let Some(path) = &network.ca_file else { return Ok(None) };
    match file::read(path) {
        Ok(snapshot) => Ok(Some(snapshot.bytes.to_vec())),
        Err(error) => Err(format!("--ca-file {}: {error}", shown(path))),
    }
}

/// A path for the screen.
fn shown(path: &Path) -> String {
    crate::domain::text::printable(&path.to_string_lossy()).into_owned()
}
