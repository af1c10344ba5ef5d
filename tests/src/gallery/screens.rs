//! What screens and pages there are, read from where they are written: a walk that leaves one out is found out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Scene;
use crate::programs;

/// What no walk can show, and why.
const NOT_SHOWN: [&str; 3] = [
    // The front page outside of the demo.
    "page home",
    // Two years after a password was made. Of the same template as the page that says that one was made.
    "page password-ending",
    "page password-expired",
];

/// Errors that have more on the screen than their words, or that many people will meet. The others differ in words alone.
const ERRORS: [&str; 4] = ["activation_failed", "activation_expired", "network", "request_unknown"];

/// The name of the screen or page that is being shown; of a screen also in which states it is.
///
/// # Errors
/// When it has none.
pub async fn shown(scene: &Scene<'_>) -> Result<BTreeSet<String>> {
    let main = scene.driver.find("main[data-screen]").await?;
    let name = main.attr("data-screen").await?.context("a screen without a name")?;
    if scene.app.is_none() {
        return Ok(BTreeSet::from([format!("page {name}")]));
    }
    let states = scene
        .driver
        .script(
            "const seen = (css, of) => [...document.querySelectorAll(css)].map(of);
             return [
                 ...seen('.problem[data-state]', (part) => `problem ${part.dataset.state}`),
                 ...seen('[data-testid^=banner-]', (part) => `banner ${part.dataset.testid.slice(7)}`),
                 ...seen('[data-testid=error]', (part) => `error ${part.dataset.code}`),
             ]",
        )
        .await?;
    let mut found: BTreeSet<String> = serde_json::from_value(states)?;
    found.insert(format!("screen {name}"));
    Ok(found)
}

/// All that there are, but those that no walk can show.
///
/// # Errors
/// When the sources cannot be read.
pub fn declared() -> Result<BTreeSet<String>> {
    let root = programs::repository();
    let mut found = BTreeSet::new();
    let app = fs::read_to_string(root.join("ui/src/components/Screen.tsx"))?;
    let (_, union) = app.split_once("export type ScreenName =").context("no ScreenName")?;
    let (union, _) = union.split_once(';').context("no end of ScreenName")?;
    let names = union.split('"').skip(1).step_by(2);
    found.extend(names.map(|name| format!("screen {name}")));
    let problems = fs::read_to_string(root.join("ui/src/screens/Problem.tsx"))?;
    let (_, problems) = problems.split_once("export const problems").context("no problems")?;
    let (problems, _) = problems.split_once("\n};").context("no end of problems")?;
    let names = problems
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(": {"));
    found.extend(
        names
            .filter(|name| !name.starts_with(' '))
            .map(|name| format!("problem {name}")),
    );
    found.extend(ERRORS.map(|code| format!("error {code}")));
    for folder in ["ui/src/screens", "ui/src/components"] {
        collect(&root.join(folder), "tsx", "data-testid=\"banner-", "banner", &mut found)?;
    }
    for folder in ["server/templates", "sede/templates"] {
        collect(&root.join(folder), "html", "data-screen=\"", "page", &mut found)?;
    }
    // Templates that serve several pages are told which.
    collect(
        &root.join("server/src/passwords/pages"),
        "rs",
        "screen: \"",
        "page",
        &mut found,
    )?;
    found.retain(|name| !name.contains("{{") && !NOT_SHOWN.contains(&name.as_str()));
    Ok(found)
}

fn collect(folder: &Path, extension: &str, mark: &str, kind: &str, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extension, mark, kind, found)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = fs::read_to_string(&path)?;
            let names = text.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(names.map(|name| format!("{kind} {name}")));
        }
    }
    Ok(())
}
