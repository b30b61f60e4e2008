//! `decide`: rulings, their explanation, and claims that can't be taken.

use crate::kit::Workspace;

#[test]
fn a_use_is_decided_with_the_exit_code_of_the_answer() {
    let workspace = Workspace::sample(None);
    for (arguments, use_, code, words) in [
        ("", "purpose=logistics.supply", 0, ["permit", "4.1"]),
        ("", "purpose=intel.foreign, volume=bulk, subject=us_person", 1, ["deny", "3.3"]),
        (
            "",
            "purpose=targeting.nominate, subject=none, human_control=approve_each",
            1,
            ["hold", "approval of customer/release-authority"],
        ),
        ("", "", 1, ["deny", "2.2"]),
        (
            "--approve customer/release-authority",
            "purpose=targeting.nominate, subject=none, human_control=approve_each",
            0,
            ["permit", "2.1"],
        ),
        (
            "--evidence source=commercially_purchased",
            "purpose=logistics.supply, subject=us_person",
            1,
            ["deny", "4.3"],
        ),
        (
            "--program logistics-support",
            "purpose=logistics.supply",
            0,
            ["system_class=routine_business", "maker=sample-maker"],
        ),
        (
            "--program logistics-support",
            "purpose=intel.foreign",
            1,
            ["refused before it is decided", "not registered for the purpose `intel.foreign`"],
        ),
        (
            "--explain",
            "purpose=weapons.cbrn",
            1,
            [
                "yes purpose is weapons.cbrn (is purpose=weapons.cbrn: the caller's word)",
                "(is volume=unknown: nobody says)",
            ],
        ),
        (
            "--explain --evidence purpose=intel.foreign",
            "purpose=logistics.supply, subject=none",
            1,
            ["4.2 forbids", "yes purpose is within intel (is purpose=intel.foreign: the evidence)"],
        ),
        (
            "",
            "at=@1577836800, purpose=logistics.supply",
            1,
            ["deny", "no grant governs this target at this time"],
        ),
        ("", "maker=openai, purpose=logistics.supply", 1, ["deny", "no grant governs"]),
    ] {
        let arguments = ["decide"].into_iter().chain(arguments.split(' ').filter(|word| !word.is_empty()));
        let arguments: Vec<&str> = arguments.chain(["--use", use_]).collect();
        workspace.run_all(&arguments).expect(code, &words);
        let document = workspace.run_all(arguments.into_iter().chain(["--json"])).expect(code, &[]).json();
        assert_eq!(document["ruling"] == "permit", code == 0, "{document:#}");
    }
}

#[test]
fn a_claim_that_can_t_be_taken_is_a_failure_with_a_hint() {
    let workspace = Workspace::sample(None);
    for (arguments, words) in [
        (["--use", "purpos=logistics.supply"], ["unknown fact `purpos`", "did you mean `purpose`?"]),
        (
            ["--use", "purpose=logistic.supply"],
            ["can't be `logistic.supply`", "did you mean `logistics.supply`?"],
        ),
        (["--use", "purpose=logistics"], ["it is a group", "`logistics.supply`"]),
        (
            ["--use", "purpose=logistics.supply, purpose=intel.foreign"],
            ["`purpose` is stated twice", "state it once"],
        ),
        (["--use", "purpose=(unfinished"], ["not a dictionary of facts", "RFC 9651"]),
    ] {
        let ran = workspace.run_all(["decide"].into_iter().chain(arguments));
        ran.expect(2, &words);
        assert!(ran.out.is_empty(), "{ran:?}");
    }
    let supply = ["--use", "purpose=logistics.supply"];
    for (arguments, words) in [
        (["--approve", "customer/duty-officer"], ["no party has the role", "customer/release-authority"]),
        (["--evidence", "volume=heaps"], ["`volume` can't be `heaps`", "`volume=heaps`"]),
        (["--program", "logistic-support"], ["there is no program `logistic-support`", "logistics-support"]),
        (["--route", "sample"], ["there is no route `sample`", "sample-chat"]),
    ] {
        workspace.run_all(["decide"].into_iter().chain(supply).chain(arguments)).expect(2, &words);
    }
}

