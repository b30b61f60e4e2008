"""Callers that give up: time-outs and cancelled streams. Settlement doesn't depend on them."""

import asyncio

import anthropic
import openai
import pytest

from conftest import anthropic_client, openai_client
from house import receipt, until

ASK = [{"role": "user", "content": "Where is it? [words 200]"}]


def last_decision(auditor, route):
    """The index of the newest decision on a route, once one is published that wasn't there before."""
    entries = auditor.entries()
    decided = [
        index for index, entry in enumerate(entries) if entry["kind"] == "decided" and entry["route"] == route
    ]
    return decided[-1] if decided else -1


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_time_out_is_the_sdks_own_and_is_settled(gateway, workspace, auditor, stream):
    for sdk, route, ask in [
        (openai, "chat-hang", lambda: openai_client(gateway, workspace, timeout=2).chat.completions.create(
            model="chat-hang", messages=ASK, stream=stream)),
        (anthropic, "messages-hang", lambda: anthropic_client(gateway, workspace, timeout=2).messages.create(
            model="messages-hang", max_tokens=50, messages=ASK, stream=stream)),
    ]:  # fmt: skip
        before = last_decision(auditor, route)
        with pytest.raises(sdk.APITimeoutError):
            ask()
        index = until(
            lambda: (newest := last_decision(auditor, route)) > before and newest, "the decision is published"
        )
        assert auditor.settled(index)["outcome"] == "caller_left"


def test_a_cancelled_openai_stream_is_settled_with_what_was_released(chat, auditor):
    with chat.chat.completions.with_streaming_response.create(
        model="chat-slow", messages=ASK, stream=True
    ) as response:
        index, _ = receipt(response.headers)
        for _, _text in zip(range(3), response.iter_text()):
            pass
    settled = auditor.settled(index)
    assert settled["outcome"] == "caller_left"
    assert settled["released_bytes"] > 0


def test_a_cancelled_anthropic_stream_is_settled_with_what_was_released(messages, auditor):
    create = messages.messages.with_streaming_response.create
    with create(model="messages-slow", max_tokens=500, messages=ASK, stream=True) as response:
        index, _ = receipt(response.headers)
        for _, _text in zip(range(3), response.iter_text()):
            pass
    settled = auditor.settled(index)
    assert settled["outcome"] == "caller_left"
    assert settled["released_bytes"] > 0


async def test_a_cancelled_task_is_settled_too(gateway, workspace, auditor):
    client = openai_client(gateway, workspace, kind=openai.AsyncOpenAI)
    before = last_decision(auditor, "chat-slow")
    task = asyncio.create_task(client.chat.completions.create(model="chat-slow", messages=ASK))
    decided = lambda: (newest := last_decision(auditor, "chat-slow")) > before and newest  # noqa: E731
    index = await asyncio.to_thread(until, decided, "the decision is published")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert auditor.settled(index)["outcome"] == "caller_left"


def test_a_gateway_that_is_told_to_stop_lets_answers_finish(copied):
    """It drains: the stream under way ends well, and then the exit code is 0."""
    ask = [{"role": "user", "content": "[words 15]"}]
    with copied.serving() as gateway:
        client = openai_client(gateway, copied)
        stream = client.chat.completions.create(model="chat-slow", messages=ask, stream=True)
        next(iter(stream))
        gateway.process.terminate()
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        assert text.count(" ") == 14
        assert gateway.process.wait(timeout=30) == 0
