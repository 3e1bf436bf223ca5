//! The wizard line by line: lines, hidden input and effects around the conversation.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::practice::{self, Scratch};
use super::wizard::{self, Job, Opened, Outside, Practice, Reach, Surface, Unreadable, Unsaved, opening};
use super::{extra_roots, say};
use crate::app::effect::{Effect, Msg, RunId, World};
use crate::app::opening::{Choice, Offer, Opening};
use crate::cli::arguments::NetworkArguments;
use crate::cli::exit;
use crate::domain::secret::Secret;
use crate::io::chance;
use crate::io::environment::Environment;
use crate::io::state::State;
use crate::plain::opening::{Answer, Asking};
use crate::plain::{Answers, Conversation, PROMPT, Prompt, Turn};
use crate::runtime::Signal;
use crate::runtime::lines::{Call, Heard, Line, Lines};
use crate::verify::{Event, Order};

/// The size that nothing is drawn at.
const SIZE: (u16, u16) = (80, 24);

/// Whether lines are wanted: by the argument, or because the terminal cannot move its cursor.
pub(super) fn is_wanted(is_plain: bool, environment: &Environment) -> bool {
    is_plain || environment.term.as_deref() == Some("dumb")
}

/// Talks about a settings file, or asks for another one, and returns the exit code.
pub(super) fn run(runtime: &Runtime, path: &Path, network: &NetworkArguments, environment: &Environment) -> u8 {
    let roots = match extra_roots(&network.sign_in) {
        Ok(roots) => roots,
        Err(message) => {
            say(&format!("token-wizard: {message}"));
            return exit::USAGE;
        }
    };
    let reach =
        Reach { allowed_hosts: network.sign_in.allow_host.clone(), roots, powerbi_api: network.powerbi_api.clone() };
    let path = wizard::settings_file(path);
    match (wizard::read(&path), Talk::begin(runtime, environment)) {
        (Err(Unreadable { is_missing: false, diagnosis }), _) => {
            wizard::tell(&diagnosis);
            exit::FILE
        }
        (_, Err(code)) => code,
        (Ok(opened), Ok(talk)) => talk.work(opened, reach, None),
        (Err(_), Ok(talk)) => talk.ask(&path, &reach),
    }
}

/// Talks about the scratch copy of the example while the practice tenant serves, and returns the exit code.
pub(super) fn practise(runtime: &Runtime, scratch: Scratch, environment: &Environment) -> u8 {
    match Talk::begin(runtime, environment) {
        Ok(talk) => talk.practise(scratch),
        Err(code) => code,
    }
}

/// Why a conversation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// The person left.
    Quit,
    /// There are no more lines.
    InputEnded,
    /// A signal came, or nobody is there any more.
    Signal(Signal),
}

/// Standard input and output while they are talked over.
struct Talk<'a> {
    runtime: &'a Runtime,
    environment: &'a Environment,
    lines: Lines,
}

impl<'a> Talk<'a> {
    fn begin(runtime: &'a Runtime, environment: &'a Environment) -> Result<Self, u8> {
        match Lines::open() {
            Ok(lines) => Ok(Self { runtime, environment, lines }),
            Err(error) => {
                say(&format!("token-wizard: {error}"));
                Err(exit::INTERNAL)
            }
        }
    }

    fn practise(self, scratch: Scratch) -> u8 {
        scratch.serve_while(|opened, practice| self.work(opened, Reach::default(), Some(practice)))
    }

