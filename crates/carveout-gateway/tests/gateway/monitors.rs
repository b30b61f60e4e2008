//! Monitored terms: recorded with each decision, without an effect on any, and for no longer than was agreed.

use std::sync::Arc;

use carveout_gateway::{MonitorTerms, RelaxedTerms};
use carveout_ledger::{Cited, Outcome, Ruling};
use carveout_terms::{Agreement, ClauseRef, Timestamp};
use serde_json::json;

use crate::kit::{
    self, CHAT, KEY, Kit, PERMITTED,
    calls::{FORMS, Form, anthropic_event, openai_chunk},
    decided, kinds,
    officers::{HELD, RELEASE, Skew, collect},
    program_under,
    provider::{OPENAI_REPLY, Provider, json_reply},
    settled,
};
use crate::{contents::redecide, meters::terms};

const HOUR: i64 = 3_600_000;

fn cited(clause: &str) -> Vec<Cited> {
    vec![Cited { agreement: "test-terms".to_owned(), clause: clause.to_owned() }]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clause_that_is_only_monitored_is_enforced_again_at_its_time() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let skew = Skew::default();
    let mut kit = Kit::new(provider.address);
    kit.settings.clock = skew.clock();
    let until = Timestamp::from_millis(kit::now().millis() + HOUR);
    for program in &mut kit.settings.programs {
        let clause = ClauseRef { agreement: "test-terms".to_owned(), clause: "2.2".to_owned() };
        let stack = Arc::new(program.stack.without(&[clause]).unwrap());
        program.monitoring.relaxed = vec![RelaxedTerms { until, stack }];
        let (monitor, stack) = ("purchased".to_owned(), program.stack.clone());
        program.monitoring.monitors = vec![MonitorTerms { monitor, until: Some(until), stack }];
    }
    let gateway = kit.start().await;
    assert_eq!(gateway.chat(HELD, CHAT).await.status, 200, "only monitored");
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
    assert_eq!(
        gateway.chat("purpose=logistics.supply, volume=bulk", CHAT).await.status,
        403,
        "another clause"
    );
    skew.set(HOUR + 60_000);
    assert_eq!(gateway.chat(HELD, CHAT).await.status, 403, "enforced again");
    // A clock that is set back does not bring it back.
    skew.set(0);
    assert_eq!(gateway.chat(HELD, CHAT).await.status, 503);
    skew.set(HOUR + 60_000);

    let entries = gateway.events().await;
    let found: Vec<_> = decided(&entries)
        .into_iter()
        .map(|one| {
            (one.ruling, one.monitored.iter().map(|it| (it.ruling, it.grounds.clone())).collect::<Vec<_>>())
        })
        .collect();
    let monitored = |ruling, clause| vec![(ruling, cited(clause))];
    assert_eq!(
        found,
        [
            (Ruling::Permit, monitored(Ruling::Hold, "2.2")),
            (Ruling::Permit, monitored(Ruling::Permit, "1.1")),
            (Ruling::Deny, monitored(Ruling::Deny, "2.1")),
            (Ruling::Hold, Vec::new()),
        ]
    );
    let terms: Vec<_> = decided(&entries).iter().map(|one| one.terms).collect();
    assert!(terms[0] == terms[1] && terms[0] != terms[3], "each decision names what decided it");
    assert_eq!(decided(&entries)[0].monitored[0].terms, terms[3]);
    assert_eq!(provider.seen().len(), 2);
}

/// A program that is bound by some terms, and for which others are only monitored.
pub(crate) fn watched(kit: &mut Kit, in_force: &Arc<Agreement>, draft: &Arc<Agreement>) {
    let keys = [("depot", KEY, "")];
    let under = |terms| program_under("depot", &keys, std::slice::from_ref(terms));
    let mut program = under(in_force);
    let (monitor, stack) = ("next".to_owned(), under(draft).stack);
    program.monitoring.monitors = vec![MonitorTerms { monitor, until: None, stack }];
    kit.settings.programs = vec![program];
}

