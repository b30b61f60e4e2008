//! What is counted, and who may read it.

use std::collections::BTreeMap;

use carveout_gateway::MetricsSettings;
use sha2::{Digest as _, Sha256};

use crate::kit::{
    self, CHAT, Kit, PERMITTED, Running,
    client::{Answer, send},
    decided,
    designations::{DAY, HOUR, Still, binding, order},
    provider::{OPENAI_REPLY, Provider, json_reply},
};

const TOKEN: &str = "a-token-that-only-the-monitor-has";

fn listening(token: Option<&str>) -> Option<MetricsSettings> {
    let token = token.map(|token| Sha256::digest(token.as_bytes()).into());
    Some(MetricsSettings { listen: "127.0.0.1:0".parse().unwrap(), token })
}

async fn ask(gateway: &Running, line: &str, headers: &[(&str, &str)]) -> Answer {
    let mut raw = format!("{line} HTTP/1.1\r\nconnection: close\r\n");
    for (name, value) in headers {
        raw.push_str(&format!("{name}: {value}\r\n"));
    }
    raw.push_str("\r\n");
    send(gateway.metrics.unwrap(), raw.as_bytes()).await
}

async fn scrape(gateway: &Running) -> BTreeMap<String, f64> {
    let answer = ask(gateway, "GET /metrics", &[("host", "127.0.0.1:9464")]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{answer:?}");
    let text = answer.text();
    assert!(text.ends_with("# EOF\n"), "{text}");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

async fn watched() -> (Provider, Kit, Still) {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.metrics = listening(None);
    (provider, kit, Still::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_is_what_the_ledger_says() {
    let (_provider, kit, still) = watched().await;
    let until = still.later(180 * DAY);
    let dates = format!("phase_out_until = {until}");
    let record = order("slow-order", "sample-host", still.later(0), "force = \"binding\"", &dates, "");
    let gateway =
        kit.designated(&still, &[record, binding("far-order", "other", still.later(0))]).start().await;
    for _ in 0..3 {
        assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
    }
    assert_eq!(gateway.chat("purpose=logistics.supply, volume=bulk", CHAT).await.status, 403);
    still.set(until);
    for _ in 0..2 {
        assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 403);
    }
    let seen = scrape(&gateway).await;
    let ruled = |ruling| seen[&format!("carveout_rulings_total{{program=\"depot\",ruling=\"{ruling}\"}}")];
    let of = |name: &str| seen[&format!("carveout_{name}{{program=\"depot\",designation=\"slow-order\"}}")];
    assert_eq!((of("phase_out_uses_total"), of("barred_uses_total")), (3.0, 2.0), "{seen:?}");
    assert_eq!(seen["carveout_ends_total{outcome=\"completed\"}"], 3.0);
    assert_eq!(seen["carveout_ready"], 1.0);
    let rulings = ["permit", "hold", "deny"].map(ruled);
    let entries = gateway.events().await;
    let decided = decided(&entries);
    let count =
        |word: &str| decided.iter().filter(|one| format!("{:?}", one.ruling).to_lowercase() == word).count();
    assert_eq!(rulings.map(|count| count as usize), ["permit", "hold", "deny"].map(count));
    assert_eq!(decided.iter().filter(|one| !one.designations.is_empty()).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phase_out_counts_down_to_the_bar() {
    let (_provider, kit, still) = watched().await;
    let (early, until) = (still.later(30 * DAY), still.later(180 * DAY));
    let dates = format!("phase_out_until = {until}");
    let priority =
        format!("[[priority]]\nname = \"first\"\nuntil = {early}\nscope = {{ purposes = [\"logistics\"] }}");
    let record = order("order", "sample-host", still.later(0), "force = \"binding\"", &dates, &priority);
    let gateway = kit.designated(&still, std::slice::from_ref(&record)).start().await;
    let general = "carveout_phase_out_seconds{designation=\"order\"}";
    let of_uses = "carveout_phase_out_use_seconds{program=\"depot\",designation=\"order\"}";
    let status = |word: &str| format!("carveout_designation{{designation=\"order\",status=\"{word}\"}}");
    let seen = scrape(&gateway).await;
    assert_eq!((seen.get(general), seen.get(of_uses)), (Some(&(180.0 * 86_400.0)), None), "{seen:?}");
    // The program's own use is among what comes first, so it has less time.
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
    still.set(still.later(DAY));
    let seen = scrape(&gateway).await;
    assert_eq!((seen[general], seen[of_uses]), (179.0 * 86_400.0, 29.0 * 86_400.0), "{seen:?}");
    assert_eq!(seen.get(&status("phase-out")), Some(&1.0));
    // What is adopted meanwhile may have moved it, and says so itself.
    gateway.adopt(&[record]).await;
    let seen = scrape(&gateway).await;
    assert_eq!((seen.get(of_uses), seen["carveout_adoptions_total"]), (None, 1.0), "{seen:?}");
    still.set(until);
    let seen = scrape(&gateway).await;
    assert_eq!((seen.get(general), seen.get(&status("barred"))), (None, Some(&1.0)), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_what_could_not_be_recorded_is_counted() {
    let (provider, kit, still) = watched().await;
    let waiver = format!(
        "[[waiver]]\nid = \"asked\"\nfor = \"the depot\"\nrole = \"{}\"\nscope = {{ programs = [\"depot\"] }}",
        kit::officers::ROLE
    );
    let record = order("order", "sample-host", still.later(0), "force = \"binding\"", "", &waiver);
    let gateway = kit.holding(true).await.designated(&still, &[record]).start().await;
    let waiting = "carveout_holds_waiting{program=\"depot\"}";
    assert_eq!(scrape(&gateway).await[waiting], 0.0);
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.header("carveout-ruling"), Some("hold"));
    let seen = scrape(&gateway).await;
    assert_eq!((seen[waiting], seen.get("carveout_not_admitted_total{why=\"ledger\"}")), (1.0, None));
    gateway.mood.fail();
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 503);
    let seen = scrape(&gateway).await;
    assert_eq!((seen["carveout_not_admitted_total{why=\"ledger\"}"], seen["carveout_ready"]), (1.0, 0.0));
    assert_eq!(provider.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_callers_send_is_told_or_makes_a_series() {
    let (_provider, kit, still) = watched().await;
    let gateway = kit.designated(&still, &[binding("order", "sample-host", still.later(HOUR))]).start().await;
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
    let before = scrape(&gateway).await;
    for round in 0..5 {
        let mark = format!("marker-{round}");
        gateway.chat(PERMITTED, &CHAT.replace("depot", &mark)).await;
        gateway.chat(&format!("purpose={mark}"), CHAT).await;
        gateway.post(&format!("/v1/{mark}"), &kit::chat_headers(PERMITTED), CHAT.as_bytes()).await;
        gateway.get("/v1/models", &[("authorization", &*format!("Bearer cvo_{mark}_x"))]).await;
        assert_eq!(gateway.chat(PERMITTED, &CHAT.replace("pallets", &mark)).await.status, 200);
    }
    let after = scrape(&gateway).await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let told = format!("{after:?}");
    for secret in [kit::KEY, kit::PROVIDER_KEY, "marker", "pallets"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_reads_what_is_counted() {
    let (_provider, kit, _) = watched().await;
    let gateway = kit.start().await;
    let here = ("host", "localhost:9464");
    for (line, headers, status) in [
        ("GET /metrics", vec![here], 200),
        ("GET /healthz", vec![here], 200),
        ("GET /readyz", vec![here], 200),
        ("POST /metrics", vec![here, ("content-length", "0")], 404),
        ("GET /v1/models", vec![here], 404),
        // A page that made its own name lead to this machine.
        ("GET /metrics", vec![("host", "page.example:9464")], 421),
        ("GET /metrics", vec![("host", "127.0.0.1.page.example")], 421),
    ] {
        assert_eq!(ask(&gateway, line, &headers).await.status, status, "{line} {headers:?}");
    }
    // Callers of the gateway have nothing to look for there.
    assert_eq!(gateway.get("/metrics", &[]).await.status, 401);
    assert_eq!(gateway.get("/metrics", &kit::chat_headers(PERMITTED)).await.status, 404);

    let (_provider, mut kit, _) = watched().await;
    kit.settings.metrics = listening(Some(TOKEN));
    let gateway = kit.start().await;
    let (good, bad) = (format!("Bearer {TOKEN}"), format!("Bearer {TOKEN}x"));
    for (headers, status) in [
        (vec![("host", "gateway.example")], 401),
        (vec![("host", "gateway.example"), ("authorization", &*bad)], 401),
        (vec![("host", "gateway.example"), ("authorization", &*kit::bearer())], 401),
        (vec![("host", "gateway.example"), ("authorization", &*good)], 200),
    ] {
        assert_eq!(ask(&gateway, "GET /metrics", &headers).await.status, status, "{headers:?}");
    }
}
