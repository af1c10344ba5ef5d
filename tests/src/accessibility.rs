//! axe-core in the page: what a machine can find of what keeps people out.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::driver::Driver;
use crate::programs;

/// Rules of WCAG 2.2 up to AA, and axe-core's own best practices.
const OPTIONS: &str = r#"{ "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"] }"#;

/// Looks at the page as it is now, with everything unfolded that can be folded away.
///
/// # Errors
/// When anything is found: each rule, and where it is broken. Also when axe-core itself cannot run.
pub async fn check(driver: &Driver, what: &str) -> Result<()> {
    unfolded(driver, async || look(driver, what).await).await
}

/// Does it with every fold of the page open, and folds those again that were.
async fn unfolded(driver: &Driver, work: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
    fold(driver, "details:not([open])", true).await?;
    let outcome = work().await;
    fold(driver, "details[data-was-folded]", false).await?;
    outcome
}

/// Opens or folds what `css` names. The page is told of it afterwards, and may not be told of what comes next before that.
async fn fold(driver: &Driver, css: &str, open: bool) -> Result<()> {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const told = [...document.querySelectorAll('{css}')].map((fold) => {{
             fold.toggleAttribute('data-was-folded', {open});
             return new Promise((told) => {{
                 fold.addEventListener('toggle', () => setTimeout(told), {{ once: true }});
                 fold.open = {open};
                 // One that goes away meanwhile tells nobody.
                 setTimeout(told, 1000);
             }});
         }});
         Promise.all(told).then(() => done(true));"
    );
    driver.session().execute_async(script, Vec::new()).await?;
    Ok(())
}

async fn look(driver: &Driver, what: &str) -> Result<()> {
    let file = programs::repository().join("ui/node_modules/axe-core/axe.min.js");
    let axe =
        fs::read_to_string(&file).with_context(|| format!("{} is missing: `cargo xtask setup`", file.display()))?;
    let script = format!(
        "const done = arguments[arguments.length - 1];
         if (!window.axe) {{ {axe}; }}
         window.axe.run(document, {OPTIONS}).then(
             (found) => done({{ violations: found.violations, checked: found.passes.length }}),
             (error) => done({{ error: String(error) }}));"
    );
    let found = driver.session().execute_async(script, Vec::new()).await?.json().clone();
    if let Some(error) = found.get("error") {
        anyhow::bail!("axe-core cannot run on {what}: {error}");
    }
    fits(driver, what).await?;
    let violations = found
        .get("violations")
        .and_then(Value::as_array)
        .context("axe-core says nothing")?;
    ensure!(
        violations.is_empty(),
        "{what} keeps people out:\n{}",
        described(violations)
    );
    Ok(())
}

/// WCAG 1.4.10: what is read downwards needs no scrolling sideways.
async fn fits(driver: &Driver, what: &str) -> Result<()> {
    let found = driver
        .script(
            "const page = document.documentElement;
             const wide = [...document.querySelectorAll('main *, header *, footer *')]
                 .filter((part) => part.getBoundingClientRect().right > page.clientWidth + 1)
                 .map((part) => part.outerHTML.slice(0, 160));
             return [page.scrollWidth - page.clientWidth, wide.slice(-3).join('\\n')]",
        )
        .await?;
    let overflow = found.get(0).and_then(Value::as_i64).unwrap_or(0);
    let parts = found.get(1).and_then(Value::as_str).unwrap_or_default();
    ensure!(overflow <= 0, "{what} is {overflow} px wider than its window:\n{parts}");
    Ok(())
}

/// WCAG 1.4.4: letters twice as large still fit.
///
/// # Errors
/// When the page is then wider than its window.
pub async fn check_large_text(driver: &Driver, what: &str) -> Result<()> {
    driver
        .script("document.documentElement.style.fontSize = '200%'")
        .await?;
    let what = format!("{what} with letters twice as large");
    let outcome = unfolded(driver, async || fits(driver, &what).await).await;
    driver.script("document.documentElement.style.fontSize = ''").await?;
    outcome
}

fn described(violations: &[Value]) -> String {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    for violation in violations {
        lines.push(format!("- {}: {}", text(violation, "id"), text(violation, "help")));
        for node in violation.get("nodes").and_then(Value::as_array).into_iter().flatten() {
            lines.push(format!(
                "    {}\n      {}",
                text(node, "html"),
                text(node, "failureSummary").replace('\n', "\n      ")
            ));
        }
    }
    lines.join("\n")
}
