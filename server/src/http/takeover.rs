//! Streams that are taken out of the HTTP library once they begin.
//!
//! A device's event stream waits for hours and says little. Inside hyper such a connection keeps two buffers of 8 KiB and
//! the caller's headers for all that time, which is most of what it costs. So the accept loop lets hyper read and route
//! the request as any other, and, when the answer is marked with [`Takeover`], takes the socket out of it, writes the head
//! itself and then one chunk for each piece of the body (RFC 9112 section 7.1). What remains is a socket, a small task
//! and the subscription.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::HeaderMap;
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Marks a response whose connection is to be taken over. Without an accept loop that does so (in tests, behind another
/// server) it is an ordinary streaming response.
#[derive(Clone, Copy, Debug)]
pub struct Takeover;

/// How long a piece may take to leave. A reader that is gone without a word is noticed so.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes the response to its end, or until the reader goes away.
pub async fn deliver(mut stream: TcpStream, response: Response) {
    let (parts, body) = response.into_parts();
    let head = head(&parts.headers);
    drop(parts);
    if write(&mut stream, &head).await.is_ok() {
        // An error means that the reader is gone, which is how streams usually end.
        let _ = pieces(&mut stream, body).await;
    }
    let _ = stream.shutdown().await;
}

async fn pieces(stream: &mut TcpStream, mut body: Body) -> io::Result<()> {
    loop {
        tokio::select! {
            frame = body.frame() => match frame {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        write(stream, &chunk(&data)).await?;
                    }
                }
                Some(Err(error)) => return Err(io::Error::other(error)),
                None => return write(stream, b"0\r\n\r\n").await,
            },
            readable = stream.readable() => {
                readable?;
                discard(stream)?;
            }
        }
    }
}

/// Reads what nobody should send. The end of it means that the reader is gone.
fn discard(stream: &TcpStream) -> io::Result<()> {
    let mut bytes = [0; 256];
    match stream.try_read(&mut bytes) {
        Ok(0) => Err(io::ErrorKind::ConnectionAborted.into()),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error),
    }
}

async fn write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    tokio::time::timeout(PATIENCE, stream.write_all(bytes))
        .await
        .map_err(|_| io::ErrorKind::TimedOut)?
}

/// One chunk, in one piece, so that it leaves in one packet.
fn chunk(data: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", data.len()).into_bytes();
    chunk.extend_from_slice(data);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

/// The head of a 200 answer. Header values are those of `HeaderMap`, which holds no line breaks.
fn head(headers: &HeaderMap) -> Vec<u8> {
    let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    head
}

#[cfg(test)]
mod tests {
    use super::{chunk, head};
    use http::HeaderMap;

    #[test]
    fn chunks_and_head_are_as_http_1_1_writes_them() {
        assert_eq!(chunk(b":\n\n"), b"3\r\n:\n\n\r\n");
        assert_eq!(chunk(&[b'x'; 26])[..4], *b"1a\r\n");
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "text/event-stream".parse().unwrap());
        let expected = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
        assert_eq!(head(&headers), expected.as_bytes());
    }
}
