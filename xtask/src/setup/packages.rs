//! System packages: looked for by what they bring, installed with apt where apt and the right to use it are there.

use std::fs;

use anyhow::{Result, bail};

use super::Purpose;
use crate::{command, places, postgres};

/// How to see that a package is there without asking a package database of one distribution.
enum Sign {
    /// One of these programs is on PATH.
    Program(&'static [&'static str]),
    /// pkg-config knows the library.
    Library(&'static str),
    /// fontconfig has the family.
    Font(&'static str),
    /// PostgreSQL's server, new enough.
    Postgres,
    /// This file is there.
    File(&'static str),
    /// A python3 that makes environments of its own.
    PythonVenv,
}

struct Package {
    /// Its name on Debian; Ubuntu's is the same except for Chromium.
    name: &'static str,
    sign: Sign,
    what_for: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Building,
    WebDriver,
    Testing,
}

const PACKAGES: &[Package] = &[
    package(
        "build-essential",
        Sign::Program(&["cc"]),
        "compiles the C parts",
        Kind::Building,
    ),
    package(
        "pkg-config",
        Sign::Program(&["pkg-config"]),
        "finds libraries",
        Kind::Building,
    ),
    package(
        "libwebkit2gtk-4.1-dev",
        Sign::Library("webkit2gtk-4.1"),
        "the app's web view",
        Kind::Building,
    ),
    package(
        "libgtk-3-dev",
        Sign::Library("gtk+-3.0"),
        "the app's window",
        Kind::Building,
    ),
    package(
        "librsvg2-dev",
        Sign::Library("librsvg-2.0"),
        "the app's icons",
        Kind::Building,
    ),
    package(
        "libayatana-appindicator3-dev",
        Sign::Library("ayatana-appindicator3-0.1"),
        "the app's tray icon",
        Kind::Building,
    ),
    package("nodejs", Sign::Program(&["node"]), "builds the screens", Kind::Building),
    package("npm", Sign::Program(&["npm"]), "builds the screens", Kind::Building),
    package(
        "gnome-keyring",
        Sign::Program(&["gnome-keyring-daemon"]),
        "keeps the app's secrets",
        Kind::WebDriver,
    ),
    package(
        "dbus",
        Sign::Program(&["dbus-daemon"]),
        "the keyring is asked over it",
        Kind::WebDriver,
    ),
    package(
        "xvfb",
        Sign::Program(&["Xvfb"]),
        "a screen for machines without one",
        Kind::WebDriver,
    ),
    package(
        "xclip",
        Sign::Program(&["xclip"]),
        "reads the clipboard that the app wrote",
        Kind::WebDriver,
    ),
    package(
        "openbox",
        Sign::Program(&["openbox"]),
        "puts the app's window away when the app asks for it",
        Kind::WebDriver,
    ),
    package(
        "webkit2gtk-driver",
        Sign::Program(&["WebKitWebDriver"]),
        "drives the app",
        Kind::WebDriver,
    ),
    package(
        "chromium",
        Sign::Program(CHROMIUM),
        "the citizen's browser",
        Kind::WebDriver,
    ),
    package(
        "chromium-driver",
        Sign::Program(CHROMEDRIVER),
        "drives the browser",
        Kind::WebDriver,
    ),
    package(
        "libnss3-tools",
        Sign::Program(&["pk12util"]),
        "gives the browser a citizen's certificate",
        Kind::WebDriver,
    ),
    package(
        "fonts-dejavu-core",
        Sign::Font("DejaVu Sans"),
        "letters in the pictures",
        Kind::WebDriver,
    ),
    package(
        "postgresql",
        Sign::Postgres,
        "the second database, started privately by the tests",
        Kind::Testing,
    ),
    package(
        "openssl",
        Sign::Program(&["openssl"]),
        "answers and reads what others' programs would",
        Kind::Testing,
    ),
    package(
        "apache2-bin",
        Sign::File("/usr/sbin/apache2"),
        "an example of a public site; no service is installed",
        Kind::Testing,
    ),
    package(
        "libapache2-mod-auth-openidc",
        Sign::File("/usr/lib/apache2/modules/mod_auth_openidc.so"),
        "an example of a public site",
        Kind::Testing,
    ),
    package(
        "python3-venv",
        Sign::PythonVenv,
        "an example of a public site",
        Kind::Testing,
    ),
];

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMEDRIVER: &[&str] = &["chromedriver", "chromium.chromedriver"];

const fn package(name: &'static str, sign: Sign, what_for: &'static str, kind: Kind) -> Package {
    Package {
        name,
        sign,
        what_for,
        kind,
    }
}

impl Package {
    fn is_there(&self) -> bool {
        match &self.sign {
            Sign::Program(names) => places::program(names).is_some(),
            Sign::Library(name) => command::succeeds(command::new("pkg-config").args(["--exists", name])),
            Sign::Font(family) => {
                command::output(command::new("fc-list").arg(family)).is_ok_and(|list| !list.is_empty())
            }
            Sign::Postgres => postgres::programs().is_some(),
            Sign::File(file) => std::path::Path::new(file).is_file(),
            Sign::PythonVenv => command::succeeds(command::new("python3").args(["-c", "import ensurepip, venv"])),
        }
    }

    fn serves(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Everything => true,
            Purpose::DemoAsPictures => self.kind != Kind::Testing,
            Purpose::DemoOnScreen => self.kind == Kind::Building,
        }
    }
}

fn missing(purpose: Purpose) -> Vec<&'static Package> {
    PACKAGES
        .iter()
        .filter(|package| package.serves(purpose) && !package.is_there())
        .collect()
}

