//! Designations at a running gateway: adopted as their officers sign them, kept whatever happens to files, and recorded
//! so that every ruling can be made again.

use std::{fs, path::Path, thread, time::Duration};

use crate::kit::{SUPPLY, Serving, Workspace, provider};

const PROGRAM: &str = "logistics-support";

/// A record of a made-up order about somebody, which has long been in effect.
pub(super) fn order(id: &str, who: &str, more: &str) -> String {
    format!(
        "designation = \"{id}\"\nversion = 1\ntitle = \"An order\"\nkind = \"exclusion_order\"\nissuer = \"Example Agency\"\n\
         force = \"binding\"\nconfidence = \"primary\"\nauthorities = [\"41 USC 1323\"]\nconduct = [\"use_in_performance\"]\n\
         [[source]]\nid = \"order\"\ntitle = \"The order\"\nconfidence = \"primary\"\n\
         digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n\
         [[target]]\nkind = \"source\"\nname = \"{who}\"\n[scope]\nagencies = [\"any_federal\"]\n\
         [dates]\nzone = \"UTC\"\nlast_day = \"included\"\neffective = 2026-03-04\n{more}"
    )
}

fn rescission() -> &'static str {
    "event = \"back\"\nof = \"order\"\nkind = \"rescinds\"\nforum = \"Example Agency\"\ndecided = 2026-05-01\n\
     confidence = \"primary\"\n[[source]]\nid = \"letter\"\ntitle = \"The letter\"\nconfidence = \"primary\"\n\
     digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n"
}

/// A sample workspace with two officers, and one who is none.
pub(super) fn workspace(provider: &Serving) -> Workspace {
    let workspace = Workspace::sample(Some(provider));
    for officer in ["first", "second", "stranger"] {
        let words = format!("keygen --name {officer}.example --out keys/{officer}.key");
        workspace.run(&words).expect(0, &[]);
    }
    workspace.append(
        "carveout.toml",
        "\n[designations.officers]\nfirst = \"file:keys/first.pub\"\nsecond = \"file:keys/second.pub\"\n",
    );
    workspace.write("order.toml", order("order", "sample-maker", ""));
    workspace.write("back.toml", rescission());
    workspace
}

pub(super) fn status(workspace: &Workspace, gateway: &Serving) -> u16 {
    workspace.ask(gateway, PROGRAM, SUPPLY).0
}

/// Waits until the record says so.
fn until_shown(workspace: &Workspace, words: &str) {
    while !workspace.run("ledger show --limit 1000").out.contains(words) {
        thread::sleep(Duration::from_millis(100));
    }
}

/// Records something about nobody whose models are used, and waits until it is adopted: what was there before it has
/// been looked at by then. The command, unlike the gateway, stumbles over what can't be read.
fn mark(workspace: &Workspace, id: &str) {
    let unreadable = ["garbage.toml", "bytes.toml"].map(|file| workspace.path("designations").join(file));
    let unreadable: Vec<_> = unreadable.iter().filter(|file| file.exists()).collect();
    let aside = |file: &Path| file.with_extension("aside");
    unreadable.iter().for_each(|file| fs::rename(file, aside(file)).unwrap());
    workspace.write("mark.toml", order(id, "Nobody In Particular", ""));
    workspace.run("designations add mark.toml --key keys/first.key").expect(0, &["it counts"]);
    unreadable.iter().for_each(|file| fs::rename(aside(file), file).unwrap());
    until_shown(workspace, &format!("designation adopted: {id} version 1"));
}

