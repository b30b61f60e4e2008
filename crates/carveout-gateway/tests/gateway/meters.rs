//! Distinct persons over time: exact, whoever asks, and after whatever happened.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use carveout_gateway::{Clock, Gateway, SettingsError};
use carveout_ledger::{Event, Ruling};
use carveout_terms::{Agreement, Timestamp, Tool};
use serde_json::json;

use crate::kit::{
    self, KEY, Kit, OTHER_KEY, PERMITTED, Running,
    calls::{FORMS, Form, told},
    decided, kinds, program_under,
    provider::{OPENAI_REPLY, Provider, json_reply},
    vocabulary,
};

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Terms with these restrictions, each with its annotations and condition.
pub(crate) fn terms(id: &str, restrictions: &[(&str, &str)]) -> Arc<Agreement> {
    let mut text = format!(
        "+++\nagreement = \"{id}\"\nversion = \"1\"\nvocabulary = \"defense\"\nrole = \"grant\"\neffective = 2026-01-01\n\
         governs = {{ maker = \"sample-maker\" }}\nparty = [{{ id = \"customer\", name = \"Example Agency\", roles = [\"release-authority\"] }}]\n+++\n\
         # Terms\n\n## 1 Grants\n\n### 1.1 Everything\n\nEverything is granted.\n\n```cedar\npermit (principal, action, resource);\n```\n\n## 2 Limits\n\n"
    );
    for (number, (annotation, condition)) in restrictions.iter().enumerate() {
        text.push_str(&format!(
            "### 2.{} A limit\n\nA number is a limit.\n\n```cedar\n{annotation}\nforbid (principal, action, resource)\nwhen {{ {condition} }};\n```\n\n",
            number + 1
        ));
    }
    Arc::new(Agreement::parse(&text, &vocabulary()).unwrap_or_else(|problems| panic!("{problems}")))
}

/// A gateway whose two programs are under these terms.
fn kit(provider: &Provider, terms: &Arc<Agreement>) -> Kit {
    let mut kit = Kit::new(provider.address);
    kit.settings.programs = programs(terms);
    kit
}

fn programs(terms: &Arc<Agreement>) -> Vec<carveout_gateway::ProgramSettings> {
    let terms = std::slice::from_ref(terms);
    vec![
        program_under("depot", &[("depot", KEY, "")], terms),
        program_under("other", &[("other", OTHER_KEY, "")], terms),
    ]
}

async fn answering() -> Provider {
    Provider::saying(json_reply(OPENAI_REPLY)).await
}

fn body(text: &str) -> String {
    json!({ "model": "depot", "messages": [{ "role": "user", "content": text }] }).to_string()
}

fn people(numbers: std::ops::Range<u32>) -> String {
    numbers.map(|n| format!("person{n}@sample.org ")).collect()
}

