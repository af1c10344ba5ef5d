//! Adding up what the checks and the test runners say.

use std::fmt;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::command::spoken;

/// How many checks or tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// One check that passed.
    pub const PASSED: Tally = Tally { passed: 1, failed: 0 };
    /// One check that failed.
    pub const FAILED: Tally = Tally { passed: 0, failed: 1 };
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

struct Step {
    name: &'static str,
    tally: Tally,
    took: Duration,
    advice: Option<String>,
}

/// The steps of one run, in order.
pub struct Report {
    steps: Vec<Step>,
    planned: usize,
    started: Instant,
}

impl Report {
    /// A report of `planned` steps.
    pub fn new(planned: usize) -> Self {
        Self {
            steps: Vec::new(),
            planned,
            started: Instant::now(),
        }
    }

    /// Runs one step. A step that returns an error counts as one failed check, with `advice` on what to do about it.
    /// Returns whether nothing in it failed.
    pub fn step(&mut self, name: &'static str, advice: &str, work: impl FnOnce() -> Result<Tally>) -> bool {
        println!("\n[{}/{}] {name}", self.steps.len() + 1, self.planned);
        let started = Instant::now();
        let tally = work().unwrap_or_else(|error| {
            println!("error: {error:#}");
            Tally::FAILED
        });
        let took = started.elapsed();
        println!(
            "{} {name}: {tally} in {}",
            if tally.failed == 0 { "ok" } else { "FAILED" },
            spoken(took)
        );
        let advice = (tally.failed > 0).then(|| advice.to_owned());
        self.steps.push(Step {
            name,
            tally,
            took,
            advice,
        });
        tally.failed == 0
    }

    /// Prints the steps with their times, what to do next, and the closing line. Returns the sum.
    pub fn close(self) -> Tally {
        let mut sum = Tally::default();
        println!("\n{:<34} {:>7} {:>7}  time", "step", "passed", "failed");
        for step in &self.steps {
            sum += step.tally;
            println!(
                "{:<34} {:>7} {:>7}  {}",
                step.name,
                step.tally.passed,
                step.tally.failed,
                spoken(step.took)
            );
        }
        println!(
            "{:<34} {:>7} {:>7}  {}",
            "all",
            sum.passed,
            sum.failed,
            spoken(self.started.elapsed())
        );
        println!();
        for step in &self.steps {
            if let Some(advice) = &step.advice {
                println!("next: {}: {advice}", step.name);
            }
        }
        if sum.failed == 0 {
            println!("next: all is well. `cargo xtask demo` shows the main job, `cargo xtask bench` measures it.");
        }
        println!("{sum}");
        sum
    }
}

/// The counts at the top of a JUnit file: `<testsuites … tests="12" failures="1" errors="0" …>`.
pub fn from_junit(text: &str) -> Option<Tally> {
    let start = text.find("<testsuites")?;
    let element = text.get(start..start + text.get(start..)?.find('>')?)?;
    let number = |name: &str| -> Option<u64> {
        let after = element.split(&format!(" {name}=\"")).nth(1)?;
        after.split('"').next()?.parse().ok()
    };
    let failed = number("failures")? + number("errors").unwrap_or(0);
    Some(Tally {
        passed: number("tests")?.saturating_sub(failed),
        failed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_junit_file_is_added_up() {
        let text =
            r#"<?xml version="1.0"?><testsuites name="nextest-run" tests="12" failures="2" errors="1" uuid="x"><a/>"#;
        assert_eq!(from_junit(text), Some(Tally { passed: 9, failed: 3 }));
        assert_eq!(from_junit("<html>"), None);
    }

    #[test]
    fn a_step_that_cannot_run_is_a_failure() {
        let mut report = Report::new(1);
        assert!(!report.step("breaks", "mend it", || anyhow::bail!("no")));
        assert_eq!(report.close(), Tally::FAILED);
    }
}