#[test]
fn what_officers_sign_is_adopted_and_nothing_else_is() {
    let provider = provider();
    let workspace = workspace(&provider);
    let gateway = workspace.serve();
    assert_eq!(status(&workspace, &gateway), 200);
    // Nobody's word, a stranger's, and what can't be read.
    workspace.write("unsigned.toml", order("unsigned", "sample-maker", ""));
    workspace.run("designations add unsigned.toml").expect(1, &["0 of 1 signatures"]);
    workspace.write("designations/forged.1.toml", order("forged", "sample-maker", ""));
    workspace.write("designations/forged.1.toml.sig", "Carveout statement v1: designation\n\nforged\n");
    workspace.write("designations/garbage.toml", "designation = [");
    workspace.write("designations/bytes.toml", b"\xff\xfe");
    mark(&workspace, "first-mark");
    assert_eq!(status(&workspace, &gateway), 200);
    // One officer's word bars.
    workspace.run("designations add order.toml --key keys/first.key").expect(2, &["bytes.toml"]);
    for file in ["garbage.toml", "bytes.toml"] {
        fs::remove_file(workspace.path("designations").join(file)).unwrap();
    }
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &["it counts"]);
    until_shown(&workspace, "designation adopted: order version 1 (primary), signed by first");
    let (denied, head) = workspace.ask(&gateway, PROGRAM, SUPPLY);
    assert_eq!(denied, 403);
    assert!(head.to_lowercase().contains("carveout-clauses: \"order 1.1\""), "{head}");
    // Garbage, an edited file, or none, and one officer's word to take it back change nothing.
    workspace.write("designations/garbage.toml", "designation = [");
    workspace.edit("designations/order.1.toml", "any_federal", "energy");
    mark(&workspace, "second-mark");
    assert_eq!(status(&workspace, &gateway), 403);
    fs::remove_file(workspace.path("designations/garbage.toml")).unwrap();
    fs::remove_file(workspace.path("designations/order.1.toml")).unwrap();
    workspace.run("designations add back.toml --key keys/first.key").expect(1, &["1 of 2 signatures"]);
    mark(&workspace, "third-mark");
    assert_eq!(status(&workspace, &gateway), 403);
    // After a restart it is still in force, with its file gone.
    assert_eq!(gateway.stop(), Some(0));
    let gateway = workspace.serve();
    assert_eq!(status(&workspace, &gateway), 403);
    // Two officers take it back.
    workspace.run("designations add back.toml --key keys/second.key").expect(0, &["it counts"]);
    until_shown(&workspace, "back of order version 1 (primary), which loosens, signed by first, second");
    assert_eq!(status(&workspace, &gateway), 200);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger verify --redecide").expect(0, &["verified", "0 differ"]);
}

#[test]
fn a_looser_version_takes_two_officers_also_when_the_stricter_one_has_lost_its_file() {
    let provider = provider();
    let workspace = workspace(&provider);
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &[]);
    let gateway = workspace.serve();
    assert_eq!(status(&workspace, &gateway), 403);
    fs::remove_file(workspace.path("designations/order.1.toml")).unwrap();
    let looser = order("order", "sample-maker", "")
        .replace("version = 1", "version = 2")
        .replace("any_federal", "energy");
    workspace.write("looser.toml", looser);
    // To the command it looks like a first version. The gateway knows better.
    workspace.run("designations add looser.toml --key keys/first.key").expect(0, &["it counts"]);
    mark(&workspace, "mark");
    assert_eq!(status(&workspace, &gateway), 403);
    workspace.run("designations add looser.toml --key keys/second.key").expect(0, &[]);
    until_shown(&workspace, "order version 2 (primary), which loosens, signed by first, second");
    assert_eq!(status(&workspace, &gateway), 200);
    assert_eq!(gateway.stop(), Some(0));
}

