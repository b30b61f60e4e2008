"""OpenAI's own SDK, pointed at the gateway by its base URL alone."""

import json

import openai
import pytest

from conftest import openai_client
from house import receipt

ASK = [{"role": "user", "content": "Where is the tarpaulin? [words 30]"}]
LABEL = "This is the sample provider, not a model."
TOOLS = [{"type": "function", "function": {
    "name": "stock",
    "parameters": {"type": "object", "properties": {"item": {"type": "string"}}},
}}]  # fmt: skip
CALL = [{"role": "user", "content": '[call stock {"item": "tarpaulin, large"}]'}]


def test_a_whole_answer_comes_with_ruling_clauses_and_receipt(chat, auditor):
    raw = chat.chat.completions.with_raw_response.create(model="chat", messages=ASK)
    answer = raw.parse()
    assert answer.choices[0].message.content.startswith(LABEL)
    assert answer.usage.completion_tokens == 30
    assert raw.headers["carveout-ruling"] == "permit"
    assert "sample-terms" in raw.headers["carveout-clauses"]
    settled = auditor.settled(receipt(raw.headers)[0])
    assert settled["outcome"] == "completed"
    assert settled["provider_request"] == answer.id
    assert settled["usage"] == {"input_tokens": answer.usage.prompt_tokens, "output_tokens": 30}


def test_a_streamed_answer_is_the_same_answer(chat):
    whole = chat.chat.completions.create(model="chat", messages=ASK).choices[0].message.content
    options = {"include_usage": True}
    chunks = list(
        chat.chat.completions.create(model="chat", messages=ASK, stream=True, stream_options=options)
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert chunks[-1].usage.completion_tokens == 30


def test_a_stream_has_its_receipt_before_its_first_byte(chat, auditor):
    create = chat.chat.completions.with_streaming_response.create
    with create(model="chat", messages=ASK, stream=True) as response:
        index, _ = receipt(response.headers)
        body = "".join(response.iter_text())
    assert body.endswith("data: [DONE]\n\n")
    settled = auditor.settled(index)
    assert (settled["outcome"], settled["released_bytes"]) == ("completed", len(body.encode()))


@pytest.mark.parametrize("stream", [False, True])
def test_several_choices_all_arrive(chat, stream):
    if stream:
        texts = ["", "", ""]
        for chunk in chat.chat.completions.create(model="chat", messages=ASK[:1], n=3, stream=True):
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
    else:
        answer = chat.chat.completions.create(model="chat", messages=ASK, n=3)
        texts = [choice.message.content for choice in answer.choices]
    assert [text.startswith(LABEL) for text in texts] == [True] * 3
    assert len({text.partition("(choice ")[2][:1] for text in texts}) == 3


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_call_makes_the_round_trip(chat, stream):
    create = {"model": "chat", "messages": CALL, "tools": TOOLS}
    if stream:
        with chat.chat.completions.stream(**create) as events:
            message = events.get_final_completion().choices[0].message
    else:
        message = chat.chat.completions.create(**create).choices[0].message
    call = message.tool_calls[0]
    assert call.function.name == "stock"
    assert json.loads(call.function.arguments) == {"item": "tarpaulin, large"}
    made = {
        "id": call.id,
        "type": "function",
        "function": {"name": "stock", "arguments": call.function.arguments},
    }
    told = [
        *CALL,
        {"role": "assistant", "tool_calls": [made]},
        {"role": "tool", "tool_call_id": call.id, "content": "12 in store"},
    ]
    answer = chat.chat.completions.create(model="chat", messages=told, tools=TOOLS)
    assert 'The tool answered: "12 in store"' in answer.choices[0].message.content


async def test_the_async_client_works_too(gateway, workspace):
    client = openai_client(gateway, workspace, kind=openai.AsyncOpenAI)
    answer = await client.chat.completions.create(model="chat", messages=ASK)
    stream = await client.chat.completions.create(model="chat", messages=ASK, stream=True)
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == answer.choices[0].message.content


def test_what_was_judged_is_what_is_forwarded_and_the_callers_key_is_not(chat, provider, workspace):
    extra = {"carveout-receipt": "index=0", "connection": "x-private", "x-private": "1"}
    chat.chat.completions.create(model="chat", messages=ASK, seed=7, temperature=0.5, extra_headers=extra)
    last = provider.last()
    assert workspace.keys["logistics-support"] not in json.dumps(last)
    assert json.loads(last["body"])["messages"] == ASK
    assert not [name for name in last["headers"] if name.startswith("carveout-") or name == "x-private"]


def test_models_are_the_routes(chat):
    listed = [model.id for model in chat.models.list()]
    assert "chat" in listed
    assert chat.models.retrieve("chat").id == "chat"
    with pytest.raises(openai.NotFoundError):
        chat.models.retrieve("sample-1")
