//! Citizens are added, imported and shown.

use aldaba_server::citizens::{import, sample};
use aldaba_server::testing::{ANA, TestDevice, TestPerson, TestServer};
use aldaba_store::{Backend, persons};

on_both!(
    all_rows_are_imported_or_none,
    an_import_updates_who_is_there,
    the_demos_people_are_added_once
);

const GOOD: &str = "document,contrast,name,phone,level,language
55667788Z,2033-01-25,Nuria Puig Soler,600000006,low,es
x-1234567-l,1234567,Ioana Popescu,+34 600 000 004,substantial,
";

async fn all_rows_are_imported_or_none(backend: Backend) {
    let server = TestServer::new(backend).await;
    let written = import::write(&server.app, import::read(GOOD).unwrap(), false)
        .await
        .unwrap();
    assert_eq!((written.added, written.updated), (2, 0));
    let nuria = TestPerson {
        document: "55667788Z",
        contrast: "25/01/2033",
        name: "Nuria Puig Soler",
        phone: "+34600000006",
    };
    TestDevice::activate(&server, &nuria).await;

    let bad = "\u{feff}document;contrast;name;phone;level
12345678A;2033-01-25;Una;600000007;low
55667788Z;01-01-9999;Dos;600000008;low
99887766P;2030-01-01;;12;top
12345678Z;2031-05-17;Tres;;
1234 5678 z;2031-05-17;Tres otra vez;;
solo uno
";
    let faults: Vec<String> = import::read(bad)
        .unwrap_err()
        .into_iter()
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(
        faults,
        [
            "line 2: document: its letter is wrong",
            "line 3: contrast: a permanent DNI is contrasted by its issue date",
            "line 4: name: it is empty, longer than 200 characters, or has control characters",
            "line 4: phone: it is no mobile phone number",
            "line 4: level: it is low, substantial or high",
            "line 6: the same document as in line 5",
            "line 7: the row has another number of columns, or is not UTF-8",
        ]
    );
    assert_eq!(import::read("document,name\n").unwrap_err().len(), 1);
    assert_eq!(
        import::read("document,contrast,name,shoe_size\n12345678Z,2031-05-17,Ana,38\n")
            .unwrap_err()
            .len(),
        1
    );
    assert_eq!(server.read(|tx| Box::pin(persons::count(tx))).await, 4);
}

async fn an_import_updates_who_is_there(backend: Backend) {
    let server = TestServer::new(backend).await;
    let before = TestDevice::activate(&server, &ANA).await;
    let rows = "document,contrast,name,phone,level,language\n12345678Z,2035-01-01,Ana García,600000077,low,en\n";
    let written = import::write(&server.app, import::read(rows).unwrap(), false)
        .await
        .unwrap();
    assert_eq!((written.added, written.updated), (0, 1));
    before.info(&server).await.expect(200);
    let renewed = TestPerson {
        contrast: "2035-01-01",
        phone: "+34600000077",
        ..ANA
    };
    TestDevice::activate(&server, &renewed).await;
}

async fn the_demos_people_are_added_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let missing = sample::people().len() as u64 - 2;
    assert_eq!(
        sample::add_missing(&server.app, sample::people()).await.unwrap(),
        missing,
        "two are there already"
    );
    assert_eq!(sample::add_missing(&server.app, sample::people()).await.unwrap(), 0);
}
