//! The app beside a bare one (bench/bare-app), both as they are shipped, on one desktop without a window manager.
//!
//! Everything is seen from outside; neither app knows that it is measured:
//! - *exec → window*: until the X server maps the app's first large window.
//! - *exec → PIN on screen*: until the place of the self-generated PIN holds letters on the X server's own picture of the
//!   window, and goes on doing so. Where that place is, and how much ink letters leave there, is found out in a start before,
//!   through a web driver. Of the bare app it is its line of text.
//! - *memory*: the proportional share (PSS) of the app's process and all its descendants.
//! - *CPU with its PIN in view*: their processor time while the window is in front, from the PIN on. 30 seconds hold one change
//!   of the self-generated PIN.
//! - *idle CPU*: the same once nobody has touched the window for so long that the PIN is put away (`ui/src/state/presence.ts`).
//!
//! The app's device is activated, its keychain unlocked, its server running and connected.

mod screen;

use std::path::Path;
use std::time::{Duration, Instant};

use aldaba_tests::app::App;
use aldaba_tests::desktop::{Desktop, Keyring};
use aldaba_tests::driver::testid;
use aldaba_tests::process::{Background, family};
use aldaba_tests::server::DemoServer;
use anyhow::{Context as _, Result, bail, ensure};

use crate::process::{cpu_seconds, memory_bytes};
use crate::stats::{Runs, Table};
use screen::{Area, Screen};

/// How long an app may take to show its text.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the text must stay to count.
const STAYS: Duration = Duration::from_secs(1);
/// Between the text and the reading of memory and processor time.
const SETTLES: Duration = Duration::from_secs(5);
/// How long processor time is read: a self-generated PIN's life.
const IDLE: Duration = Duration::from_secs(30);
/// Untouched for so long, the app has put its PIN away: `AWAY_AFTER`, and a moment to do it.
const AWAY: Duration = Duration::from_secs(125);
/// Between two looks at the screen.
const LOOK: Duration = Duration::from_millis(2);

/// One of the two apps, and where its text stands.
struct Subject<'a> {
    program: &'a Path,
    text: Area,
    /// Ink that the text leaves there.
    ink: usize,
    /// From the text until nothing happens any more.
    rests: Duration,
}

/// What one start of an app gave.
struct Taken {
    window: Duration,
    text: Duration,
    memory: f64,
    in_view: f64,
    idle: f64,
}

/// Takes the app's figures, `runs` times in turn with the bare app's.
pub async fn measure(ours: &Path, bare: &Path, runs: u32, table: &mut Table) -> Result<()> {
    for program in [ours, bare] {
        ensure!(
            program.is_file(),
            "{} has not been built: cargo xtask bench app does",
            program.display()
        );
    }
    let folder = tempfile::tempdir()?;
    let server = DemoServer::start(&folder.path().join("server")).await?;
    let desktop = Desktop::start(&folder.path().join("desktop"), Keyring::Unlocked).await?;
    let screen = Screen::open(desktop.display())?;
    let ours = activate(ours, &server, &desktop, &screen).await?;
    let bare = look_at(bare, &desktop, &screen).await?;

    let (mut window, mut text, mut memory) = (Pair::default(), Pair::default(), Pair::default());
    let (mut in_view, mut idle) = (Pair::default(), Pair::default());
    for _ in 0..runs {
        // In turn, so that a machine that slows down slows both.
        let floor = take(&bare, &desktop, &screen)?;
        let figure = take(&ours, &desktop, &screen)?;
        window.push(figure.window.as_secs_f64(), floor.window.as_secs_f64());
        text.push(figure.text.as_secs_f64(), floor.text.as_secs_f64());
        memory.push(figure.memory, floor.memory);
        in_view.push(figure.in_view, floor.in_view);
        idle.push(figure.idle, floor.idle);
    }
    window.row(table, "app: exec → window, ms", 1e3, 0, "≤ 1.25 ×");
    text.row(table, "app: exec → PIN on screen, ms", 1e3, 0, "≤ 1.25 ×");
    memory.row(
        table,
        "app: memory of its process tree, MiB",
        1.0 / (1024.0 * 1024.0),
        1,
        "≤ 1.25 ×",
    );
    in_view.row(
        table,
        "app: CPU with its PIN in view, % of a core",
        100.0,
        2,
        "none: it counts down",
    );
    idle.row(
        table,
        "app: idle CPU, window in front and untouched for two minutes, % of a core",
        100.0,
        2,
        "≤ 1.25 ×",
    );
    let size = |subject: &Subject<'_>| anyhow::Ok(subject.program.metadata()?.len() as f64);
    let mut sizes = Pair::default();
    sizes.push(size(&ours)?, size(&bare)?);
    sizes.row(table, "app: stripped release size, MB", 1e-6, 2, "≤ 1.6 ×");
    Ok(())
}

