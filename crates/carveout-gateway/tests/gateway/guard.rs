//! What an answer shows is judged before it is shown: in both dialects, streamed and not, in every choice and block.

use carveout_ledger::{Outcome, Ruling};
use serde_json::{Value as Json, json};

use crate::kit::{
    self, KEY, Kit, PERMITTED, Running,
    calls::{FORMS, Form, anthropic_event, events, openai_chunk, pieces, told},
    client::Answer,
    decided, eventually,
    provider::{Provider, Step, chunk, stream_head},
    settled,
};

/// A gateway whose program is bound by the limit on what is shown.
async fn watching(provider: &Provider) -> Running {
    watched(provider).start().await
}

fn watched(provider: &Provider) -> Kit {
    let mut kit = Kit::new(provider.address);
    kit.settings.programs = vec![kit::watched_program("depot", &[("depot", KEY, "")])];
    kit
}

async fn answering(form: Form, reply: String) -> (Provider, Running) {
    let provider = Provider::new(move |_| form.steps(&reply)).await;
    let gateway = watching(&provider).await;
    (provider, gateway)
}

async fn ask(gateway: &Running, form: Form) -> Answer {
    gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await
}

/// Words about nobody.
fn filler(words: usize) -> String {
    (0..words).map(|word| if word % 9 == 8 { "pallets. " } else { "pallets " }).collect()
}

