//! Sources as they are published, in small: what is read, and what the list says of the rest.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests are tests")]

use std::io::Cursor;

use carveout_exposure::{
    graph::{EdgeKind, Graph, GraphBuilder},
    sources::{
        Imported, followthemoney, gleif_relationships, hand_kept, plain_entities, plain_links, sam_entities,
        usaspending_subawards,
    },
};

/// Edges as `from relation to`, in order.
fn edges(graph: &Graph) -> Vec<String> {
    let all = graph.nodes().flat_map(|(id, _)| graph.outgoing(id));
    all.map(|edge| format!("{} {} {}", graph.name(edge.from), edge.kind.as_str(), graph.name(edge.to)))
        .collect()
}

fn reasons(imported: &Imported) -> Vec<&str> {
    imported.not_read.listed().iter().map(|unread| unread.reason).collect()
}

/// A record of 142 fields with some of them filled.
fn record(fields: &[(usize, &str)]) -> String {
    let mut record = [""; 142];
    record[141] = "!end";
    for (position, text) in fields {
        record[*position] = text;
    }
    record.join("|")
}

#[test]
fn the_extract_of_sam_is_read_by_position() {
    let whole = record(&[
        (0, "ABCDEFGHJK12"),
        (3, "1ABC2"),
        (11, "EXAMPLE AGENCY SUPPLIES INC"),
        (26, "www.example.org"),
    ]);
    let broken = record(&[(0, "ABCDEFGHJK13"), (11, "EXAMPLE\nSYSTEMS")]);
    let no_uei = record(&[(0, "SHORT"), (11, "X")]);
    let text = format!(
        "BOF PUBLIC V2 00000000 20261101 0000004 0000000\n{whole}\r\n{broken}\n{no_uei}\nA|B|!end\nEOF PUBLIC V2\n"
    );
    let mut builder = GraphBuilder::new();
    let imported = sam_entities(Cursor::new(&text), &mut builder).unwrap();
    assert_eq!((imported.read, imported.cut.clone()), (2, None));
    assert_eq!(reasons(&imported), ["no UEI", "not 142 fields"]);
    let graph = builder.finish();
    for (key, name) in [
        ("uei:ABCDEFGHJK12", "EXAMPLE AGENCY SUPPLIES INC"),
        ("cage:1ABC2", "EXAMPLE AGENCY SUPPLIES INC"),
        ("domain:example.org", "EXAMPLE AGENCY SUPPLIES INC"),
        ("uei:ABCDEFGHJK13", "EXAMPLE SYSTEMS"),
    ] {
        assert_eq!(graph.find(key).map(|id| graph.name(id)), Some(name), "{key}");
    }
    let cut = text.split("A|B").next().unwrap();
    let imported = sam_entities(Cursor::new(cut), &mut GraphBuilder::new()).unwrap();
    assert!(imported.cut.unwrap().contains("the file is cut"));
    assert!(sam_entities(Cursor::new("uei|name\n"), &mut GraphBuilder::new()).is_err());
    let mut latin = text.into_bytes();
    let place = latin.windows(6).position(|window| window == b"AGENCY").unwrap();
    latin[place] = 0xe9;
    let imported = sam_entities(Cursor::new(latin), &mut GraphBuilder::new()).unwrap();
    assert!(reasons(&imported).contains(&"not UTF-8: take the UTF-8 extract"));
}