/// Activates the device of the app through its own screens, and leaves it where its PIN is shown.
async fn activate<'a>(
    program: &'a Path,
    server: &DemoServer,
    desktop: &Desktop,
    screen: &Screen,
) -> Result<Subject<'a>> {
    let citizen = server.citizen().await?;
    let app = App::open_program(program, desktop, "", "es", false).await?;
    let window = screen.next_window(PATIENCE)?;
    app.reach("welcome").await?;
    app.press("activate").await?;
    app.reach("document").await?;
    app.enter("document", &citizen.document).await?;
    app.enter("contrast", &citizen.contrast).await?;
    app.enter("server-url", server.url()).await?;
    app.press("continue").await?;
    app.reach("code").await?;
    app.enter("code", &server.activation_code(&citizen, 0).await?).await?;
    app.press("confirm").await?;
    app.reach("home").await?;
    Ok(Subject {
        rests: AWAY,
        ..subject(program, &app, "self-pin", screen, window).await?
    })
}

/// Starts the bare app once, to see where its text stands.
async fn look_at<'a>(program: &'a Path, desktop: &Desktop, screen: &Screen) -> Result<Subject<'a>> {
    let app = App::open_program(program, desktop, "", "es", false).await?;
    let window = screen.next_window(PATIENCE)?;
    subject(program, &app, "text", screen, window).await
}

async fn subject<'a>(
    program: &'a Path,
    app: &App,
    name: &str,
    screen: &Screen,
    window: screen::Window,
) -> Result<Subject<'a>> {
    app.find(&testid(name)).await?;
    // What came before may have been scrolled; a start begins at the top.
    app.script("window.scrollTo({ top: 0, behavior: 'instant' })").await?;
    tokio::time::sleep(STAYS).await;
    let place = app
        .script(&format!(
            "const box = document.querySelector('{}').getBoundingClientRect();
             return [box.x, box.y, box.width, box.height, window.innerWidth, window.innerHeight]",
            testid(name)
        ))
        .await?;
    let numbers: Vec<f64> = serde_json::from_value(place)?;
    let [x, y, width, height, inner_width, inner_height] = numbers.try_into().ok().context("six numbers")?;
    ensure!(
        x >= 0.0 && y >= 0.0 && x + width <= inner_width && y + height <= inner_height,
        "the text of {} is not in the window when it opens",
        program.display()
    );
    let text = Area {
        x: x as i16,
        y: y as i16,
        width: width.ceil() as u16,
        height: height.ceil() as u16,
    };
    let ink = screen.ink(window, text)?;
    ensure!(ink > 50, "the text of {} leaves no ink", program.display());
    Ok(Subject {
        program,
        text,
        ink,
        rests: Duration::ZERO,
    })
}

/// Starts it and watches.
fn take(subject: &Subject<'_>, desktop: &Desktop, screen: &Screen) -> Result<Taken> {
    screen.forget_windows()?;
    let log = desktop.folder().join("measured.log");
    let mut command = desktop.command(subject.program);
    command.env("GTK_THEME", "Adwaita");
    let started = Instant::now();
    let app = Background::start(&mut command, &log)?;
    let mapped = screen.next_window(PATIENCE)?;
    let window = started.elapsed();
    let text = text_shown(subject, screen, mapped, started)?;
    std::thread::sleep(SETTLES);
    let processes = family(app.id());
    let memory = processes
        .iter()
        .try_fold(0.0, |sum, pid| anyhow::Ok(sum + memory_bytes(*pid)?))?;
    let share = || {
        let (before, begun) = (cpu_of(&processes)?, Instant::now());
        std::thread::sleep(IDLE);
        anyhow::Ok((cpu_of(&processes)? - before) / begun.elapsed().as_secs_f64())
    };
    let in_view = share()?;
    std::thread::sleep((started + text + subject.rests).saturating_duration_since(Instant::now()));
    let idle = share()?;
    Ok(Taken {
        window,
        text,
        memory,
        in_view,
        idle,
    })
}

/// When the text came that stayed.
fn text_shown(subject: &Subject<'_>, screen: &Screen, window: screen::Window, started: Instant) -> Result<Duration> {
    // Digits leave more or less ink than other digits.
    let enough = subject.ink / 3;
    let mut shown: Option<Duration> = None;
    loop {
        let now = started.elapsed();
        if screen.ink(window, subject.text)? < enough {
            shown = None;
        } else if *shown.get_or_insert(now) + STAYS < now {
            break;
        }
        if now > PATIENCE {
            bail!("{} shows no text", subject.program.display());
        }
        std::thread::sleep(LOOK);
    }
    shown.context("no text")
}

fn cpu_of(processes: &[u32]) -> Result<f64> {
    processes
        .iter()
        .try_fold(0.0, |sum, pid| anyhow::Ok(sum + cpu_seconds(*pid)?))
}

/// A figure and its floor, run by run.
#[derive(Default)]
struct Pair {
    ours: Runs,
    bare: Runs,
    ratio: Runs,
}

impl Pair {
    fn push(&mut self, ours: f64, bare: f64) {
        self.ours.push(ours);
        self.bare.push(bare);
        self.ratio.push(ours / bare);
    }

    fn row(&self, table: &mut Table, figure: &str, scale: f64, digits: usize, goal: &str) {
        table.row(
            figure,
            self.ours.show(scale, digits),
            format!("{}: a bare Tauri app", self.bare.show(scale, digits)),
            format!("{} ×", self.ratio.show(1.0, 2)),
            goal,
        );
    }
}
