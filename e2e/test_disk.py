"""What can't be recorded is not forwarded, and what was acknowledged stays: on a disk that fails in earnest."""

import anthropic
import openai
import pytest

from auditor import Auditor
from conftest import anthropic_client, openai_client
from faulty_disk import FaultyDisk
from house import receipt, request

ASK = [{"role": "user", "content": "Where is it?"}]


def ask_openai(gateway, workspace, stream):
    create = openai_client(gateway, workspace).chat.completions.with_raw_response.create
    return receipt(create(model="chat", messages=ASK, stream=stream).headers)


def ask_anthropic(gateway, workspace, stream):
    create = anthropic_client(gateway, workspace).messages.with_raw_response.create
    return receipt(create(model="messages", max_tokens=50, messages=ASK, stream=stream).headers)


DIALECTS = [(openai, ask_openai), (anthropic, ask_anthropic)]
UNRECORDED = [(sdk, ask, stream) for sdk, ask in DIALECTS for stream in [False, True]]


def assert_unavailable(gateway, workspace, sdk, ask, stream):
    with pytest.raises(sdk.APIStatusError) as caught:
        ask(gateway, workspace, stream)
    assert caught.value.status_code == 503
    assert "carveout-receipt" not in caught.value.response.headers
    assert "carveout-ruling" not in caught.value.response.headers
    assert "could not be recorded, so nothing was forwarded" in str(caught.value)
    assert str(workspace.directory) not in str(caught.value)


@pytest.mark.parametrize("first", UNRECORDED)
@pytest.mark.parametrize("fault", [FaultyDisk.full, FaultyDisk.unsyncable])
def test_what_a_failing_disk_can_not_record_is_not_forwarded(copied, provider, fault, first):
    disk = FaultyDisk(copied.ledger)
    with copied.serving_on(disk) as gateway:
        acknowledged = [ask(gateway, copied, stream) for _, ask, stream in UNRECORDED]
        # So that it is the next decision which meets the fault.
        [Auditor(copied.ledger).settled(index) for index, _ in acknowledged]
        before = provider.usage_csv()

        fault(disk)
        assert_unavailable(gateway, copied, *first)
        assert disk.failed > 0
        assert request(gateway.address, "GET", "/readyz")[0] == 503
        for case in UNRECORDED:
            assert_unavailable(gateway, copied, *case)

        # A disk that answers again doesn't say what became of what it failed to take.
        disk.sound()
        assert_unavailable(gateway, copied, *first)
        assert request(gateway.address, "GET", "/readyz")[0] == 503
        assert request(gateway.address, "GET", "/healthz")[0] == 200
        assert provider.usage_csv() == before, "nothing reached the provider"
        assert gateway.stop() == 2, "it says that it did not end well"

    with copied.serving() as gateway:
        acknowledged += [ask(gateway, copied, stream) for _, ask, stream in UNRECORDED]
    verified = copied.run("ledger", "verify", "--redecide")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    auditor = Auditor(copied.ledger)
    auditor.audit()
    for index, leaf in acknowledged:
        assert auditor.leaf(index) == leaf, f"entry {index} is not the one that was acknowledged"
    entries = auditor.entries()
    permitted = [entry["decision"] for entry in entries if entry.get("ruling") == "permit"]
    closed = [entry["decision"] for entry in entries if entry["kind"] in ("settled", "interrupted")]
    assert sorted(closed) == sorted(permitted), "every permitted decision is closed exactly once"


ABOUT = "purpose=logistics.supply, subject=us_person, volume=targeted"
SHOWING = [{"role": "user", "content": "Write to ines@posthaus-nord.de."}]


def show_openai(gateway, workspace, stream):
    create = openai_client(gateway, workspace, use=ABOUT).chat.completions.with_raw_response.create
    return receipt(create(model="chat", messages=SHOWING, stream=stream).headers)


def show_anthropic(gateway, workspace, stream):
    create = anthropic_client(gateway, workspace, use=ABOUT).messages.with_raw_response.create
    return receipt(create(model="messages", max_tokens=50, messages=SHOWING, stream=stream).headers)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", [FaultyDisk.full, FaultyDisk.unsyncable])
@pytest.mark.parametrize("sdk, show", [(openai, show_openai), (anthropic, show_anthropic)])
def test_what_a_use_shows_and_a_failing_disk_can_not_keep_is_not_forwarded(
    copied, provider, sdk, show, fault, stream
):
    """Only the folder of the evidence segments fails: the ledger's disk is sound all the while."""
    (copied.directory / "evidence").mkdir(exist_ok=True)
    disk = FaultyDisk(copied.directory / "evidence")
    with copied.serving_on(disk) as gateway:
        acknowledged = show(gateway, copied, stream)
        Auditor(copied.ledger).settled(acknowledged[0])
        before = provider.usage_csv()

        fault(disk)
        with pytest.raises(sdk.APIStatusError) as caught:
            show(gateway, copied, stream)
        assert caught.value.status_code == 503
        assert "what the use shows could not be kept, so nothing was forwarded" in str(caught.value)
        assert "carveout-receipt" not in caught.value.response.headers
        assert disk.failed > 0

        # A disk that answers again doesn't say what became of what it failed to take.
        disk.sound()
        with pytest.raises(sdk.APIStatusError) as caught:
            show(gateway, copied, stream)
        assert caught.value.status_code == 503
        assert provider.usage_csv() == before, "nothing reached the provider"
        gateway.stop()
        assert "could not write" in gateway.log.read_text(), "the log says why"

    with copied.serving() as gateway:
        acknowledged_again = show(gateway, copied, stream)
    verified = copied.run("ledger", "verify", "--redecide")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "records that the ledger vouches for are there" in verified.stdout
    auditor = Auditor(copied.ledger)
    auditor.audit()
    for index, leaf in [acknowledged, acknowledged_again]:
        assert auditor.leaf(index) == leaf
