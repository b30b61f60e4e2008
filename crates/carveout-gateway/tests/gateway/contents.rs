//! Content that comes back: under another claim, and as what a model produced for another purpose.

use std::{fs, sync::Arc};

use carveout_ledger::{Entry, Event, Ruling};
use carveout_terms::{Agreement, Known, Stack};
use serde_json::json;

use crate::{
    kit::{
        self, KEY, Kit, OTHER_KEY, PERMITTED, Running,
        calls::{FORMS, Form},
        decided,
        officers::{RELEASE, collect, hold_of},
        program_under,
        provider::{OPENAI_REPLY, Provider, json_reply},
        vocabulary,
    },
    meters::terms,
};

const TRANSLATION: &str = "purpose=translation, volume=targeted";
const TRANSPORT: &str = "purpose=logistics.transport, volume=targeted";

const LETTER: &str = "The convoy leaves the depot at dawn on Tuesday with nine trucks, and it carries pumps, \
                      filters and spare belts for the three stations north of the river.";

/// What a model makes of it.
const SUMMARY: &str = "Nine trucks with pumps, filters and spare belts leave at dawn on Tuesday. They supply three \
                       stations north of the river, the last of them after dark, and return empty on Thursday.";

async fn start(provider: &Provider, terms: &Arc<Agreement>) -> Running {
    kit(provider, terms).start().await
}

fn kit(provider: &Provider, terms: &Arc<Agreement>) -> Kit {
    let mut kit = Kit::new(provider.address);
    let terms = std::slice::from_ref(terms);
    kit.settings.programs = vec![
        program_under("depot", &[("depot", KEY, "")], terms),
        program_under("other", &[("other", OTHER_KEY, "")], terms),
    ];
    kit
}

/// What asking with this key and text comes to.
async fn ask(gateway: &Running, key: &str, claim: &str, text: &str) -> u16 {
    let bearer = format!("Bearer {key}");
    let headers =
        [("authorization", &*bearer), ("content-type", "application/json"), ("carveout-use", claim)];
    let body = json!({ "model": "depot", "messages": [{ "role": "user", "content": text }] }).to_string();
    gateway.post("/v1/chat/completions", &headers, body.as_bytes()).await.status
}

/// The values of a fact, in the order of the decisions.
fn stated(entries: &[Entry], fact: &str) -> Vec<String> {
    let value = |gateway: &str| {
        let rest = gateway.split(&format!("{fact}=")).nth(1).unwrap().to_owned();
        rest.split(',').next().unwrap().to_owned()
    };
    decided(entries).iter().map(|one| value(&one.facts.gateway)).collect()
}

