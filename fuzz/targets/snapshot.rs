//! Snapshots of graphs: any bytes are a graph or refused, with a fitting digest too, and what is read is written the same.
#![no_main]

use carveout_exposure::graph::Graph;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

fuzz_target!(|bytes: &[u8]| {
    // What comes next is only reached with a head and a digest that fit.
    let body = [b"carveout graph\n\x02\0\0\0".as_slice(), bytes].concat();
    let file = [body.as_slice(), &Sha256::digest(&body)].concat();
    if let Ok(graph) = Graph::read_snapshot(file.as_slice()) {
        let mut once = Vec::new();
        graph.write_snapshot(&mut once).expect("memory takes everything");
        let again = Graph::read_snapshot(once.as_slice()).expect("what was written is read");
        let mut twice = Vec::new();
        again.write_snapshot(&mut twice).expect("memory takes everything");
        assert_eq!(once, twice);
        assert_eq!(again.edge_count(), graph.edge_count());
    }
    let _ = Graph::read_snapshot(bytes);
});