#[test]
fn officers_are_pinned_and_replaced_by_their_own_word_only() {
    let provider = provider();
    let workspace = workspace(&provider);
    workspace.run("designations officers").expect(0, &["nobody is pinned yet"]);
    workspace.run("designations officers --key keys/first.key").expect(2, &["nothing to sign"]);
    assert_eq!(workspace.serve().stop(), Some(0));
    workspace.run("ledger show").expect(0, &["designations are signed by first, second from here on"]);
    workspace.run("designations officers").expect(0, &["those of carveout.toml are pinned"]);
    // Whoever edits the configuration alone is nobody.
    let stranger = "second = \"file:keys/second.pub\"\nstranger = \"file:keys/stranger.pub\"";
    workspace.edit("carveout.toml", "second = \"file:keys/second.pub\"", stranger);
    workspace
        .refuses(&["are not those that are pinned", "the word of 0 of those before them, and it takes 2"]);
    workspace
        .run("designations officers --key keys/stranger.key")
        .expect(2, &["not the key of an officer who is pinned"]);
    workspace.run("designations officers --key keys/first.key").expect(1, &["1 of 2 signatures"]);
    workspace.refuses(&["the word of 1 of those before them"]);
    workspace.run("designations officers --key keys/first.key").expect(2, &["has signed this already"]);
    workspace.run("designations officers --key keys/second.key").expect(0, &["signed by first and second"]);
    assert_eq!(workspace.serve().stop(), Some(0));
    workspace
        .run("ledger show")
        .expect(0, &["signed by first, second, stranger from here on, by the word of those before"]);
    // A key is succeeded by the old key's word.
    workspace.run("keygen --name third.example --out keys/third.key").expect(0, &[]);
    let rotate = "ledger rotate --officer first --new keys/third.pub --old";
    workspace
        .run(&format!("{rotate} keys/second.key"))
        .expect(2, &["is not the key that is pinned for `first`"]);
    workspace.run(&format!("{rotate} keys/first.key")).expect(0, &["the key of first is now"]);
    workspace.refuses(&["are not those that are pinned"]);
    workspace.edit("carveout.toml", "first = \"file:keys/first.pub\"", "first = \"file:keys/third.pub\"");
    let gateway = workspace.serve();
    workspace.run("designations add order.toml --key keys/third.key").expect(0, &["it counts"]);
    until_shown(&workspace, "designation adopted: order version 1 (primary), signed by first");
    assert_eq!(status(&workspace, &gateway), 403);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger verify --redecide").expect(0, &["verified", "0 differ"]);
    workspace.run("designations officers --json").expect(0, &["\"agree\":true"]);
}

#[test]
fn what_cannot_be_enforced_keeps_nothing_else_from_it() {
    let provider = provider();
    let workspace = workspace(&provider);
    let gateway = workspace.serve();
    // The programs are bound by an agreement of this name.
    workspace.write("named.toml", order("sample-terms", "sample-maker", ""));
    workspace.run("designations add named.toml --key keys/first.key").expect(0, &["it counts"]);
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &["it counts"]);
    until_shown(&workspace, "designation adopted: order version 1");
    assert_eq!(status(&workspace, &gateway), 403);
    assert!(!workspace.run("ledger show --limit 1000").out.contains("adopted: sample-terms"));
    assert_eq!(gateway.stop(), Some(0));
    workspace.refuses(&["is bound by an agreement `sample-terms`"]);
}

#[test]
fn routes_say_what_bars_which_target_when() {
    let provider = provider();
    let workspace = workspace(&provider);
    workspace.run("routes").expect(0, &["sample-chat", PROGRAM, "none"]);
    let dates = "phase_out_until = 2026-09-02T17:01:00-04:00\n";
    workspace.write("order.toml", order("order", "sample-maker", dates));
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &[]);
    for (at, code, words) in [
        ("2026-03-03", 0, "coming from 2026-09-02T21:01:00.000Z: order"),
        ("2026-09-02T17:00:00-04:00", 0, "phase-out until before 2026-09-02T21:01:00.000Z: order"),
        ("2026-09-02T17:01:00-04:00", 1, "barred: order"),
    ] {
        workspace.run(&format!("routes --program {PROGRAM} --at {at}")).expect(code, &[words]);
    }
    let document = workspace.run("routes --at 2026-12-01 --json").expect(1, &[]).json();
    let first = &document["targets"][0];
    assert_eq!(first["designations"][0]["effect"], "barred", "{document:#}");
    workspace.run("routes --program nobody").expect(2, &["there is no program `nobody`"]);
}

