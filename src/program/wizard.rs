//! The wizard: file, network, state and terminal around the state machines.

mod keeping;
pub(super) mod opening;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tokio::runtime::Runtime;
use url::Url;

use super::check::{cannot_read, malformed};
use super::{extra_roots, print, say, shown};
use crate::app::effect::{Effect, Machine, Msg, World};
use crate::app::{App, Start, TEST_LIMIT};
use crate::cli::arguments::{ColourWord, LookArguments, NetworkArguments};
use crate::cli::exit;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::discovery::Discovery;
use crate::domain::document::Document;
use crate::domain::endpoint::Endpoint;
use crate::domain::registration::Options;
use crate::domain::secret::Secret;
use crate::domain::setting::Account;
use crate::domain::storage::{Exposure, Leftover, ReadError, SaveError, SaveOrder, Saved, Snapshot, Storage as _};
use crate::domain::time::Timestamp;
use crate::io::environment::Environment;
use crate::io::file::LocalFiles;
use crate::io::http::{ExtraRoots, Network};
use crate::io::state::State;
use crate::io::{chance, file};
use crate::runtime::{self, Ended, Multiplexer, OpenError, Session};
use crate::ui::theme::{Look, has_colours, is_utf8};
use crate::verify::{self, Event, Order};
pub(super) use keeping::Unsaved;
use keeping::{Keeper, record, without};

/// The name that is looked for in a folder.
const USUAL_NAME: &str = "appsettings.json";

/// Opens the wizard on a settings file, or asks for another one, and returns the exit code.
pub(super) fn run(
    runtime: &Runtime,
    path: &Path,
    network: &NetworkArguments,
    look: LookArguments,
    environment: &Environment,
) -> u8 {
    let roots = match extra_roots(&network.sign_in) {
        Ok(roots) => roots,
        Err(message) => {
            say(&format!("token-wizard: {message}"));
            return exit::USAGE;
        }
    };
    let reach =
        Reach { allowed_hosts: network.sign_in.allow_host.clone(), roots, powerbi_api: network.powerbi_api.clone() };
    let path = settings_file(path);
    let opened = match read(&path) {
        Ok(opened) => Some(opened),
        Err(Unreadable { is_missing: true, .. }) => None,
        Err(Unreadable { diagnosis, .. }) => {
            tell(&diagnosis);
            return exit::FILE;
        }
    };
    match (Stay::begin(runtime, environment, look), opened) {
        (Ok(stay), Some(opened)) => stay.work(opened, reach, None),
        (Ok(stay), None) => opening::ask(stay, &path, &reach),
        (Err(NoStay::Failed(message)), _) => {
            say(&message);
            exit::INTERNAL
        }
        (Err(NoStay::Unusable(message)), Some(_)) => {
            say(message);
            exit::USAGE
        }
        // Nobody can be asked.
        (Err(NoStay::Unusable(_)), None) => {
            tell(&cannot_read(&path, &ReadError::Missing));
            say(
                "Without a screen there are `token-wizard --plain FILE`, with answers from a pipe, `token-wizard check \
                 FILE` and, for practice, `token-wizard sandbox --serve-only`.",
            );
            exit::FILE
        }
    }
}

pub(super) fn tell(diagnosis: &Diagnosis) {
    say(&format!("token-wizard: {}. {}\n{}", diagnosis.title, diagnosis.cause, diagnosis.action));
}

/// The file of the usual name where a folder is named.
pub(super) fn settings_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(USUAL_NAME) } else { path.to_owned() }
}

/// A settings file that was read.
pub(super) struct Opened {
    snapshot: Snapshot,
    document: Document,
}

/// Why a settings file was not read.
#[derive(Debug)]
pub(super) struct Unreadable {
    /// What to tell.
    pub(super) diagnosis: Diagnosis,
    pub(super) is_missing: bool,
}

/// Reads a settings file.
pub(super) fn read(path: &Path) -> Result<Opened, Unreadable> {
    let snapshot = file::read(path).map_err(|error| Unreadable {
        is_missing: error == ReadError::Missing,
        diagnosis: cannot_read(path, &error),
    })?;
    let document = Document::read(&snapshot.bytes)
        .map_err(|error| Unreadable { is_missing: false, diagnosis: malformed(&error) })?;
    Ok(Opened { snapshot, document })
}

