//! The loop and the terminal: what happens goes into the machine, what it wants is done, what it shows is drawn.
//!
//! The loop knows neither steps nor settings; it drives any [`Machine`]. It draws only after something happened, and
//! between events it sleeps: nothing here ticks. What stock terminal input gets wrong over SSH (a dropped line that
//! spins, a split escape sequence, a stalled client that swallows SIGTERM) is cured by the reader thread in `input`
//! and the guard thread in `guard`.

mod clipboard;
#[cfg(unix)]
mod guard;
#[cfg(unix)]
pub mod input;
#[cfg(unix)]
pub mod lines;
mod links;
#[cfg(unix)]
mod screen;
#[cfg(unix)]
mod session;
#[cfg(unix)]
pub mod unseen;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::rc::Rc;

use crossterm::event::KeyEvent;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::{Position, Rect, Size};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinSet};

#[cfg(unix)]
pub use guard::ignored_signals;
#[cfg(unix)]
pub use screen::Screen;
#[cfg(unix)]
pub use session::{OpenError, Session, forbid_core_dumps, open};

use crate::app::effect::{Effect, Msg, ProbeId, RunId, World};
use crate::domain::discovery::Discovery;
use crate::domain::endpoint::Endpoint;
use crate::domain::secret::Secret;
use crate::verify::Event;

pub use crate::app::effect::Machine;
pub use clipboard::Multiplexer;
pub use links::{Hints, takes_links};

/// The terminal beside the drawing: giving it back for a while.
pub trait Console {
    /// Gives the terminal back, stops the process, takes the terminal again; returns its size then.
    fn suspend(&mut self) -> Size;

    /// Takes the terminal again after somebody else stopped and continued the process; returns its size.
    fn resume(&mut self) -> Size;

    /// Rings the terminal's bell.
    fn ring(&mut self);

    /// Asks the terminal to put a text on its clipboard.
    fn copy(&mut self, text: &Secret);

    /// Sets where the marked cells of the next picture lead to.
    fn link(&mut self, _address: Option<String>) {}
}

/// A signal that ends the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP, or a terminal that is gone.
    HangUp,
    /// SIGINT from outside; Ctrl-C is a key here.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// The exit code of a program that ended for this signal: 128 and its number.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// Something that the terminal or the system said.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed or repeats.
    Key(KeyEvent),
    /// Text was pasted; may be a secret.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// The process was stopped and goes on.
    Resumed,
    /// A signal asks the program to end.
    Stop(Signal),
    /// The terminal is gone.
    Gone,
}

impl fmt::Debug for Input {
    /// Shows of a paste only its length, because it may be a secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => formatter.debug_tuple("Key").field(key).finish(),
            Self::Paste(text) => write!(formatter, "Paste({} bytes)", text.len()),
            Self::Resized(columns, rows) => write!(formatter, "Resized({columns}, {rows})"),
            Self::Resumed => formatter.write_str("Resumed"),
            Self::Stop(signal) => write!(formatter, "Stop({signal:?})"),
            Self::Gone => formatter.write_str("Gone"),
        }
    }
}

/// Why the loop came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The machine asked for it.
    Quit,
    /// A signal came, or the terminal went away ([`Signal::HangUp`]).
    Signal(Signal),
}

