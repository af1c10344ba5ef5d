//! Citizens are added, imported and shown.

use aldaba_core::level::Level;
use aldaba_server::citizens::{import, sample};
use aldaba_server::testing::{ANA, TestDevice, TestPerson, TestServer};
use aldaba_store::{Backend, persons};

on_both!(
    all_rows_are_imported_or_none,
    an_import_updates_who_is_there,
    what_a_file_does_not_say_stays,
    a_large_file_is_written_whole,
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

async fn what_a_file_does_not_say_stays(backend: Backend) {
    let server = TestServer::new(backend).await;
    let import = async |rows: &str| {
        let rows = import::read(rows).unwrap();
        import::write(&server.app, rows, false).await.unwrap()
    };
    let id = server.person(&ANA).await;
    let stored = async || {
        let found = server.read(move |tx| Box::pin(async move { persons::get_with_names(tx, &id).await }));
        let (person, names) = found.await.unwrap();
        let phone = person.phone.map(|phone| phone.e164().to_owned());
        (phone, person.level, person.language.tag(), names.given, names.family)
    };
    import("document,contrast,name,given_name,family_name,language\n12345678Z,2031-05-17,Ana G,Ana,G,en\n").await;
    let before = stored().await;
    assert_eq!(before.0.as_deref(), Some(ANA.phone));
    assert_eq!((before.1, before.2), (Level::Substantial, "en"));
    assert_eq!((before.3.as_deref(), before.4.as_deref()), (Some("Ana"), Some("G")));

    import("document,contrast,name\n12345678Z,2031-05-17,Ana García Ruiz\n").await;
    assert_eq!(stored().await, before);

    import("document,contrast,name,given_name,family_name,phone,level,language\n12345678Z,2031-05-17,Ana,,,,,\n").await;
    assert_eq!(
        stored().await,
        (None, Level::Low, "es", None, None),
        "an empty cell clears"
    );
}

async fn a_large_file_is_written_whole(backend: Backend) {
    let server = TestServer::new(backend).await;
    let letters: Vec<char> = "TRWAGMYFPDXBNJZSQVHLCKE".chars().collect();
    let mut rows = "document,contrast,name\n".to_owned();
    for number in 20_000_000..20_000_450_usize {
        rows += &format!("{number}{},2031-05-17,Persona\n", letters[number % 23]);
    }
    for (added, updated) in [(450, 0), (0, 450)] {
        let written = import::write(&server.app, import::read(&rows).unwrap(), false);
        let written = written.await.unwrap();
        assert_eq!((written.added, written.updated), (added, updated));
    }
    assert_eq!(server.read(|tx| Box::pin(persons::count(tx))).await, 452);
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
