//! What makes settings unsafe, and the commands that run with them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use aldaba_server::config::Config;

const GOOD: &str = r#"
listen = "127.0.0.1:0"
public_url = "https://pin.example.org"
database = "sqlite://FOLDER/aldaba.db"
key_file = "FOLDER/server.keys"
[messages]
kind = "gateway"
url = "https://sms.example.com/messages"
headers = { "content-type" = "application/json" }
body = '{"to":"{to}","text":"{text}"}'
[[relying_parties]]
id = "villarriba"
name = "Ayuntamiento de Villarriba"
domain = "sede.villarriba.example"
return_url = "https://sede.villarriba.example/entrar"
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.run(&["key", "create", folder.path("server.keys").to_str().unwrap()]);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn settings(&self, text: &str) -> PathBuf {
        let file = self.path("server.toml");
        std::fs::write(&file, text.replace("FOLDER", self.0.path().to_str().unwrap())).unwrap();
        file
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_aldaba-server"))
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap()
    }

    fn why(&self, text: &str) -> String {
        Config::load(&self.settings(text))
            .err()
            .unwrap_or_else(|| panic!("accepted"))
            .to_string()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8(output.stderr.clone()).unwrap()
}

fn mode(file: &Path, mode: u32) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}

// REQ-OPS-03
#[test]
fn unsafe_settings_are_refused_with_what_to_do() {
    let folder = Folder::new();
    assert!(Config::load(&folder.settings(GOOD)).is_ok());
    for (from, to, expected) in [
        (
            "https://pin.example.org",
            "http://pin.example.org",
            "outside this machine it must be https",
        ),
        (
            "https://pin.example.org",
            "https://pin.example.org/aldaba",
            "leave out the rest",
        ),
        (
            "https://pin.example.org",
            "ftp://pin.example.org",
            "starts with https://",
        ),
        ("listen = ", "lisen = 1\nlisten = ", "unknown field"),
        ("FOLDER/aldaba.db", "FOLDER/nowhere/aldaba.db", "make it first"),
        ("sqlite://", "mysql://", "postgres://… or sqlite:///"),
        (
            "sqlite://FOLDER/aldaba.db",
            "postgres://aldaba@/aldaba",
            "write it like postgres://aldaba@db.example.org/aldaba",
        ),
        (
            "[[relying_parties]]",
            "first_wait_seconds = 0\n[[relying_parties]]",
            "messages.first_wait_seconds: at least 1 is needed",
        ),
        ("server.keys", "other.keys", "aldaba-server key create"),
        ("https://sms", "http://sms", "url must be https"),
        ("\"text\":\"{text}\"", "", "holds {text}"),
        ("{text}", "{text} {secret:token}", "no file is named for it"),
        ("https://sede", "http://sede", "return_url must be https"),
        ("id = \"villarriba\"", "id = \"villa rriba\"", "use letters"),
        ("kind = \"gateway\"", "kind = \"pigeon\"", "unknown variant"),
        ("[messages]", "[policy]\npin_digits = 3\n[messages]", "from 6 to 9"),
        (
            "listen = ",
            "geoip_database = \"FOLDER/geo.mmdb\"\nlisten = ",
            "there is no file",
        ),
        // A list that cannot be looked up is no list; what a hash costs is no setting.
        (
            "listen = ",
            "leaked_passwords = \"FOLDER/server.keys\"\nlisten = ",
            "leaked_passwords",
        ),
        (
            "listen = ",
            "password_cost = { memory = 8, passes = 1 }\nlisten = ",
            "unknown field",
        ),
        (
            "listen = ",
            "trusted_proxies = [\"10.0.0.0/33\"]\nlisten = ",
            "write it like 10.0.0.0/8",
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let why = folder.why(&GOOD.replace(from, to));
        assert!(why.contains(expected), "{from} → {to}: {why}");
    }
    let outbox = GOOD.split("[messages]").next().unwrap().to_owned() + "[messages]\nkind = \"outbox\"\n";
    assert!(folder.why(&outbox).contains("for the demo only"));
    assert!(folder.why("").contains("missing field"));
    assert!(
        Config::load(&folder.path("nowhere.toml"))
            .err()
            .unwrap()
            .to_string()
            .contains("there is no file")
    );
    mode(&folder.path("server.keys"), 0o440);
    assert!(folder.why(GOOD).contains("chmod 0400"));
}

#[test]
fn the_commands_look_after_a_server() {
    let folder = Folder::new();
    let settings = folder.settings(GOOD);
    let config = settings.to_str().unwrap();
    let ok = |arguments: &[&str]| {
        let output = folder.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        text(&output)
    };
    let add = [
        "citizen",
        "add",
        "--config",
        config,
        "--document",
        "12345678z",
        "--contrast",
        "17/05/2031",
    ];
    let add = [
        &add[..],
        &[
            "--name",
            "Ana García Ruiz",
            "--phone",
            "600000001",
            "--level",
            "substantial",
        ],
    ]
    .concat();
    assert_eq!(ok(&add), "added\n");
    assert_eq!(ok(&add), "was there already: updated\n");
    let shown = ok(&["citizen", "show", "--config", config, "12345678Z"]);
    assert!(
        shown.contains("A. G. R.") && shown.contains("****5678*") && !shown.contains("García"),
        "{shown}"
    );
    let shown = ok(&["citizen", "show", "--config", config, "12345678Z", "--reveal"]);
    assert!(
        shown.contains("Ana García Ruiz") && shown.contains("+34600000001"),
        "{shown}"
    );
    std::fs::write(
        folder.path("more.csv"),
        "document,contrast,name\n87654321X,2029-11-02,Luis\n",
    )
    .unwrap();
    assert_eq!(
        ok(&["citizen", "import", "--config", config, "more.csv"]),
        "1 added, 0 updated\n"
    );
    std::fs::write(
        folder.path("bad.csv"),
        "document,contrast,name\n87654321A,2029-11-02,Luis\n",
    )
    .unwrap();
    let bad = folder.run(&["citizen", "import", "--config", config, "bad.csv"]);
    assert!(
        !bad.status.success() && text(&bad).contains("line 2: document: its letter is wrong"),
        "{}",
        text(&bad)
    );
    assert!(ok(&["device", "list", "--config", config, "12345678Z"]).starts_with("device"));
    let none = folder.run(&[
        "device",
        "revoke",
        "--config",
        config,
        "00112233445566778899aabbccddeeff",
    ]);
    assert!(!none.status.success() && text(&none).contains("there is no device"));
    assert_eq!(
        ok(&["password", "cancel", "--config", config, "12345678Z"]),
        "there was no password\n"
    );
    let nobody = folder.run(&["password", "cancel", "--config", config, "00000000T"]);
    assert!(!nobody.status.success() && text(&nobody).contains("there is no citizen"));
    assert!(ok(&["audit", "verify", "--config", config]).starts_with("4 entries"));
    assert!(ok(&["openapi"]).contains("\"openapi\": \"3.1.0\""));
    let again = folder.run(&["key", "create", folder.path("server.keys").to_str().unwrap()]);
    assert!(
        !again.status.success() && text(&again).contains("never overwritten"),
        "{}",
        text(&again)
    );
    let public = folder.run(&["demo", "--listen", "0.0.0.0:0", "--no-browser"]);
    assert!(
        !public.status.success() && text(&public).contains("this machine only"),
        "{}",
        text(&public)
    );
    for arguments in [&["--help"][..], &["serve", "--help"], &["citizen", "import", "--help"]] {
        assert!(ok(arguments).contains("xample"), "{arguments:?} teaches by examples");
    }
}
