//! A citizen is erased: nothing of them is left, and what was open has ended.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use aldaba_core::document::Document;
use aldaba_core::level::Level;
use aldaba_core::random::OsRandom;
use aldaba_server::citizens::{erase, import, renounce};
use aldaba_server::requests::poll::Poll;
use aldaba_server::testing::{ANA, LUIS, PendingActivation, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::certificate_tickets::{self, Begun, Ticket};
use aldaba_store::{Backend, KeyFile, StoreError, audit};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::oidc::stage::Stage;
use crate::password::{self, OTHER, WORDS};

on_both!(
    nothing_is_left_in_any_table,
    what_was_open_has_ended_on_every_node,
    who_renounced_is_erased_too,
);

async fn erased(server: &TestServer, person: &TestPerson) -> bool {
    let document = Document::parse(person.document).unwrap();
    erase::erase(&server.app, document).await.unwrap()
}

/// The database as a thief sees it: every table with the text of each of its rows.
struct Look {
    connection: DatabaseConnection,
    backend: Backend,
}

impl Look {
    async fn new(server: &TestServer, backend: Backend) -> Self {
        let connection = server.database.connect().await.unwrap();
        Self { connection, backend }
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.connection.get_database_backend(), sql);
        let rows = self.connection.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Every table, or those with a column of that name.
    async fn tables(&self, with: Option<&str>) -> BTreeSet<String> {
        let sql = match (self.backend, with) {
            (Backend::Sqlite, None) => "SELECT name FROM sqlite_master WHERE type = 'table'".to_owned(),
            (Backend::Sqlite, Some(column)) => format!(
                "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = '{column}'"
            ),
            (Backend::Postgres, None) => {
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"
                    .to_owned()
            }
            (Backend::Postgres, Some(column)) => format!(
                "SELECT table_name::text FROM information_schema.columns WHERE table_schema = current_schema() \
                 AND column_name = '{column}'"
            ),
        };
        self.texts(&sql).await.into_iter().collect()
    }

    /// The rows of a table, whatever its columns are: bytes as hexadecimal digits.
    async fn rows(&self, table: &str) -> Vec<String> {
        match self.backend {
            Backend::Postgres => self.texts(&format!("SELECT t::text FROM {table} t")).await,
            Backend::Sqlite => {
                let columns = self
                    .texts(&format!("SELECT name FROM pragma_table_info('{table}')"))
                    .await;
                let columns: Vec<String> = columns
                    .iter()
                    .map(|name| {
                        format!("CASE typeof({name}) WHEN 'blob' THEN lower(hex({name})) ELSE COALESCE({name}, '') END")
                    })
                    .collect();
                self.texts(&format!("SELECT {} FROM {table}", columns.join(" || ' ' || ")))
                    .await
            }
        }
    }

    /// The numbers of a person's rows of a table.
    async fn ids(&self, table: &str, person: &str) -> Vec<String> {
        let hex = |column: &str| match self.backend {
            Backend::Sqlite => format!("lower(hex({column}))"),
            Backend::Postgres => format!("encode({column}, 'hex')"),
        };
        let (id, whose) = (hex("id"), hex("person_id"));
        self.texts(&format!("SELECT {id} FROM {table} WHERE {whose} = '{person}'"))
            .await
    }

    /// Whether a row of that table holds any of them.
    async fn has(&self, table: &str, needles: &[String]) -> bool {
        let rows = self.rows(table).await;
        rows.iter()
            .any(|row| needles.iter().any(|needle| row.contains(needle.as_str())))
    }

    /// The tables in which something of that is found.
    async fn found(&self, needles: &[String]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for table in self.tables(None).await {
            if self.has(&table, needles).await {
                found.insert(table);
            }
        }
        found
    }
}

/// What finds a person in a row: their number, the index of their document, and whatever is kept only hashed but is one's own.
async fn needles(server: &TestServer, person: &TestPerson) -> Vec<String> {
    let document = Document::parse(person.document).unwrap();
    vec![
        hex::encode(server.person(person).await.as_bytes()),
        hex::encode(server.app.keys().document_index(&document)),
    ]
}

/// Leaves something of Ana in every table that can hold it.
async fn everything(stage: &Stage, device: &mut TestDevice) -> TestBrowser {
    let server = &stage.server;
    let mut browser = TestBrowser::default();
    stage.tokens(&mut browser, device, "sede", &[]).await;
    server.wait(1);
    PendingActivation::start(server, &ANA).await;
    password::create(server, &ANA, WORDS).await;
    password::sign_in(server, &ANA, OTHER)
        .await
        .1
        .expect_problem("password_wrong");
    TestBrowser::ask(server, &ANA).await;
    // By SMS, from the start.
    let mut by_sms = TestBrowser::default();
    by_sms.get(server, "/signin/sms?site=sede").await.expect(200);
    let person = [("document", ANA.document), ("contrast", ANA.contrast)];
    by_sms.post(server, "/signin/sms", &person).await.expect(303);
    // A certificate that proved her.
    let (now, id) = (server.app.now(), server.person(&ANA).await);
    let begun = Begun {
        relying_party: "sede".to_owned(),
        procedure: String::new(),
        language: aldaba_core::language::Language::Es,
        level: Level::Low,
    };
    let (going, back) = (Ticket::generate(&OsRandom), Ticket::generate(&OsRandom));
    let until = now.plus(std::time::Duration::from_secs(60));
    server
        .app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                certificate_tickets::begin(tx, &going, &[1; 32], &begun, now, until).await?;
                certificate_tickets::prove(tx, &going, &back, &id, Level::Low, now, until).await
            })
        })
        .await
        .map(|proved: bool| assert!(proved))
        .map_err(|error: StoreError| error)
        .unwrap();
    browser
}

