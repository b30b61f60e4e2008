//! Evidence segments, snapshots and records, which lie in a customer's folder: reading them never panics, what is confirmed was
//! read, and what a record says is read from what is written of it.
#![no_main]

use carveout_ledger::{Digest, EvidenceAudit, EvidenceMark};
use carveout_signals::meters::{Meters, Reader, Sight, Writer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((head, rest)) = bytes.split_first_chunk::<4>() else { return };
    let [first, known, cut, base] = head.map(u64::from);
    let mut audit = EvidenceAudit::default();
    let mark = EvidenceMark { record: known, digest: Digest::of(rest) };
    audit.kept(mark);
    audit.snapshotted(mark);
    audit.lost(base);
    let (one, other) = rest.split_at(rest.len() * cut as usize / 255);
    audit.segment(first, one);
    audit.segment(known, other);
    // As one that begins with the first record, which seeds do.
    let mut whole = EvidenceAudit::default();
    whole.kept(mark);
    whole.segment(1, rest);
    assert!(!audit.snapshot(known, rest), "no text holds its own digest");
    for audit in [audit, whole] {
        let again = audit.clone();
        let found = audit.finish(None);
        assert!(found.confirmed <= found.vouched && found.confirmed <= found.records);
        assert_eq!(found, again.finish(None));
    }
    let mut reader = Reader::new(rest);
    if let Ok(sight) = Sight::read(&mut reader) {
        let written = written(|writer| sight.write(writer));
        let again = Sight::read(&mut Reader::new(&written)).expect("what was written is read");
        assert_eq!(written, self::written(|writer| again.write(writer)));
    }
    let mut sight = Sight::default();
    if sight.read_returned(&mut Reader::new(rest)).is_ok() {
        let mut again = Sight::default();
        let written = written(|writer| sight.write_returned(writer));
        again.read_returned(&mut Reader::new(&written)).expect("what was written is read");
        assert_eq!(sight, again);
    }
    let mut meters = Meters::new(vec![1_440, 43_200], 64);
    meters.read_results(&mut Reader::new(rest)).ok();
    if meters.read_again(&mut Reader::new(rest)).is_ok() {
        let first = written(|writer| meters.write(writer));
        let mut again = Meters::new(vec![1_440, 43_200], 64);
        again.read_again(&mut Reader::new(&first)).expect("what was written is read");
        // Persons are written in no order.
        assert_eq!(first.len(), written(|writer| again.write(writer)).len());
        sight.rows = u64::from(head[1]);
        again.take("program depot", &sight, 50_000);
        again.prospect("program depot", &sight, 600_000);
    }
});

fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    write(&mut writer);
    writer.into_bytes()
}