/// What asking with this key and text comes to.
async fn ask(gateway: &Running, key: &str, claim: &str, text: &str) -> u16 {
    let bearer = format!("Bearer {key}");
    let headers =
        [("authorization", &*bearer), ("content-type", "application/json"), ("carveout-use", claim)];
    gateway.post("/v1/chat/completions", &headers, body(text).as_bytes()).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn splitting_a_job_over_programs_and_purposes_does_not_help() {
    let provider = answering().await;
    let limit = terms("metered", &[("", "context.persons_within_1_day_per_agreement_at_least > 5")]);
    let gateway = kit(&provider, &limit).start().await;
    let translation = "purpose=translation, volume=targeted";
    let steps = [
        (KEY, PERMITTED, people(0..3), 200),
        (KEY, PERMITTED, people(0..3), 200),
        (OTHER_KEY, translation, people(2..5), 200),
        // Five persons are allowed: the sixth is the one too many, and isn't taken in.
        (OTHER_KEY, PERMITTED, people(5..7), 403),
        (KEY, translation, people(5..6), 403),
        (KEY, PERMITTED, people(0..5), 200),
        (KEY, PERMITTED, "How many pallets?".to_owned(), 200),
    ];
    for (key, claim, text, expected) in &steps {
        assert_eq!(ask(&gateway, key, claim, text).await, *expected, "{text}");
    }
    let entries = gateway.events().await;
    let counted = "persons_within_1_day_per_agreement_at_least=";
    let counts: Vec<String> = decided(&entries)
        .iter()
        .map(|one| kit::measured(one).split(counted).nth(1).unwrap().split(',').next().unwrap().to_owned())
        .collect();
    assert_eq!(counts, ["3", "3", "5", "7", "6", "5", "5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_uses_that_cross_a_limit_together_do_not_both_pass_below_it() {
    let provider = answering().await;
    let limit = terms("metered", &[("", "context.persons_within_1_day_per_agreement_at_least > 5")]);
    let gateway = Arc::new(kit(&provider, &limit).start().await);
    let asked = (0..24).map(|n| {
        let gateway = gateway.clone();
        tokio::spawn(async move { ask(&gateway, KEY, PERMITTED, &people(n..n + 1)).await })
    });
    let mut permitted = 0;
    for one in asked.collect::<Vec<_>>() {
        permitted += u32::from(one.await.unwrap() == 200);
    }
    assert_eq!(permitted, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lower_bound_denies_the_upper_bound_holds_and_attempts_are_metered_apart() {
    let provider = answering().await;
    let limits = terms(
        "metered",
        &[
            ("", "context.persons_within_30_days_per_program_at_least > 5"),
            (
                "@hold(\"customer/release-authority\")",
                "context.persons_within_30_days_per_program_at_most > 5",
            ),
            ("", "context.attempted_persons_within_1_day_per_program_at_least > 9"),
        ],
    );
    let gateway = kit(&provider, &limits).start().await;
    let rows = "name,email\nAnn Ash,ann@sample.org\nBen Birch,\nCleo Cedar,\nDan Dow,\n";
    let steps = [
        (KEY, rows.to_owned(), 200, Ruling::Permit),
        (KEY, people(0..3), 403, Ruling::Hold),
        (KEY, people(0..6), 403, Ruling::Deny),
        // Another program has meters of its own.
        (OTHER_KEY, people(0..3), 200, Ruling::Permit),
        // What was denied has moved no meter but that of attempts.
        (KEY, people(0..1), 200, Ruling::Permit),
        (KEY, people(10..20), 403, Ruling::Deny),
        (KEY, "nobody".to_owned(), 403, Ruling::Deny),
        (OTHER_KEY, "nobody".to_owned(), 200, Ruling::Permit),
    ];
    for (key, text, status, _) in &steps {
        assert_eq!(ask(&gateway, key, PERMITTED, text).await, *status, "{text}");
    }
    let entries = gateway.events().await;
    let rulings: Vec<Ruling> = decided(&entries).iter().map(|one| one.ruling).collect();
    assert_eq!(rulings, steps.map(|(.., ruling)| ruling));
}

/// A clock that tests move.
fn clock() -> (Arc<AtomicI64>, Clock) {
    let now = Arc::new(AtomicI64::new(kit::now().millis()));
    let source = now.clone();
    (now, Clock::from_source(move || Timestamp::from_millis(source.load(Ordering::SeqCst))))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_slides_and_a_clock_that_jumps_back_moves_nothing() {
    let provider = answering().await;
    let limit = terms("metered", &[("", "context.persons_within_1_day_per_agreement_at_least > 3")]);
    let mut kit = kit(&provider, &limit);
    let (now, clock) = clock();
    kit.settings.clock = clock;
    let gateway = kit.start().await;
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(0..3)).await, 200);
    now.fetch_add(DAY - 60_000, Ordering::SeqCst);
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(3..4)).await, 403);
    now.fetch_add(180_000, Ordering::SeqCst);
    assert_eq!(
        ask(&gateway, KEY, PERMITTED, &people(3..6)).await,
        200,
        "a day later the first are out of it"
    );
    now.fetch_sub(10 * DAY, Ordering::SeqCst);
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(6..7)).await, 503, "the time can't be trusted");
    now.fetch_add(10 * DAY, Ordering::SeqCst);
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(6..7)).await, 403);
}

