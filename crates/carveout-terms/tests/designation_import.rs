//! Published lists: what is read of them, and the list of what is not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

use carveout_terms::{
    Digest,
    designation::{
        Agency, Conduct, Confidence, Designation, Instrument, InstrumentKind, SystemClass, When,
        import::{
            Imported, List, Mapping, fascsa_orders, follow_the_money, mapped, open_sanctions_table,
            sam_exclusions,
        },
    },
};

fn list() -> List {
    List {
        prefix: "x".to_owned(),
        title: "example list".to_owned(),
        url: Some("https://list.example".to_owned()),
        known: When::find("2026-06-01").unwrap(),
        confidence: Confidence::Primary,
        issuer: Some("Example Agency".to_owned()),
        authority: Some("Example Act".to_owned()),
        kind: InstrumentKind::StatutoryList,
        conduct: vec![Conduct::Provide],
        agencies: vec![Agency::AnyFederal],
    }
}

fn instruments(imported: &Imported) -> Vec<&Instrument> {
    imported.records.iter().map(Designation::instrument).collect()
}

/// What, how often, where first and a part of the reason.
fn passed(imported: &Imported) -> Vec<(String, usize, String)> {
    imported
        .not_read
        .iter()
        .map(|passed| (format!("{}: {}", passed.what, passed.reason), passed.times, passed.first.clone()))
        .collect()
}

fn was_passed(imported: &Imported, words: &str, times: usize, first: &str) {
    let found = passed(imported)
        .into_iter()
        .any(|(told, often, place)| told.contains(words) && often == times && place == first);
    assert!(found, "`{words}` {times} times from {first}: {:?}", passed(imported));
}

const SAM: &str = "\
Classification,Name,Prefix,First,Middle,Last,Suffix,Address 1,City,State / Province,Country,Zip Code,Unique Entity ID,Exclusion Program,Excluding Agency,CT Code,Exclusion Type,Additional Comments,Active Date,Termination Date,Record Status,Cross-Reference,SAM Number,CAGE,NPI,Creation_Date
Firm,\"Example Supplies, Inc.\",,,,,,1 Road,Town,VA,USA,1,ABCDEFGH1234,Reciprocal,EPA,,Ineligible (Proceedings Completed),see clause 4.2,03/04/2026,03/03/2029,Active,,S4MR1,1AB23,,03/05/2026
Firm,Example Supplies West,,,,,,2 Road,Town,VA,USA,1,ABCDEFGH1234,Reciprocal,EPA,,Ineligible (Proceedings Completed),,03/04/2026,03/03/2029,Active,,S4MR1,1AB24,,03/05/2026
Firm,\"Example Supplies, Inc.\",,,,,,3 Road,Town,VA,USA,1,ABCDEFGH1234,Reciprocal,EPA,,Ineligible (Proceedings Completed),,03/04/2026,03/03/2029,Active,,S4MR1,1AB23,,03/05/2026
Individual,,Dr.,Sample,Q,Person,Jr.,,Town,VA,USA,1,,Reciprocal,TREAS-OFAC,BBB,Prohibition/Restriction,,01/01/2020,Indefinite,Active,,S4MR2,,,01/01/2020
Firm,Bad Date,,,,,,,,,,,,,EPA,,Ineligible,,3/4/26,,Active,,S4MR3,,,
Firm,Bad Identifier,,,,,,,,,,,SHORT,,EPA,,Ineligible,,01/01/2026,,Active,,S4MR4,,,
Firm,Over,,,,,,,,,,,,,EPA,,Ineligible,,01/01/2026,,Inactive,,S4MR5,,,
Firm,Too Short,,
Firm,,,,,,,,,,,,,,EPA,,Ineligible,,01/01/2026,,Active,,S4MR6,,,
Firm,No Dates,,,,,,,,,,,,,EPA,,Ineligible,,,,Active,,,,,
";

