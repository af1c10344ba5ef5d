//! From the portal to the certificate host and back, with real handshakes: a session for who began, and for nobody else.

use std::net::SocketAddr;

use aldaba_core::ids::{PersonId, SessionId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::policy::seconds;
use aldaba_server::certificates::listener;
use aldaba_server::config::Config;
use aldaba_server::testing::{ANA, Answer, TestBrowser, TestServer};
use aldaba_store::{Backend, persons, sessions};
use rcgen::RevocationReason;
use reqwest::{Client, Identity, redirect};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use super::pki::{Authority, Files, HOST, Issued, ON_CARD, policy, rename};

on_both!(
    a_citizen_signs_in_with_a_certificate,
    a_ticket_is_good_once_and_in_one_browser,
    of_many_returns_one_signs_in,
    each_end_has_a_page,
    what_openid_connect_asks_is_asked_of_the_certificate_too,
);

pub struct House {
    pub server: TestServer,
    address: SocketAddr,
    files: Files,
    pub people: Authority,
}

/// What a browser shows of the certificate host's answer.
pub struct Shown {
    pub status: u16,
    pub location: String,
    headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl House {
    pub async fn new(backend: Backend, change: impl FnOnce(&mut Config)) -> Self {
        let people = Authority::root("AC Personas de Prueba");
        let files = Files::new(&[&people]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = files.settings();
        settings.public_url = format!("https://{HOST}:{}", address.port()).parse().unwrap();
        settings.crls = vec![files.write("people.crl", &people.list(&[]))];
        let server = TestServer::with(backend, |config| {
            config.certificates = Some(settings);
            change(config);
        })
        .await;
        tokio::spawn(listener::serve(server.app.clone(), listener, TaskTracker::new()));
        Self {
            server,
            address,
            files,
            people,
        }
    }

    /// A browser that has that certificate, or none.
    pub fn client(&self, issued: Option<&Issued>, tls12: bool) -> Client {
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .resolve(HOST, self.address)
            .tls_certs_only([reqwest::Certificate::from_pem(self.files.tls.pem.as_bytes()).unwrap()]);
        if let Some(issued) = issued {
            let pem = format!("{}{}", issued.pem, issued.key.serialize_pem());
            builder = builder.identity(Identity::from_pem(pem.as_bytes()).unwrap());
        }
        if tls12 {
            builder = builder.tls_version_max(reqwest::tls::Version::TLS_1_2);
        }
        builder.build().unwrap()
    }

    /// Presses "continue" on the portal's page; the address of the certificate host that it leads to.
    pub async fn begin(&self, browser: &mut TestBrowser, site: &str) -> String {
        let path = format!("/signin/certificate?site={site}&procedure=padron");
        browser.get(&self.server, &path).await.expect(200);
        let answer = browser.post(&self.server, "/signin/certificate", &[]).await.expect(303);
        location(&answer)
    }

    pub async fn present(&self, client: &Client, address: &str) -> Shown {
        show(client.get(address).header("accept", "text/html").send().await.unwrap()).await
    }

    /// All the way.
    async fn sign_in(&self, browser: &mut TestBrowser, issued: &Issued, site: &str) -> Answer {
        let there = self.begin(browser, site).await;
        let shown = self.present(&self.client(Some(issued), false), &there).await;
        assert_eq!(shown.status, 303, "{}", shown.body);
        browser.get(&self.server, &back(&shown.location)).await
    }
}

async fn show(response: reqwest::Response) -> Shown {
    let location = response
        .headers()
        .get("location")
        .map(|value| value.to_str().unwrap().to_owned());
    Shown {
        status: response.status().as_u16(),
        location: location.unwrap_or_default(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}

impl Shown {
    fn code(&self) -> &str {
        let found = self
            .body
            .split_once("data-code=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        found.map(|(code, _)| code).unwrap_or_default()
    }
}

fn location(answer: &Answer) -> String {
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// The portal's path of an address.
pub fn back(address: &str) -> String {
    address.strip_prefix("https://pin.example").unwrap().to_owned()
}

async fn session(server: &TestServer, browser: &TestBrowser) -> Option<sessions::Session> {
    let id: SessionId = browser.cookies.get("__Host-aldaba_session")?.parse().unwrap();
    let (now, idle) = (server.app.now(), seconds(3600));
    let found = server
        .app
        .store()
        .write::<_, aldaba_store::StoreError, _>(move |tx| {
            Box::pin(async move { sessions::use_session(tx, &id, now, idle).await })
        })
        .await;
    found.unwrap()
}

async fn choose(server: &TestServer, person: PersonId, off: Vec<Method>) {
    let chosen = server.app.store().write::<_, aldaba_store::StoreError, _>(move |tx| {
        Box::pin(async move { persons::choose_methods(tx, &person, &[], &off).await })
    });
    assert!(chosen.await.unwrap());
}

// REQ-CERT-08, REQ-CERT-01
async fn a_citizen_signs_in_with_a_certificate(backend: Backend) {
    let house = House::new(backend, |_| {}).await;
    let on_card = house.people.person(|params| policy(params, ON_CARD));
    for (issued, tls12, level) in [
        (house.people.person(|_| {}), false, Level::Substantial),
        (house.people.person(|_| {}), true, Level::Substantial),
        (on_card, false, Level::High),
    ] {
        let mut browser = TestBrowser::default();
        let page = browser
            .get(&house.server, "/signin/certificate?site=sede&procedure=padron")
            .await
            .expect(200);
        assert!(
            page.text().contains(HOST),
            "the page says which address will see the certificate"
        );
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        let there = house.begin(&mut browser, "sede").await;
        assert!(!there.contains("12345678Z") && !there.contains("sede"), "{there}");
        let shown = house.present(&house.client(Some(&issued), tls12), &there).await;
        assert_eq!(shown.status, 303, "{}", shown.body);
        assert_eq!(shown.headers["connection"], "close");
        assert!(!shown.headers.contains_key("set-cookie"), "that host has no cookies");
        assert!(!shown.location.contains("12345678Z"), "{}", shown.location);
        let landed = browser.get(&house.server, &back(&shown.location)).await.expect(303);
        assert_eq!(location(&landed), "https://sede.example/entrar");
        let session = session(&house.server, &browser).await.unwrap();
        assert_eq!(session.person, house.server.person(&ANA).await);
        assert_eq!((session.method, session.level), (Method::Certificate, level));
        assert_eq!((session.device, session.request), (None, None));
        assert_eq!(session.relying_party, "sede");
    }
}

// REQ-CERT-09
async fn a_ticket_is_good_once_and_in_one_browser(backend: Backend) {
    let house = House::new(backend, |_| {}).await;
    let issued = house.people.person(|_| {});
    let client = house.client(Some(&issued), false);
    let (mut mallory, mut ana) = (
        TestBrowser::open(&house.server, "sede").await,
        TestBrowser::open(&house.server, "sede").await,
    );

    // Login CSRF and session fixation: what Mallory began, Ana's browser ends; nobody is signed in.
    let there = house.begin(&mut mallory, "sede").await;
    let shown = house.present(&client, &there).await;
    let refused = ana.get(&house.server, &back(&shown.location)).await.expect(403);
    assert_eq!(refused.code(), "certificate_other_browser");
    assert!(
        !refused.text().contains("site=sede"),
        "Mallory says not where Ana goes on"
    );
    assert!(!ana.has_session());
    let late = mallory.get(&house.server, &back(&shown.location)).await.expect(410);
    assert_eq!(late.code(), "certificate_ticket");
    // Back to where it began, or to another way, which is another page.
    let page = late.text();
    for way in [
        "https://pin.example/signin/certificate?site=sede&#38;procedure=padron\"",
        "https://pin.example/signin?site=sede&#38;procedure=padron&#38;way=incoming\"",
    ] {
        assert!(page.contains(way), "{page}");
    }
    assert!(!page.contains("/oidc/cancel"), "no site waits for an answer");
    assert!(!mallory.has_session());

    // A ticket goes once.
    let there = house.begin(&mut ana, "sede").await;
    let first = house.present(&client, &there).await;
    assert_eq!(first.status, 303);
    let again = house.present(&client, &there).await;
    assert_eq!((again.status, again.code()), (410, "certificate_ticket"));
    assert!(
        again.body.contains("https://pin.example/signin/certificate?site=sede"),
        "{}",
        again.body
    );
    // And comes back once.
    ana.get(&house.server, &back(&first.location)).await.expect(303);
    let again = ana.get(&house.server, &back(&first.location)).await.expect(410);
    assert_eq!(again.code(), "certificate_ticket");

    // Each has its time.
    let there = house.begin(&mut ana, "sede").await;
    house.server.wait(300);
    let late = house.present(&client, &there).await;
    assert_eq!((late.status, late.code()), (410, "certificate_ticket"));
    let there = house.begin(&mut ana, "sede").await;
    house.server.wait(299);
    let shown = house.present(&client, &there).await;
    house.server.wait(60);
    let late = ana.get(&house.server, &back(&shown.location)).await.expect(410);
    assert_eq!(late.code(), "certificate_ticket");

    // A certificate that was refused cannot be followed by a good one.
    let there = house.begin(&mut ana, "sede").await;
    let none = house.present(&house.client(None, false), &there).await;
    assert_eq!((none.status, none.code()), (403, "certificate_missing"));
    let good = house.present(&client, &there).await;
    assert_eq!((good.status, good.code()), (410, "certificate_ticket"));

    // The browser's new session is not one that somebody planted.
    let planted = "ab".repeat(32);
    ana.cookies.insert("__Host-aldaba_session".to_owned(), planted.clone());
    house.sign_in(&mut ana, &issued, "sede").await.expect(303);
    assert_ne!(ana.cookies["__Host-aldaba_session"], planted);
}

// REQ-CERT-09
async fn of_many_returns_one_signs_in(backend: Backend) {
    let house = House::new(backend, |_| {}).await;
    let issued = house.people.person(|_| {});
    let mut browser = TestBrowser::default();
    let there = house.begin(&mut browser, "sede").await;
    let shown = house.present(&house.client(Some(&issued), false), &there).await;
    let path = back(&shown.location);
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let requests = (0..32).map(|_| {
        http::Request::get(&path)
            .header("accept", "text/html")
            .header("cookie", cookies.join("; "))
            .body(axum::body::Body::empty())
            .unwrap()
    });
    let answers = house.server.send_all(requests.collect()).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.code() == "certificate_ticket")
            .count(),
        31
    );
}

// REQ-CERT-07, REQ-OIDC-19
async fn what_openid_connect_asks_is_asked_of_the_certificate_too(backend: Backend) {
    const CALLBACK: &str = "https://sede.example/vuelta";
    let house = House::new(backend, |config| {
        config.relying_parties[0].redirect_uris = vec![CALLBACK.to_owned()];
    })
    .await;
    let metadata = house.server.get("/.well-known/openid-configuration").await.expect(200);
    assert!(
        metadata.text().contains(Level::High.acr()),
        "a card may be presented here"
    );
    let (file, on_card) = (
        house.people.person(|_| {}),
        house.people.person(|params| policy(params, ON_CARD)),
    );
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["http://eidas.europa.eu/LoA/high"]}}}"#;
    for (name, value, issued, passes) in [
        ("claims", essential, &file, false),
        ("claims", essential, &on_card, true),
        ("acr_values", Level::High.acr(), &file, true),
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", "sede"),
                ("redirect_uri", CALLBACK),
                ("response_type", "code"),
                ("scope", "openid"),
                ("procedure", "padron"),
                ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
                ("code_challenge_method", "S256"),
                (name, value),
            ])
            .finish();
        let mut browser = TestBrowser::default();
        browser
            .get(&house.server, &format!("/oidc/authorize?{query}"))
            .await
            .expect(303);
        let there = house.begin(&mut browser, "sede").await;
        // A wish leads to the certificate and leaves the other ways; what is needed closes them.
        let first = browser.get(&house.server, "/signin?site=sede&procedure=padron").await;
        assert_eq!(
            first.expect(303).headers["location"],
            "/signin/certificate?site=sede&procedure=padron"
        );
        let other = browser
            .clone()
            .get(&house.server, "/signin/sms?site=sede&procedure=padron")
            .await;
        assert_eq!(other.status, if name == "claims" { 403 } else { 200 });
        let shown = house.present(&house.client(Some(issued), false), &there).await;
        if passes {
            browser.get(&house.server, &back(&shown.location)).await.expect(303);
            assert!(session(&house.server, &browser).await.is_some());
        } else {
            assert_eq!((shown.status, shown.code()), (403, "certificate_level"));
        }
    }
}

