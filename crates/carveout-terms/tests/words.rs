mod common;
use carveout_terms::{Agreement, Vocabulary};
#[test]
fn print() {
    let pack = |p: &str| std::fs::read_to_string(format!("{}/../../packs/{p}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let v = Vocabulary::parse(&pack("defense/defense.cedarschema"), &pack("defense/defense.toml")).unwrap();
    for p in ["sample/sample-terms.md", "sample/house-rules.md"] {
        let a = Agreement::parse(&pack(p), &v).unwrap();
        for policy in a.policies() {
            println!("{} {:?} [{}] {}", policy.id(), a.clause(policy.clause()).unwrap().kind(), if policy.permits() {"permits"} else {"forbids"}, policy.words(&v));
        }
        for c in a.clauses() { println!("{} «{}»", c.number(), c.sentence()); }
    }
}