// REQ-OPS-06
async fn nothing_is_left_in_any_table(backend: Backend) {
    let stage = Stage::new(backend).await;
    let server = &stage.server;
    let mut device = TestDevice::activate(server, &ANA).await;
    let his = TestDevice::activate(server, &LUIS).await;
    password::create(server, &LUIS, WORDS).await;
    everything(&stage, &mut device).await;
    let look = Look::new(server, backend).await;
    let (hers, its) = (needles(server, &ANA).await, hex::encode(device.id.as_bytes()));
    let luis = look.found(&needles(server, &LUIS).await).await;

    // The look sees her in every table that can hold somebody: a new one must be thought of here and in the erasure.
    let mut expected = look.tables(Some("person_id")).await;
    expected.extend(look.tables(Some("document_index")).await);
    expected.insert("persons".to_owned());
    assert_eq!(look.found(&hers).await, expected);
    assert!(look.found(std::slice::from_ref(&its)).await.contains("nonces"));

    let of_hers = [
        ("activation_codes", look.ids("activations", &hers[0]).await),
        ("sms_pins", look.ids("requests", &hers[0]).await),
    ];
    for (table, ids) in &of_hers {
        assert!(look.has(table, ids).await, "{table}");
    }
    assert!(erased(server, &ANA).await);
    let left = look.found(&hers).await;
    assert_eq!(left, BTreeSet::from(["audit".to_owned()]), "random numbers, of nobody");
    let left = look.found(&[its]).await;
    assert_eq!(left, BTreeSet::from(["audit".to_owned(), "erased_devices".to_owned()]));
    for (table, ids) in &of_hers {
        assert!(!look.has(table, ids).await, "{table}");
    }
    // The entry that says so is about nobody, and the chain holds.
    let said = look
        .texts("SELECT kind FROM audit WHERE kind = 'person.erased' AND person_id IS NULL")
        .await;
    assert_eq!(said.len(), 1);
    audit::verify(server.app.store()).await.unwrap();
    // Everybody else is as before.
    assert_eq!(look.found(&needles(server, &LUIS).await).await, luis);
    his.info(server).await.expect(200);
    // There is nobody to erase now; an import makes somebody new.
    assert!(!erased(server, &ANA).await);
    let row = "document,contrast,name\n12345678Z,2031-05-17,Ana García Ruiz\n";
    let again = import::write(&server.app, import::read(row).unwrap(), false)
        .await
        .unwrap();
    assert_eq!((again.added, again.updated, again.left_out), (1, 0, 0));
    assert_ne!(needles(server, &ANA).await[0], hers[0]);
    look.connection.close().await.unwrap();
}