/// Drives the machine until it quits, a signal comes or the terminal is gone.
///
/// Must run inside a [`tokio::task::LocalSet`], because a test run is a local task. Each [`RunId`] and [`ProbeId`] may
/// be used once. All that is queued is taken in before one draw, so a burst of keys costs one frame.
///
/// # Errors
/// The backend's, when it cannot draw.
///
/// # Panics
/// When a test run panicked: its panic goes on here, so that the terminal is restored on the way out.
pub async fn run<B, W, M>(
    machine: &mut M,
    terminal: &mut Terminal<B>,
    input: &mut UnboundedReceiver<Input>,
    world: Rc<W>,
    console: &mut dyn Console,
) -> Result<Ended, B::Error>
where
    B: Backend,
    W: World,
    M: Machine + ?Sized,
{
    let mut runs = Runs::new(world);
    let mut link = machine.link();
    console.link(link.clone());
    terminal.draw(|frame| machine.view(frame))?;
    loop {
        let mut queue = VecDeque::from([next(machine, &mut runs, input).await]);
        while let Ok(progress) = runs.progress.try_recv() {
            queue.push_back(Happening::Progress(progress));
        }
        while let Ok(said) = input.try_recv() {
            queue.push_back(Happening::Said(said));
        }
        let mut turn = Turn { machine, runs: &mut runs, console, size: None, told: false, ended: None };
        while let Some(happening) = queue.pop_front() {
            turn.take(happening);
            if let Some(ended) = turn.ended {
                return Ok(ended);
            }
        }
        let Turn { size, told, .. } = turn;
        let former = std::mem::replace(&mut link, machine.link());
        console.link(link.clone());
        // Cells that look the same are not sent again, and would go on leading to the former address.
        let is_led_elsewhere = former.is_some() && link.is_some() && former != link;
        let size = size.or_else(|| is_led_elsewhere.then(|| terminal.get_frame().area().as_size()));
        if let Some(size) = size {
            // Whatever is there, for a terminal may have wrapped its rows anew, or somebody else wrote on it.
            terminal.backend_mut().clear()?;
            // Repaints without asking the terminal for its cursor, as `Terminal::clear` would.
            terminal.resize(Rect::from((Position::ORIGIN, size)))?;
            terminal.draw(|frame| machine.view(frame))?;
        } else if told {
            terminal.draw(|frame| machine.view(frame))?;
        }
    }
}

/// One thing that the loop woke up for.
enum Happening {
    Progress(Progress),
    Said(Input),
    Woke,
}

/// News of a test run or of a question.
enum Progress {
    Event(RunId, Event),
    Over(RunId),
    Found(ProbeId, Discovery),
}

/// Something that goes on beside the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Task {
    Run(RunId),
    Probe(ProbeId),
}

