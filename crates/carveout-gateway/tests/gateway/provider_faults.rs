//! What providers do wrong: settled as such, and told to the caller in its dialect.

use std::time::Duration;

use crate::kit::{
    self, CHAT, CHAT_STREAM, Kit, PERMITTED, Running, decided, eventually, kinds,
    provider::{
        OPENAI_REPLY, Provider, Step, chunk, json_reply, last_chunk, openai_chunk, openai_end, reply,
        stream_head,
    },
    settled,
};
use carveout_ledger::Outcome;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

struct Fault {
    name: &'static str,
    steps: Vec<Step>,
    status: u16,
    outcome: Outcome,
    says: &'static str,
}

fn fault(name: &'static str, steps: Vec<Step>, status: u16, outcome: Outcome, says: &'static str) -> Fault {
    Fault { name, steps, status, outcome, says }
}

fn send(bytes: impl Into<Vec<u8>>) -> Step {
    Step::Send(bytes.into())
}

fn whole_replies() -> Vec<Fault> {
    let error = r#"{"error":{"message":"temperature is out of range","type":"invalid_request_error","param":null,"code":null}}"#;
    let json = "content-type: application/json\r\n";
    vec![
        fault("closes at once", vec![Step::Close], 502, Outcome::ProviderCut, "without an answer"),
        fault("hangs", vec![Step::Hang], 504, Outcome::ProviderSilent, "in time"),
        fault("not HTTP", vec![send("220 mail ready\r\n"), Step::Close], 502, Outcome::ProviderCut, ""),
        fault(
            "cut",
            vec![send(format!("HTTP/1.1 200 OK\r\n{json}content-length: 500\r\n\r\n{{\"id\"")), Step::Close],
            502,
            Outcome::ProviderCut,
            "broke off",
        ),
        fault(
            "stalls",
            vec![send(format!("HTTP/1.1 200 OK\r\n{json}content-length: 500\r\n\r\n{{\"id\"")), Step::Hang],
            504,
            Outcome::ProviderCut,
            "stopped",
        ),
        fault(
            "ends early inside JSON",
            vec![send(json_reply("{\"id\":"))],
            502,
            Outcome::ProviderCut,
            "broke off",
        ),
        fault("garbage", vec![send(json_reply("pallets"))], 502, Outcome::ProviderGarbage, "JSON"),
        fault("another shape", vec![send(json_reply("[1]"))], 502, Outcome::ProviderGarbage, ""),
        fault(
            "wrong content type",
            vec![send(reply("200 OK", "content-type: text/html\r\n", OPENAI_REPLY))],
            502,
            Outcome::ProviderGarbage,
            "not of the kind",
        ),
        fault(
            "packed",
            vec![send(reply(
                "200 OK",
                "content-type: application/json\r\ncontent-encoding: gzip\r\n",
                OPENAI_REPLY,
            ))],
            502,
            Outcome::ProviderGarbage,
            "not of the kind",
        ),
        fault(
            "a stream nobody asked for",
            vec![send(stream_head()), send(last_chunk())],
            502,
            Outcome::ProviderGarbage,
            "",
        ),
        fault(
            "redirects",
            vec![send(reply("302 Found", "location: http://elsewhere/\r\n", ""))],
            502,
            Outcome::ProviderGarbage,
            "",
        ),
        fault(
            "nothing at all",
            vec![send(reply("204 No Content", json, ""))],
            502,
            Outcome::ProviderGarbage,
            "",
        ),
        fault(
            "too large",
            vec![send(json_reply(&format!("\"{}\"", "x".repeat(200_000))))],
            502,
            Outcome::Withheld,
            "",
        ),
        fault(
            "refuses",
            vec![send(reply("400 Bad Request", json, error))],
            400,
            Outcome::ProviderRefused,
            "temperature is out of range",
        ),
        fault(
            "busy",
            vec![send(reply("429 Too Many Requests", json, error))],
            429,
            Outcome::ProviderRefused,
            "",
        ),
        fault(
            "doesn't know us",
            vec![send(reply("401 Unauthorized", json, error))],
            502,
            Outcome::ProviderRefused,
            "401",
        ),
        fault(
            "fails in HTML",
            vec![send(reply("500 Oops", "content-type: text/html\r\n", "<p>secret</p>"))],
            502,
            Outcome::ProviderRefused,
            "500",
        ),
        fault(
            "floods an error",
            vec![send("HTTP/1.1 500 Oops\r\n\r\n"), Step::Flood(vec![b'x'; 4096])],
            502,
            Outcome::ProviderRefused,
            "500",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_whole_reply_is_told_and_settled() {
    for fault in whole_replies() {
        let steps = fault.steps.clone();
        let silent = matches!(steps.last(), Some(Step::Hang));
        let provider = Provider::new(move |_| steps.clone()).await;
        let kit = Kit::new(provider.address);
        let mut kit = if silent { kit.in_a_hurry() } else { kit };
        kit.settings.limits.reply = 100_000;
        let gateway = kit.start().await;
        let answer = gateway.chat(PERMITTED, CHAT).await;
        let name = fault.name;
        assert_eq!(answer.status, fault.status, "{name}: {}", answer.text());
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(fault.says), "{name}: {message}");
        assert!(!answer.text().contains("secret"), "{name}");
        assert_eq!(answer.header("carveout-ruling"), Some("permit"), "{name}");
        let entries = gateway.events().await;
        assert_eq!(kinds(&entries), ["genesis", "decided", "attempted", "settled"], "{name}");
        let settlement = settled(&entries)[0];
        assert_eq!(settlement.outcome, fault.outcome, "{name}");
        assert_eq!(settlement.released_bytes, 0, "{name}");
    }
}

fn streamed_replies() -> Vec<Fault> {
    let begun = || vec![send(stream_head()), send(chunk(&openai_chunk("Twelve ")))];
    let then = |more: Vec<Step>| [begun(), more].concat();
    vec![
        fault("cut", then(vec![Step::Close]), 200, Outcome::ProviderCut, "broke off"),
        fault("ends without its end", then(vec![send(last_chunk())]), 200, Outcome::ProviderCut, "broke off"),
        fault("stalls", then(vec![Step::Hang]), 200, Outcome::ProviderCut, "stopped"),
        fault(
            "garbage",
            then(vec![send(chunk("data: {pallets}\n\n")), send(last_chunk())]),
            200,
            Outcome::ProviderGarbage,
            "JSON",
        ),
        fault(
            "unknown event",
            then(vec![send(chunk("event: surprise\ndata: {\"a\":1}\n\n"))]),
            200,
            Outcome::ProviderGarbage,
            "surprise",
        ),
        fault("not chunked as said", then(vec![send("zzzz\r\n")]), 200, Outcome::ProviderCut, "broke off"),
        fault(
            "an endless event",
            then(vec![send(chunk("data: ")), Step::Flood(chunk(&"x".repeat(1000)))]),
            200,
            Outcome::Withheld,
            "",
        ),
        fault(
            "says it failed",
            then(vec![send(chunk(
                "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n",
            ))]),
            200,
            Outcome::ProviderRefused,
            "overloaded",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_in_a_stream_is_told_as_an_event_and_closes_the_connection() {
    for fault in streamed_replies() {
        let steps = fault.steps.clone();
        let silent = matches!(steps.last(), Some(Step::Hang));
        let provider = Provider::new(move |_| steps.clone()).await;
        let kit = Kit::new(provider.address);
        let mut kit = if silent { kit.in_a_hurry() } else { kit };
        kit.settings.limits.reply = 100_000;
        let gateway = kit.start().await;
        let answer = gateway.chat(PERMITTED, CHAT_STREAM).await;
        let name = fault.name;
        assert_eq!(answer.status, fault.status, "{name}");
        assert!(!answer.whole, "{name}: the connection is closed without the last chunk");
        let text = answer.text();
        let error = text.strip_prefix(&openai_chunk("Twelve ")).unwrap_or_else(|| panic!("{name}: {text}"));
        let error = error.strip_prefix("data: ").and_then(|error| error.strip_suffix("\n\n"));
        let error: serde_json::Value =
            serde_json::from_str(error.unwrap_or_else(|| panic!("{name}: {text}"))).unwrap();
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains(fault.says), "{name}: {message}");
        eventually("the provider's connection is closed", || provider.hung_up() == 1).await;
        let entries = gateway.events().await;
        let settlement = settled(&entries)[0];
        assert_eq!(settlement.outcome, fault.outcome, "{name}");
        assert_eq!(settlement.released_bytes, openai_chunk("Twelve ").len() as u64, "{name}");
    }
}

/// An address where nobody listens: not one that was free a moment ago, which another test may have by now.
fn nobody() -> std::net::SocketAddr {
    "127.0.0.1:1".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_refuses_the_connection_is_unreachable() {
    let gateway = Kit::new(nobody()).start().await;
    let answer = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("could not be reached"), "{}", answer.text());
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::ProviderUnreachable);
}

fn fallback_kit(provider: &Provider) -> Kit {
    let mut kit = Kit::new(provider.address);
    kit.settings.providers.push(kit::provider("first", carveout_dialects::Dialect::OpenAi, nobody()));
    let mut second = kit::target("main");
    second.host = "other".to_owned();
    kit.settings.routes.push(kit::route("with-fallback", vec![kit::target("first"), second]));
    kit
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_target_is_decided_and_admitted_anew() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = fallback_kit(&provider).start().await;
    let body = CHAT.replace("depot", "with-fallback");
    assert_eq!(gateway.chat(PERMITTED, &body).await.status, 200);
    // Translation may not go to the second target's host: the fallback is denied, not just taken.
    let denied = gateway.chat("purpose=translation, volume=targeted", &body).await;
    assert_eq!(denied.status, 403, "{}", denied.text());
    assert_eq!(denied.header("carveout-clauses"), Some("\"test-terms 2.3\""));
    assert_eq!(provider.seen().len(), 1);

    let entries = gateway.events().await;
    let decisions = decided(&entries);
    assert_eq!(decisions.len(), 4);
    assert_ne!(decisions[0].decision, decisions[1].decision);
    assert_eq!(
        (decisions[0].target.provider.as_str(), decisions[1].target.provider.as_str()),
        ("first", "main")
    );
    let outcomes: Vec<Outcome> = settled(&entries).iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes.iter().filter(|it| **it == Outcome::ProviderUnreachable).count(), 2);
    assert_eq!(outcomes.iter().filter(|it| **it == Outcome::Completed).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_failed_connection_passes_to_the_next_target() {
    let silent = Provider::new(|_| vec![Step::Close]).await;
    let spare = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = Kit::new(silent.address);
    kit.settings.providers.push(kit::provider("spare", carveout_dialects::Dialect::OpenAi, spare.address));
    kit.settings.routes.push(kit::route("both", vec![kit::target("main"), kit::target("spare")]));
    let gateway = kit.start().await;
    assert_eq!(gateway.chat(PERMITTED, &CHAT.replace("depot", "both")).await.status, 502);
    assert_eq!((silent.seen().len(), spare.connections()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_connection_that_the_provider_closed_is_not_taken_for_a_failure() {
    let provider = Provider::new(|_| vec![send(json_reply(OPENAI_REPLY)), Step::Close]).await;
    let gateway = Running::with(&provider).await;
    for asked in 1..=3 {
        assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
        eventually("the provider has closed the connection", || provider.hung_up() == asked).await;
    }
    assert_eq!((provider.seen().len(), provider.connections()), (3, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_stops_the_provider_and_is_recorded() {
    let cases: Vec<(&str, &str, Vec<Step>)> = vec![
        ("before the reply", CHAT, vec![Step::Hang]),
        (
            "in a stream",
            CHAT_STREAM,
            vec![send(stream_head()), send(chunk(&openai_chunk("Twelve "))), Step::Hang],
        ),
    ];
    for (name, body, steps) in cases {
        let provider = Provider::new(move |_| steps.clone()).await;
        let gateway = Running::with(&provider).await;
        let mut caller = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
        let request =
            kit::client::request("POST /v1/chat/completions", &kit::chat_headers(PERMITTED), body.as_bytes());
        caller.write_all(&request).await.unwrap();
        if body == CHAT_STREAM {
            let mut first = [0; 1024];
            assert!(caller.read(&mut first).await.unwrap() > 0);
        }
        eventually("the provider has the request", || provider.seen().len() == 1).await;
        drop(caller);
        eventually("the provider's connection is closed", || provider.hung_up() == 1).await;
        let entries = gateway.events().await;
        assert_eq!(kinds(&entries), ["genesis", "decided", "attempted", "settled"], "{name}");
        assert_eq!(settled(&entries)[0].outcome, Outcome::CallerLeft, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_not_read_faster_than_its_caller_reads() {
    let event = openai_chunk(&"x".repeat(8_000));
    let provider = Provider::new(move |_| vec![send(stream_head()), Step::Flood(chunk(&event))]).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.patience.stalled_caller = Duration::from_secs(3);
    let gateway = kit.start().await;
    let mut caller = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let request = kit::client::request(
        "POST /v1/chat/completions",
        &kit::chat_headers(PERMITTED),
        CHAT_STREAM.as_bytes(),
    );
    caller.write_all(&request).await.unwrap();
    // The caller reads nothing. What the provider could send is what fits into the sockets of both hops and the
    // gateway's few buffers, and it stops growing.
    let mut sent = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        if std::mem::replace(&mut sent, provider.sent()) == sent && sent > 0 {
            break;
        }
        assert!(sent < 64 << 20, "{sent} bytes were read for a caller that reads nothing");
    }
    assert_eq!(provider.hung_up(), 0, "it only waits");
    // A caller that takes nothing for too long is cut off, and its provider with it.
    eventually("the provider's connection is closed", || provider.hung_up() == 1).await;
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::CallerLeft);
    drop(caller);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_lingers_after_its_last_event_doesnt_keep_the_caller() {
    let provider = Provider::new(|_| vec![send(stream_head()), send(chunk(&openai_end())), Step::Hang]).await;
    let gateway = Running::with(&provider).await;
    let answer = gateway.chat(PERMITTED, CHAT_STREAM).await;
    assert!(answer.whole);
    assert_eq!(answer.text(), openai_end());
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::Completed);
}