// REQ-OPS-06
async fn what_was_open_has_ended_on_every_node(backend: Backend) {
    let stage = Stage::new(backend).await;
    let server = &stage.server;
    let mut device = TestDevice::activate(server, &ANA).await;
    let his = TestDevice::activate(server, &LUIS).await;
    let mut browser = TestBrowser::default();
    stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    browser.get(server, "/account").await.expect(200);
    let (mut events, mut others) = (device.events(server, None).await, his.events(server, None).await);
    assert!(events.is_silent().await);
    // As the command does it: in a process of its own.
    let (node, document) = (server.another_node(), Document::parse(ANA.document).unwrap());
    let mut poll = Poll::new(&server.app);
    assert!(erase::erase(&node, document).await.unwrap());
    assert!(events.is_silent().await, "not of this process");
    poll.once(&server.app).await.unwrap();
    let event = events.next().await.unwrap();
    assert_eq!(
        (event.kind.as_str(), event.data.as_str()),
        ("device", r#"{"state":"revoked"}"#)
    );
    assert!(events.ends().await);
    assert!(others.is_silent().await);
    device.info(server).await.expect_problem("device_unknown");
    browser.get(server, "/account").await.expect(303);
    // The site of her session is told, by the name that it knows.
    assert_eq!(stage.told().await.len(), 1);
    // Whoever asks in her name is answered as for anybody unknown.
    let before = server.messages().await.len();
    TestBrowser::ask(server, &ANA).await;
    PendingActivation::start(server, &ANA).await;
    assert_eq!(server.messages().await.len(), before);
}

// REQ-OPS-06
async fn who_renounced_is_erased_too(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let (hers, look) = (needles(&server, &ANA).await, Look::new(&server, backend).await);
    assert!(
        renounce::renounce(&server.app, server.person(&ANA).await)
            .await
            .unwrap()
    );
    assert!(erased(&server, &ANA).await);
    assert_eq!(look.found(&hers).await, BTreeSet::from(["audit".to_owned()]));
    device.info(&server).await.expect_problem("device_unknown");
    look.connection.close().await.unwrap();
}

// REQ-OPS-06
#[test]
fn the_command_asks_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    KeyFile::create(&folder.path().join("keys"), &OsRandom).unwrap();
    let settings = format!(
        "listen = \"127.0.0.1:0\"\npublic_url = \"https://pin.example.org\"\ndatabase = \"sqlite://{}\"\nkey_file = \"{}\"\n\
         [messages]\nkind = \"gateway\"\nurl = \"https://sms.example.com/\"\nbody = '{{text}} {{to}}'\n",
        path("aldaba.db"),
        path("keys")
    );
    std::fs::write(folder.path().join("server.toml"), settings).unwrap();
    let run = |arguments: &[&str], typed: &str| {
        use std::io::Write;
        let mut child = Command::new(env!("CARGO_BIN_EXE_aldaba-server"))
            .args(arguments)
            .args(["--config", "server.toml"])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.success(), told)
    };
    let add = || {
        let citizen = [
            "citizen",
            "add",
            "--document",
            "12345678Z",
            "--contrast",
            "2031-05-17",
            "--name",
            "Ana",
        ];
        assert!(run(&citizen, "").0);
    };
    add();
    for typed in ["", "y\n", "87654321X\n"] {
        let (done, told) = run(&["citizen", "erase", "12345678Z"], typed);
        assert!(!done && told.contains("nothing was erased"), "{told}");
        assert!(!told.contains("12345678Z"), "masked: {told}");
    }
    let (done, told) = run(&["citizen", "erase", "12345678Z"], "12345678-z\n");
    assert!(done && told.ends_with("erased\n"), "{told}");
    let (done, told) = run(&["citizen", "erase", "12345678Z", "--yes"], "");
    assert!(!done && told.contains("there is no citizen"), "{told}");
    add();
    let (done, told) = run(&["citizen", "erase", "12345678Z", "--yes"], "");
    assert!(done && told == "erased\n", "{told}");
}
