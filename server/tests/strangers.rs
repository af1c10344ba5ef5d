//! Somebody who knows a document and its date, and has a thousand addresses and a whole day.

use std::collections::BTreeSet;

use aldaba_server::testing::{ANA, PendingActivation, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;
use aldaba_store::outbox::MessageKind;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::sms_limits::strangers_requests;

on_both!(a_stranger_with_a_thousand_addresses_keeps_the_owner_from_nothing);

const ADDRESSES: usize = 1000;
const SIGN_INS: usize = 100;
const DAY: u64 = 24 * 3600;

// REQ-LIM-06
async fn a_stranger_with_a_thousand_addresses_keeps_the_owner_from_nothing(backend: Backend) {
    let requests = strangers_requests(2000);
    let mut server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let activation = server.messages().await.len();
    let mut stranger = TestBrowser::default();
    stranger
        .get(&server, "/signin/sms?site=sede&procedure=padron")
        .await
        .expect(200);
    let fields = [
        ("document", ANA.document),
        ("contrast", ANA.contrast),
        ("own_key", "ab12"),
        ("own_key_again", "ab12"),
    ];
    let paths = ["/signin", "/signin/sms", "/signin/key"];
    let (mut made, mut refused, mut addresses) = (0, 0, BTreeSet::new());
    let mut own = BTreeSet::new();
    for sign_in in 0..SIGN_INS {
        let until = requests * (sign_in + 1) / SIGN_INS;
        while made < until {
            // As many of each address as there are for each.
            let number = addresses.len() % ADDRESSES;
            let address = format!("10.7.{}.{}", number / 250, number % 250 + 1);
            server.come_from(&address);
            addresses.insert(address);
            let share = (requests / ADDRESSES).max(1).min(until - made);
            let forms = (made..made + share).map(|nth| stranger.form(paths[nth % paths.len()], &fields));
            for answer in server.send_all(forms.collect()).await {
                assert!(
                    answer.status == 303 || answer.status == 429,
                    "a stranger is answered as anybody, or told to wait: {}",
                    answer.status
                );
                refused += usize::from(answer.status == 429);
            }
            made += share;
            if made % 500 < share {
                PendingActivation::start(&server, &ANA).await;
            }
        }

        // The owner, whose own request may be one too many to be shown by itself: the page's code brings it up.
        server.come_from("192.0.2.7");
        let mut browser = TestBrowser::ask(&server, &ANA).await;
        own.insert(browser.request().to_string());
        let page = browser.get(&server, "/signin/pin").await.expect(200).text();
        device.lookup(&server, &TestBrowser::code_of(&page)).await.expect(200);
        device.reveal(&server, &browser.request()).await.expect(200);
        let pin = device.pin(&browser.request(), "sede");
        browser.type_pin(&server, &pin).await.expect(303);
        assert!(browser.has_session(), "sign-in {sign_in}");
        server.wait(DAY / u64::try_from(SIGN_INS).unwrap() - 1);
    }

    let notices = shown(&server).await.difference(&own).count();
    let messages = server.messages().await.split_off(activation);
    let sms = messages
        .iter()
        .filter(|message| message.kind != MessageKind::NewDevice)
        .count();
    println!(
        "{made} requests from {} addresses, {refused} told to wait; {SIGN_INS} sign-ins; {notices} notices, {sms} SMS",
        addresses.len()
    );
    assert!(notices <= 10, "{notices} notices");
    assert!(sms < 6, "{sms} SMS beside that of the activation");
    assert!(addresses.len() >= ADDRESSES.min(requests));
    aldaba_store::audit::verify(server.app.store()).await.unwrap();
}

/// The requests that devices were shown by themselves.
async fn shown(server: &TestServer) -> BTreeSet<String> {
    let database = server.database.connect().await.unwrap();
    let sql = "SELECT id FROM requests WHERE quiet = 0 AND method = 'incoming'";
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| hex::encode(row.try_get_by_index::<Vec<u8>>(0).unwrap()))
        .collect()
}