#[test]
fn sam_s_exclusions_are_read() {
    let imported = sam_exclusions(SAM.as_bytes(), &list());
    assert_eq!(imported.rows, 10);
    let read = instruments(&imported);
    let ids: Vec<&str> = read.iter().map(|instrument| instrument.id.as_str()).collect();
    assert_eq!(ids.len(), 3, "{:?}", passed(&imported));
    assert_eq!(ids[..2], ["x-s4mr1", "x-s4mr2"]);
    let firm = read[0];
    assert_eq!(firm.targets[0].name, "Example Supplies, Inc.");
    assert_eq!(firm.targets[0].aliases, ["Example Supplies West"]);
    assert_eq!(
        (firm.targets[0].uei.as_slice(), firm.targets[0].cage.as_slice()),
        (&["ABCDEFGH1234".to_owned()][..], &["1AB23".to_owned(), "1AB24".to_owned()][..])
    );
    assert_eq!(
        (firm.kind, firm.issuer.as_str(), firm.authorities[0].as_str()),
        (InstrumentKind::Debarment, "EPA", "FAR subpart 9.4")
    );
    assert_eq!(firm.dates.effective.to_string(), "2026-03-04");
    assert_eq!(firm.dates.until.unwrap().to_string(), "2029-03-03");
    assert_eq!(firm.dates.known.to_string(), "2026-03-05");
    assert_eq!(firm.sources[0].digest, Digest::of(SAM.as_bytes()));
    assert!(firm.note.as_ref().unwrap().contains("see clause 4.2"));
    let person = read[1];
    assert_eq!(person.targets[0].name, "Dr. Sample Q Person Jr.");
    assert_eq!((person.kind, person.dates.until), (InstrumentKind::StatutoryList, None));
    assert!(read[2].note.as_ref().unwrap().contains("no date from which"), "{:?}", read[2]);
    assert_eq!(read[2].dates.effective.to_string(), "2026-06-01");
    was_passed(&imported, "repeats an earlier row", 1, "line 4");
    was_passed(&imported, "active date is no date", 1, "line 6");
    was_passed(&imported, "`SHORT` is no UEI", 1, "line 7");
    was_passed(&imported, "inactive", 1, "line 8");
    was_passed(&imported, "not as many columns", 1, "line 9");
    was_passed(&imported, "it names nobody", 1, "line 10");
    was_passed(&imported, "`Address 1` has no place", 1, "column 8");
    assert_eq!(imported.not_read.len(), 6 + 5, "{:?}", passed(&imported));
}

const FASCSA: &str = "\
Classification,Name,Unique Entity ID,Excluding Agency,Exclusion Type,Active Date,Termination Date,SAM Number,CAGE,Creation Date
Firm,Example Civil Source,,DHS,FASCSA Exclusion Order,2025-07-11,Indefinite,F1,,2025-09-15
Firm,Example Defense Source,,DoD,FASCSA Removal Order,2025-07-11,Indefinite,F2,,2025-09-15
Covered Article,Example Article,,ODNI,FASCSA Order,2025-07-11,Indefinite,F3,,2025-09-15
";

#[test]
fn orders_are_read_with_their_reach_and_duties() {
    let imported = fascsa_orders(FASCSA.as_bytes(), &list());
    let read = instruments(&imported);
    let reach: Vec<(&str, &[Agency], &[SystemClass])> = read
        .iter()
        .map(|i| (i.id.as_str(), i.scope.agencies.as_slice(), i.scope.system_classes.as_slice()))
        .collect();
    assert_eq!(
        reach,
        [
            ("x-f1", &[Agency::Civilian][..], &[][..]),
            (
                "x-f2",
                &[Agency::Defense][..],
                &[
                    SystemClass::NationalSecuritySystem,
                    SystemClass::Cui,
                    SystemClass::Unclassified,
                    SystemClass::RoutineBusiness
                ][..]
            ),
            ("x-f2-nss", &[Agency::AnyFederal][..], &[SystemClass::NationalSecuritySystem][..]),
            ("x-f3", &[Agency::IntelligenceCommunity][..], &[][..]),
            ("x-f3-sci", &[Agency::AnyFederal][..], &[SystemClass::Sci][..]),
        ]
    );
    assert_eq!((read[0].kind, read[1].kind), (InstrumentKind::ExclusionOrder, InstrumentKind::RemovalOrder));
    // The first order took effect two months before it was published.
    assert_eq!(imported.records[0].instrument().dates.known.to_string(), "2025-09-15");
    let report = read[0].duties.iter().find(|duty| duty.within.is_some()).unwrap();
    assert_eq!((report.within.unwrap().amount, report.hook.as_str()), (3, "FAR 52.204-30"));
    assert!(imported.not_read.is_empty(), "{:?}", passed(&imported));
}

