//! The accept loop over real sockets: streams, keep-alive, stopping.

use std::time::Duration;

use aldaba_server::app::App;
use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;
use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

on_both!(
    a_stream_over_a_socket_tells_and_ends,
    a_stream_on_a_connection_that_was_used_before,
    a_reader_that_goes_away_is_noticed,
    an_old_http_client_is_answered_without_chunks,
    stopping_ends_streams_and_lets_requests_finish,
    figures_have_a_listener_of_their_own,
);

struct Served {
    address: String,
    serving: JoinHandle<std::io::Result<()>>,
}

async fn serve(app: &App) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serving = tokio::spawn(aldaba_server::serve::serve(app.clone(), listener, None));
    Served { address, serving }
}

/// A signed call, as bytes.
fn raw(server: &TestServer, device: &TestDevice, path: &str, version: &str) -> String {
    let request = device.sign(server, "GET", path, b"");
    let mut text = format!("GET {path} {version}\r\nhost: pin.example\r\n");
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text + "\r\n"
}

async fn read_until(socket: &mut TcpStream, what: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(what) {
        let read = tokio::time::timeout(Duration::from_secs(5), socket.read(&mut buffer)).await;
        let count = read
            .unwrap_or_else(|_| panic!("{what:?} did not come: {text}"))
            .unwrap();
        assert_ne!(count, 0, "{what:?} did not come: {text}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    text
}

/// Waits for what another task does.
async fn soon(what: impl Fn() -> bool) -> bool {
    for _ in 0..200 {
        if what() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

// REQ-DEV-04
async fn a_stream_over_a_socket_tells_and_ends(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let served = serve(&server.app).await;
    let signed = device.sign(&server, "GET", "/v1/device/events", b"");
    let client = reqwest::Client::new();
    let response = client
        .get(format!("http://{}/v1/device/events", served.address))
        .headers(signed.headers().clone())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut pieces = response.bytes_stream();
    let browser = TestBrowser::ask(&server, &ANA).await;
    let piece = tokio::time::timeout(Duration::from_secs(5), pieces.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let text = String::from_utf8(piece.to_vec()).unwrap();
    assert!(
        text.starts_with("event: request\nid: ") && text.ends_with("\n\n"),
        "{text}"
    );
    assert!(text.contains(&browser.request().to_string()));
    device.end(&server).await.expect(200);
    let piece = tokio::time::timeout(Duration::from_secs(5), pieces.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(&piece[..], b"event: device\ndata: {\"state\":\"revoked\"}\n\n");
    assert!(
        tokio::time::timeout(Duration::from_secs(5), pieces.next())
            .await
            .unwrap()
            .is_none(),
        "a whole answer"
    );
}

async fn a_stream_on_a_connection_that_was_used_before(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let served = serve(&server.app).await;
    let mut socket = TcpStream::connect(&served.address).await.unwrap();
    for _ in 0..3 {
        socket
            .write_all(b"GET /v1/time HTTP/1.1\r\nhost: pin.example\r\n\r\n")
            .await
            .unwrap();
        read_until(&mut socket, "\"time\":").await;
    }
    socket
        .write_all(raw(&server, &device, "/v1/device/events", "HTTP/1.1").as_bytes())
        .await
        .unwrap();
    let head = read_until(&mut socket, "\r\n\r\n").await;
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("transfer-encoding: chunked\r\n"),
        "{head}"
    );
    TestBrowser::ask(&server, &ANA).await;
    read_until(&mut socket, "\"state\":\"pending\"}\n\n\r\n").await;
    // What nobody should send is read and forgotten.
    socket.write_all(b"GET /v1/time HTTP/1.1\r\n\r\n").await.unwrap();
    TestBrowser::ask(&server, &ANA).await;
    read_until(&mut socket, "\"state\":\"pending\"}\n\n\r\n").await;
    // A refused stream is an answer as any other.
    let mut other = TcpStream::connect(&served.address).await.unwrap();
    other
        .write_all(b"GET /v1/device/events HTTP/1.1\r\nhost: pin.example\r\n\r\n")
        .await
        .unwrap();
    assert!(
        read_until(&mut other, "signature_invalid")
            .await
            .starts_with("HTTP/1.1 401")
    );
}

async fn a_reader_that_goes_away_is_noticed(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let served = serve(&server.app).await;
    for abrupt in [false, true] {
        let mut socket = TcpStream::connect(&served.address).await.unwrap();
        socket
            .write_all(raw(&server, &device, "/v1/device/events", "HTTP/1.1").as_bytes())
            .await
            .unwrap();
        read_until(&mut socket, "\r\n\r\n").await;
        assert_eq!(server.app.metrics().open_streams(), 1);
        if abrupt {
            socket.set_zero_linger().unwrap();
        }
        drop(socket);
        assert!(soon(|| server.app.metrics().open_streams() == 0).await);
        assert_eq!(server.app.hub().watched(), 0);
    }
}

async fn an_old_http_client_is_answered_without_chunks(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let served = serve(&server.app).await;
    let mut socket = TcpStream::connect(&served.address).await.unwrap();
    socket
        .write_all(raw(&server, &device, "/v1/device/events", "HTTP/1.0").as_bytes())
        .await
        .unwrap();
    let head = read_until(&mut socket, "\r\n\r\n").await;
    assert!(
        head.starts_with("HTTP/1.0 200 OK") && !head.contains("chunked"),
        "{head}"
    );
    TestBrowser::ask(&server, &ANA).await;
    assert!(read_until(&mut socket, "}\n\n").await.starts_with("event: request\n"));
}

async fn stopping_ends_streams_and_lets_requests_finish(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let served = serve(&server.app).await;
    let mut stream = TcpStream::connect(&served.address).await.unwrap();
    stream
        .write_all(raw(&server, &device, "/v1/device/events", "HTTP/1.1").as_bytes())
        .await
        .unwrap();
    read_until(&mut stream, "\r\n\r\n").await;
    let mut idle = TcpStream::connect(&served.address).await.unwrap();
    idle.write_all(b"GET /v1/time HTTP/1.1\r\nhost: pin.example\r\n\r\n")
        .await
        .unwrap();
    read_until(&mut idle, "\"time\":").await;
    // A request whose body is still on its way: the server asks for it once it has taken up the head.
    let mut busy = TcpStream::connect(&served.address).await.unwrap();
    let head = "POST /v1/activations HTTP/1.1\r\nhost: pin.example\r\ncontent-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";
    busy.write_all(head.as_bytes()).await.unwrap();
    let go_on = read_until(&mut busy, "\r\n\r\n").await;
    assert!(go_on.starts_with("HTTP/1.1 100"), "{go_on}");
    server.app.stopping().cancel();
    read_until(&mut stream, "0\r\n\r\n").await;
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap(), 0, "an idle connection is closed");
    busy.write_all(b"{}").await.unwrap();
    assert!(
        read_until(&mut busy, "request_invalid")
            .await
            .starts_with("HTTP/1.1 400")
    );
    drop(busy);
    let stopped = tokio::time::timeout(Duration::from_secs(5), served.serving).await;
    stopped.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(&served.address).await.is_err());
}

async fn figures_have_a_listener_of_their_own(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (public, admin) = (
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    let (public_address, admin_address) = (public.local_addr().unwrap(), admin.local_addr().unwrap());
    tokio::spawn(aldaba_server::serve::serve(server.app.clone(), public, Some(admin)));
    let get = async |address: std::net::SocketAddr| {
        let answer = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(get(public_address).await.0, 404);
    let (status, text) = get(admin_address).await;
    assert!(status == 200 && text.contains("aldaba_event_streams 0"), "{text}");
    assert!(text.contains(r#"route="none",status="404""#), "{text}");
}
