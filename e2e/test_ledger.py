"""The record, as our own commands and as an outside auditor see it."""

import base64
import json

import aics_tlog
import pytest

from auditor import Auditor
from conftest import openai_client
from house import carveout, receipt, request, until

ASK = [{"role": "user", "content": "Where is the strictly confidential tarpaulin?"}]


def talk(gateway, workspace, times=3):
    create = openai_client(gateway, workspace).chat.completions.with_raw_response.create
    return [receipt(create(model="chat", messages=ASK).headers) for _ in range(times)]


def fetch(gateway, workspace, index, program="logistics-support"):
    headers = {"authorization": f"Bearer {workspace.keys[program]}"}
    return request(gateway.address, "GET", f"/carveout/v1/receipts/{index}", headers=headers)


def test_a_receipt_is_fetched_and_its_proof_holds(gateway, workspace, auditor):
    [(index, leaf)] = talk(gateway, workspace, 1)
    status, _, body = until(
        lambda: (answer := fetch(gateway, workspace, index))[0] == 200 and answer, "the receipt"
    )
    told = json.loads(body)
    assert told["index"] == index
    assert auditor.leaf(index) == leaf
    note = aics_tlog.parse_note(told["checkpoint"])
    checkpoint = aics_tlog.parse_checkpoint(note.text)
    assert aics_tlog.verify_checkpoint(note, auditor.key).ok
    proof = [base64.b64decode(step) for step in told["proof"]]
    assert aics_tlog.verify_inclusion(auditor.leaf(index), index, checkpoint.size, proof, checkpoint.root)


def test_a_receipt_is_shown_to_its_own_program_only(gateway, workspace, auditor):
    [(index, _)] = talk(gateway, workspace, 1)
    auditor.settled(index)
    assert fetch(gateway, workspace, index)[0] == 200
    assert fetch(gateway, workspace, index, "intelligence-support")[0] == 404
    assert fetch(gateway, workspace, 10**9)[0] == 404
    assert request(gateway.address, "GET", f"/carveout/v1/receipts/{index}")[0] == 401


def test_every_entry_verifies_with_our_command_and_with_the_auditors(copied):
    with copied.serving() as gateway:
        receipts = talk(gateway, copied)
    auditor = Auditor(copied.ledger)
    assert auditor.audit() > receipts[-1][0]
    verified = copied.run("ledger", "verify", "--redecide", "--json")
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["entries"] == auditor.size()
    kinds = [entry["kind"] for entry in auditor.entries()]
    assert kinds[:2] == ["genesis", "terms_adopted"]
    assert kinds.count("decided") >= 3 and kinds.count("settled") >= 3


def test_the_log_only_grows(copied, tmp_path):
    with copied.serving() as gateway:
        talk(gateway, copied)
    auditor, kept = Auditor(copied.ledger), tmp_path / "checkpoint"
    earlier = auditor.checkpoint()
    kept.write_bytes((copied.ledger / "checkpoint").read_bytes())
    with copied.serving() as gateway:
        talk(gateway, copied)
    assert auditor.size() > earlier.size and auditor.extends(earlier)
    assert copied.run("ledger", "verify", "--since", kept).returncode == 0


def test_a_receipt_is_checked_offline_and_a_changed_one_is_not(gateway, workspace, auditor, tmp_path):
    [(index, _)] = talk(gateway, workspace, 1)
    body = until(lambda: (answer := fetch(gateway, workspace, index))[0] == 200 and answer[2], "the receipt")
    key = aics_tlog.format_vkey(auditor.key)
    for name, text, code in [("good", body, 0), ("bad", body.replace(b"sample-terms", b"sample-termz"), 1)]:
        file = tmp_path / name
        file.write_bytes(text)
        checked = carveout("ledger", "receipt", "--check", file, "--log-key", key)
        assert checked.returncode == code, checked.stdout + checked.stderr


def test_no_entry_holds_a_prompt_or_an_answer(copied):
    with copied.serving() as gateway:
        talk(gateway, copied)
    for file in copied.ledger.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"tarpaulin" not in content and b"sample provider" not in content, file


@pytest.mark.parametrize("position", [0.1, 0.5, 0.9])
def test_one_flipped_byte_is_rejected_by_both(copied, position):
    with copied.serving() as gateway:
        talk(gateway, copied)
    auditor = Auditor(copied.ledger)
    size = auditor.audit()
    width = size % 256
    bundle = copied.ledger / aics_tlog.tiles.entry_bundle_path(0, width if size < 256 else None)
    content = bytearray(bundle.read_bytes())
    content[int(len(content) * position)] ^= 1
    bundle.chmod(0o644)
    bundle.write_bytes(content)
    with pytest.raises((aics_tlog.TileVerificationError, ValueError)):
        auditor.audit()
    verified = copied.run("ledger", "verify")
    assert verified.returncode == 1, verified.stdout + verified.stderr


def test_a_second_gateway_on_the_same_ledger_is_refused(gateway, workspace):
    second = workspace.run("serve", "--listen", "127.0.0.1:0", timeout=20)
    assert second.returncode == 2
    assert "lock" in second.stderr or "another" in second.stderr


def reconcile(workspace, csv):
    result = workspace.run("ledger", "reconcile", csv, "--json")
    assert result.returncode in (0, 1), result.stderr
    return result.returncode, json.loads(result.stdout)


def test_the_providers_usage_export_is_set_against_the_entries(copied, provider, tmp_path):
    from house import Provider

    own = Provider(tmp_path)
    try:
        config = copied.directory / "carveout.toml"
        config.write_text(config.read_text().replace(provider.address, own.address))
        with copied.serving() as gateway:
            talk(gateway, copied)
        csv = tmp_path / "usage.csv"
        csv.write_text(own.usage_csv())
        assert reconcile(copied, csv)[0] == 0

        body = json.dumps({"model": "sample-1", "messages": ASK})
        headers = {"content-type": "application/json"}
        bypass = json.loads(request(own.address, "POST", "/v1/chat/completions", body, headers)[2])["id"]
        csv.write_text(own.usage_csv())
        code, told = reconcile(copied, csv)
        assert code == 1 and bypass in json.dumps(told)

        lines = own.usage_csv().splitlines()
        missing = lines.pop(1).split(",")[1]
        csv.write_text("\n".join(lines[:-1]) + "\n")
        code, told = reconcile(copied, csv)
        assert code == 1 and missing in json.dumps(told)
    finally:
        own.kill()
