//! All that the program may do to the world, as data, and what comes back.

use std::future::Future;
use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;
use ratatui::Frame;

use crate::domain::discovery::Discovery;
use crate::domain::endpoint::Endpoint;
use crate::domain::secret::Secret;
use crate::domain::storage::{Leftover, ReadError, SaveError, SaveOrder, Saved, Snapshot};
use crate::domain::time::Timestamp;
use crate::verify::{Event, Order};

pub use crate::ui::theme::{LINKED, NAMED};
pub use crate::verify::{ProbeId, RunId};

/// Something that the program wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Walk the ladder; its events come back as [`Msg::Ladder`], its end as [`Msg::LadderEnded`].
    Verify {
        /// Names the run.
        run: RunId,
        /// What to test.
        order: Box<Order>,
    },
    /// Drop that run; nothing more of it comes back.
    Cancel(RunId),
    /// Ask about the tenant without credentials; the answer comes back as [`Msg::Discovered`].
    Discover {
        /// Names the question.
        probe: ProbeId,
        /// Where, and about which tenant.
        endpoint: Box<Endpoint>,
    },
    /// Drop that question; no answer to it comes back.
    Forget(ProbeId),
    /// Save the file; comes back as [`Msg::Saved`].
    Save(Box<SaveOrder>),
    /// Read the file again; comes back as [`Msg::Read`].
    Read(PathBuf),
    /// Delete what killed saves left; comes back as [`Msg::Removed`].
    Remove(Vec<Leftover>),
    /// Ring the terminal's bell.
    Ring,
    /// Ask the terminal to put a text on its clipboard; it does not answer.
    Copy(Secret),
    /// Write a text into a file that only the user can read; comes back as [`Msg::Kept`].
    Keep(Secret),
    /// Give the terminal back and stop, as Ctrl-Z does elsewhere.
    Suspend,
    /// Leave.
    Quit,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted; it may be a secret.
    Paste(Secret),
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// The moment asked for by `wake` has come.
    Woke,
    /// Something happened on the ladder.
    Ladder(RunId, Event),
    /// That run is over.
    LadderEnded(RunId),
    /// What is known of the tenant that was asked about.
    Discovered(ProbeId, Discovery),
    /// The file was saved, or not.
    Saved(Result<Saved, SaveError>),
    /// The file was read again, or not.
    Read(Result<Snapshot, ReadError>),
    /// The leftovers were deleted, or not: the system's words.
    Removed(Result<(), String>),
    /// The text was written to that file, or not: the system's words.
    Kept(Result<PathBuf, String>),
}

/// The outside, as the loop needs it.
pub trait World: 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Resolves at that moment.
    fn sleep_until(&self, moment: Timestamp) -> impl Future<Output = ()>;

    /// Walks the ladder and tells of it; dropping the future cancels it.
    fn verify(&self, order: Order, emit: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static;

    /// Asks about the tenant without credentials; dropping the future cancels it.
    fn discover(&self, endpoint: Endpoint) -> impl Future<Output = Discovery> + 'static;

    /// Saves the file.
    ///
    /// # Errors
    /// See [`SaveError`]; the old contents are then still there.
    fn save(&self, order: &SaveOrder) -> Result<Saved, SaveError>;

    /// Reads the file.
    ///
    /// # Errors
    /// See [`ReadError`].
    fn read(&self, path: &Path) -> Result<Snapshot, ReadError>;

    /// Deletes what killed saves left.
    ///
    /// # Errors
    /// The system's words; what could be deleted is gone.
    fn remove(&self, leftovers: &[Leftover]) -> Result<(), String>;

    /// Writes a text into a new file that only the user can read; returns where it is.
    ///
    /// # Errors
    /// The system's words.
    fn keep(&self, text: &Secret) -> Result<PathBuf, String>;
}

/// What the loop drives.
pub trait Machine {
    /// Takes in what happened and returns what is to be done about it.
    fn update(&mut self, now: Timestamp, msg: Msg) -> Vec<Effect>;

    /// Draws the state; must be total for every size.
    fn view(&self, frame: &mut Frame<'_>);

    /// The moment at which [`Msg::Woke`] is wanted; `None` sleeps until something happens.
    ///
    /// Asked anew after every turn. A moment that is not later than now wakes at once, every time.
    fn wake(&self) -> Option<Timestamp>;

    /// The address that the cells with the mark [`LINKED`] in the present picture lead to.
    fn link(&self) -> Option<String> {
        None
    }
}