const NESTED: &str = r#"
{"id":"e1","caption":"Example Maker Ltd","schema":"Company","properties":{"name":["Example Maker Ltd"],"alias":["EM"],"leiCode":["529900T8BM49AURSDO55"],"website":["maker.example"],"topics":["sanction"],"sanctions":[{"id":"s1","schema":"Sanction","properties":{"authority":["Example Treasury"],"program":["EX-1"],"startDate":["2024"],"endDate":["2025-06"],"reason":["because"]}},{"id":"s2","schema":"Sanction","properties":{"listingDate":["2025-03-02"]}}]}}
{"id":"e2","caption":"No Sanction","schema":"Company","properties":{"name":["No Sanction"]}}
{"id":"o1","schema":"Ownership","properties":{"owner":["e1"]}}
{"id":"o2","schema":"Ownership","properties":{"owner":["e1"]}}
not json
[]
{"id":"e3","caption":"Bad Date","schema":"Company","properties":{"sanctions":[{"id":"s3","schema":"Sanction","properties":{"startDate":["soon"]}}]}}
"#;

#[test]
fn sanctions_nested_in_entities_are_read() {
    let imported = follow_the_money(NESTED.as_bytes(), &list());
    let read = instruments(&imported);
    assert_eq!(
        read.iter().map(|i| i.id.as_str()).collect::<Vec<_>>(),
        ["x-s1", "x-s2"],
        "{:?}",
        passed(&imported)
    );
    assert_eq!((read[0].issuer.as_str(), read[0].authorities[0].as_str()), ("Example Treasury", "EX-1"));
    // A year begins with its first day, and a month ends with its last.
    assert_eq!(
        (read[0].dates.effective.to_string(), read[0].dates.until.unwrap().to_string()),
        ("2024-01-01".into(), "2025-06-30".into())
    );
    assert_eq!(
        (read[1].issuer.as_str(), read[1].dates.effective.to_string()),
        ("Example Agency", "2025-03-02".into())
    );
    assert_eq!(read[0].targets[0].aliases, ["EM"]);
    was_passed(&imported, "no sanction says who", 1, "line 3");
    was_passed(&imported, "`Ownership` is nobody", 2, "line 4");
    was_passed(&imported, "no JSON", 1, "line 6");
    was_passed(&imported, "no entity", 1, "line 7");
    was_passed(&imported, "`startDate` is no date", 1, "line 8");
    was_passed(&imported, "`topics` has no place", 1, "line 2");
    assert_eq!(imported.not_read.len(), 6);
}

#[test]
fn sanctions_beside_entities_are_read_in_any_order() {
    let flat = r#"[{"id":"s1","schema":"Sanction","properties":{"entity":["e1"],"startDate":["2024-02-29"]}},
        {"id":"s2","schema":"Sanction","properties":{"entity":["gone"],"startDate":["2024-02-29"]}},
        {"id":"e1","schema":"LegalEntity","properties":{"name":["Example Entity"]}}]"#;
    let imported = follow_the_money(flat.as_bytes(), &list());
    assert_eq!(instruments(&imported)[0].targets[0].name, "Example Entity");
    was_passed(&imported, "whom it is about is not in the file", 1, "entity 2");
    assert_eq!((imported.records.len(), imported.not_read.len(), imported.rows), (1, 1, 3));
}

