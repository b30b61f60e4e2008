//! Designations while the gateway runs: adopted, in effect at their instant, stayed, taken back, waived, phased out, and
//! the next target of the route.

use carveout_gateway::{AdoptError, Adoption, Moves};
use carveout_ledger::{Outcome, Ruling};
use carveout_terms::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::kit::{
    self, CHAT, Kit, PERMITTED, Running, client, decided,
    designations::{DAY, HOUR, Still, binding, bound, event, order},
    kinds,
    officers::{ROLE, collect, hold_of},
    provider::{
        OPENAI_REPLY, Provider, Step, chunk, json_reply, last_chunk, openai_chunk, openai_end, stream_head,
    },
    settled,
};

/// A gateway with a route `two`, whose second target is elsewhere, and a provider for each.
struct Two {
    first: Provider,
    second: Provider,
    kit: Kit,
}

async fn two() -> Two {
    let first = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let second = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = Kit::new(first.address);
    kit.settings.providers.push(kit::provider("spare", carveout_dialects::Dialect::OpenAi, second.address));
    let mut spare = kit::target("spare");
    spare.host = "other".to_owned();
    kit.settings.routes.push(kit::route("two", vec![kit::target("main"), spare]));
    Two { first, second, kit }
}

async fn status(gateway: &Running) -> u16 {
    gateway.chat(PERMITTED, CHAT).await.status
}