/// Decides every recorded use again from what the ledger holds of it.
pub(crate) fn redecide(entries: &[Entry], terms: &Arc<Agreement>) {
    for one in decided(entries) {
        let facts = &one.facts;
        let known =
            Known::read(&vocabulary(), &facts.caller, &facts.program, &facts.gateway, &facts.evidence);
        let approvals = facts.approvals.iter().map(carveout_terms::RoleId::new).collect();
        let use_ = Known { approvals, ..known.unwrap() }.assemble(&vocabulary()).unwrap();
        assert_eq!(use_.digest().as_bytes(), one.facts_digest.as_bytes(), "{facts:?}");
        let stack = Stack::new(vocabulary(), vec![terms.clone()], carveout_terms::Facts::default()).unwrap();
        let recorded = format!("{:?}", one.ruling).to_lowercase();
        assert_eq!(stack.decide(&use_).ruling.as_str(), recorded, "{facts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_content_under_another_claim_is_reclaimed() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let limit = terms("claims", &[("", "context.reclaimed")]);
    let gateway = start(&provider, &limit).await;
    let hidden: String = LETTER.chars().flat_map(|one| [one, '\u{200b}']).collect();
    let wide: String =
        LETTER
            .chars()
            .map(|one| {
                if one.is_ascii_alphabetic() { char::from_u32(u32::from(one) + 0xfee0).unwrap() } else { one }
            })
            .collect();
    let shouted = LETTER.to_uppercase().replace(' ', "\n");
    let changed = LETTER.replace("nine trucks", "eleven trucks");
    let short = "How many pallets?";
    let steps: [(&str, &str, &str, u16); 10] = [
        (KEY, PERMITTED, LETTER, 200),
        // The same claim is the same use again, whoever of the agreement makes it.
        (KEY, PERMITTED, LETTER, 200),
        (OTHER_KEY, PERMITTED, LETTER, 200),
        (KEY, TRANSLATION, LETTER, 403),
        (KEY, TRANSLATION, &hidden, 403),
        (KEY, TRANSLATION, &wide, 403),
        (OTHER_KEY, TRANSLATION, &shouted, 403),
        // Another text, and one that says too little to be told from others.
        (KEY, TRANSLATION, &changed, 200),
        (KEY, PERMITTED, short, 200),
        (KEY, TRANSLATION, short, 200),
    ];
    for (key, claim, text, expected) in steps {
        assert_eq!(ask(&gateway, key, claim, text).await, expected, "{claim}: {text}");
    }
    let entries = gateway.events().await;
    let expected: Vec<_> = steps.iter().map(|step| if step.3 == 200 { "?0" } else { "?1" }).collect();
    assert_eq!(stated(&entries, "reclaimed"), expected);
    redecide(&entries, &limit);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_permitted_is_not_remembered() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let limit = terms(
        "claims",
        &[("", "[Purpose::\"logistics.transport\", Purpose::\"unknown\"].contains(context.purpose)")],
    );
    let gateway = start(&provider, &limit).await;
    for (claim, expected) in [(TRANSPORT, 403), (PERMITTED, 200), (TRANSPORT, 403), (PERMITTED, 200)] {
        assert_eq!(ask(&gateway, KEY, claim, LETTER).await, expected, "{claim}");
    }
    let entries = gateway.events().await;
    assert_eq!(stated(&entries, "reclaimed"), ["?0", "?0", "?1", "?0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_text_sent_at_once_under_two_claims_does_not_pass_twice() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let limit = terms("claims", &[("", "context.reclaimed")]);
    let gateway = start(&provider, &limit).await;
    let (one, other) =
        tokio::join!(ask(&gateway, KEY, PERMITTED, LETTER), ask(&gateway, OTHER_KEY, TRANSLATION, LETTER));
    assert_eq!(one.min(other), 200);
    assert_eq!(one.max(other), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_produced_for_one_purpose_is_known_in_a_request_for_another() {
    let condition = "context.derived_from.contains(Origin::\"translation\") && !(context.purpose in Purpose::\"translation\")";
    let limit = terms("sources", &[("@silent(\"the gateway always says\")", condition)]);
    for form in FORMS {
        let provider = Provider::new(move |seen| {
            let is_source = String::from_utf8_lossy(&seen.body).contains("How many pallets?");
            let (form, says) = if is_source { (form, SUMMARY) } else { (Form::OpenAi, "Noted.") };
            form.steps(&form.reply(says, &[]))
        })
        .await;
        let gateway = start(&provider, &limit).await;
        let pasted = format!("Choose a route for this: {SUMMARY} Which bridge is the best one?");
        assert_eq!(ask(&gateway, KEY, PERMITTED, &pasted).await, 200, "{form:?}: nobody has said that yet");
        let answer =
            gateway.post(form.path(), &kit::chat_headers(TRANSLATION), form.request().as_bytes()).await;
        assert_eq!(answer.status, 200, "{form:?}: {answer:?}");
        assert_eq!(ask(&gateway, OTHER_KEY, PERMITTED, &pasted).await, 403, "{form:?}");
        assert_eq!(ask(&gateway, KEY, PERMITTED, LETTER).await, 200, "{form:?}: a text of one's own");
        let entries = gateway.events().await;
        assert_eq!(
            stated(&entries, "derived_from"),
            ["(none)", "(none)", "(translation)", "(none)"],
            "{form:?}"
        );
        redecide(&entries, &limit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_is_remembered_to_its_end() {
    let condition = "context.derived_from.contains(Origin::\"translation\") && !(context.purpose in Purpose::\"translation\")";
    let limit = terms("sources", &[("@silent(\"the gateway always says\")", condition)]);
    let words: String = (0..15_000).map(|number| format!("item{number} ")).collect();
    let long = format!("{words}. {SUMMARY}");
    assert!(long.len() > 128 << 10);
    for form in FORMS {
        let said = long.clone();
        let provider = Provider::new(move |seen| {
            let is_source = String::from_utf8_lossy(&seen.body).contains("How many pallets?");
            let (form, says) = if is_source { (form, said.as_str()) } else { (Form::OpenAi, "Noted.") };
            form.steps(&form.reply(says, &[]))
        })
        .await;
        let gateway = start(&provider, &limit).await;
        let answer =
            gateway.post(form.path(), &kit::chat_headers(TRANSLATION), form.request().as_bytes()).await;
        assert_eq!(answer.status, 200, "{form:?}: {answer:?}");
        let pasted = format!("Choose a route for this: {SUMMARY} Which bridge is the best one?");
        let mut status = ask(&gateway, KEY, PERMITTED, &pasted).await;
        // The end of a stream is given first. Of a whole answer nothing is, before all of it is remembered.
        for _ in 0..10_000 {
            if !form.is_stream() || status == 403 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            status = ask(&gateway, KEY, PERMITTED, &pasted).await;
        }
        assert_eq!(status, 403, "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_and_produced_is_known_after_a_restart() {
    let derived = "context.derived_from.contains(Origin::\"translation\") && !(context.purpose in Purpose::\"translation\")";
    let limit =
        terms("claims", &[("", "context.reclaimed"), ("@silent(\"the gateway always says\")", derived)]);
    let form = Form::OpenAi;
    let provider = Provider::new(move |seen| {
        let is_source = String::from_utf8_lossy(&seen.body).contains("How many pallets?");
        form.steps(&form.reply(if is_source { SUMMARY } else { "Noted." }, &[]))
    })
    .await;
    let mut gateway = start(&provider, &limit).await;
    assert_eq!(ask(&gateway, KEY, PERMITTED, LETTER).await, 200);
    let answer = gateway.post(form.path(), &kit::chat_headers(TRANSLATION), form.request().as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    gateway.stopped().await.unwrap();
    let folder = gateway.directory.path().join("evidence");
    let snapshots = || {
        let files = fs::read_dir(&folder).unwrap().flatten().map(|file| file.path());
        files.filter(|file| file.extension().is_some_and(|one| one == "snapshot")).collect::<Vec<_>>()
    };
    assert_eq!(snapshots().len(), 1);
    let pasted = format!("Choose a route for this: {SUMMARY} Which bridge is the best one?");
    // From the snapshot; then without it, from every record.
    for kept in ["snapshot", "records"] {
        if kept == "records" {
            snapshots().into_iter().for_each(|file| fs::remove_file(file).unwrap());
        }
        let again = self::kit(&provider, &limit).going_on(&gateway).await;
        gateway = again.start().await;
        assert_eq!(ask(&gateway, OTHER_KEY, TRANSLATION, LETTER).await, 403, "{kept}: sent before");
        assert_eq!(ask(&gateway, KEY, PERMITTED, &pasted).await, 403, "{kept}: produced before");
        assert_eq!(ask(&gateway, KEY, PERMITTED, LETTER).await, 200, "{kept}");
        gateway.stopped().await.unwrap();
    }
    let gateway = kit(&provider, &limit).going_on(&gateway).await.start().await;
    let entries = gateway.events().await;
    let vouched = entries.iter().filter(|entry| matches!(entry.event, Event::EvidenceKept(_))).count();
    assert!(vouched >= 3, "{vouched}: the text, the answer and the snapshots");
    // Nobody can read off what it was.
    for file in fs::read_dir(&folder).unwrap().flatten() {
        let bytes = fs::read(file.path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).to_lowercase().contains("trucks"), "{file:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_for_reclaimed_content_is_collected_once_it_is_approved() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let limit = terms("claims", &[("@hold(\"customer/release-authority\")", "context.reclaimed")]);
    let gateway = kit(&provider, &limit).holding(false).await.start().await;
    let body = json!({ "model": "depot", "messages": [{ "role": "user", "content": LETTER }] }).to_string();
    assert_eq!(gateway.chat(PERMITTED, &body).await.status, 200);
    let hold = hold_of(&gateway.chat(TRANSLATION, &body).await);
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    let answer = collect(&gateway, &hold).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let entries = gateway.events().await;
    let rulings: Vec<Ruling> = decided(&entries).iter().map(|one| one.ruling).collect();
    assert_eq!(rulings, [Ruling::Permit, Ruling::Hold, Ruling::Permit]);
    assert_eq!(stated(&entries, "reclaimed"), ["?0", "?1", "?1"]);
    redecide(&entries, &limit);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_is_collected_though_its_content_came_back_meanwhile() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let condition = "[Purpose::\"translation\", Purpose::\"unknown\"].contains(context.purpose)";
    let limit = terms("claims", &[("@hold(\"customer/release-authority\")", condition)]);
    let gateway = kit(&provider, &limit).holding(false).await.start().await;
    let body = json!({ "model": "depot", "messages": [{ "role": "user", "content": LETTER }] }).to_string();
    let hold = hold_of(&gateway.chat(TRANSLATION, &body).await);
    assert_eq!(gateway.chat(PERMITTED, &body).await.status, 200, "what is held is not remembered");
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    let answer = collect(&gateway, &hold).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(stated(&gateway.events().await, "reclaimed"), ["?0", "?0", "?1"]);
}
