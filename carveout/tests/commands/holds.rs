//! `holds`: officers at a gateway that runs, and in a workspace whose gateway is stopped.

use serde_json::Value as Json;

use crate::kit::{Serving, Workspace, post, provider};

/// The sample's use that the release authority must approve.
const HELD: &str = "purpose=targeting.nominate, volume=targeted, subject=none";
const PROGRAM: &str = "intelligence-support";

/// The sample workspace with an officer for its release authority, and one who asks for the program himself.
fn with_officers(provider: &Serving) -> Workspace {
    let workspace = Workspace::sample(Some(provider));
    for (id, programs) in [("release", ""), ("requester", "\"intelligence-support\"")] {
        workspace.run(&format!("keygen --name officer.example/{id} --out {id}.key")).expect(0, &[]);
        let token = workspace.run(&format!("keygen --officer {id} --json")).expect(0, &[]).json();
        workspace.write(&format!("{id}.token"), token["token"].as_str().unwrap());
        let digest = token["token_sha256"].as_str().unwrap();
        workspace.append(
            "carveout.toml",
            &format!(
                "\n[[officer]]\nid = \"{id}\"\nroles = [\"customer/release-authority\"]\nkey = \"file:{id}.pub\"\n\
                 token_sha256 = \"{digest}\"\nprograms = [{programs}]\n"
            ),
        );
    }
    workspace.run("holds appoint --key keys/customer.key").expect(0, &["release", "requester", "two-person"]);
    workspace
}

fn held(workspace: &Workspace, gateway: &Serving) -> String {
    let (status, answer) = workspace.ask(gateway, PROGRAM, HELD);
    assert_eq!(status, 403, "{answer}");
    let body: Json = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    body["error"]["carveout"]["hold"].as_str().unwrap().to_owned()
}

fn collect(workspace: &Workspace, gateway: &Serving, hold: &str) -> (u16, String) {
    let headers = format!("Authorization: Bearer {}\r\n", workspace.key(PROGRAM));
    post(gateway.address, &format!("/carveout/v1/holds/{hold}/collect"), &headers, "")
}

fn at(gateway: &Serving, officer: &str) -> String {
    format!("--gateway http://{} --token file:{officer}.token", gateway.address)
}

#[test]
fn an_officer_lists_shows_and_approves_at_a_gateway_and_the_record_says_so() {
    let provider = provider();
    let workspace = with_officers(&provider);
    let gateway = workspace.serve();
    let (hold, other) = (held(&workspace, &gateway), held(&workspace, &gateway));
    let officer = at(&gateway, "release");
    let listed = workspace.run(&format!("holds list --json {officer}")).expect(0, &[]).json();
    assert_eq!(
        (&listed["holds"][0]["hold"], &listed["holds"][0]["state"]),
        (&hold.clone().into(), &"waiting".into())
    );
    workspace.run(&format!("holds list {officer}")).expect(0, &[&hold, &other, "customer/release-authority"]);
    workspace
        .run(&format!("holds show {hold} {officer}"))
        .expect(0, &["sample-terms 3.5", "targeting.nominate", "Which parts are short?"]);

    // By the two-person rule, and with a key that isn't the token's.
    let himself = at(&gateway, "requester");
    workspace
        .run(&format!("holds approve {hold} --key requester.key {himself}"))
        .expect(2, &["not for this officer", "two-person rule"]);
    workspace
        .run(&format!("holds approve {hold} --key requester.key {himself} --as customer/release-authority"))
        .expect(2, &["two-person rule"]);
    workspace
        .run(&format!("holds approve {hold} --key requester.key {officer}"))
        .expect(2, &["not this officer's answer"]);
    workspace.run(&format!("holds approve {hold} --key requester.key")).expect(2, &["two-person rule"]);
    workspace.run(&format!("holds approve {hold} --key release.key")).expect(2, &["--gateway"]);
    workspace
        .run("holds list --gateway http://203.0.113.1 --token file:release.token")
        .expect(2, &["https://"]);
    workspace
        .run(&format!("holds list --gateway http://{} --token file:keys/vendor.pub", gateway.address))
        .expect(2, &["token"]);
    assert_eq!(collect(&workspace, &gateway, &hold).0, 403);

    let approved = workspace
        .run(&format!("holds approve {hold} --key release.key --json {officer}"))
        .expect(0, &[])
        .json();
    assert_eq!(approved["answer"], "approved");
    workspace
        .run(&format!("holds approve {hold} --key release.key {officer}"))
        .expect(2, &["approved already"]);
    workspace
        .run(&format!("holds refuse {other} --key release.key {officer}"))
        .expect(0, &["refused", &other]);
    assert_eq!(collect(&workspace, &gateway, &hold).0, 200);
    assert_eq!(collect(&workspace, &gateway, &hold).0, 403);
    let (status, denied) = collect(&workspace, &gateway, &other);
    assert!(status == 403 && denied.contains("has been refused"), "{denied}");
    assert_eq!(gateway.stop(), Some(0));

    workspace.run("ledger verify --redecide").expect(0, &["verified", "3 decisions", "0 differ"]);
    workspace.run("ledger show").expect(
        0,
        &["officers appointed by customer", "approved by release", "refused by release", "erased"],
    );
    workspace.run("holds list").expect(0, &["nothing is on hold"]);
    workspace.run(&format!("holds show {hold}")).expect(0, &["collected"]);
}

