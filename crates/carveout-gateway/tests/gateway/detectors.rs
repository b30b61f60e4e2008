//! Detectors that are only monitored: what they find is recorded and decided by a second time, and doesn't decide.

use std::sync::Arc;

use carveout_gateway::{Detector, DetectorTerms, MonitorTerms, RelaxedTerms};
use carveout_ledger::{Decided, Outcome, Ruling};
use carveout_terms::{Agreement, ClauseRef, Timestamp};
use serde_json::json;

use crate::{
    judge::{WATCHING, questions, saying, settings},
    kit::{
        self, KEY, Kit, PERMITTED, Running,
        calls::{self, FORMS},
        decided, judged_program,
        officers::{HELD, RELEASE, Seen, Skew, collect, hold_of},
        program_under,
        provider::{OPENAI_REPLY, Provider, json_reply},
        settled,
    },
    meters::terms,
};

const HOUR: i64 = 3_600_000;
const WIRE: &str =
    "@hold(\"customer/release-authority\")\n@silent(\"the gateway always says what it looks like\")";
const SEEN: &str = "@silent(\"the gateway always says what it recognised\")";

/// A gateway whose program is under these terms, and under whose terms these detectors are only monitored for an hour.
fn kit(provider: &Provider, terms: &Arc<Agreement>, detectors: &[&str], skew: &Skew) -> Kit {
    let mut kit = Kit::new(provider.address);
    kit.settings.clock = skew.clock();
    let program = program_under("depot", &[("depot", KEY, "")], std::slice::from_ref(terms));
    kit.settings.programs = vec![program];
    monitored(&mut kit, detectors);
    kit
}

fn monitored(kit: &mut Kit, detectors: &[&str]) {
    let until = Timestamp::from_millis(kit::now().millis() + HOUR);
    let [program] = kit.settings.programs.as_mut_slice() else { panic!("one program") };
    for name in detectors {
        let detector: Detector = name.parse().unwrap();
        let stack = program.stack.clone();
        assert!(detector.may_turn(&stack), "{name}");
        assert_eq!(detector.may_be_monitored(&stack), Ok(()), "{name}");
        program.monitoring.detectors.push(DetectorTerms { detector, until });
        program.monitoring.monitors.push(MonitorTerms {
            monitor: (*name).to_owned(),
            until: Some(until),
            stack,
        });
    }
}

fn body(text: &str) -> String {
    json!({ "model": "depot", "messages": [{ "role": "user", "content": text }] }).to_string()
}

async fn answering() -> Provider {
    Provider::saying(json_reply(OPENAI_REPLY)).await
}

/// What a decision comes to, what each monitor would have ruled, and whether more was found than decided.
fn told(one: &Decided) -> (Ruling, Vec<Ruling>, bool) {
    (one.ruling, one.monitored.iter().map(|it| it.ruling).collect(), one.found.is_some())
}

/// Everything that follows from a finding is left out of what decides, and is in what is monitored.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_monitored_detector_finds_decides_and_all_of_it_is_recorded() {
    let emails = "Write to ann@harbour-mail.org and ben@harbour-mail.org.";
    let rows = "name,licence plate\nAnn Ash,7KLM482\nBen Birch,7KLM483\n";
    let about_somebody = "context.subject != Subject::\"none\"";
    for (case, condition, detector, claim, text) in [
        (
            "the kind",
            "context.identifiers.contains(Identifier::\"email\")",
            "identifiers.email",
            PERMITTED,
            emails,
        ),
        ("at least", "context.persons_at_least > 1", "identifiers.email", PERMITTED, emails),
        ("at most", "context.persons_at_most > 1", "identifiers.email", PERMITTED, emails),
        (
            "a claim",
            about_somebody,
            "identifiers.email",
            "purpose=logistics.supply, volume=targeted, subject=none",
            emails,
        ),
        (
            "a family",
            "context.tripwire.contains(Tripwire::\"mass_surveillance\")",
            "tripwire.mass_surveillance",
            PERMITTED,
            WATCHING,
        ),
    ] {
        let (annotation, would) =
            if detector.starts_with("tripwire") { (WIRE, Ruling::Hold) } else { (SEEN, Ruling::Deny) };
        let terms = terms("in-force", &[(annotation, condition)]);
        let provider = answering().await;
        let gateway = kit(&provider, &terms, &[detector], &Skew::default()).start().await;
        let answer = gateway.chat(claim, &body(text)).await;
        assert_eq!(answer.status, 200, "{case}: {}", answer.text());
        let entries = gateway.events().await;
        let one = decided(&entries)[0];
        assert_eq!(told(one), (Ruling::Permit, vec![would], true), "{case}");
        assert_eq!(one.monitored[0].grounds[0].clause, "2.1", "{case}");
        let found = one.found.as_ref().unwrap();
        assert!(found.gateway != one.facts.gateway || found.evidence != one.facts.evidence, "{case}");
        assert!(!one.facts.gateway.contains("(email"), "{case}: {}", one.facts.gateway);
        // The same without the monitor is denied: the clause isn't weak.
        let enforced = kit(&provider, &terms, &[], &Skew::default()).start().await;
        assert_eq!(enforced.chat(claim, &body(text)).await.status, 403, "{case}");
    }
    // Rows that only it identifies are rows that nobody identified, and still count.
    let terms = terms("in-force", &[("", "context.persons_at_most > 1")]);
    let provider = answering().await;
    let gateway = kit(&provider, &terms, &["identifiers.plate"], &Skew::default()).start().await;
    assert_eq!(gateway.chat(PERMITTED, &body(rows)).await.status, 403);
}