#[test]
fn a_designation_bars_also_where_a_clause_is_only_monitored() {
    const BOUGHT: &str =
        "purpose=intel.foreign, volume=targeted, source=commercially_purchased, subject=us_person";
    let provider = provider();
    let workspace = workspace(&provider);
    workspace.append(
        "carveout.toml",
        "\n[[monitor]]\nid = \"bought\"\nagreement = \"sample-terms\"\nclause = \"3.4\"\nuntil = 2099-01-31\n",
    );
    for party in ["vendor", "customer"] {
        workspace.run(&format!("monitor sign bought --key keys/{party}.key")).expect(0, &[]);
    }
    let gateway = workspace.serve();
    assert_eq!(workspace.ask(&gateway, "intelligence-support", BOUGHT).0, 200);
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &["it counts"]);
    until_shown(&workspace, "designation adopted: order version 1");
    assert_eq!(workspace.ask(&gateway, "intelligence-support", BOUGHT).0, 403);
    assert_eq!(gateway.stop(), Some(0));
    let gateway = workspace.serve();
    assert_eq!(workspace.ask(&gateway, "intelligence-support", BOUGHT).0, 403);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger verify --redecide").expect(0, &["3 decisions made again", "0 differ"]);
}

/// What a monitor suspends it suspends with the terms under which it was checked. Where it can't be used with the next ones, the
/// designation counts, and what was suspended is enforced.
#[test]
fn what_can_not_be_monitored_any_more_when_terms_are_adopted_is_enforced() {
    const BOUGHT: &str =
        "purpose=intel.foreign, volume=targeted, source=commercially_purchased, subject=us_person";
    let provider = provider();
    type Break = fn(&Workspace);
    let breaks: [(&str, Break, &str); 4] = [
        ("gone", |it| fs::remove_file(it.path("monitors/bought.sig")).unwrap(), "no party has agreed to it"),
        ("another", |it| it.edit("monitors/bought.sig", "3.4", "3.3"), "has not agreed to it"),
        ("no note", |it| it.write("monitors/bought.sig", "nothing"), "has not agreed to it"),
        ("not text", |it| it.write("monitors/bought.sig", [0xff, 0xfe]), "bought.sig"),
    ];
    for (name, breaks, why) in breaks {
        let workspace = workspace(&provider);
        workspace.append(
            "carveout.toml",
            "\n[[monitor]]\nid = \"bought\"\nagreement = \"sample-terms\"\nclause = \"3.4\"\nuntil = 2099-01-31\n",
        );
        for party in ["vendor", "customer"] {
            workspace.run(&format!("monitor sign bought --key keys/{party}.key")).expect(0, &[]);
        }
        let gateway = workspace.serve_logging("gateway.log");
        let ask = || workspace.ask(&gateway, "intelligence-support", BOUGHT).0;
        assert_eq!(ask(), 200, "{name}");
        breaks(&workspace);
        assert_eq!(ask(), 200, "{name}: what was checked goes on");
        mark(&workspace, "mark");
        assert_eq!(ask(), 403, "{name}: it can't be checked with the next terms");
        mark(&workspace, "again");
        assert_eq!(ask(), 403, "{name}: nor with those after them");
        assert_eq!(gateway.stop(), Some(0));
        let log = workspace.read("gateway.log");
        for words in ["a monitor is left out", "the monitor `bought` can't be used", why] {
            assert!(log.contains(words), "{name}: `{words}` is missing: {log}");
        }
        workspace.run("report").expect(0, &["not in use from entry", "what it suspended is enforced"]);
        let report = workspace.run("report --json").expect(0, &[]).json();
        assert!(report["monitors"][0]["out_of_use_since"].is_u64(), "{report:#}");
        workspace.run("ledger verify --redecide").expect(0, &["4 decisions made again", "0 differ"]);
        workspace.refuses(&[why]);
    }
}

/// The same of a detector, under terms that the designation leaves as they were.
#[test]
fn a_detector_that_can_not_be_monitored_any_more_decides() {
    let provider = provider();
    let workspace = workspace(&provider);
    crate::detectors::forbid_plates(&workspace);
    workspace.append("carveout.toml", crate::detectors::PLATES);
    crate::detectors::agree(&workspace);
    let gateway = workspace.serve_logging("gateway.log");
    let ask = || crate::detectors::ask(&workspace, &gateway, SUPPLY, crate::detectors::PLATE).0;
    assert_eq!(ask(), 200);
    fs::remove_file(workspace.path("monitors/plates.sig")).unwrap();
    mark(&workspace, "mark");
    assert_eq!(ask(), 403);
    assert_eq!(gateway.stop(), Some(0));
    assert!(workspace.read("gateway.log").contains("a monitor is left out"));
    workspace.run("report").expect(0, &["not in use from entry"]);
    workspace.run("ledger verify --redecide").expect(0, &["2 decisions made again", "0 differ"]);
}

