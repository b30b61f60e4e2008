//! Where several clauses turn on the judge it is asked about them at once, and it does not matter who answers first.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use carveout_gateway::JudgeSettings;
use carveout_ledger::{Decided, Entry, Ruling};
use serde_json::json;
use tokio::{io::AsyncWriteExt, sync::Notify};

use crate::{
    judge::{kit, questions, saying, settings},
    kit::{
        KEY, PERMITTED, chat_headers, client, decided, eventually, program_judged_by,
        provider::{OPENAI_REPLY, Provider, Seen, Step, json_reply},
    },
};

/// What clause 1.1 forbids.
const WATCHED: &str = "Nobody shall be watched";

/// Two clauses that hold what the judge has not cleared, each by a fact of its own. The second one denies what it condemns.
fn limit() -> String {
    let head = include_str!("kit/judged.md");
    let head = &head[..head.find("### 1.1").unwrap()];
    let held = |fact: &str| {
        format!(
            "@hold(\"customer/release-authority\")\nforbid (principal, action, resource)\nwhen {{ [Judgement::\"violates\", Judgement::\"unknown\"].contains(context.{fact}) }};"
        )
    };
    let denied = "@silent(\"the policy above holds what no judge has seen\")\nforbid (principal, action, resource)\n\
                  when { context.judgement_profiling == Judgement::\"violates\" };";
    let (watching, scoring) = (held("judgement_mass_surveillance"), held("judgement_profiling"));
    format!(
        "{head}### 1.1 Watching\n\n{WATCHED}.\n\n```cedar\n{watching}\n```\n\n\
         ### 1.2 Scoring\n\nNobody shall be scored.\n\n```cedar\n{scoring}\n\n{denied}\n```\n"
    )
}

fn body() -> String {
    json!({ "model": "depot", "messages": [{ "role": "user", "content": "How many pallets?" }] }).to_string()
}

fn is_about_watching(seen: &Seen) -> bool {
    String::from_utf8_lossy(&seen.body).contains(WATCHED)
}

fn says(word: &str) -> Step {
    Step::Send(saying(&format!("{{\"verdict\":\"{word}\"}}")))
}

/// What of a decision must not depend on who answered first.
struct Told {
    ruling: Ruling,
    cited: Vec<String>,
    facts: Vec<String>,
    verdicts: Vec<String>,
}

fn told(recorded: &Decided) -> Told {
    let facts = recorded.facts.gateway.split(", ").filter(|fact| fact.starts_with("judgement_"));
    let words = ["judgement_mass_surveillance=", "judgement_profiling="];
    Told {
        ruling: recorded.ruling,
        cited: recorded.grounds.iter().map(|one| one.clause.clone()).collect(),
        facts: facts
            .filter(|fact| words.iter().any(|word| fact.starts_with(word)))
            .map(str::to_owned)
            .collect(),
        verdicts: recorded.judged.iter().map(|one| format!("{} {}", one.clause, one.verdict)).collect(),
    }
}

/// Whether every question that was asked has its end on record.
fn none_is_open(entries: &[Entry]) -> bool {
    let (asked, answered) = questions(entries);
    let mut asked: Vec<_> = asked.into_iter().map(|(name, _)| name).collect();
    let mut answered: Vec<_> = answered.into_iter().map(|one| one.question).collect();
    asked.sort();
    answered.sort();
    asked == answered
}

async fn asked(judge: &Provider, settings: JudgeSettings) -> (u16, Vec<Entry>) {
    let model = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = kit(&model, judge, settings);
    kit.settings.programs = vec![program_judged_by("depot", &[("depot", KEY, "")], &limit())];
    let gateway = kit.start().await;
    let status = gateway.chat(PERMITTED, &body()).await.status;
    (status, gateway.events().await)
}

