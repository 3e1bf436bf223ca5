//! `sandbox`: the practice tenant, and the wizard on a scratch copy of the example file.

use tokio::runtime::Runtime;

use super::wizard::{self, Practice};
use super::{print, say};
use crate::cli::arguments::{NetworkArguments, SandboxArguments};
use crate::cli::exit;
use crate::domain::setting::SettingName;
use crate::io::environment::Environment;
use crate::sandbox::Sandbox;

/// The example file, in the program.
const EXAMPLE: &str = include_str!("../../appsettings.example.json");

/// Serves, alone or with the wizard, and returns the exit code.
pub(super) fn run(runtime: &Runtime, arguments: &SandboxArguments, environment: &Environment) -> u8 {
    let sandbox = match runtime.block_on(Sandbox::bind(arguments.port)) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            say(&format!("token-wizard: no port from {} on can be bound: {error}", arguments.port));
            return exit::INTERNAL;
        }
    };
    if arguments.serve_only { serve(runtime, sandbox) } else { practise(runtime, sandbox, environment) }
}

/// Prints the settings of the first account and serves until the process ends.
fn serve(runtime: &Runtime, sandbox: Sandbox) -> u8 {
    let works = sandbox.book().into_iter().next();
    let settings: serde_json::Map<String, serde_json::Value> = works
        .iter()
        .flat_map(|account| SettingName::ALL.map(|name| (name.key().to_owned(), account.values.get(name).into())))
        .collect();
    say(&format!("The practice tenant listens on http://{}; Ctrl-C ends it. Settings that work:", sandbox.address()));
    print(&format!("{:#}\n", serde_json::Value::Object(settings)));
    match runtime.block_on(sandbox.serve()) {
        Ok(()) => exit::OK,
        Err(error) => {
            say(&format!("token-wizard: {error}"));
            exit::INTERNAL
        }
    }
}

fn practise(runtime: &Runtime, sandbox: Sandbox, environment: &Environment) -> u8 {
    // A private folder (0700), removed when it is dropped.
    let folder = match tempfile::Builder::new().prefix("token-wizard-sandbox-").tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            say(&format!("token-wizard: no temporary folder: {error}"));
            return exit::INTERNAL;
        }
    };
    let path = folder.path().join("appsettings.json");
    if let Err(error) = crate::io::file::create(&path, sandbox.scratch(EXAMPLE).as_bytes()) {
        say(&format!("token-wizard: {error}"));
        return exit::INTERNAL;
    }
    let practice = Practice { book: sandbox.book() };
    let server = runtime.spawn(sandbox.serve());
    let code = wizard::run_with(runtime, &path, &NetworkArguments::default(), environment, Some(practice));
    server.abort();
    code
}
