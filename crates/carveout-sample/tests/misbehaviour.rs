//! The sample provider over real sockets: how it fails when asked to.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use std::time::{Duration, Instant};

use carveout_sample::client::{Reply, post};
use carveout_sample::{Behaviour, SampleProvider, serve};
use serde_json::{Value, json};

const PATHS: [&str; 2] = ["/v1/chat/completions", "/v1/messages"];

async fn provider() -> SampleProvider {
    serve("127.0.0.1:0".parse().unwrap()).await.unwrap()
}

async fn ask(provider: &SampleProvider, path: &str, model: &str, stream: bool) -> std::io::Result<Reply> {
    let messages = json!([{"role": "user", "content": "[words 20]"}]);
    let body = json!({"model": model, "max_tokens": 100, "stream": stream, "messages": messages});
    post(provider.local_addr(), path, &[], &body.to_string()).await
}

/// What arrives within a second, and whether the body then ended, broke or is silent.
async fn within_a_second(mut reply: Reply) -> (String, &'static str) {
    let mut text = String::new();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(1);
    loop {
        match tokio::time::timeout_at(deadline, reply.next()).await {
            Err(_) => return (text, "silent"),
            Ok(Err(_)) => return (text, "broken"),
            Ok(Ok(None)) => return (text, "ended"),
            Ok(Ok(Some(piece))) => text.push_str(std::str::from_utf8(&piece).unwrap()),
        }
    }
}

#[tokio::test]
async fn every_model_that_refuses_answers_its_status_in_the_dialect() {
    let provider = provider().await;
    let refusing = Behaviour::models().filter_map(|model| match Behaviour::of(model) {
        Some(Behaviour::Refuses(status)) => Some((model, status)),
        _ => None,
    });
    for (model, status) in refusing {
        for path in PATHS {
            for stream in [true, false] {
                let reply = ask(&provider, path, model, stream).await.unwrap();
                assert_eq!(reply.status, status);
                assert_eq!(reply.headers.contains_key("retry-after"), status == 429);
                let body: Value = serde_json::from_slice(&reply.whole().await.unwrap()).unwrap();
                assert!(body["error"]["message"].is_string(), "{model} {path}: {body}");
            }
        }
    }
    assert!(provider.used().is_empty(), "what is refused isn't billed");
}

#[tokio::test]
async fn answers_break_off_as_the_model_name_says() {
    let provider = provider().await;
    for (model, end) in
        [("sample-1-cut", "broken"), ("sample-1-stall", "silent"), ("sample-1-unfinished", "ended")]
    {
        for path in PATHS {
            for stream in [true, false] {
                let reply = ask(&provider, path, model, stream).await.unwrap();
                let (text, how) = within_a_second(reply).await;
                assert_eq!(how, end, "{model} {path} stream={stream}");
                assert!(text.contains(model), "half of the answer arrives: {text}");
                assert!(!text.contains("[DONE]") && !text.contains("message_stop"), "{text}");
            }
        }
    }
    assert_eq!(provider.used().len(), 12, "what is begun is billed");
}

#[tokio::test]
async fn nothing_comes_from_a_model_that_hangs_or_drops() {
    let provider = provider().await;
    for path in PATHS {
        let hung =
            tokio::time::timeout(Duration::from_millis(300), ask(&provider, path, "sample-1-hang", true));
        assert!(hung.await.is_err());
        assert!(ask(&provider, path, "sample-1-drop", false).await.is_err());
    }
}

#[tokio::test]
async fn strange_bytes_are_where_the_model_name_puts_them() {
    let provider = provider().await;
    for (model, path, mark) in [
        ("sample-1-garbage", PATHS[0], "{not json}"),
        ("sample-1-garbage", PATHS[1], "{not json}"),
        ("sample-1-unknown-event", PATHS[0], "surprise"),
        ("sample-1-unknown-event", PATHS[1], "surprise"),
        ("sample-1-error-event", PATHS[0], "server_error"),
        ("sample-1-error-event", PATHS[1], "event: error\n"),
        ("sample-1-html", PATHS[0], "<h1>502"),
    ] {
        let (text, how) = within_a_second(ask(&provider, path, model, true).await.unwrap()).await;
        assert!(text.contains(mark), "{model}: {text}");
        assert_eq!(how, "ended");
    }
    for path in PATHS {
        let (text, _) =
            within_a_second(ask(&provider, path, "sample-1-unknown-event", false).await.unwrap()).await;
        assert!(serde_json::from_str::<Value>(&text).unwrap().to_string().contains("surprise"));
        let (text, _) = within_a_second(ask(&provider, path, "sample-1-garbage", false).await.unwrap()).await;
        assert!(serde_json::from_str::<Value>(&text).is_err());
    }
}

#[tokio::test]
async fn a_slow_model_takes_its_time_and_a_client_may_leave() {
    let provider = provider().await;
    let start = Instant::now();
    let mut reply = ask(&provider, PATHS[0], "sample-1-slow", true).await.unwrap();
    reply.next().await.unwrap().unwrap();
    reply.next().await.unwrap().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200), "{:?}", start.elapsed());
    drop(reply);
    assert_eq!(ask(&provider, PATHS[0], "sample-1", false).await.unwrap().status, 200);
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_a_reason() {
    let provider = provider().await;
    for (body, status, reason) in [
        ("{", 400, "not JSON"),
        ("{}", 400, "`model` is missing"),
        (r#"{"model": "sample-1", "messages": []}"#, 400, "`messages` is empty"),
        (r#"{"model": "gpt-0", "messages": [{}]}"#, 404, "no model `gpt-0`"),
    ] {
        for path in PATHS {
            let reply = post(provider.local_addr(), path, &[], body).await.unwrap();
            assert_eq!(reply.status, status);
            let text = String::from_utf8(reply.whole().await.unwrap()).unwrap();
            assert!(text.contains(reason), "{text}");
        }
    }
}

#[tokio::test]
async fn shutting_down_frees_the_address_at_once() {
    let provider = provider().await;
    let address = provider.local_addr();
    let _stalled = ask(&provider, PATHS[0], "sample-1-stall", true).await.unwrap();
    provider.shutdown().await;
    serve(address).await.unwrap();
}
