//! Webhooks: told what happens to holds, signed, again after a failure, and never in anybody's way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use carveout_gateway::{HoldNews, Secret, WebhookSettings};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value as Json;
use sha2::Sha256;

use crate::kit::{
    self, Kit, Running, eventually,
    officers::{LASTS, RELEASE, Seen, Skew, collect, held},
    provider::{OPENAI_REPLY, Provider, Seen as Request, Step, json_reply, reply},
};

const SECRET: &str = "a secret of thirty-two characters";

fn webhook(receiver: &Provider, news: &[HoldNews]) -> WebhookSettings {
    WebhookSettings {
        url: format!("http://{}/hooks/carveout?key=k", receiver.address).parse().unwrap(),
        secret: Secret::new(SECRET.to_owned()),
        news: news.to_vec(),
        ca_file: None,
        insecure: true,
        private: false,
    }
}

async fn telling(provider: &Provider, skew: &Skew, webhooks: Vec<WebhookSettings>) -> Running {
    let mut kit = Kit::new(provider.address).holding(true).await;
    kit.settings.holds.as_mut().unwrap().webhooks = webhooks;
    kit.settings.clock = skew.clock();
    kit.settings.patience.notice_retry = Duration::from_millis(1);
    kit.start().await
}

async fn model() -> Provider {
    Provider::saying(json_reply(OPENAI_REPLY)).await
}

/// The body of a notice whose signature is right.
fn read(request: &Request) -> Json {
    let signature = request.header("carveout-signature").unwrap();
    let (time, mac) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut expected = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    expected.update(format!("{time}.").as_bytes());
    expected.update(&request.body);
    expected.verify_slice(&hex::decode(mac).unwrap()).unwrap();
    let notice: Json = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(request.header("carveout-notice"), notice["id"].as_str());
    assert_eq!(notice["version"], 1);
    notice
}

fn news(receiver: &Provider) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    receiver.seen().iter().map(read).map(|notice| (text(&notice["news"]), text(&notice["hold"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_holds_is_told_and_nothing_of_what_was_asked() {
    // It closes the connection with its answer, as simple servers do.
    let closing = |_: &Request| vec![Step::Send(reply("204 No Content", "", "")), Step::Close];
    let (provider, receiver) = (model().await, Provider::new(closing).await);
    let other = Provider::saying(reply("200 OK", "", "")).await;
    let skew = Skew::default();
    let hooks = vec![webhook(&receiver, &HoldNews::ALL), webhook(&other, &[HoldNews::Refused])];
    let gateway = telling(&provider, &skew, hooks).await;
    let (first, second, third) = (held(&gateway).await, held(&gateway).await, held(&gateway).await);
    assert_eq!(RELEASE.approves(&gateway, &first).await.status, 200);
    assert_eq!(collect(&gateway, &first).await.status, 200);
    let seen = Seen::by(&RELEASE, &gateway, &second).await;
    let refusal = RELEASE.refusal(&seen);
    assert_eq!(RELEASE.post(&gateway, &format!("/{second}/refuse"), &refusal).await.status, 200);
    skew.set(i64::try_from(LASTS.as_millis()).unwrap() + 60_000);
    eventually("everything is told", || receiver.seen().len() == 6 && other.seen().len() == 1).await;
    let expected = [
        ("held", &first),
        ("held", &second),
        ("held", &third),
        ("approved", &first),
        ("refused", &second),
        ("expired", &third),
    ];
    assert_eq!(news(&receiver), expected.map(|(news, hold)| (news.to_owned(), hold.clone())));
    assert_eq!(news(&other), [("refused".to_owned(), second)]);

    let requests = receiver.seen();
    assert!(requests[0].head.starts_with("POST /hooks/carveout?key=k HTTP/1.1"), "{}", requests[0].head);
    let notice = read(&requests[0]);
    assert_eq!((&notice["program"], &notice["clauses"][0]["clause"]), (&"depot".into(), &"2.2".into()));
    assert_eq!(read(&requests[3])["officer"], "release");
    for request in &requests {
        let text = format!("{}{}", request.head, String::from_utf8_lossy(&request.body));
        for secret in ["pallets", "logistics.supply", SECRET, kit::KEY] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_repeated_until_it_is_taken_and_the_next_one_waits_for_it() {
    let provider = model().await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = tries.clone();
    let receiver = Provider::new(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => vec![Step::Send(reply("503 Service Unavailable", "", ""))],
        1 => vec![Step::Close],
        2 => vec![Step::Send(reply("429 Too Many Requests", "", ""))],
        _ => vec![Step::Send(reply("200 OK", "", ""))],
    })
    .await;
    let gateway = telling(&provider, &Skew::default(), vec![webhook(&receiver, &HoldNews::ALL)]).await;
    let (first, second) = (held(&gateway).await, held(&gateway).await);
    eventually("both are told", || receiver.seen().len() == 5).await;
    let held = |hold: &String| ("held".to_owned(), hold.clone());
    assert_eq!(news(&receiver), [held(&first), held(&first), held(&first), held(&first), held(&second)]);
    let ids: Vec<Json> = receiver.seen().iter().map(|request| read(request)["id"].clone()).collect();
    assert_eq!(ids[0], ids[3], "who gets it twice can tell");
    assert_ne!(ids[3], ids[4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_given_up_after_a_refusal_or_too_many_tries() {
    let provider = model().await;
    let elsewhere = Provider::saying(reply("200 OK", "", "")).await;
    for (status, tries) in [
        (format!("307 Temporary Redirect\r\nlocation: http://{}/", elsewhere.address), 1),
        ("410 Gone".into(), 1),
        ("500 Oops".into(), 6),
    ] {
        let first = Arc::new(AtomicUsize::new(0));
        let counted = first.clone();
        let refusing = reply(&status, "", "");
        let receiver = Provider::new(move |_| match counted.fetch_add(1, Ordering::SeqCst) < tries {
            true => vec![Step::Send(refusing.clone())],
            false => vec![Step::Send(reply("200 OK", "", ""))],
        })
        .await;
        let gateway = telling(&provider, &Skew::default(), vec![webhook(&receiver, &HoldNews::ALL)]).await;
        let (given_up, told) = (held(&gateway).await, held(&gateway).await);
        eventually("the next one is told", || receiver.seen().len() == tries + 1).await;
        let news = news(&receiver);
        assert!(news[..tries].iter().all(|(_, hold)| *hold == given_up), "{status}: {news:?}");
        assert_eq!(news[tries].1, told, "{status}");
    }
    assert_eq!(elsewhere.connections(), 0, "no redirection is followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_hangs_is_in_nobodys_way() {
    let provider = model().await;
    let receiver = Provider::new(|_| vec![Step::Hang]).await;
    let gateway = telling(&provider, &Skew::default(), vec![webhook(&receiver, &HoldNews::ALL)]).await;
    let holds = [held(&gateway).await, held(&gateway).await, held(&gateway).await];
    for hold in &holds {
        assert_eq!(RELEASE.approves(&gateway, hold).await.status, 200);
        assert_eq!(collect(&gateway, hold).await.status, 200);
    }
    eventually("it was told once", || receiver.seen().len() == 1).await;
    assert_eq!(receiver.hung_up(), 0, "all that was done while it hung");
    let mut gateway = gateway;
    gateway.stopped().await.unwrap();
}
