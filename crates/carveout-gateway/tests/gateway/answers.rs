//! An answer that a clause rules to be held: kept sealed, shown to those who may lift it, and given away as it was kept.

use std::sync::Arc;

use carveout_ledger::{Decided, Entry, Outcome, Ruling};
use carveout_terms::Agreement;
use serde_json::{Value as Json, json};

use crate::{
    contents::redecide,
    judge::{self, WATCHING},
    kit::{
        self, KEY, Kit, PERMITTED, Running,
        calls::{FORMS, Form, Told, told},
        client::Answer,
        decided,
        officers::{DUTY, HELD, RELEASE, REQUESTER, Seen, Skew, collect, sealed},
        program_under,
        provider::{Provider, Step, chunk, stream_head},
        settled,
    },
    meters::terms,
};

pub(crate) const SHOWN: &str = "The pallets are counted every Monday by three persons: ann@harbour-mail.org, \
                     ben@harbour-mail.org and cleo@harbour-mail.org. Ask any of them before noon.";
const STOCK: (&str, &str) = ("stock", r#"{"depot":"north"}"#);

/// Three persons are for the release authority to see first, and five for nobody.
pub(crate) fn limit() -> Arc<Agreement> {
    let hold = "@hold(\"customer/release-authority\")";
    terms("shown", &[(hold, "context.persons_at_least > 2"), ("", "context.persons_at_least > 4")])
}

pub(crate) async fn holding(provider: &Provider) -> Kit {
    let mut kit = Kit::new(provider.address).holding(false).await;
    kit.settings.programs = vec![program_under("depot", &[("depot", KEY, "")], &[limit()])];
    kit
}

pub(crate) async fn saying(form: Form, reply: &str) -> Provider {
    let steps = form.steps(reply);
    Provider::new(move |_| steps.clone()).await
}

async fn ask(gateway: &Running, form: Form) -> Answer {
    gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await
}

/// The hold that a caller is told of, in the head's place or at a stream's end, after the beginning of what is said.
pub(crate) fn hold_in(form: Form, answer: &Answer) -> String {
    let (text, error) = if form.is_stream() {
        assert_eq!((answer.status, answer.whole), (200, false), "{form:?}: {answer:?}");
        let told = told(form, answer);
        (told.text, told.error.unwrap())
    } else {
        assert_eq!((answer.status, answer.header("carveout-ruling")), (403, Some("hold")), "{answer:?}");
        (String::new(), answer.json()["error"]["message"].as_str().unwrap().to_owned())
    };
    assert!(SHOWN.starts_with(&text) && !text.contains("harbour"), "{form:?}: {text}");
    let at = error.find("hold-").unwrap_or_else(|| panic!("{form:?} names no hold: {error}"));
    error[at..at + 37].to_owned()
}

fn rulings(entries: &[Entry]) -> Vec<(Ruling, bool)> {
    decided(entries).iter().map(|one| (one.ruling, one.parent.is_some())).collect()
}

fn count(entries: &[Entry], kind: &str) -> usize {
    kit::kinds(entries).into_iter().filter(|one| *one == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_answer_is_given_as_it_was_kept_once_it_is_approved_and_never_again() {
    for form in FORMS {
        let reply = form.reply(SHOWN, &[]);
        let provider = saying(form, &reply).await;
        let gateway = holding(&provider).await.start().await;
        let hold = hold_in(form, &ask(&gateway, form).await);
        assert_eq!(sealed(gateway.directory.path()), 1, "{form:?}: it is kept");
        assert_eq!(collect(&gateway, &hold).await.status, 403, "{form:?}: nobody has approved it");
        let stranger = DUTY.get(&gateway, &format!("/{hold}")).await;
        assert_eq!(stranger.status, 404, "{form:?}: it is shown to those who may lift it");
        let seen = Seen::by(&RELEASE, &gateway, &hold).await;
        assert_eq!(seen.document["body"].as_str(), Some(&*reply), "{form:?}: the officer sees the answer");
        let emails = &seen.document["evidence"]["identifiers"]["email"];
        assert_eq!(
            (&emails["found"], &emails["distinct"]),
            (&3.into(), &3.into()),
            "{form:?}: and what it shows"
        );
        assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200, "{form:?}");
        let answer = collect(&gateway, &hold).await;
        assert_eq!((answer.status, answer.header("carveout-ruling")), (200, Some("permit")), "{answer:?}");
        let kind = if form.is_stream() { "text/event-stream" } else { "application/json" };
        assert_eq!(answer.header("content-type"), Some(kind), "{form:?}");
        assert_eq!(answer.text(), reply, "{form:?}: byte for byte");
        assert_eq!(collect(&gateway, &hold).await.status, 403, "{form:?}: an approval is used once");
        kit::eventually("it is erased", || sealed(gateway.directory.path()) == 0).await;
        let entries = gateway.events().await;
        let expected = [(Ruling::Permit, false), (Ruling::Hold, true), (Ruling::Permit, true)];
        assert_eq!(rulings(&entries), expected, "{form:?}");
        assert_eq!((count(&entries, "attempted"), count(&entries, "erased")), (1, 1), "{form:?}");
        assert_eq!(settled(&entries)[0].outcome, Outcome::Withheld, "{form:?}");
        assert_eq!(provider.seen().len(), 1, "{form:?}: nothing is asked again");
        redecide(&entries, &limit());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_answer_that_has_a_calls_members_is_given_as_the_answer() {
    for form in FORMS.into_iter().filter(|form| !form.is_stream()) {
        for (input, value) in [("arguments", json!({"depot": "north"})), ("input", json!("north"))] {
            let mut reply: Json = serde_json::from_str(&form.reply(SHOWN, &[])).unwrap();
            reply["name"] = json!("stock");
            reply[input] = value;
            let reply = reply.to_string();
            let provider = saying(form, &reply).await;
            let gateway = holding(&provider).await.start().await;
            let hold = hold_in(form, &ask(&gateway, form).await);
            let seen = Seen::by(&RELEASE, &gateway, &hold).await;
            assert_eq!(
                seen.document["body"].as_str(),
                Some(&*reply),
                "{form:?} {input}: as the officer saw it"
            );
            assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200, "{form:?} {input}");
            let answer = collect(&gateway, &hold).await;
            assert_eq!((answer.status, answer.text()), (200, reply), "{form:?} {input}: byte for byte");
            assert!(told(form, &answer).calls.is_empty(), "{form:?} {input}: it calls nothing");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_refused_expired_or_denied_is_not_given_and_not_kept() {
    for form in FORMS {
        for how in ["refused", "expired"] {
            let provider = saying(form, &form.reply(SHOWN, &[])).await;
            let skew = Skew::default();
            let mut kit = holding(&provider).await;
            kit.settings.clock = skew.clock();
            let gateway = kit.start().await;
            let hold = hold_in(form, &ask(&gateway, form).await);
            if how == "refused" {
                let seen = Seen::by(&RELEASE, &gateway, &hold).await;
                let refusal = RELEASE.refusal(&seen);
                assert_eq!(RELEASE.post(&gateway, &format!("/{hold}/refuse"), &refusal).await.status, 200);
            } else {
                skew.set(2 * 3_600_000);
            }
            kit::eventually("it is erased", || sealed(gateway.directory.path()) == 0).await;
            let answer = collect(&gateway, &hold).await;
            assert_eq!(answer.status, 403, "{form:?}");
            assert!(answer.text().contains(how), "{form:?}: {}", answer.text());
            let entries = gateway.events().await;
            assert_eq!((count(&entries, how), count(&entries, "erased")), (1, 1), "{form:?} {how}");
        }
        let many = format!("{SHOWN} Or dora@harbour-mail.org and emil@harbour-mail.org.");
        let provider = saying(form, &form.reply(&many, &[])).await;
        let gateway = holding(&provider).await.start().await;
        let answer = ask(&gateway, form).await;
        assert!(!answer.text().contains("hold-"), "{form:?}: {answer:?}");
        assert_eq!(sealed(gateway.directory.path()), 0, "{form:?}: what is denied is not kept");
        assert_eq!(
            rulings(&gateway.events().await),
            [(Ruling::Permit, false), (Ruling::Deny, true)],
            "{form:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_before_a_restart_is_given_after_it() {
    let form = Form::OpenAiStream;
    let reply = form.reply(SHOWN, &[]);
    let provider = saying(form, &reply).await;
    let mut gateway = holding(&provider).await.start().await;
    let hold = hold_in(form, &ask(&gateway, form).await);
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    gateway.stopped().await.unwrap();
    let mut kit = Kit::after(provider.address, &gateway).await;
    kit.settings.programs = vec![program_under("depot", &[("depot", KEY, "")], &[limit()])];
    let gateway = kit.start().await;
    let answer = collect(&gateway, &hold).await;
    assert_eq!((answer.status, answer.text()), (200, reply), "as it was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_a_held_answer_has_a_decision_of_its_own() {
    for form in FORMS {
        let reply = form.reply(SHOWN, &[STOCK]);
        let provider = saying(form, &reply).await;
        let gateway = holding(&provider).await.start().await;
        let hold = hold_in(form, &ask(&gateway, form).await);
        assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200, "{form:?}");
        let answer = collect(&gateway, &hold).await;
        assert_eq!(answer.status, 200, "{form:?}: {answer:?}");
        let Told { text, calls, refusals, .. } = told(form, &answer);
        assert_eq!((text.as_str(), calls.len()), (SHOWN, 0), "{form:?}: {answer:?}");
        // The call shows as much as the answer does, so it is on hold by itself and no part of what was kept.
        assert!(refusals.contains("hold-") && !refusals.contains(&hold), "{form:?}: {refusals}");
        let entries = gateway.events().await;
        let of_calls = |one: &&Decided| one.facts.gateway.contains("act=call_tool.");
        assert_eq!(decided(&entries).into_iter().filter(of_calls).count(), 1, "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_held_answer_shows_counts_when_it_is_given() {
    let hold = "@hold(\"customer/release-authority\")";
    let counted = "context.persons_within_1_day_per_agreement_at_least > 3";
    let limit = terms("shown", &[(hold, "context.persons_at_least > 2"), ("", counted)]);
    let form = Form::OpenAi;
    let provider = saying(form, &form.reply(SHOWN, &[])).await;
    let mut kit = holding(&provider).await;
    kit.settings.programs = vec![program_under("depot", &[("depot", KEY, "")], std::slice::from_ref(&limit))];
    let gateway = kit.start().await;
    let one_more = form.request().replace("How many pallets?", "Write to zoe@harbour-mail.org.");
    let hold = hold_in(form, &ask(&gateway, form).await);
    assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
    assert_eq!(collect(&gateway, &hold).await.status, 200);
    let denied = gateway.post(form.path(), &kit::chat_headers(PERMITTED), one_more.as_bytes()).await;
    assert_eq!(denied.status, 403, "three were shown, and one more is asked about");
    let entries = gateway.events().await;
    let last = decided(&entries).into_iter().next_back().unwrap();
    assert_eq!((last.ruling, last.parent), (Ruling::Deny, None), "the request itself is denied");
    redecide(&entries, &limit);
}

/// What was bought is held before it is sent, and three persons before they are shown.
fn limit_on_both() -> Arc<Agreement> {
    let hold = "@hold(\"customer/release-authority\")";
    let silent = "@silent(\"what is not purchased is not meant\")";
    let bought = format!("{hold}\n{silent}");
    terms(
        "shown",
        &[
            (&bought, "context.source == Source::\"commercially_purchased\""),
            (hold, "context.persons_at_least > 2"),
            ("", "context.persons_at_least > 4"),
        ],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn who_approved_a_request_has_not_approved_what_only_its_answer_shows() {
    let many = format!("{SHOWN} Or dora@harbour-mail.org and emil@harbour-mail.org.");
    for form in FORMS {
        for (said, expected) in [(SHOWN, "held"), ("Twelve pallets.", "given"), (&*many, "denied")] {
            let name = format!("{form:?}: {expected}");
            let reply = form.reply(said, &[]);
            let provider = saying(form, &reply).await;
            let mut kit = Kit::new(provider.address).holding(true).await;
            kit.settings.programs = vec![program_under("depot", &[("depot", KEY, "")], &[limit_on_both()])];
            let gateway = kit.start().await;
            let asked = gateway.post(form.path(), &kit::chat_headers(HELD), form.request().as_bytes()).await;
            let first = asked.json()["error"]["message"].as_str().unwrap().to_owned();
            let first = first[first.find("hold-").unwrap()..][..37].to_owned();
            let request = Seen::by(&RELEASE, &gateway, &first).await;
            assert_eq!(RELEASE.approves(&gateway, &first).await.status, 200, "{name}");
            let answer = collect(&gateway, &first).await;
            let mut expected_rulings = vec![(Ruling::Hold, false), (Ruling::Permit, false)];
            match expected {
                "given" => assert_eq!((answer.status, answer.text()), (200, reply), "{name}"),
                "denied" => {
                    assert!(answer.text().contains("denied") && !answer.text().contains("hold-"), "{name}");
                    expected_rulings.push((Ruling::Deny, true));
                }
                _ => {
                    let second = hold_in(form, &answer);
                    assert_ne!(first, second, "{name}: a hold of its own");
                    assert_eq!(collect(&gateway, &second).await.status, 403, "{name}: it was not approved");
                    // The old approval is of another digest, and who asks doesn't answer.
                    let seen = Seen::by(&RELEASE, &gateway, &second).await;
                    let path = format!("/{second}/approve");
                    let forged = Seen { leaf: request.leaf, ..seen.clone() };
                    let forged = RELEASE.post(&gateway, &path, &RELEASE.approval(&forged)).await;
                    assert_eq!(forged.status, 403, "{name}: {forged:?}");
                    let himself = REQUESTER.post(&gateway, &path, &REQUESTER.approval(&seen)).await;
                    assert_eq!(himself.status, 403, "{name}: {himself:?}");
                    assert_eq!(RELEASE.approves(&gateway, &second).await.status, 200, "{name}");
                    let given = collect(&gateway, &second).await;
                    assert_eq!((given.status, given.text()), (200, reply), "{name}: byte for byte");
                    assert_eq!(collect(&gateway, &second).await.status, 403, "{name}: once");
                    expected_rulings.extend([(Ruling::Hold, true), (Ruling::Permit, true)]);
                }
            }
            let entries = gateway.events().await;
            assert_eq!(rulings(&entries), expected_rulings, "{name}");
            let held = decided(&entries).into_iter().find(|one| one.parent.is_some());
            if let Some(held) = held.filter(|one| one.ruling == Ruling::Hold) {
                assert!(held.facts.approvals.is_empty(), "{name}: it rests on nobody's approval");
            }
            redecide(&entries, &limit_on_both());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_could_lift_or_that_breaks_off_is_not_kept() {
    let form = Form::OpenAiStream;
    let reply = form.reply(SHOWN, &[]);
    let provider = saying(form, &reply).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.programs = vec![program_under("depot", &[("depot", KEY, "")], &[limit()])];
    let gateway = kit.start().await;
    let told = told(form, &ask(&gateway, form).await).error.unwrap();
    assert!(told.contains("withheld") && !told.contains("hold-"), "without officers: {told}");
    let cut = reply.rsplit_once("data: [DONE]").unwrap().0.to_owned();
    let provider =
        Provider::new(move |_| vec![Step::Send(stream_head()), Step::Send(chunk(&cut)), Step::Close]).await;
    let gateway = holding(&provider).await.start().await;
    let answer = ask(&gateway, form).await;
    assert!(!answer.whole && !answer.text().contains("hold-"), "cut: {answer:?}");
    assert_eq!(sealed(gateway.directory.path()), 0);
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::ProviderCut);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_no_judge_clears_waits_for_officers() {
    for form in FORMS {
        let reply = form.reply(WATCHING, &[]);
        let model = saying(form, &reply).await;
        let judge = Provider::new(move |_| vec![Step::Send(judge::saying("It complies."))]).await;
        let gateway = judge::kit(&model, &judge, judge::settings()).holding(false).await.start().await;
        let answer = ask(&gateway, form).await;
        let text = answer.text();
        let at = text.find("hold-").unwrap_or_else(|| panic!("{form:?} names no hold: {text}"));
        let hold = &text[at..at + 37];
        assert!(!text.contains("Reconstruct"), "{form:?}: {text}");
        let seen = Seen::by(&RELEASE, &gateway, hold).await;
        assert_eq!(seen.document["judged"][0]["verdict"], "none", "{form:?}: what the judge said");
        let wire = &seen.document["evidence"]["texts"][0]["tripwire"][0];
        assert_eq!(wire["family"], "mass_surveillance", "{form:?}: why it was asked: {:#}", seen.document);
        assert_eq!(RELEASE.approves(&gateway, hold).await.status, 200, "{form:?}");
        let answer = collect(&gateway, hold).await;
        assert_eq!((answer.status, answer.text()), (200, reply), "{form:?}");
    }
}