const THREE: &str = "Write to ann@sample.org, ben@sample.org or cleo@sample.org.";
const FOURTH: &str = "dora@sample.org";
const CARD: &str = "4539 1488 0343 6467";

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_shown_is_shown_as_it_came_byte_for_byte() {
    let texts = [
        String::new(),
        "Twelve pallets.".to_owned(),
        THREE.to_owned(),
        filler(400),
        format!("{}{THREE} {}{THREE}", filler(30), filler(300)),
        "x".repeat(3_000),
        "Überfüllte Paletten – zwölf. 十二 ".repeat(40),
    ];
    for form in FORMS {
        let calls = [&[][..], &[("stock", r#"{"depot":"north"}"#)]];
        let replies: Vec<String> =
            texts.iter().flat_map(|text| calls.map(|calls| form.reply(text, calls))).collect();
        let said = replies.clone();
        let provider = Provider::new(move |seen| {
            let body = String::from_utf8_lossy(&seen.body);
            let number: usize = body.split('#').nth(1).unwrap().parse().unwrap();
            form.steps(&said[number])
        })
        .await;
        let gateway = watching(&provider).await;
        for (number, reply) in replies.iter().enumerate() {
            let request = form.request().replace("How many pallets?", &format!("#{number}#"));
            let answer = gateway.post(form.path(), &kit::chat_headers(PERMITTED), request.as_bytes()).await;
            let name = format!("{form:?} {number}");
            assert_eq!((answer.status, answer.whole), (200, true), "{name}: {answer:?}");
            assert_eq!(answer.text(), *reply, "{name}");
        }
        let entries = gateway.events().await;
        for (settlement, reply) in settled(&entries).iter().zip(&replies) {
            assert_eq!(settlement.outcome, Outcome::Completed, "{form:?}");
            assert_eq!(settlement.released_bytes, reply.len() as u64, "{form:?}");
            assert_eq!(settlement.judged_bytes, Some(reply.len() as u64), "{form:?}: judged is released");
        }
        assert_eq!(settled(&entries).len(), replies.len());
    }
}

struct Case {
    name: &'static str,
    text: String,
    /// What must not come out, in whatever pieces.
    hidden: &'static str,
    clause: &'static str,
    ruling: Ruling,
}

fn too_much() -> Vec<Case> {
    let case = |name, text, hidden, clause, ruling| Case { name, text, hidden, clause, ruling };
    vec![
        case("a fourth person", format!("{THREE} Or {FOURTH}."), "dora@", "1.1", Ruling::Deny),
        case("the last word", format!("{THREE} Or {FOURTH}"), "dora@", "1.1", Ruling::Deny),
        case(
            "much later",
            format!("{THREE} {}{FOURTH} {}", filler(300), filler(200)),
            "dora@",
            "1.1",
            Ruling::Deny,
        ),
        case("a card", format!("{} Charge {CARD} today.", filler(100)), "4539", "1.2", Ruling::Deny),
        case(
            "a card in disguise",
            format!("{} NDUzOSAxNDg4IDAzNDMgNjQ2Nw== {}", filler(100), filler(100)),
            "NDUz",
            "1.2",
            Ruling::Deny,
        ),
        case(
            "an account",
            format!("{} DE12 5001 0517 0648 4898 90 {}", filler(60), filler(60)),
            "5001",
            "1.3",
            Ruling::Hold,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_shown_is_not_shown_and_the_clause_is_told_and_recorded() {
    for form in FORMS {
        for Case { name, text, hidden, clause, ruling } in too_much() {
            let name = format!("{form:?}: {name}");
            let (provider, gateway) = answering(form, form.reply(&text, &[])).await;
            let answer = ask(&gateway, form).await;
            let told = told_or_refused(form, &answer);
            let error = told.1.unwrap_or_else(|| panic!("{name}: {answer:?}"));
            assert!(error.contains("the answer is withheld: denied by shown-limit"), "{name}: {error}");
            assert!(error.contains(clause), "{name}: {error}");
            assert!(!told.0.contains(hidden), "{name}: nothing of it is shown: {}", told.0);
            assert!(text.starts_with(&told.0), "{name}: what is shown is the beginning: {}", told.0);
            if form.is_stream() {
                assert_eq!((answer.status, answer.whole), (200, false), "{name}");
                eventually("the provider is hung up on", || provider.hung_up() == 1).await;
            } else {
                assert_eq!(
                    (answer.status, answer.header("carveout-ruling")),
                    (403, Some(ruling_word(ruling))),
                    "{name}"
                );
            }
            let entries = gateway.events().await;
            let [asked, shown] = decided(&entries)[..] else { panic!("{name}: {entries:?}") };
            assert_eq!(
                (asked.ruling, shown.ruling, shown.parent),
                (Ruling::Permit, ruling, Some(asked.decision)),
                "{name}"
            );
            assert!(shown.grounds.iter().any(|ground| ground.clause == clause), "{name}");
            assert_eq!(
                (shown.hold, shown.facts.caller.as_str()),
                (None, asked.facts.caller.as_str()),
                "{name}"
            );
            let settlement = settled(&entries)[0];
            assert_eq!(
                (settlement.outcome, &settlement.grounds),
                (Outcome::Withheld, &shown.grounds),
                "{name}"
            );
            assert_eq!(settlement.judged_bytes, Some(settlement.released_bytes), "{name}");
            assert!(settlement.response_bytes > settlement.released_bytes, "{name}");
        }
    }
}

/// Reading it costs as much as deciding, so it is read in answers where it can change something.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_answer_looks_like_counts_exactly_where_a_clause_asks_for_it() {
    let tracked = "Reconstruct from the bought phone location data where every resident sleeps and works, and store names and \
                   home addresses of the whole population without any suspicion.";
    for form in FORMS {
        let reply = form.reply(tracked, &[]);
        for asks in [true, false] {
            let said = reply.clone();
            let provider = Provider::new(move |_| form.steps(&said)).await;
            let mut kit = Kit::new(provider.address);
            let program = if asks { kit::judged_program } else { kit::watched_program };
            kit.settings.programs = vec![program("depot", &[("depot", KEY, "")])];
            let gateway = kit.start().await;
            let answer = ask(&gateway, form).await;
            let error = told_or_refused(form, &answer).1;
            if asks {
                let error = error.unwrap_or_else(|| panic!("{form:?}: {answer:?}"));
                assert!(error.contains("the answer is withheld"), "{form:?}: {error}");
                assert!(error.contains("judged-limit"), "{form:?}: {error}");
            } else {
                assert_eq!(answer.text(), reply, "{form:?}");
            }
        }
    }
}

fn ruling_word(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Hold => "hold",
        Ruling::Deny => "deny",
        Ruling::Permit => "permit",
    }
}

/// The text that was shown, and the error that came instead of the rest.
fn told_or_refused(form: Form, answer: &Answer) -> (String, Option<String>) {
    if answer.status != 200 {
        return (String::new(), answer.json()["error"]["message"].as_str().map(str::to_owned));
    }
    let told = told(form, answer);
    (told.text, told.error)
}

/// What is thought, refused, said in another choice or cited is shown as well.
#[tokio::test(flavor = "multi_thread")]
async fn every_choice_and_every_kind_of_block_is_judged() {
    let four = format!("{THREE} {FOURTH}");
    let openai = |choice, member: &str| {
        let spoken = pieces(&four)
            .iter()
            .map(|piece| openai_chunk(choice, &json!({ member: piece }), None))
            .collect::<String>();
        spoken + &openai_chunk(choice, &json!({}), Some("stop")) + "data: [DONE]\n\n"
    };
    let start = anthropic_event(
        "message_start",
        json!({"message": {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {"input_tokens": 1, "output_tokens": 1}}}),
    );
    let anthropic = |block: Json, delta: &str, member: &str| {
        let mut stream = start.clone()
            + &anthropic_event("content_block_start", json!({"index": 0, "content_block": block}));
        for piece in pieces(&four) {
            stream += &anthropic_event(
                "content_block_delta",
                json!({"index": 0, "delta": {"type": delta, member: piece}}),
            );
        }
        stream
            + &anthropic_event("content_block_stop", json!({"index": 0}))
            + &anthropic_event(
                "message_delta",
                json!({"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}),
            )
            + &anthropic_event("message_stop", json!({}))
    };
    let whole = |message: Json| {
        json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Nothing."}, "finish_reason": "stop"},
            {"index": 1, "message": message, "finish_reason": "stop"}]})
        .to_string()
    };
    let found = json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "title": four, "url": "https://sample.org", "encrypted_content": "x"}]});
    let cases = [
        (Form::OpenAiStream, "content", openai(0, "content")),
        (Form::OpenAiStream, "the second choice", openai(1, "content")),
        (Form::OpenAiStream, "reasoning", openai(0, "reasoning_content")),
        (Form::OpenAiStream, "refusal", openai(0, "refusal")),
        (Form::OpenAiStream, "a field nobody lists", openai(0, "x_note").replace(&pieces(&four)[0], &four)),
        (
            Form::AnthropicStream,
            "thinking",
            anthropic(
                json!({"type": "thinking", "thinking": "", "signature": ""}),
                "thinking_delta",
                "thinking",
            ),
        ),
        (Form::AnthropicStream, "text", anthropic(json!({"type": "text", "text": ""}), "text_delta", "text")),
        (
            Form::AnthropicStream,
            "a server's tool",
            anthropic(
                json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}),
                "input_json_delta",
                "partial_json",
            ),
        ),
        (
            Form::AnthropicStream,
            "a found page",
            start.clone()
                + &anthropic_event("content_block_start", json!({"index": 0, "content_block": found})),
        ),
        (Form::OpenAi, "the second choice", whole(json!({"role": "assistant", "content": four}))),
        (Form::OpenAi, "reasoning", whole(json!({"role": "assistant", "content": "", "reasoning": four}))),
        (Form::OpenAi, "refusal", whole(json!({"role": "assistant", "content": null, "refusal": four}))),
        (
            Form::OpenAi,
            "parts",
            whole(
                json!({"role": "assistant", "content": [{"type": "text", "text": THREE}, {"type": "text", "text": FOURTH}]}),
            ),
        ),
        (
            Form::Anthropic,
            "thinking",
            Form::Anthropic.reply("", &[]).replace(
                r#"{"type":"text","text":""}"#,
                &json!({"type": "thinking", "thinking": four, "signature": "x"}).to_string(),
            ),
        ),
    ];
    for (form, name, reply) in cases {
        let (_provider, gateway) = answering(form, reply).await;
        let answer = ask(&gateway, form).await;
        let name = format!("{form:?}: {name}");
        assert!(answer.text().contains("denied by shown-limit 1.1"), "{name}: {answer:?}");
        assert!(!answer.text().contains("dora"), "{name}: {answer:?}");
        let entries = gateway.events().await;
        assert_eq!(settled(&entries)[0].outcome, Outcome::Withheld, "{name}");
    }
}

