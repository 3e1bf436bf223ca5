//! `serve`: stands in for the application on this machine.

#[cfg(unix)]
mod person;

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;

use super::check::{cannot_read, malformed};
use super::{extra_roots, page, print, say, shown};
use crate::cli::arguments::ServeArguments;
use crate::cli::{exit, text};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::document::Document;
use crate::domain::registration::Options;
use crate::domain::setting::Values;
use crate::domain::storage::Stamp;
use crate::domain::text::printable;
use crate::domain::time::Timestamp;
use crate::io::environment::Environment;
use crate::io::http::{ExtraRoots, Network};
use crate::io::{chance, file, peer};
use crate::serve::{Admission, Folder, Origin, PATH, Policy, Server, World};
use crate::verify::{self, Event, Order, Report};

/// How long the last lines may take to reach a slow terminal.
const PATIENCE: Duration = Duration::from_millis(300);

/// Serves until a signal ends it, and returns the exit code.
pub(super) fn run(runtime: &Runtime, arguments: &ServeArguments, environment: &Environment) -> u8 {
    let (policy, roots) = match policy(arguments) {
        Ok(policy) => policy,
        Err(message) => {
            say(&format!("token-wizard: {message}"));
            return exit::USAGE;
        }
    };
    let limit = Duration::from_secs(arguments.timeout.into());
    let voice = Voice::start();
    let outside = Outside {
        path: arguments.file.clone(),
        name: shown(&arguments.file),
        network: Rc::new(Network::new(limit, roots)),
        voice: voice.sender.clone(),
    };
    if let Err(diagnosis) = outside.settings() {
        say(&format!("token-wizard: {}. {}\n{}", diagnosis.title, diagnosis.cause, diagnosis.action));
        return exit::FILE;
    }
    let options = Options {
        grant: None,
        allowed_hosts: arguments.sign_in.allow_host.clone(),
        shell_user: environment.user.clone(),
    };
    let code = runtime.block_on(async {
        let server = match Server::bind(arguments.port, policy).await {
            Ok(server) => server,
            Err(error) => {
                say(&format!("token-wizard: no port from {} on can be bound on loopback: {error}", arguments.port));
                return exit::INTERNAL;
            }
        };
        let (commands, inbox) = unbounded_channel();
        #[cfg(unix)]
        let person = match person::listen(commands) {
            Ok(person) => person,
            Err(error) => {
                say(&format!("token-wizard: {error}"));
                return exit::INTERNAL;
            }
        };
        // Without Unix signals, Ctrl-C ends the process as it ends every other.
        #[cfg(not(unix))]
        let person = Absent { _commands: commands };
        // The address alone goes to standard output, for the script that started this.
        voice.send(Said::Out(format!("http://localhost:{}{PATH}\n", server.port())));
        voice.send(Said::Err(format!("{}\n", greeting(&server, arguments, environment, person.has_keys()))));
        match server.run(outside, options, limit, inbox).await {
            Ok(()) => person.exit_code(),
            Err(error) => {
                say(&format!("token-wizard: {error}"));
                exit::INTERNAL
            }
        }
    });
    voice.finish();
    code
}

/// Who is answered, and the certificates of `--ca-file`; or what is wrong with the arguments.
fn policy(arguments: &ServeArguments) -> Result<(Policy, Option<ExtraRoots>), String> {
    let roots = extra_roots(&arguments.sign_in)?;
    let allowed_origin = match &arguments.allow_origin {
        None => None,
        Some(text) => Some(Origin::parse(text).ok_or_else(|| {
            format!(
                "--allow-origin {}: name one origin, scheme, host and port alone, such as http://localhost:3000",
                printable(text)
            )
        })?),
    };
    let folder = match &arguments.root {
        None => None,
        Some(root) => Some(Folder::open(root, &arguments.file).map_err(|error| {
            let why = error.to_string();
            format!("--root {}: name the folder of the front end alone; {}", shown(root), printable(&why))
        })?),
    };
    let admission = if arguments.any_user { Arc::new(Everybody) } else { only_this_user() };
    Ok((Policy { allowed_origin, admission, folder }, roots))
}

/// Answers the programs of every user.
struct Everybody;

impl Admission for Everybody {
    fn arrived(&self) -> u64 {
        0
    }

    fn admit(&self, _: SocketAddr, _: SocketAddr, _: u64) -> Result<(), String> {
        Ok(())
    }
}

/// Answers the programs of one user, and of root, which can read the settings anyway.
#[cfg(unix)]
struct OneUser {
    user: u32,
    owners: peer::Owners,
}

#[cfg(unix)]
impl Admission for OneUser {
    fn arrived(&self) -> u64 {
        self.owners.arrived()
    }

    fn admit(&self, peer: SocketAddr, local: SocketAddr, arrival: u64) -> Result<(), String> {
        let own = self.user;
        match self.owners.owner(peer, local, arrival) {
            Ok(user) if user == own || user == 0 => Ok(()),
            Ok(user) => Err(format!(
                "the program belongs to user {user}, and only those of user {own} are answered; start token-wizard \
                 serve with --any-user if that is what you want"
            )),
            Err(error) => Err(format!(
                "{error}, as with the forwarded port of a container, so its user is not known; start token-wizard \
                 serve with --any-user if that is what you want"
            )),
        }
    }
}