/// Waits for the next thing: news of a run first, then input, then the wake-up.
async fn next<M: Machine + ?Sized, W: World>(
    machine: &M,
    runs: &mut Runs<W>,
    input: &mut UnboundedReceiver<Input>,
) -> Happening {
    let world = Rc::clone(&runs.world);
    let alarm = async {
        match machine.wake() {
            Some(moment) => world.sleep_until(moment).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(alarm);
    loop {
        tokio::select! {
            biased;
            // The sender is kept in `runs`, so the channel never closes.
            Some(progress) = runs.progress.recv() => return Happening::Progress(progress),
            Some(joined) = runs.tasks.join_next() => {
                if let Err(error) = joined
                    && let Ok(panic) = error.try_into_panic()
                {
                    std::panic::resume_unwind(panic);
                }
            }
            said = input.recv() => return Happening::Said(said.unwrap_or(Input::Gone)),
            () = &mut alarm => return Happening::Woke,
        }
    }
}

/// The test runs and questions that have begun and are not over.
struct Runs<W> {
    world: Rc<W>,
    tasks: JoinSet<()>,
    running: HashMap<Task, AbortHandle>,
    news: UnboundedSender<Progress>,
    progress: UnboundedReceiver<Progress>,
}

impl<W: World> Runs<W> {
    fn new(world: Rc<W>) -> Self {
        let (news, progress) = unbounded_channel();
        Self { world, tasks: JoinSet::new(), running: HashMap::new(), news, progress }
    }

    fn start(&mut self, run: RunId, order: crate::verify::Order) {
        let world = Rc::clone(&self.world);
        let news = self.news.clone();
        // A send fails only when the loop is over, and then nobody wants the news.
        self.spawn(Task::Run(run), async move {
            let events = news.clone();
            world.verify(order, move |event| drop(events.send(Progress::Event(run, event)))).await;
            drop(news.send(Progress::Over(run)));
        });
    }

    fn ask(&mut self, probe: ProbeId, endpoint: Endpoint) {
        let world = Rc::clone(&self.world);
        let news = self.news.clone();
        self.spawn(Task::Probe(probe), async move {
            drop(news.send(Progress::Found(probe, world.discover(endpoint).await)));
        });
    }

    fn spawn(&mut self, task: Task, work: impl Future<Output = ()> + 'static) {
        self.cancel(task);
        self.running.insert(task, self.tasks.spawn_local(work));
    }

    fn cancel(&mut self, task: Task) {
        if let Some(handle) = self.running.remove(&task) {
            handle.abort();
        }
    }

    /// The message that the news are, or nothing when that task was cancelled.
    fn message(&mut self, progress: Progress) -> Option<Msg> {
        match progress {
            Progress::Event(run, event) => {
                self.running.contains_key(&Task::Run(run)).then_some(Msg::Ladder(run, event))
            }
            Progress::Over(run) => self.running.remove(&Task::Run(run)).map(|_| Msg::LadderEnded(run)),
            Progress::Found(probe, found) => {
                self.running.remove(&Task::Probe(probe)).map(|_| Msg::Discovered(probe, found))
            }
        }
    }
}

/// What happens between two draws.
struct Turn<'a, M: ?Sized, W> {
    machine: &'a mut M,
    runs: &'a mut Runs<W>,
    console: &'a mut dyn Console,
    /// Set when the whole screen has to be painted anew, with this size.
    size: Option<Size>,
    /// Whether the machine was told anything; if not, its picture is the old one.
    told: bool,
    ended: Option<Ended>,
}

impl<M: Machine + ?Sized, W: World> Turn<'_, M, W> {
    fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Woke => self.tell(Msg::Woke),
            Happening::Progress(progress) => {
                if let Some(msg) = self.runs.message(progress) {
                    self.tell(msg);
                }
            }
            Happening::Said(Input::Key(key)) => self.tell(Msg::Key(key)),
            Happening::Said(Input::Paste(text)) => self.tell(Msg::Paste(Secret::new(text))),
            Happening::Said(Input::Resized(columns, rows)) => self.repaint(Size::new(columns, rows)),
            Happening::Said(Input::Resumed) => {
                let size = self.console.resume();
                self.repaint(size);
            }
            Happening::Said(Input::Stop(signal)) => self.ended = Some(Ended::Signal(signal)),
            Happening::Said(Input::Gone) => self.ended = Some(Ended::Signal(Signal::HangUp)),
        }
    }

    /// Tells the machine and does what it wants, until it wants nothing more.
    fn tell(&mut self, msg: Msg) {
        self.told = true;
        let mut messages = VecDeque::from([msg]);
        while let Some(msg) = messages.pop_front() {
            for effect in self.machine.update(self.runs.world.now(), msg) {
                match effect {
                    Effect::Verify { run, order } => self.runs.start(run, *order),
                    Effect::Cancel(run) => self.runs.cancel(Task::Run(run)),
                    Effect::Discover { probe, endpoint } => self.runs.ask(probe, *endpoint),
                    Effect::Forget(probe) => self.runs.cancel(Task::Probe(probe)),
                    Effect::Save(order) => messages.push_back(Msg::Saved(self.runs.world.save(&order))),
                    Effect::Read(path) => messages.push_back(Msg::Read(self.runs.world.read(&path))),
                    Effect::Remove(leftovers) => {
                        messages.push_back(Msg::Removed(self.runs.world.remove(&leftovers)));
                    }
                    Effect::Ring => self.console.ring(),
                    Effect::Copy(text) => self.console.copy(&text),
                    Effect::Keep(text) => messages.push_back(Msg::Kept(self.runs.world.keep(&text))),
                    Effect::Suspend => {
                        let size = self.console.suspend();
                        self.size = Some(size);
                        messages.push_back(Msg::Resized(size.width, size.height));
                    }
                    Effect::Quit => {
                        self.ended = Some(Ended::Quit);
                        return;
                    }
                }
            }
        }
    }

    fn repaint(&mut self, size: Size) {
        self.size = Some(size);
        self.tell(Msg::Resized(size.width, size.height));
    }
}

#[cfg(test)]
mod tests;