#[test]
fn an_officer_is_shown_what_evidence_there_is() {
    let provider = provider();
    let workspace = with_officers(&provider);
    let gateway = workspace.serve();
    let body = r#"{"model":"sample-chat","messages":[{"role":"user","content":"Nominate ann@harbour-mail.org with the licence plate 7KLM482."}]}"#;
    let headers = format!(
        "Authorization: Bearer {}\r\nCarveout-Use: purpose=targeting.nominate, volume=targeted, \
         subject=non_us_person\r\nContent-Type: application/json\r\n",
        workspace.key(PROGRAM)
    );
    let (status, answer) = post(gateway.address, "/v1/chat/completions", &headers, body);
    assert_eq!(status, 403, "{answer}");
    let told: Json = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let hold = told["error"]["carveout"]["hold"].as_str().unwrap().to_owned();
    let words = [
        "persons, 0 rows; identifiers:",
        "1 email (1 distinct), 1 plate (1 distinct)",
        "/messages/0/content: email `ann@harbour-mail.org` at 9-29",
    ];
    let officer = at(&gateway, "release");
    workspace.run(&format!("holds show {hold} {officer}")).expect(0, &words);
    let remote = workspace.run(&format!("holds show {hold} --json {officer}")).expect(0, &[]).json();
    assert_eq!(remote["evidence"]["identifiers"]["plate"]["found"], 1, "{remote:#}");
    let himself = workspace.run(&format!("holds show {hold} --json {}", at(&gateway, "requester"))).json();
    assert!(himself["evidence"].is_null() && himself["body"].is_null(), "{himself:#}");
    assert_eq!(gateway.stop(), Some(0));
    // The same without a gateway.
    workspace.run(&format!("holds show {hold}")).expect(0, &words);
    let local = workspace.run(&format!("holds show {hold} --json")).expect(0, &[]).json();
    assert_eq!(local["evidence"], remote["evidence"]);
}

#[test]
fn what_is_asked_of_holds_in_vain_says_what_to_do() {
    let workspace = Workspace::sample(None);
    let hold = format!("hold-{}", "0".repeat(32));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    workspace.write("some.token", "cvt_release_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE");
    for (words, said) in [
        ("list".to_owned(), "nothing was on hold yet"),
        (format!("show {hold}"), "there is no ledger in"),
        ("show nonsense".to_owned(), "write `hold-` and 32 lowercase hexadecimal digits"),
        (format!("approve {hold} --key no.key"), "can't read `no.key`"),
        (format!("approve {hold} --key keys/customer.key --minutes 0"), "0 is not in 1..="),
        ("list --token file:some.token".to_owned(), "with `--gateway`"),
        ("list --gateway elsewhere --token file:some.token".to_owned(), "must start with `https://`"),
        (format!("list --gateway http://{nobody} --token file:none"), "none"),
        (format!("list --gateway http://{nobody} --token file:some.token"), "is it running"),
    ] {
        workspace.run(&format!("holds {words}")).expect(2, &[said]);
        let told = workspace.run(&format!("holds {words} --json")).expect(2, &[]).json();
        assert_eq!((&told["command"], told["error"].is_string()), (&"error".into(), true), "{words}: {told}");
    }
}

#[test]
fn what_is_approved_in_a_workspace_is_collected_from_the_next_gateway() {
    let provider = provider();
    let workspace = with_officers(&provider);
    let gateway = workspace.serve();
    let hold = held(&workspace, &gateway);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run(&format!("holds show {hold}")).expect(0, &["waiting", "Which parts are short?"]);
    workspace.run(&format!("holds approve {hold} --key keys/vendor.key")).expect(2, &["no officer's key"]);
    workspace.run(&format!("holds approve {hold} --key release.key --minutes 5")).expect(0, &["approved"]);
    workspace.run(&format!("holds approve {hold} --key release.key")).expect(2, &["approved already"]);
    let gateway = workspace.serve();
    assert_eq!(collect(&workspace, &gateway, &hold).0, 200);
    assert_eq!(collect(&workspace, &gateway, &hold).0, 403);
    gateway.kill();
    // A later start closes what the kill left, and the hold stays used.
    let gateway = workspace.serve();
    assert!(matches!(collect(&workspace, &gateway, &hold).0, 403 | 404));
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger verify --redecide").expect(0, &["verified", "0 differ"]);
}

