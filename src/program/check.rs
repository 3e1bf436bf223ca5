//! `check`: the ladder without a screen, for one file or many.

mod many;
mod passwords;
#[cfg(unix)]
mod stop;
mod watch;

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use self::passwords::{Careful, Passwords};
use super::{extra_roots, page, print, say, shown};
use crate::cli::arguments::CheckArguments;
use crate::cli::{exit, json, text};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::document::{Document, DocumentError};
use crate::domain::exchange::Clock;
use crate::domain::powerbi::{Extras, Gate};
use crate::domain::registration::{self, Options};
use crate::domain::storage::ReadError;
use crate::io::environment::Environment;
use crate::io::http::{ExtraRoots, Network};
use crate::io::{chance, file};
use crate::verify::{self, OnRealm, Order, PowerBiOrder, Report, Stage};

/// No settings file is larger, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Tests the files and returns the highest exit code.
pub(super) async fn run(arguments: &CheckArguments, environment: &Environment) -> u8 {
    if arguments.files.iter().filter(|path| is_input(path)).count() > 1 {
        say("token-wizard: name - only once, standard input can be read only once");
        return exit::USAGE;
    }
    if !arguments.gate.is_empty() && arguments.until.0 < Stage::PowerBi {
        say("token-wizard: --gate asks in the stage powerbi, and --until stops before it; take one of them out");
        return exit::USAGE;
    }
    let asks = |gate| arguments.gate.iter().any(|word| word.0 == gate);
    if arguments.report.is_some() && !asks(Gate::Embed) && !asks(Gate::Query) {
        say("token-wizard: --report is what --gate embed and --gate query are tried with; name one of them");
        return exit::USAGE;
    }
    if asks(Gate::Admin) && arguments.files.len() > 1 {
        say("token-wizard: --gate admin takes one file, for the tenant has 50 such requests an hour");
        return exit::USAGE;
    }
    let roots = match extra_roots(&arguments.network.sign_in) {
        Ok(roots) => roots,
        Err(message) => {
            say(&format!("token-wizard: {message}"));
            return exit::USAGE;
        }
    };
    if let (Some(seconds), [path]) = (arguments.watch, arguments.files.as_slice()) {
        let interval = Duration::from_secs(seconds.into());
        return watch::run(&Bench::new(arguments, environment, roots.clone()), path, roots, interval, arguments).await;
    }
    if arguments.watch.is_some() {
        say("token-wizard: --watch takes one file");
        return exit::USAGE;
    }
    let bench = Bench::new(arguments, environment, roots);
    match arguments.files.as_slice() {
        [path] => {
            let tested = bench.test(read(path)).await;
            bench.tell(path, &tested, arguments)
        }
        paths => many::run(bench, paths, arguments, environment).await,
    }
}

fn extras(arguments: &CheckArguments) -> Extras {
    let gates: Vec<Gate> = arguments.gate.iter().map(|word| word.0).collect();
    Extras::new(&gates, arguments.report.clone())
}

/// What all files of one run share.
struct Bench {
    network: Network,
    passwords: Passwords,
    options: Options,
    until: Stage,
    powerbi: PowerBiOrder,
    /// How long one file may take.
    limit: Duration,
    is_strict: bool,
    shows_personal: bool,
}

/// What became of one file.
struct Tested {
    report: Report,
    exit_code: u8,
    took: Duration,
}

impl Bench {
    fn new(arguments: &CheckArguments, environment: &Environment, roots: Option<ExtraRoots>) -> Self {
        let limit = Duration::from_secs(arguments.timeout.into());
        Self {
            network: Network::new(limit, roots),
            passwords: Passwords::default(),
            options: Options {
                grant: arguments.grant.map(|word| word.0),
                allowed_hosts: arguments.network.sign_in.allow_host.clone(),
                shell_user: environment.user.clone(),
            },
            until: arguments.until.0,
            powerbi: PowerBiOrder {
                root: arguments.network.powerbi_api.clone(),
                workspace: arguments.workspace.clone(),
                extras: extras(arguments),
            },
            limit,
            is_strict: arguments.strict,
            shows_personal: arguments.show_personal,
        }
    }

