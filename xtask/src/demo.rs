//! `cargo xtask demo`: the main job, from a DNI to a PIN to being signed in.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{command, places, setup, ui};

/// What `demo` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Makes pictures instead of opening windows, also where there is a display.
    #[arg(long)]
    pictures: bool,
    /// Where the demo's server listens on this machine. An activated app remembers it.
    #[arg(long, default_value_t = 8620)]
    port: u16,
}

/// How the demo is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In windows, for a person to click through.
    OnScreen,
    /// As pictures, made by driving the real programs on a screen that nobody sees.
    AsPictures,
}

/// The command.
pub fn run(arguments: &Arguments) -> Result<()> {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|it| !it.is_empty()));
    let shown = if has_display && !arguments.pictures {
        Shown::OnScreen
    } else {
        Shown::AsPictures
    };
    if shown == Shown::AsPictures && !arguments.pictures {
        println!("There is no display here, so the demo will be shown as pictures.\n");
    }
    setup::ready(match shown {
        Shown::OnScreen => setup::Purpose::DemoOnScreen,
        Shown::AsPictures => setup::Purpose::DemoAsPictures,
    })?;
    build(shown)?;
    match shown {
        Shown::OnScreen => on_screen(arguments.port),
        Shown::AsPictures => as_pictures(),
    }
}

/// Builds what a demo takes.
pub fn build(shown: Shown) -> Result<()> {
    println!("\nbuild 1/2: the screens");
    ui::build()?;
    println!("build 2/2: server and app (the first time takes some minutes)");
    let mut build = match shown {
        Shown::OnScreen => {
            let mut build = command::cargo();
            build.args(["build", "--package", "aldaba", "--package", "aldaba-server"]);
            build.args(["--features", "aldaba/custom-protocol"]);
            build
        }
        // With everything else, as the tests build it: nothing is compiled twice.
        Shown::AsPictures => command::cargo_workspace(&["build"]),
    };
    command::run(build.arg("--bins"))
}

fn as_pictures() -> Result<()> {
    let folder = places::target().join("demo");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    println!();
    command::run(command::new(places::built("tour")).arg(&folder))?;
    println!(
        "\nnext: look at the pictures above. On a machine with a display the same command opens the app and the browser,\n\
         and you go through it yourself. `cargo xtask test` runs every check."
    );
    Ok(())
}

/// Children that end with us, also when something fails half-way. Ctrl-C reaches them by itself: they are in our group.
struct Running(Vec<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn on_screen(port: u16) -> Result<()> {
    if TcpListener::bind(("127.0.0.1", port)).is_err() {
        bail!("port {port} is taken, perhaps by another demo: stop it, or choose another with --port");
    }
    let data = places::target().join("demo-data");
    fs::create_dir_all(&data)?;
    let mut server = command::new(places::built("aldaba-server"));
    server
        .args([
            "demo",
            "--no-browser",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--data",
        ])
        .arg(&data);
    let log = fs::File::create(places::target().join("demo-server.log"))?;
    let mut server = server
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .context("cannot start aldaba-server")?;
    let output = server.stdout.take().context("no output of the server")?;
    let mut running = Running(vec![server]);
    let mut lines = BufReader::new(output).lines().map_while(std::result::Result::ok);
    let ready = lines.find_map(|line| line.strip_prefix("ready ").map(|url| url.trim().to_owned()));
    let url = ready.context("the server ended before it was ready; see target/demo-server.log")?;

    let citizens: Value = serde_json::from_str(&get(port, "/demo/citizens")?).context("/demo/citizens")?;
    let mut app = command::new(places::built("aldaba"));
    let app_log = fs::File::create(places::target().join("demo-app.log"))?;
    app.env("ALDABA_SERVER", &url)
        .stdout(app_log.try_clone()?)
        .stderr(app_log);
    running.0.push(app.spawn().context("cannot start the app")?);
    let opened = places::program(&["xdg-open"])
        .is_some_and(|open| command::succeeds(command::new(open).arg(format!("{url}/demo/sede"))));

    tell(&url, &citizens, opened);
    // Draining the server's output keeps it from stopping on a full pipe; the loop ends when the server does.
    lines.for_each(drop);
    bail!("the server has ended; see target/demo-server.log")
}

fn tell(url: &str, citizens: &Value, opened: bool) {
    let text = |citizen: &Value, name: &str| citizen.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    println!("\nSample citizens (all invented):");
    // Those who answer by themselves are for programs.
    let people = citizens.as_array().into_iter().flatten();
    for citizen in people.filter(|citizen| citizen.get("behaviour").is_none_or(Value::is_null)) {
        println!(
            "  {:<11} {:<12} {}",
            text(citizen, "document"),
            text(citizen, "contrast"),
            text(citizen, "name")
        );
    }
    println!(
        "\n1. In the app's window: \"Activar este dispositivo\", with a document and the datum beside it from the list above."
    );
    println!("2. The SMS with the code is at {url}/demo/messages: type the code in the app.");
    let how = if opened {
        "In the browser that has opened"
    } else {
        "Open in a browser"
    };
    println!("3. {how}, {url}/demo/sede: \"Identificarse\", the same document, \"Obtener PIN\".");
    println!("4. The request appears in the app by itself: compare the two words, \"Ver PIN\".");
    println!("5. Type the PIN in the browser. You are signed in; \"Desconectar\" ends it.");
    println!("\nCtrl-C stops everything. Starting the demo again keeps the activated device.");
}

/// The body of a small page of our own server.
fn get(port: u16, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    // HTTP/1.0: the answer comes whole and the server closes the connection after it.
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    if !head.starts_with("HTTP/1.0 200") && !head.starts_with("HTTP/1.1 200") {
        bail!("{path}: {}", head.lines().next().unwrap_or_default());
    }
    Ok(body.to_owned())
}
