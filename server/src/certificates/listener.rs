//! TLS that asks for a certificate, and HTTP/1.1 inside it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use der::Encode;
use http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::task::TaskTracker;
use tower::Service;

use super::chain::Authorities;
use super::signed::ALGORITHMS;
use crate::app::App;
use crate::config::Certificates as Settings;
use crate::http::client::Peer;
use crate::http::limits::network;

/// What a browser may take for a handshake.
struct Patience {
    /// To begin it: nobody is asked anything until then.
    hello: Duration,
    /// To end it: a person unlocks a card meanwhile.
    rest: Duration,
}

const PATIENCE: Patience = Patience {
    hello: Duration::from_secs(10),
    rest: Duration::from_secs(120),
};
/// What a connection may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(15);
/// What the one exchange of a connection may take, from the end of the handshake to the last byte of the answer.
const EXCHANGE: Duration = Duration::from_secs(90);
/// Connections at a time; further ones wait to be accepted.
const MOST: usize = 2048;
/// Of them, those from one address, which is a whole /64 of IPv6; further ones are closed. Proxies that pass TCP through are not bounded.
const MOST_OF_ONE: usize = 64;

/// What the browser presented in the handshake: its certificate first. Empty: it has none, or the person chose none.
#[derive(Clone, Debug, Default)]
pub(super) struct Presented(pub Arc<[CertificateDer<'static>]>);

/// Asks for a certificate without insisting, so that who has none gets a page; lets any certificate pass whose key the browser
/// holds, so that each that is not good gets a page too.
#[derive(Debug)]
struct Ask {
    /// The authorities' names, from which browsers choose what to offer.
    authorities: Vec<DistinguishedName>,
}

impl ClientCertVerifier for Ask {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.authorities
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        // Judged afterwards, by the server's own clock: see `Certificates::judge`.
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &ALGORITHMS)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &ALGORITHMS)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS.supported_schemes()
    }
}

