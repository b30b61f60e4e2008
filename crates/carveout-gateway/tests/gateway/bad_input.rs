//! Requests that must not get any further than where they are refused.

use std::io::Write as _;

use crate::kit::{
    self, CHAT, EXPIRED_KEY, KEY, Kit, OTHER_KEY, PERMITTED, Running, client,
    provider::{OPENAI_REPLY, Provider, json_reply},
};
use flate2::{Compression, write::GzEncoder};

/// A caller's head, to which a case adds or from which it takes away.
struct Case {
    name: &'static str,
    line: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    status: u16,
    says: &'static str,
}

fn case(name: &'static str, status: u16, says: &'static str) -> Case {
    let headers = vec![
        ("authorization", kit::bearer()),
        ("content-type", "application/json".to_owned()),
        ("carveout-use", PERMITTED.to_owned()),
    ];
    Case { name, line: "POST /v1/chat/completions", headers, body: CHAT.as_bytes().to_vec(), status, says }
}

impl Case {
    fn line(self, line: &'static str) -> Self {
        Self { line, ..self }
    }

    fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| *found != name);
        self
    }

    fn instead(self, name: &'static str, value: impl Into<String>) -> Self {
        self.without(name).with(name, value)
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn message(content: &str) -> String {
    format!(r#"{{"model":"depot","messages":[{{"role":"user","content":{content}}}]}}"#)
}

fn bodies() -> Vec<Case> {
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    vec![
        case("empty", 400, "").body(""),
        case("not JSON", 400, "").body("pallets"),
        case("trailing bytes", 400, "").body(format!("{CHAT} {{}}")),
        case("duplicate key", 400, "model").body(r#"{"model":"depot","model":"other","messages":[]}"#),
        case("duplicate key, escaped", 400, "").body(r#"{"model":"depot","mod\u0065l":"x","messages":[]}"#),
        case("case variant", 400, "Messages").body(r#"{"model":"depot","messages":[],"Messages":[]}"#),
        case("too deep", 400, "").body(format!(r#"{{"model":"depot","messages":[],"metadata":{deep}}}"#)),
        case("too large", 413, "").body(message(&format!("\"{}\"", "x".repeat(60_000)))),
        case("invalid UTF-8", 400, "").body(
            b"{\"model\":\"depot\",\"messages\":[{\"role\":\"user\",\"content\":\"\xff\"}]}".as_slice(),
        ),
        case("lone surrogate", 400, "").body(message(r#""\ud800""#)),
        case("byte order mark", 400, "").body([b"\xef\xbb\xbf".as_slice(), CHAT.as_bytes()].concat()),
        case("unknown content part", 400, "").body(message(r#"[{"type":"hologram","data":"x"}]"#)),
        case("unknown role", 400, "")
            .body(r#"{"model":"depot","messages":[{"role":"oracle","content":"x"}]}"#),
        case("unlisted field", 403, "")
            .instead("carveout-use", "purpose=logistics.supply")
            .body(r#"{"model":"depot","messages":[{"role":"user","content":"x"}],"x_unlisted":1}"#),
        case("provider-side feature", 400, "server_tools")
            .body(r#"{"model":"depot","store":true,"messages":[{"role":"user","content":"x"}]}"#),
        case("no model", 400, "model").body(r#"{"messages":[]}"#),
        case("unknown model", 404, "model").body(CHAT.replace("depot", "gpt-9")),
        case("model of the other dialect", 404, "anthropic").body(CHAT.replace("depot", "depot-claude")),
        case("gzip bomb", 413, "").with("content-encoding", "gzip").body(gzip(&vec![b' '; 10_000_000])),
        case("gzip, too dense", 400, "unpacks")
            .with("content-encoding", "gzip")
            .body(gzip(&vec![b' '; 45_000])),
        case("gzip, large inside", 413, "").with("content-encoding", "gzip").body(gzip(&noise(120_000))),
        case("gzip cut", 400, "gzip")
            .with("content-encoding", "gzip")
            .body(gzip(CHAT.as_bytes())[..40].to_vec()),
        case("not gzip", 400, "gzip").with("content-encoding", "gzip"),
    ]
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        b'a' + state.to_be_bytes()[0] % 26
    };
    (0..length).map(|_| next()).collect()
}

fn heads() -> Vec<Case> {
    vec![
        case("no content type", 415, "").without("content-type"),
        case("wrong content type", 415, "").instead("content-type", "text/plain"),
        case("another charset", 415, "").instead("content-type", "application/json; charset=utf-16"),
        case("two content types", 415, "").with("content-type", "application/json"),
        case("unknown coding", 415, "").with("content-encoding", "br"),
        case("two codings", 415, "").with("content-encoding", "gzip, gzip"),
        case("no key", 401, "").without("authorization"),
        case("unknown key", 401, "")
            .instead("authorization", "Bearer cvo_nobody_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE"),
        case("wrong secret", 401, "")
            .instead("authorization", format!("Bearer {}", KEY.replace("abc", "xyz"))),
        case("a key that isn't ours", 401, "").instead("authorization", "Bearer sk-proj-1"),
        case("another scheme", 401, "").instead("authorization", "Basic Y3ZvOmN2bw=="),
        case("expired key", 401, "").instead("authorization", format!("Bearer {EXPIRED_KEY}")),
        case("two keys", 401, "").with("x-api-key", OTHER_KEY),
        case("key given twice", 401, "").with("authorization", kit::bearer()),
        case("nominated key", 401, "").with("connection", "authorization"),
        case("key in the address", 400, "address").line("POST /v1/chat/completions?api_key=x"),
        case("our key in the address", 400, "address").line("POST /v1/chat/completions?q=cvo_depot_x"),
        case("unknown query", 404, "").line("POST /v1/chat/completions?stream=true"),
    ]
}

fn claims() -> Vec<Case> {
    let claim = |name, status, says, claim: &str| case(name, status, says).instead("carveout-use", claim);
    vec![
        claim("malformed", 400, "Carveout-Use", "purpose=logistics.supply; ,"),
        claim("not a dictionary", 400, "", "\"purpose\""),
        claim("unknown fact", 400, "pupose", "pupose=logistics.supply"),
        claim("unknown member", 400, "logistic.suply", "purpose=logistic.suply"),
        claim("stated twice", 400, "twice", "purpose=translation, purpose=logistics.supply"),
        claim("parameters", 400, "", "purpose=logistics.supply;q=1"),
        claim("a gateway's fact", 400, "host", "purpose=logistics.supply, host=sample-host"),
        claim("a program's fact", 400, "authority", "purpose=logistics.supply, authority=warrant"),
        claim("nobody's fact", 400, "intent", "intent=unknown"),
        claim("not ASCII", 400, "ASCII", "purpose=logistics.supply, x=\"é\""),
        claim("a group", 400, "group", "purpose=logistics"),
        claim("outside the program's list", 403, "intel", "purpose=intel.foreign, volume=targeted"),
        case("two lines", 400, "more than once").with("carveout-use", "volume=targeted"),
    ]
}

fn routes() -> Vec<Case> {
    let route = |line: &'static str, status| case(line, status, "").line(line);
    vec![
        route("POST /v1/completions", 404),
        route("POST /v1/embeddings", 404),
        route("POST /v1/responses", 404),
        route("POST /v1/chat/completions/", 404),
        route("POST /V1/chat/completions", 404),
        route("POST //v1/chat/completions", 404),
        route("POST /v1/models", 404),
        route("GET /v1/chat/completions", 404),
        route("DELETE /v1/models/depot", 404),
        route("POST /carveout/v1/checkpoint", 404),
        route("GET /", 404),
        route("POST /healthz", 404),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_request_is_refused_in_its_dialect_and_nothing_is_forwarded() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.limits.body = 50_000;
    let gateway = kit.start().await;
    let mut failures = Vec::new();
    for case in [bodies(), heads(), claims(), routes()].concat_cases() {
        let headers: Vec<(&str, &str)> =
            case.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = client::send(gateway.address, &client::request(case.line, &headers, &case.body)).await;
        let error = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap_or_default();
        let message = error["error"]["message"].as_str().unwrap_or("(no message)");
        if answer.status != case.status || !message.contains(case.says) || message == "(no message)" {
            failures.push(format!(
                "{}: {} {message}, expected {} {}",
                case.name, answer.status, case.status, case.says
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(provider.connections(), 0, "{:?}", provider.seen());
    // Only the one denial by the terms is an event; a refusal at the door never reaches the ledger.
    let entries = gateway.events().await;
    assert_eq!(kit::kinds(&entries), ["genesis", "decided"]);
}

trait ConcatCases {
    fn concat_cases(self) -> Vec<Case>;
}

impl<const N: usize> ConcatCases for [Vec<Case>; N] {
    fn concat_cases(self) -> Vec<Case> {
        self.into_iter().flatten().collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_large_or_too_slow_is_cut_off() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let large = "x".repeat(40_000);
    let answer = gateway.get("/v1/models", &[("x-api-key", KEY), ("x-large", &large)]).await;
    assert_eq!(answer.status, 431);

    let mut kit = Kit::new(provider.address);
    kit.settings.patience.head = std::time::Duration::from_millis(500);
    kit.settings.patience.body = std::time::Duration::from_millis(500);
    let gateway = kit.start().await;
    let slow_head = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let mut buffer = [0; 256];
    slow_head.writable().await.unwrap();
    slow_head.try_write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n").unwrap();
    let mut slow_head = slow_head;
    while tokio::io::AsyncReadExt::read(&mut slow_head, &mut buffer).await.is_ok_and(|read| read > 0) {}

    let mut request =
        client::request("POST /v1/chat/completions", &kit::chat_headers(PERMITTED), CHAT.as_bytes());
    request.truncate(request.len() - 5);
    let answer = client::send(gateway.address, &request).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.text().contains("did not arrive"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_default_claim_holds_until_the_header_overrides_it_fact_by_fact() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let bearer = format!("Bearer {OTHER_KEY}");
    let base = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for (claim, status, recorded) in [
        (None, 200, "purpose=translation, volume=targeted"),
        (Some("volume=bulk"), 403, "purpose=translation, volume=bulk"),
        (Some("purpose=logistics.supply"), 200, "purpose=logistics.supply, volume=targeted"),
        (Some(""), 200, "purpose=translation, volume=targeted"),
    ] {
        let mut headers = base.to_vec();
        headers.extend(claim.map(|claim| ("carveout-use", claim)));
        for _again in 0..2 {
            let answer = gateway.post("/v1/chat/completions", &headers, CHAT.as_bytes()).await;
            assert_eq!(answer.status, status, "{claim:?}: {}", answer.text());
            let index = answer.receipt_index();
            let receipt =
                gateway.get(&format!("/carveout/v1/receipts/{index}"), &[("x-api-key", OTHER_KEY)]).await;
            let entry = receipt.json()["entry"].as_str().unwrap().to_owned();
            assert!(entry.contains(&format!("\"caller\":\"{recorded}\"")), "{claim:?}: {entry}");
        }
    }
}