/// However a provider cuts its pieces, and however it mixes choices, thoughts and words.
#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_in_pieces_among_others_is_not_shown() {
    let text = format!("{} {CARD} {}", filler(40), filler(40));
    let one_by_one = |text: &str, mut event: Box<dyn FnMut(&str) -> String>| {
        text.chars().map(|letter| event(&letter.to_string())).collect::<String>()
    };
    let end = openai_chunk(0, &json!({}), Some("stop"))
        + &openai_chunk(1, &json!({}), Some("stop"))
        + "data: [DONE]\n\n";
    let alone = one_by_one(&text, Box::new(|piece| openai_chunk(0, &json!({"content": piece}), None)));
    let thoughts = one_by_one(
        &text,
        Box::new(|piece| {
            openai_chunk(0, &json!({"content": piece}), None)
                + &openai_chunk(0, &json!({"reasoning": "so "}), None)
        }),
    );
    let choices = one_by_one(
        &text,
        Box::new(|piece| {
            openai_chunk(0, &json!({"content": piece}), None)
                + &openai_chunk(1, &json!({"content": "so "}), None)
        }),
    );
    for (name, stream) in [("alone", alone), ("with thoughts", thoughts), ("with another choice", choices)] {
        let (_provider, gateway) = answering(Form::OpenAiStream, stream + &end).await;
        let answer = ask(&gateway, Form::OpenAiStream).await;
        let said: String = events(&answer)
            .iter()
            .filter(|event| event["choices"][0]["index"] == 0)
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert!(text.starts_with(&said) && !said.contains("4539"), "{name}: {said}");
        assert!(answer.text().contains("denied by shown-limit 1.2"), "{name}");
    }
}

