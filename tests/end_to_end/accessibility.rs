//! axe-core finds nothing on any screen or page: in Spanish and English, light and dark, narrow and wide.

use aldaba_tests::accessibility::{check, check_large_text};
use aldaba_tests::browser::View;
use aldaba_tests::gallery::{Look, walk};
use aldaba_tests::stage::play;

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
        walk(stage, look, async |scene| {
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
                check(scene.driver, &format!("{} at {width} px", scene.name)).await?;
            }
            check_large_text(scene.driver, scene.name).await?;
            Ok(())
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn in_spanish_by_day() {
    everybody_can_use_it(Look {
        language: "es",
        dark: false,
    })
    .await;
}

#[tokio::test]
async fn in_spanish_by_night() {
    everybody_can_use_it(Look {
        language: "es",
        dark: true,
    })
    .await;
}

#[tokio::test]
async fn in_english_by_day() {
    everybody_can_use_it(Look {
        language: "en",
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
