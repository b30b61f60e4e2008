//! Snapshots: what is written is read again, and what is not whole is refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it can't go on")]

use std::fmt::Write;

use carveout_exposure::{
    graph::{Graph, GraphBuilder},
    sources::{hand_kept, plain_entities, plain_links},
};
use sha2::{Digest, Sha256};

const ENTITIES: &str = "name,alias,uei,domain,id\n\
    Example Holding Inc,EH;Holding,ABCDEFGHJK12,example.org,\n\
    Example Works LLC,,ABCDEFGHJK13,example.org,\n\
    Wholly Different,,ABCDEFGHJK12,,\n\
    Muster GmbH & Söhne,,,,muster\n";

const LINKS: &str = "from,relation,to,share,since,until,evidence\n\
    uei:ABCDEFGHJK12,owns,uei:ABCDEFGHJK13,33.3333333,2020-01-01,2024-02-29,\n\
    uei:ABCDEFGHJK13,owns,uei:ABCDEFGHJK13,10,,,\n\
    id:muster,owns,id:over,80,,,\n\
    uei:ABCDEFGHJK12,owns,id:over,80,2025-01-01,,\n\
    uei:ABCDEFGHJK12,embedded_in,product:desk,,2026-01-05,2025-01-05,configured\n\
    product:desk,used_by,program:alpha,,,,observed\n\
    id:muster,works_for,uei:ABCDEFGHJK12,,,,capable\n";

const FACTS: &str = r#"
version = 1
[[deployment]]
id = "desk-east"
name = "Help desk, east"
product = "product:desk"
host = "id:nowhere"
used_by = ["program:alpha"]
since = 2026-01-05
[[link]]
from = "deployment:desk-west"
relation = "used_by"
to = "program:alpha"
"#;

fn built(mut builder: GraphBuilder, parts: [&str; 2]) -> Graph {
    let source = builder.source("links");
    hand_kept(FACTS, source, &mut builder).unwrap();
    plain_entities(parts[0].as_bytes(), &[], &mut builder).unwrap();
    plain_links(parts[1].as_bytes(), &[], source, &mut builder).unwrap();
    builder.finish()
}

fn written(graph: &Graph) -> Vec<u8> {
    let mut bytes = Vec::new();
    graph.write_snapshot(&mut bytes).unwrap();
    bytes
}

/// Everything that can be asked of a graph.
fn told(graph: &Graph) -> String {
    let mut told = String::new();
    for (id, node) in graph.nodes() {
        writeln!(told, "{node:?}").unwrap();
        for key in node.keys() {
            writeln!(told, "{key} finds {:?}", graph.find(key)).unwrap();
        }
        for edge in graph.outgoing(id).chain(graph.incoming(id)) {
            writeln!(told, "{edge:?} {}", graph.source(edge.source)).unwrap();
        }
    }
    for problem in graph.problems() {
        writeln!(told, "{}", problem.told(graph)).unwrap();
    }
    told
}

#[test]
fn what_is_written_is_read_again() {
    let graph = built(GraphBuilder::new(), [ENTITIES, LINKS]);
    assert!(graph.problems().len() >= 6, "the sample has every kind of contradiction");
    let bytes = written(&graph);
    let again = Graph::read_snapshot(bytes.as_slice()).unwrap();
    assert_eq!(told(&again), told(&graph));
    assert_eq!(written(&again), bytes);
    let empty = GraphBuilder::new().finish();
    assert_eq!(Graph::read_snapshot(written(&empty).as_slice()).unwrap().node_count(), 0);
}

#[test]
fn a_graph_that_is_gone_on_with_is_the_one_that_was_built_at_once() {
    let more = "from,relation,to\nprogram:alpha,used_by,id:late\nproduct:desk,used_by,id:late\n";
    let first = built(GraphBuilder::new(), [ENTITIES, LINKS]);
    let first = Graph::read_snapshot(written(&first).as_slice()).unwrap();
    let resumed = built(GraphBuilder::resume(first), ["name\n", more]);
    let at_once = built(
        GraphBuilder::new(),
        [ENTITIES, &format!("{LINKS}program:alpha,used_by,id:late,,,,\nproduct:desk,used_by,id:late,,,,\n")],
    );
    let without_lines = |graph: &Graph| {
        let told = told(graph)
            .replace("line: 8", "line: 2")
            .replace("line: 9", "line: 3")
            .replace("line: 10", "line: 3");
        let mut lines: Vec<String> =
            told.lines().map(|line| line.split(", line: ").next().unwrap().to_owned()).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(without_lines(&resumed), without_lines(&at_once));
}

#[test]
fn what_is_cut_changed_or_goes_on_is_refused() {
    let bytes = written(&built(GraphBuilder::new(), [ENTITIES, LINKS]));
    for length in 0..bytes.len() {
        assert!(Graph::read_snapshot(&bytes[..length]).is_err(), "cut at {length}");
    }
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(Graph::read_snapshot(changed.as_slice()).is_err(), "changed at {place}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert!(Graph::read_snapshot(longer.as_slice()).is_err());
    for (bytes, said) in [
        (b"name,uei\n".to_vec(), "this is no snapshot"),
        (b"carveout graph\n\x01\0\0\0".to_vec(), "version 1; this program reads version 2: make it again"),
        (b"carveout graph\n\x03\0\0\0".to_vec(), "version 3"),
        (bytes[..bytes.len() - 1].to_vec(), "it is cut"),
        (bytes[..40].to_vec(), "it is cut"),
        (longer, "something follows its end"),
    ] {
        let error = Graph::read_snapshot(bytes.as_slice())
            .unwrap_err()
            .to_string()
            .replace("snapshot is cut", "it is cut");
        assert!(error.contains(said), "{said}: {error}");
    }
}

/// The same file with other bytes and a digest that fits: what a stranger could make.
fn forged(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut body = bytes[..bytes.len() - 32].to_vec();
    change(&mut body);
    let digest = Sha256::digest(&body);
    [body.as_slice(), &digest].concat()
}

#[test]
fn a_fitting_digest_makes_no_nonsense_sound() {
    let bytes = written(&built(GraphBuilder::new(), [ENTITIES, LINKS]));
    assert!(Graph::read_snapshot(forged(&bytes, |_| {}).as_slice()).is_ok());
    // Every byte in turn is made as large as it can be: counts, references and kinds among them. Some changes are sound,
    // such as another name; none may be more than an error.
    let mut refused = 0;
    for place in 19..bytes.len() - 32 {
        let read = Graph::read_snapshot(forged(&bytes, |body| body[place] = 0xff).as_slice());
        refused += u32::from(read.is_err());
    }
    assert!(refused > 200, "{refused}");
}
