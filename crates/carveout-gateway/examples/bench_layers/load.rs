//! The other processes: a provider that answers at once, and callers that ask without a pause.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{
    CLAIM,
    kit::{
        client,
        provider::{OPENAI_REPLY_CANONICAL, json_reply},
    },
};

/// A request of about so many KB.
pub(crate) fn body(kilobytes: usize) -> String {
    let words = "How many pallets of spare parts are in store? ".repeat(21 * kilobytes);
    format!(r#"{{"model":"depot","messages":[{{"role":"user","content":"{words}"}}]}}"#)
}

/// Answers every request with the same reply of about 1 KB; prints its address.
pub(crate) async fn provide() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let text = "Twelve pallets of spare parts are in store. ".repeat(17);
    let reply = json_reply(&OPENAI_REPLY_CANONICAL.replace("Twelve pallets.", &text));
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let reply = reply.clone();
        tokio::spawn(async move {
            let mut buffer = Vec::with_capacity(8 << 10);
            while next_message(&mut stream, &mut buffer).await.is_some() {
                if stream.write_all(&reply).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Asks for so long over so many connections, and tells how many answers came.
pub(crate) async fn run(address: SocketAddr, connections: usize, kilobytes: usize, time: Duration) -> u64 {
    let raw = client::request(
        "POST /v1/chat/completions",
        &crate::kit::chat_headers(CLAIM),
        body(kilobytes).as_bytes(),
    );
    let raw = String::from_utf8(raw).unwrap().replace("connection: close\r\n", "").into_bytes();
    let until = Instant::now() + time;
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let raw = raw.clone();
        callers.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut buffer = Vec::with_capacity(8 << 10);
            let mut done = 0_u64;
            while Instant::now() < until {
                stream.write_all(&raw).await.unwrap();
                let status = next_message(&mut stream, &mut buffer).await.expect("an answer");
                assert!(status.starts_with("HTTP/1.1 200"), "{status}");
                done += 1;
            }
            done
        });
    }
    callers.join_all().await.into_iter().sum()
}

/// Reads one message with a length; gives its first line.
async fn next_message(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = std::str::from_utf8(&buffer[..end]).unwrap();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            let whole = end + 4 + length.unwrap_or(0);
            if buffer.len() >= whole {
                let first = head.lines().next().unwrap().to_owned();
                let shown = if first.contains(" 200") {
                    first
                } else {
                    format!("{first} {}", String::from_utf8_lossy(buffer))
                };
                buffer.drain(..whole);
                return Some(shown);
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// CPU time of this process so far: of the threads that serve requests, and of the ledger's own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cpu {
    pub(crate) serving: Duration,
    pub(crate) ledger: Duration,
}

/// CPU time so far.
pub(crate) fn cpu() -> Cpu {
    let mut cpu = Cpu::default();
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let read = |file| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        // The first number is nanoseconds on a CPU.
        let nanos = read("schedstat").split_whitespace().next().and_then(|nanos| nanos.parse().ok());
        let spent = Duration::from_nanos(nanos.unwrap_or_default());
        if read("comm").contains("ledger") {
            cpu.ledger += spent;
        } else {
            cpu.serving += spent;
        }
    }
    cpu
}