/// Names what is missing; an error when anything is.
pub fn check(purpose: Purpose) -> Result<()> {
    let missing = missing(purpose);
    for package in &missing {
        println!("  missing: {:<30} {}", package.name, package.what_for);
    }
    if !missing.is_empty() {
        bail!(
            "{} system packages are missing: `cargo xtask setup` installs them",
            missing.len()
        );
    }
    println!("  every system package is there");
    node_is_new_enough()
}

/// Installs what is missing with apt as root or by password-less sudo; otherwise says exactly what to type and stops.
pub fn install(purpose: Purpose) -> Result<()> {
    let missing = missing(purpose);
    if missing.is_empty() {
        return node_is_new_enough();
    }
    for package in &missing {
        println!("  missing: {:<30} {}", package.name, package.what_for);
    }
    let system = System::read();
    if !system.has_apt {
        bail!(
            "{} is neither Debian nor Ubuntu: install what brings the programs and libraries named above with its own \
             package manager, then run this again",
            system.name
        );
    }
    let (browser, by_apt): (Vec<_>, Vec<_>) = missing
        .into_iter()
        .partition(|package| system.is_ubuntu && package.name.starts_with("chromium"));
    let mut commands: Vec<Vec<&str>> = Vec::new();
    if !by_apt.is_empty() {
        commands.push(vec!["apt-get", "update"]);
        let mut words = vec!["apt-get", "install", "-y", "--no-install-recommends"];
        words.extend(by_apt.iter().map(|package| package.name));
        commands.push(words);
    }
    if !browser.is_empty() {
        println!(
            "  Ubuntu has Chromium and its driver as a snap only; a Chrome with chromedriver on PATH does as well"
        );
        commands.push(vec!["snap", "install", "chromium"]);
    }
    let Some(prefix) = right_to_install() else {
        println!("\nThis takes the rights of root. Type:\n");
        for words in &commands {
            println!("    sudo {}", words.join(" "));
        }
        println!();
        bail!("system packages are missing; type the above, then run this again");
    };
    for words in &commands {
        let mut line = prefix.to_vec();
        line.extend(words);
        println!("  {}", line.join(" "));
        let (program, rest) = line
            .split_first()
            .map_or(("true", &[][..]), |(first, rest)| (*first, rest));
        command::run(
            command::new(program)
                .args(rest)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    let still: Vec<&str> = self::missing(purpose).iter().map(|package| package.name).collect();
    if !still.is_empty() {
        bail!(
            "still missing after installing: {}; {} may have them in another version or place",
            still.join(", "),
            system.name
        );
    }
    node_is_new_enough()
}

/// The words to put before an installing command: none as root, sudo where it asks nothing, `None` without the right.
fn right_to_install() -> Option<&'static [&'static str]> {
    if command::is_root() {
        Some(&[])
    } else if command::succeeds(command::new("sudo").args(["-n", "true"])) {
        Some(&["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"])
    } else {
        None
    }
}

struct System {
    name: String,
    has_apt: bool,
    is_ubuntu: bool,
}

impl System {
    fn read() -> Self {
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let value = |key: &str| {
            let line = release
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches('"').to_owned()
        };
        let name = value("PRETTY_NAME");
        Self {
            name: if name.is_empty() {
                std::env::consts::OS.to_owned()
            } else {
                name
            },
            has_apt: places::program(&["apt-get"]).is_some(),
            is_ubuntu: value("ID") == "ubuntu",
        }
    }
}

/// Vite needs Node 20.19 or newer; Debian 12's own is older.
fn node_is_new_enough() -> Result<()> {
    let version = command::output(command::new("node").arg("--version"))?;
    let mut numbers = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|number| number.parse::<u32>().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < (20, 19) {
        bail!(
            "Node.js {} is too old: the screens are built with 20.19 or newer (https://nodejs.org)",
            version.trim()
        );
    }
    Ok(())
}
