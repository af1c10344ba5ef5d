//! Where a test plays: a temporary folder, a server, and when something fails, pictures of what was on the screens.

use std::fs;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result};
use futures::FutureExt;
use tempfile::TempDir;

use crate::app::App;
use crate::browser::Browser;
use crate::desktop::{Desktop, Keyring};
use crate::programs;
use crate::server::DemoServer;

/// One test's own world.
pub struct Stage {
    name: String,
    folder: TempDir,
    shown: std::cell::RefCell<Vec<Shown>>,
    /// The server that everything talks to.
    pub server: DemoServer,
}

enum Shown {
    App(Rc<App>),
    Browser(Rc<Browser>),
}

/// Plays a test on a stage of its own. When it fails, pictures and logs go to target/e2e/NAME.
///
/// # Panics
/// When the test fails.
pub async fn play(name: &str, test: impl AsyncFnOnce(&mut Stage) -> Result<()>) {
    play_with(name, &[], test).await;
}

/// As [`play`], with variables of the environment that change the server's settings.
///
/// # Panics
/// When the test fails.
pub async fn play_with(name: &str, settings: &[(&str, &str)], test: impl AsyncFnOnce(&mut Stage) -> Result<()>) {
    let mut stage = match Stage::set_up(name, settings).await {
        Ok(stage) => stage,
        Err(error) => resume_unwind(Box::new(format!("{name} could not be set up: {error:#}"))),
    };
    let outcome = AssertUnwindSafe(test(&mut stage)).catch_unwind().await;
    let failed = !matches!(outcome, Ok(Ok(())));
    if failed && let Err(error) = stage.keep_evidence().await {
        eprintln!("the evidence is not complete: {error:#}");
    }
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            eprintln!("{name}: {error:#}");
            resume_unwind(Box::new(format!("{name}: {error:#}")));
        }
        Err(panic) => resume_unwind(panic),
    }
}

impl Stage {
    /// A stage with a demo server.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn set_up(name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("aldaba-").tempdir()?;
        let server =
            DemoServer::start_with(&folder.path().join("server"), crate::process::free_port()?, settings).await?;
        Ok(Self {
            name: name.to_owned(),
            folder,
            shown: Vec::new().into(),
            server,
        })
    }

    /// A folder below the stage's own.
    ///
    /// # Errors
    /// The disk's.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A desktop for an app.
    ///
    /// # Errors
    /// As [`Desktop::start`].
    pub async fn desktop(&self, keyring: Keyring) -> Result<Desktop> {
        Desktop::start(&self.folder("desktop")?, keyring).await
    }

    /// Opens the app on `desktop`.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn app(&self, desktop: &Desktop) -> Result<Rc<App>> {
        self.app_in(desktop, "es", false).await
    }

    /// As [`Stage::app`], in `language`, on a system set to dark or not.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn app_in(&self, desktop: &Desktop, language: &str, dark: bool) -> Result<Rc<App>> {
        let app = Rc::new(App::open(desktop, self.server.url(), language, dark).await?);
        self.shown.borrow_mut().push(Shown::App(app.clone()));
        Ok(app)
    }

    /// Opens a browser that prefers Spanish.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn browser(&self) -> Result<Rc<Browser>> {
        self.browser_in("es").await
    }

    /// Opens a browser that prefers `language`.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn browser_in(&self, language: &str) -> Result<Rc<Browser>> {
        let number = self.shown.borrow().len();
        let browser = Rc::new(Browser::open(&self.folder(&format!("browser-{number}"))?, language).await?);
        self.shown.borrow_mut().push(Shown::Browser(browser.clone()));
        Ok(browser)
    }

    /// Opens a browser that trusts the demo's authority and has, if `own`, the certificate of its first citizen.
    ///
    /// # Errors
    /// As [`Browser::open_with_certificates`].
    pub async fn browser_with_certificates(&self, language: &str, own: bool) -> Result<Rc<Browser>> {
        let number = self.shown.borrow().len();
        let folder = self.folder(&format!("browser-{number}"))?;
        let opened = Browser::open_with_certificates(&folder, language, self.server.folder(), own).await?;
        let browser = Rc::new(opened);
        self.shown.borrow_mut().push(Shown::Browser(browser.clone()));
        Ok(browser)
    }

    /// Closes the app: the process is gone afterwards.
    pub fn close_app(&self, app: Rc<App>) {
        self.shown
            .borrow_mut()
            .retain(|shown| !matches!(shown, Shown::App(other) if Rc::ptr_eq(other, &app)));
        drop(app);
    }

    async fn keep_evidence(&self) -> Result<()> {
        let folder = programs::target().join("e2e").join(&self.name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        copy_logs(self.folder.path(), &folder)?;
        let shown = std::mem::take(&mut *self.shown.borrow_mut());
        for (number, shown) in shown.iter().enumerate() {
            let (kind, driver) = match shown {
                Shown::App(app) => ("app", app.driver()),
                Shown::Browser(browser) => ("browser", &***browser),
            };
            let picture = folder.join(format!("{number}-{kind}.png"));
            if let Err(error) = driver.picture(&picture).await {
                eprintln!("no picture of {kind} {number}: {error:#}");
            }
            if let Ok(text) = driver.whole_text().await {
                fs::write(folder.join(format!("{number}-{kind}.txt")), text)?;
            }
        }
        eprintln!("pictures and logs: {}", folder.display());
        Ok(())
    }
}

fn copy_logs(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .context("a file without a name")?
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && !name.starts_with('.') && !name.starts_with("org.chromium") {
            copy_logs(&path, to)?;
        } else if name.ends_with(".log") {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
