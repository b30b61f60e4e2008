//! `serve`: what it refuses to start with, and how it ends.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};

use crate::kit::{SUPPLY, Workspace, provider, ran};

const CONFIG: &str = "carveout.toml";

#[test]
fn an_agreement_edited_after_signing_is_refused_and_in_drafts_recorded_as_unsigned() {
    let workspace = Workspace::sample(None);
    workspace.edit("agreements/sample-terms.md", "Routine purpose", "Routine  purpose");
    workspace.refuses(&["`sample-terms` lacks a valid signature", "sign the file again"]);
    workspace.edit(CONFIG, "\"required\"", "\"optional\"");
    let gateway = workspace.serve();
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger show").expect(0, &["sample-terms version 1 signed by nobody"]);
    let optional = ran(workspace.command(["ledger", "show", "--json"]).env("CARVEOUT_LOG", "warn"));
    assert!(optional.out.contains(r#""signatures":"optional""#), "{optional:?}");
}

#[test]
fn a_configuration_that_can_t_hold_is_refused_with_a_hint() {
    let route = "[[route]]\nalias = \"sample-chat\"\ntargets = [{ provider = \"sample-openai\", model = \"sample-1\", maker = \"sample-maker\", host = \"sample-host\", operator = \"sample-operator\", deployment = \"vendor_cloud\" }]\n";
    let provider =
        "[[provider]]\nid = \"sample-openai\"\ndialect = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\n";
    for (old, new, words) in [
        (
            "listen =",
            "lisen =",
            &["unknown field `lisen`", "did you mean `listen`?", "carveout.toml:5:1"][..],
        ),
        ("sample = true", "sample = ture", &["carveout.toml:2:"]),
        ("[[route]]", &format!("{route}\n[[route]]"), &["the route `sample-chat` is given twice"]),
        ("[[route]]", &format!("{provider}\n[[route]]"), &["the provider `sample-openai` is given twice"]),
        (
            "[[route]]",
            &format!("{provider}credential = \"env:CARVEOUT_TEST_UNSET\"\n[[route]]"),
            &["provider `sample-openai` can't be used", "`CARVEOUT_TEST_UNSET` is not set"],
        ),
        (
            "[[route]]",
            &format!("{provider}credential = \"sk-0123456789abcdef\"\n[[route]]"),
            &["write `env:NAME` or `file:PATH`"],
        ),
        ("provider = \"sample-openai\"", "provider = \"other\"", &["names the provider `other`"]),
        ("maker = \"sample-maker\"", "maker = \"nobody\"", &["`nobody`"]),
        ("sample = true", "sample = false", &["`sample-openai` is for demonstrations only"]),
        ("file:keys/ledger.key", "file:keys/none.key", &["keys/none.key"]),
        ("file:keys/ledger.key", "file:keys/ledger.pub", &["holds a public key"]),
        ("file:keys/vendor.pub", "file:keys/vendor.key", &["`file:keys/vendor.key` holds a PRIVATE key"]),
        ("\"agreements\"", "\"none\"", &["can't read the folder"]),
        ("vocabulary/defense", "vocabulary/none", &["vocabulary/none.cedarschema"]),
        (
            "[[route]]",
            "[[tool]]\nname = \"strike\"\nefect = \"kinetic_lethal\"\n[[route]]",
            &["unknown field `efect`", "did you mean `effect`?"],
        ),
        (
            "[[route]]",
            "[[tool]]\nname = \"strike\"\neffect = \"kinetic_leathal\"\n[[route]]",
            &["a `[[tool]]` of `carveout.toml` can't be used", "did you mean `kinetic_lethal`?"],
        ),
        (
            "[[route]]",
            "[[tool]]\nname = \"strike\"\n[[tool]]\nname = \"strike\"\n[[route]]",
            &["the tool `strike` is registered twice"],
        ),
    ] {
        let workspace = Workspace::sample(None);
        workspace.edit(CONFIG, old, new);
        workspace.refuses(words);
        let told = workspace.run("serve --json").expect(2, &[]).json();
        assert_eq!(told["command"], "error", "{told:#}");
        for secret in ["sk-0123456789abcdef", workspace.read("keys/vendor.key").trim()] {
            let ran = workspace.run("serve");
            assert!(!format!("{ran:?}").contains(secret), "{ran:?}");
        }
    }
}

#[test]
fn files_that_contradict_each_other_are_refused() {
    let logistics = "programs/logistics-support.toml";
    let intelligence = "programs/intelligence-support.toml";
    type Change = fn(&Workspace);
    let cases: [(Change, &[&str]); 8] = [
        (
            |ws| ws.write("programs/copy.toml", ws.read("programs/logistics-support.toml")),
            &["are both the program `logistics-support`"],
        ),
        (
            |ws| ws.write("agreements/copy.md", ws.read("agreements/sample-terms.md")),
            &["are both the agreement `sample-terms`"],
        ),
        (
            |ws| {
                ws.edit(
                    "programs/intelligence-support.toml",
                    "demo-intelligence-support",
                    "demo-logistics-support",
                )
            },
            &["the key `demo-logistics-support` is given twice"],
        ),
        (
            |ws| fs::remove_file(ws.path("agreements/sample-terms.md")).unwrap(),
            &["bound by `sample-terms`, which is not there"],
        ),
        (
            |ws| ws.write("agreements/sample-terms.md.sig", "garbage"),
            &["`sample-terms` lacks a valid signature"],
        ),
        (|ws| ws.write("agreements/sample-terms.md.sig", b"\xff"), &["sample-terms.md.sig", "not UTF-8"]),
        (
            |ws| {
                ws.edit(
                    "programs/logistics-support.toml",
                    "authority = \"contract\"",
                    "authority = \"contrakt\"",
                )
            },
            &["logistics-support.toml:", "`contract`"],
        ),
        (
            |ws| {
                ws.edit("programs/logistics-support.toml", "agency = ", "agenzy = ");
                ws.edit("agreements/sample-terms.md", "context.volume)", "context.volum)");
            },
            &["2 files", "did you mean `agency`?", "did you mean `volume`?"],
        ),
    ];
    for (change, words) in cases {
        let workspace = Workspace::sample(None);
        assert!(workspace.path(logistics).exists() && workspace.path(intelligence).exists());
        change(&workspace);
        workspace.refuses(words);
    }
}

#[test]
fn the_keys_of_the_demonstration_open_nothing_elsewhere() {
    let workspace = Workspace::sample(None);
    workspace.edit(CONFIG, "sample = true", "");
    let config = workspace.read(CONFIG).replace("sample-openai", "one").replace("sample-anthropic", "two");
    workspace.write(CONFIG, config);
    workspace.refuses(&["the key `demo-", "is for demonstrations only"]);
}

#[test]
fn a_taken_port_and_a_second_gateway_are_refused() {
    let workspace = Workspace::sample(None);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    workspace.run(&format!("serve --listen {listen}")).expect(2, &[&format!("can't listen on `{listen}`")]);
    let gateway = workspace.serve();
    workspace.refuses(&["is being written by another process"]);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger verify").expect(0, &["3 entries"]);
}

#[test]
fn a_pinned_key_is_replaced_by_rotation_only() {
    let workspace = Workspace::sample(None);
    workspace
        .run("ledger rotate --party vendor --old keys/vendor.key --new keys/vendor.pub")
        .expect(2, &["the ledger in"]);
    workspace.serve().stop();
    workspace.run("keygen --name sample.carveout.example/vendor --out keys/vendor-2.key").expect(0, &[]);
    workspace.edit(CONFIG, "keys/vendor.pub", "keys/vendor-2.pub");
    workspace.run("sign agreements/sample-terms.md --key keys/vendor-2.key").expect(0, &[]);
    workspace.refuses(&["not the one that is pinned for it", "carveout ledger rotate"]);
    for (rotate, words) in [
        ("--party vendor --old keys/customer.key --new keys/vendor-2.pub", "is not the key that is pinned"),
        ("--party nobody --old keys/vendor.key --new keys/vendor-2.pub", "no key is pinned for `nobody`"),
        ("--party vendor --old keys/vendor.pub --new keys/vendor-2.pub", "holds a public key"),
        ("--party vendor --old keys/vendor.key --new keys/vendor-2.key", "holds a PRIVATE key"),
    ] {
        workspace.run(&format!("ledger rotate {rotate}")).expect(2, &[words]);
    }
    workspace
        .run("ledger rotate --party vendor --old keys/vendor.key --new keys/vendor-2.pub")
        .expect(0, &["the key of vendor is now"]);
    assert_eq!(workspace.serve().stop(), Some(0));
    workspace.edit(CONFIG, "keys/vendor-2.pub", "keys/vendor.pub");
    workspace.refuses(&["not the one that is pinned for it"]);
    workspace.edit(
        CONFIG,
        "vendor = \"file:keys/vendor.pub\"",
        "vendor = \"file:keys/vendor-2.pub\"\nlate = \"file:keys/vendor.pub\"",
    );
    workspace.refuses(&["`late` has a key in the configuration, but none is pinned"]);
    workspace.run("ledger verify --redecide").expect(0, &["0 differ"]);
}

#[test]
fn a_request_under_way_is_finished_before_the_end() {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    let gateway = workspace.serve();
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let body = r#"{"model":"sample-chat","messages":[{"role":"user","content":"[words 200] Go on."}]}"#;
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nCarveout-Use: {SUPPLY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        workspace.key("logistics-support"),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The gateway asks for the body, so the request is under way.
    let mut asked = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    gateway.drain();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(gateway.stop(), Some(0));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    workspace.run("ledger show").expect(0, &["settled", "completed"]);
}

#[test]
fn after_a_kill_what_was_under_way_is_recorded_as_interrupted() {
    // A provider that takes requests and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let workspace = Workspace::sample(None);
    workspace.edit(CONFIG, "127.0.0.1:9/v1", &format!("{}/v1", silent.local_addr().unwrap()));
    let gateway = workspace.serve();
    let (address, key) = (gateway.address, workspace.key("logistics-support").to_owned());
    let asking = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let body = r#"{"model":"sample-chat","messages":[{"role":"user","content":"Hello?"}]}"#;
        let length = body.len();
        write!(stream, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nCarveout-Use: {SUPPLY}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let _ = stream.read(&mut [0]);
    });
    let (_asked, _) = silent.accept().unwrap();
    gateway.kill();
    asking.join().unwrap();
    assert_eq!(workspace.serve().stop(), Some(0));
    workspace.run("ledger show").expect(0, &["permit logistics-support", "attempt 1 of", "interrupted"]);
    workspace.run("ledger verify --redecide").expect(0, &["1 decisions made again", "0 differ"]);
}

#[test]
fn a_changed_write_ahead_log_is_refused_and_a_batch_that_a_crash_cut_short_is_not() {
    let workspace = Workspace::sample(None);
    workspace.edit(CONFIG, "publish_every_ms = 250", "publish_every_ms = 600000");
    let gateway = workspace.serve();
    let bulk = "purpose=intel.foreign, volume=bulk, subject=us_person";
    for _ in 0..3 {
        assert_eq!(workspace.ask(&gateway, "intelligence-support", bulk).0, 403);
    }
    gateway.kill();
    let segment = fs::read_dir(workspace.path("ledger/wal")).unwrap().next().unwrap().unwrap().path();
    let sound = fs::read(&segment).unwrap();
    // What follows the frames is room made beforehand, all zeros.
    let used = sound.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    for place in [used / 4, used / 2] {
        let mut flipped = sound.clone();
        flipped[place] ^= 1;
        fs::write(&segment, flipped).unwrap();
        workspace.refuses(&["could not be opened", "damaged", "restore the whole directory"]);
    }
    fs::remove_file(&segment).unwrap();
    workspace.refuses(&["could not be opened", "restore the whole directory"]);
    // The first bytes of another batch, which nobody was told is recorded.
    fs::write(&segment, [&sound[..used], &[1; 20]].concat()).unwrap();
    assert_eq!(workspace.serve().stop(), Some(0));
    workspace.run("ledger verify --redecide").expect(0, &["3 decisions made again", "0 differ"]);
}

#[test]
fn a_ledger_without_its_checkpoint_is_not_founded_anew() {
    let workspace = Workspace::sample(None);
    workspace.serve().stop();
    fs::remove_file(workspace.path("ledger/checkpoint")).unwrap();
    workspace.refuses(&["could not be founded", "holds a ledger already"]);
    workspace.run("ledger verify").expect(1, &["not verified"]);
}