#[test]
fn open_sanctions_tables_are_read() {
    let table = "Name,Clean Name,Alias,Previous Name,Parent Name,Note,Start date,End date,Source Url\n\
                 Example Works (EW),Example Works,EW;E. Works,Old Works,Example Parent,a note,2023-01-31,,https://x.example\n\
                 Example Works (EW),Example Works,EW,Old Works,,again,2023-01-31,,\n";
    let imported = open_sanctions_table(table.as_bytes(), &list());
    let read = instruments(&imported);
    assert_eq!(read[0].targets[0].aliases, ["Example Works", "EW", "E. Works", "Old Works"]);
    assert_eq!(read[0].note.as_deref(), Some("a note https://x.example"));
    was_passed(&imported, "`Parent Name` has no place", 1, "column 5");
    was_passed(&imported, "name and date, of an earlier row", 1, "line 3");
    assert_eq!((imported.records.len(), imported.not_read.len()), (1, 2));
}

#[test]
fn any_table_is_read_by_a_mapping() {
    let table = "\u{feff}No,Company,Also,From,Why,Extra\n7,Example One,One|Uno,01/02/2026,because,x\n8,Example Two,,never,,\n";
    let mapping = Mapping::of(["id=No", "name=Company", "alias=Also", "effective=From", "note=Why"]).unwrap();
    let imported = mapped(table.as_bytes(), &mapping, &list());
    let read = instruments(&imported);
    assert_eq!(
        (read[0].id.as_str(), read[0].targets[0].aliases.as_slice()),
        ("x-7", &["One".to_owned(), "Uno".to_owned()][..])
    );
    assert_eq!(read[0].dates.effective.to_string(), "2026-01-02");
    was_passed(&imported, "`Extra` has no place", 1, "column 6");
    was_passed(&imported, "`effective` is no date", 1, "line 3");
    for (pairs, said) in [
        (&["name"][..], "maps nothing"),
        (&["nme=Company"], "did you mean `name`?"),
        (&["alias=Company"], "no column is mapped to `name`"),
    ] {
        let error = Mapping::of(pairs.iter().copied()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let misspelt = mapped(table.as_bytes(), &Mapping::of(["name=Compny"]).unwrap(), &list());
    was_passed(&misspelt, "no column `Compny`; did you mean `Company`?", 1, "line 1");
    assert!(misspelt.records.is_empty());
}

#[test]
fn files_that_are_no_lists_are_told_and_nothing_is_dropped_silently() {
    let readers: [fn(&[u8], &List) -> Imported; 4] =
        [sam_exclusions, fascsa_orders, follow_the_money, open_sanctions_table];
    let files: [&[u8]; 7] =
        [b"", b"\xff\xfeN\0", b"\n\n", b"a,b\n1,2\n", b"Name\n\xff\xfe\n", b"[{", b"Name,Name\nExample,\n"];
    for file in files {
        for read in readers {
            let imported = read(file, &list());
            let rows =
                imported.not_read.iter().map(|passed| passed.times).sum::<usize>() + imported.records.len();
            assert!(rows >= imported.rows, "{file:?}: {imported:?}");
            assert!(imported.records.len() <= 1, "{file:?}");
        }
    }
    // A list that doesn't say who made it, or what it rests on, needs to be told.
    let nobody = List { issuer: None, ..list() };
    let imported = open_sanctions_table(b"Name\nExample\n", &nobody);
    was_passed(&imported, "who made the instrument", 1, "line 2");
}

#[test]
fn ids_of_long_and_strange_keys_are_ids() {
    let long = "\u{e4}".repeat(300);
    let table =
        format!("No,Company\n{long},Example One\n../../x,Example Two\nЖ,Example Three\nX,Example Four\n");
    let imported = mapped(table.as_bytes(), &Mapping::of(["id=No", "name=Company"]).unwrap(), &list());
    let ids: Vec<&str> = imported.records.iter().map(|record| record.instrument().id.as_str()).collect();
    assert_eq!(ids.len(), 3, "{:?}", passed(&imported));
    was_passed(&imported, "that of an earlier record", 1, "line 5");
    assert!(ids.iter().all(|id| id.len() <= 120 && id.starts_with("x-") && !id.contains('/')), "{ids:?}");
}
