//! A server whose clock is an hour ahead of this machine's: all that an app needs to find out that its own is wrong.

use aldaba_core::time::{Clock as _, SystemClock};
use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const AN_HOUR_MS: i64 = 3_600_000;

/// Listens until it is dropped.
#[derive(Debug)]
pub struct OtherClock(JoinHandle<()>);

impl OtherClock {
    /// Listens on that port, where the real server was.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn listen(port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        Ok(Self(tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                // Whoever hung up asks again.
                let _ = answer(connection).await;
            }
        })))
    }
}

impl Drop for OtherClock {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn answer(mut connection: TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16_384 {
        head.push(connection.read_u8().await?);
    }
    let time = SystemClock.now().as_millis() + AN_HOUR_MS;
    let (status, kind, body) = if head.starts_with(b"GET /v1/time ") {
        ("200 OK", "application/json", format!("{{\"time\":{time}}}"))
    } else {
        let problem = format!("{{\"status\":401,\"code\":\"clock_skew\",\"server_time\":{time}}}");
        ("401 Unauthorized", "application/problem+json", problem)
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body.as_bytes()).await?;
    connection.shutdown().await
}