    fn order(&self, document: &Document) -> Order {
        Order {
            values: document.values(),
            options: self.options.clone(),
            until: self.until,
            timeout: self.limit,
            on_realm: OnRealm::Warn,
            powerbi: self.powerbi.clone(),
        }
    }

    async fn test(&self, document: Result<Document, Diagnosis>) -> Tested {
        let document = match document {
            Ok(document) => document,
            Err(diagnosis) => {
                return Tested { report: Report::unreadable(&diagnosis), exit_code: exit::FILE, took: Duration::ZERO };
            }
        };
        let order = self.order(&document);
        drop(document);
        let begun = self.network.now();
        let registration = registration::inspect(&order.values, &order.options).registration;
        let ports = Careful::new(&self.network, &self.passwords, registration.as_ref());
        let mut report = Report::default();
        verify::run(&ports, &order, |event| report.apply(event)).await;
        if ports.is_spared() {
            tell_spared(&mut report);
        }
        let exit_code = report.exit_code(self.is_strict);
        Tested { report, exit_code, took: self.network.now().since(begun) }
    }

    /// Prints what became of the only file; returns the exit code.
    fn tell(&self, path: &Path, tested: &Tested, arguments: &CheckArguments) -> u8 {
        if arguments.json {
            match self.json(path, tested) {
                Ok(line) => print(&line),
                Err(_) => return exit::INTERNAL,
            }
        } else {
            let shown = text::Shown { all_claims: arguments.claims, personal: arguments.show_personal };
            print(&text::render(&name(path), &tested.report, shown, page(&std::io::stdout())));
        }
        tested.exit_code
    }

    fn json(&self, path: &Path, tested: &Tested) -> serde_json::Result<String> {
        let mut line =
            json::line(&path.to_string_lossy(), &tested.report, tested.exit_code, self.shows_personal, chance::now())?;
        line.push('\n');
        Ok(line)
    }
}

/// Says that a refusal is another file's.
fn tell_spared(report: &mut Report) {
    let Some(stage) = report.stages.iter_mut().find(|stage| stage.stage == Stage::Token) else { return };
    stage.summary.push_str(", not sent again");
    if let Some(diagnosis) = stage.diagnoses.first_mut() {
        if !diagnosis.cause.is_empty() {
            diagnosis.cause.push(' ');
        }
        diagnosis.cause.push_str(
            "The answer is that to another file of this run with the same user and password: these are not sent again, \
             so that nobody is locked out.",
        );
    }
}

fn is_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The file's name for the screen.
fn name(path: &Path) -> String {
    if is_input(path) { "-".to_owned() } else { shown(path) }
}

fn read(path: &Path) -> Result<Document, Diagnosis> {
    let bytes = if is_input(path) { read_input() } else { file::read(path).map(|snapshot| snapshot.bytes) };
    let bytes = bytes.map_err(|error| cannot_read(path, &error))?;
    Document::read(&bytes).map_err(|error| malformed(&error))
}

fn read_input() -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes);
    match read {
        Err(error) => Err(ReadError::System(error.to_string())),
        Ok(length) if length as u64 > LARGEST => Err(ReadError::TooLarge),
        Ok(_) => Ok(bytes),
    }
}

/// What a file that cannot be read means.
pub(super) fn cannot_read(path: &Path, error: &ReadError) -> Diagnosis {
    let name = shown(path);
    let (code, action) = match error {
        ReadError::Missing => {
            ("file-missing", "Name the settings file, or copy appsettings.example.json to begin with.")
        }
        ReadError::NotAFile | ReadError::TooLarge => ("file-unusable", "Name the settings file itself."),
        ReadError::System(_) => ("file-unreadable", "Make the file readable for this user."),
    };
    Diagnosis::new(Severity::Error, code, format!("{name} cannot be read"), action)
        .because(format!("The system says: {error}."))
}

/// What a file that .NET would refuse means.
pub(super) fn malformed(error: &DocumentError) -> Diagnosis {
    let mut cause = format!("See {}.", error.message());
    for line in error.caret() {
        cause.push('\n');
        cause.push_str(&line);
    }
    Diagnosis::new(
        Severity::Error,
        "file-malformed",
        "The file is not what .NET reads",
        "Mend the JSON at the place that is named.",
    )
    .because(cause)
}