// REQ-CERT-10, REQ-CERT-08
async fn each_end_has_a_page(backend: Backend) {
    let house = House::new(backend, |config| {
        config.relying_parties[1].level = Level::High;
        let mut third = config.relying_parties[0].clone();
        "sin".clone_into(&mut third.id);
        third.methods = vec![Method::Incoming];
        config.relying_parties.push(third);
    })
    .await;
    let mut browser = TestBrowser::open(&house.server, "sede").await;
    let person = house.people.person(|_| {});

    // Good, but of nobody who is registered.
    let stranger = house.people.person(|params| rename(params, Some("IDCES-00000000T")));
    let there = house.begin(&mut browser, "sede").await;
    let shown = house.present(&house.client(Some(&stranger), false), &there).await;
    assert_eq!((shown.status, shown.code()), (403, "certificate_unregistered"));
    assert!(shown.body.contains("registr") && shown.body.contains("Sede sede"));
    assert!(
        shown.body.contains("https://pin.example/signin/certificate?site=sede"),
        "a way on"
    );

    // Good, but switched off by its owner.
    let ana = house.server.person(&ANA).await;
    choose(&house.server, ana, vec![Method::Certificate]).await;
    let there = house.begin(&mut browser, "sede").await;
    let shown = house.present(&house.client(Some(&person), false), &there).await;
    assert_eq!((shown.status, shown.code()), (403, "certificate_switched_off"));
    choose(&house.server, ana, Vec::new()).await;

    // Good, but not enough for what the site asks.
    let there = house.begin(&mut browser, "otra").await;
    let shown = house.present(&house.client(Some(&person), false), &there).await;
    assert_eq!((shown.status, shown.code()), (403, "certificate_level"));
    let on_card = house.people.person(|params| policy(params, ON_CARD));
    house.sign_in(&mut browser, &on_card, "otra").await.expect(303);

    // Revoked: a real handshake, a page in the language that the person reads.
    let list = house
        .people
        .list(&[(person.serial.as_slice(), RevocationReason::KeyCompromise)]);
    house.files.write("people.crl", &list);
    house.server.wait(600);
    browser
        .get(&house.server, "/signin/certificate?site=sede&lang=en")
        .await
        .expect(200);
    let there = house.begin(&mut browser, "sede").await;
    let shown = house.present(&house.client(Some(&person), false), &there).await;
    assert_eq!((shown.status, shown.code()), (403, "certificate_revoked"));
    assert!(shown.body.contains("<html lang=\"en\">") && shown.body.contains("is revoked"));
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self';"),
        "{policy}"
    );

    // Tickets that never were; the front page of that host leads to the portal; its pages' files are there.
    let anybody = house.client(None, false);
    let host = format!("https://{HOST}:{}", house.address.port());
    for ticket in ["", "zz", &"0".repeat(64)] {
        let shown = house
            .present(&anybody, &format!("{host}/present?ticket={ticket}"))
            .await;
        assert_eq!((shown.status, shown.code()), (410, "certificate_ticket"));
    }
    assert_eq!(
        house.present(&anybody, &format!("{host}/")).await.location,
        "https://pin.example/"
    );
    assert_eq!(
        house.present(&anybody, &format!("{host}/signin")).await.code(),
        "not_found"
    );
    let style = shown
        .body
        .split_once("href=\"/assets/portal.css")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    assert_eq!(
        house
            .present(&anybody, &format!("{host}/assets/portal.css{style}"))
            .await
            .status,
        200
    );

    // The portal's side.
    let nothing = browser
        .get(&house.server, "/signin/certificate/return?ticket=1")
        .await
        .expect(410);
    assert_eq!(nothing.code(), "certificate_ticket");
    let refused = browser
        .get(&house.server, "/signin/certificate?site=sin&procedure=padron")
        .await
        .expect(403);
    assert_eq!(refused.code(), "method_refused");
    browser
        .get(&house.server, "/signin/certificate?site=sede")
        .await
        .expect(200);
    let forged = browser
        .post(&house.server, "/signin/certificate", &[("csrf", "")])
        .await
        .expect(403);
    assert_eq!(forged.code(), "csrf");
    let refused = browser
        .post(&house.server, "/signin/certificate", &[("site", "sin")])
        .await
        .expect(403);
    assert_eq!(refused.code(), "method_refused");
    let ways = browser
        .get(&house.server, "/signin?site=sede&way=incoming")
        .await
        .expect(200)
        .text();
    assert!(ways.contains("/signin/certificate?site=sede"));
}

