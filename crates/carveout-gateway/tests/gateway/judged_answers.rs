//! Where a clause turns on the judge, it is asked about request and answer together before the answer is shown.

use std::time::Duration;

use carveout_gateway::JudgeSettings;
use carveout_ledger::{Outcome, Ruling};
use serde_json::Value as Json;

use crate::{
    judge::{WATCHING, kit, questions, saying, settings, two_clauses},
    kit::{
        self, KEY, PERMITTED, Running,
        calls::{FORMS, Form, told},
        client::Answer,
        decided, program_judged_by, program_under,
        provider::{Provider, Step, chunk, last_chunk, stream_head},
        settled,
    },
    meters::terms,
    monitored_answers::JUDGED,
    monitors::SHOWN,
};

async fn ask(gateway: &Running, form: Form, request: &str) -> Answer {
    gateway.post(form.path(), &kit::chat_headers(PERMITTED), request.as_bytes()).await
}

/// What the judge was shown, question by question.
fn shown(judge: &Provider) -> Vec<Json> {
    let seen = judge.seen();
    let exchanges = seen.iter().map(|seen| {
        let question: Json = serde_json::from_slice(&seen.body).unwrap();
        serde_json::from_str(question["messages"][1]["content"].as_str().unwrap()).unwrap()
    });
    exchanges.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_turns_on_the_judge_goes_only_with_its_word() {
    let complies = Some("{\"verdict\":\"complies\"}");
    let violates = Some("{\"verdict\":\"violates\"}");
    for form in FORMS {
        for (case, answer, word, goes, asked) in [
            ("quiet", "Twelve pallets.", violates, true, 0),
            ("cleared", WATCHING, complies, true, 1),
            ("condemned", WATCHING, violates, false, 1),
            ("prose", WATCHING, Some("It complies."), false, 1),
            ("silence", WATCHING, None, false, 1),
        ] {
            let reply = form.reply(answer, &[]);
            let said = reply.clone();
            let model = Provider::new(move |_| form.steps(&said)).await;
            let judge = Provider::new(move |_| match word {
                Some(word) => vec![Step::Send(saying(word))],
                None => vec![Step::Hang],
            })
            .await;
            let patience = if word.is_none() { Duration::from_millis(400) } else { settings().patience };
            let gateway = kit(&model, &judge, JudgeSettings { patience, ..settings() }).start().await;
            let answer = ask(&gateway, form, &form.request()).await;
            let case = format!("{form:?}, {case}");
            if goes {
                assert_eq!((answer.status, answer.text()), (200, reply), "{case}");
            } else {
                let status = if form.is_stream() { 200 } else { 403 };
                assert_eq!(answer.status, status, "{case}: {}", answer.text());
                assert!(!answer.text().contains("Reconstruct"), "{case}: {}", answer.text());
                assert!(answer.text().contains("Watching the population"), "{case}: {}", answer.text());
            }
            let shown = shown(&judge);
            assert_eq!(shown.len(), asked, "{case}");
            for exchange in shown {
                assert!(exchange["request"].as_str().unwrap().contains("How many pallets?"), "{case}");
                assert!(exchange["response"].as_str().unwrap().contains(WATCHING), "{case}");
            }
            let entries = gateway.events().await;
            let (decisions, (asked_of, answered)) = (decided(&entries), questions(&entries));
            assert!(asked_of.iter().all(|(_, one)| one.parent == Some(decisions[0].decision)), "{case}");
            assert_eq!((asked_of.len(), answered.len()), (asked, asked), "{case}");
            let outcome = if goes { Outcome::Completed } else { Outcome::Withheld };
            assert_eq!(settled(&entries)[0].outcome, outcome, "{case}");
            let second = decisions
                .get(1)
                .map(|one| (one.parent.is_some(), one.ruling == Ruling::Permit, one.judged.len()));
            assert_eq!(second, (!goes).then_some((true, false, 1)), "{case}");
        }
    }
}

/// What was said of a request alone says nothing of its answer; and what one answer was cleared by is remembered.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_cleared_has_its_answer_judged_too() {
    let model =
        Provider::new(|_| Form::OpenAi.steps(&Form::OpenAi.reply("Here is how it is done.", &[]))).await;
    let judge = Provider::new(|seen| {
        let exchange = String::from_utf8_lossy(&seen.body).contains("Here is how");
        let word = if exchange { "violates" } else { "complies" };
        vec![Step::Send(saying(&format!("{{\"verdict\":\"{word}\"}}")))]
    })
    .await;
    let gateway = kit(&model, &judge, settings()).start().await;
    let request = Form::OpenAi.request().replace("How many pallets?", WATCHING);
    for _ in 0..2 {
        assert_eq!(ask(&gateway, Form::OpenAi, &request).await.status, 403);
    }
    assert_eq!(
        (model.seen().len(), judge.seen().len()),
        (2, 2),
        "the second time both verdicts are remembered"
    );
    let entries = gateway.events().await;
    let cached: Vec<Vec<bool>> =
        decided(&entries).iter().map(|one| one.judged.iter().map(|judged| judged.cached).collect()).collect();
    assert_eq!(cached, [vec![false], vec![false], vec![true], vec![true]]);
    assert_eq!(questions(&entries).0.len(), 2);
}