pub(crate) const SHOWN: &str =
    "Ask ann@harbour-mail.org, ben@harbour-mail.org or cleo@harbour-mail.org about the pallets.";

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_says_what_it_would_have_done_with_an_answer_and_changes_nothing_of_it() {
    let in_force = terms("in-force", &[("", "context.tools_offered > 9")]);
    let drafts = [
        ("context.persons_at_least > 2", Some(Ruling::Deny)),
        ("context.persons_within_1_day_per_agreement_at_least > 2", Some(Ruling::Deny)),
        ("context.persons_at_least > 3", None),
        ("context.tools_offered > 8", None),
    ];
    for form in FORMS {
        let reply = form.reply(SHOWN, &[]);
        for (condition, would) in &drafts {
            let name = format!("{form:?}: {condition}");
            let steps = form.steps(&reply);
            let provider = Provider::new(move |_| steps.clone()).await;
            let mut kit = Kit::new(provider.address);
            watched(&mut kit, &in_force, &terms("in-force", &[("", condition)]));
            let gateway = kit.start().await;
            let asked = form.request();
            let answer = gateway.post(form.path(), &kit::chat_headers(PERMITTED), asked.as_bytes()).await;
            assert_eq!((answer.status, answer.whole), (200, true), "{name}");
            assert_eq!(answer.body, reply.as_bytes(), "{name}: as it came");
            let entries = gateway.events().await;
            let said: Vec<_> = decided(&entries)
                .into_iter()
                .map(|one| (one.ruling, one.parent.is_some(), one.monitored[0].ruling))
                .collect();
            let mut expected = vec![(Ruling::Permit, false, Ruling::Permit)];
            expected.extend(would.map(|would| (Ruling::Permit, true, would)));
            assert_eq!(said, expected, "{name}");
            assert_eq!(settled(&entries)[0].outcome, Outcome::Completed, "{name}");
            // Before the end of the answer: by the terms that admitted it.
            let last = kinds(&entries).into_iter().rfind(|kind| *kind != "evidence_kept");
            assert_eq!(last, Some("settled"), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_withheld_is_said_once_with_what_a_draft_says() {
    let limit = terms("in-force", &[("", "context.persons_at_least > 2")]);
    for form in FORMS {
        let steps = form.steps(&form.reply(SHOWN, &[]));
        let provider = Provider::new(move |_| steps.clone()).await;
        let mut kit = Kit::new(provider.address);
        watched(&mut kit, &limit, &terms("in-force", &[("", "context.persons_at_least > 1")]));
        let gateway = kit.start().await;
        gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await;
        let entries = gateway.events().await;
        let said: Vec<_> =
            decided(&entries).iter().map(|one| (one.ruling, one.monitored[0].ruling)).collect();
        let expected = [(Ruling::Permit, Ruling::Permit), (Ruling::Deny, Ruling::Deny)];
        assert_eq!(said, expected, "{form:?}");
    }
}

/// A reply whose first words are more than a megabyte and whose last show three persons, in large pieces where it is a stream.
fn long_reply(form: Form) -> String {
    let words = "Nobody is shown here, and nothing is said. ".repeat(30_000);
    match form {
        Form::OpenAi | Form::Anthropic => form.reply(&format!("{words}{SHOWN}"), &[]),
        Form::OpenAiStream => {
            let piece = |text: &str| openai_chunk(0, &json!({ "content": text }), None);
            let pieces =
                words.as_bytes().chunks(43 * 500).map(|part| piece(std::str::from_utf8(part).unwrap()));
            let end = openai_chunk(0, &json!({}), Some("stop"));
            pieces.chain([piece(SHOWN), end, "data: [DONE]\n\n".to_owned()]).collect()
        }
        Form::AnthropicStream => {
            let whole = form.reply("0123", &[]);
            let delta = |text: &str| {
                let delta = json!({ "type": "text_delta", "text": text });
                anthropic_event("content_block_delta", json!({ "index": 0, "delta": delta }))
            };
            let pieces =
                words.as_bytes().chunks(43 * 500).map(|part| delta(std::str::from_utf8(part).unwrap()));
            whole.replace(&delta("0123"), &pieces.chain([delta(SHOWN)]).collect::<String>())
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_sees_an_answer_to_its_end_however_long_it_is() {
    let in_force = terms("in-force", &[("", "context.tools_offered > 9")]);
    for form in FORMS {
        let reply = long_reply(form);
        assert!(reply.len() > 1 << 20 && reply.contains("cleo@"), "{form:?}");
        let steps = form.steps(&reply);
        let provider = Provider::new(move |_| steps.clone()).await;
        let mut kit = Kit::new(provider.address);
        watched(&mut kit, &in_force, &terms("in-force", &[("", "context.persons_at_least > 2")]));
        let gateway = kit.start().await;
        let answer =
            gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await;
        assert!(answer.status == 200 && answer.body == reply.as_bytes(), "{form:?}: as it came");
        let entries = gateway.events().await;
        let said: Vec<_> = decided(&entries).iter().map(|one| one.monitored[0].ruling).collect();
        assert_eq!(said, [Ruling::Permit, Ruling::Deny], "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_sees_the_answer_to_a_use_that_officers_approved() {
    let hold = "@hold(\"customer/release-authority\")\n@silent(\"what is not purchased is not meant\")";
    let bought = (hold, "context.source == Source::\"commercially_purchased\"");
    let in_force = terms("in-force", &[bought]);
    let draft = terms("in-force", &[bought, ("", "context.persons_at_least > 2")]);
    for form in FORMS {
        let reply = form.reply(SHOWN, &[]);
        let steps = form.steps(&reply);
        let provider = Provider::new(move |_| steps.clone()).await;
        let mut kit = Kit::new(provider.address).holding(true).await;
        watched(&mut kit, &in_force, &draft);
        let gateway = kit.start().await;
        let asked = gateway.post(form.path(), &kit::chat_headers(HELD), form.request().as_bytes()).await;
        let told = asked.json()["error"]["message"].as_str().unwrap().to_owned();
        let hold = &told[told.find("hold-").unwrap()..][..37];
        assert_eq!(RELEASE.approves(&gateway, hold).await.status, 200, "{form:?}");
        let answer = collect(&gateway, hold).await;
        assert_eq!((answer.status, answer.text()), (200, reply), "{form:?}");
        let entries = gateway.events().await;
        let said: Vec<_> = decided(&entries)
            .iter()
            .map(|one| (one.ruling, one.parent.is_some(), one.facts.approvals.len(), one.monitored[0].ruling))
            .collect();
        let expected = [
            (Ruling::Hold, false, 0, Ruling::Hold),
            (Ruling::Permit, false, 1, Ruling::Permit),
            (Ruling::Permit, true, 1, Ruling::Deny),
        ];
        assert_eq!(said, expected, "{form:?}");
        redecide(&entries, &in_force);
    }
}
