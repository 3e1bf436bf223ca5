use std::cell::RefCell;
use std::future::Future;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::backend::TestBackend;
use tokio::task::LocalSet;

use super::*;
use crate::domain::discovery::NotChecked;
use crate::domain::endpoint;
use crate::domain::registration::Options;
use crate::domain::secret::Secret;
use crate::domain::setting::Values;
use crate::domain::storage::{Leftover, Manner, ReadError, SaveError, SaveOrder, Saved, Snapshot, Stamp};
use crate::domain::time::Timestamp;
use crate::verify::{OnRealm, Order, PowerBiOrder, Stage};

const SIZE: (u16, u16) = (20, 2);

/// A world whose clock is tokio's; a ladder tells of a stage every ten seconds, three times.
struct Fake {
    begin: tokio::time::Instant,
    input: UnboundedSender<Input>,
    panics: bool,
}

impl World for Fake {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0).plus(self.begin.elapsed())
    }

    async fn sleep_until(&self, moment: Timestamp) {
        tokio::time::sleep_until(self.begin + moment.since(Timestamp::from_millis(0))).await;
    }

    fn verify(&self, order: Order, mut emit: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static {
        let panics = self.panics;
        async move {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(10)).await;
                assert!(!panics, "the ladder fell");
                emit(Event::Started(order.until));
            }
        }
    }

    /// Answers after two seconds, with where it was asked.
    fn discover(&self, endpoint: Endpoint) -> impl Future<Output = Discovery> + 'static {
        let pause = tokio::time::sleep(Duration::from_secs(2));
        async move {
            pause.await;
            Discovery::NotChecked(NotChecked::NoAnswer(endpoint.authority()))
        }
    }

    fn save(&self, _: &SaveOrder) -> Result<Saved, SaveError> {
        Ok(Saved { stamp: STAMP })
    }

    fn read(&self, _: &std::path::Path) -> Result<Snapshot, ReadError> {
        Err(ReadError::Missing)
    }

    fn remove(&self, _: &[Leftover]) -> Result<(), String> {
        Ok(())
    }

    fn keep(&self, _: &Secret) -> Result<std::path::PathBuf, String> {
        Err("there is no file here".to_owned())
    }
}

const STAMP: Stamp = Stamp { identity: (1, 2), length: 3, modified: 4, contents: 5 };

/// Records what it is told and answers from a script of keys.
#[derive(Default)]
struct Recorder {
    told: Vec<(i64, Msg)>,
    alarms: VecDeque<i64>,
    frames: RefCell<Vec<usize>>,
}

impl Machine for Recorder {
    fn update(&mut self, now: Timestamp, msg: Msg) -> Vec<Effect> {
        let effects = match &msg {
            Msg::Key(key) => match key.code {
                KeyCode::Char('v') => vec![Effect::Verify { run: RunId(1), order: Box::new(order()) }],
                KeyCode::Char(number @ '1'..='9') => {
                    vec![Effect::Discover { probe: probe(number), endpoint: Box::new(place(number)) }]
                }
                KeyCode::Char('f') => vec![Effect::Forget(probe('1'))],
                KeyCode::Char('c') => vec![Effect::Cancel(RunId(1))],
                KeyCode::Char('s') => vec![Effect::Save(Box::new(save_order()))],
                KeyCode::Char('z') => vec![Effect::Suspend],
                KeyCode::Char('q') => vec![Effect::Quit],
                _ => Vec::new(),
            },
            Msg::Woke => {
                self.alarms.pop_front();
                Vec::new()
            }
            Msg::LadderEnded(_) => vec![Effect::Quit],
            _ => Vec::new(),
        };
        self.told.push((now.seconds(), msg));
        effects
    }

    fn view(&self, frame: &mut Frame<'_>) {
        self.frames.borrow_mut().push(self.told.len());
        frame.render_widget(format!("{} told", self.told.len()), frame.area());
    }

    fn wake(&self) -> Option<Timestamp> {
        self.alarms.front().map(|&seconds| Timestamp::from_seconds(seconds))
    }
}

