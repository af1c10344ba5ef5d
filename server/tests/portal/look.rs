//! Languages, files and headers.

use aldaba_server::testing::{ANA, TestBrowser, TestServer};
use aldaba_store::Backend;
use axum::body::Body;
use http::Request;

// REQ-UI-02
#[tokio::test]
async fn the_language_is_asked_for_negotiated_and_remembered() {
    let server = TestServer::new(Backend::Sqlite).await;
    let english = Request::get("/signin?site=sede")
        .header("accept-language", "en-GB")
        .body(Body::empty())
        .unwrap();
    assert!(server.send(english).await.text().contains("<html lang=\"en\">"));

    let mut browser = TestBrowser::open(&server, "sede").await;
    let chosen = browser
        .get(&server, "/signin?site=sede&procedure=padron&lang=en")
        .await
        .expect(200)
        .text();
    assert!(chosen.contains("<html lang=\"en\">"));
    assert!(chosen.contains("href=\"/signin?site=sede&#38;procedure=padron&#38;lang=es\""));
    browser.start(&server, &ANA, &[]).await.expect(303);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("Enter the PIN of this request"), "remembered");
    let page = browser.get(&server, "/signin/pin?lang=xx").await.expect(200).text();
    assert!(
        page.contains("<html lang=\"en\">"),
        "an unknown language changes nothing"
    );
}

#[tokio::test]
async fn pages_are_strict_and_never_cached() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    browser.start(&server, &ANA, &[]).await.expect(303);
    let page = browser.get(&server, "/signin/pin").await.expect(200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"));
    assert!(
        policy.contains("form-action 'self' https:;"),
        "the form ends at the site: {policy}"
    );
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    let text = page.text();
    assert!(
        !text.contains("style=") && !text.contains("<script>"),
        "nothing that the policy would stop"
    );
    assert_eq!(text.matches("<h1").count(), 1);
}

#[tokio::test]
async fn the_pages_files_are_kept_for_good_under_their_digest() {
    let server = TestServer::new(Backend::Sqlite).await;
    let page = TestBrowser::open(&server, "sede").await;
    drop(page);
    let text = server.get("/signin?site=sede").await.text();
    let addresses: Vec<&str> = text.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(addresses.len(), 4, "icon, font, style, script");
    for address in addresses {
        let file = server.get(address).await.expect(200);
        assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
        let tag = file.headers["etag"].clone();
        let again = Request::get(address)
            .header("if-none-match", tag)
            .body(Body::empty())
            .unwrap();
        assert!(server.send(again).await.expect(304).body.is_empty());
        let (path, _) = address.split_once('?').unwrap();
        assert_eq!(server.get(path).await.expect(200).headers["cache-control"], "no-cache");
    }
    server.get("/assets/../Cargo.toml").await.expect(404);
}

#[tokio::test]
async fn the_code_is_drawn_for_its_own_browser_only() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let image = browser.get(&server, "/signin/qr.svg").await.expect(200);
    assert_eq!(image.headers["content-type"], "image/svg+xml");
    let page = browser.get(&server, "/signin/pin").await.text();
    assert!(
        page.contains("<img src=\"/signin/qr.svg\""),
        "drawn when somebody looks at it"
    );
    TestBrowser::default().get(&server, "/signin/qr.svg").await.expect(404);
}

// REQ-OIDC-09
#[test]
fn the_way_back_to_the_site_stands_in_a_row_with_what_the_page_does() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/signin");
    let mut with_a_way_back = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        for (before, _) in text.match_indices("parts/cancel.html").map(|(at, _)| text.split_at(at)) {
            with_a_way_back += 1;
            let form = &before[before.rfind("<form").unwrap_or(before.len())..];
            let actions = before.rfind("<div class=\"p-actions\">").unwrap_or(0);
            assert!(
                before.rfind("</div>") < Some(actions) && !form.is_empty() && !form.contains("</form>"),
                "{}: not in the actions of a form",
                file.display()
            );
            for field in ["csrf", "site"] {
                assert!(
                    form.contains(&format!("name=\"{field}\"")),
                    "{}: {field}",
                    file.display()
                );
            }
        }
    }
    assert!(with_a_way_back >= 10, "{with_a_way_back}");
}
