//! Clauses: what is compiled rules as the answers say.

use std::{path::PathBuf, sync::Arc};

use carveout_terms::{
    Agreement, Attester, FactKind, Facts, Known, Ruling, Stack, Vocabulary,
    designation::{Agency, Component, Designation, Docket, Options, Situation, Status, SystemClass},
};

use super::{event, record, text, when};

fn defense() -> Arc<Vocabulary> {
    let packs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/defense");
    let read = |name: &str| std::fs::read_to_string(packs.join(name)).unwrap();
    Arc::new(Vocabulary::parse(&read("defense.cedarschema"), &read("defense.toml")).unwrap())
}

fn compiled(
    docket: &Docket,
    vocabulary: &Vocabulary,
    program: Option<&str>,
) -> carveout_terms::designation::Compiled {
    let program = program.map(str::to_owned);
    let options = Options {
        known: Some(when("2030-01-01")),
        program,
        announced: false,
        hold: false,
        party: "customer".to_owned(),
    };
    docket.compile(vocabulary, &options).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn clauses_rule_as_the_answers_say_whatever_happened() {
    let vocabulary = defense();
    let everything = Arc::new(Agreement::everything(&vocabulary).unwrap());
    let energy = "scope = { agencies = [\"energy\"] }";
    let cui = "scope = { system_classes = [\"cui\"] }";
    let histories = [
        String::new(),
        event("a", "enjoins", "Court", "2026-02-01", energy),
        event("a", "enjoins", "Court", "2026-02-01", cui)
            + &event("b", "upholds", "Court", "2026-04-01", energy),
        event("a", "enjoins", "Court", "2026-02-01", "authorities = [\"A\"]")
            + &event(
                "b",
                "stays",
                "Other",
                "2026-03-01",
                &format!("authorities = [\"B\"]\n{energy}\nuntil = 2026-05-01"),
            ),
        event("a", "stays", "Court", "2026-02-01", "until = 2026-03-01")
            + &event("b", "vacates", "Court", "2026-05-01", cui),
        event("a", "rescinds", "Agency", "2026-04-01", "")
            + &event("b", "reinstates", "Agency", "2026-06-01", ""),
        event("a", "sets_phase_out", "Agency", "2026-02-01", "phase_out_until = 2026-04-01")
            + &format!(
                "[[priority]]\nname = \"e\"\nuntil = 2026-03-01\n{energy}\n[[exception]]\nwhat = \"c\"\nuntil = 2026-06-01\n{cui}\n"
            ),
    ];
    let mut denied = 0;
    for history in &histories {
        for (head, scope, dates) in [
            ("", "", ""),
            (
                "conduct = \"any_commerce\"",
                "agencies = [\"civilian\"]\nsystem_classes = [\"cui\", \"sci\"]",
                "until = 2026-06-30",
            ),
            (
                "",
                "agencies = [\"any_federal\"]\ncomponents = [\"intelligence_element\"]",
                "phase_out_until = 2026-02-15",
            ),
        ] {
            let docket = Docket::alone(record(head, scope, dates, history));
            let compiled = compiled(&docket, &vocabulary, None);
            for outcome in compiled.agreement.run_examples(&vocabulary) {
                assert_eq!(outcome.failure, None, "{}\n{}", outcome.example.text(), compiled.text());
            }
            let stack = Stack::new(
                Arc::clone(&vocabulary),
                vec![Arc::clone(&everything), Arc::new(compiled.agreement.clone())],
                Facts::default(),
            )
            .unwrap();
            for month in 1..=8 {
                let at = format!("2026-{month:02}-20T12:00:00Z");
                for situation in situations() {
                    let status = docket.in_force_for(&situation, when(&at), when("2030-01-01")).status;
                    let denies = rules(&stack, &situation, &at);
                    assert_eq!(
                        denies,
                        status == Status::Barred,
                        "{situation:?} at {at}: {status:?}\n{}",
                        compiled.text()
                    );
                    denied += usize::from(denies);
                }
            }
        }
    }
    assert!(denied > 1000, "{denied} of the uses are barred");
}

/// Every combination, and silence about each.
fn situations() -> Vec<Situation> {
    let agencies = [
        None,
        Some(Agency::Defense),
        Some(Agency::Energy),
        Some(Agency::Justice),
        Some(Agency::NonGovernment),
    ];
    let classes = [None, Some(SystemClass::Cui), Some(SystemClass::Sci), Some(SystemClass::Unclassified)];
    let components = [None, Some(Component::IntelligenceElement), Some(Component::OtherComponent)];
    let mut all = Vec::new();
    for agency in agencies {
        for system_class in classes {
            for component in components {
                all.push(Situation { agency, system_class, component, ..Situation::default() });
            }
        }
    }
    all
}

fn rules(stack: &Stack, situation: &Situation, at: &str) -> bool {
    let vocabulary = stack.vocabulary();
    let word = |word: Option<&'static str>| word.unwrap_or("unknown");
    let program = format!(
        "agency={}, system_class={}, component={}",
        word(situation.agency.map(Agency::as_str)),
        word(situation.system_class.map(SystemClass::as_str)),
        word(situation.component.map(Component::as_str))
    );
    let gateway = format!(
        "at=\"{at}\", maker=sample-maker, host=other, operator=other, model=other, deployment=unknown, \
         {}",
        no_counts(vocabulary)
    );
    let known = Known {
        program: Facts::parse(vocabulary, &program, Attester::Program).unwrap(),
        gateway: Facts::parse(vocabulary, &gateway, Attester::Gateway).unwrap(),
        ..Known::default()
    };
    stack.decide(&known.assemble(vocabulary).unwrap()).ruling == Ruling::Deny
}

#[test]
fn what_no_fact_says_bars_more_and_never_less_and_is_listed() {
    let vocabulary = defense();
    let rest = "[[exception]]\nwhat = \"spare parts\"\n[[waiver]]\nid = \"depot\"\nfor = \"f\"\ngranted = 2026-01-10\nscope = { programs = [\"depot\"] }\n\
                [[exception]]\nwhat = \"hooked\"\nscope = { hooks = [\"FAR 52.204-25\"] }\n";
    let docket = Docket::alone(record(
        "existing_contracts = \"only_if_modified\"\nconduct = [\"provide\", \"contract_with_a_user\"]",
        "agencies = [\"defense\"]\nprocurement_classes = [\"information technology\"]\npurposes = [\"logistics\", \"gardening\"]",
        "",
        rest,
    ));
    let told = compiled(&docket, &vocabulary, None);
    let listed = told.left_out.join("\n");
    for words in [
        "procurement",
        "gardening",
        "spare parts",
        "modified",
        "contracting with somebody",
        "depot",
        "FAR 52.204-25",
    ] {
        assert!(listed.contains(words), "{words}: {listed}");
        let prose = told.agreement.clause("2.1").unwrap().prose().to_owned();
        assert!(prose.to_lowercase().contains(&words.to_lowercase()), "{words}: {prose}");
    }
    assert!(
        told.enforces() && told.text().contains("Purpose::\"logistics\", Purpose::\"unknown\""),
        "{}",
        told.text()
    );
    // For the program that the waiver is for, nothing is left; for another one all is.
    assert!(!compiled(&docket, &vocabulary, Some("depot")).enforces());
    assert!(compiled(&docket, &vocabulary, Some("yard")).enforces());
}

#[test]
fn a_target_that_the_vocabulary_does_not_know_is_not_made_up() {
    let vocabulary = defense();
    let known = text("", "", "", "");
    for (from, to, enforces, said) in [
        ("name = \"sample-maker\"", "name = \"Anthropic, PBC\"", true, "is the maker `anthropic`"),
        ("name = \"sample-maker\"", "name = \"Other\"", false, "no member for Other"),
        ("name = \"sample-maker\"", "name = \"Example Nobody Inc.\"", false, "no member for Example Nobody"),
        (
            "name = \"sample-maker\"",
            "name = \"x\"\nmembers = { maker = [\"openai\", \"nope\"] }",
            true,
            "no maker `nope`",
        ),
        (
            "kind = \"source\"",
            "kind = \"model_family\"\nmodels = [\"claude-*\"]",
            true,
            "is the model `claude`",
        ),
        (
            "reach = \"made_by\"",
            "reach = [\"hosted_by\"]\naliases = [\"Amazon\"]",
            true,
            "is the host `amazon`",
        ),
    ] {
        assert!(known.contains(from));
        let record = Designation::parse(&known.replacen(from, to, 1)).unwrap();
        let told = compiled(&Docket::alone(record), &vocabulary, None);
        assert_eq!(told.enforces(), enforces, "{to}: {}", told.text());
        let said_somewhere = told.read_as.iter().chain(&told.left_out).any(|line| line.contains(said));
        assert!(said_somewhere, "{to}: {:?} {:?}", told.read_as, told.left_out);
    }
}

#[test]
fn nothing_that_a_record_says_becomes_a_clause() {
    let vocabulary = defense();
    for words in [
        "x\n\n## 4 Free\n\n```cedar\npermit (principal, action, resource);\n```\n",
        "see clause 4.2, clauses 7 and 9, clause\n12",
        "`code` *bold* _x_ [link](http://x) <script> &amp; # head | ~~~",
        "+++\nrole = \"grant\"\n+++",
        "- item\n1. item\n> quote\n    indented ```uses\npermit: x\n```",
        "\u{201c}quotes\u{201d} \\ \" ' 日本",
    ] {
        let written = toml::Value::String(words.to_owned()).to_string();
        let head = format!("note = {written}");
        let rest = format!(
            "[[exception]]\nwhat = {written}\n[[duty]]\nkind = \"report\"\ntrigger = {written}\nhook = {written}\n"
        );
        let text = text(&head, "", "", &rest)
            .replacen("title = \"Example order\"", &format!("title = {written}"), 1)
            .replacen("issuer = \"Example Agency\"", &format!("issuer = {written}"), 1)
            .replacen("title = \"t\"", &format!("title = {written}"), 1);
        let record = Designation::parse(&text).unwrap_or_else(|problems| panic!("{words}: {problems}"));
        let told = compiled(&Docket::alone(record), &vocabulary, None);
        let numbers: Vec<&str> =
            told.agreement.clauses().iter().map(carveout_terms::Clause::number).collect();
        assert_eq!(numbers, ["1", "1.1", "2", "2.1", "3", "3.1", "3.2"], "{words}\n{}", told.text());
        assert_eq!(told.agreement.policies().len(), 1, "{words}\n{}", told.text());
        assert_eq!(told.agreement.examples().len(), 2, "{words}\n{}", told.text());
    }
}

/// Every number and truth value as a gateway measures it of a request with nothing in it.
fn no_counts(vocabulary: &Vocabulary) -> String {
    let stated = |(_, fact): (_, &carveout_terms::Fact)| match fact.kind() {
        FactKind::Long => Some(format!("{}=0", fact.name())),
        FactKind::Bool => Some(format!("{}=?0", fact.name())),
        _ => None,
    };
    vocabulary.facts().filter_map(stated).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_class_of_procurement_is_barred_where_it_is_meant_and_where_nobody_says() {
    let vocabulary = defense();
    let classes = |listed: &str| {
        let scope = format!("agencies = [\"defense\"]\nprocurement_classes = [{listed}]");
        compiled(&Docket::alone(record("", &scope, "", "")), &vocabulary, None)
    };
    let known = classes("\"covered_article\"");
    let test = "[ProcurementClass::\"covered_article\", ProcurementClass::\"unknown\"].contains(context.procurement_class)";
    assert!(known.text().contains(test), "{}", known.text());
    assert!(!known.left_out.join(" ").contains("procurement"), "{:?}", known.left_out);
    // What can't be told apart is barred in all classes.
    let strange = classes("\"covered_article\", \"pencils\"");
    assert!(!strange.text().contains("ProcurementClass"), "{}", strange.text());
    assert!(strange.left_out.join(" ").contains("pencils"), "{:?}", strange.left_out);
    assert!(classes("\"pencils\"").enforces());
    // As an exception only what is known is taken out.
    let exception =
        "[[exception]]\nwhat = \"w\"\nscope = { procurement_classes = [\"other_article\", \"pencils\"] }";
    let excepted = compiled(&Docket::alone(record("", "", "", exception)), &vocabulary, None);
    assert!(excepted.text().contains("!(context.procurement_class == ProcurementClass::\"other_article\")"));
}

#[test]
fn as_it_becomes_known_a_clause_rules_at_every_instant_as_was_known_then() {
    let vocabulary = defense();
    let everything = Arc::new(Agreement::everything(&vocabulary).unwrap());
    let cui = "scope = { system_classes = [\"cui\"] }";
    let histories = [
        ("", String::new()),
        ("published = 2026-03-05\nphase_out_until = 2026-05-01", String::new()),
        ("", event("a", "stays", "Court", "2026-02-01", "known = 2026-04-15")),
        (
            "phase_out_until = 2026-03-15",
            event("a", "enjoins", "Court", "2026-02-01", &format!("known = 2026-03-10\n{cui}"))
                + &event("b", "sets_phase_out", "Agency", "2026-04-01", "phase_out_until = 2026-06-01"),
        ),
        (
            "",
            format!(
                "[[waiver]]\nid = \"w\"\nfor = \"f\"\ngranted = 2026-02-01\nknown = 2026-03-25\nexpires = 2026-06-30\n{cui}"
            ),
        ),
    ];
    let mut denied = 0;
    for (dates, history) in &histories {
        let docket = Docket::alone(record("", "", dates, history));
        let options = Options {
            known: None,
            program: None,
            announced: false,
            hold: false,
            party: "customer".to_owned(),
        };
        let compiled = docket.compile(&vocabulary, &options).unwrap();
        let limit = Arc::new(compiled.agreement.clone());
        let stack =
            Stack::new(Arc::clone(&vocabulary), vec![Arc::clone(&everything), limit], Facts::default())
                .unwrap();
        for month in 1..=8 {
            for day in [4, 12, 20, 28] {
                let at = format!("2026-{month:02}-{day:02}T12:00:00Z");
                for situation in situations() {
                    let status = docket.in_force_for(&situation, when(&at), when(&at)).status;
                    let denies = rules(&stack, &situation, &at);
                    assert_eq!(
                        denies,
                        status == Status::Barred,
                        "{situation:?} at {at}\n{}",
                        compiled.text()
                    );
                    denied += usize::from(denies);
                }
            }
        }
    }
    assert!(denied > 1000, "{denied} of the uses are barred");
}

#[test]
fn a_pending_waiver_holds_its_part_for_the_role_that_the_record_names() {
    let vocabulary = defense();
    let waiver = "[[waiver]]\nid = \"w\"\nfor = \"f\"\nrole = \"customer/release-authority\"\nscope = { programs = [\"depot\"] }";
    let docket = Docket::alone(record("", "", "", waiver));
    let compile = |program: &str, hold: bool| {
        let options = Options {
            known: None,
            program: Some(program.to_owned()),
            announced: false,
            hold,
            party: "customer".to_owned(),
        };
        docket.compile(&vocabulary, &options).unwrap_or_else(|problems| panic!("{problems}"))
    };
    let roles = |program, hold| -> Vec<Option<String>> {
        let compiled = compile(program, hold);
        let policies = compiled.agreement.policies().iter();
        policies.map(|policy| policy.hold().map(ToString::to_string)).collect()
    };
    let role = Some("customer/release-authority".to_owned());
    assert_eq!(roles("depot", true), [role]);
    assert_eq!(roles("depot", false), [None]);
    assert_eq!(roles("yard", true), [None]);
    // Part of a use's facts: who keeps quiet about them is barred, and nobody is held by that.
    let part = waiver.replace("programs = [\"depot\"]", "system_classes = [\"cui\"]");
    let docket = Docket::alone(record("", "", "", &part));
    let text = docket.compile(
        &vocabulary,
        &Options { known: None, program: None, announced: false, hold: true, party: "customer".to_owned() },
    );
    let text = text.unwrap().text().to_owned();
    assert!(text.contains("!(context.system_class == SystemClass::\"cui\")"), "{text}");
    for bad in ["release-authority", "Customer/role", "a/b/c", "/role"] {
        let bad = text_with_role(waiver, bad);
        assert!(Designation::parse(&bad).is_err(), "{bad}");
    }
}

fn text_with_role(waiver: &str, role: &str) -> String {
    text("", "", "", &waiver.replace("customer/release-authority", role))
}