/// What a stream shows before a clause turns on the judge is shown as it comes; from there on all of it waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_waits_from_where_it_turns_on_the_judge() {
    let before = "Twelve pallets are in the store. ".repeat(40);
    let reply = Form::OpenAiStream.reply(&format!("{before}{WATCHING}"), &[]);
    for (case, word, whole) in [("cleared", "complies", true), ("condemned", "violates", false)] {
        let said = reply.clone();
        let model = Provider::new(move |_| Form::OpenAiStream.steps(&said)).await;
        let judge =
            Provider::new(move |_| vec![Step::Send(saying(&format!("{{\"verdict\":\"{word}\"}}")))]).await;
        let gateway = kit(&model, &judge, settings()).start().await;
        let answer = ask(&gateway, Form::OpenAiStream, &Form::OpenAiStream.request()).await;
        assert_eq!(answer.text() == reply, whole, "{case}");
        let (told, sent) = (told(Form::OpenAiStream, &answer), judge.seen().len());
        assert!(told.text.contains("pallets are in the store"), "{case}: {told:?}");
        assert_eq!(told.text.contains("every resident sleeps"), whole, "{case}");
        assert_eq!(sent, 1, "{case}");
        let entries = gateway.events().await;
        let settled = settled(&entries)[0];
        assert_eq!(settled.judged_bytes, Some(settled.released_bytes), "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_while_it_waits_is_not_shown() {
    let reply = Form::OpenAiStream.reply(WATCHING, &[]);
    let cut = reply[..reply.len() - 60].to_owned();
    let model =
        Provider::new(move |_| vec![Step::Send(stream_head()), Step::Send(chunk(&cut)), Step::Close]).await;
    let judge = Provider::saying(saying("{\"verdict\":\"complies\"}")).await;
    let gateway = kit(&model, &judge, settings()).start().await;
    let answer = ask(&gateway, Form::OpenAiStream, &Form::OpenAiStream.request()).await;
    assert!(!answer.text().contains("Reconstruct"), "{}", answer.text());
    assert_eq!((judge.connections(), settled(&gateway.events().await)[0].outcome), (0, Outcome::ProviderCut));
}

/// A tool call is part of what was answered: it is judged with the request, and each by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_tool_call_that_turns_on_the_judge_is_called_only_with_its_word() {
    let facts = ["judgement_mass_surveillance", "judgement_profiling"];
    for form in FORMS {
        let calls = [("stock", r#"{"depot":"north"}"#), ("watch", r#"{"whom":"everybody"}"#)];
        let reply = form.reply("Twelve pallets.", &calls);
        let model = Provider::new(move |_| form.steps(&reply)).await;
        let judge = Provider::new(|seen| {
            let body = String::from_utf8_lossy(&seen.body);
            let bad = body.contains("everybody") && body.contains("Nobody shall be watched");
            vec![Step::Send(saying(&format!(
                "{{\"verdict\":\"{}\"}}",
                if bad { "violates" } else { "complies" }
            )))]
        })
        .await;
        let mut kit = kit(&model, &judge, settings());
        kit.settings.programs = vec![program_judged_by("depot", &[("depot", KEY, "")], &two_clauses(facts))];
        let gateway = kit.start().await;
        let answer = ask(&gateway, form, &form.request()).await;
        assert_eq!(answer.status, 200, "{form:?}: {}", answer.text());
        let called: Vec<String> = told(form, &answer).calls.into_iter().map(|(name, _)| name).collect();
        assert_eq!(called, ["stock"], "{form:?}: {}", answer.text());
        let entries = gateway.events().await;
        let rulings: Vec<_> = decided(&entries).iter().map(|one| (one.ruling, one.judged.len())).collect();
        assert_eq!(
            rulings,
            [(Ruling::Permit, 2), (Ruling::Permit, 2), (Ruling::Deny, 1)],
            "{form:?}: the request, and each call"
        );
    }
}

/// More than a judge is asked about has no verdict.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_too_long_for_a_question_is_withheld() {
    let long = format!("{WATCHING} {}", "Twelve pallets are in the store. ".repeat(5_000));
    for form in [Form::OpenAi, Form::OpenAiStream] {
        let reply = form.reply(&long, &[]);
        let model = Provider::new(move |_| {
            if form.is_stream() {
                vec![Step::Send(stream_head()), Step::Send(chunk(&reply)), Step::Send(last_chunk())]
            } else {
                form.steps(&reply)
            }
        })
        .await;
        let judge = Provider::saying(saying("{\"verdict\":\"complies\"}")).await;
        let gateway = kit(&model, &judge, JudgeSettings { patience: Duration::from_secs(60), ..settings() })
            .start()
            .await;
        let answer = ask(&gateway, form, &form.request()).await;
        assert!(!answer.text().contains("store"), "{form:?}");
        assert_eq!(judge.connections(), 0, "{form:?}");
        assert_eq!(settled(&gateway.events().await)[0].outcome, Outcome::Withheld, "{form:?}");
    }
}

/// A judge that lies clears what turns on it, and nothing else: no other clause, neither of a request nor of an answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_judge_that_lies_clears_only_what_turns_on_it() {
    let limit = terms("in-force", &[JUDGED, ("", "context.persons_at_least > 2")]);
    for form in FORMS {
        for (case, asked, answered, status) in [
            ("the judge's own clause", WATCHING, WATCHING, 200),
            ("three persons in the request", SHOWN, "Twelve pallets.", 403),
            ("three persons and a wire", "both", "Twelve pallets.", 403),
            ("three persons in the answer", WATCHING, "both", 403),
        ] {
            let case = format!("{form:?}, {case}");
            let both = format!("{WATCHING} {SHOWN}");
            let words = |word: &str| if word == "both" { both.clone() } else { word.to_owned() };
            let reply = form.reply(&words(answered), &[]);
            let said = reply.clone();
            let model = Provider::new(move |_| form.steps(&said)).await;
            let judge = Provider::saying(saying("{\"verdict\":\"complies\"}")).await;
            let mut kit = kit::Kit::new(model.address);
            let keys = [("depot", KEY, "")];
            kit.settings.programs = vec![program_under("depot", &keys, std::slice::from_ref(&limit))];
            kit.judged_by(&judge, settings());
            let gateway = kit.start().await;
            let request = form.request().replace("How many pallets?", &words(asked));
            let answer = ask(&gateway, form, &request).await;
            let goes = answer.status == 200 && answer.text() == reply;
            assert_eq!(goes, status == 200, "{case}: {}", answer.text());
            assert!(goes || !answer.text().contains("cleo@"), "{case}: {}", answer.text());
            let entries = gateway.events().await;
            let last = *decided(&entries).last().unwrap();
            if !goes {
                let grounds: Vec<_> = last.grounds.iter().map(|one| one.clause.as_str()).collect();
                assert_eq!(
                    (last.ruling, grounds.contains(&"2.2")),
                    (Ruling::Deny, true),
                    "{case}: {grounds:?}"
                );
            }
        }
    }
}
