//! Medians with their spread, and the one table.

/// What several runs of one figure gave.
#[derive(Clone, Default)]
pub struct Runs(Vec<f64>);

impl Runs {
    /// One more run.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The middle value; of an even number the lower middle one.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
            .get(sorted.len().saturating_sub(1) / 2)
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// `median (min–max)` of values times `scale`.
    pub fn show(&self, scale: f64, digits: usize) -> String {
        let min = self.0.iter().copied().fold(f64::INFINITY, f64::min) * scale;
        let max = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max) * scale;
        format!("{:.digits$} ({min:.digits$}–{max:.digits$})", self.median() * scale)
    }
}

/// The value below which `share` of the sorted values lie.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// The table that is printed at the end.
#[derive(Default)]
pub struct Table(Vec<[String; 5]>);

impl Table {
    /// One figure beside its floor.
    pub fn row(&mut self, figure: &str, value: String, floor: String, ratio: String, goal: &str) {
        eprintln!("  {figure}: {value} | floor {floor} | {ratio} | goal {goal}");
        self.0.push([figure.to_owned(), value, floor, ratio, goal.to_owned()]);
    }

    /// Markdown.
    pub fn print(&self) {
        println!("| figure | measured | floor | against the floor | goal |");
        println!("|---|---|---|---|---|");
        for row in &self.0 {
            println!("| {} |", row.join(" | "));
        }
    }
}