#[derive(Default)]
struct Job(Vec<&'static str>);

impl Console for Job {
    fn suspend(&mut self) -> Size {
        self.0.push("suspend");
        Size::from(SIZE)
    }

    fn resume(&mut self) -> Size {
        self.0.push("resume");
        Size::new(30, 3)
    }

    fn ring(&mut self) {
        self.0.push("ring");
    }

    fn copy(&mut self, _: &Secret) {
        self.0.push("copy");
    }
}

fn order() -> Order {
    Order {
        values: Values::default(),
        options: Options::default(),
        until: Stage::Token,
        timeout: Duration::from_secs(30),
        powerbi: PowerBiOrder::default(),
        on_realm: OnRealm::Warn,
    }
}

fn save_order() -> SaveOrder {
    SaveOrder {
        path: "appsettings.json".into(),
        contents: Secret::new(String::new()),
        expected: STAMP,
        manner: Manner::Replace,
    }
}

fn probe(number: char) -> ProbeId {
    ProbeId(u64::from(number))
}

fn place(number: char) -> Endpoint {
    let url = format!("http://127.0.0.1:{number}000/contoso.com/oauth2/token");
    endpoint::parse(&url, "", &[]).unwrap()
}

/// The answer to the question of that number.
fn found(number: char) -> Msg {
    Msg::Discovered(probe(number), Discovery::NotChecked(NotChecked::NoAnswer(place(number).authority())))
}

fn key(letter: char) -> Input {
    Input::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE))
}

fn ladder(seconds: i64) -> (i64, Msg) {
    (seconds, Msg::Ladder(RunId(1), Event::Started(Stage::Token)))
}

/// A run of the loop: the script says after how many seconds which input comes.
struct Story {
    machine: Recorder,
    ended: Ended,
    job: Job,
    picture: String,
    size: Size,
}

async fn story(machine: Recorder, script: Vec<(u64, Input)>) -> Story {
    told_story(machine, script, false).await
}

async fn told_story(mut machine: Recorder, script: Vec<(u64, Input)>, panics: bool) -> Story {
    let (sender, mut input) = unbounded_channel();
    let begin = tokio::time::Instant::now();
    let world = Rc::new(Fake { begin, input: sender, panics });
    // Larger than every size in these stories; the terminal's own size is that of its viewport.
    let backend = TestBackend::new(100, 20);
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let options = ratatui::TerminalOptions { viewport: ratatui::Viewport::Fixed(area) };
    let mut terminal = Terminal::with_options(backend, options).unwrap();
    let mut job = Job::default();
    let local = LocalSet::new();
    let typist = Rc::clone(&world);
    local.spawn_local(async move {
        for (seconds, said) in script {
            tokio::time::sleep_until(begin + Duration::from_secs(seconds)).await;
            typist.input.send(said).unwrap();
        }
        std::future::pending::<()>().await;
    });
    let ended = local.run_until(run(&mut machine, &mut terminal, &mut input, world, &mut job)).await.unwrap();
    let size = terminal.get_frame().area().as_size();
    Story { machine, ended, job, picture: terminal.backend().to_string(), size }
}

#[tokio::test(start_paused = true)]
async fn events_of_a_run_come_in_order_and_then_its_end() {
    let story = story(Recorder::default(), vec![(1, key('v'))]).await;
    assert_eq!(story.ended, Ended::Quit);
    assert_eq!(story.machine.told[1..], [ladder(11), ladder(21), ladder(31), (31, Msg::LadderEnded(RunId(1)))]);
}