async fn after(ended: &Running, provider: &Provider, terms: &Arc<Agreement>) -> Kit {
    kit(provider, terms).going_on(ended).await
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_made_again_and_lost_evidence_stops_the_gateway_until_an_operator_says_otherwise() {
    let provider = answering().await;
    let limit = terms("metered", &[("", "context.persons_within_12_months_per_agreement_at_least > 5")]);
    let mut gateway = kit(&provider, &limit).start().await;
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(0..5)).await, 200);
    gateway.stopped().await.unwrap();
    let folder = gateway.directory.path().join("evidence");
    // Nobody can read off who it was.
    for file in fs::read_dir(&folder).unwrap().flatten() {
        assert!(!String::from_utf8_lossy(&fs::read(file.path()).unwrap()).contains("sample.org"));
    }
    let mut gateway = after(&gateway, &provider, &limit).await.start().await;
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(4..6)).await, 403);
    assert_eq!(ask(&gateway, OTHER_KEY, PERMITTED, &people(3..5)).await, 200);
    gateway.stopped().await.unwrap();

    let aside = gateway.directory.path().join("aside");
    fs::rename(&folder, &aside).unwrap();
    let lost = Gateway::bind(after(&gateway, &provider, &limit).await.settings).await.err().unwrap();
    assert!(
        matches!(&lost, SettingsError::Evidence { .. })
            && lost.to_string().contains("--accept-lost-evidence"),
        "{lost}"
    );
    let mut other_key = after(&gateway, &provider, &limit).await;
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    other_key.settings.evidence.as_mut().unwrap().key = [3; 32].into();
    let lost = Gateway::bind(other_key.settings).await.err().unwrap();
    assert!(lost.to_string().contains("under another key"), "{lost}");

    fs::remove_dir_all(&folder).unwrap();
    let mut accepted = after(&gateway, &provider, &limit).await;
    accepted.settings.evidence.as_mut().unwrap().accept_loss = Some("the disk burnt".to_owned());
    let mut gateway = accepted.start().await;
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(5..10)).await, 200, "what was counted is forgotten");
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(10..11)).await, 403);
    gateway.stopped().await.unwrap();
    let gateway = after(&gateway, &provider, &limit).await.start().await;
    assert_eq!(ask(&gateway, KEY, PERMITTED, &people(10..11)).await, 403, "and no more than that");
    let entries = gateway.events().await;
    let lost: Vec<&str> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::EvidenceLost(lost) => Some(lost.reason.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(lost, ["the disk burnt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_vouches_for_what_a_use_showed_and_for_no_more() {
    let provider = answering().await;
    let limit = terms("metered", &[("", "context.persons_within_1_day_per_agreement_at_least > 5")]);
    let gateway = kit(&provider, &limit).start().await;
    for text in [&people(0..2), "nobody", &people(0..9)] {
        ask(&gateway, KEY, PERMITTED, text).await;
    }
    let entries = gateway.events().await;
    let permitted = ["decided", "attempted", "settled"];
    let kinds: Vec<&str> = kinds(&entries).into_iter().filter(|kind| !permitted.contains(kind)).collect();
    // The last is the snapshot of a gateway that ends well.
    assert_eq!(kinds, ["genesis", "evidence_kept", "evidence_kept", "evidence_kept"]);
    let records: Vec<(bool, u64)> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::EvidenceKept(kept) => Some((kept.decision.is_some(), kept.record)),
            _ => None,
        })
        .collect();
    assert_eq!(records, [(true, 1), (true, 2), (false, 2)], "somebody, an attempt, and all that together");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_answer_shows_counts_and_an_answer_that_crosses_a_limit_is_withheld() {
    let limit = terms("metered", &[("", "context.persons_within_1_day_per_agreement_at_least > 5")]);
    let answer = OPENAI_REPLY.replace("Twelve pallets.", &people(1..5));
    assert_ne!(answer, OPENAI_REPLY, "the reply of the kit has other words");
    let provider = Provider::saying(json_reply(&answer)).await;
    let gateway = kit(&provider, &limit).start().await;
    // One asked about and four in the answer; then the same four and one more; then two more.
    for (asked, status) in [(0..1, 200), (1..2, 200), (4..5, 200), (6..7, 403), (0..1, 200)] {
        assert_eq!(ask(&gateway, KEY, PERMITTED, &people(asked.clone())).await, status, "{asked:?}");
    }
    let more = OPENAI_REPLY.replace("Twelve pallets.", &people(20..26));
    let provider = Provider::saying(json_reply(&more)).await;
    let gateway = kit(&provider, &limit).start().await;
    assert_eq!(ask(&gateway, KEY, PERMITTED, "whom do you know?").await, 403, "six at once");
    assert_eq!(
        ask(&gateway, KEY, PERMITTED, &people(0..5)).await,
        403,
        "five are asked about, and six more shown"
    );
    let entries = gateway.events().await;
    assert!(decided(&entries).iter().any(|one| one.parent.is_some() && one.ruling == Ruling::Deny));
}

/// A request that brings back what a tool returned.
fn returning(result: &str) -> String {
    let called =
        json!({ "id": "c", "type": "function", "function": { "name": "export", "arguments": "{}" } });
    let messages = json!([
        { "role": "user", "content": "Go." },
        { "role": "assistant", "tool_calls": [called] },
        { "role": "tool", "tool_call_id": "c", "content": result },
    ]);
    json!({ "model": "depot", "messages": messages }).to_string()
}

fn tool(name: &str, labels: &[&str], rows: Option<u64>, reports: Option<&str>) -> Tool {
    let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
    let tool = Tool::register(&vocabulary(), name, Some("informational"), &labels, rows).unwrap();
    tool.reporting(reports).unwrap()
}

/// What a tool says of its own rows is taint: it may hold, and nothing that it says lets anything pass.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_tools_report_move_the_upper_bound_and_nothing_lowers_it() {
    let provider = answering().await;
    let limits = terms(
        "metered",
        &[
            ("", "context.persons_within_30_days_per_program_at_least > 5"),
            (
                "@hold(\"customer/release-authority\")",
                "context.persons_within_30_days_per_program_at_most > 1000",
            ),
        ],
    );
    let mut kit = kit(&provider, &limits);
    kit.settings.tools = vec![tool("export", &[], None, Some("row_count"))];
    let gateway = kit.start().await;
    let table = "{\"row_count\":3,\"rows\":[{\"name\":\"Ann Ash\"},{\"name\":\"Ben Birch\"}]}";
    let steps = [
        ("a count", "{\"row_count\":900}", 200, 900),
        ("one too many", "{\"row_count\":200}", 403, 200),
        ("what takes nothing back", "{\"row_count\":-900}", 200, 0),
        ("a member that nobody registered", "{\"count\":999999}", 200, 0),
        ("rows that it shows are no more than it says", table, 200, 3),
        ("more than fits", "{\"row_count\":18446744073709551615}", 403, 1_000_000_000_000_u64),
        ("what is held was not taken in", "{\"row_count\":90}", 200, 90),
    ];
    for (case, result, status, _) in steps {
        let answer = gateway.chat(PERMITTED, &returning(result)).await;
        assert_eq!(answer.status, status, "{case}: {}", answer.text());
    }
    let entries = gateway.events().await;
    for ((case, .., reported), one) in steps.iter().zip(decided(&entries)) {
        let fact = format!("tool_result_rows={reported},");
        let measured = kit::measured(one);
        assert!(measured.contains(&fact), "{case}: {measured}");
    }
}

