//! What no stranger can use up: the SMS of a person, the sleep of a person, the money of a site.

use std::time::Duration;

use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::time::Timestamp;
use aldaba_server::config::Procedure;
use aldaba_server::testing::{ANA, LUIS, PendingActivation, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::outbox::MessageKind;
use aldaba_store::{Backend, requests};

on_both!(
    strangers_by_the_thousand_leave_the_owner_signing_in,
    without_a_known_browser_six_a_day_are_all_there_are,
    who_said_no_twice_hears_of_strangers_no_more,
    a_browser_is_known_after_any_sign_in,
    a_site_is_sent_what_it_pays_for,
    sites_and_operators_decide_who_is_offered_it,
);

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Who knows document and contrast datum asks by SMS, from a browser.
async fn ask(server: &TestServer, browser: &mut TestBrowser, person: &TestPerson) {
    browser
        .get(server, "/signin/sms?site=sede&procedure=padron")
        .await
        .expect(200);
    let fields = [("document", person.document), ("contrast", person.contrast)];
    // Messages are listed in the order of their times.
    server.wait(1);
    browser.post(server, "/signin/sms", &fields).await.expect(303);
    browser.get(server, "/signin/pin").await.expect(200);
}

async fn by_sms(server: &TestServer, person: &TestPerson) -> TestBrowser {
    let mut browser = TestBrowser::default();
    ask(server, &mut browser, person).await;
    browser
}

/// When codes were written for that phone, and of which kind.
async fn codes(server: &TestServer, phone: &str) -> Vec<(Timestamp, MessageKind)> {
    let messages = server.messages().await;
    let to_phone = messages.iter().filter(|message| message.to.e164() == phone);
    let codes = to_phone.filter(|message| message.kind != MessageKind::NewDevice);
    codes.map(|message| (message.created_at, message.kind)).collect()
}

/// The most in any 24 hours.
fn most_a_day(times: &[Timestamp]) -> usize {
    let in_the_day_to = |end: Timestamp| times.iter().filter(|at| **at <= end && end.since(**at) < DAY).count();
    times.iter().map(|end| in_the_day_to(*end)).max().unwrap_or(0)
}

/// How many requests strangers make; a soak sets more.
pub fn strangers_requests(otherwise: usize) -> usize {
    let set = std::env::var("ALDABA_STRANGER_REQUESTS");
    set.ok().and_then(|count| count.parse().ok()).unwrap_or(otherwise)
}

// REQ-SMS-04, REQ-SMS-05, REQ-LIM-05: in four days of it, the owner signs in by SMS ten times of ten.
async fn strangers_by_the_thousand_leave_the_owner_signing_in(backend: Backend) {
    const SIGN_INS: usize = 10;
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut known = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &known.request()).await.expect(200);
    let pin = device.pin(&known.request(), "sede");
    known.type_pin(&server, &pin).await.expect(303);
    let ana = server.person(&ANA).await;

    let mut strangers = Vec::new();
    for _ in 0..50 {
        let mut stranger = TestBrowser::default();
        stranger
            .get(&server, "/signin/sms?site=sede&procedure=padron")
            .await
            .expect(200);
        strangers.push(stranger);
    }
    let fields = [
        ("document", ANA.document),
        ("contrast", ANA.contrast),
        ("own_key", "ab12"),
        ("own_key_again", "ab12"),
    ];
    let paths = ["/signin/sms", "/signin/key", "/signin/sms", "/signin"];
    let mut made = 0;
    for sign_in in 0..SIGN_INS {
        let until = strangers_requests(1000) * (sign_in + 1) / SIGN_INS;
        while made < until {
            let batch = (made..until).take(100);
            let forms =
                batch.map(|number| strangers[number % strangers.len()].form(paths[number % paths.len()], &fields));
            let answers = server.send_all(forms.collect()).await;
            assert!(
                answers.iter().all(|answer| answer.status == 303),
                "strangers are answered as anybody"
            );
            made += answers.len();
        }
        for _ in 0..3 {
            PendingActivation::start(&server, &ANA).await;
        }
        let mut waiting = TestBrowser::ask(&server, &ANA).await;
        server.wait(60);
        waiting.post(&server, "/signin/pin/sms", &[]).await.expect(303);

        ask(&server, &mut known, &ANA).await;
        server.wait(60);
        let last = server.messages().await.pop().unwrap();
        assert_eq!(last.kind, MessageKind::KnownSignInPin, "sign-in {sign_in}");
        assert!(last.due_at <= server.app.now());
        let pin = server.last_code(ANA.phone).await;
        known.type_pin(&server, &pin).await.expect(303);
        let now = server.app.now();
        let notices = server
            .read(move |tx| Box::pin(async move { requests::counts(tx, &ana, now).await }))
            .await;
        assert!(notices.unanswered_day <= 10, "{notices:?}");
        server.wait(8 * 3600);
    }
    let codes = codes(&server, ANA.phone).await;
    let times = |kinds: &[MessageKind]| -> Vec<Timestamp> {
        codes
            .iter()
            .filter(|(_, kind)| kinds.contains(kind))
            .map(|(at, _)| *at)
            .collect()
    };
    let all = [
        MessageKind::ActivationCode,
        MessageKind::SignInPin,
        MessageKind::KnownSignInPin,
    ];
    assert!(most_a_day(&times(&all)) <= 6, "{codes:?}");
    assert!(
        most_a_day(&times(&all[..2])) <= 4,
        "the first day's own activation, and three of strangers: {codes:?}"
    );
    assert_eq!(times(&all[2..]).len(), SIGN_INS);
    assert!(
        times(&all[..2]).len() >= 9,
        "strangers did use up their share: {codes:?}"
    );
    aldaba_store::audit::verify(server.app.store()).await.unwrap();
}

