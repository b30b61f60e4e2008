//! The way of a request through the gateway, from both SDKs' point of view.

use std::time::Duration;

use carveout_ledger::{Entry, Event, Outcome, Receipt, Ruling, Usage};

use crate::kit::{
    self, CHAT, CHAT_STREAM, KEY, Kit, MESSAGES, PERMITTED, PROVIDER_KEY, Running, client, decided,
    eventually, kinds,
    provider::{
        ANTHROPIC_REPLY, OPENAI_REPLY, OPENAI_REPLY_CANONICAL, Provider, Step, chunk, json_reply, last_chunk,
        openai_chunk, openai_end, reply, stream_head,
    },
    settled,
};

fn streaming(events: Vec<String>) -> Vec<Step> {
    let mut steps = vec![Step::Send(stream_head())];
    steps.extend(events.iter().map(|event| Step::Send(chunk(event))));
    steps.push(Step::Send(last_chunk()));
    steps
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permitted_request_is_answered_and_recorded() {
    let provider = Provider::saying(reply(
        "200 OK",
        "content-type: application/json\r\nx-request-id: req-7\r\ncarveout-ruling: forged\r\nset-cookie: a=b\r\n",
        OPENAI_REPLY,
    ))
    .await;
    let gateway = Running::with(&provider).await;
    let answer = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.text(), OPENAI_REPLY_CANONICAL);
    assert_eq!(answer.header("carveout-ruling"), Some("permit"));
    assert_eq!(answer.header("carveout-clauses"), Some("\"test-terms 1.1\""));
    assert_eq!(answer.header("x-request-id"), Some("req-7"));
    assert_eq!(answer.header("set-cookie"), None);
    let index = answer.receipt_index();

    let entries = gateway.events().await;
    assert_eq!(kinds(&entries), ["genesis", "decided", "attempted", "settled"]);
    assert_eq!(index, 1);
    let decision = decided(&entries)[0];
    assert_eq!((decision.program.as_str(), decision.key.as_str()), ("depot", "depot"));
    assert_eq!(decision.ruling, Ruling::Permit);
    assert_eq!(decision.facts.caller, "purpose=\"logistics.supply\", volume=targeted".replace('"', ""));
    assert!(kit::measured(decision).contains("opaque_parts=0"), "{}", decision.facts.gateway);
    assert!(decision.facts.gateway.contains(", *=0;of=\""), "{}", decision.facts.gateway);
    let settlement = settled(&entries)[0];
    assert_eq!(settlement.outcome, Outcome::Completed);
    assert_eq!(settlement.status, Some(200));
    assert_eq!(settlement.provider_request.as_deref(), Some("req-7"));
    assert_eq!(settlement.usage, Some(Usage { input_tokens: 7, output_tokens: 3 }));
    assert_eq!(settlement.response_bytes, OPENAI_REPLY.len() as u64);
    assert_eq!(settlement.released_bytes, OPENAI_REPLY_CANONICAL.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_passed_on_event_by_event() {
    let provider =
        Provider::new(|_| streaming(vec![openai_chunk("Twelve "), openai_chunk("pallets."), openai_end()]))
            .await;
    let gateway = Running::with(&provider).await;
    for round in 0..2 {
        let answer = gateway.chat(PERMITTED, CHAT_STREAM).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
        let expected = format!("{}{}{}", openai_chunk("Twelve "), openai_chunk("pallets."), openai_end());
        assert_eq!(answer.text(), expected, "round {round}");
        assert!(answer.whole);
    }
    assert_eq!(provider.connections(), 1, "the connection is reused");
    let entries = gateway.events().await;
    assert!(settled(&entries).iter().all(|it| it.outcome == Outcome::Completed), "{entries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropics_dialect_goes_the_same_way() {
    let provider = Provider::saying(json_reply(ANTHROPIC_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let headers = [
        ("x-api-key", KEY),
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
        ("carveout-use", PERMITTED),
    ];
    let answer = gateway.post("/v1/messages", &headers, MESSAGES.as_bytes()).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, ANTHROPIC_REPLY));
    let seen = &provider.seen()[0];
    assert!(seen.head.starts_with("POST /v1/messages HTTP/1.1"), "{}", seen.head);
    assert_eq!(seen.header("x-api-key"), Some(PROVIDER_KEY));
    assert_eq!(seen.header("anthropic-version"), Some("2023-06-01"));

    let denied = gateway.post("/v1/messages", &[headers[0], headers[1]], MESSAGES.as_bytes()).await;
    assert_eq!(denied.status, 403);
    assert_eq!(denied.json()["type"], "error");
    assert_eq!(denied.json()["error"]["type"], "permission_error");
    assert!(denied.header("request-id").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_and_held_requests_end_at_the_gateway() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;

    let denied = gateway.chat("purpose=logistics.supply, volume=bulk", CHAT).await;
    assert_eq!(denied.status, 403);
    assert_eq!(denied.header("carveout-ruling"), Some("deny"));
    assert_eq!(denied.header("carveout-clauses"), Some("\"test-terms 2.1\""));
    let message = denied.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("2.1") && message.contains("Data acquired in bulk shall not be put to the model."),
        "{message}"
    );
    assert!(!message.contains("targeted"), "it coaches: {message}");
    assert_eq!(denied.header("x-should-retry"), Some("false"));

    let held =
        gateway.chat("purpose=logistics.supply, volume=targeted, source=commercially_purchased", CHAT).await;
    assert_eq!(held.status, 403);
    assert_eq!(held.header("carveout-ruling"), Some("hold"));
    assert_eq!(held.header("carveout-clauses"), Some("\"test-terms 2.2\""));

    let entries = gateway.events().await;
    assert_eq!(kinds(&entries), ["genesis", "decided", "decided"]);
    assert_eq!(decided(&entries)[1].roles, ["customer/release-authority"]);
    let hold = decided(&entries)[1].hold.unwrap();
    assert!(held.text().contains(&hold.to_string()), "{}", held.text());
    assert!(provider.seen().is_empty() && provider.connections() == 0, "nothing was forwarded");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forwarded_is_the_gateways_own_head_and_the_canonical_body() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let body = "{ \"messages\" : [ {\"role\":\"user\", \"content\":\"1\\u00e9\\/\"} ],\n \"temperature\": 1.50, \"model\":\"depot\" }";
    let mut headers = kit::chat_headers(PERMITTED).to_vec();
    headers.extend([
        ("x-secret-hint", "a"),
        ("cookie", "b=c"),
        ("openai-organization", "org-1"),
        ("carveout-ruling", "permit"),
    ]);
    let answer = gateway.post("/v1/chat/completions", &headers, body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let seen = &provider.seen()[0];
    assert_eq!(
        String::from_utf8_lossy(&seen.body),
        "{\"messages\":[{\"role\":\"user\",\"content\":\"1é/\"}],\"temperature\":1.50,\"model\":\"sample-1\"}"
    );
    let mut names: Vec<String> =
        seen.head.lines().skip(1).map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent"
        ]
    );
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {PROVIDER_KEY}").as_str()));
    assert!(!seen.head.contains(KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_listed_in_the_callers_dialect() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let bearer = kit::bearer();
    let openai = gateway.get("/v1/models", &[("authorization", &bearer)]).await;
    assert_eq!(openai.json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(openai.json()["data"][0]["id"], "depot");
    let anthropic =
        gateway.get("/v1/models", &[("x-api-key", KEY), ("anthropic-version", "2023-06-01")]).await;
    assert_eq!(anthropic.json()["data"][0]["id"], "depot-claude");
    let one = gateway.get("/v1/models/depot", &[("authorization", &bearer)]).await;
    assert_eq!((one.status, one.json()["id"].as_str()), (200, Some("depot")));
    let none = gateway.get("/v1/models/depot-claude", &[("authorization", &bearer)]).await;
    assert_eq!(none.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_prove_a_programs_own_decisions_and_nothing_of_others() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let kit = Kit::new(provider.address);
    let verifier = kit.verifier();
    let gateway = kit.start().await;
    let index = gateway.chat(PERMITTED, CHAT).await.receipt_index();
    let own = gateway.get(&format!("/carveout/v1/receipts/{index}"), &[("x-api-key", KEY)]).await;
    assert_eq!(own.status, 200, "{own:?}");
    let receipt = Receipt::from_json(&own.body).unwrap();
    receipt.verify_own(&verifier).unwrap();
    let attempt = gateway.get(&format!("/carveout/v1/receipts/{}", index + 1), &[("x-api-key", KEY)]).await;
    assert_eq!(attempt.status, 200);

    let checkpoint = gateway.get("/carveout/v1/checkpoint", &[("x-api-key", KEY)]).await;
    assert!(checkpoint.text().starts_with("carveout.test/log\n"), "{checkpoint:?}");

    let others = [
        (format!("/carveout/v1/receipts/{index}"), kit::OTHER_KEY, 404),
        (format!("/carveout/v1/receipts/{}", index + 1), kit::OTHER_KEY, 404),
        ("/carveout/v1/receipts/0".to_owned(), KEY, 404),
        (format!("/carveout/v1/receipts/0{index}"), KEY, 404),
        (format!("/carveout/v1/receipts/+{index}"), KEY, 404),
        ("/carveout/v1/receipts/".to_owned(), KEY, 404),
        ("/carveout/v1/tile/0/000".to_owned(), KEY, 404),
        ("/tile/entries/000".to_owned(), KEY, 404),
        ("/carveout/v1/checkpoint".to_owned(), "cvo_nobody", 401),
    ];
    for (path, key, status) in others {
        assert_eq!(gateway.get(&path, &[("x-api-key", key)]).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_receipt_of_what_came_of_its_request() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.patience.receipt = Duration::from_secs(30);
    let verifier = kit.verifier();
    let gateway = kit.start().await;
    let index = gateway.chat(PERMITTED, CHAT).await.receipt_index();
    let denied = gateway.chat("purpose=logistics.supply, volume=bulk", CHAT).await.receipt_index();
    let fetch = |path: String, key: &'static str| {
        let gateway = &gateway;
        async move { gateway.get(&format!("/carveout/v1/receipts/{path}"), &[("x-api-key", key)]).await }
    };
    let settlement = fetch(format!("{index}/settlement"), KEY).await;
    assert_eq!(settlement.status, 200, "{settlement:?}");
    let receipt = Receipt::from_json(&settlement.body).unwrap();
    receipt.verify_own(&verifier).unwrap();
    let entry = Entry::parse(receipt.entry()).unwrap();
    assert!(matches!(entry.event, Event::Settled(_)), "{entry:?}");
    // By its own index too, but by nobody else.
    let settled = receipt.index();
    for (path, key, status) in [
        (settled.to_string(), KEY, 200),
        (settled.to_string(), kit::OTHER_KEY, 404),
        (format!("{index}/settlement"), kit::OTHER_KEY, 404),
        (format!("{denied}/settlement"), KEY, 404),
        ("0/settlement".to_owned(), KEY, 404),
        (format!("{index}/settlements"), KEY, 404),
        (format!("{index}/settlement/"), KEY, 404),
    ] {
        assert_eq!(fetch(path.clone(), key).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_settled_yet_is_said_to_be_so() {
    let provider = Provider::new(|_| vec![Step::Send(stream_head()), Step::Hang]).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.patience.receipt = Duration::from_millis(200);
    kit.settings.patience.idle = Duration::from_secs(30);
    let gateway = kit.start().await;
    let (address, request) = (
        gateway.address,
        client::request(
            "POST /v1/chat/completions",
            &kit::chat_headers(PERMITTED),
            kit::CHAT_STREAM.as_bytes(),
        ),
    );
    let asking = tokio::spawn(async move { client::send(address, &request).await });
    eventually("the provider has the request", || provider.seen().len() == 1).await;
    let asked = || async { gateway.get("/carveout/v1/receipts/1/settlement", &[("x-api-key", KEY)]).await };
    let answer = asked().await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("not recorded yet"), "{}", answer.text());
    asking.abort();
    let mut settled = asked().await;
    while settled.status == 404 {
        settled = asked().await;
    }
    assert!(settled.status == 200 && settled.text().contains("caller_left"), "{}", settled.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn health_needs_no_key_and_readiness_follows_the_ledger() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    assert_eq!(gateway.get("/healthz", &[]).await.status, 200);
    assert_eq!(gateway.get("/readyz", &[]).await.status, 200);
    gateway.mood.fail();
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 503);
    assert_eq!(gateway.get("/healthz", &[]).await.status, 200);
    assert_eq!(gateway.get("/readyz", &[]).await.status, 503);
}