/// A call counts by what its tool is registered to reach, unless the data is registered to be about nobody.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_call_reaches_move_the_upper_bound() {
    let hold = "@hold(\"customer/release-authority\")";
    let limits = terms("metered", &[(hold, "context.persons_within_30_days_per_program_at_most > 1000")]);
    for form in FORMS {
        let calls = [("parts", "{}"), ("export", "{\"n\":1}"), ("export", "{\"n\":2}"), ("nobody", "{}")];
        let reply = form.reply("I look.", &calls);
        let provider = Provider::new(move |_| form.steps(&reply)).await;
        let mut kit = kit(&provider, &limits);
        kit.settings.tools = vec![
            tool("export", &[], Some(600), None),
            tool("parts", &["subject=none"], Some(1_000_000), None),
        ];
        let gateway = kit.start().await;
        let answer =
            gateway.post(form.path(), &kit::chat_headers(PERMITTED), form.request().as_bytes()).await;
        let called: Vec<String> = told(form, &answer).calls.into_iter().map(|(name, _)| name).collect();
        assert_eq!(called, ["parts", "export", "nobody"], "{form:?}: {}", answer.text());
        let rulings: Vec<Ruling> = decided(&gateway.events().await).iter().map(|one| one.ruling).collect();
        let (permit, held) = (Ruling::Permit, Ruling::Hold);
        assert_eq!(rulings, [permit, permit, permit, held, permit], "{form:?}");
    }
}