    fn work(mut self, opened: Opened, reach: Reach, practice: Option<Practice>) -> u8 {
        let is_typed = self.lines.is_terminal();
        // The same lines from a pipe shall mean the same every time, so a pipe leaves nothing and finds nothing.
        let surface = Surface {
            look: wizard::look(self.environment, crate::cli::arguments::LookArguments::default()),
            size: SIZE,
            is_remembering: is_typed,
        };
        let Job { app, outside, mut keeper } = Job::begin(opened, reach, practice, self.environment, &surface);
        self.lines.on_sudden_end(keeper.last_act());
        let mut dialogue = Dialogue {
            conversation: Conversation::new(app, if is_typed { Answers::Typed } else { Answers::Piped }),
            world: outside,
            unsaved: keeper.unsaved.clone(),
            lines: &mut self.lines,
            walk: None,
        };
        // Whoever cannot be written to is gone.
        let over = self.runtime.block_on(dialogue.run()).unwrap_or(Over::Signal(Signal::HangUp));
        let conversation = dialogue.conversation;
        if over != Over::Quit {
            keeper.keep_draft();
        }
        keeper.close(over == Over::Quit);
        let code = match over {
            // What was typed is lost: whoever wrote these lines forgot something.
            Over::InputEnded if conversation.would_lose() => exit::USAGE,
            Over::Quit | Over::InputEnded => exit::OK,
            Over::Signal(signal) => return signal.exit_code(),
        };
        let _unread = say_lines(&self.lines, &conversation.farewell());
        code
    }

    /// Asks which file instead of the missing one, goes on with what was chosen, and returns the exit code.
    fn ask(mut self, missing: &Path, reach: &Reach) -> u8 {
        let look = wizard::look(self.environment, crate::cli::arguments::LookArguments::default());
        let opening = Opening::new(Offer {
            file: opening::absolute(missing),
            recent: State::of_this_user().recent(),
            look,
            size: SIZE,
        });
        let mut asking = Asking::new(opening, look.glyphs);
        loop {
            let heard = self.runtime.block_on(hear(&mut self.lines, &asking.prompt()));
            let line = match heard.unwrap_or(Err(Over::Signal(Signal::HangUp))) {
                Ok(line) => line,
                Err(Over::Quit) => return exit::OK,
                Err(Over::Signal(signal)) => return signal.exit_code(),
                Err(Over::InputEnded) => {
                    drop(self);
                    // That the file is missing was said with the question.
                    say("Name the settings file, or answer with a line: the input ended before there was one.");
                    return exit::FILE;
                }
            };
            let chosen = match asking.answer(chance::now(), &line) {
                Answer::Again => continue,
                Answer::Left => return exit::OK,
                Answer::Chosen(choice) => choice,
            };
            let opened = match &chosen {
                Choice::Create(path) => opening::create(path),
                Choice::Open(path) => opening::open(&opening::typed(path, self.environment.home.as_deref())),
                Choice::Practise => match practice::prepare(self.runtime, practice::PORT) {
                    Ok(scratch) => return self.practise(scratch),
                    Err(why) => Err(why),
                },
            };
            match opened {
                Ok(opened) => return self.work(opened, reach.clone(), None),
                Err(why) => asking.refused(why),
            }
        }
    }
}

/// Writes lines.
fn say_lines(lines: &Lines, said: &[String]) -> io::Result<()> {
    let text: String = said.iter().flat_map(|line| [line, "\n"]).collect();
    lines.write(&text)
}

/// Asks until there is a line, or a reason to stop.
async fn hear(lines: &mut Lines, prompt: &Prompt) -> io::Result<Result<Secret, Over>> {
    say_lines(lines, &prompt.lines)?;
    if let (true, Err(error)) = (prompt.is_secret, lines.hide(prompt.is_secret)) {
        say_lines(lines, &[format!("This terminal will show what you type: {error}")])?;
    }
    lines.write(PROMPT)?;
    let heard = loop {
        match lines.next().await {
            Heard::Call(Call::Resumed) => lines.write(PROMPT)?,
            Heard::Call(Call::Stop(signal)) => break Err(Over::Signal(signal)),
            Heard::Line(Line::End) => break Err(Over::InputEnded),
            Heard::Line(Line::Text(line)) => break Ok(line),
            Heard::Line(Line::Unusable) => {
                say_lines(
                    lines,
                    &["", "That is no UTF-8 text, or too long, and was dropped. Once more:"].map(str::to_owned),
                )?;
                lines.write(PROMPT)?;
            }
        }
    };
    // Modes that cannot be set belong to a terminal that is gone.
    let _gone = lines.hide(false);
    // A terminal has shown the end of a line by itself.
    if heard.is_err() || !lines.is_terminal() {
        let _gone = lines.write("\n");
    }
    Ok(heard)
}

/// The conversation with what it needs outside.
struct Dialogue<'a> {
    conversation: Conversation,
    world: Rc<Outside>,
    unsaved: Unsaved,
    lines: &'a mut Lines,
    walk: Option<Walk>,
}