#[test]
fn agreements_are_decided_without_a_workspace_too() {
    let workspace = Workspace::sample(None);
    let terms = workspace.path("agreements/sample-terms.md");
    let rules = workspace.path("agreements/house-rules.md");
    let decide = |use_: &str| {
        crate::kit::run([
            "decide".as_ref(),
            terms.as_os_str(),
            rules.as_os_str(),
            "--use".as_ref(),
            use_.as_ref(),
        ])
    };
    decide("purpose=logistics.supply").expect(0, &["permit"]);
    decide("purpose=software.dev, subject=none, weapon_function=none, tools_offered=1, deployment=gov_cloud")
        .expect(1, &["deny", "house-rules 1.1"]);
    crate::kit::run(["-C", "/", "decide", "--use", ""]).expect(2, &["`/` is no workspace", "carveout init"]);
}

/// A text is measured as a gateway would, and `--explain` names what it tripped the wire with.
#[test]
fn a_text_is_decided_by_what_it_shows_and_its_tripwire_is_explained() {
    let workspace = Workspace::sample(None);
    let tracked = "Reconstruct from the bought phone location data where every resident sleeps and works, and store names \
                   and home addresses of the whole population without any suspicion. Write to ines@posthaus-nord.de.";
    workspace.write("tracked.txt", tracked);
    workspace.write("quiet.txt", "How many pallets of tyres are in store?");
    workspace.write("picture.png", b"\x89PNG\xff\xfe");
    let hold = "@hold(\"customer/release-authority\")\nforbid (principal, action, resource)\n\
                when { context.tripwire.containsAny([Tripwire::\"mass_surveillance\", Tripwire::\"unknown\"]) };\n";
    let head = "+++\nagreement = \"watchful\"\nversion = \"1\"\nvocabulary = \"defense\"\nrole = \"limit\"\n\
                effective = 2026-01-01\ngoverns = { maker = \"sample-maker\" }\n\
                party = [ { id = \"customer\", name = \"Example Agency\", roles = [\"release-authority\"] } ]\n+++\n";
    let prose = "# A limit\n\n## 1 Watching\n\nNobody is watched without a suspicion.\n\n";
    workspace.write("watchful.md", format!("{head}{prose}```cedar\n{hold}```\n"));
    let decide = |text: &str, more: &[&str]| {
        let files = ["decide", "agreements/sample-terms.md", "watchful.md", "--text", text];
        let use_ = ["--use", "purpose=logistics.supply, subject=none"];
        workspace.run_all(files.iter().chain(&use_).chain(more))
    };
    decide("quiet.txt", &["--explain"])
        .expect(0, &["permit", "tripwire=(none)", "tripwire: 0 raised in 1 texts"]);
    decide("tracked.txt", &["--explain"]).expect(
        1,
        &[
            "hold",
            "watchful 1",
            "tripwire=(mass_surveillance): measured",
            "and the evidence subject=unknown",
            "mass_surveillance in",
            "population",
        ],
    );
    let document = decide("tracked.txt", &["--explain", "--json"]).json();
    assert_eq!(document["tripwire"][0]["family"], "mass_surveillance", "{document:#}");
    assert!(document["tripwire"][0]["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
    assert!(document["facts"]["gateway"].as_str().unwrap().contains("persons_at_least=1"), "{document:#}");
    assert!(decide("tracked.txt", &["--json"]).json()["tripwire"].is_null(), "only where it is asked for");
    // What is typed is supposed all the same.
    let use_ = "purpose=logistics.supply, tripwire=(none)";
    let files =
        ["decide", "agreements/sample-terms.md", "watchful.md", "--text", "tracked.txt", "--use", use_];
    workspace.run_all(files).expect(0, &["permit"]);
    decide("picture.png", &[]).expect(2, &["can't be read"]);
    decide("nothing.txt", &[]).expect(2, &["`nothing.txt` can't be read"]);
}
