//! A caller that sends exactly these bytes and reads whatever comes.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// Whether the body came to its announced end.
    pub whole: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The index in `Carveout-Receipt`.
    pub fn receipt_index(&self) -> u64 {
        let receipt = self.header("carveout-receipt").unwrap_or_else(|| panic!("no receipt: {self:?}"));
        receipt.strip_prefix("index=").and_then(|rest| rest.split(',').next()).unwrap().parse().unwrap()
    }
}

/// Sends one request and reads to the end of the connection.
pub async fn send(address: SocketAddr, request: &[u8]) -> Answer {
    timeout(Duration::from_secs(20), async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // A gateway that refuses early may close before it has read everything.
        stream.write_all(request).await.ok();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await.ok();
        parse(&raw)
    })
    .await
    .expect("the gateway answers in time")
}

/// A request with a body, its length, and `Connection: close`.
pub fn request(line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut raw = format!("{line} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        raw.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if !line.starts_with("GET") {
        raw.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    raw.extend_from_slice(b"\r\n");
    raw.extend_from_slice(body);
    raw
}

fn parse(raw: &[u8]) -> Answer {
    let end = raw
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no reply: {:?}", String::from_utf8_lossy(raw)));
    let head = String::from_utf8(raw[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: raw[end + 4..].to_vec(), whole: true };
    if answer.header("transfer-encoding").is_some() {
        (answer.body, answer.whole) = dechunk(&answer.body);
    } else if let Some(length) = answer.header("content-length") {
        answer.whole = answer.body.len() == length.parse::<usize>().unwrap();
    }
    answer
}

/// The bytes inside the chunks, and whether the last chunk came.
fn dechunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        let data = &rest[line + 2..];
        if size == 0 {
            return (body, true);
        }
        if data.len() < size + 2 {
            body.extend_from_slice(&data[..size.min(data.len())]);
            break;
        }
        body.extend_from_slice(&data[..size]);
        rest = &data[size + 2..];
    }
    (body, false)
}
