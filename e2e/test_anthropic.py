"""Anthropic's own SDK, pointed at the gateway by its base URL alone."""

import json

import anthropic
import pytest

from conftest import anthropic_client
from house import receipt

ASK = {"max_tokens": 500, "messages": [{"role": "user", "content": "Where is the tarpaulin? [words 30]"}]}
LABEL = "This is the sample provider, not a model."
TOOLS = [{"name": "stock", "input_schema": {"type": "object", "properties": {"item": {"type": "string"}}}}]
CALL = {"role": "user", "content": '[call stock {"item": "tarpaulin, large"}]'}


def test_a_whole_answer_comes_with_ruling_clauses_and_receipt(messages, auditor):
    raw = messages.messages.with_raw_response.create(model="messages", **ASK)
    answer = raw.parse()
    assert answer.content[0].text.startswith(LABEL)
    assert answer.usage.output_tokens == 30
    assert raw.headers["carveout-ruling"] == "permit"
    settled = auditor.settled(receipt(raw.headers)[0])
    assert settled["outcome"] == "completed"
    assert settled["provider_request"] == answer.id
    assert settled["usage"] == {"input_tokens": answer.usage.input_tokens, "output_tokens": 30}


def test_a_streamed_answer_is_the_same_answer(messages):
    whole = messages.messages.create(model="messages", **ASK).content[0].text
    with messages.messages.stream(model="messages", **ASK) as stream:
        assert "".join(stream.text_stream) == whole
        assert stream.get_final_message().usage.output_tokens == 30


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_call_makes_the_round_trip(messages, stream):
    create = {"model": "messages", "max_tokens": 500, "messages": [CALL], "tools": TOOLS}
    if stream:
        with messages.messages.stream(**create) as events:
            message = events.get_final_message()
    else:
        message = messages.messages.create(**create)
    call = message.content[0]
    assert (call.type, call.name, call.input) == ("tool_use", "stock", {"item": "tarpaulin, large"})
    told = [
        CALL,
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": call.id, "name": "stock", "input": call.input}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "12 in store"}],
        },
    ]
    answer = messages.messages.create(model="messages", max_tokens=500, messages=told, tools=TOOLS)
    assert 'The tool answered: "12 in store"' in answer.content[0].text


async def test_the_async_client_works_too(gateway, workspace):
    client = anthropic_client(gateway, workspace, kind=anthropic.AsyncAnthropic)
    answer = await client.messages.create(model="messages", **ASK)
    async with client.messages.stream(model="messages", **ASK) as stream:
        text = "".join([piece async for piece in stream.text_stream])
    assert text == answer.content[0].text


def test_content_in_parts_and_a_system_text_are_forwarded(messages, provider):
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    turn = [{"role": "user", "content": parts}]
    messages.messages.create(model="messages", max_tokens=50, system="be brief", messages=turn)
    body = json.loads(provider.last()["body"])
    assert (body["system"], body["messages"], body["model"]) == ("be brief", turn, "sample-1")


def test_the_callers_key_is_not_forwarded(messages, provider, workspace):
    messages.messages.create(model="messages", **ASK)
    assert workspace.keys["logistics-support"] not in json.dumps(provider.last())


def test_models_are_the_routes(messages):
    assert "messages" in [model.id for model in messages.models.list()]
    assert messages.models.retrieve("messages").id == "messages"
    with pytest.raises(anthropic.NotFoundError):
        messages.models.retrieve("sample-1")
