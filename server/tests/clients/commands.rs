//! `aldaba-server client …` and `oidc-key …`, and the file of the clients.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use aldaba_server::config::Config;

use super::signer::Signer;

const SETTINGS: &str = r#"
listen = "127.0.0.1:0"
public_url = "https://pin.example.org"
database = "sqlite://FOLDER/aldaba.db"
key_file = "FOLDER/server.keys"
clients_file = "FOLDER/clients.toml"
[messages]
kind = "gateway"
url = "https://sms.example.com/messages"
body = '{to} {text}'
"#;

const CLIENTS: &str = r#"
[[relying_parties]]
id = "villarriba"
name = "Ayuntamiento de Villarriba"
domain = "sede.villarriba.example"
return_url = "https://sede.villarriba.example/entrar"
redirect_uris = ["https://sede.villarriba.example/oidc/vuelta"]
claims = ["given_name"]
sms_per_month = 5
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let keys = folder.path("server.keys");
        let made = Command::new(env!("CARGO_BIN_EXE_aldaba-server"))
            .args(["key", "create", keys.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(made.status.success());
        folder.write(
            "server.toml",
            &SETTINGS.replace("FOLDER", folder.0.path().to_str().unwrap()),
        );
        folder.write("clients.toml", CLIENTS);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aldaba-server"));
        command.args(arguments).current_dir(&self.0);
        command.env("ALDABA_CONFIG", self.path("server.toml"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str], words: &str) {
        let output = self.run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && errors.contains(words),
            "{arguments:?}: {errors}"
        );
        assert_eq!(errors.lines().count(), 1, "one line: {errors}");
    }
}

fn secret(text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix("client_secret "));
    line.unwrap_or_else(|| panic!("no secret: {text}")).to_owned()
}

const ADD: [&str; 10] = [
    "client",
    "add",
    "--id",
    "nueva",
    "--name",
    "Sede nueva",
    "--domain",
    "nueva.example",
    "--return-url",
    "https://nueva.example/entrar",
];

// REQ-CLI-02
#[test]
fn a_client_is_looked_after_by_command() {
    let folder = Folder::new();
    let more = [
        "--redirect-uri",
        "https://nueva.example/a",
        "--redirect-uri",
        "https://nueva.example/b",
        "--claims",
        "given_name,document",
        "--procedure",
        "tributos=Recibos y tributos:substantial",
        "--methods",
        "incoming,qr",
        "--sms-per-month",
        "7",
    ];
    let added = folder.ok(&[&ADD[..], &more].concat());
    let first = secret(&added);
    assert_eq!(added, format!("client_id nueva\nclient_secret {first}\n"));
    assert_eq!(first.len(), 43);
    let shown = folder.ok(&["client", "show", "nueva"]);
    for words in [
        "state      active",
        "origin     command",
        "proves by  secret",
        "until rotated",
        "https://nueva.example/b",
        "\"substantial\"",
        "\"document\"",
        "\"qr\"",
        "\"sms_per_month\": 7",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains(&first));
    let second = secret(&folder.ok(&["client", "rotate", "nueva"]));
    assert_ne!(first, second);
    let listed = folder.ok(&["client", "list"]);
    assert!(listed.contains("until rotated, until "), "{listed}");
    assert_eq!(folder.ok(&["client", "disable", "nueva"]), "nueva disabled\n");
    assert_eq!(
        folder.ok(&["client", "disable", "nueva"]),
        "nueva was disabled before\n"
    );
    assert!(folder.ok(&["client", "list"]).contains("disabled"));
    assert_eq!(folder.ok(&["client", "enable", "nueva"]), "nueva enabled\n");
    assert_eq!(folder.ok(&["client", "enable", "nueva"]), "nueva was not disabled\n");
    folder.refused(&ADD, "there is a client nueva already");
    folder.refused(&["client", "rotate", "nadie"], "there is no client nadie");
    folder.refused(&["client", "show", "nadie"], "there is no client nadie");
    let third = folder.ok(&["client", "rotate", "nueva", "--grace", "0"]);
    assert_eq!(folder.ok(&["client", "list"]).matches("until").count(), 1, "{third}");
}

