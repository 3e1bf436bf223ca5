//! `sandbox`: the practice tenant, and the wizard on a scratch copy of the example file.

use tokio::runtime::Runtime;

use super::wizard::{self, Opened, Practice, Reach, Stay};
use super::{plain, print, say};
use crate::cli::arguments::SandboxArguments;
use crate::cli::exit;
use crate::domain::setting::SettingName;
use crate::io::environment::Environment;
use crate::sandbox::Sandbox;

/// The example file, in the program.
pub(super) const EXAMPLE: &str = include_str!("../../appsettings.example.json");

/// The port of the practice tenant where none is named, or the next free one.
pub(super) const PORT: u16 = 18080;

/// Serves, alone or with the wizard, and returns the exit code.
pub(super) fn run(runtime: &Runtime, arguments: &SandboxArguments, environment: &Environment) -> u8 {
    if arguments.serve_only {
        return match bind(runtime, arguments.port) {
            Ok(sandbox) => serve(runtime, sandbox),
            Err(why) => fail(&why),
        };
    }
    let is_plain = plain::is_wanted(arguments.plain, environment);
    match prepare(runtime, arguments.port) {
        Ok(scratch) if is_plain => plain::practise(runtime, scratch, environment),
        Ok(scratch) => match Stay::begin(runtime, environment, arguments.look) {
            Ok(stay) => scratch.work(stay),
            Err(none) => none.tell(),
        },
        Err(why) => fail(&why),
    }
}

fn fail(why: &str) -> u8 {
    say(&format!("token-wizard: {why}"));
    exit::INTERNAL
}

fn bind(runtime: &Runtime, port: u16) -> Result<Sandbox, String> {
    runtime.block_on(Sandbox::bind(port)).map_err(|error| format!("no port from {port} on can be bound: {error}"))
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

/// A scratch copy of the example file, and the tenant behind it while it is worked on.
pub(super) struct Scratch {
    sandbox: Sandbox,
    /// A private folder (0700), removed when it is dropped.
    _folder: tempfile::TempDir,
    opened: Opened,
    runtime: tokio::runtime::Handle,
}

/// Binds the tenant and makes the scratch copy; says why when that is not possible.
pub(super) fn prepare(runtime: &Runtime, port: u16) -> Result<Scratch, String> {
    let sandbox = bind(runtime, port)?;
    let folder = tempfile::Builder::new().prefix("token-wizard-sandbox-").tempdir();
    let folder = folder.map_err(|error| format!("no temporary folder: {error}"))?;
    let path = folder.path().join("appsettings.json");
    crate::io::file::create(&path, sandbox.scratch(EXAMPLE).as_bytes()).map_err(|error| error.to_string())?;
    let opened = wizard::read(&path).map_err(|unreadable| unreadable.diagnosis.title)?;
    Ok(Scratch { sandbox, _folder: folder, opened, runtime: runtime.handle().clone() })
}

impl Scratch {
    /// Drives the wizard on the copy while the tenant serves, and returns the exit code.
    pub(super) fn work(self, stay: Stay<'_>) -> u8 {
        self.serve_while(|opened, practice| stay.work(opened, Reach::default(), Some(practice)))
    }

    /// Works on the copy in any way while the tenant serves, and returns the exit code.
    pub(super) fn serve_while(self, work: impl FnOnce(Opened, Practice) -> u8) -> u8 {
        let practice = Practice { book: self.sandbox.book() };
        let server = self.runtime.spawn(self.sandbox.serve());
        let code = work(self.opened, practice);
        server.abort();
        code
    }
}
