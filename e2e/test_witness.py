"""An outside witness (C2SP tlog-witness) cosigns what the ledger publishes, as long as the log only grows."""

import base64
import subprocess
import sys

import aics_tlog
import pytest

from auditor import Auditor
from conftest import openai_client
from house import free_address, request, until


@pytest.fixture
def witness(tmp_path):
    """A witness that its operator starts with `trust(auditor)`; its key is not ours."""
    address, processes = free_address(), []
    run = [sys.executable, "-m", "aics_witness"]
    config = ["--config", tmp_path / "witness.json"]
    subprocess.run(
        [*run, "init", *config, "--name", "witness.carveout.example/w1", "--listen", address],
        check=True, capture_output=True,
    )  # fmt: skip

    def trust(auditor):
        key = aics_tlog.format_vkey(auditor.key)
        subprocess.run(
            [*run, "add-log", *config, "--origin", auditor.key.name, "--vkey", key],
            check=True, capture_output=True,
        )  # fmt: skip
        log = (tmp_path / "witness.log").open("wb")
        processes.append(subprocess.Popen([*run, "serve", *config], stdout=log, stderr=log))
        until(lambda: request(address, "GET", "/")[0], "the witness listens")
        return address

    yield trust
    for process in processes:
        process.terminate()
        process.wait()


def submit(address, auditor, old_size):
    """Asks for a cosignature of the latest checkpoint: status and answer."""
    now = auditor.checkpoint()
    proof = aics_tlog.consistency_proof_from_tiles(auditor.reader, old_size, now.size)
    lines = [f"old {old_size}", *(base64.b64encode(step).decode() for step in proof), "", ""]
    body = "\n".join(lines).encode() + (auditor.directory / "checkpoint").read_bytes()
    status, _, answer = request(address, "POST", "/add-checkpoint", body)
    return status, answer.decode()


def test_checkpoints_are_cosigned_and_a_fork_is_not(copied, tmp_path, witness):
    ask = [{"role": "user", "content": "Where is it?"}]

    def grow(workspace):
        with workspace.serving() as gateway:
            openai_client(gateway, workspace).chat.completions.create(model="chat", messages=ask)

    grow(copied)
    fork = copied.copy(tmp_path / "fork")
    auditor = Auditor(copied.ledger)
    address = witness(auditor)

    status, answer = submit(address, auditor, 0)
    assert status == 200 and "witness.carveout.example/w1" in answer
    first = auditor.size()
    grow(copied)
    assert submit(address, auditor, first)[0] == 200
    second = auditor.size()

    # The same past with another continuation, longer than the first: the operator shows two histories.
    for _ in range(2):
        grow(fork)
    other = Auditor(fork.ledger)
    assert other.audit() > second and other.checkpoint().origin == auditor.checkpoint().origin
    assert submit(address, other, second)[0] in (409, 422)