async fn one() -> (Provider, Kit, Still) {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let kit = Kit::new(provider.address);
    (provider, kit, Still::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_adopted_at_runtime_takes_effect_at_its_instant_and_not_before() {
    let (provider, kit, still) = one().await;
    let gateway = kit.designated(&still, &[]).start().await;
    let effective = still.later(17 * HOUR);
    assert_eq!(status(&gateway).await, 200);
    gateway.adopt(&[binding("order", "sample-host", effective)]).await;
    still.set(Timestamp::from_millis(effective.millis() - 1));
    assert_eq!(status(&gateway).await, 200, "the millisecond before");
    still.set(effective);
    let denied = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!((denied.status, denied.header("carveout-clauses")), (403, Some("\"order 1.1\"")));
    assert_eq!(provider.seen().len(), 2);
    let entries = gateway.events().await;
    let seen: Vec<_> = decided(&entries).iter().map(|one| (one.ruling, one.terms)).collect();
    assert_eq!(
        seen.iter().map(|one| one.0).collect::<Vec<_>>(),
        [Ruling::Permit, Ruling::Permit, Ruling::Deny]
    );
    assert_ne!(seen[0].1, seen[1].1, "other terms from the adoption on");
    assert_eq!(seen[1].1, seen[2].1, "and none when it takes effect");
    let kinds = kinds(&entries);
    let adopted = kinds.iter().position(|kind| *kind == "designation_adopted").unwrap();
    assert_eq!(kinds[..adopted].iter().filter(|kind| **kind == "decided").count(), 1, "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_it_lets_uses_go_on_at_its_instant() {
    for kind in ["rescinds", "stays", "vacates"] {
        let (_provider, kit, still) = one().await;
        let now = still.later(0);
        let records = [binding("order", "sample-host", now)];
        let gateway = kit.designated(&still, &records).start().await;
        assert_eq!(status(&gateway).await, 403, "{kind}");
        let (decided, effective) = (still.later(0), still.later(DAY));
        let [order] = records;
        gateway.adopt(&[order, event(kind, "order", decided, effective)]).await;
        assert_eq!(status(&gateway).await, 403, "{kind}: known, and not in effect");
        still.set(Timestamp::from_millis(effective.millis() - 1));
        assert_eq!(status(&gateway).await, 403, "{kind}");
        still.set(effective);
        assert_eq!(status(&gateway).await, 200, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_learnt_later_counts_from_when_it_is_known() {
    let (_provider, kit, still) = one().await;
    let (effective, published) = (still.later(0), still.later(2 * DAY));
    let dates = format!("published = {published}");
    let record = order("order", "sample-host", effective, "force = \"binding\"", &dates, "");
    let gateway = kit.designated(&still, &[record]).start().await;
    assert_eq!(status(&gateway).await, 200, "in effect, and nobody could know");
    still.set(published);
    assert_eq!(status(&gateway).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_barred_target_passes_the_request_on_and_the_next_one_is_decided_anew() {
    let Two { first, second, kit } = two().await;
    let still = Still::new();
    let records = [binding("order", "sample-host", still.later(HOUR))];
    let gateway = kit.designated(&still, &records).start().await;
    let body = CHAT.replace("depot", "two");
    let before = gateway.chat(PERMITTED, &body).await;
    assert_eq!(
        (before.status, before.header("carveout-target")),
        (200, Some("\"main\"; model=\"sample-1\"")),
        "{before:?}"
    );
    still.set(still.later(HOUR));
    let after = gateway.chat(PERMITTED, &body).await;
    assert_eq!((after.status, after.header("carveout-target")), (200, Some("\"spare\"; model=\"sample-1\"")));
    assert_eq!((first.seen().len(), second.seen().len()), (1, 1), "the provider really gets it");
    // What the terms deny at the next target stays denied, and cites the terms.
    let translation = gateway.chat("purpose=translation, volume=targeted", &body).await;
    assert_eq!(
        (translation.status, translation.header("carveout-clauses")),
        (403, Some("\"test-terms 2.3\""))
    );
    // What the agreements deny is not tried elsewhere.
    let bulk = gateway.chat("purpose=logistics.supply, volume=bulk", &body).await;
    assert_eq!((bulk.status, bulk.header("carveout-target")), (403, None));

    let entries = gateway.events().await;
    let seen: Vec<_> =
        decided(&entries).iter().map(|one| (one.ruling, one.target.provider.clone())).collect();
    let (permit, deny) = (Ruling::Permit, Ruling::Deny);
    let expected = [
        (permit, "main"),
        (deny, "main"),
        (permit, "spare"),
        (deny, "main"),
        (deny, "spare"),
        (deny, "main"),
    ];
    assert_eq!(seen, expected.map(|(ruling, provider)| (ruling, provider.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_says_which_denials_pass_a_request_on() {
    for (moves, barred, bulk) in [(Moves::Never, 1, 1), (Moves::WhenBarred, 2, 1), (Moves::WhenDenied, 2, 2)]
    {
        let Two { mut kit, .. } = two().await;
        kit.settings.routes.last_mut().unwrap().moves = moves;
        let still = Still::new();
        let gateway =
            kit.designated(&still, &[binding("order", "sample-host", still.later(0))]).start().await;
        let body = CHAT.replace("depot", "two");
        let expected = if barred == 2 { 200 } else { 403 };
        assert_eq!(gateway.chat(PERMITTED, &body).await.status, expected, "{moves:?}");
        assert_eq!(gateway.chat("purpose=logistics.supply, volume=bulk", &body).await.status, 403);
        let entries = gateway.events().await;
        assert_eq!(decided(&entries).len(), barred + bulk, "{moves:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_every_target_is_barred_the_instrument_is_cited() {
    let Two { first, second, kit } = two().await;
    let still = Still::new();
    let records =
        [binding("order", "sample-host", still.later(0)), binding("other-order", "other", still.later(0))];
    let gateway = kit.designated(&still, &records).start().await;
    let denied = gateway.chat(PERMITTED, &CHAT.replace("depot", "two")).await;
    assert_eq!((denied.status, denied.header("carveout-clauses")), (403, Some("\"other-order 1.1\"")));
    assert!(denied.text().contains("Barred by Example Agency"), "{}", denied.text());
    assert_eq!((first.connections(), second.connections()), (0, 0));
    let entries = gateway.events().await;
    assert_eq!(decided(&entries).len(), 2, "each denial is recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_phase_out_the_reply_the_record_and_nobody_else_say_until_when() {
    let (_provider, kit, still) = one().await;
    let until = still.later(180 * DAY);
    let dates = format!("phase_out_until = {until}");
    let record = order("order", "sample-host", still.later(0), "force = \"binding\"", &dates, "");
    let gateway = kit.designated(&still, &[record]).start().await;
    let answer = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!(answer.status, 200);
    let told = format!("\"order\"; until=\"{until}\"; days=180");
    assert_eq!(answer.header("carveout-phase-out"), Some(&*told), "{answer:?}");
    still.set(Timestamp::from_millis(until.millis() - 1));
    let last = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!(last.header("carveout-phase-out"), Some(&*told.replace("180", "0")), "{last:?}");
    still.set(until);
    let over = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!((over.status, over.header("carveout-phase-out")), (403, None));
    let entries = gateway.events().await;
    let recorded: Vec<_> = decided(&entries).iter().map(|one| one.designations.clone()).collect();
    assert_eq!(recorded.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0]);
    let effect = &recorded[0][0];
    assert_eq!((effect.designation.as_str(), effect.effect.as_str()), ("order", "phase_out"));
    assert_eq!(effect.until.unwrap().millis(), until.millis());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_priority_system_is_told_its_own_end_of_the_phase_out() {
    let (_provider, kit, still) = one().await;
    let (early, until) = (still.later(30 * DAY), still.later(180 * DAY));
    let dates = format!("phase_out_until = {until}");
    let priority =
        format!("[[priority]]\nname = \"first\"\nuntil = {early}\nscope = {{ purposes = [\"logistics\"] }}");
    let record = order("order", "sample-host", still.later(0), "force = \"binding\"", &dates, &priority);
    let gateway = kit.designated(&still, &[record]).start().await;
    for (claim, until, days) in [(PERMITTED, early, 30), ("purpose=translation, volume=targeted", until, 180)]
    {
        let told = format!("\"order\"; until=\"{until}\"; days={days}");
        assert_eq!(gateway.chat(claim, CHAT).await.header("carveout-phase-out"), Some(&*told));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_only_announced_is_told_and_not_enforced() {
    let (_provider, kit, still) = one().await;
    let record = order("post", "sample-host", still.later(0), "force = \"announced_only\"", "", "");
    let gateway = kit.designated(&still, &[record]).start().await;
    let answer = gateway.chat(PERMITTED, CHAT).await;
    assert_eq!((answer.status, answer.header("carveout-announced")), (200, Some("\"post\"")), "{answer:?}");
    let entries = gateway.events().await;
    assert_eq!(decided(&entries)[0].designations[0].effect, "announced");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_waiver_is_pending_the_use_is_held_and_not_moved() {
    let Two { first, second, kit } = two().await;
    let still = Still::new();
    let waiver = format!(
        "[[waiver]]\nid = \"asked\"\nfor = \"the depot\"\nrole = \"{ROLE}\"\nscope = {{ programs = [\"depot\"] }}"
    );
    let record = order("order", "sample-host", still.later(0), "force = \"binding\"", "", &waiver);
    let gateway = kit.holding(true).await.designated(&still, &[record]).start().await;
    let body = CHAT.replace("depot", "two");
    let held = gateway.chat(PERMITTED, &body).await;
    assert_eq!(held.header("carveout-ruling"), Some("hold"), "{held:?}");
    let hold = hold_of(&held);
    assert_eq!((first.connections(), second.connections()), (0, 0));
    // Another program, whom no waiver is pending for, goes on to the next target.
    let other = [
        ("authorization", format!("Bearer {}", kit::OTHER_KEY)),
        ("content-type", "application/json".to_owned()),
        ("carveout-use", PERMITTED.to_owned()),
    ];
    let other: Vec<(&str, &str)> = other.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(gateway.post("/v1/chat/completions", &other, body.as_bytes()).await.status, 200);
    assert_eq!((first.connections(), second.connections()), (0, 1));
    // Terms that were adopted since are others: what was held under the old ones is asked anew.
    gateway.adopt(&[binding("order", "sample-host", still.later(0))]).await;
    assert_eq!(collect(&gateway, &hold).await.status, 403);
    assert_eq!(first.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_target_passes_on_to_one_that_is_barred_by_then() {
    let Two { first, kit, .. } = two().await;
    let still = Still::new();
    let mut kit = kit;
    kit.settings.providers.push(kit::provider(
        "nobody",
        carveout_dialects::Dialect::OpenAi,
        "127.0.0.1:9".parse().unwrap(),
    ));
    let mut gone = kit::target("nobody");
    gone.host = "other".to_owned();
    kit.settings.routes.push(kit::route("gone", vec![gone, kit::target("main")]));
    let gateway = kit.designated(&still, &[binding("order", "sample-host", still.later(0))]).start().await;
    let denied = gateway.chat(PERMITTED, &CHAT.replace("depot", "gone")).await;
    assert_eq!((denied.status, denied.header("carveout-clauses")), (403, Some("\"order 1.1\"")));
    assert_eq!(first.connections(), 0);
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::ProviderUnreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_replaced_for_all_programs_or_for_none() {
    let (_provider, kit, still) = one().await;
    let gateway = kit.designated(&still, &[]).start().await;
    let mut programs = bound(&[binding("order", "sample-host", still.later(0))]);
    programs.pop();
    let refused = gateway.adopter.adopt(Adoption { events: Vec::new(), programs }).await;
    assert!(matches!(refused, Err(AdoptError::OtherPrograms)), "{refused:?}");
    assert_eq!(status(&gateway).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_decision_stands_on_the_right_side_of_the_adoption_however_many_ask() {
    let (provider, kit, still) = one().await;
    let gateway = std::sync::Arc::new(kit.designated(&still, &[]).start().await);
    let old = bound(&[])[0].stack.digest();
    let records = [binding("order", "sample-host", still.later(0))];
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let gateway = gateway.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    status(&gateway).await;
                }
            })
        })
        .collect();
    kit::eventually("somebody was answered", || !provider.seen().is_empty()).await;
    gateway.adopt(&records).await;
    assert_eq!(status(&gateway).await, 403, "nothing is decided by the old terms any more");
    for asking in asking {
        asking.await.unwrap();
    }
    let gateway = std::sync::Arc::into_inner(gateway).unwrap();
    let mut adopted = false;
    for entry in gateway.events().await {
        match entry.event {
            carveout_ledger::Event::DesignationAdopted(_) => adopted = true,
            carveout_ledger::Event::Decided(decided) => {
                assert_eq!(decided.terms.as_bytes() == old.as_bytes(), !adopted);
            }
            _ => {}
        }
    }
    assert!(adopted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_body_is_barred_and_an_answer_that_has_begun_is_finished() {
    let steps = vec![
        Step::Send(stream_head()),
        Step::Send(chunk(&openai_chunk("Twelve "))),
        Step::Pause(std::time::Duration::from_millis(200)),
        Step::Send(chunk(&[openai_chunk("pallets."), openai_end()].concat())),
        Step::Send(last_chunk()),
    ];
    let provider = Provider::new(move |_| steps.clone()).await;
    let (kit, still) = (Kit::new(provider.address), Still::new());
    let gateway = std::sync::Arc::new(kit.designated(&still, &[]).start().await);
    let mut waiting = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    let whole = client::request(
        "POST /v1/chat/completions",
        &kit::chat_headers(PERMITTED),
        kit::CHAT_STREAM.as_bytes(),
    );
    let (begun, rest) = whole.split_at(whole.len() - 1);
    waiting.write_all(begun).await.unwrap();
    let asking = {
        let gateway = gateway.clone();
        tokio::spawn(async move { gateway.chat(PERMITTED, kit::CHAT_STREAM).await })
    };
    kit::eventually("one is under way", || !provider.seen().is_empty()).await;
    gateway.adopt(&[binding("order", "sample-host", still.later(0))]).await;
    // What was still to be read when the terms changed is decided by those that are in force now.
    waiting.write_all(rest).await.unwrap();
    let mut answer = Vec::new();
    waiting.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap().to_lowercase();
    assert!(answer.starts_with("http/1.1 403") && answer.contains("\"order 1.1\""), "{answer}");
    assert_eq!(provider.seen().len(), 1);
    // What was admitted before keeps its terms to the end.
    let finished = asking.await.unwrap();
    assert_eq!((finished.status, finished.whole), (200, true), "{finished:?}");
    assert!(finished.text().contains("pallets."), "{}", finished.text());
}
