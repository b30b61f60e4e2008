//! What must hold whatever else changes: one test each, which fails when the invariant is broken.

use std::{
    io::{Read as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use carveout_gateway::Clock;
use carveout_ledger::{CommittedPart, Openings, Options, Outcome};
use carveout_terms::Timestamp;
use tokio::io::AsyncWriteExt;

use crate::kit::{
    self, CHAT, CHAT_STREAM, KEY, Kit, OTHER_KEY, PERMITTED, Running, client, decided, eventually, kinds,
    provider::{
        OPENAI_REPLY, OPENAI_REPLY_CANONICAL, Provider, Step, chunk, json_reply, last_chunk, openai_chunk,
        openai_end, stream_head,
    },
    settled,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_cant_be_recorded_is_not_forwarded() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    gateway.mood.fail();
    for body in [CHAT, CHAT_STREAM] {
        let answer = gateway.chat(PERMITTED, body).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.text().contains("nothing was forwarded"), "{}", answer.text());
        assert_eq!(answer.header("carveout-receipt"), None);
    }
    assert_eq!(provider.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_ever_open_is_not_committed_to_and_not_forwarded() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let openings = gateway.directory.path().join("openings");
    std::fs::remove_dir_all(&openings).unwrap();
    let answer = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(provider.connections(), 0);
    std::fs::create_dir(&openings).unwrap();
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
    assert_eq!(kinds(&gateway.events().await), ["genesis", "decided", "attempted", "settled"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_isnt_durable_in_time_is_not_forwarded_and_says_so_later() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let options = Options { commit_deadline: Duration::from_secs(1), ..Options::default() };
    let gateway = Kit::with_options(provider.address, options).start().await;
    gateway.mood.stall();
    let answer = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    gateway.mood.go_on();
    let entries = gateway.events().await;
    assert_eq!(provider.connections(), 0);
    // The disk took them after all; the attempt is closed as one that was never made.
    assert_eq!(kinds(&entries), ["genesis", "decided", "attempted", "settled"]);
    assert_eq!(settled(&entries)[0].outcome, Outcome::Withheld);
}

#[tokio::test(flavor = "multi_thread")]
async fn decision_and_attempt_are_durable_before_the_providers_first_byte() {
    let synced = Arc::new(AtomicU64::new(u64::MAX));
    let mood = Arc::new(std::sync::OnceLock::<Arc<kit::storage::Mood>>::new());
    let (first, disk) = (synced.clone(), mood.clone());
    let provider = Provider::watched(
        |_| vec![Step::Send(json_reply(OPENAI_REPLY))],
        move || {
            let syncs = disk.get().map_or(0, |mood| mood.syncs());
            first.fetch_min(syncs, Ordering::SeqCst);
        },
    )
    .await;
    let gateway = Running::with(&provider).await;
    mood.set(gateway.mood.clone()).ok();
    gateway.mood.stall();
    let before = gateway.mood.syncs();
    let disk = gateway.mood.clone();
    let recorded = tokio::spawn(async move {
        eventually("the disk is asked to keep the decision", || disk.waiting() > 0).await;
        disk.go_on();
    });
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
    recorded.await.unwrap();
    assert!(synced.load(Ordering::SeqCst) > before, "the provider was reached before the sync");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_judged_is_what_is_forwarded_and_what_is_released() {
    let streamed = [openai_chunk("Twelve "), openai_chunk("pallets."), openai_end()].concat();
    // The stream arrives in pieces that have nothing to do with its events, and with spaces inside.
    let spaced = streamed.replace("\":", "\" : ");
    let pieces: Vec<Step> = spaced
        .as_bytes()
        .chunks(7)
        .map(|piece| Step::Send(chunk(std::str::from_utf8(piece).unwrap())))
        .collect();
    let provider = Provider::new(move |seen| {
        if seen.body.windows(13).any(|window| window == b"\"stream\":true") {
            [vec![Step::Send(stream_head())], pieces.clone(), vec![Step::Send(last_chunk())]].concat()
        } else {
            vec![Step::Send(json_reply(OPENAI_REPLY))]
        }
    })
    .await;
    let gateway = Running::with(&provider).await;
    let whole = gateway.chat(PERMITTED, &CHAT.replace(':', " : ")).await;
    assert_eq!(whole.text(), OPENAI_REPLY_CANONICAL);
    let stream = gateway.chat(PERMITTED, &CHAT_STREAM.replace(':', " :\n")).await;
    assert_eq!(stream.text(), streamed);

    let bodies: Vec<Vec<u8>> = provider.seen().into_iter().map(|seen| seen.body).collect();
    let canonical = |body: &str| body.replace("depot", "sample-1").into_bytes();
    assert_eq!(bodies, [canonical(CHAT), canonical(CHAT_STREAM)]);

    let directory = gateway.directory.clone();
    let openings = Openings::read(&directory.path().join("openings"));
    let entries = gateway.events().await;
    let opens = |commitment, decision, part, content: &[u8]| {
        let at = entries.last().unwrap().at;
        openings.opens(&commitment, at, &decision, part, content).unwrap().is_some()
    };
    for (decision, body) in decided(&entries).iter().zip(&bodies) {
        assert_eq!(decision.body_bytes, body.len() as u64);
        assert!(opens(decision.body, decision.decision, CommittedPart::Request, body));
        assert!(!opens(decision.body, decision.decision, CommittedPart::Request, CHAT.as_bytes()));
    }
    for (settlement, released) in settled(&entries).iter().zip([&whole.body, &stream.body]) {
        assert_eq!(settlement.released_bytes, released.len() as u64);
        assert!(opens(settlement.response.unwrap(), settlement.decision, CommittedPart::Response, released));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_during_admission_is_settled_too() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    gateway.mood.stall();
    let mut caller = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let request =
        client::request("POST /v1/chat/completions", &kit::chat_headers(PERMITTED), CHAT.as_bytes());
    caller.write_all(&request).await.unwrap();
    eventually("the disk is asked to keep the decision", || gateway.mood.waiting() > 0).await;
    drop(caller);
    // Nothing shows that the gateway has seen it go.
    tokio::time::sleep(Duration::from_secs(1)).await;
    gateway.mood.go_on();
    let entries = gateway.events().await;
    assert_eq!(kinds(&entries), ["genesis", "decided", "attempted", "settled"]);
    assert_eq!(settled(&entries)[0].outcome, Outcome::CallerLeft);
    assert_eq!(provider.connections(), 0, "the caller had gone before anything could be forwarded");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callers_key_and_content_are_in_no_request_record_or_log() {
    let log = CapturedLog::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // The gateway's own tasks run on other threads, so the subscriber is the process's.
    tracing::subscriber::set_global_default(subscriber).ok();
    let secret = "the bridge at coordinates nine";
    let provider = Provider::saying(json_reply(&OPENAI_REPLY.replace("Twelve pallets.", secret))).await;
    let gateway = Running::with(&provider).await;
    let body = CHAT.replace("How many pallets?", secret);
    assert_eq!(gateway.chat(PERMITTED, &body).await.status, 200);
    gateway.chat("purpose=logistics.supply, volume=bulk", &body).await;
    gateway.get("/v1/models?api_key=cvo_depot_leaked", &[]).await;
    gateway.get("/v1/models", &[("x-api-key", "cvo_depot_guess")]).await;
    for seen in provider.seen() {
        assert!(!seen.head.contains(KEY) && !String::from_utf8_lossy(&seen.body).contains(KEY));
    }
    let entries = gateway.events().await;
    let record: Vec<u8> = entries.iter().flat_map(|entry| entry.encode().unwrap()).collect();
    let record = String::from_utf8(record).unwrap();
    let log = log.text();
    assert!(log.contains("decided") && log.contains("settled"), "{log}");
    for hidden in [secret, KEY, kit::PROVIDER_KEY, "cvo_depot_leaked", "cvo_depot_guess"] {
        assert!(!record.contains(hidden), "the ledger holds `{hidden}`");
        // Other tests of this process write to the same log, but none of them knows these texts but by the keys.
        let of_gateway =
            log.lines().filter(|line| line.contains("carveout")).any(|line| line.contains(hidden));
        assert!(!of_gateway, "the log holds `{hidden}`");
    }
}

#[derive(Clone, Default)]
struct CapturedLog(Arc<std::sync::Mutex<Vec<u8>>>);

impl CapturedLog {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for CapturedLog {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn decision_time_never_runs_backwards() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = Kit::new(provider.address);
    let start = kit.settings.last_at.millis();
    let wall = Arc::new(AtomicI64::new(start + 1_000));
    let source = wall.clone();
    kit.settings.clock = Clock::from_source(move || Timestamp::from_millis(source.load(Ordering::SeqCst)));
    kit.settings.patience.clock_tolerance = Duration::from_secs(5);
    let gateway = kit.start().await;
    for (offset, status) in
        [(1_000, 200), (2_000, 200), (-2_000, 200), (1_500, 200), (-3_001, 503), (2_500, 200)]
    {
        wall.store(start + offset, Ordering::SeqCst);
        let answer = gateway.chat(PERMITTED, CHAT).await;
        assert_eq!(answer.status, status, "at {offset}: {}", answer.text());
        let ready = gateway.get("/readyz", &[]).await.status;
        assert_eq!(ready, status, "at {offset}");
    }
    let entries = gateway.events().await;
    let times: Vec<i64> = entries
        .iter()
        .filter(|entry| entry.event.kind() == "decided")
        .map(|entry| entry.at.millis() - start)
        .collect();
    assert_eq!(times, [1_000, 2_000, 2_000, 2_000, 2_500]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_cant_fetch_another_programs_receipt() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let index = gateway.chat(PERMITTED, CHAT).await.receipt_index();
    let path = format!("/carveout/v1/receipts/{index}");
    assert_eq!(gateway.get(&path, &[("x-api-key", KEY)]).await.status, 200);
    let others = gateway.get(&path, &[("x-api-key", OTHER_KEY)]).await;
    let nothing = gateway.get("/carveout/v1/receipts/0", &[("x-api-key", OTHER_KEY)]).await;
    assert_eq!(others.status, 404);
    assert_eq!(others.body, nothing.body, "an entry of another program looks like none");
    assert_eq!(gateway.get(&path, &[]).await.status, 401);
}

/// Whether the gateway with the route `only-here` still answers there; another test may get its port.
fn lists_its_models(address: std::net::SocketAddr) -> bool {
    let Ok(mut stream) = std::net::TcpStream::connect(address) else { return false };
    let request =
        client::request("GET /v1/models", &[("x-api-key", KEY), ("authorization", &kit::bearer())], b"");
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut answer = Vec::new();
    stream.write_all(&request).and_then(|()| stream.read_to_end(&mut answer)).ok();
    String::from_utf8_lossy(&answer).contains("only-here")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drain_finishes_what_is_under_way_and_accepts_nothing_new() {
    let provider = Provider::new(|_| {
        vec![
            Step::Send(stream_head()),
            Step::Send(chunk(&openai_chunk("Twelve "))),
            Step::Pause(Duration::from_millis(400)),
            Step::Send(chunk(&openai_end())),
            Step::Send(last_chunk()),
        ]
    })
    .await;
    let mut kit = Kit::new(provider.address);
    kit.settings.routes.push(kit::route("only-here", vec![kit::target("main")]));
    let mut gateway = kit.start().await;
    let address = gateway.address;
    let request =
        client::request("POST /v1/chat/completions", &kit::chat_headers(PERMITTED), CHAT_STREAM.as_bytes());
    let asking = tokio::spawn(async move { client::send(address, &request).await });
    eventually("the provider has the request", || provider.seen().len() == 1).await;
    gateway.begin_stop();
    eventually("nothing new is accepted", || !lists_its_models(address)).await;
    let answer = asking.await.unwrap();
    assert!(answer.whole && answer.text().ends_with("data: [DONE]\n\n"), "{answer:?}");
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_doesnt_finish_within_the_drain_is_cut_off_and_settled() {
    let provider = Provider::new(|_| vec![Step::Hang]).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.patience.drain = Duration::from_millis(100);
    let mut gateway = kit.start().await;
    let address = gateway.address;
    let request =
        client::request("POST /v1/chat/completions", &kit::chat_headers(PERMITTED), CHAT.as_bytes());
    let mut caller = tokio::net::TcpStream::connect(address).await.unwrap();
    caller.write_all(&request).await.unwrap();
    eventually("the provider has the request", || provider.seen().len() == 1).await;
    gateway.begin_stop();
    let entries = gateway.events().await;
    assert_eq!(kinds(&entries), ["genesis", "decided", "attempted", "settled"]);
    assert_eq!(provider.hung_up(), 1);
}

/// The only module that may write to a provider is `forward`, and the only one that mints releases is the guard. A webhook
/// is told by `webhooks`, which has nothing to send but its own notices. A judge is asked with an [`carveout_gateway::Asked`],
/// which only the module that records the question mints.
#[test]
fn only_forward_speaks_to_providers_and_only_the_guard_releases() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.clone()];
    let mut found = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let place = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for (mark, home) in [
            ("client::conn", "forward/"),
            ("TcpStream::connect", "forward/"),
            ("Release(", "guard/"),
            ("Release::judged", "guard/"),
            ("Passage {", "admit.rs"),
            ("Asked {", "judge/record.rs"),
            (".post(", "judge/mod.rs"),
            (".rehearse(", "nowhere"),
        ] {
            let told = mark == "client::conn" && place == "outward/mod.rs" && !text.contains("CanonicalBody");
            // Its own notices, and nothing of a request.
            let told = told || mark == ".post(" && place == "webhooks/send.rs";
            if text.contains(mark) && !place.starts_with(home) && !told {
                found.push(format!("`{mark}` in {place}"));
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}
