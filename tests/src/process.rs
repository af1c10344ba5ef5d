//! Programs in the background that never outlive their test.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// The variable that marks every process of one household, so that also those that detached themselves are found.
const MARK: &str = "HOUSEHOLD_OF_THE_TEST";

/// One program and everything it starts, which end together.
#[derive(Debug)]
pub struct Background {
    child: Child,
    mark: String,
    log: PathBuf,
}

impl Background {
    /// Starts `command` with nothing to read; what it writes goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = append(log)?;
        Self::spawn(command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file), log)
    }

    /// As [`Background::start`], with standard output piped to us.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_piped(command: &mut Command, log: &Path) -> Result<Self> {
        Self::spawn(
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(append(log)?),
            log,
        )
    }

    /// As [`Background::start`]; reads `input` and then the end of it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_with_input(command: &mut Command, log: &Path, input: &str) -> Result<Self> {
        let file = append(log)?;
        let mut started = Self::spawn(
            command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file),
            log,
        )?;
        let mut pipe = started.child.stdin.take().context("no standard input")?;
        pipe.write_all(input.as_bytes())?;
        Ok(started)
    }

    fn spawn(command: &mut Command, log: &Path) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mark = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let child = command.env(MARK, &mark).spawn();
        let child = child.with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        Ok(Self {
            child,
            mark,
            log: log.to_path_buf(),
        })
    }

    /// The first line of standard output for which `pick` has an answer; a program started with
    /// [`Background::start_piped`] only. The rest of its output is read and thrown away.
    ///
    /// # Errors
    /// When the program ends, or says nothing of the kind within twenty seconds.
    pub fn said<T: Send + 'static>(&mut self, pick: impl Fn(&str) -> Option<T> + Send + 'static) -> Result<T> {
        let output = self.child.stdout.take().context("standard output is not piped")?;
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(std::result::Result::ok) {
                if let Some(found) = pick(&line) {
                    let _ = sender.send(found);
                }
            }
        });
        receiver
            .recv_timeout(Duration::from_secs(20))
            .with_context(|| format!("no sign of being ready; it wrote:\n{}", self.written()))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child's own pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it has written so far.
    pub fn written(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends those of its descendants that run the program `name`; says how many there were.
    pub fn end_descendants(&self, name: &str) -> usize {
        let runs = |pid: &Pid| {
            let file = fs::read_link(format!("/proc/{}/exe", pid.as_raw_nonzero())).unwrap_or_default();
            file.file_name().is_some_and(|file| file == name)
        };
        let found: Vec<Pid> = marked(&self.mark).into_iter().filter(runs).collect();
        for pid in &found {
            let _ = kill_process(*pid, Signal::TERM);
        }
        found.len()
    }

    /// `kill -9` to the program alone, as a crash would be, and waits for its end.
    pub fn crash(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, then waits for its end.
    ///
    /// # Errors
    /// When it does not end in ten seconds.
    pub fn terminate(&mut self) -> Result<()> {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let started = Instant::now();
        while self.is_running() {
            anyhow::ensure!(
                started.elapsed() < Duration::from_secs(10),
                "does not end after SIGTERM"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its children inherited the mark; killing may race with one that is just being started, so look again.
        for _ in 0..5 {
            let left = marked(&self.mark);
            if left.is_empty() {
                break;
            }
            for pid in left {
                let _ = kill_process(pid, Signal::KILL);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn append(log: &Path) -> Result<File> {
    File::options()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("cannot write {}", log.display()))
}

/// The processes, other than zombies, whose environment carries the mark.
fn marked(mark: &str) -> Vec<Pid> {
    let wanted = format!("{MARK}={mark}");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
            .and_then(Pid::from_raw)
        else {
            continue;
        };
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes())
        {
            found.push(pid);
        }
    }
    found
}

/// The ids of a process and all its descendants, as they are now.
pub fn family(root: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let parent = status
            .lines()
            .find_map(|line| line.strip_prefix("PPid:")?.trim().parse::<u32>().ok());
        parents.push((pid, parent.unwrap_or(0)));
    }
    let mut family = vec![root];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    family
}

/// Where ports are taken from: below those that the system gives to outgoing connections and to listeners that name none
/// (32768 on, `ip_local_port_range`), so that nobody takes one before the program that it is meant for.
const PORTS: std::ops::Range<u32> = 10_000..32_000;

/// Ports that one test may take before it meets those of the process after it.
const EACH: u32 = 97;

/// A loopback port that nobody listens on, another one at each call. Tests are processes, and each begins at a place of its own.
///
/// # Errors
/// When the machine has none left.
pub fn free_port() -> Result<u16> {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let count = PORTS.end - PORTS.start;
    let begin = std::process::id().wrapping_mul(EACH);
    for _ in PORTS {
        let turn = TAKEN.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(PORTS.start + begin.wrapping_add(turn) % count)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free")
}