// REQ-SMS-04: for whom nothing can be reserved, the day's six are everybody's; the app is not touched.
async fn without_a_known_browser_six_a_day_are_all_there_are(backend: Backend) {
    let server = TestServer::new(backend).await;
    for _ in 0..3 {
        for _ in 0..5 {
            by_sms(&server, &ANA).await;
        }
        server.wait(3600);
    }
    let sent = codes(&server, ANA.phone).await.len();
    assert_eq!(sent, 6, "three an hour, six a day");
    let pending = PendingActivation::start(&server, &ANA).await;
    pending.resend(&server).await.expect(202);
    by_sms(&server, &ANA).await;
    assert_eq!(codes(&server, ANA.phone).await.len(), 6, "activation included");
    // Somebody else's are their own.
    by_sms(&server, &LUIS).await;
    assert_eq!(codes(&server, LUIS.phone).await.len(), 1);
    server.wait(24 * 3600);
    let mut next = by_sms(&server, &ANA).await;
    let pin = server.last_code(ANA.phone).await;
    next.type_pin(&server, &pin).await.expect(303);
}

// REQ-SMS-04, REQ-LIM-04
async fn who_said_no_twice_hears_of_strangers_no_more(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut known = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &known.request()).await.expect(200);
    let pin = device.pin(&known.request(), "sede");
    known.type_pin(&server, &pin).await.expect(303);
    for _ in 0..2 {
        let strangers = TestBrowser::ask(&server, &ANA).await;
        device.reject(&server, &strangers.request(), "not_me").await.expect(200);
    }
    let before = codes(&server, ANA.phone).await.len();
    by_sms(&server, &ANA).await;
    assert_eq!(codes(&server, ANA.phone).await.len(), before);
    ask(&server, &mut known, &ANA).await;
    assert_eq!(
        codes(&server, ANA.phone).await.len(),
        before + 1,
        "the owner's browser is heard"
    );
    server.wait(24 * 3600);
    by_sms(&server, &ANA).await;
    assert_eq!(codes(&server, ANA.phone).await.len(), before + 2);
}