/// One is answered only when the other's answer has been taken: asked one after another, the first would wait in vain.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ruled_and_recorded_is_the_same_whoever_answers_first() {
    let unknown = |word: &str| if word == "perhaps" { "unknown".to_owned() } else { word.to_owned() };
    let none = |word: &str| if word == "perhaps" { "none".to_owned() } else { word.to_owned() };
    for (words, ruling, grounds) in [
        (["complies", "complies"], Ruling::Permit, None),
        (["violates", "complies"], Ruling::Hold, Some(vec!["1.1"])),
        (["complies", "violates"], Ruling::Deny, Some(vec!["1.2"])),
        (["violates", "violates"], Ruling::Deny, Some(vec!["1.2"])),
        (["perhaps", "complies"], Ruling::Hold, Some(vec!["1.1"])),
        (["complies", "perhaps"], Ruling::Hold, Some(vec!["1.2"])),
        (["perhaps", "violates"], Ruling::Deny, Some(vec!["1.2"])),
        (["perhaps", "perhaps"], Ruling::Hold, Some(vec!["1.1", "1.2"])),
    ] {
        for watching_is_first in [true, false] {
            let case = format!("{words:?}, {watching_is_first}");
            let gate = Arc::new(Notify::new());
            let judge = Provider::new(move |seen| {
                let watching = is_about_watching(seen);
                let word = says(words[usize::from(!watching)]);
                if watching == watching_is_first {
                    vec![word, Step::Gone, Step::Let(gate.clone())]
                } else {
                    vec![Step::Wait(gate.clone()), word]
                }
            })
            .await;
            let (status, entries) = asked(&judge, settings()).await;
            assert_eq!(status, if ruling == Ruling::Permit { 200 } else { 403 }, "{case}");
            let told = told(decided(&entries)[0]);
            assert_eq!(told.ruling, ruling, "{case}");
            if let Some(grounds) = &grounds {
                assert_eq!(&told.cited, grounds, "{case}");
            }
            let stated = ["judgement_mass_surveillance", "judgement_profiling"];
            let mut stated: Vec<_> =
                stated.iter().zip(words).map(|(fact, word)| format!("{fact}={}", unknown(word))).collect();
            stated.sort();
            assert_eq!(told.facts, stated, "{case}");
            let verdicts = [format!("1.1 {}", none(words[0])), format!("1.2 {}", none(words[1]))];
            assert_eq!(told.verdicts, verdicts, "{case}");
            assert!(none_is_open(&entries), "{case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_slow_holds_and_the_others_word_stands() {
    let judge =
        Provider::new(|seen| if is_about_watching(seen) { vec![Step::Hang] } else { vec![says("complies")] })
            .await;
    let patient = JudgeSettings { patience: Duration::from_secs(5), ..settings() };
    let (status, entries) = asked(&judge, patient).await;
    assert_eq!(status, 403);
    let told = told(decided(&entries)[0]);
    assert_eq!((told.ruling, told.cited), (Ruling::Hold, vec!["1.1".to_owned()]));
    assert_eq!(told.verdicts, ["1.1 none", "1.2 complies"]);
    assert!(none_is_open(&entries));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_budget_does_not_have_is_not_asked_and_holds() {
    // The minute has one question left, whether or not both may be under way.
    for at_once in [1, 4] {
        let judge = Provider::saying(saying("{\"verdict\":\"complies\"}")).await;
        let spent = JudgeSettings { per_minute: 1, at_once, ..settings() };
        let (status, entries) = asked(&judge, spent).await;
        assert_eq!((status, judge.seen().len()), (403, 1), "{at_once}");
        assert!(is_about_watching(&judge.seen()[0]), "{at_once}: they are asked in the order of the clauses");
        let recorded = decided(&entries)[0];
        assert_eq!(recorded.ruling, Ruling::Hold, "{at_once}");
        let said: Vec<_> =
            recorded.judged.iter().map(|one| (one.verdict.as_str(), one.question.is_some())).collect();
        assert_eq!(said, [("complies", true), ("none", false)], "{at_once}");
        assert!(questions(&entries).0.len() == 1 && none_is_open(&entries), "{at_once}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_asked_about_at_once_than_may_be() {
    let gate = Arc::new(Notify::new());
    let (opened, first) = (gate.clone(), AtomicBool::new(true));
    let judge = Provider::new(move |_| {
        let wait = first.swap(false, Ordering::SeqCst).then(|| Step::Wait(opened.clone()));
        wait.into_iter().chain([says("complies")]).collect()
    })
    .await;
    let model = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = kit(&model, &judge, JudgeSettings { at_once: 1, ..settings() });
    kit.settings.programs = vec![program_judged_by("depot", &[("depot", KEY, "")], &limit())];
    let gateway = kit.start().await;
    let question = body();
    let (answer, ()) = tokio::join!(gateway.chat(PERMITTED, &question), async {
        eventually("the first is asked", || judge.seen().len() == 1).await;
        assert_eq!(judge.connections(), 1);
        gate.notify_one();
    });
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(is_about_watching(&judge.seen()[0]) && !is_about_watching(&judge.seen()[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_that_is_down_clears_nothing_and_every_question_has_its_end() {
    let mut judge = Provider::saying("").await;
    judge.address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (status, entries) = asked(&judge, settings()).await;
    assert_eq!(status, 403);
    let told = told(decided(&entries)[0]);
    assert_eq!((told.ruling, told.cited.len()), (Ruling::Hold, 2));
    assert_eq!(told.verdicts, ["1.1 none", "1.2 none"]);
    assert!(questions(&entries).0.len() == 2 && none_is_open(&entries));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_leaves_no_question_open() {
    let model = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let judge = Provider::new(|_| vec![Step::Hang]).await;
    let mut kit = kit(&model, &judge, JudgeSettings { patience: Duration::from_secs(60), ..settings() });
    kit.settings.programs = vec![program_judged_by("depot", &[("depot", KEY, "")], &limit())];
    let gateway = kit.start().await;
    let request = client::request("POST /v1/chat/completions", &chat_headers(PERMITTED), body().as_bytes());
    let mut caller = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    caller.write_all(&request).await.unwrap();
    eventually("the judge is asked about both", || judge.seen().len() == 2).await;
    drop(caller);
    eventually("both are given up", || judge.hung_up() == 2).await;
    let entries = gateway.events().await;
    assert!(questions(&entries).0.len() == 2 && none_is_open(&entries));
    assert!(questions(&entries).1.iter().all(|one| one.why.as_ref().unwrap().contains("nobody waited")));
}
