"""An agent's conversation, which sends what tools returned again with every turn: meters count those rows once."""

import anthropic
import openai
import pytest

from conftest import anthropic_client, openai_client

PROGRAM = "intelligence-support"
USE = "purpose=intel.foreign, subject=non_us_person, volume=targeted, effect=informational"
TOOL = '\n[[tool]]\nname = "export"\neffect = "informational"\nreports_rows = "row_count"\n'
# Clause 1.5 of the house rules holds above five thousand persons within thirty days, at most.
ROWS = '{"row_count": 3000}'


class OpenAi:
    sdk = openai

    def __init__(self, gateway, workspace):
        self.client, self.said = openai_client(gateway, workspace, PROGRAM, use=USE), []

    def turn(self, text):
        """The ids of the calls that the model makes next."""
        self.said.append({"role": "user", "content": text})
        function = {"name": "export", "parameters": {"type": "object"}}
        tools = [{"type": "function", "function": function}]
        answer = self.client.chat.completions.create(model="chat", messages=self.said, tools=tools).choices[0].message
        self.said.append(answer.model_dump(exclude_none=True))
        return [call.id for call in answer.tool_calls or []]

    def returns(self, call, result):
        self.said.append({"role": "tool", "tool_call_id": call, "content": result})


class Anthropic:
    sdk = anthropic

    def __init__(self, gateway, workspace):
        self.client, self.said, self.results = anthropic_client(gateway, workspace, PROGRAM, use=USE), [], []

    def turn(self, text):
        self.said.append({"role": "user", "content": [*self.results, {"type": "text", "text": text}]})
        self.results = []
        tools = [{"name": "export", "input_schema": {"type": "object"}}]
        answer = self.client.messages.create(model="messages", max_tokens=500, messages=self.said, tools=tools)
        self.said.append({"role": "assistant", "content": [block.model_dump() for block in answer.content]})
        return [block.id for block in answer.content if block.type == "tool_use"]

    def returns(self, call, result):
        self.results.append({"type": "tool_result", "tool_use_id": call, "content": result})


@pytest.mark.parametrize("dialect", [OpenAi, Anthropic])
def test_what_a_tool_returned_counts_once_however_often_it_is_sent(copied, dialect):
    config = copied.directory / "carveout.toml"
    program = copied.directory / "programs" / f"{PROGRAM}.toml"
    program.write_text(program.read_text().replace('["sample-terms"]', '["sample-terms", "house-rules"]'))
    config.write_text(config.read_text() + TOOL)
    with copied.serving() as gateway:
        conversation = dialect(gateway, copied)
        (call,) = conversation.turn("Look. [call export {}]")
        conversation.returns(call, ROWS)
        for turn in range(3):
            assert conversation.turn(f"And then? {turn}") == []
    # The count is kept: the conversation goes on at a gateway that starts anew.
    with copied.serving() as gateway:
        conversation.client = dialect(gateway, copied).client
        assert conversation.turn("And now?") == []
        (again,) = conversation.turn("Once more. [call export {}]")
        assert again != call
        # Other hidden rows in the same words: that is another result.
        conversation.returns(again, ROWS)
        with pytest.raises(conversation.sdk.PermissionDeniedError) as caught:
            conversation.turn("And then?")
        assert "house-rules" in str(caught.value)
    verified = copied.run("ledger", "verify", "--redecide")
    assert verified.returncode == 0, verified.stdout + verified.stderr