#[test]
fn sub_awards_are_read_by_their_column_names() {
    let table = "prime_award_unique_key,prime_award_piid,prime_awardee_uei,prime_awardee_name,prime_awardee_parent_uei,prime_awardee_parent_name,subaward_action_date,subawardee_uei,subawardee_name,subawardee_parent_uei,subawardee_parent_name\n\
        CONT_AWD_1,W1,ABCDEFGHJK12,EXAMPLE PRIME,ABCDEFGHJK12,EXAMPLE PRIME,2026-01-05,ABCDEFGHJK13,EXAMPLE SUB,ABCDEFGHJK14,EXAMPLE HOLDING\n\
        CONT_AWD_1,W1,ABCDEFGHJK12,EXAMPLE PRIME,,,2026-01-05,,,,\n\
        CONT_AWD_1,W1\n";
    let mut builder = GraphBuilder::new();
    let source = builder.source("sub-awards");
    let imported = usaspending_subawards(Cursor::new(table), source, &mut builder).unwrap();
    assert_eq!(imported.read, 1);
    assert_eq!(
        reasons(&imported),
        ["a sub-award without a recipient", "another number of columns than the header"]
    );
    let graph = builder.finish();
    assert_eq!(
        edges(&graph),
        [
            "EXAMPLE SUB works for EXAMPLE PRIME",
            "EXAMPLE SUB performs W1",
            "EXAMPLE PRIME performs W1",
            "EXAMPLE HOLDING controls EXAMPLE SUB"
        ]
    );
    assert!(graph.find("award:CONT_AWD_1").is_some());
    let other = usaspending_subawards(Cursor::new("a,b\n"), source, &mut GraphBuilder::new());
    assert!(other.unwrap_err().to_string().contains("`prime_award_unique_key`"));
    let wide: Vec<u8> = "a,b".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = [b"\xff\xfe".as_slice(), &wide].concat();
    let told = usaspending_subawards(Cursor::new(wide), source, &mut GraphBuilder::new()).unwrap_err();
    assert!(told.to_string().contains("UTF-16"));
}

#[test]
fn relationships_of_gleif_point_from_parent_to_child() {
    let (child, parent) = ("5299000J2N45DDNE4Y28", "549300XMYJZWS3Q4Y019");
    let header = "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType,Relationship.RelationshipStatus,Relationship.Period.1.startDate,Relationship.Period.1.endDate,Relationship.Period.1.periodType,Relationship.Period.2.startDate,Relationship.Period.2.endDate,Relationship.Period.2.periodType,Relationship.Quantifiers.1.QuantifierAmount,Relationship.Quantifiers.1.QuantifierUnits\n";
    let check = carveout_exposure::identifier::Identifier::lei(parent);
    let parent = if check.is_ok() { parent.to_owned() } else { with_checksum("549300XMYJZWS3Q4Y0") };
    let rows = [
        format!(
            "{child},{parent},IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2020-01-01T00:00:00Z,,ACCOUNTING_PERIOD,2019-05-01T00:00:00Z,2024-01-31T00:00:00Z,RELATIONSHIP_PERIOD,51.5,PERCENTAGE"
        ),
        format!("{child},{parent},IS_SUBFUND_OF,ACTIVE,,,,,,,,"),
        format!("{child},{parent},IS_ULTIMATELY_CONSOLIDATED_BY,INACTIVE,,,,,,,,"),
        format!("X,{parent},IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,,,,,,,,"),
    ];
    let mut builder = GraphBuilder::new();
    let source = builder.source("gleif");
    let imported =
        gleif_relationships(Cursor::new(format!("{header}{}", rows.join("\n"))), source, &mut builder)
            .unwrap();
    assert_eq!(imported.read, 1);
    assert_eq!(
        reasons(&imported),
        [
            "a relation of funds, which is neither ownership nor control",
            "not active, and without the day on which it ended",
            "the child has no LEI"
        ]
    );
    let graph = builder.finish();
    let edges: Vec<_> = graph.outgoing(graph.find(&format!("lei:{parent}")).unwrap()).collect();
    let kinds: Vec<EdgeKind> = edges.iter().map(|edge| edge.kind).collect();
    assert_eq!(kinds, [EdgeKind::Owns, EdgeKind::Controls]);
    let span = edges[0].span;
    assert_eq!(
        (span.from().unwrap().to_string(), span.until().unwrap().to_string()),
        ("2019-05-01".into(), "2024-01-31".into())
    );
    assert_eq!(edges[0].stake.least.to_string(), "51.5%");
}

/// Eighteen letters and digits with the two digits that make them an LEI.
fn with_checksum(body: &str) -> String {
    let all = (0..97).map(|check| format!("{body}{check:02}"));
    all.into_iter().find(|text| carveout_exposure::identifier::Identifier::lei(text).is_ok()).unwrap()
}