// REQ-CERT-08
#[tokio::test]
async fn without_settings_it_is_not_offered() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    let page = browser
        .get(&server, "/signin?site=sede&way=incoming")
        .await
        .expect(200)
        .text();
    assert!(!page.contains("/signin/certificate"));
    let refused = browser.get(&server, "/signin/certificate?site=sede").await.expect(403);
    assert_eq!(refused.code(), "method_refused");
}

// REQ-CERT-08: whatever a client writes into its headers, its address is that of its connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_header_says_whose_certificate_or_address_it_is() {
    let house = House::new(Backend::Sqlite, |config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.limits.calls_per_minute = 3;
    })
    .await;
    let issued = house.people.person(|_| {});
    let pem = issued.pem.replace('\n', "");
    let host = format!("https://{HOST}:{}", house.address.port());
    let client = house.client(None, false);
    let mut statuses = Vec::new();
    for number in 0..5 {
        let response = client
            .get(format!("{host}/present?ticket={}", "0".repeat(64)))
            .header("x-forwarded-for", format!("198.51.100.{number}"))
            .header("x-ssl-client-cert", &pem)
            .header("x-client-cert", &pem)
            .send()
            .await
            .unwrap();
        statuses.push(response.status().as_u16());
    }
    assert_eq!(statuses, [410, 410, 410, 429, 429], "they count as one address");
}
