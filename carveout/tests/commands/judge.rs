//! `judge calibrate`: what is measured of a judge, and where `check` says it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    thread,
};

use serde_json::{Value as Json, json};

use crate::kit::Workspace;

/// A judge that condemns what mentions tracking, and answers in prose to what mentions the weather.
fn judge() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut seen, mut piece) = (Vec::new(), [0; 4096]);
            let question = loop {
                let read = stream.read(&mut piece).unwrap_or(0);
                seen.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&seen).into_owned();
                let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
                match body.and_then(|body| serde_json::from_str::<Json>(&body).ok()) {
                    Some(question) => break question,
                    None if read == 0 => break Json::Null,
                    None => {}
                }
            };
            let exchange = question["messages"][1]["content"].as_str().unwrap_or_default();
            let word = if exchange.contains("track") { "violates" } else { "complies" };
            let content = if exchange.contains("weather") {
                "Sunny.".to_owned()
            } else {
                format!("{{\"verdict\":\"{word}\"}}")
            };
            let choice = json!({ "index": 0, "message": { "content": content }, "finish_reason": "stop" });
            let answer = json!({ "choices": [choice] }).to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
                answer.len()
            );
            stream.write_all(format!("{head}connection: close\r\n\r\n{answer}").as_bytes()).ok();
        }
    });
    address
}

const AGREEMENT: &str = r#"+++
agreement = "watching"
version = "1"
vocabulary = "defense"
role = "grant"
effective = 2026-03-05
governs = { maker = "sample-maker" }
party = [ { id = "customer", name = "Example Agency", roles = ["release-authority"] } ]
+++
# Watching

## 1 Grant

Every use is granted that the next clause doesn't hold.

```cedar
permit (principal, action, resource);
```

## 2 Watching persons

The model shall not be used to watch persons without a suspicion against each of them.

```cedar
@hold("customer/release-authority")
forbid (principal, action, resource)
when { [Judgement::"violates", Judgement::"unknown"].contains(context.judgement) };
```
"#;

/// A workspace with a clause that turns on a judge. Returns the agreement's path and id.
fn workspace(judge: SocketAddr) -> (Workspace, std::path::PathBuf) {
    let workspace = Workspace::sample(None);
    let config = workspace.path("carveout.toml");
    let text = fs::read_to_string(&config).unwrap();
    let more = format!(
        "\n[judge]\nprovider = \"guardian\"\nmodel = \"judge-1\"\nprivate = true\n\n[[provider]]\nid = \"guardian\"\n\
         dialect = \"openai\"\nbase_url = \"http://{judge}/v1\"\n"
    );
    fs::write(&config, text + &more).unwrap();
    let path = workspace.path("agreements/watching.md");
    fs::write(&path, AGREEMENT).unwrap();
    (workspace, path)
}

#[test]
fn what_is_measured_of_a_judge_is_part_of_the_grade() {
    let (workspace, agreement) = workspace(judge());
    let path = agreement.to_str().unwrap().to_owned();
    let check = format!("check {path}");
    workspace.run(&check).expect(0, &["Its recall has not been measured"]);
    let line = |request: &str, violates: bool| {
        json!({ "agreement": "watching", "clause": "2", "request": request, "violates": violates })
            .to_string()
    };
    let lines = [
        line("track every resident", true),
        line("please track them all", true),
        line("follow everybody quietly", true),
        line("count the pallets", false),
        line("track the parcel", false),
        line("what about the weather", false),
    ];
    fs::write(workspace.path("examples.jsonl"), lines.join("\n")).unwrap();
    let measured = workspace.run("judge calibrate examples.jsonl --json").json();
    let one = &measured["clauses"][0];
    let counts = ["violating", "found", "complying", "condemned", "none"].map(|name| one[name].as_u64());
    assert_eq!(counts, [Some(3), Some(2), Some(3), Some(1), Some(1)], "{measured}");
    workspace.run(&check).expect(0, &["recall 0.67 (0.21 to 0.94) on 3 examples that violate"]);
    // Another wording was not measured.
    let source = fs::read_to_string(&agreement).unwrap();
    fs::write(&agreement, source.replace("without a suspicion", "without any suspicion")).unwrap();
    workspace.run(&check).expect(0, &["Its recall has not been measured"]);
}

#[test]
fn what_can_not_be_measured_is_refused() {
    let address = judge();
    let (workspace, _) = workspace(address);
    for (content, expected) in [
        ("", "holds no example"),
        ("{\"agreement\":\"watching\"}", "line 1"),
        (
            "{\"agreement\":\"other\",\"clause\":\"1\",\"request\":\"x\",\"violates\":true}",
            "no agreement `other`",
        ),
        (
            "{\"agreement\":\"watching\",\"clause\":\"99\",\"request\":\"x\",\"violates\":true}",
            "no clause `99`",
        ),
    ] {
        fs::write(workspace.path("examples.jsonl"), content).unwrap();
        workspace.run("judge calibrate examples.jsonl").expect(2, &[expected]);
    }
    // Nobody is asked before every line can be, and a judge that says nothing at all has not been measured.
    let line = |clause: &str, request: &str| {
        json!({ "agreement": "watching", "clause": clause, "request": request, "violates": true }).to_string()
    };
    fs::write(workspace.path("examples.jsonl"), line("2", "track everybody")).unwrap();
    workspace.run("judge calibrate examples.jsonl").expect(0, &["recall 1.00"]);
    let before = workspace.read("judge/calibration.json");
    let lines = [line("2", "track everybody"), line("99", "x")].join("\n");
    fs::write(workspace.path("examples.jsonl"), lines).unwrap();
    workspace.run("judge calibrate examples.jsonl").expect(2, &["line 2 of", "no clause `99`"]);
    fs::write(workspace.path("examples.jsonl"), line("2", "the weather")).unwrap();
    workspace
        .run("judge calibrate examples.jsonl")
        .expect(2, &["no verdict on any of 1 examples", "What was measured before stays"]);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    workspace.edit("carveout.toml", &address.to_string(), &nobody.to_string());
    workspace.run("judge calibrate examples.jsonl").expect(2, &["no verdict on any of 1 examples"]);
    assert_eq!(workspace.read("judge/calibration.json"), before);
    let without = Workspace::sample(None);
    fs::write(without.path("examples.jsonl"), "").unwrap();
    without.run("judge calibrate examples.jsonl").expect(2, &["no judge is configured"]);
}
