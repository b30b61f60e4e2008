//! `Prefer: wait=N` for what an answer brings up, and callers who leave before it has come.

use std::{sync::Arc, time::Duration};

use carveout_ledger::{Outcome, Ruling};
use serde_json::Value as Json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
};

use crate::{
    answers::{SHOWN, hold_in, holding, limit, saying},
    calls::{STRIKE, tools},
    contents::redecide,
    judge::{self, WATCHING},
    kit::{
        self, KEY, Kit, OTHER_KEY, PERMITTED, Running,
        calls::{FORMS, Form, told},
        client::{Answer, request},
        decided,
        officers::{HELD, RELEASE, Seen, collect, sealed},
        program_under,
        provider::{Provider, Step, chunk, last_chunk, stream_head},
        settled,
    },
    meters::terms,
};

fn headers(seconds: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut headers = kit::chat_headers(PERMITTED).to_vec();
    headers.push(("prefer", seconds));
    headers
}

/// Asks, and is willing to wait.
fn asking(gateway: &Arc<Running>, form: Form, wait: &'static str) -> tokio::task::JoinHandle<Answer> {
    let gateway = gateway.clone();
    tokio::spawn(async move { gateway.post(form.path(), &headers(wait), form.request().as_bytes()).await })
}

/// The holds that wait, once there are as many.
async fn listed(gateway: &Running, many: usize) -> Vec<String> {
    loop {
        let listed = RELEASE.get(gateway, "").await.json();
        let holds = listed["holds"].as_array().unwrap();
        if holds.len() >= many {
            return holds.iter().map(|one| one["hold"].as_str().unwrap().to_owned()).collect();
        }
        // Who only looks leaves the machine to what it looks for.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Leaves a gateway that lets two in at once, and waits until it has noticed: somebody who says nothing takes the second
/// place, so a third is let in when the first is over.
async fn gone(gateway: &Running, caller: TcpStream) -> TcpStream {
    let silent = TcpStream::connect(gateway.address).await.unwrap();
    drop(caller);
    assert_eq!(gateway.get("/healthz", &[]).await.status, 200);
    silent
}

async fn refuse(gateway: &Running, hold: &str) {
    let seen = Seen::by(&RELEASE, gateway, hold).await;
    let refused = RELEASE.post(gateway, &format!("/{hold}/refuse"), &RELEASE.refusal(&seen)).await;
    assert_eq!(refused.status, 200, "{refused:?}");
}

async fn ended(gateway: Arc<Running>) -> Vec<carveout_ledger::Entry> {
    Arc::into_inner(gateway).unwrap().events().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_gets_a_held_answer_as_it_came_once_it_is_approved() {
    for form in FORMS {
        let reply = form.reply(SHOWN, &[]);
        let provider = saying(form, &reply).await;
        let gateway = Arc::new(holding(&provider).await.start().await);
        let waiting = asking(&gateway, form, "wait=60");
        let hold = listed(&gateway, 1).await.remove(0);
        assert!(!waiting.is_finished(), "{form:?}");
        assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200, "{form:?}");
        let answer = waiting.await.unwrap();
        assert_eq!((answer.status, answer.whole, answer.text()), (200, true, reply), "{form:?}");
        assert_eq!(answer.header("carveout-ruling"), Some("permit"), "{form:?}");
        assert_eq!(collect(&gateway, &hold).await.status, 403, "{form:?}: it is given once");
        kit::eventually("it is erased", || sealed(gateway.directory.path()) == 0).await;
        let entries = ended(gateway).await;
        let rulings: Vec<Ruling> = decided(&entries).iter().map(|one| one.ruling).collect();
        assert_eq!(rulings, [Ruling::Permit, Ruling::Hold, Ruling::Permit], "{form:?}");
        assert_eq!(settled(&entries)[0].outcome, Outcome::Withheld, "{form:?}");
        assert_eq!(provider.seen().len(), 1, "{form:?}");
        redecide(&entries, &limit());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_told_of_a_refusal_and_of_the_hold_when_its_patience_ends() {
    for form in FORMS {
        let provider = saying(form, &form.reply(SHOWN, &[])).await;
        let gateway = Arc::new(holding(&provider).await.start().await);
        let waiting = asking(&gateway, form, "wait=60");
        let hold = listed(&gateway, 1).await.remove(0);
        refuse(&gateway, &hold).await;
        let answer = waiting.await.unwrap();
        assert!(
            answer.text().contains("has been refused") && !answer.text().contains("harbour"),
            "{answer:?}"
        );
        let answer = asking(&gateway, form, "wait=1").await.unwrap();
        let told = hold_in(form, &answer);
        assert!(listed(&gateway, 1).await.contains(&told), "{form:?}: it waits still");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_it_waits_finds_the_answer_kept() {
    for form in FORMS {
        let reply = form.reply(SHOWN, &[]);
        let provider = saying(form, &reply).await;
        let mut kit = holding(&provider).await;
        kit.settings.limits.connections = 2;
        let gateway = kit.start().await;
        let mut caller = TcpStream::connect(gateway.address).await.unwrap();
        let asked = request(&format!("POST {}", form.path()), &headers("wait=60"), form.request().as_bytes());
        caller.write_all(&asked).await.unwrap();
        let hold = listed(&gateway, 1).await.remove(0);
        let _silent = gone(&gateway, caller).await;
        // It doesn't know the id, and has a key.
        let own = gateway.get("/carveout/v1/holds", &[("authorization", &kit::bearer())]).await.json();
        assert_eq!((&own["holds"][0]["hold"], &own["holds"][0]["of"]), (&hold.into(), &"answer".into()));
        let hold = own["holds"][0]["hold"].as_str().unwrap();
        assert_eq!(RELEASE.approves(&gateway, hold).await.status, 200, "{form:?}");
        let given = collect(&gateway, hold).await;
        assert_eq!((given.status, given.text()), (200, reply), "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_told_to_stop_waits_for_no_officer() {
    for form in FORMS {
        for (reply, tools) in [(form.reply(SHOWN, &[]), vec![]), (form.reply("I look.", &[STRIKE]), tools())]
        {
            let provider = saying(form, &reply).await;
            let mut kit = if tools.is_empty() {
                holding(&provider).await
            } else {
                Kit::new(provider.address).holding(false).await
            };
            kit.settings.tools = tools;
            let mut gateway = kit.start().await;
            let asked =
                request(&format!("POST {}", form.path()), &headers("wait=240"), form.request().as_bytes());
            let address = gateway.address;
            let waiting = tokio::spawn(async move { kit::client::send(address, &asked).await });
            let hold = listed(&gateway, 1).await.remove(0);
            gateway.stopped().await.unwrap();
            let answer = waiting.await.unwrap();
            assert!(answer.text().contains(&hold), "{form:?}: {answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_gets_a_held_call_in_its_place() {
    for form in FORMS {
        let two = [STRIKE, ("strike", r#"{"grid":"b"}"#)];
        let reply = form.reply("I look.", &two);
        let provider = saying(form, &reply).await;
        let mut kit = Kit::new(provider.address).holding(true).await;
        kit.settings.tools = tools();
        let gateway = Arc::new(kit.start().await);
        let waiting = asking(&gateway, form, "wait=60");
        let holds = listed(&gateway, 2).await;
        for hold in &holds {
            assert!(!waiting.is_finished(), "{form:?}");
            assert_eq!(RELEASE.approves(&gateway, hold).await.status, 200, "{form:?}");
        }
        let answer = waiting.await.unwrap();
        assert_eq!((answer.status, answer.text()), (200, reply), "{form:?}: as it came");
        assert_eq!(collect(&gateway, &holds[0]).await.status, 403, "{form:?}: it is made once");

        let waiting = asking(&gateway, form, "wait=60");
        let holds = listed(&gateway, 2).await;
        refuse(&gateway, &holds[0]).await;
        assert_eq!(RELEASE.approves(&gateway, &holds[1]).await.status, 200, "{form:?}");
        let one = told(form, &waiting.await.unwrap());
        assert!(one.calls.len() == 1 && one.refusals.contains("has been refused"), "{form:?}: {one:?}");

        let none = told(form, &asking(&gateway, form, "wait=1").await.unwrap());
        assert!(none.calls.is_empty() && none.refusals.contains("on hold as hold-"), "{form:?}: {none:?}");
        let entries = ended(gateway).await;
        let calls: Vec<_> = settled(&entries)
            .iter()
            .map(|one| one.calls.map(|calls| (calls.released, calls.held)).unwrap_or_default())
            .collect();
        assert_eq!(calls, [(2, 0), (1, 1), (0, 2)], "{form:?}");
        assert!(settled(&entries).iter().all(|one| one.outcome == Outcome::Completed), "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_is_for_the_request_and_its_answer_together() {
    let form = Form::OpenAi;
    let hold = "@hold(\"customer/release-authority\")";
    let silent = format!("{hold}\n@silent(\"what is not purchased is not meant\")");
    let bought = (&*silent, "context.source == Source::\"commercially_purchased\"");
    let limit = terms("shown", &[bought, (hold, "context.persons_at_least > 2")]);
    let reply = form.reply(SHOWN, &[]);
    let provider = saying(form, &reply).await;
    let mut kit = holding(&provider).await;
    kit.settings.programs = vec![program_under("depot", &[("depot", KEY, "")], std::slice::from_ref(&limit))];
    let gateway = Arc::new(kit.start().await);
    let waiting = {
        let gateway = gateway.clone();
        tokio::spawn(async move {
            let mut headers = kit::chat_headers(HELD).to_vec();
            headers.push(("prefer", "wait=240"));
            gateway.post(form.path(), &headers, form.request().as_bytes()).await
        })
    };
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let fresh = listed(&gateway, 1).await.into_iter().find(|hold| !seen.contains(hold));
        if let Some(hold) = fresh {
            assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200);
            seen.push(hold);
        }
    }
    let answer = waiting.await.unwrap();
    assert_eq!((answer.status, answer.text()), (200, reply));
    let entries = ended(gateway).await;
    let rulings: Vec<Ruling> = decided(&entries).iter().map(|one| one.ruling).collect();
    assert_eq!(rulings, [Ruling::Hold, Ruling::Permit, Ruling::Hold, Ruling::Permit]);
    redecide(&entries, &limit);
}

/// A stream that shows three persons, then wants a tool called, and goes on when it is told to.
async fn in_two_parts(form: Form, on: Arc<Notify>) -> (Provider, String) {
    let reply = form.reply(SHOWN, &[STRIKE]);
    // All but the stream's last event.
    let cut = reply.trim_end().rfind("\n\n").unwrap() + 2;
    let (first, last) = (reply[..cut].to_owned(), reply[cut..].to_owned());
    let provider = Provider::new(move |_| {
        let parts = [Step::Send(stream_head()), Step::Send(chunk(&first)), Step::Wait(on.clone())];
        parts.into_iter().chain([Step::Send(chunk(&last)), Step::Send(last_chunk())]).collect()
    })
    .await;
    (provider, reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_on_hold_is_kept_also_if_its_caller_leaves_before_it_is_whole() {
    for form in [Form::OpenAiStream, Form::AnthropicStream] {
        let on = Arc::new(Notify::new());
        let (provider, _) = in_two_parts(form, on.clone()).await;
        let mut kit = holding(&provider).await;
        kit.settings.limits.connections = 2;
        let gateway = kit.start().await;
        let mut caller = TcpStream::connect(gateway.address).await.unwrap();
        let headers = kit::chat_headers(PERMITTED);
        let asked = request(&format!("POST {}", form.path()), &headers, form.request().as_bytes());
        caller.write_all(&asked).await.unwrap();
        let mut head = vec![0; 4_096];
        let read = caller.read(&mut head).await.unwrap();
        let head = String::from_utf8_lossy(&head[..read]).to_lowercase();
        let index = head.split("index=").nth(1).unwrap().split(',').next().unwrap().to_owned();
        // Its call shows as much as the answer does: once that is on hold, so is the answer.
        let call = listed(&gateway, 1).await.remove(0);
        let _silent = gone(&gateway, caller).await;
        assert_eq!(provider.hung_up(), 0, "{form:?}: the provider goes on");
        on.notify_one();
        let holds = listed(&gateway, 2).await;
        let hold = holds.iter().find(|hold| **hold != call).unwrap();
        let path = format!("/carveout/v1/receipts/{index}/holds");
        let found = gateway.get(&path, &[("authorization", &kit::bearer())]).await.json();
        let ids: Vec<&Json> = found["holds"].as_array().unwrap().iter().map(|one| &one["hold"]).collect();
        assert_eq!(ids, [call.as_str(), hold.as_str()], "{form:?}");
        assert_eq!(RELEASE.approves(&gateway, hold).await.status, 200, "{form:?}");
        let given = told(form, &collect(&gateway, hold).await);
        assert_eq!(given.text, SHOWN, "{form:?}");
        let entries = gateway.events().await;
        let settled = settled(&entries)[0];
        assert_eq!(settled.outcome, Outcome::Withheld, "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_kept_also_if_its_caller_leaves_while_a_judge_is_asked() {
    for form in FORMS {
        let reply = form.reply(WATCHING, &[]);
        let model = saying(form, &reply).await;
        let on = Arc::new(Notify::new());
        let gate = on.clone();
        let judge =
            Provider::new(move |_| vec![Step::Wait(gate.clone()), Step::Send(judge::saying("It complies."))])
                .await;
        let mut kit = judge::kit(&model, &judge, judge::settings()).holding(false).await;
        kit.settings.limits.connections = 2;
        let gateway = kit.start().await;
        let mut caller = TcpStream::connect(gateway.address).await.unwrap();
        let headers = kit::chat_headers(PERMITTED);
        let asked = request(&format!("POST {}", form.path()), &headers, form.request().as_bytes());
        caller.write_all(&asked).await.unwrap();
        kit::eventually("the judge is asked", || judge.seen().len() == 1).await;
        let _silent = gone(&gateway, caller).await;
        on.notify_one();
        let hold = listed(&gateway, 1).await.remove(0);
        assert_eq!(RELEASE.approves(&gateway, &hold).await.status, 200, "{form:?}");
        assert_eq!(collect(&gateway, &hold).await.text(), reply, "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_takes_holds_up_no_end() {
    let form = Form::OpenAiStream;
    let (provider, _) = in_two_parts(form, Arc::new(Notify::new())).await;
    let gateway = holding(&provider).await.start().await;
    let mut caller = TcpStream::connect(gateway.address).await.unwrap();
    let headers = kit::chat_headers(PERMITTED);
    let asked = request(&format!("POST {}", form.path()), &headers, form.request().as_bytes());
    caller.write_all(&asked).await.unwrap();
    listed(&gateway, 1).await;
    drop(caller);
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::CallerLeft, "the provider never ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_are_listed_for_the_key_that_asked_and_no_other() {
    let form = Form::OpenAi;
    let provider = saying(form, &form.reply(SHOWN, &[])).await;
    let mut kit = holding(&provider).await;
    const SECOND: &str = "cvo_second_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE";
    kit.settings.programs = vec![
        program_under("depot", &[("depot", KEY, ""), ("second", SECOND, "")], &[limit()]),
        program_under("other", &[("other", OTHER_KEY, "")], &[limit()]),
    ];
    let gateway = kit.start().await;
    let answer = gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await;
    let hold = hold_in(form, &answer);
    let index = answer.receipt_index();
    for (key, may) in [(KEY, 1), (SECOND, 0), (OTHER_KEY, 0)] {
        let bearer = format!("Bearer {key}");
        let all = gateway.get("/carveout/v1/holds", &[("authorization", &bearer)]).await;
        assert_eq!(all.json()["holds"].as_array().unwrap().len(), may, "{key}");
        let path = format!("/carveout/v1/receipts/{index}/holds");
        let own = gateway.get(&path, &[("authorization", &bearer)]).await;
        let found = if own.status == 404 { 0 } else { own.json()["holds"].as_array().unwrap().len() };
        assert_eq!(found, may, "{key}: {own:?}");
    }
    for path in [
        "/carveout/v1/receipts/99999/holds",
        "/carveout/v1/receipts/x/holds",
        "/carveout/v1/receipts/01/holds",
    ] {
        assert_eq!(gateway.get(path, &[("authorization", &kit::bearer())]).await.status, 404, "{path}");
    }
    refuse(&gateway, &hold).await;
    let after = gateway.get("/carveout/v1/holds", &[("authorization", &kit::bearer())]).await.json();
    assert!(after["holds"].as_array().unwrap().is_empty(), "what has ended is not listed");
    assert_eq!(gateway.get("/carveout/v1/holds", &[]).await.status, 401);
}
