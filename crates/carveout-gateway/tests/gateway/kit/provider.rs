//! A provider that does exactly what its script says, byte by byte, and remembers what reached it.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::sleep,
};

/// What to do with one request.
#[derive(Clone)]
pub enum Step {
    Send(Vec<u8>),
    Pause(Duration),
    /// Says nothing more until the other side goes away.
    Hang,
    /// Goes on with what follows once the other side went away.
    Gone,
    /// Goes on once somebody, perhaps on another connection, lets it.
    Wait(Arc<Notify>),
    /// Lets one go on that waits, or will.
    Let(Arc<Notify>),
    /// Sends this for ever.
    Flood(Vec<u8>),
    Close,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub head: String,
    pub body: Vec<u8>,
}

impl Seen {
    /// A header's value, or `None`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

type Script = dyn Fn(&Seen) -> Vec<Step> + Send + Sync;
type Watch = dyn Fn() + Send + Sync;

pub struct Provider {
    pub address: SocketAddr,
    state: Arc<State>,
}

struct State {
    script: Box<Script>,
    on_bytes: Box<Watch>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    hung_up: AtomicUsize,
    sent: AtomicUsize,
}

impl Provider {
    pub async fn new(script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::watched(script, || {}).await
    }

    /// `on_bytes` runs whenever anything of a request arrives.
    pub async fn watched(
        script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static,
        on_bytes: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            script: Box::new(script),
            on_bytes: Box::new(on_bytes),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            hung_up: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let state = shared.clone();
                tokio::spawn(async move {
                    state.serve(stream).await;
                    state.hung_up.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, state }
    }

    /// Answers every request with these bytes.
    pub async fn saying(reply: impl Into<Vec<u8>>) -> Self {
        let reply = reply.into();
        Self::new(move |_| vec![Step::Send(reply.clone())]).await
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Connections that are over.
    pub fn hung_up(&self) -> usize {
        self.state.hung_up.load(Ordering::SeqCst)
    }

    /// Bytes that the system took from the provider.
    pub fn sent(&self) -> usize {
        self.state.sent.load(Ordering::SeqCst)
    }
}

impl State {
    async fn serve(&self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        while let Some(seen) = self.read(&mut stream, &mut buffer).await {
            let steps = (self.script)(&seen);
            self.seen.lock().unwrap().push(seen);
            for step in steps {
                match step {
                    Step::Send(bytes) => {
                        if stream.write_all(&bytes).await.is_err() {
                            return;
                        }
                        self.sent.fetch_add(bytes.len(), Ordering::SeqCst);
                    }
                    Step::Pause(time) => sleep(time).await,
                    Step::Hang => return gone(&mut stream).await,
                    Step::Gone => gone(&mut stream).await,
                    Step::Wait(gate) => gate.notified().await,
                    Step::Let(gate) => gate.notify_one(),
                    Step::Flood(bytes) => {
                        while stream.write_all(&bytes).await.is_ok() {
                            self.sent.fetch_add(bytes.len(), Ordering::SeqCst);
                        }
                        return;
                    }
                    Step::Close => return,
                }
            }
        }
    }

    async fn read(&self, stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
        loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
                let mut seen = Seen { head, body: Vec::new() };
                let length: usize = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
                if buffer.len() >= end + 4 + length {
                    seen.body = buffer[end + 4..end + 4 + length].to_vec();
                    buffer.drain(..end + 4 + length);
                    return Some(seen);
                }
            }
            let read = stream.read_buf(buffer).await.ok()?;
            if read == 0 {
                return None;
            }
            (self.on_bytes)();
        }
    }
}

async fn gone(stream: &mut TcpStream) {
    let mut rest = [0; 64];
    while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
}

/// A whole reply with a length.
pub fn reply(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}

pub fn json_reply(body: &str) -> Vec<u8> {
    reply("200 OK", "content-type: application/json\r\n", body)
}

/// The head of a chunked event stream.
pub fn stream_head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec()
}

pub fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

pub fn last_chunk() -> Vec<u8> {
    b"0\r\n\r\n".to_vec()
}

/// A whole reply of the OpenAI dialect, with spaces that a canonical form hasn't.
pub const OPENAI_REPLY: &str = r#"{ "id": "chatcmpl-1", "object": "chat.completion", "created": 1770000000, "model": "sample-1",
  "choices": [ { "index": 0, "message": { "role": "assistant", "content": "Twelve pallets.", "refusal": null }, "finish_reason": "stop" } ],
  "usage": { "prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10 } }"#;

pub const OPENAI_REPLY_CANONICAL: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1770000000,"model":"sample-1","choices":[{"index":0,"message":{"role":"assistant","content":"Twelve pallets.","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}"#;

pub const ANTHROPIC_REPLY: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"sample-1","content":[{"type":"text","text":"Twelve pallets."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":7,"output_tokens":3}}"#;

pub fn openai_chunk(text: &str) -> String {
    format!(
        r#"data: {{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1770000000,"model":"sample-1","choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]}}"#
    ) + "\n\n"
}

pub fn openai_end() -> String {
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1770000000,\"model\":\"sample-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n".to_owned()
}
