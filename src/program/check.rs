//! `check`: the ladder without a screen.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{extra_roots, print, say, shown};
use crate::cli::arguments::CheckArguments;
use crate::cli::{exit, json, text};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::document::{Document, DocumentError};
use crate::domain::registration::Options;
use crate::domain::storage::ReadError;
use crate::io::environment::Environment;
use crate::io::http::Network;
use crate::io::{chance, file};
use crate::verify::{self, Blame, Event, Order, PowerBiOrder, Report, Stage, StageReport, Status};

/// No settings file is larger, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Tests one file and returns the exit code.
pub(super) async fn run(arguments: &CheckArguments, environment: &Environment) -> u8 {
    let roots = match extra_roots(&arguments.network) {
        Ok(roots) => roots,
        Err(message) => {
            say(&format!("token-wizard: {message}"));
            return exit::USAGE;
        }
    };
    let name = if arguments.file == Path::new("-") { "-".to_owned() } else { shown(&arguments.file) };
    let (report, exit_code) = match read(&arguments.file) {
        Err(diagnosis) => (unreadable(&diagnosis), exit::FILE),
        Ok(document) => {
            let limit = Duration::from_secs(arguments.timeout.into());
            let order = Order {
                values: document.values(),
                options: Options {
                    grant: arguments.grant.map(|word| word.0),
                    allowed_hosts: arguments.network.allow_host.clone(),
                    shell_user: environment.user.clone(),
                },
                until: arguments.until.0,
                timeout: limit,
                powerbi: PowerBiOrder {
                    root: arguments.network.powerbi_api.clone(),
                    workspace: arguments.workspace.clone(),
                },
            };
            let mut report = Report::default();
            verify::run(&Network::new(limit, roots), &order, |event| report.apply(event)).await;
            let exit_code = report.exit_code(arguments.strict);
            (report, exit_code)
        }
    };
    if arguments.json {
        match json::line(&name, &report, exit_code, arguments.show_personal, chance::now()) {
            Ok(line) => print(&format!("{line}\n")),
            Err(_) => return exit::INTERNAL,
        }
    } else {
        print(&text::render(&name, &report, arguments.show_personal));
    }
    exit_code
}

fn read(path: &Path) -> Result<Document, Diagnosis> {
    let bytes = if path == Path::new("-") { read_input() } else { file::read(path).map(|snapshot| snapshot.bytes) };
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

/// A failed `settings` stage with the rest skipped.
fn unreadable(diagnosis: &Diagnosis) -> Report {
    let mut report = Report::default();
    for stage in Stage::ALL {
        let is_first = stage == Stage::Settings;
        report.apply(Event::Ended(StageReport {
            stage,
            status: if is_first { Status::Failed } else { Status::Skipped },
            duration: Duration::ZERO,
            summary: if is_first { diagnosis.title.clone() } else { String::new() },
            diagnoses: if is_first { vec![diagnosis.clone()] } else { Vec::new() },
            blame: Blame::Settings,
        }));
    }
    report
}