/// An officer decides with open eyes: what didn't decide is told beside what did.
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_sees_what_a_monitored_detector_found() {
    let hold = "@hold(\"customer/release-authority\")\n@silent(\"what is not purchased is not meant\")";
    let bought = (hold, "context.source == Source::\"commercially_purchased\"");
    let terms = terms("in-force", &[bought, (SEEN, "context.identifiers.contains(Identifier::\"email\")")]);
    let provider = answering().await;
    let kit = kit(&provider, &terms, &["identifiers.email"], &Skew::default());
    let gateway = kit.holding(true).await.start().await;
    let hold = hold_of(&gateway.chat(HELD, &body("Write to ann@harbour-mail.org.")).await);
    let seen = Seen::by(&RELEASE, &gateway, &hold).await.document;
    let found = seen["found"]["gateway"].as_str().unwrap();
    assert!(found.contains("identifiers=(email)"), "{seen:#}");
    let decided = &decided(&gateway.events().await)[0].facts.gateway.clone();
    assert!(decided.contains("identifiers=(none)"), "{decided}");
    assert_eq!(seen["evidence"]["identifiers"]["email"]["found"], 1, "{seen:#}");
}

/// It is as if just that detector weren't there.
#[tokio::test(flavor = "multi_thread")]
async fn what_other_detectors_find_decides() {
    let terms = terms(
        "in-force",
        &[
            (SEEN, "context.identifiers.contains(Identifier::\"email\")"),
            (SEEN, "context.identifiers.contains(Identifier::\"phone\")"),
            (WIRE, "context.tripwire.contains(Tripwire::\"mass_surveillance\")"),
        ],
    );
    let provider = answering().await;
    let gateway = kit(&provider, &terms, &["identifiers.email"], &Skew::default()).start().await;
    for (case, text, status) in [
        ("nothing", "How many pallets?", 200),
        ("what is monitored", "Ask ann@harbour-mail.org.", 200),
        ("another kind", "Call +1 (415) 867-2309.", 403),
        ("both", "Ask ann@harbour-mail.org or call +1 (415) 867-2309.", 403),
        ("the wire", WATCHING, 403),
    ] {
        assert_eq!(gateway.chat(PERMITTED, &body(text)).await.status, status, "{case}");
    }
    let entries = gateway.events().await;
    let found: Vec<_> = decided(&entries).into_iter().map(told).collect();
    assert_eq!(
        found,
        [
            (Ruling::Permit, vec![Ruling::Permit], false),
            (Ruling::Permit, vec![Ruling::Deny], true),
            (Ruling::Deny, vec![Ruling::Deny], false),
            (Ruling::Deny, vec![Ruling::Deny], true),
            (Ruling::Hold, vec![Ruling::Hold], false),
        ]
    );
    let both = decided(&entries)[3];
    let cited =
        |grounds: &[carveout_ledger::Cited]| grounds.iter().map(|one| one.clause.clone()).collect::<Vec<_>>();
    assert_eq!(cited(&both.grounds), ["2.2"]);
    assert_eq!(cited(&both.monitored[0].grounds), ["2.1", "2.2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detector_decides_again_at_its_time_and_always_where_a_use_may_kill() {
    let terms = terms("in-force", &[(SEEN, "context.identifiers.contains(Identifier::\"email\")")]);
    let provider = answering().await;
    let skew = Skew::default();
    let gateway = kit(&provider, &terms, &["identifiers.email"], &skew).start().await;
    let text = body("Ask ann@harbour-mail.org.");
    assert_eq!(gateway.chat(PERMITTED, &text).await.status, 200);
    let lethal = format!("{PERMITTED}, effect=kinetic_lethal");
    assert_eq!(gateway.chat(&lethal, &text).await.status, 403, "a use that may kill");
    skew.set(HOUR + 60_000);
    assert_eq!(gateway.chat(PERMITTED, &text).await.status, 403, "its time is over");
    let entries = gateway.events().await;
    let found: Vec<_> = decided(&entries).into_iter().map(told).collect();
    assert_eq!(
        found,
        [
            (Ruling::Permit, vec![Ruling::Deny], true),
            (Ruling::Deny, vec![Ruling::Deny], false),
            (Ruling::Deny, Vec::new(), false),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_whatever_a_monitored_detector_finds_in_it_and_that_is_recorded() {
    let shown = "Ask ann@harbour-mail.org, ben@harbour-mail.org or cleo@harbour-mail.org about the pallets.";
    for condition in ["context.identifiers.contains(Identifier::\"email\")", "context.persons_at_least > 2"] {
        let terms = terms("in-force", &[(SEEN, condition)]);
        for form in FORMS {
            let reply = form.reply(shown, &[]);
            let steps = form.steps(&reply);
            let provider = Provider::new(move |_| steps.clone()).await;
            let gateway = kit(&provider, &terms, &["identifiers.email"], &Skew::default()).start().await;
            let asked = form.request();
            let answer = gateway.post(form.path(), &kit::chat_headers(PERMITTED), asked.as_bytes()).await;
            let case = format!("{form:?}, {condition}");
            assert_eq!((answer.status, answer.whole), (200, true), "{case}: {}", answer.text());
            assert_eq!(answer.body, reply.as_bytes(), "{case}: as it came");
            let entries = gateway.events().await;
            let said: Vec<_> =
                decided(&entries).into_iter().map(|one| (told(one), one.parent.is_some())).collect();
            assert_eq!(
                said,
                [
                    ((Ruling::Permit, vec![Ruling::Permit], false), false),
                    ((Ruling::Permit, vec![Ruling::Deny], true), true),
                ],
                "{case}"
            );
            assert_eq!(settled(&entries)[0].outcome, Outcome::Completed, "{case}");
        }
    }
}

/// What another detector finds in an answer stops it as ever.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_withheld_for_what_is_not_monitored() {
    let terms = terms(
        "in-force",
        &[
            (SEEN, "context.identifiers.contains(Identifier::\"email\")"),
            (SEEN, "context.identifiers.contains(Identifier::\"phone\")"),
        ],
    );
    for form in FORMS {
        let steps = form.steps(&form.reply("Ask ann@harbour-mail.org or call +1 (415) 867-2309 now.", &[]));
        let provider = Provider::new(move |_| steps.clone()).await;
        let gateway = kit(&provider, &terms, &["identifiers.email"], &Skew::default()).start().await;
        let answer =
            gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await;
        assert!(!answer.text().contains("867-2309"), "{form:?}: {}", answer.text());
        let entries = gateway.events().await;
        let last = decided(&entries).pop().unwrap();
        assert_eq!(told(last), (Ruling::Deny, vec![Ruling::Deny], true), "{form:?}");
        assert_eq!(last.grounds[0].clause, "2.2", "{form:?}");
    }
}

/// A call is a use of its own, and what is found in what it is called with doesn't decide it either.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_made_whatever_a_monitored_detector_finds_in_it() {
    let terms = terms("in-force", &[(SEEN, "context.identifiers.contains(Identifier::\"email\")")]);
    for form in FORMS {
        let steps = form.steps(&form.reply("", &[("write", r#"{"to":"ann@harbour-mail.org"}"#)]));
        let provider = Provider::new(move |_| steps.clone()).await;
        let gateway = kit(&provider, &terms, &["identifiers.email"], &Skew::default()).start().await;
        let answer =
            gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await;
        let calls = calls::told(form, &answer).calls;
        assert!(calls.iter().any(|(name, _)| name == "write"), "{form:?}: {}", answer.text());
        let entries = gateway.events().await;
        let call = decided(&entries).into_iter().find(|one| one.parent.is_some()).unwrap();
        assert_eq!(told(call), (Ruling::Permit, vec![Ruling::Deny], true), "{form:?}");
    }
}

/// What is on hold for another clause is sent once approved, and the record keeps what was found.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_collected_whatever_a_monitored_detector_found() {
    let terms = terms(
        "in-force",
        &[
            (SEEN, "context.identifiers.contains(Identifier::\"email\")"),
            (
                "@hold(\"customer/release-authority\")\n@silent(\"every use says\")",
                "context.tools_offered == 0",
            ),
        ],
    );
    let provider = answering().await;
    let kit = kit(&provider, &terms, &["identifiers.email"], &Skew::default()).holding(true).await;
    let gateway: Running = kit.start().await;
    let hold = hold_of(&gateway.chat(PERMITTED, &body("Ask ann@harbour-mail.org.")).await);
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    let answer = collect(&gateway, &hold).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let entries = gateway.events().await;
    let found: Vec<_> = decided(&entries).into_iter().map(told).collect();
    assert_eq!(found, [(Ruling::Hold, vec![Ruling::Deny], true), (Ruling::Permit, vec![Ruling::Deny], true)]);
}

/// It is asked, and its word is recorded. It neither clears nor condemns: what turns on it waits as if there were no judge.
#[tokio::test(flavor = "multi_thread")]
async fn a_monitored_judge_is_asked_and_its_word_decides_nothing() {
    for (word, would) in [("complies", Ruling::Permit), ("violates", Ruling::Deny)] {
        let provider = answering().await;
        let judge = Provider::saying(saying(&format!("{{\"verdict\":\"{word}\"}}"))).await;
        let mut kit = Kit::new(provider.address);
        kit.settings.programs = vec![judged_program("depot", &[("depot", KEY, "")])];
        let guardian = carveout_dialects::Dialect::OpenAi;
        kit.settings.providers.push(kit::provider("judge", guardian, judge.address));
        kit.settings.judge = Some(settings());
        monitored(&mut kit, &["judge"]);
        let gateway = kit.start().await;
        assert_eq!(gateway.chat(PERMITTED, &body(WATCHING)).await.status, 403, "{word}");
        let entries = gateway.events().await;
        let one = decided(&entries)[0];
        assert_eq!(told(one), (Ruling::Hold, vec![would], true), "{word}");
        assert!(!one.facts.gateway.contains(word), "{word}: {}", one.facts.gateway);
        assert!(one.found.as_ref().unwrap().gateway.contains(&format!("judgement={word}")), "{word}");
        assert_eq!(one.judged[0].verdict, word);
        assert_eq!(questions(&entries).0.len(), 1);
        assert!(provider.seen().is_empty(), "{word}");
    }
}

/// With its clause suspended too nobody is held up, and the record says what it would have come to.
#[tokio::test(flavor = "multi_thread")]
async fn a_monitored_judge_is_asked_about_a_suspended_clause_too() {
    for (word, would) in [("complies", Ruling::Permit), ("violates", Ruling::Deny)] {
        let provider = answering().await;
        let judge = Provider::saying(saying(&format!("{{\"verdict\":\"{word}\"}}"))).await;
        let mut kit = Kit::new(provider.address);
        kit.settings.programs = vec![judged_program("depot", &[("depot", KEY, "")])];
        kit.settings.providers.push(kit::provider(
            "judge",
            carveout_dialects::Dialect::OpenAi,
            judge.address,
        ));
        kit.settings.judge = Some(settings());
        monitored(&mut kit, &["judge"]);
        let program = &mut kit.settings.programs[0];
        let clause = ClauseRef { agreement: "judged-limit".to_owned(), clause: "1.1".to_owned() };
        let stack = Arc::new(program.stack.without(&[clause]).unwrap());
        let until = program.monitoring.detectors[0].until;
        program.monitoring.relaxed = vec![RelaxedTerms { until, stack }];
        let gateway = kit.start().await;
        assert_eq!(gateway.chat(PERMITTED, &body(WATCHING)).await.status, 200, "{word}");
        let entries = gateway.events().await;
        assert_eq!(told(decided(&entries)[0]), (Ruling::Permit, vec![would], true), "{word}");
        assert_eq!(decided(&entries)[0].judged[0].verdict, word);
    }
}

/// What can't be monitored, and why.
#[test]
fn some_detectors_must_decide() {
    let force = "context.identifiers.contains(Identifier::\"email\") && [Effect::\"kinetic_lethal\", Effect::\"unknown\"].contains(context.effect)";
    let meter = "context.persons_within_1_day_per_agreement_at_least > 2";
    for (condition, detector, why) in [
        (force, "identifiers.email", "turns on `effect`"),
        (meter, "identifiers.email", "the meter `persons_within_1_day_per_agreement_at_least`"),
        (meter, "tripwire.targeting", ""),
        (force, "tripwire.targeting", ""),
    ] {
        let terms = terms("in-force", &[(SEEN, condition)]);
        let program = program_under("depot", &[("depot", KEY, "")], &[terms]);
        let detector: Detector = detector.parse().unwrap();
        let refused = detector.may_be_monitored(&program.stack).err().map(|error| error.to_string());
        match why {
            "" => assert_eq!(refused, None, "{condition}"),
            why => {
                assert!(refused.as_ref().is_some_and(|told| told.contains(why)), "{condition}: {refused:?}")
            }
        }
    }
}
