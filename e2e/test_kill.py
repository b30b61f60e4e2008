"""kill -9 of the whole gateway under SDK load, again and again: nothing acknowledged is ever lost."""

import os
import random
import threading
import time

import anthropic
import openai
import pytest

from auditor import Auditor
from conftest import anthropic_client, openai_client
from house import receipt, until

ROUNDS = int(os.environ.get("CARVEOUT_KILLS", "20"))
CALLERS = 8
ASK = [{"role": "user", "content": "Where is it? [words 20]"}]


def call_until_killed(gateway, workspace, number, receipts):
    """Asks in both dialects, streamed and not, and keeps every receipt it was given."""
    chat = openai_client(gateway, workspace, timeout=5).chat.completions
    messages = anthropic_client(gateway, workspace, timeout=5).messages
    try:
        while True:
            stream = number % 2 == 0
            if number % 4 < 2:
                raw = chat.with_raw_response.create(model="chat", messages=ASK, stream=stream)
            else:
                raw = messages.with_raw_response.create(
                    model="messages", max_tokens=99, messages=ASK, stream=stream
                )
            receipts.append(receipt(raw.headers))
            number += 1
    except (openai.APIError, anthropic.APIError):
        pass  # The gateway is gone, as planned.


@pytest.mark.slow
def test_no_acknowledged_decision_is_lost(copied):
    chance = random.Random(2026)
    receipts: list[tuple[int, bytes]] = []
    for _ in range(ROUNDS):
        gateway, before = copied.serve(), len(receipts)
        threads = [
            threading.Thread(target=call_until_killed, args=(gateway, copied, number, receipts))
            for number in range(CALLERS)
        ]
        for thread in threads:
            thread.start()
        try:
            until(lambda: len(receipts) > before, "something is acknowledged")
            time.sleep(chance.uniform(0, 0.5))
        finally:
            gateway.kill()
            for thread in threads:
                thread.join()
    with copied.serving():
        # The last start closed what the last kill left open; stopping publishes everything.
        pass
    assert len({index for index, _ in receipts}) == len(receipts) > ROUNDS

    verified = copied.run("ledger", "verify", "--redecide", timeout=600)
    assert verified.returncode == 0, verified.stdout + verified.stderr

    auditor = Auditor(copied.ledger)
    auditor.audit()
    for index, leaf in receipts:
        assert auditor.leaf(index) == leaf, f"entry {index} is not the one that was acknowledged"

    entries = auditor.entries()
    permitted = {
        entry["decision"] for entry in entries if entry["kind"] == "decided" and entry["ruling"] == "permit"
    }
    closed = [entry["decision"] for entry in entries if entry["kind"] in ("settled", "interrupted")]
    assert sorted(closed) == sorted(permitted), "every permitted decision is closed exactly once"
    assert any(entry["kind"] == "interrupted" for entry in entries), (
        "the kills came too late to interrupt anything"
    )
