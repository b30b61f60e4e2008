//! Answers that terms in force read, or have a judge read: monitored terms are asked about them too, with what was seen and said.

use carveout_ledger::{Decided, Outcome, Ruling};

use crate::{
    calls::tools,
    contents::redecide,
    judge::{WATCHING, questions, saying, settings},
    kit::{
        self, Kit, PERMITTED, Running,
        calls::{FORMS, Form, told},
        client::Answer,
        decided,
        provider::{Provider, Step},
        settled,
    },
    meters::terms,
    monitors::{SHOWN, watched},
};

pub(crate) const JUDGED: (&str, &str) = (
    "@hold(\"customer/release-authority\")",
    "context.tripwire.containsAny([Tripwire::\"mass_surveillance\", Tripwire::\"unknown\"])
     && [Judgement::\"violates\", Judgement::\"unknown\"].contains(context.judgement)",
);

async fn ask(gateway: &Running, form: Form) -> Answer {
    gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await
}

/// Each decision: how it was ruled, whether it is on an answer, and what the one draft says.
fn said(decided: &[&Decided]) -> Vec<(Ruling, bool, Ruling)> {
    decided.iter().map(|one| (one.ruling, one.parent.is_some(), one.monitored[0].ruling)).collect()
}

const ASKED: (Ruling, bool, Ruling) = (Ruling::Permit, false, Ruling::Permit);

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_sees_an_answer_that_a_judge_let_go() {
    let in_force = terms("in-force", &[JUDGED]);
    for form in FORMS {
        for (word, more, would, goes) in [
            ("complies", "context.persons_at_least > 2", Some(Ruling::Deny), true),
            ("complies", "context.persons_at_least > 9", None, true),
            ("violates", "context.persons_at_least > 2", Some(Ruling::Deny), false),
            ("violates", "context.persons_at_least > 9", Some(Ruling::Hold), false),
        ] {
            let case = format!("{form:?}: {word}, {more}");
            let reply = form.reply(&format!("{WATCHING} {SHOWN}"), &[]);
            let steps = form.steps(&reply);
            let model = Provider::new(move |_| steps.clone()).await;
            let judge =
                Provider::new(move |_| vec![Step::Send(saying(&format!("{{\"verdict\":\"{word}\"}}")))])
                    .await;
            let mut kit = Kit::new(model.address);
            watched(&mut kit, &in_force, &terms("in-force", &[JUDGED, ("", more)]));
            kit.judged_by(&judge, settings());
            let gateway = kit.start().await;
            let answer = ask(&gateway, form).await;
            assert_eq!(answer.body == reply.as_bytes(), goes, "{case}: {}", answer.text());
            let entries = gateway.events().await;
            let decisions = decided(&entries);
            let ruling = if goes { Ruling::Permit } else { Ruling::Hold };
            let mut expected = vec![ASKED];
            expected.extend(would.map(|would| (ruling, true, would)));
            assert_eq!(said(&decisions), expected, "{case}");
            assert_eq!(
                (questions(&entries).0.len(), judge.seen().len()),
                (1, 1),
                "{case}: no judge for a draft"
            );
            for on_answer in &decisions[1..] {
                assert!(on_answer.facts.gateway.contains(&format!("judgement={word}")), "{case}");
                assert_eq!(on_answer.judged[0].verdict, word, "{case}: it follows from what was said");
            }
            let outcome = if goes { Outcome::Completed } else { Outcome::Withheld };
            assert_eq!(settled(&entries)[0].outcome, outcome, "{case}");
            redecide(&entries, &in_force);
        }
    }
}

/// A judge that is slow, down or beside the point lets nothing go, so there is nothing for a draft to look at but what is withheld.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_no_judge_let_go_is_said_once() {
    let in_force = terms("in-force", &[JUDGED]);
    for form in FORMS {
        let steps = form.steps(&form.reply(&format!("{WATCHING} {SHOWN}"), &[]));
        let model = Provider::new(move |_| steps.clone()).await;
        let judge = Provider::saying(saying("It complies, I think.")).await;
        let mut kit = Kit::new(model.address);
        watched(&mut kit, &in_force, &terms("in-force", &[JUDGED, ("", "context.persons_at_least > 2")]));
        kit.judged_by(&judge, settings());
        let gateway = kit.start().await;
        ask(&gateway, form).await;
        let entries = gateway.events().await;
        assert_eq!(said(&decided(&entries)), [ASKED, (Ruling::Hold, true, Ruling::Deny)], "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_sees_what_terms_in_force_have_read() {
    let in_force = terms("in-force", &[("", "context.persons_at_least > 9")]);
    for form in FORMS {
        for (condition, would) in [
            ("context.persons_at_least > 2", Some(Ruling::Deny)),
            ("context.persons_within_1_day_per_agreement_at_least > 2", Some(Ruling::Deny)),
            ("context.persons_at_least > 3", None),
        ] {
            let case = format!("{form:?}: {condition}");
            let reply = form.reply(SHOWN, &[]);
            let steps = form.steps(&reply);
            let provider = Provider::new(move |_| steps.clone()).await;
            let mut kit = Kit::new(provider.address);
            watched(&mut kit, &in_force, &terms("in-force", &[("", condition)]));
            let gateway = kit.start().await;
            let answer = ask(&gateway, form).await;
            assert_eq!((answer.status, answer.body == reply.as_bytes()), (200, true), "{case}");
            let entries = gateway.events().await;
            let mut expected = vec![ASKED];
            expected.extend(would.map(|would| (Ruling::Permit, true, would)));
            assert_eq!(said(&decided(&entries)), expected, "{case}");
        }
    }
}

/// Each call has an entry of its own, with what the draft says of it. Of the answer it sees what goes out.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_sees_of_an_answer_what_the_terms_in_force_left_of_it() {
    let unregistered = (
        "@silent(\"the gateway always says whether a tool is registered\")",
        "context.act == Act::\"call_tool.unregistered\"",
    );
    let reads = ("", "context.persons_at_least > 9");
    let in_force = terms("in-force", &[unregistered, reads]);
    let draft = terms("in-force", &[unregistered, reads, ("", "context.persons_at_least > 2")]);
    let input = r#"{"about":"ann@harbour-mail.org ben@harbour-mail.org cleo@harbour-mail.org"}"#;
    for form in FORMS {
        for (tool, ruling, answer_too) in [("stock", Ruling::Permit, true), ("draw", Ruling::Deny, false)] {
            let case = format!("{form:?}: {tool}");
            let steps = form.steps(&form.reply("I look.", &[(tool, input)]));
            let provider = Provider::new(move |_| steps.clone()).await;
            let mut kit = Kit::new(provider.address);
            kit.settings.tools = tools();
            watched(&mut kit, &in_force, &draft);
            let gateway = kit.start().await;
            let answer = ask(&gateway, form).await;
            assert_eq!(told(form, &answer).calls.len(), usize::from(answer_too), "{case}: {}", answer.text());
            let entries = gateway.events().await;
            let mut expected = vec![ASKED, (ruling, true, Ruling::Deny)];
            expected.extend(answer_too.then_some((Ruling::Permit, true, Ruling::Deny)));
            assert_eq!(said(&decided(&entries)), expected, "{case}");
        }
    }
}
