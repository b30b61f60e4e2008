//! Accepts connections and finds out what each request is for.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::answer::Answer;
use crate::asked::{Asked, Dialect};
use crate::deliver::{self, Body};
use crate::usage::{Record, Used};
use crate::{Behaviour, anthropic, judge, openai};

/// The largest request that is read, in bytes.
const MOST_BYTES: usize = 32 << 20;

/// A sample provider that is running. Dropping it stops it.
#[derive(Debug)]
pub struct SampleProvider {
    address: SocketAddr,
    house: Arc<House>,
    task: JoinHandle<()>,
}

/// What all connections share.
#[derive(Debug)]
struct House {
    started: DateTime<Utc>,
    answered: AtomicU64,
    record: Record,
    last: Mutex<Value>,
}

/// Starts a sample provider on an address; port 0 takes a free one.
///
/// # Errors
/// The address can't be listened on.
pub async fn serve(listen: SocketAddr) -> io::Result<SampleProvider> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let house = Arc::new(House {
        started: Utc::now(),
        answered: AtomicU64::new(0),
        record: Record::default(),
        last: Mutex::new(Value::Null),
    });
    let task = tokio::spawn(accept(listener, Arc::clone(&house)));
    Ok(SampleProvider { address, house, task })
}

impl SampleProvider {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What OpenAI's SDK calls its base URL.
    pub fn openai_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What Anthropic's SDK calls its base URL.
    pub fn anthropic_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was answered so far, oldest first.
    pub fn used(&self) -> Vec<Used> {
        self.house.record.all()
    }

    /// The same, as the provider's usage export: CSV with a header line.
    pub fn usage_csv(&self) -> String {
        self.house.record.csv()
    }

    /// Stops at once: connections are closed, answers under way break off.
    pub async fn shutdown(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for SampleProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, house: Arc<House>) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let _ = stream.set_nodelay(true);
                let house = Arc::clone(&house);
                connections.spawn(async move {
                    let service = service_fn(|request| answer(Arc::clone(&house), request));
                    let io = TokioIo::new(stream);
                    // An error here is a client that left, or a behaviour that broke the connection.
                    let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(io, service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(house: Arc<House>, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let body = match Limited::new(body, MOST_BYTES).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => {
            return Ok(deliver::json(413, &openai::error(413, "the body is too large or was cut short")));
        }
    };
    if head.method == Method::POST {
        house.remember(&path, &head.headers, &body);
    }
    let reply = match (&head.method, path.as_str()) {
        (&Method::POST, "/v1/chat/completions") => return house.complete(Dialect::OpenAi, &body).await,
        (&Method::POST, "/v1/messages") => return house.complete(Dialect::Anthropic, &body).await,
        (&Method::GET, "/sample/usage.csv") => deliver::text("text/csv", house.record.csv()),
        (&Method::GET, "/sample/last") => deliver::json(200, &house.last()),
        (&Method::GET, "/v1/models") => models(&head.headers),
        (&Method::GET, path) => match path.strip_prefix("/v1/models/").and_then(known_model) {
            Some(id) => model(&head.headers, id),
            None => unknown(&head.headers, path),
        },
        (_, path) => unknown(&head.headers, path),
    };
    Ok(reply)
}

impl House {
    async fn complete(&self, dialect: Dialect, body: &Bytes) -> io::Result<Response<Body>> {
        let asked = match Asked::read(dialect, body) {
            Ok(asked) => asked,
            Err(message) => return Ok(deliver::json(400, &error(dialect, 400, &message))),
        };
        let Some(behaviour) = Behaviour::of(&asked.model) else {
            let message = format!("the sample provider has no model `{}`", asked.model);
            return Ok(deliver::json(404, &error(dialect, 404, &message)));
        };
        let id = self.next_id(dialect);
        let (answer, behaviour) = if behaviour == Behaviour::Judges {
            let verdict = judge::verdict(&asked);
            (Answer::saying(&asked, id, verdict.text), verdict.behaviour)
        } else {
            (Answer::to(&asked, id), behaviour)
        };
        if is_billed(behaviour, asked.stream) {
            self.record.push(Used {
                time: Utc::now(),
                request_id: answer.id.clone(),
                model: answer.model.clone(),
                input_tokens: answer.input_tokens,
                output_tokens: answer.output_tokens,
            });
        }
        deliver::deliver(&asked, &answer, behaviour).await
    }

    /// An id that no other run of the sample provider gives either.
    fn next_id(&self, dialect: Dialect) -> String {
        let prefix = match dialect {
            Dialect::OpenAi => "chatcmpl",
            Dialect::Anthropic => "msg",
        };
        let number = self.answered.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{prefix}-sample-{:x}-{number}", self.started.timestamp_micros())
    }

    fn remember(&self, path: &str, headers: &HeaderMap, body: &Bytes) {
        let headers: Map<String, Value> = headers
            .iter()
            .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
            .collect();
        let last = json!({"path": path, "headers": headers, "body": String::from_utf8_lossy(body)});
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }

    fn last(&self) -> Value {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A provider bills what it began to answer.
fn is_billed(behaviour: Behaviour, stream: bool) -> bool {
    match behaviour {
        Behaviour::Hangs | Behaviour::Drops | Behaviour::Html | Behaviour::Refuses(_) => false,
        Behaviour::ErrorEvent => stream,
        _ => true,
    }
}

fn known_model(id: &str) -> Option<&str> {
    Behaviour::of(id).map(|_| id)
}

/// The two APIs share this path; only Anthropic's clients send a version.
fn dialect(headers: &HeaderMap) -> Dialect {
    if headers.contains_key("anthropic-version") { Dialect::Anthropic } else { Dialect::OpenAi }
}

fn models(headers: &HeaderMap) -> Response<Body> {
    let list = match dialect(headers) {
        Dialect::OpenAi => openai::models(),
        Dialect::Anthropic => anthropic::models(),
    };
    deliver::json(200, &list)
}

fn model(headers: &HeaderMap, id: &str) -> Response<Body> {
    let model = match dialect(headers) {
        Dialect::OpenAi => openai::model(id),
        Dialect::Anthropic => anthropic::model(id),
    };
    deliver::json(200, &model)
}

fn unknown(headers: &HeaderMap, path: &str) -> Response<Body> {
    deliver::json(404, &error(dialect(headers), 404, &format!("the sample provider has nothing at `{path}`")))
}

fn error(dialect: Dialect, status: u16, message: &str) -> Value {
    match dialect {
        Dialect::OpenAi => openai::error(status, message),
        Dialect::Anthropic => anthropic::error(status, message),
    }
}
