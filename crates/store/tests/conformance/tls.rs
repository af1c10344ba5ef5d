//! TLS to PostgreSQL, on a server of this test's own that offers it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aldaba_core::random::OsRandom;
use aldaba_store::testing::POSTGRES_VARIABLE;
use aldaba_store::{ServerKeys, Store, StoreConfig};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

/// A PostgreSQL whose certificate is for `localhost` and was signed by an authority of its own. As root it runs as another user,
/// because PostgreSQL refuses root.
struct Postgres {
    server: Child,
    folder: tempfile::TempDir,
    port: u16,
}

/// The folder with PostgreSQL's programs: where its link on the path leads, or the newest that is installed.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path)
        .filter_map(|folder| folder.join("postgres").canonicalize().ok())
        .filter_map(|file| file.parent().map(Path::to_path_buf));
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = installed.map(|entry| entry.path().join("bin")).collect();
    found.sort();
    on_path
        .chain(found.into_iter().rev())
        .find(|folder| folder.join("initdb").is_file())
        .expect("PostgreSQL is not installed")
}

/// Whom PostgreSQL runs as where this test is root: user and group.
fn other_user() -> Option<(&'static str, String)> {
    let id = |arguments: &[&str]| Command::new("id").args(arguments).output().unwrap();
    if id(&["-u"]).stdout != b"0\n" {
        return None;
    }
    ["postgres", "nobody"].into_iter().find_map(|name| {
        let group = id(&["-g", name]);
        let number = String::from_utf8(group.stdout).unwrap();
        group.status.success().then(|| (name, number.trim().to_owned()))
    })
}

/// A free port where no outgoing connection takes it before PostgreSQL does, and no other test (`aldaba-tests` takes those from
/// 10,000 on).
fn free_port() -> u16 {
    let begin = usize::try_from(std::process::id()).unwrap() % 1000;
    (9_000..10_000)
        .cycle()
        .skip(begin)
        .take(1000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("no port is free")
}

fn run(mut command: Command) {
    let output = command.current_dir("/").output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An authority: its certificate, and what it signs with.
fn authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "Authority of a test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let certificate = params.self_signed(&key).unwrap().pem();
    (certificate, Issuer::new(params, key))
}

impl Postgres {
    fn start() -> Self {
        let (programs, user) = (programs(), other_user());
        let as_user = |program: &str| match &user {
            None => Command::new(programs.join(program)),
            Some((name, group)) => {
                let mut command = Command::new("setpriv");
                let ids = [format!("--reuid={name}"), format!("--regid={group}")];
                command.args(ids).args(["--clear-groups", "--"]);
                command.arg(programs.join(program));
                command
            }
        };
        let folder = tempfile::Builder::new().prefix("aldaba-tls-").tempdir().unwrap();
        let (certificate, issuer) = authority();
        fs::write(folder.path().join("ca.pem"), certificate).unwrap();
        fs::write(folder.path().join("other.pem"), authority().0).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        fs::write(
            folder.path().join("server.pem"),
            params.signed_by(&key, &issuer).unwrap().pem(),
        )
        .unwrap();
        let key_file = folder.path().join("server.key");
        fs::write(&key_file, key.serialize_pem()).unwrap();
        let mut chmod = Command::new("chmod");
        chmod.arg("0600").arg(&key_file);
        run(chmod);
        if let Some((name, _)) = &user {
            let mut chown = Command::new("chown");
            chown.args(["-R", *name]).arg(folder.path());
            run(chown);
        }
        let data = folder.path().join("data");
        let mut initdb = as_user("initdb");
        initdb.arg("-D").arg(&data);
        initdb.args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        ]);
        run(initdb);

        let port = free_port();
        let mut server = as_user("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        server.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-c", "ssl=on"]);
        for (setting, file) in [("ssl_cert_file", "server.pem"), ("ssl_key_file", "server.key")] {
            server
                .arg("-c")
                .arg(format!("{setting}={}", folder.path().join(file).display()));
        }
        let server = server
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut postgres = Self { server, folder, port };
        let began = Instant::now();
        loop {
            let mut ready = Command::new(programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-U", "postgres", "-p", &port.to_string()]);
            if ready.status().unwrap().success() {
                return postgres;
            }
            assert!(
                postgres.server.try_wait().unwrap().is_none(),
                "postgres stopped at once"
            );
            assert!(began.elapsed() < Duration::from_secs(60), "postgres is not ready");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn url(&self, host: &str, mode: &str, authority: Option<&str>) -> String {
        let url = format!("postgres://postgres@{host}:{}/postgres?sslmode={mode}", self.port);
        match authority {
            Some(file) => format!("{url}&sslrootcert={}", self.folder.path().join(file).display()),
            None => url,
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown.
        let _ = Command::new("kill")
            .args(["-INT", &self.server.id().to_string()])
            .status();
        let _ = self.server.wait();
    }
}

async fn opens(url: &str, keys: &Arc<ServerKeys>) -> Result<(), String> {
    match Store::open(&StoreConfig::new(url), Arc::clone(keys)).await {
        Ok(store) => {
            store.ping().await.unwrap();
            store.close().await.unwrap();
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}

// REQ-OPS-05
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_to_postgresql_is_as_safe_as_its_address_says() {
    let postgres = Postgres::start();
    let keys = Arc::new(ServerKeys::generate(&OsRandom));
    for (host, mode, authority, expected) in [
        ("localhost", "require", None, true),
        ("localhost", "verify-full", Some("ca.pem"), true),
        ("localhost", "verify-ca", Some("ca.pem"), true),
        // The certificate is for another name.
        ("127.0.0.1", "verify-ca", Some("ca.pem"), true),
        ("127.0.0.1", "verify-full", Some("ca.pem"), false),
        // Of an authority that is not the one, or none of those that everybody knows.
        ("localhost", "verify-full", Some("other.pem"), false),
        ("localhost", "verify-ca", Some("other.pem"), false),
        ("localhost", "verify-full", None, false),
        ("localhost", "verify-full", Some("missing.pem"), false),
    ] {
        let opened = opens(&postgres.url(host, mode, authority), &keys).await;
        assert_eq!(opened.is_ok(), expected, "{host} {mode} {authority:?}: {opened:?}");
    }
    for (mode, expected) in [("verify-full", true), ("require", true), ("disable", false)] {
        let connection = Database::connect(postgres.url("localhost", mode, Some("ca.pem")))
            .await
            .unwrap();
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let row = connection
            .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
            .await
            .unwrap();
        assert_eq!(row.unwrap().try_get_by_index::<bool>(0).unwrap(), expected, "{mode}");
        connection.close().await.unwrap();
    }
    // One that has no TLS is not spoken to in the clear.
    let plain = std::env::var(POSTGRES_VARIABLE).unwrap();
    let refused = opens(&format!("{plain}?sslmode=require"), &keys).await.unwrap_err();
    assert!(refused.contains("TLS"), "{refused}");
}
