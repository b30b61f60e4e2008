//! The few lines of HTTP client that the demo and the tests need: one request,
//! one connection, plain HTTP.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// The longest wait for the next bytes of an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The beginning of an answer; its body is read with [`Reply::next`] or [`Reply::whole`].
#[derive(Debug)]
pub struct Reply {
    /// The status line's code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Incoming,
    connection: JoinHandle<()>,
}

/// Sends a `POST` with a JSON body.
///
/// # Errors
/// The address can't be reached, or the connection breaks before an answer begins.
pub async fn post(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Reply> {
    send(address, Method::POST, path, headers, Bytes::copy_from_slice(body.as_bytes())).await
}

/// Sends a `GET`.
///
/// # Errors
/// The address can't be reached, or the connection breaks before an answer begins.
pub async fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> io::Result<Reply> {
    send(address, Method::GET, path, headers, Bytes::new()).await
}

impl Reply {
    /// The next bytes of the body as they arrive, or `None` at its end.
    ///
    /// # Errors
    /// The connection broke, or nothing came for a minute.
    pub async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            match patiently(self.body.frame()).await? {
                None => return Ok(None),
                Some(Err(error)) => return Err(io::Error::other(error)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// All of the body.
    ///
    /// # Errors
    /// As [`Reply::next`].
    pub async fn whole(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

async fn send(
    address: SocketAddr,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> io::Result<Reply> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let connection = tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut request = Request::builder().method(method).uri(path).header(HOST, address.to_string());
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body)).map_err(io::Error::other)?;
    let response = patiently(sender.send_request(request)).await?.map_err(io::Error::other)?;
    let (head, body) = response.into_parts();
    Ok(Reply { status: head.status, headers: head.headers, body, connection })
}

async fn patiently<T>(future: impl Future<Output = T>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, future).await.map_err(io::Error::from)
}
