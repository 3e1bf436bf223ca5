//! The wizard: file, network and terminal around the state machine.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tokio::runtime::Runtime;

use super::check::{cannot_read, malformed};
use super::{extra_roots, print, say, shown};
use crate::app::effect::World;
use crate::app::{App, Start, TEST_LIMIT};
use crate::cli::arguments::NetworkArguments;
use crate::cli::exit;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::document::Document;
use crate::domain::registration::Options;
use crate::domain::secret::Secret;
use crate::domain::setting::Account;
use crate::domain::storage::{Exposure, Leftover, ReadError, SaveError, SaveOrder, Saved, Snapshot};
use crate::domain::time::Timestamp;
use crate::io::environment::Environment;
use crate::io::http::Network;
use crate::io::{chance, file};
use crate::runtime::{self, Ended, Multiplexer, OpenError};
use crate::ui::theme::{Look, is_utf8};
use crate::verify::{self, Event, Order};

/// What makes a run practice: accounts to fill in.
pub(super) struct Practice {
    /// The account book.
    pub(super) book: Vec<Account>,
}

/// Opens the wizard on a settings file and returns the exit code.
pub(super) fn run(runtime: &Runtime, path: &Path, network: &NetworkArguments, environment: &Environment) -> u8 {
    run_with(runtime, path, network, environment, None)
}

pub(super) fn run_with(
    runtime: &Runtime,
    path: &Path,
    network: &NetworkArguments,
    environment: &Environment,
    practice: Option<Practice>,
) -> u8 {
    let roots = match extra_roots(network) {
        Ok(roots) => roots,
        Err(message) => {
            say(&format!("token-wizard: {message}"));
            return exit::USAGE;
        }
    };
    let (snapshot, document) = match read(path) {
        Ok(read) => read,
        Err(diagnosis) => {
            say(&format!("token-wizard: {}. {}\n{}", diagnosis.title, diagnosis.cause, diagnosis.action));
            return exit::FILE;
        }
    };
    if environment.term.as_deref() == Some("dumb") {
        say("token-wizard: this terminal cannot move its cursor. `token-wizard check FILE` works without a screen.");
        return exit::USAGE;
    }
    let mut session = match runtime::open(multiplexer(environment)) {
        Ok(session) => session,
        Err(OpenError::NoTerminal) => {
            say("token-wizard: there is no terminal. `token-wizard check FILE` works without one.");
            return exit::USAGE;
        }
        Err(error) => {
            say(&format!("token-wizard: {error}"));
            return exit::INTERNAL;
        }
    };
    let size = session.size();
    let utf8 = is_utf8(environment.lc_all.as_deref(), environment.lc_ctype.as_deref(), environment.lang.as_deref());
    let is_practice = practice.is_some();
    let mut app = App::new(Start {
        path: path.to_owned(),
        file: path.file_name().map_or_else(|| shown(path), |name| shown(Path::new(name))),
        document,
        stamp: snapshot.stamp,
        options: Options {
            grant: None,
            allowed_hosts: network.allow_host.clone(),
            // A practice file is read by no application, so nothing hides its User.
            shell_user: environment.user.clone().filter(|_| !is_practice),
        },
        leftovers: Vec::new(),
        exposure: Exposure::default(),
        draft: None,
        book: practice.map(|practice| practice.book).unwrap_or_default(),
        banner: is_practice.then_some(("PRACTICE", "local sandbox")),
        look: Look::from_environment(environment.no_color, utf8),
        size: (size.width, size.height),
    });
    let outside = Rc::new(Outside { network: Rc::new(Network::new(TEST_LIMIT, roots)) });
    let ended = runtime.block_on(session.run(&mut app, outside));
    drop(session);
    match ended {
        Ok(Ended::Quit) => {
            for line in app.farewell() {
                print(&format!("{line}\n"));
            }
            exit::OK
        }
        Ok(Ended::Signal(signal)) => signal.exit_code(),
        Err(error) => {
            say(&format!("token-wizard: {error}"));
            exit::INTERNAL
        }
    }
}

fn read(path: &Path) -> Result<(Snapshot, Document), Diagnosis> {
    let snapshot = file::read(path).map_err(|error| cannot_read(path, &error))?;
    let document = Document::read(&snapshot.bytes).map_err(|error| malformed(&error))?;
    Ok((snapshot, document))
}

/// What stands between this program and the terminal.
const fn multiplexer(environment: &Environment) -> Multiplexer {
    match (environment.is_tmux, environment.is_screen) {
        (true, _) => Multiplexer::Tmux,
        (false, true) => Multiplexer::Screen,
        (false, false) => Multiplexer::None,
    }
}

/// The outside of the wizard.
struct Outside {
    network: Rc<Network>,
}

impl World for Outside {
    fn now(&self) -> Timestamp {
        chance::now()
    }

    fn sleep_until(&self, moment: Timestamp) -> impl Future<Output = ()> {
        tokio::time::sleep(moment.since(chance::now()))
    }

    fn verify(&self, order: Order, emit: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static {
        let network = Rc::clone(&self.network);
        async move { verify::run(&*network, &order, emit).await }
    }

    fn save(&self, order: &SaveOrder) -> Result<Saved, SaveError> {
        file::save(order)
    }

    fn read(&self, path: &Path) -> Result<Snapshot, ReadError> {
        file::read(path)
    }

    fn remove(&self, _: &[Leftover]) -> Result<(), String> {
        Ok(())
    }

    fn keep(&self, text: &Secret) -> Result<PathBuf, String> {
        file::keep(text)
    }
}
