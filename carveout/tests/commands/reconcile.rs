//! `ledger reconcile`: the provider's export against the entries.

use crate::kit::{Ran, Workspace, provider};

fn reconcile(workspace: &Workspace, csv: &str, options: &str) -> Ran {
    workspace.write("usage.csv", csv);
    workspace.run(format!("ledger reconcile usage.csv {options}").trim())
}

#[test]
fn what_bypassed_the_gateway_and_what_is_missing_are_told_apart() {
    let provider = provider();
    let workspace = Workspace::with_decisions(&provider);
    let shown = workspace.run("ledger show --json").json();
    let entries = shown["entries"].as_array().unwrap();
    let settled = entries.iter().find(|entry| entry["entry"]["kind"] == "settled").unwrap();
    let id = settled["entry"]["event"]["provider_request"].as_str().unwrap();
    for (csv, options, code, words) in [
        (format!("time,request_id\nnow,{id}\n"), "", 0, "1 calls stand in both"),
        (format!("\u{feff}request_id\r\n{id}\r\n"), "", 0, "1 calls stand in both"),
        (format!("id\n{id}\n"), "--column id", 0, "1 calls stand in both"),
        (
            format!("request_id\n{id}\nreq-secret\n"),
            "",
            1,
            "1 calls that the provider answered and no entry records",
        ),
        ("request_id\n".to_owned(), "", 1, "1 calls that entries record and the provider's export lacks"),
        (format!("request_id\n{id}\n{id}\n"), "", 1, "1 lines repeat the request id of an earlier one"),
        (format!("request_id,x\n{id},1\n,2\n"), "", 1, "1 lines have no request id and can't be matched: 3"),
        (format!("request_id\n{id}\n"), "--provider sample-openai", 0, "1 calls stand in both"),
        ("request_id\n".to_owned(), "--provider sample-anthropic", 0, "they name: sample-openai"),
        (format!("request_id\n{id}\n"), "--provider other", 1, "no entry names the provider `other`"),
        (String::new(), "", 2, "`usage.csv` is empty"),
        (format!("id\n{id}\n"), "", 2, "`usage.csv` has no column `request_id`"),
        (format!("request_id\n{id}\na,b,c\n"), "", 2, "can't be read as a usage export"),
    ] {
        reconcile(&workspace, &csv, options).expect(code, &[words]);
        let document = reconcile(&workspace, &csv, format!("{options} --json").trim()).json();
        assert_eq!(document["even"] == true, code == 0, "{csv:?} {options}: {document:#}");
    }
    workspace.run("ledger reconcile none.csv").expect(2, &["none.csv"]);
    workspace.run("ledger reconcile keys").expect(2, &["is a folder"]);
}