/// How far requests may go.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Sign-in hosts that are trusted for this run.
    pub(super) allowed_hosts: Vec<String>,
    /// PEM certificates that are trusted beside the system's.
    pub(super) roots: Option<ExtraRoots>,
    /// The root of Power BI's API that was named.
    pub(super) powerbi_api: Option<Url>,
}

/// What makes a run practice: accounts to fill in.
pub(super) struct Practice {
    /// The account book.
    pub(super) book: Vec<Account>,
}

/// Why there is no stay in the terminal.
pub(super) enum NoStay {
    /// There is no terminal.
    Unusable(&'static str),
    /// The system refused something.
    Failed(String),
}

impl NoStay {
    /// Tells why, and returns the exit code.
    pub(super) fn tell(&self) -> u8 {
        match self {
            Self::Unusable(message) => {
                say(message);
                exit::USAGE
            }
            Self::Failed(message) => {
                say(message);
                exit::INTERNAL
            }
        }
    }
}

/// The program in the terminal, which it takes once and gives back when this is dropped.
pub(super) struct Stay<'a> {
    runtime: &'a Runtime,
    environment: &'a Environment,
    session: Session,
    look: Look,
}

impl<'a> Stay<'a> {
    /// Takes the terminal.
    pub(super) fn begin(
        runtime: &'a Runtime,
        environment: &'a Environment,
        wanted: LookArguments,
    ) -> Result<Self, NoStay> {
        match runtime::open(multiplexer(environment)) {
            Ok(session) => Ok(Self {
                runtime,
                environment,
                session: session.with_links(takes_links(environment)),
                look: look(environment, wanted),
            }),
            Err(OpenError::NoTerminal) => Err(NoStay::Unusable(
                "token-wizard: there is no terminal. Without one `token-wizard check FILE` works, and `token-wizard --plain \
                 FILE` with answers from a pipe.",
            )),
            Err(error) => Err(NoStay::Failed(format!("token-wizard: {error}"))),
        }
    }

    const fn look(&self) -> Look {
        self.look
    }

    fn size(&self) -> (u16, u16) {
        let size = self.session.size();
        (size.width, size.height)
    }

    fn drive<M: Machine>(&mut self, machine: &mut M, outside: &Rc<Outside>) -> std::io::Result<Ended> {
        self.runtime.block_on(self.session.run(machine, Rc::clone(outside)))
    }

    /// Drives the wizard on a file that was read, and returns the exit code.
    pub(super) fn work(mut self, opened: Opened, reach: Reach, practice: Option<Practice>) -> u8 {
        let surface = Surface { look: self.look(), size: self.size(), is_remembering: true };
        let Job { mut app, outside, mut keeper } = Job::begin(opened, reach, practice, self.environment, &surface);
        self.session.on_sudden_end(keeper.last_act());
        let ended = self.drive(&mut Watched { app: &mut app, unsaved: keeper.unsaved.clone() }, &outside);
        if matches!(ended, Ok(Ended::Signal(_)) | Err(_)) {
            // Before the terminal is given back, which can take forever on a stalled line.
            keeper.keep_draft();
        }
        drop(self);
        keeper.close(matches!(ended, Ok(Ended::Quit)));
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
}

/// How the wizard is shown, and whether it remembers.
pub(super) struct Surface {
    pub(super) look: Look,
    /// Columns and rows.
    pub(super) size: (u16, u16),
    /// Whether recent files and drafts are kept; never of practice.
    pub(super) is_remembering: bool,
}

/// The wizard on one file, with what belongs to it outside.
pub(super) struct Job {
    pub(super) app: App,
    pub(super) outside: Rc<Outside>,
    pub(super) keeper: Keeper,
}

impl Job {
    /// On a file that was read.
    pub(super) fn begin(
        opened: Opened,
        reach: Reach,
        practice: Option<Practice>,
        environment: &Environment,
        surface: &Surface,
    ) -> Self {
        let path = opened.snapshot.path.clone();
        let is_practice = practice.is_some();
        // Of practice nothing is remembered.
        let state = (surface.is_remembering && !is_practice).then(State::of_this_user);
        let recording = state.clone().and_then(|state| record(state, path.clone()));
        let draft = state.as_ref().and_then(|state| state.draft(&path, chance::now()));
        let values = opened.document.values();
        let outside = Rc::new(Outside::new(reach.roots, state.clone()));
        let app = App::new(Start {
            file: path.file_name().map_or_else(|| shown(&path), |name| shown(Path::new(name))),
            document: opened.document,
            stamp: opened.snapshot.stamp,
            options: Options {
                grant: None,
                allowed_hosts: reach.allowed_hosts,
                // A practice file is read by no application, so nothing hides its User.
                shell_user: environment.user.clone().filter(|_| !is_practice),
            },
            powerbi_api: reach.powerbi_api,
            leftovers: outside.files.leftovers(&path),
            exposure: if is_practice { Exposure::default() } else { file::exposure(&path) },
            draft: draft.and_then(|(draft, moment)| Some((without(&draft, &values)?, moment))),
            book: practice.map(|practice| practice.book).unwrap_or_default(),
            banner: is_practice.then_some(("PRACTICE", "local sandbox")),
            look: surface.look,
            size: surface.size,
            path: path.clone(),
        });
        Self { app, outside, keeper: Keeper::new(path, state, recording) }
    }
}

/// The wizard, and beside it a copy of what is unsaved.
struct Watched<'a> {
    app: &'a mut App,
    unsaved: Unsaved,
}