#[test]
fn entities_of_followthemoney_may_come_in_any_order() {
    let lines = [
        r#"{"id":"o1","schema":"Ownership","properties":{"owner":["a"],"asset":["b"],"percentage":["50%"],"startDate":["2024"]}}"#,
        r#"{"id":"a","schema":"Company","properties":{"name":["Example Holding"],"uniqueEntityId":["ABCDEFGHJK12"]}}"#,
        r#"{"id":"b","schema":"LegalEntity","properties":{"name":["Example Works"],"alias":["EW"]}}"#,
        r#"{"id":"s","schema":"Sanction","properties":{}}"#,
        r#"{"id":"o2","schema":"Ownership","properties":{"owner":["a"]}}"#,
        r#"{"id":"o3","schema":"Ownership","properties":{"owner":["a"],"asset":["b"],"percentage":["half"]}}"#,
        "nonsense",
        "",
    ];
    let mut builder = GraphBuilder::new();
    let source = builder.source("entities");
    let imported = followthemoney(Cursor::new(lines.join("\n")), source, &mut builder).unwrap();
    assert_eq!(imported.read, 3);
    assert_eq!(
        reasons(&imported),
        [
            "a schema that says nothing of who owns or supplies whom",
            "a relation without both of its ends",
            "a percentage that is none",
            "no entity in JSON: one on each line is expected"
        ]
    );
    let graph = builder.finish();
    assert_eq!(edges(&graph), ["Example Holding owns Example Works"]);
    assert_eq!(graph.find("uei:ABCDEFGHJK12"), graph.find("ftm:a"));
}

#[test]
fn plain_tables_and_hand_kept_facts_say_the_same_in_two_ways() {
    let entities = "Firm,UEI,Also\nExample Maker,ABCDEFGHJK12,EM; Example M\nBad,12,\n";
    let renamed = [("Firm".to_owned(), "name".to_owned()), ("also".to_owned(), "alias".to_owned())];
    let links = "from,relation,to,share,since,until,evidence\n\
        uei:ABCDEFGHJK12,owns,Example Works,60,2024-01-01,,\n\
        uei:ABCDEFGHJK12,embedded in,product:desk,,,,configured\n\
        product:desk,used_by,program:alpha,,,2026-13-01,\n\
        a,likes,b,,,,\n\
        a,controls,b,50,,,\n\
        ,owns,b,,,,\n";
    let mut builder = GraphBuilder::new();
    let source = builder.source("plain");
    let imported = plain_entities(Cursor::new(entities), &renamed, &mut builder).unwrap();
    assert_eq!((imported.read, reasons(&imported)), (1, vec!["a UEI that is none"]));
    let imported = plain_links(Cursor::new(links), &[], source, &mut builder).unwrap();
    assert_eq!(imported.read, 2);
    assert_eq!(imported.not_read.total(), 4);
    let plain = builder.finish();

    let facts = r#"
version = 1
[[entity]]
name = "Example Maker"
alias = ["EM", "Example M"]
identifier = ["uei:ABCDEFGHJK12"]
[[entity]]
name = "Bad"
identifier = ["uei:12"]
[[link]]
from = "uei:ABCDEFGHJK12"
relation = "owns"
to = "Example Works"
share = "60"
since = 2024-01-01
[[link]]
from = "uei:ABCDEFGHJK12"
relation = "embedded in"
to = "product:desk"
evidence = "configured"
source = "the vendor's answer of 2026-10-01"
[[link]]
from = "a"
relation = "likes"
to = "b"
"#;
    let mut builder = GraphBuilder::new();
    let source = builder.source("facts");
    let imported = hand_kept(facts, source, &mut builder).unwrap();
    assert_eq!((imported.read, imported.not_read.total()), (3, 2));
    assert_eq!(edges(&builder.finish()), edges(&plain));
    for (text, told) in
        [("version = 2", "version 2"), ("version = 1\ncolour = 2", "colour"), ("=", "can't be read")]
    {
        let told_so = hand_kept(text, source, &mut GraphBuilder::new()).unwrap_err().to_string();
        assert!(told_so.contains(told), "{told_so}");
    }
}