/// How the listener speaks TLS: 1.2 and 1.3, and never resuming an earlier session, so that every connection shows its
/// certificate.
pub(super) fn tls(settings: &Settings, authorities: &Authorities) -> Result<Arc<ServerConfig>, String> {
    let certificates = super::read(&settings.server_certificate).map_err(|why| format!("server_certificate: {why}"))?;
    let key = PrivateKeyDer::from_pem_file(&settings.server_key)
        .map_err(|error| format!("server_key: {}: {error}", settings.server_key.display()))?;
    let names = authorities
        .certificates()
        .iter()
        .filter_map(|authority| authority.tbs_certificate().subject().to_der().ok())
        .map(DistinguishedName::from)
        .collect();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_client_cert_verifier(Arc::new(Ask { authorities: names }))
        .with_single_cert(certificates, key)
        .map_err(|error| format!("server_certificate and server_key do not go together: {error}"))?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Accepts until the server stops.
pub async fn serve(app: App, listener: TcpListener, tasks: TaskTracker) {
    let Some(certificates) = app.certificates() else {
        return;
    };
    let tls = certificates.tls();
    let router = super::routes(app.clone());
    let room = Arc::new(Semaphore::new(MOST));
    let guests = Arc::new(Guests::default());
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.stopping().cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let is_proxy = app
                    .config()
                    .trusted_proxies
                    .iter()
                    .any(|range| range.contains(peer.ip()));
                let Some(guest) = guests.enter(peer.ip(), if is_proxy { MOST } else { MOST_OF_ONE }) else {
                    continue;
                };
                let (app, router, tls) = (app.clone(), router.clone(), Arc::clone(&tls));
                tasks.spawn(async move {
                    connection(app, router, tls, stream, peer).await;
                    drop((place, guest));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// How many connections each address has.
#[derive(Default)]
struct Guests(Mutex<HashMap<IpAddr, usize>>);

/// One connection's place; given back when dropped.
struct Guest {
    guests: Arc<Guests>,
    address: IpAddr,
}

impl Guests {
    /// A place for a connection of that address. None: it has `most` already.
    fn enter(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Guest> {
        let address = network(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Guest {
            guests: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// The handshake. A connection that says nothing keeps its place for seconds; one that has begun, for as long as a person may
/// need.
async fn handshake(
    tls: Arc<ServerConfig>,
    stream: TcpStream,
    patience: Patience,
) -> std::io::Result<TlsStream<TcpStream>> {
    let begun = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
    let begun = tokio::time::timeout(patience.hello, begun).await??;
    tokio::time::timeout(patience.rest, begun.into_stream(tls)).await?
}

async fn connection(app: App, router: Router, tls: Arc<ServerConfig>, stream: TcpStream, peer: SocketAddr) {
    let _ = stream.set_nodelay(true);
    let done = tokio::select! {
        done = handshake(tls, stream, PATIENCE) => done,
        () = app.stopping().cancelled() => return,
    };
    let stream = match done {
        Ok(stream) => stream,
        Err(error) => {
            // Its kind only: what a browser sent may name its owner.
            tracing::debug!(kind = ?error.kind(), "a TLS handshake failed");
            return;
        }
    };
    let presented = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let presented = Presented(presented.iter().map(|der| der.clone().into_owned()).collect());
    let service = service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        // TLS ends here: there is no proxy that could have written these.
        request.headers_mut().remove("x-forwarded-for");
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(presented.clone());
        let answered = router.clone().call(request);
        async move {
            let mut response = answered.await?;
            // Cookies are the portal's; where only the port differs, one of this host would replace it.
            response.headers_mut().remove(header::SET_COOKIE);
            // Whoever tries again, with another card or certificate, begins with another handshake.
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a connection ends is its client's business; there is nothing to do about it.
        _ = tokio::time::timeout(EXCHANGE, &mut connection) => {}
        () = app.stopping().cancelled() => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            let _ = tokio::time::timeout(EXCHANGE, connection).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Write as _};

    use super::*;

    fn tls() -> Arc<ServerConfig> {
        let made = rcgen::generate_simple_self_signed(["cert.example".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }

    async fn how_it_ends(sent: &[u8], patience: Patience) -> ErrorKind {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut browser = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        browser.write_all(sent).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        handshake(tls(), stream, patience).await.unwrap_err().kind()
    }

    // REQ-CERT-08
    #[tokio::test]
    async fn a_silent_connection_is_not_waited_for_as_a_person_is() {
        const HOUR: Duration = Duration::from_secs(3600);
        let at_once = |hello, rest| Patience { hello, rest };
        assert_eq!(
            how_it_ends(&[], at_once(Duration::ZERO, HOUR)).await,
            ErrorKind::TimedOut
        );
        // A browser that has begun has the other deadline.
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let mut hello = Vec::new();
        rustls::ClientConnection::new(Arc::new(config), "cert.example".try_into().unwrap())
            .unwrap()
            .write_tls(&mut hello)
            .unwrap();
        assert_eq!(
            how_it_ends(&hello, at_once(HOUR, Duration::ZERO)).await,
            ErrorKind::TimedOut
        );
        assert!(PATIENCE.hello < PATIENCE.rest / 10);
    }

    // REQ-CERT-08
    #[test]
    fn one_address_cannot_take_every_place() {
        let guests = Arc::new(Guests::default());
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut inside: Vec<Guest> = (0..MOST_OF_ONE)
            .map(|_| guests.enter(one, MOST_OF_ONE).unwrap())
            .collect();
        assert!(guests.enter(one, MOST_OF_ONE).is_none());
        assert!(guests.enter(other, MOST_OF_ONE).is_some());
        inside.pop();
        // Who commands a network of IPv6 has an address for each connection.
        let network = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, host]);
        let of_one: Vec<Guest> = (0..u16::try_from(MOST_OF_ONE).unwrap())
            .map(|host| guests.enter(network(host), MOST_OF_ONE).unwrap())
            .collect();
        assert!(guests.enter(network(0xffff), MOST_OF_ONE).is_none());
        drop(of_one);
        assert!(guests.enter(one, MOST_OF_ONE).is_some());
        drop(inside);
        assert!(guests.0.lock().unwrap().is_empty(), "nothing is kept of who left");
    }
}