// REQ-CLI-05
#[test]
fn what_is_unsafe_is_refused_with_what_to_do() {
    let folder = Folder::new();
    let with = |more: &[&'static str]| [&ADD[..], more].concat();
    folder.refused(&with(&["--redirect-uri", "http://nueva.example/a"]), "must be https");
    folder.refused(
        &with(&["--redirect-uri", "https://nueva.example/*"]),
        "write each address out",
    );
    folder.refused(&with(&["--claims", "phone"]), "--claims: unknown variant");
    folder.refused(&with(&["--level", "top"]), "--level: unknown variant");
    folder.refused(
        &with(&["--methods", "sms", "--level", "high"]),
        "set up one of: certificate",
    );
    folder.refused(&with(&["--procedure", "tributos"]), "write it like");
    folder.refused(&with(&["--jwks", "nowhere.json"]), "--jwks nowhere.json");
    folder.write(
        "private.json",
        r#"{"keys":[{"kty":"EC","crv":"P-256","x":"","y":"","d":""}]}"#,
    );
    folder.refused(&with(&["--jwks", "private.json"]), "register the public half only");
    assert!(!folder.ok(&["client", "list"]).contains("nueva"));
    folder.write("public.json", &Signer::ec(9).jwks("k").to_string());
    let added = folder.ok(&with(&["--jwks", "public.json"]));
    assert!(
        added.contains("private_key_jwt") && !added.contains("client_secret"),
        "{added}"
    );
    assert!(folder.ok(&["client", "list"]).contains("keys"));
    folder.refused(&["client", "rotate", "nueva"], "has no secret");
    let keys = |file: &'static str| ["client", "rotate", "nueva", "--jwks", file];
    folder.refused(&keys("private.json"), "register the public half only");
    folder.refused(&keys("nowhere.json"), "--jwks nowhere.json");
    folder.write("other.json", &Signer::ec(10).jwks("other").to_string());
    assert_eq!(
        folder.ok(&keys("other.json")),
        "nueva signs with the keys of other.json\n"
    );
    assert!(folder.ok(&["client", "show", "nueva"]).contains("\"kid\": \"other\""));
    let why = |text: &str| {
        folder.write("clients.toml", text);
        Config::load(&folder.path("server.toml")).err().unwrap().to_string()
    };
    assert!(why(&CLIENTS.replace("claims", "client_secret = \"x\"\nclaims")).contains("unknown field"));
    assert!(
        why(&CLIENTS.replace("https://sede.villarriba.example/oidc", "http://x.example")).contains("must be https")
    );
    assert!(why(&format!("{CLIENTS}{CLIENTS}")).contains("villarriba is there twice"));
    assert!(why(&format!("listen = \"127.0.0.1:1\"\n{CLIENTS}")).contains("unknown field"));
    std::fs::remove_file(folder.path("clients.toml")).unwrap();
    let missing = Config::load(&folder.path("server.toml")).err().unwrap().to_string();
    assert!(missing.contains("clients_file: there is no file"), "{missing}");
}

// REQ-CLI-09
#[test]
fn what_was_sent_by_sms_is_reported() {
    let folder = Folder::new();
    folder.ok(&["client", "sync"]);
    let table = folder.ok(&["client", "sms-report", "--month", "2027-01"]);
    assert!(
        table.starts_with("2027-01") && table.contains("Ayuntamiento de Villarriba"),
        "{table}"
    );
    let csv = folder.ok(&["client", "sms-report", "--month", "2027-01", "--csv"]);
    assert_eq!(
        csv,
        "month,client,name,sms,budget\n2027-01,villarriba,Ayuntamiento de Villarriba,0,5\n"
    );
    assert_eq!(folder.ok(&["client", "sms-report", "--csv"]).lines().count(), 2);
    folder.refused(&["client", "sms-report", "--month", "enero"], "write it like 2027-01");
}

// REQ-KEY-04
#[test]
fn signing_keys_are_listed_and_rotated_by_command() {
    let folder = Folder::new();
    let rotated = folder.ok(&["oidc-key", "rotate"]);
    assert!(rotated.contains("signs from"), "{rotated}");
    assert!(folder.ok(&["oidc-key", "list"]).contains("announced"));
    let replaced = folder.ok(&["oidc-key", "rotate", "--now"]);
    assert!(replaced.contains("signs from now on"), "{replaced}");
    let listed = folder.ok(&["oidc-key", "list"]);
    assert!(listed.contains("withdrawn") && listed.contains("signing"), "{listed}");
    assert!(folder.ok(&["audit", "verify"]).starts_with("3 entries"));
}

/// A running server, stopped when the test ends.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

// REQ-CLI-01
#[test]
fn a_hangup_reads_the_file_again_and_a_wrong_file_changes_nothing() {
    let folder = Folder::new();
    let log = std::fs::File::create(folder.path("log")).unwrap();
    let server = folder.command(&["serve"]).stderr(Stdio::from(log)).spawn().unwrap();
    let server = Running(server);
    let hangup = || {
        let sent = Command::new("kill")
            .args(["-HUP", &server.0.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    };
    let logged = |words: &str, times: usize| {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(20) {
            if std::fs::read_to_string(folder.path("log"))
                .unwrap()
                .matches(words)
                .count()
                >= times
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{words}: {}", std::fs::read_to_string(folder.path("log")).unwrap());
    };
    logged("serving", 1);
    assert!(folder.ok(&["client", "list"]).contains("villarriba"));
    folder.write("clients.toml", &CLIENTS.replace("\"villarriba\"", "\"villabajo\""));
    hangup();
    logged("were read again", 1);
    let listed = folder.ok(&["client", "list"]);
    assert!(listed.contains("villabajo") && listed.contains("absent"), "{listed}");
    folder.write("clients.toml", &CLIENTS.replace("https://", "http://"));
    hangup();
    logged("the clients stay as they were", 1);
    folder.write("clients.toml", CLIENTS);
    assert_eq!(
        folder.ok(&["client", "list"]),
        listed,
        "the file is read when told to, not before"
    );
    let mode = std::fs::metadata(folder.path("server.keys"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o400);
}
