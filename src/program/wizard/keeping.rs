//! What is remembered of the work: the recent files, and what must not be lost when the program ends suddenly.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::domain::setting::{SettingName, Values};
use crate::io::chance;
use crate::io::state::State;

/// What is remembered of the work.
pub(in crate::program) struct Keeper {
    pub(in crate::program) unsaved: Unsaved,
    path: PathBuf,
    state: Option<State>,
    recording: Option<std::thread::JoinHandle<()>>,
}

impl Keeper {
    /// Of the work on this file; nothing is remembered without a state.
    pub(super) fn new(path: PathBuf, state: Option<State>, recording: Option<std::thread::JoinHandle<()>>) -> Self {
        Self { unsaved: Unsaved::default(), path, state, recording }
    }

    /// What must not be lost when the program ends suddenly.
    pub(in crate::program) fn last_act(&self) -> impl FnOnce() + Send + 'static {
        let (unsaved, path, state) = (self.unsaved.clone(), self.path.clone(), self.state.clone());
        move || {
            if let Some(state) = state {
                unsaved.keep(&state, &path);
            }
        }
    }

    /// Keeps what is unsaved as the draft.
    pub(in crate::program) fn keep_draft(&self) {
        if let Some(state) = &self.state {
            self.unsaved.keep(state, &self.path);
        }
    }

    /// The work is over; a draft is forgotten when the person left on purpose.
    pub(in crate::program) fn close(&mut self, is_left: bool) {
        self.unsaved.clear();
        if let (Some(state), true) = (&self.state, is_left) {
            state.forget_draft(&self.path);
        }
        // That the file was recorded is worth the few milliseconds; that the thread failed is worth nothing.
        drop(self.recording.take().map(std::thread::JoinHandle::join));
    }
}

/// Puts the file on top of the recent ones, beside the first paint and not before it.
pub(super) fn record(state: State, path: PathBuf) -> Option<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().name("recent".to_owned()).spawn(move || state.remember_opened(&path)).ok()
}

/// A draft without what the file says by now; none when that is all of it.
pub(super) fn without(draft: &Values, saved: &Values) -> Option<Values> {
    let other = SettingName::ALL.into_iter().filter(|name| draft.get(*name) != saved.get(*name));
    let rest = other.fold(Values::default(), |values, name| values.with(name, draft.get(name)));
    (rest != Values::default()).then_some(rest)
}

/// What a sudden end must not lose. Shared with the threads that can end the program.
#[derive(Clone, Default)]
pub(in crate::program) struct Unsaved(Arc<Mutex<Option<Values>>>);

impl Unsaved {
    /// Remembers what would be lost now.
    pub(in crate::program) fn set(&self, values: Option<Values>) {
        if let Ok(mut kept) = self.0.lock() {
            *kept = values;
        }
    }

    fn clear(&self) {
        self.set(None);
    }

    /// Writes it as the draft for that file. Nothing to keep leaves an older draft, which nobody has answered yet.
    fn keep(&self, state: &State, path: &Path) {
        // Not waited for: in a panic the lock may be this thread's own.
        let values = self.0.try_lock().ok().and_then(|kept| kept.clone());
        if let Some(values) = values {
            state.keep_draft(path, &values, chance::now());
        }
    }
}
