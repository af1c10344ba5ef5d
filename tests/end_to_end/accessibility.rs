//! axe-core finds nothing on any screen or page: in Spanish by day and English by night, narrow and wide.

use std::collections::BTreeSet;

use aldaba_tests::accessibility::{check, check_large_text};
use aldaba_tests::browser::View;
use aldaba_tests::gallery::{Look, screens, walk};
use aldaba_tests::stage::play;
use anyhow::ensure;

/// The narrowest that WCAG 1.4.10 asks for, and a desktop's.
const WIDTHS: [u32; 2] = [320, 1280];

// REQ-UI-01
async fn everybody_can_use_it(look: Look) {
    let name = format!(
        "accessibility-{}-{}",
        look.language,
        if look.dark { "dark" } else { "light" }
    );
    play(&name, async |stage| {
        let mut shown = BTreeSet::new();
        let mut problems = Vec::new();
        walk(stage, look, async |scene| {
            shown.extend(screens::shown(&scene).await?);
            for width in WIDTHS {
                if let Some(browser) = scene.browser {
                    browser
                        .look(View {
                            width,
                            height: 900,
                            dark: look.dark,
                        })
                        .await?;
                }
                if let Some(app) = scene.app {
                    app.resize(width, 800).await?;
                }
                let what = format!("{} at {width} px", scene.name);
                // All that is wrong is told at once.
                for found in [
                    check(scene.driver, &what).await,
                    check_large_text(scene.driver, &what).await,
                ] {
                    if let Err(error) = found {
                        eprintln!("{error:#}");
                        problems.push(scene.name);
                    }
                }
            }
            Ok(())
        })
        .await?;
        ensure!(problems.is_empty(), "people are kept out of {problems:?}");
        let left_out: Vec<_> = screens::declared()?.difference(&shown).cloned().collect();
        ensure!(left_out.is_empty(), "the walk leaves out {left_out:?}");
        Ok(())
    })
    .await;
}

// Words are as long by night as by day, and colours are the same in both languages: two walks see all four.

#[tokio::test]
async fn in_spanish_by_day() {
    everybody_can_use_it(Look {
        language: "es",
        dark: false,
    })
    .await;
}

#[tokio::test]
async fn in_english_by_night() {
    everybody_can_use_it(Look {
        language: "en",
        dark: true,
    })
    .await;
}
