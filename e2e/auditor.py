"""An outside auditor: reads the ledger's directory with software that shares no code with ours."""

import json
from pathlib import Path

import aics_tlog

from house import until


def opened(entry: bytes) -> dict:
    """An entry's kind and time with the members of its event."""
    read = json.loads(entry)
    return {"kind": read["kind"], "at": read["at"], **read["event"]}


class Auditor:
    """Holds what an auditor holds: a copy of the directory, and the log's key from the founding."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.reader = aics_tlog.FileSystemTileReader(directory)
        # The suite watched the founding, so it takes the key from there; later on it is never read from the log.
        genesis = opened(aics_tlog.read_entry(self.reader, 0, self._note()[0].size))
        self.key = aics_tlog.parse_vkey(genesis["log_key"])

    def _note(self):
        note = aics_tlog.parse_note((self.directory / "checkpoint").read_bytes())
        return aics_tlog.parse_checkpoint(note.text), note

    def checkpoint(self) -> aics_tlog.Checkpoint:
        """The latest checkpoint, its signature verified."""
        checkpoint, note = self._note()
        result = aics_tlog.verify_checkpoint(note, self.key, expected_origin=self.key.name)
        assert result.ok, result
        return checkpoint

    def audit(self) -> int:
        """Verifies every tile and every entry against the checkpoint, and returns the log's size."""
        checkpoint = self.checkpoint()
        return aics_tlog.audit_tiles(self.reader, checkpoint.size, checkpoint.root).size

    def extends(self, earlier: aics_tlog.Checkpoint) -> bool:
        """Whether the log still holds all that it held at an earlier checkpoint, in the same order."""
        now = self.checkpoint()
        proof = aics_tlog.consistency_proof_from_tiles(self.reader, earlier.size, now.size)
        return aics_tlog.verify_consistency(earlier.size, now.size, earlier.root, now.root, proof)

    def entries(self, start: int = 0) -> list[dict]:
        """All entries from an index on, each proven to be in the log."""
        checkpoint = self.checkpoint()
        proven = aics_tlog.VerifiedTileReader(self.reader, checkpoint.size, checkpoint.root)
        return [opened(proven.entry(index)) for index in range(start, checkpoint.size)]

    def leaf(self, index: int) -> bytes:
        checkpoint = self.checkpoint()
        return aics_tlog.VerifiedTileReader(self.reader, checkpoint.size, checkpoint.root).leaf_hash(index)

    def size(self) -> int:
        return self.checkpoint().size

    def settled(self, index: int) -> dict:
        """The entry that closes the decision at `index`; waits for it to be published."""
        until(lambda: self.size() > index, f"entry {index} is published")
        decision = self.entries(index)[0]["decision"]

        def closing():
            ends = [entry for entry in self.entries(index) if entry["kind"] in ("settled", "interrupted")]
            return next((entry for entry in ends if entry["decision"] == decision), None)

        return until(closing, f"decision {decision} is settled")
