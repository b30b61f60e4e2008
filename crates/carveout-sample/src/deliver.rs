//! Sends an answer the way its model's behaviour asks for.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::channel::{Channel, Sender};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use serde_json::Value;

use crate::answer::Answer;
use crate::asked::{Asked, Dialect};
use crate::{Behaviour, anthropic, openai};

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// How long a connection that hangs is kept, at most.
pub(crate) const SILENCE: Duration = Duration::from_secs(600);
const SLOW_EVENT: Duration = Duration::from_millis(100);
const SLOW_ANSWER: Duration = Duration::from_secs(2);

/// The answer's pieces and how they end.
struct Script {
    pieces: Vec<Bytes>,
    pause: Duration,
    end: End,
}

enum End {
    Clean,
    Broken,
    Silent,
}

/// Answers; an error breaks the connection before any answer.
pub(crate) async fn deliver(
    asked: &Asked,
    answer: &Answer,
    behaviour: Behaviour,
) -> io::Result<Response<Body>> {
    match behaviour {
        Behaviour::Hangs => {
            tokio::time::sleep(SILENCE).await;
            Err(broken())
        }
        Behaviour::Drops => Err(broken()),
        Behaviour::Refuses(status) => Ok(refusal(asked.dialect, status, &answer.id)),
        Behaviour::ErrorEvent if !asked.stream => Ok(refusal(asked.dialect, 500, &answer.id)),
        Behaviour::Html => Ok(html()),
        _ if asked.stream => Ok(stream(asked, answer, behaviour)),
        _ => {
            if behaviour == Behaviour::Slow {
                tokio::time::sleep(SLOW_ANSWER).await;
            }
            Ok(whole(asked, answer, behaviour))
        }
    }
}

/// A JSON reply.
pub(crate) fn json(status: u16, value: &Value) -> Response<Body> {
    reply(status, "application/json", full(Bytes::from(value.to_string())))
}

/// A text reply of some type.
pub(crate) fn text(content_type: &'static str, text: String) -> Response<Body> {
    reply(200, content_type, full(Bytes::from(text)))
}

fn refusal(dialect: Dialect, status: u16, id: &str) -> Response<Body> {
    let message = format!("the sample provider answers {status}, as its model name asks");
    let value = match dialect {
        Dialect::OpenAi => openai::error(status, &message),
        Dialect::Anthropic => anthropic::error(status, &message),
    };
    let mut response = json(status, &value);
    if status == 429 {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    identified(response, dialect, id)
}

fn html() -> Response<Body> {
    let page = "<html><body><h1>502 Bad Gateway</h1><p>the sample provider's front</p></body></html>";
    reply(502, "text/html", full(Bytes::from_static(page.as_bytes())))
}

fn stream(asked: &Asked, answer: &Answer, behaviour: Behaviour) -> Response<Body> {
    let mut pieces = match asked.dialect {
        Dialect::OpenAi => openai::events(answer, asked.stream_usage),
        Dialect::Anthropic => anthropic::events(answer),
    };
    let half = pieces.len() / 2;
    match behaviour {
        Behaviour::Stalls | Behaviour::Cuts | Behaviour::Unfinished => pieces.truncate(half),
        Behaviour::Garbage => pieces.insert(half, garbage(asked.dialect)),
        Behaviour::UnknownEvent => pieces.insert(half, unknown_event(asked.dialect)),
        Behaviour::ErrorEvent => {
            pieces.truncate(half);
            pieces.push(error_event(asked.dialect));
        }
        _ => {}
    }
    let pause = if behaviour == Behaviour::Slow { SLOW_EVENT } else { Duration::ZERO };
    let body = play(Script { pieces, pause, end: end(behaviour) });
    identified(reply(200, "text/event-stream", body), asked.dialect, &answer.id)
}

fn whole(asked: &Asked, answer: &Answer, behaviour: Behaviour) -> Response<Body> {
    let value = match (asked.dialect, behaviour) {
        (Dialect::OpenAi, Behaviour::UnknownEvent) => openai::unknown_whole(answer),
        (Dialect::Anthropic, Behaviour::UnknownEvent) => anthropic::unknown_whole(answer),
        (Dialect::OpenAi, _) => openai::whole(answer),
        (Dialect::Anthropic, _) => anthropic::whole(answer),
    };
    let bytes = Bytes::from(value.to_string());
    let first_half = bytes.slice(..bytes.len() / 2);
    let response = match behaviour {
        Behaviour::Stalls | Behaviour::Cuts => {
            let body = play(Script { pieces: vec![first_half], pause: Duration::ZERO, end: end(behaviour) });
            let mut response = reply(200, "application/json", body);
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            response
        }
        Behaviour::Unfinished => reply(200, "application/json", full(first_half)),
        Behaviour::Garbage => reply(200, "application/json", full(Bytes::from_static(b"{not json}"))),
        _ => reply(200, "application/json", full(bytes)),
    };
    identified(response, asked.dialect, &answer.id)
}

fn unknown_event(dialect: Dialect) -> Bytes {
    match dialect {
        Dialect::OpenAi => openai::unknown_event(),
        Dialect::Anthropic => anthropic::unknown_event(),
    }
}

/// An event of a kind that the dialect has, whose data is no JSON.
fn garbage(dialect: Dialect) -> Bytes {
    match dialect {
        Dialect::OpenAi => Bytes::from_static(b"data: {not json}\n\n"),
        Dialect::Anthropic => Bytes::from_static(b"event: content_block_delta\ndata: {not json}\n\n"),
    }
}

fn error_event(dialect: Dialect) -> Bytes {
    match dialect {
        Dialect::OpenAi => openai::error_event(),
        Dialect::Anthropic => anthropic::error_event(),
    }
}

fn end(behaviour: Behaviour) -> End {
    match behaviour {
        Behaviour::Cuts => End::Broken,
        Behaviour::Stalls => End::Silent,
        _ => End::Clean,
    }
}

/// A body that a task of its own fills; a reader that leaves ends the task.
fn play(script: Script) -> Body {
    let (sender, channel) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(send(sender, script));
    channel.boxed_unsync()
}

async fn send(mut sender: Sender<Bytes, io::Error>, script: Script) {
    for piece in script.pieces {
        if !script.pause.is_zero() {
            tokio::time::sleep(script.pause).await;
        }
        if sender.send_data(piece).await.is_err() {
            return;
        }
        // Lets the connection write what it has: every event is a write of its own, as from a model.
        tokio::task::yield_now().await;
    }
    match script.end {
        End::Clean => {}
        End::Broken => {
            // Long enough for what was sent to leave before the connection breaks.
            tokio::time::sleep(Duration::from_millis(20)).await;
            sender.abort(broken());
        }
        End::Silent => tokio::time::sleep(SILENCE).await,
    }
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn reply(status: u16, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds the request's id where the dialect's own SDK looks for it.
fn identified(mut response: Response<Body>, dialect: Dialect, id: &str) -> Response<Body> {
    let name = match dialect {
        Dialect::OpenAi => HeaderName::from_static("x-request-id"),
        Dialect::Anthropic => HeaderName::from_static("request-id"),
    };
    if let Ok(value) = HeaderValue::from_str(id) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the sample provider breaks off, as its model name asks")
}