#[test]
fn officers_that_the_agreements_do_not_know_are_refused_at_the_start() {
    let provider = provider();
    let cases = [
        ("customer/release-authority", "customer/janitor", "no party has the role `customer/janitor`"),
        ("\"intelligence-support\"", "\"no-such\"", "there is no program `no-such`"),
        ("file:requester.pub", "file:release.pub", "given twice"),
        ("token_sha256 = \"", "token_sha256 = \"x", "not a digest"),
    ];
    for (old, new, said) in cases {
        let workspace = with_officers(&provider);
        workspace.edit("carveout.toml", old, new);
        workspace.refuses(&[said]);
    }
}

#[test]
fn officers_answer_only_if_their_party_has_signed_for_just_these() {
    let provider = provider();
    let workspace = with_officers(&provider);
    let note = std::fs::read_to_string(workspace.path("officers/customer.sig")).unwrap();
    assert!(note.starts_with("Carveout statement v1: appointment\nid: customer\n"), "{note}");
    workspace.run("holds appoint --key release.key").expect(2, &["no party's key"]);
    // Whoever can write carveout.toml can't appoint: the roles, the person's own programs and the rule are signed.
    for (old, new) in [
        ("programs = [\"intelligence-support\"]", "programs = []"),
        ("file:requester.pub", "file:keys/vendor.pub"),
        ("id = \"requester\"", "id = \"friend\""),
        ("[parties]", "[holds]\ntwo_person = false\n\n[parties]"),
    ] {
        let workspace = with_officers(&provider);
        workspace.edit("carveout.toml", old, new);
        workspace.refuses(&["`customer` has not appointed", "carveout holds appoint --key FILE"]);
    }
    std::fs::remove_file(workspace.path("officers/customer.sig")).unwrap();
    workspace.refuses(&["has not appointed", "does not exist"]);
    // The other party's signature is none.
    workspace.run("holds appoint --key keys/vendor.key --json").expect(0, &["vendor"]);
    workspace.refuses(&["`customer` has not appointed"]);
    std::fs::copy(workspace.path("officers/vendor.sig"), workspace.path("officers/customer.sig")).unwrap();
    workspace.refuses(&["`customer` has not appointed"]);
    workspace.write("officers/customer.sig", &note);
    let gateway = workspace.serve();
    assert_eq!(gateway.stop(), Some(0));

    workspace.edit("carveout.toml", "programs = [\"intelligence-support\"]", "programs = []");
    workspace.edit("carveout.toml", "signatures = \"required\"", "signatures = \"optional\"");
    let gateway = workspace.serve();
    assert_eq!(gateway.stop(), Some(0), "while terms are drafted, signatures are recorded and not demanded");
}

#[test]
fn a_party_takes_its_word_back_for_good() {
    let provider = provider();
    let workspace = with_officers(&provider);
    let before = (workspace.read("carveout.toml"), workspace.read("officers/customer.sig"));
    assert_eq!(workspace.serve().stop(), Some(0));
    let (kept, _) = before.0.split_once("\n[[officer]]").unwrap();
    workspace.write("carveout.toml", kept);
    workspace.run("holds appoint --key keys/customer.key").expect(0, &["nobody"]);
    assert_eq!(workspace.serve().stop(), Some(0));
    workspace.write("carveout.toml", &before.0);
    workspace.write("officers/customer.sig", &before.1);
    workspace.refuses(&["the older word doesn't come back"]);
    workspace.run("holds appoint --key keys/customer.key").expect(0, &["release"]);
    assert_eq!(workspace.serve().stop(), Some(0));
    workspace.run("ledger verify").expect(0, &["verified"]);
}

#[test]
fn a_webhook_that_must_not_be_told_is_refused_at_the_start() {
    let provider = provider();
    let cases = [
        ("url = \"http://hooks.example/x\"", "must start with `https://`"),
        ("url = \"https://169.254.169.254/x\"", "not a public one"),
        ("url = \"https://10.0.0.1/key\"", "set `private = true`"),
        ("url = \"http://10.0.0.1/x\"\ninsecure = true", "this machine only"),
        ("url = \"https://hooks.example/x\"\nnews = [\"opened\"]", "unknown variant `opened`"),
        ("url = \"https://hooks.example/x\"\nca_file = \"carveout.toml\"", "holds no certificate"),
        ("url = \"https://hooks example/x\"", "can't be told"),
    ];
    for (line, said) in cases {
        let workspace = with_officers(&provider);
        workspace.write("hook.secret", "0123456789abcdef0123456789abcdef");
        workspace.append("carveout.toml", &format!("\n[[webhook]]\nsecret = \"file:hook.secret\"\n{line}\n"));
        workspace.refuses(&[said]);
    }
    let workspace = with_officers(&provider);
    workspace.write("hook.secret", "short");
    let line = "\n[[webhook]]\nsecret = \"file:hook.secret\"\nurl = \"https://hooks.example/key\"\n";
    workspace.append("carveout.toml", line);
    workspace.refuses(&["shorter than 32 characters"]);
}
