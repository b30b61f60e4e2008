"""Providers fail in many ways. Each is told in the caller's dialect and settled as what it was."""

import anthropic
import httpx2
import openai
import pytest

from auditor import Auditor
from conftest import anthropic_client, openai_client
from house import receipt

ASK = [{"role": "user", "content": "Where is it? [words 20]"}]

# behaviour, streamed, what the caller meets, how it is settled
FAULTS = [
    ("-400", False, "BadRequestError", "provider_refused"),
    ("-401", False, "InternalServerError", "provider_refused"),
    ("-404", False, "InternalServerError", "provider_refused"),
    ("-429", True, "RateLimitError", "provider_refused"),
    ("-500", True, "InternalServerError", "provider_refused"),
    ("-503", False, "InternalServerError", "provider_refused"),
    ("-html", False, "InternalServerError", "provider_refused"),
    ("-drop", False, "InternalServerError", "provider_cut"),
    ("-cut", False, "InternalServerError", "provider_cut"),
    ("-cut", True, "APIError", "provider_cut"),
    ("-unfinished", False, "InternalServerError", "provider_cut"),
    ("-unfinished", True, "APIError", "provider_cut"),
    ("-garbage", False, "InternalServerError", "provider_garbage"),
    ("-garbage", True, "APIError", "provider_garbage"),
    ("-unknown-event", False, "InternalServerError", "provider_garbage"),
    ("-unknown-event", True, "APIError", "provider_garbage"),
    ("-error-event", True, "APIError", "provider_refused"),
]


def stream_openai(gateway, workspace, behaviour, stream):
    create = openai_client(gateway, workspace).chat.completions.with_raw_response.create
    raw = create(model=f"chat{behaviour}", messages=ASK, stream=stream)
    index, _ = receipt(raw.headers)
    return index, lambda: list(raw.parse())


def stream_anthropic(gateway, workspace, behaviour, stream):
    create = anthropic_client(gateway, workspace).messages.with_raw_response.create
    raw = create(model=f"messages{behaviour}", max_tokens=100, messages=ASK, stream=stream)
    index, _ = receipt(raw.headers)
    return index, lambda: list(raw.parse())


@pytest.mark.parametrize("behaviour, stream, error, outcome", FAULTS)
@pytest.mark.parametrize("sdk, start", [(openai, stream_openai), (anthropic, stream_anthropic)])
def test_a_fault_is_told_and_settled(
    gateway, workspace, auditor, sdk, start, behaviour, stream, error, outcome
):
    with pytest.raises(getattr(sdk, error)) as caught:
        index, read = start(gateway, workspace, behaviour, stream)
        read()
    if hasattr(caught.value, "response") and "carveout-receipt" in caught.value.response.headers:
        index, _ = receipt(caught.value.response.headers)
    settled = auditor.settled(index)
    assert settled["outcome"] == outcome


@pytest.mark.parametrize("sdk, start", [(openai, stream_openai), (anthropic, stream_anthropic)])
def test_a_provider_that_falls_silent_is_told_and_settled(copied, sdk, start):
    """The gateway waits no longer than its configuration says, however patient the caller is."""
    config = copied.directory / "carveout.toml"
    config.write_text(f"{config.read_text()}[gateway.seconds]\nfirst_byte = 3\nidle = 3\n")
    with copied.serving() as gateway:
        for behaviour, stream, outcome in [
            ("-hang", False, "provider_silent"),
            ("-hang", True, "provider_silent"),
            ("-stall", False, "provider_cut"),
            ("-stall", True, "provider_cut"),
        ]:
            with pytest.raises(sdk.APIError) as caught:
                index, read = start(gateway, copied, behaviour, stream)
                read()
            assert not isinstance(caught.value, sdk.APIConnectionError), "it is told, not cut off"
            if hasattr(caught.value, "response") and "carveout-receipt" in caught.value.response.headers:
                index, _ = receipt(caught.value.response.headers)
            assert Auditor(copied.ledger).settled(index)["outcome"] == outcome


def test_a_provider_that_cannot_be_reached_is_told_and_settled(copied, provider):
    """Its address is one where nobody listens."""
    config = copied.directory / "carveout.toml"
    config.write_text(config.read_text().replace(provider.address, "127.0.0.1:9"))
    with copied.serving() as gateway:
        with pytest.raises(openai.InternalServerError) as caught:
            stream_openai(gateway, copied, "", False)
        settled = Auditor(copied.ledger).settled(receipt(caught.value.response.headers)[0])
    assert settled["outcome"] == "provider_unreachable"


@pytest.mark.parametrize("sdk, start", [(openai, stream_openai), (anthropic, stream_anthropic)])
def test_a_good_answer_follows_every_fault(gateway, workspace, sdk, start):
    """No fault leaves a connection behind that spoils the next answer."""
    for behaviour in ["-cut", "-drop", "-garbage", "-unfinished"]:
        with pytest.raises((sdk.APIError, httpx2.HTTPError)):
            start(gateway, workspace, behaviour, True)[1]()
        assert len(start(gateway, workspace, "", True)[1]()) > 20
