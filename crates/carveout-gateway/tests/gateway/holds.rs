//! Uses on hold: approved, refused, expired, collected once, and everything that must not lift one.

use std::sync::Arc;

use carveout_ledger::{Digest, Entry, Event, HoldAnswer, Ruling, Timestamp};
use serde_json::{Value as Json, json};

use crate::kit::{
    self, CHAT, KEY, Kit, OTHER_KEY, Running, decided, eventually, kinds,
    officers::{
        DUTY, HELD, LASTS, RELEASE, REQUESTER, ROLE, STRANGER, Seen, Skew, collect, held, hold_of, sealed,
        soon,
    },
    provider::{OPENAI_REPLY, OPENAI_REPLY_CANONICAL, Provider, Step, json_reply},
};

async fn holding() -> (Provider, Running) {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Kit::new(provider.address).holding(true).await.start().await;
    (provider, gateway)
}

fn count(entries: &[Entry], kind: &str) -> usize {
    entries.iter().filter(|entry| entry.event.kind() == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_is_sent_once_it_is_approved_and_never_again() {
    let (provider, gateway) = holding().await;
    let hold = held(&gateway).await;
    assert_eq!(collect(&gateway, &hold).await.header("x-should-retry"), Some("false"), "not approved yet");
    let listed = RELEASE.get(&gateway, "").await.json();
    assert_eq!(listed["holds"][0]["hold"], *hold);
    assert_eq!(listed["holds"][0]["clauses"][0]["clause"], "2.2");
    assert!(listed["holds"][0].get("body").is_none());
    let seen = Seen::by(&RELEASE, &gateway, &hold).await;
    assert!(seen.document["body"].as_str().unwrap().contains("How many pallets?"));
    assert_eq!(sealed(gateway.directory.path()), 1);
    assert!(provider.seen().is_empty());

    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    // Another program neither sees the hold nor gets its answer.
    for verb in ["", "/collect"] {
        let bearer = format!("Bearer {OTHER_KEY}");
        let (path, headers) = (format!("/carveout/v1/holds/{hold}{verb}"), [("authorization", &*bearer)]);
        let other = match verb {
            "" => gateway.get(&path, &headers).await,
            _ => gateway.post(&path, &headers, b"").await,
        };
        assert_eq!(other.status, 404, "{other:?}");
    }
    // The SDK's way: the same request again, with the hold's id.
    let mut headers = kit::chat_headers(HELD).to_vec();
    headers.push(("carveout-hold", &hold));
    let changed = CHAT.replace("pallets", "rifles");
    let changed = gateway.post("/v1/chat/completions", &headers, changed.as_bytes()).await;
    assert_eq!(changed.status, 400, "another body than the one on hold: {changed:?}");
    let answer = gateway.post("/v1/chat/completions", &headers, CHAT.as_bytes()).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, OPENAI_REPLY_CANONICAL), "{answer:?}");
    assert_eq!(answer.header("carveout-ruling"), Some("permit"));
    for again in [
        collect(&gateway, &hold).await,
        gateway.post("/v1/chat/completions", &headers, CHAT.as_bytes()).await,
        RELEASE.post(&gateway, &format!("/{hold}/approve"), &RELEASE.approval(&seen)).await,
    ] {
        assert_eq!(again.status, 403, "an approval is used once: {again:?}");
    }
    assert_eq!(provider.seen().len(), 1);
    assert_eq!(String::from_utf8_lossy(&provider.seen()[0].body), seen.document["body"].as_str().unwrap());
    eventually("the body is erased", || sealed(gateway.directory.path()) == 0).await;

    let entries = gateway.events().await;
    assert_eq!(
        kinds(&entries)[..6],
        ["genesis", "officers_appointed", "decided", "approved", "decided", "attempted"]
    );
    assert_eq!(count(&entries, "erased"), 1, "{:?}", kinds(&entries));
    let (opened, collected) = (decided(&entries)[0], decided(&entries)[1]);
    assert_eq!((opened.ruling, collected.ruling), (Ruling::Hold, Ruling::Permit));
    assert_eq!(
        (opened.hold, opened.body),
        (collected.hold, collected.body),
        "the record shows the same body"
    );
    assert_eq!(collected.facts.approvals, [ROLE]);
    assert_eq!(decided(&entries).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_prefers_to_wait_is_answered_when_it_is_approved() {
    let (provider, gateway) = holding().await;
    let gateway = Arc::new(gateway);
    let waiting = {
        let gateway = gateway.clone();
        tokio::spawn(async move {
            let mut headers = kit::chat_headers(HELD).to_vec();
            headers.push(("prefer", "respond-async, wait=60"));
            gateway.post("/v1/chat/completions", &headers, CHAT.as_bytes()).await
        })
    };
    let mut listed = Json::Null;
    while listed["holds"][0].is_null() {
        listed = RELEASE.get(&gateway, "").await.json();
    }
    assert!(!waiting.is_finished());
    let hold = listed["holds"][0]["hold"].as_str().unwrap();
    assert_eq!(RELEASE.approves(&gateway, hold).await.status, 200);
    let answer = waiting.await.unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, OPENAI_REPLY_CANONICAL));
    assert_eq!(provider.seen().len(), 1);
    // Whose patience ends first is told the hold.
    let mut headers = kit::chat_headers(HELD).to_vec();
    headers.push(("prefer", "wait=1"));
    hold_of(&gateway.post("/v1/chat/completions", &headers, CHAT.as_bytes()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_does_not_hold_lifts_nothing() {
    let (provider, gateway) = holding().await;
    let (hold, other) = (held(&gateway).await, held(&gateway).await);
    let seen = Seen::by(&RELEASE, &gateway, &hold).await;
    let elsewhere = Seen::by(&RELEASE, &gateway, &other).await;
    let signed = |leaf: Digest, roles: &[&str], until: Timestamp| {
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        let answer =
            HoldAnswer { hold: hold.parse().unwrap(), held: leaf, roles: roles.clone(), until: Some(until) };
        json!({ "roles": roles, "until": until.to_string(), "statement": answer.sign(&RELEASE.key()).unwrap() })
    };
    let past = Timestamp::from_millis(kit::now().millis() - 1);
    let late = Timestamp::from_millis(kit::now().millis() + 2 * i64::try_from(LASTS.as_millis()).unwrap());
    let with = |name: &str, value: Json| {
        let mut approval = RELEASE.approval(&seen);
        approval[name] = value;
        approval
    };
    let path = format!("/{hold}/approve");
    let cases: Vec<(&str, &kit::officers::Officer, Json, u16)> = vec![
        ("signed by somebody else", &RELEASE, STRANGER.approval(&seen), 403),
        ("signed by another officer", &RELEASE, REQUESTER.approval(&seen), 403),
        ("of another hold", &RELEASE, RELEASE.approval(&elsewhere), 403),
        ("of another digest", &RELEASE, signed(Digest::of(b"other"), &[ROLE], soon()), 403),
        ("signed until another time", &RELEASE, with("until", json!("2030-01-01T00:00:00.000Z")), 403),
        ("over already", &RELEASE, signed(seen.leaf, &[ROLE], past), 403),
        ("longer than the hold", &RELEASE, signed(seen.leaf, &[ROLE], late), 403),
        ("as a role that he lacks", &RELEASE, signed(seen.leaf, &["customer/duty-officer"], soon()), 403),
        ("as no role", &RELEASE, signed(seen.leaf, &[], soon()), 403),
        (
            "a refusal as an approval",
            &RELEASE,
            with("statement", RELEASE.refusal(&seen)["statement"].clone()),
            403,
        ),
        ("by the requester", &REQUESTER, REQUESTER.approval(&seen), 403),
        ("by a role that can't lift it", &DUTY, DUTY.approval(&seen), 404),
        ("by nobody's officer", &STRANGER, STRANGER.approval(&seen), 401),
        ("with an unknown member", &RELEASE, with("force", json!(true)), 400),
        ("without a statement", &RELEASE, json!({ "roles": [ROLE], "until": soon().to_string() }), 400),
    ];
    for (what, officer, approval, status) in cases {
        let answer = officer.post(&gateway, &path, &approval).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert_eq!(collect(&gateway, &hold).await.status, 403, "{what}");
    }
    let program = [("authorization", kit::bearer()), ("content-type", "application/json".to_owned())];
    let program: Vec<(&str, &str)> = program.iter().map(|(name, value)| (*name, &**value)).collect();
    let by_key = format!("/carveout/v1/officer/holds{path}");
    let by_key = gateway.post(&by_key, &program, RELEASE.approval(&seen).to_string().as_bytes()).await;
    assert_eq!(by_key.status, 401, "a program's key is no officer's token");
    assert!(REQUESTER.get(&gateway, &format!("/{hold}")).await.json()["hold"].get("body").is_none());
    assert_eq!(DUTY.get(&gateway, &format!("/{hold}")).await.status, 404);
    assert!(DUTY.get(&gateway, "").await.json()["holds"].as_array().unwrap().is_empty());
    // Shown twice, an approval counts once, and for its own hold only.
    let approval = RELEASE.approval(&seen);
    assert_eq!(RELEASE.post(&gateway, &path, &approval).await.status, 200);
    assert_eq!(RELEASE.post(&gateway, &path, &approval).await.status, 403, "replayed");
    let replayed = RELEASE.post(&gateway, &format!("/{other}/approve"), &approval).await;
    assert_eq!(replayed.status, 403, "replayed for another hold: {replayed:?}");
    assert_eq!(collect(&gateway, &other).await.status, 403);
    assert!(provider.seen().is_empty());
    let entries = gateway.events().await;
    assert_eq!(count(&entries, "approved"), 1, "{:?}", kinds(&entries));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_two_person_rule_who_asks_may_approve() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Kit::new(provider.address).holding(false).await.start().await;
    let hold = held(&gateway).await;
    assert_eq!(REQUESTER.approves(&gateway, &hold).await.status, 200);
    assert_eq!(collect(&gateway, &hold).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_hold_is_denied_and_its_body_erased() {
    let (provider, gateway) = holding().await;
    let hold = held(&gateway).await;
    let seen = Seen::by(&RELEASE, &gateway, &hold).await;
    let refused = RELEASE.post(&gateway, &format!("/{hold}/refuse"), &RELEASE.refusal(&seen)).await;
    assert_eq!(refused.status, 200, "{refused:?}");
    let denied = collect(&gateway, &hold).await;
    assert!(denied.status == 403 && denied.text().contains("has been refused"), "{denied:?}");
    let late = RELEASE.post(&gateway, &format!("/{hold}/approve"), &RELEASE.approval(&seen)).await;
    assert_eq!(late.status, 403, "{late:?}");
    eventually("the body is erased", || sealed(gateway.directory.path()) == 0).await;
    let entries = gateway.events().await;
    let expected = ["genesis", "officers_appointed", "decided", "refused", "erased"];
    assert_eq!(kinds(&entries), expected);
    assert!(provider.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_expires_by_the_clock_and_no_step_of_the_clock_brings_it_back() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let skew = Skew::default();
    let mut kit = Kit::new(provider.address).holding(true).await;
    kit.settings.clock = skew.clock();
    let gateway = kit.start().await;
    let (approved, waiting) = (held(&gateway).await, held(&gateway).await);
    assert_eq!(RELEASE.approves(&gateway, &approved).await.status, 200);
    let seen = Seen::by(&RELEASE, &gateway, &waiting).await;

    // Eleven minutes on: the approval, which was for ten, is over; the hold is not.
    skew.set(660_000);
    let over = collect(&gateway, &approved).await;
    assert!(over.status == 403 && over.text().contains("on hold as"), "{over:?}");
    // A step back is not believed: nothing is decided, so nothing is sent.
    skew.set(0);
    assert_eq!(collect(&gateway, &approved).await.status, 503);
    assert_eq!(
        RELEASE.post(&gateway, &format!("/{waiting}/approve"), &RELEASE.approval(&seen)).await.status,
        503
    );

    skew.set(i64::try_from(LASTS.as_millis()).unwrap() + 60_000);
    let expired = collect(&gateway, &waiting).await;
    assert!(expired.status == 403 && expired.text().contains("has expired"), "{expired:?}");
    assert_eq!(
        RELEASE.post(&gateway, &format!("/{waiting}/approve"), &RELEASE.approval(&seen)).await.status,
        403
    );
    eventually("both bodies are erased", || sealed(gateway.directory.path()) == 0).await;
    let entries = gateway.events().await;
    assert_eq!((count(&entries, "expired"), count(&entries, "erased")), (2, 2), "{:?}", kinds(&entries));
    assert!(provider.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_come_back_at_once_it_is_sent_once() {
    let (provider, gateway) = holding().await;
    let gateway = Arc::new(gateway);
    let hold = held(&gateway).await;
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    let callers: Vec<_> = (0..12)
        .map(|_| {
            let (gateway, hold) = (gateway.clone(), hold.clone());
            tokio::spawn(async move { collect(&gateway, &hold).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for caller in callers {
        statuses.push(caller.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| matches!(status, 403 | 503)), "{statuses:?}");
    assert_eq!(provider.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_ends_between_approval_and_sending_sends_it_once_afterwards() {
    let (provider, mut first) = holding().await;
    let (hold, other) = (held(&first).await, held(&first).await);
    assert_eq!(RELEASE.approves(&first, &hold).await.status, 200);
    first.stopped().await.unwrap();

    let mut second = Kit::after(provider.address, &first).await.start().await;
    let listed = RELEASE.get(&second, "").await.json();
    assert_eq!(listed["holds"].as_array().unwrap().len(), 2, "the queue is what the ledger says");
    assert_eq!(
        (&listed["holds"][0]["state"], &listed["holds"][1]["state"]),
        (&json!("approved"), &json!("waiting"))
    );
    assert_eq!(collect(&second, &hold).await.status, 200);
    assert_eq!(collect(&second, &other).await.status, 403);
    second.stopped().await.unwrap();

    let third = Kit::after(provider.address, &second).await.start().await;
    let again = collect(&third, &hold).await;
    assert!(matches!(again.status, 403 | 404), "{again:?}");
    assert_eq!(RELEASE.approves(&third, &other).await.status, 200);
    assert_eq!(collect(&third, &other).await.status, 200);
    assert_eq!(provider.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_is_not_sent_if_the_program_was_changed_meanwhile() {
    let (provider, mut first) = holding().await;
    let hold = held(&first).await;
    assert_eq!(RELEASE.approves(&first, &hold).await.status, 200);
    first.stopped().await.unwrap();

    let mut kit = Kit::after(provider.address, &first).await;
    let target = &mut kit.settings.routes[0].targets[0];
    target.model = "sample-2".to_owned();
    let second = kit.start().await;
    let changed = collect(&second, &hold).await;
    assert!(changed.status == 403 && changed.text().contains("no longer what would be sent"), "{changed:?}");
    assert!(provider.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_body_that_was_changed_or_lost_is_not_sent() {
    let (provider, gateway) = holding().await;
    let hold = held(&gateway).await;
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    let file = gateway.directory.path().join(format!("held/{hold}.sealed"));
    let kept = std::fs::read(&file).unwrap();
    let mut changed = kept.clone();
    changed[30] ^= 1;
    std::fs::write(&file, changed).unwrap();
    assert_eq!(collect(&gateway, &hold).await.status, 503);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(collect(&gateway, &hold).await.status, 503);
    assert!(provider.seen().is_empty());
    std::fs::write(&file, kept).unwrap();
    assert_eq!(collect(&gateway, &hold).await.status, 200, "restored, it is what was approved");
}

/// What a request shows is told to whom the request is shown, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_lift_a_hold_sees_what_evidence_there_is() {
    let (_provider, gateway) = holding().await;
    let text = "Where are ann@harbour-mail.org and ben@harbour-mail.org? Write to ann@harbour-mail.org.";
    let hold = hold_of(&gateway.chat(HELD, &CHAT.replace("How many pallets?", text)).await);
    let seen = Seen::by(&RELEASE, &gateway, &hold).await.document;
    let evidence = &seen["evidence"];
    assert_eq!(evidence["persons"], json!({ "at_least": 2, "at_most": 2 }), "{seen:#}");
    assert_eq!(evidence["identifiers"], json!({ "email": { "found": 3, "distinct": 2 } }));
    let (place, first) = (&evidence["texts"][0]["place"], &evidence["texts"][0]["findings"][0]);
    assert_eq!(
        (place.as_str(), first["canonical"].as_str()),
        (Some("/messages/0/content"), Some("ann@harbour-mail.org"))
    );
    assert_eq!(
        &text[first["start"].as_u64().unwrap() as usize..first["end"].as_u64().unwrap() as usize],
        "ann@harbour-mail.org"
    );
    assert_eq!((&seen["judged"], &seen["found"]), (&json!([]), &Json::Null));
    let himself = Seen::by(&REQUESTER, &gateway, &hold).await.document;
    assert!(himself.get("evidence").is_none() && himself.get("body").is_none(), "{himself:#}");
    assert_eq!(DUTY.get(&gateway, &format!("/{hold}")).await.status, 404);
    assert!(RELEASE.get(&gateway, "").await.json()["holds"][0].get("evidence").is_none());
    let bearer = format!("Bearer {KEY}");
    let own = gateway.get(&format!("/carveout/v1/holds/{hold}"), &[("authorization", &bearer)]).await;
    assert!(own.status == 200 && !own.text().contains("evidence"), "{}", own.text());
    // One path is one hold, however it is written.
    let twice = RELEASE.get(&gateway, &format!("/carveout/v1/officer/holds/{hold}")).await;
    assert_eq!(twice.status, 404, "{}", twice.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_officers_nothing_is_kept_and_nothing_waits() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let gateway = Running::with(&provider).await;
    let hold = held(&gateway).await;
    assert_eq!(collect(&gateway, &hold).await.status, 404);
    assert_eq!(RELEASE.get(&gateway, "").await.status, 401);
    let bearer = format!("Bearer {KEY}");
    assert_eq!(gateway.get("/carveout/v1/officer/holds", &[("authorization", &bearer)]).await.status, 401);
    let entries = gateway.events().await;
    assert!(matches!(&entries[1].event, Event::Decided(decided) if decided.hold_until.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_program_fills_the_disk_with_what_it_has_on_hold() {
    let (_provider, gateway) = holding().await;
    for _ in 0..20 {
        held(&gateway).await;
    }
    let full = gateway.chat(HELD, CHAT).await;
    assert!(full.status == 503 && full.text().contains("on hold"), "{full:?}");
    assert_eq!(sealed(gateway.directory.path()), 20);
    let permitted = gateway.chat(kit::PERMITTED, CHAT).await;
    assert_eq!(permitted.status, 200, "others are not held up: {permitted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_outlasts_a_provider_that_can_not_be_reached() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let unreachable = "127.0.0.1:1".parse().unwrap();
    let mut first = Kit::new(unreachable).holding(true).await.start().await;
    let hold = held(&first).await;
    assert_eq!(RELEASE.approves(&first, &hold).await.status, 200);
    for _ in 0..2 {
        let answer = collect(&first, &hold).await;
        assert!(answer.status == 502 && answer.text().contains("still waits"), "{answer:?}");
        assert_eq!(RELEASE.get(&first, "").await.json()["holds"][0]["state"], "approved");
        assert_eq!(sealed(first.directory.path()), 1);
    }
    first.stopped().await.unwrap();

    let second = Kit::after(provider.address, &first).await.start().await;
    assert_eq!(collect(&second, &hold).await.status, 200);
    assert_eq!(collect(&second, &hold).await.status, 403, "it is sent once");
    assert_eq!(provider.seen().len(), 1);
    eventually("the body is erased", || sealed(second.directory.path()) == 0).await;
    let entries = second.events().await;
    assert_eq!(count(&entries, "approved"), 1, "one approval was enough");
    assert_eq!(count(&entries, "erased"), 1, "{:?}", kinds(&entries));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_used_up_by_an_attempt_that_may_have_arrived() {
    let provider = Provider::new(|_| vec![Step::Close]).await;
    let gateway = Kit::new(provider.address).holding(true).await.start().await;
    let hold = held(&gateway).await;
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    assert_eq!(collect(&gateway, &hold).await.status, 502);
    assert_eq!(collect(&gateway, &hold).await.status, 403);
    eventually("the body is erased", || sealed(gateway.directory.path()) == 0).await;
}