// REQ-SMS-05
async fn a_browser_is_known_after_any_sign_in(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    assert!(!browser.cookies.keys().any(|name| name.contains("known")), "not before");
    device.reveal(&server, &browser.request()).await.expect(200);
    let pin = device.pin(&browser.request(), "sede");
    let entered = browser.type_pin(&server, &pin).await.expect(303);
    let set: Vec<_> = entered.headers.get_all("set-cookie").iter().collect();
    let set: Vec<_> = set.iter().map(|value| value.to_str().unwrap()).collect();
    let cookie = set
        .iter()
        .find(|cookie| cookie.starts_with("__Host-aldaba_known="))
        .unwrap();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=31536000"),
        "{cookie}"
    );
    let value = browser.cookies["__Host-aldaba_known"].clone();
    assert_eq!(value.len(), 43);
    assert!(!browser.cookies["__Host-aldaba_session"].contains(&value));

    // Somebody else in the same browser is unknown there until they sign in; the cookie stays the same.
    ask(&server, &mut browser, &LUIS).await;
    assert_eq!(codes(&server, LUIS.phone).await[0].1, MessageKind::SignInPin);
    let pin = server.last_code(LUIS.phone).await;
    browser.type_pin(&server, &pin).await.expect(303);
    assert_eq!(browser.cookies["__Host-aldaba_known"], value);
    for person in [LUIS, ANA] {
        ask(&server, &mut browser, &person).await;
        let codes = codes(&server, person.phone).await;
        assert_eq!(codes.last().unwrap().1, MessageKind::KnownSignInPin);
    }
    // Nothing in the database ties the two together.
    let database = server.database.connect().await.unwrap();
    use sea_orm::ConnectionTrait;
    let sql = "SELECT COUNT(DISTINCT browser_mac), COUNT(DISTINCT person_id) FROM known_browsers";
    let statement = sea_orm::Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    assert_eq!(
        (
            row.try_get_by_index::<i64>(0).unwrap(),
            row.try_get_by_index::<i64>(1).unwrap()
        ),
        (2, 2)
    );
    // A browser that makes one up is known to nobody.
    let mut forged = TestBrowser::default();
    forged.cookies.insert("__Host-aldaba_known".to_owned(), "A".repeat(43));
    ask(&server, &mut forged, &ANA).await;
    assert_eq!(
        codes(&server, ANA.phone).await.last().unwrap().1,
        MessageKind::SignInPin
    );
}

// REQ-SMS-06
async fn a_site_is_sent_what_it_pays_for(backend: Backend) {
    let server = TestServer::with(backend, |config| config.relying_parties[0].sms_per_month = 2).await;
    let sent = async || codes(&server, ANA.phone).await.len() + codes(&server, LUIS.phone).await.len();
    for person in [ANA, LUIS, ANA] {
        by_sms(&server, &person).await;
    }
    assert_eq!(sent().await, 2);
    // Nobody's requests cost nothing, nor do those beyond a person's limits.
    server.wait(17 * 24 * 3600);
    let mut strange = TestBrowser::default();
    let nobody = TestPerson {
        document: "00000000T",
        ..ANA
    };
    ask(&server, &mut strange, &nobody).await;
    for person in [ANA, LUIS, LUIS] {
        by_sms(&server, &person).await;
    }
    assert_eq!(sent().await, 4, "another month");
}

