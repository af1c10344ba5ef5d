//! A site whose callback sends the browser on to another of its hosts, as brokers do.

use aldaba_tests::device::HeadlessDevice;
use aldaba_tests::operator;
use aldaba_tests::stage::play;
use aldaba_tests::waiting::until;
use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A host that answers everything alike. Its address.
async fn host(name: &str, head: String, body: &'static str) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{name}:{}", listener.local_addr()?.port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = format!(
                "HTTP/1.1 {head}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            // A browser that goes away early is its own affair.
            let _ = stream.read(&mut [0; 8192]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Ok(address)
}

// REQ-OIDC-32
#[tokio::test]
async fn a_callback_may_send_the_browser_on_to_another_host() {
    play("two-hosts", async |stage| {
        let application = host("localhost", "200 OK".to_owned(), "<h1 id=\"there\">Dentro</h1>").await?;
        let login = host("127.0.0.1", format!("302 Found\r\nLocation: {application}/"), "").await?;
        let callback = format!("{login}/callback");
        let site = ["--id", "broker", "--name", "Broker", "--domain", "127.0.0.1"];
        let more = ["--return-url", &login, "--redirect-uri", &callback, "--level", "low"];
        operator::run(&stage.server, None, ["client", "add"], &[site, more].concat())?;
        let citizen = stage.server.citizen().await?;
        let device = HeadlessDevice::activated(&stage.server, &stage.folder("device")?, &citizen).await?;

        let browser = stage.browser().await?;
        let ask = format!(
            "{}/oidc/authorize?client_id=broker&response_type=code&scope=openid&state=s&nonce=n&redirect_uri={callback}\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
            stage.server.url()
        );
        until("the server knows the site", async || {
            browser.goto(&ask).await?;
            Ok(browser.seen("input[name=\"document\"]").await?.map(|_| ()))
        })
        .await?;
        browser.fill_in(&citizen).await?;
        browser.send_form("incoming").await?;
        let requests = device.requests().await?;
        let pin = device.reveal(requests.first().context("no request")?).await?;
        browser.send_pin(&pin).await?;
        browser.find("#there").await?;
        Ok(())
    })
    .await;
}