impl Dialogue<'_> {
    async fn run(&mut self) -> io::Result<Over> {
        let mut turn = self.conversation.begin(self.world.now());
        loop {
            if let Some(over) = self.perform(turn)? {
                return Ok(over);
            }
            let led = if self.walk.is_some() { self.walk_on().await? } else { self.ask().await? };
            match led {
                Ok(next) => turn = next,
                Err(over) => return Ok(over),
            }
        }
    }

    async fn ask(&mut self) -> io::Result<Result<Turn, Over>> {
        // There is always a prompt while no test goes on.
        let Some(prompt) = self.conversation.prompt() else { return Ok(Err(Over::Quit)) };
        let heard = hear(self.lines, &prompt).await?;
        Ok(heard.map(|line| self.conversation.answer(self.world.now(), &line)))
    }

    /// Waits for the next thing that happens on the ladder, or for somebody who has enough of it.
    async fn walk_on(&mut self) -> io::Result<Result<Turn, Over>> {
        let now = self.world.now();
        let Some(walk) = &mut self.walk else { return Ok(Ok(Turn::default())) };
        tokio::select! {
            biased;
            call = self.lines.call() => match call {
                Call::Resumed => Ok(Ok(Turn::default())),
                Call::Stop(Signal::Interrupt) if self.lines.is_terminal() => {
                    // Behind the ^C that the terminal shows.
                    self.lines.write("\n")?;
                    Ok(Ok(self.conversation.cancel(now)))
                }
                Call::Stop(signal) => Ok(Err(Over::Signal(signal))),
            },
            happened = walk.next() => {
                let msg = happened.map_or(Msg::LadderEnded(walk.run), |event| Msg::Ladder(walk.run, event));
                if matches!(msg, Msg::LadderEnded(_)) {
                    self.walk = None;
                }
                Ok(Ok(self.conversation.tell(self.world.now(), msg)))
            }
        }
    }

    /// Says and does what a turn led to, and what that leads to.
    fn perform(&mut self, turn: Turn) -> io::Result<Option<Over>> {
        let mut turns = VecDeque::from([turn]);
        while let Some(turn) = turns.pop_front() {
            self.unsaved.set(self.conversation.draft());
            say_lines(self.lines, &turn.lines)?;
            for effect in turn.effects {
                let msg = match effect {
                    Effect::Verify { run, order } => {
                        self.walk = Some(Walk::begin(&self.world, run, *order));
                        continue;
                    }
                    Effect::Cancel(run) => {
                        self.walk.take_if(|walk| walk.run == run);
                        continue;
                    }
                    Effect::Save(order) => Msg::Saved(self.world.save(&order)),
                    Effect::Read(path) => Msg::Read(self.world.read(&path)),
                    Effect::Remove(leftovers) => Msg::Removed(self.world.remove(&leftovers)),
                    Effect::Keep(text) => Msg::Kept(self.world.keep(&text)),
                    // The conversation asks for none of these.
                    Effect::Copy(_) | Effect::Ring | Effect::Suspend | Effect::Discover { .. } | Effect::Forget(_) => {
                        continue;
                    }
                    Effect::Quit => return Ok(Some(Over::Quit)),
                };
                turns.push_back(self.conversation.tell(self.world.now(), msg));
            }
        }
        Ok(None)
    }
}

/// A walk up the ladder; dropping it cancels it.
struct Walk {
    run: RunId,
    /// `None` when it is over.
    walking: Option<Pin<Box<dyn Future<Output = ()>>>>,
    events: UnboundedReceiver<Event>,
}

impl Walk {
    fn begin(world: &Outside, run: RunId, order: Order) -> Self {
        let (sender, events) = unbounded_channel();
        // A send fails only when the walk was dropped.
        let walking = world.verify(order, move |event| drop(sender.send(event)));
        Self { run, walking: Some(Box::pin(walking)), events }
    }

    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        while let Some(walking) = &mut self.walking {
            tokio::select! {
                biased;
                Some(event) = self.events.recv() => return Some(event),
                () = walking => self.walking = None,
            }
        }
        self.events.try_recv().ok()
    }
}