// REQ-SMS-06
async fn sites_and_operators_decide_who_is_offered_it(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        let mut strict = Procedure::new("hacienda", "Hacienda");
        strict.level = Some(Level::Substantial);
        config.relying_parties[0].procedures.push(strict);
    })
    .await;
    let mut browser = TestBrowser::default();
    // A site that pays for none, and a procedure that needs more than SMS proves.
    for query in ["site=otra", "site=sede&procedure=hacienda"] {
        let page = browser
            .get(&server, &format!("/signin?{query}"))
            .await
            .expect(200)
            .text();
        assert!(!page.contains("/signin/sms") && !page.contains("/signin/key"));
        for path in ["/signin/sms", "/signin/key"] {
            let refused = browser.get(&server, &format!("{path}?{query}")).await.expect(403);
            assert_eq!(refused.code(), "method_refused");
            browser.get(&server, "/signin?site=sede").await.expect(200);
            let mut fields = vec![("document", ANA.document), ("contrast", ANA.contrast)];
            fields.extend([("own_key", "ab12"), ("own_key_again", "ab12")]);
            let (site, procedure) = match query.split_once("&procedure=") {
                Some((_, procedure)) => ("sede", procedure),
                None => ("otra", ""),
            };
            fields.extend([("site", site), ("procedure", procedure)]);
            let refused = browser.post(&server, path, &fields).await.expect(403);
            assert_eq!(refused.code(), "method_refused");
        }
        let mut asked = TestBrowser::default();
        asked.get(&server, &format!("/signin?{query}")).await.expect(200);
        asked.start(&server, &ANA, &[]).await.expect(303);
        server.wait(60);
        let page = asked.get(&server, "/signin/pin").await.expect(200).text();
        assert!(!page.contains("/signin/pin/sms"));
        let refused = asked.post(&server, "/signin/pin/sms", &[]).await.expect(403);
        assert_eq!(refused.code(), "method_refused");
    }
    assert!(server.messages().await.is_empty());

    let off = TestServer::with(backend, |config| {
        config.methods.disabled = vec![Method::Sms, Method::OwnKeySms]
    })
    .await;
    let page = browser.get(&off, "/signin?site=sede").await.expect(200).text();
    assert!(!page.contains("/signin/sms") && !page.contains("/signin/key"));
    browser.get(&off, "/signin/sms?site=sede").await.expect(403);
    browser.get(&off, "/signin/key?site=sede").await.expect(403);
}

/// The letters that an SMS can hold 160 of (GSM 03.38, basic table; 3GPP TS 23.038 section 6.2.1).
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                   abcdefghijklmnopqrstuvwxyzäöñüà";

// REQ-SMS-07
#[tokio::test]
async fn the_sms_says_whom_it_is_for_and_fits_into_one() {
    let cases = [
        (
            Language::Es,
            "Aldaba: …… es su PIN para entrar en sede.example. Vale 10 minutos, una vez. No lo diga a nadie.\n@pin.example #……",
            120,
        ),
        (
            Language::En,
            "Aldaba: …… is your PIN to sign in to sede.example. Valid for 10 minutes, once. Tell it to nobody.\n@pin.example #……",
            122,
        ),
    ];
    for (language, expected, units) in cases {
        let server = TestServer::new(Backend::Sqlite).await;
        let tag = language.tag();
        let database = server.database.connect().await.unwrap();
        use sea_orm::ConnectionTrait;
        database
            .execute_unprepared(&format!("UPDATE persons SET language = '{tag}'"))
            .await
            .unwrap();
        // The page speaks the other language: the SMS is for its owner.
        let other = if language == Language::Es { "en" } else { "es" };
        let mut browser = TestBrowser::default();
        browser
            .get(&server, &format!("/signin/sms?site=sede&lang={other}"))
            .await
            .expect(200);
        ask(&server, &mut browser, &ANA).await;
        let pin = server.last_code(ANA.phone).await;
        let text = server.messages().await.pop().unwrap().text;
        assert_eq!(text, expected.replace("……", &pin));
        // GSM-7: one unit a letter, 160 in one SMS. With a domain and a host of 30 letters it still is one.
        assert!(text.chars().all(|letter| GSM.contains(letter)), "{text}");
        assert_eq!(text.chars().count(), units, "{text}");
        let grown = text.chars().count() + (30 - "sede.example".len()) + (30 - "pin.example".len());
        assert!(grown <= 160, "{grown}");
    }
}