/// What the request shows counts too: an exchange is one.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_and_what_is_answered_are_counted_together() {
    for form in FORMS {
        let (_provider, gateway) = answering(form, form.reply(&format!("Better {FOURTH}."), &[])).await;
        let request = |text: &str| form.request().replace("How many pallets?", text);
        let post = |body: String| {
            let gateway = &gateway;
            async move { gateway.post(form.path(), &kit::chat_headers(PERMITTED), body.as_bytes()).await }
        };
        let three = post(request(THREE)).await;
        assert!(three.text().contains("denied by shown-limit 1.1"), "{form:?}: {three:?}");
        let two = post(request("Write to ann@sample.org, ben@sample.org or dora@sample.org.")).await;
        assert!(two.text().contains("dora@") || form.is_stream(), "{form:?}: {two:?}");
        assert!(!two.text().contains("withheld"), "{form:?}: {two:?}");
    }
}

/// What is held back is bounded, and comes while the provider is still speaking.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_comes_while_it_is_spoken() {
    let text = filler(200);
    let mut steps = vec![Step::Send(stream_head())];
    steps.extend(
        pieces(&text)
            .iter()
            .map(|piece| Step::Send(chunk(&openai_chunk(0, &json!({"content": piece}), None)))),
    );
    let spoken = steps.clone();
    let provider = Provider::new(move |_| [spoken.clone(), vec![Step::Hang]].concat()).await;
    let gateway = watched(&provider).in_a_hurry().start().await;
    // The provider stops; what was held back is read as all there is, and then the caller is told.
    let answer = ask(&gateway, Form::OpenAiStream).await;
    assert_eq!(told(Form::OpenAiStream, &answer).text, text);
    let entries = gateway.events().await;
    assert_eq!(settled(&entries)[0].outcome, Outcome::ProviderCut);

    // While it hangs, all but the last few words have been shown.
    let slow = Provider::new(move |_| [steps.clone(), vec![Step::Hang]].concat()).await;
    let gateway = watching(&slow).await;
    let request = kit::client::request(
        "POST /v1/chat/completions",
        &kit::chat_headers(PERMITTED),
        Form::OpenAiStream.request().as_bytes(),
    );
    let mut caller = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut caller, &request).await.unwrap();
    let mut raw = Vec::new();
    let wanted = text.len() - 256;
    let so_far = |raw: &[u8]| String::from_utf8_lossy(raw).matches("\"content\":\"").count() * 4;
    while so_far(&raw) < wanted {
        assert!(tokio::io::AsyncReadExt::read_buf(&mut caller, &mut raw).await.unwrap() > 0);
    }
    assert!(!String::from_utf8_lossy(&raw).contains("error"), "it came while the provider was silent");
}

/// What a caller gets of a stream whose provider says one word and then nothing more.
async fn first_words(kit: Kit, wanted: &str) -> String {
    let gateway = kit.start().await;
    let request = kit::client::request(
        "POST /v1/chat/completions",
        &kit::chat_headers(PERMITTED),
        Form::OpenAiStream.request().as_bytes(),
    );
    let mut caller = tokio::net::TcpStream::connect(gateway.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut caller, &request).await.unwrap();
    let mut raw = Vec::new();
    while !String::from_utf8_lossy(&raw).contains(wanted) {
        assert!(tokio::io::AsyncReadExt::read_buf(&mut caller, &mut raw).await.unwrap() > 0);
    }
    String::from_utf8_lossy(&raw).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_clause_asks_nothing_is_held_back() {
    let word = chunk(&openai_chunk(0, &json!({"content": "Twelve "}), None));
    let provider =
        Provider::new(move |_| vec![Step::Send(stream_head()), Step::Send(word.clone()), Step::Hang]).await;
    let came = first_words(Kit::new(provider.address), "Twelve ").await;
    assert!(!came.contains("error"), "{came}");
    // Where one asks, the head comes and the word waits for what follows it.
    let mut watched = Kit::new(provider.address);
    watched.settings.programs = vec![kit::watched_program("depot", &[("depot", KEY, "")])];
    let came = first_words(watched, "\r\n\r\n").await;
    assert!(!came.contains("Twelve"), "{came}");
}

/// Who claims that nobody is in it is held to that by what the answer shows, even where no clause counts persons.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_nobody_is_in_it_is_weighed_against_the_answer() {
    let claim = format!("{PERMITTED}, subject=none");
    for form in FORMS {
        let reply = form.reply(&format!("{THREE} {FOURTH}"), &[]);
        let (_provider, gateway) = answering(form, reply).await;
        let answer = gateway.post(form.path(), &kit::chat_headers(&claim), form.request().as_bytes()).await;
        assert!(answer.text().contains("denied by shown-limit 1.1"), "{form:?}: {answer:?}");
        let entries = gateway.events().await;
        let evidence: Vec<usize> = decided(&entries).iter().map(|one| one.facts.evidence.len()).collect();
        assert_eq!(evidence, [0, 1], "{form:?}: asked about nobody, answered about somebody");
        assert_eq!(decided(&entries)[1].facts.evidence, ["subject=unknown"], "{form:?}");
    }
}