/// A turn of a conversation in which calls with these ids returned these.
fn turn(form: Form, results: &[(&str, &str)], says: &str) -> String {
    let mut messages = vec![json!({ "role": "user", "content": "Go." })];
    for (id, result) in results {
        match form {
            Form::Anthropic => {
                let called = json!({ "type": "tool_use", "id": id, "name": "export", "input": {} });
                let block = json!({ "type": "tool_result", "tool_use_id": id, "content": result });
                messages.push(json!({ "role": "assistant", "content": [called] }));
                messages.push(json!({ "role": "user", "content": [block] }));
            }
            _ => {
                let function = json!({ "name": "export", "arguments": "{}" });
                let called = json!({ "id": id, "type": "function", "function": function });
                messages.push(json!({ "role": "assistant", "tool_calls": [called] }));
                messages.push(json!({ "role": "tool", "tool_call_id": id, "content": result }));
            }
        }
    }
    messages.push(json!({ "role": "user", "content": says }));
    let model = if form == Form::Anthropic { "depot-claude" } else { "depot" };
    json!({ "model": model, "max_tokens": 50, "messages": messages }).to_string()
}

/// A kit whose provider has a tool called where nothing was returned yet: `call_0`, and `call_1` if two are asked for.
async fn calling(form: Form, limits: &Arc<Agreement>) -> Kit {
    let one = form.reply("I look.", &[("export", "{}")]);
    let two = form.reply("I look.", &[("export", "{}"), ("export", "{}")]);
    let none = form.reply("Twelve pallets.", &[]);
    let provider = Provider::new(move |seen| {
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        let reply = match () {
            () if body.contains("call_") => &none,
            () if body.contains("two") => &two,
            () => &one,
        };
        form.steps(reply)
    })
    .await;
    let mut kit = kit(&provider, limits);
    kit.settings.tools = vec![tool("export", &[], None, Some("row_count"))];
    kit
}

fn at_most(number: u32) -> Arc<Agreement> {
    let hold = "@hold(\"customer/release-authority\")";
    let condition = format!("context.persons_within_1_day_per_program_at_most > {number}");
    terms("metered", &[(hold, &condition)])
}