#[test]
fn what_is_decided_as_a_program_is_decided_with_its_designations() {
    let provider = provider();
    let workspace = workspace(&provider);
    let decide = |at: &str| {
        let words = ["decide", "--program", PROGRAM, "--use", SUPPLY, "--at", at];
        workspace.run_all(words.iter().copied())
    };
    decide("2026-04-03").expect(0, &["permit"]);
    let waits = order("order", "sample-maker", "phase_out_until = 2026-05-01\n");
    let waits = waits.replace("2026-03-04", "2026-04-04");
    workspace.write("order.toml", waits);
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &[]);
    for (at, code, words) in [
        ("2026-04-03", 0, ["permit", "designation order: coming from 2026-05-02T00:00:00.000Z"]),
        ("2026-04-04", 0, ["permit", "designation order: phase-out until before 2026-05-02T00:00:00.000Z"]),
        (
            "2026-05-01T23:59:59.999Z",
            0,
            ["permit", "designation order: phase-out until before 2026-05-02T00:00:00.000Z"],
        ),
        ("2026-05-02T00:00:00Z", 1, ["order 1.1", "designation order: barred"]),
    ] {
        decide(at).expect(code, &words);
    }
    let words = ["decide", "--json", "--program", PROGRAM, "--use", SUPPLY, "--at", "2026-05-02T00:00:00Z"];
    let document = workspace.run_all(words.iter().copied()).json();
    assert_eq!(document["designations"][0]["effect"], "barred", "{document:#}");
    assert_eq!(document["grounds"][0]["agreement"], "order", "{document:#}");
}

#[test]
fn the_example_is_answered_to_the_minute() {
    let provider = provider();
    let workspace = workspace(&provider);
    workspace.edit("carveout.toml", "maker = \"sample-maker\"", "maker = \"anthropic\"");
    workspace.edit("carveout.toml", "operator = \"sample-operator\"", "operator = \"anthropic\"");
    for name in ["directive", "statement", "section-3252", "section-4713"] {
        let file = format!("{}/../examples/designation/records/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let words = ["designations", "add", &file, "--key", "keys/first.key", "--key", "keys/second.key"];
        workspace.run_all(words).expect(0, &["it counts"]);
    }
    let (first, second) = ("section-3252-2026-03", "section-4713-2026-03");
    let phase_out = |until: &str, id: &str| format!("phase-out until before {until}: {id}");
    let barred = |id: &str| format!("barred: {id}");
    for (at, code, words) in [
        // The direction's phase-out ends after a court has stopped it: as is recorded now, it bars nobody.
        ("2026-03-03T17:01:00-05:00", 0, vec![format!("coming from 2026-03-04T05:00:00.000Z: {second}")]),
        // The order of 4 March was known and in effect with the first minute of the day.
        ("2026-03-04T00:00:00-05:00", 1, vec![barred(second)]),
        ("2026-03-06T17:01:00-05:00", 0, vec![phase_out("2026-09-03T04:00:00.000Z", second)]),
        ("2026-04-03T17:01:00-04:00", 0, vec![phase_out("2026-09-03T04:00:00.000Z", second)]),
        ("2026-09-02T23:59:59-04:00", 0, vec![phase_out("2026-09-03T04:00:00.000Z", second)]),
        ("2026-09-03T00:00:00-04:00", 1, vec![barred(second), "announced only: statement".to_owned()]),
    ] {
        let ran = workspace.run(&format!("routes --program {PROGRAM} --at {at}"));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        ran.expect(code, &words);
        // Enjoined from 3 April, and for national security systems only.
        assert!(!ran.out.contains(&barred(first)), "{ran:?}");
    }
}