#[cfg(unix)]
fn only_this_user() -> Arc<dyn Admission> {
    if !peer::is_known_here() {
        return Arc::new(Everybody);
    }
    Arc::new(OneUser { user: peer::own_user(), owners: peer::Owners::of_this_system() })
}

#[cfg(not(unix))]
fn only_this_user() -> Arc<dyn Admission> {
    Arc::new(Everybody)
}

/// What to know at the start.
fn greeting(server: &Server, arguments: &ServeArguments, environment: &Environment, has_keys: bool) -> String {
    let port = server.port();
    let mut lines = Vec::new();
    if arguments.port != 0 && port != arguments.port {
        lines.push(format!("Port {} is taken; this is the next free one.", arguments.port));
    }
    if !server.has_ipv6() {
        lines.push("There is no ::1 on this machine; only 127.0.0.1 is served.".to_owned());
    }
    let file = shown(&arguments.file);
    lines.push(format!("Stands in for the application, with the settings of {file}. In its page:"));
    lines.push(format!("  const answer = await fetch(\"{PATH}\");"));
    lines.push("  const token = (await answer.json()).access_token;".to_owned());
    if let Some(root) = &arguments.root {
        lines.push(format!("The page itself is http://localhost:{port}/, from {}.", shown(root)));
    }
    if let Some(origin) = &arguments.allow_origin {
        lines.push(format!("Pages of {} may ask too.", printable(origin)));
    }
    let user = environment.user.as_deref().map(|user| format!("{}@", printable(user))).unwrap_or_default();
    lines.push("To use it from another machine, type there and open the same address:".to_owned());
    lines.push(format!("  ssh -L {port}:127.0.0.1:{port} {user}{}", host_name()));
    lines.push("Every visitor of the page gets a token with all rights of the service principal.".to_owned());
    lines.push(
        match (arguments.any_user, peer::is_known_here()) {
            (true, _) => "Programs of every user of this machine are answered.",
            (false, true) => "Only programs of this user and of root are answered (--any-user answers all).",
            (false, false) => "This system does not tell whose a connection is: every local user is answered.",
        }
        .to_owned(),
    );
    let keys = if has_keys { "Enter forgets token and refusals. " } else { "" };
    lines.push(format!("Nothing is sent before somebody asks. {keys}Ctrl-C ends it."));
    lines.join("\n")
}

#[cfg(unix)]
fn host_name() -> String {
    printable(&rustix::system::uname().nodename().to_string_lossy()).into_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    "HOST".to_owned()
}

/// The person where there are no Unix signals; keeps the channel open.
#[cfg(not(unix))]
struct Absent {
    _commands: tokio::sync::mpsc::UnboundedSender<crate::serve::Command>,
}

#[cfg(not(unix))]
impl Absent {
    fn has_keys(&self) -> bool {
        false
    }

    fn exit_code(&self) -> u8 {
        exit::OK
    }
}

/// A line for one of the two streams.
enum Said {
    /// To standard output.
    Out(String),
    /// To standard error.
    Err(String),
}

/// A thread that writes: a terminal that stands still (Ctrl-S, a slow line) must not stop the server, nor keep it from
/// hearing a signal.
struct Voice {
    sender: Sender<Said>,
    ended: Receiver<()>,
}

impl Voice {
    fn start() -> Self {
        let (sender, lines) = channel();
        let (end, ended) = channel();
        // Without the thread nothing is said; the answers still are.
        let _silent = std::thread::Builder::new().name("voice".to_owned()).spawn(move || {
            for line in lines {
                match line {
                    Said::Out(text) => print(&text),
                    Said::Err(text) => {
                        let _unread = std::io::stderr().write_all(text.as_bytes());
                    }
                }
            }
            drop(end);
        });
        Self { sender, ended }
    }

    fn send(&self, said: Said) {
        let _unsaid = self.sender.send(said);
    }

    /// Waits a moment for the last lines.
    fn finish(self) {
        drop(self.sender);
        let _ended = self.ended.recv_timeout(PATIENCE);
    }
}

/// The outside of the server.
struct Outside {
    path: PathBuf,
    /// The path for the screen.
    name: String,
    network: Rc<Network>,
    voice: Sender<Said>,
}

impl World for Outside {
    fn now(&self) -> Timestamp {
        chance::now()
    }

    fn settings(&self) -> Result<(Stamp, Values), Diagnosis> {
        let snapshot = file::read(&self.path).map_err(|error| cannot_read(&self.path, &error))?;
        let document = Document::read(&snapshot.bytes).map_err(|error| malformed(&error))?;
        Ok((snapshot.stamp, document.values()))
    }

    fn verify(&self, order: Order, emit: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static {
        let network = Rc::clone(&self.network);
        async move { verify::run(&*network, &order, emit).await }
    }

    fn tell(&self, report: &Report) {
        let moment = chance::now().utc();
        let _unsaid = self.voice.send(Said::Err(format!(
            "\n{moment}  {}",
            text::render(&self.name, report, text::Shown::default(), page(&std::io::stderr()))
        )));
    }

    fn say(&self, text: &str) {
        let _unsaid = self.voice.send(Said::Err(format!("{}\n", printable(text))));
    }
}