/// What asking with this key and body comes to.
async fn status(gateway: &Running, form: Form, key: &str, body: &str) -> u16 {
    let bearer = format!("Bearer {key}");
    let headers =
        [("authorization", &*bearer), ("content-type", "application/json"), ("carveout-use", PERMITTED)];
    gateway.post(form.path(), &headers, body.as_bytes()).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_comes_again_with_every_turn_counts_once_and_another_one_counts() {
    const ROWS: &str = "{\"row_count\":900}";
    const TABLE: &str = "name,email\nAnn Ash,ann@sample.org\nBen Birch,\nCleo Cedar,\nDan Dow,\n";
    type Step = (&'static str, &'static str, &'static [(&'static str, &'static str)], u16);
    const SAME: &[(&str, &str)] = &[("call_0", ROWS)];
    let cases: [(u32, &[Step]); 6] = [
        (
            1_000,
            &[
                ("it is called", KEY, &[], 200),
                ("what it returned", KEY, SAME, 200),
                ("comes again", KEY, SAME, 200),
                ("and again", KEY, SAME, 200),
                ("with one byte more it is another", KEY, &[("call_0", "{\"row_count\":900 }")], 403),
                ("and so it is with more rows", KEY, &[("call_0", "{\"row_count\":901}")], 403),
                ("or of another call", KEY, &[("call_9", ROWS)], 403),
                ("twice in one turn it is two", KEY, &[("call_0", ROWS), ("call_0", ROWS)], 403),
                ("the same still comes again", KEY, SAME, 200),
            ],
        ),
        (
            1_000,
            &[
                ("of two calls", KEY, &[("two", "")], 200),
                ("one returned these", KEY, SAME, 200),
                ("and the other the same", KEY, &[("call_0", ROWS), ("call_1", ROWS)], 403),
            ],
        ),
        (
            1_900,
            &[
                ("of two calls", KEY, &[("two", "")], 200),
                ("each returned these", KEY, &[("call_0", ROWS), ("call_1", ROWS)], 200),
                ("and both come again", KEY, &[("call_0", ROWS), ("call_1", ROWS)], 200),
            ],
        ),
        (
            1_000,
            &[("a call that was not given out here", KEY, SAME, 200), ("is not known again", KEY, SAME, 403)],
        ),
        (
            1_000,
            &[
                ("a name that is given out", KEY, &[], 200),
                ("more than once", KEY, &[], 200),
                ("tells no two results apart", KEY, SAME, 200),
                ("so each counts", KEY, SAME, 403),
            ],
        ),
        (
            5,
            &[
                ("rows that are shown", KEY, &[], 200),
                ("count", KEY, &[("call_0", TABLE)], 200),
                ("once too", KEY, &[("call_0", TABLE)], 200),
                ("and for another program by themselves", OTHER_KEY, &[("call_0", TABLE)], 200),
                ("which was given no such call", OTHER_KEY, &[("call_0", TABLE)], 403),
            ],
        ),
    ];
    for form in [Form::OpenAi, Form::Anthropic] {
        for (limit, steps) in &cases {
            let gateway = calling(form, &at_most(*limit)).await.start().await;
            for (turns, (what, key, results, expected)) in steps.iter().enumerate() {
                let two = results.first().is_some_and(|(id, _)| *id == "two");
                let (results, says) = if two { (&[][..], "two") } else { (*results, "And?") };
                // Every turn says more than the one before it.
                let body = turn(form, results, &says.repeat(turns + 1));
                assert_eq!(status(&gateway, form, key, &body).await, *expected, "{form:?} {limit}: {what}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_known_again_after_a_restart_and_as_long_as_it_is_within_the_window() {
    let form = Form::OpenAi;
    let limit = at_most(1_000);
    let same = turn(form, &[("call_0", "{\"row_count\":900}")], "And?");
    let mut kit = calling(form, &limit).await;
    let (now, source) = clock();
    kit.settings.clock = source;
    let mut gateway = kit.start().await;
    assert_eq!(status(&gateway, form, KEY, &turn(form, &[], "Go on.")).await, 200, "it is called");
    assert_eq!(status(&gateway, form, KEY, &same).await, 200);
    for day in 1..4 {
        gateway.stopped().await.unwrap();
        let mut kit = calling(form, &limit).await.going_on(&gateway).await;
        let (later, source) = clock();
        now.fetch_add(DAY - 120_000, Ordering::SeqCst);
        later.store(now.load(Ordering::SeqCst), Ordering::SeqCst);
        kit.settings.clock = source;
        gateway = kit.start().await;
        assert_eq!(status(&gateway, form, KEY, &same).await, 200, "day {day}: it comes again");
        // It was shown now, so it is within the window for another day, whenever it was first shown.
        let more = turn(form, &[("call_9", "{\"row_count\":200}")], "And?");
        assert_eq!(status(&gateway, form, KEY, &more).await, 403, "day {day}: with two hundred more");
    }
}