impl Machine for Watched<'_> {
    fn update(&mut self, now: Timestamp, msg: Msg) -> Vec<Effect> {
        let effects = self.app.update(now, msg);
        self.unsaved.set(self.app.draft());
        effects
    }

    fn view(&self, frame: &mut ratatui::Frame<'_>) {
        self.app.view(frame);
    }

    fn wake(&self) -> Option<Timestamp> {
        self.app.wake()
    }

    fn link(&self) -> Option<String> {
        self.app.link()
    }
}

/// How everything looks in that environment.
pub(super) fn look(environment: &Environment, wanted: LookArguments) -> Look {
    let utf8 = is_utf8(environment.lc_all.as_deref(), environment.lc_ctype.as_deref(), environment.lang.as_deref());
    let colours = match wanted.color {
        ColourWord::Auto => {
            !environment.no_color && has_colours(environment.term.as_deref(), environment.has_colorterm)
        }
        ColourWord::Always => true,
        ColourWord::Never => false,
    };
    Look::of_terminal(colours, utf8 && !wanted.ascii)
}

/// What stands between this program and the terminal.
const fn multiplexer(environment: &Environment) -> Multiplexer {
    match (environment.is_tmux, environment.is_screen) {
        (true, _) => Multiplexer::Tmux,
        (false, true) => Multiplexer::Screen,
        (false, false) => Multiplexer::None,
    }
}

/// Whether addresses are sent as links.
fn takes_links(environment: &Environment) -> bool {
    runtime::takes_links(runtime::Hints {
        term: environment.term.as_deref(),
        is_unwanted: environment.no_hyperlinks,
        is_tmux: environment.is_tmux,
        is_screen: environment.is_screen,
        program: environment.term_program.as_deref().zip(environment.term_program_version.as_deref()),
        vte: environment.vte_version.as_deref(),
    })
}

/// The outside of the wizard.
pub(super) struct Outside {
    network: Rc<Network>,
    files: LocalFiles,
    /// Where drafts are; none in practice.
    state: Option<State>,
}

impl Outside {
    fn new(roots: Option<ExtraRoots>, state: Option<State>) -> Self {
        let files = LocalFiles { spare: state.as_ref().and_then(State::backups) };
        Self { network: Rc::new(Network::new(TEST_LIMIT, roots)), files, state }
    }
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

    fn discover(&self, endpoint: Endpoint) -> impl Future<Output = Discovery> + 'static {
        let network = Rc::clone(&self.network);
        async move { verify::discover(&*network, &endpoint).await }
    }

    fn save(&self, order: &SaveOrder) -> Result<Saved, SaveError> {
        let saved = self.files.save(order)?;
        if let Some(state) = &self.state {
            state.forget_draft(&order.path);
        }
        Ok(saved)
    }

    fn read(&self, path: &Path) -> Result<Snapshot, ReadError> {
        file::read(path)
    }

    fn remove(&self, leftovers: &[Leftover]) -> Result<(), String> {
        file::remove_leftovers(leftovers)
    }

    fn keep(&self, text: &Secret) -> Result<PathBuf, String> {
        file::keep(text)
    }
}