#[tokio::test(start_paused = true)]
async fn nothing_comes_back_from_a_cancelled_run() {
    let script = vec![(0, key('v')), (15, key('c')), (60, key('x')), (60, key('q'))];
    let told = story(Recorder::default(), script).await.machine.told;
    let ladders: Vec<_> = told.iter().filter(|(_, msg)| !matches!(msg, Msg::Key(_))).cloned().collect();
    assert_eq!(ladders, [ladder(10)]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_queued_before_the_cancel_is_ignored() {
    let (sender, mut input) = unbounded_channel();
    let begin = tokio::time::Instant::now();
    let world = Rc::new(Fake { begin, input: sender, panics: false });
    let local = LocalSet::new();
    local
        .run_until(async {
            let mut runs = Runs::new(world);
            runs.start(RunId(1), order());
            let machine = Recorder::default();
            let Happening::Progress(progress) = next(&machine, &mut runs, &mut input).await else {
                panic!("the ladder speaks first")
            };
            runs.cancel(Task::Run(RunId(1)));
            assert_eq!(runs.message(progress), None);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn everything_queued_is_taken_in_before_one_draw() {
    let script = "abcdefgh".chars().map(|letter| (5, key(letter))).chain([(6, key('q'))]).collect();
    let story = story(Recorder::default(), script).await;
    assert_eq!(*story.machine.frames.borrow(), [0, 8]);
    assert!(story.picture.contains("8 told"), "{}", story.picture);
}

#[tokio::test(start_paused = true)]
async fn the_machine_is_woken_at_its_moment_and_not_drawn_in_between() {
    let machine = Recorder { alarms: VecDeque::from([30, 90]), ..Recorder::default() };
    let story = story(machine, vec![(200, key('q'))]).await;
    assert_eq!(story.machine.told[..2], [(30, Msg::Woke), (90, Msg::Woke)]);
    assert_eq!(*story.machine.frames.borrow(), [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_save_is_answered_in_the_same_turn() {
    let story = story(Recorder::default(), vec![(1, key('s')), (2, key('q'))]).await;
    assert_eq!(story.machine.told[1], (1, Msg::Saved(Ok(Saved { stamp: STAMP }))));
    assert_eq!(*story.machine.frames.borrow(), [0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_resize_changes_the_area_and_is_told() {
    let script = vec![(1, Input::Resized(40, 5)), (1, Input::Resized(50, 6)), (2, key('q'))];
    let story = story(Recorder::default(), script).await;
    assert_eq!(story.machine.told[..2], [(1, Msg::Resized(40, 5)), (1, Msg::Resized(50, 6))]);
    assert_eq!(story.size, Size::new(50, 6));
    assert_eq!(story.machine.frames.borrow().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn suspending_and_resuming_go_through_the_console() {
    let script = vec![(1, key('z')), (2, Input::Resumed), (3, key('q'))];
    let story = story(Recorder::default(), script).await;
    assert_eq!(story.job.0, ["suspend", "resume"]);
    assert_eq!(story.machine.told[1..3], [(1, Msg::Resized(20, 2)), (2, Msg::Resized(30, 3))]);
    assert_eq!(story.size, Size::new(30, 3));
}

#[tokio::test(start_paused = true)]
async fn a_signal_or_a_lost_terminal_ends_the_loop() {
    for (said, signal) in [
        (Input::Stop(Signal::Terminate), Signal::Terminate),
        (Input::Stop(Signal::Interrupt), Signal::Interrupt),
        (Input::Gone, Signal::HangUp),
    ] {
        let story = story(Recorder::default(), vec![(1, key('v')), (2, said)]).await;
        assert_eq!(story.ended, Ended::Signal(signal));
    }
}

#[tokio::test(start_paused = true)]
async fn questions_are_answered_beside_a_run_and_forgotten_one_by_one() {
    let script = vec![
        (0, key('v')),
        (1, key('1')),
        // It is forgotten, and neither the run nor a later question is.
        (2, key('f')),
        (4, key('2')),
        (5, key('3')),
        (8, key('f')),
        (9, key('4')),
        (12, key('c')),
        (20, key('q')),
    ];
    let story = story(Recorder::default(), script).await;
    let told: Vec<_> = story.machine.told.into_iter().filter(|(_, msg)| !matches!(msg, Msg::Key(_))).collect();
    assert_eq!(told, [(6, found('2')), (7, found('3')), ladder(10), (11, found('4'))]);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the ladder fell")]
async fn a_panic_in_a_run_goes_on_in_the_loop() {
    told_story(Recorder::default(), vec![(1, key('v'))], true).await;
}
