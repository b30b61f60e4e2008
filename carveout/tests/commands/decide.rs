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
