"""A clause that a judge decides, by both official SDKs: a judge of its own process permits, denies and holds requests and answers."""

import json
import re

import anthropic
import openai
import pytest

from auditor import Auditor
from conftest import anthropic_client, openai_client
from house import Provider, carveout, request, until
from test_refusals import carveout_of

PROGRAM = "intelligence-support"
USE = "purpose=intel.foreign, subject=non_us_person, volume=targeted, effect=informational"

LIMIT = """+++
agreement = "judged-rules"
version = "1"
vocabulary = "defense"
role = "limit"
effective = 2026-01-01
governs = { maker = "sample-maker" }
party = [ { id = "customer", name = "Example Agency", roles = ["release-authority"] } ]
+++
# What a judge is asked about

## 9 Added by the end-to-end suite

### 9.1 Scoring persons

The model shall not be used to score persons by what they are like.

```cedar
@hold("customer/release-authority")
forbid (principal, action, resource)
when { [Judgement::"violates", Judgement::"unknown"].contains(context.judgement_profiling) };

@silent("the policy above holds what no judge has seen")
forbid (principal, action, resource)
when { context.judgement_profiling == Judgement::"violates" };
```

### 9.2 Watching persons

The model shall not be used to watch persons.

```cedar
@hold("customer/release-authority")
forbid (principal, action, resource)
when { [Judgement::"violates", Judgement::"unknown"].contains(context.judgement_mass_surveillance) };
```
"""


class OpenAi:
    sdk = openai

    def __init__(self, gateway, workspace):
        self.client = openai_client(gateway, workspace, PROGRAM, use=USE, timeout=90)

    def ask(self, text, stream):
        create = {"model": "chat", "messages": [{"role": "user", "content": text}]}
        if not stream:
            return self.client.chat.completions.create(**create).choices[0].message.content
        with self.client.chat.completions.stream(**create) as events:
            for _ in events:
                pass
            return events.get_final_completion().choices[0].message.content

    def told(self, reply):
        return openai.types.chat.ChatCompletion.model_validate(reply).choices[0].message.content


class Anthropic:
    sdk = anthropic

    def __init__(self, gateway, workspace):
        self.client = anthropic_client(gateway, workspace, PROGRAM, use=USE, timeout=90)

    def ask(self, text, stream):
        create = {"model": "messages", "max_tokens": 3000, "messages": [{"role": "user", "content": text}]}
        if not stream:
            return self.client.messages.create(**create).content[0].text
        with self.client.messages.stream(**create) as events:
            for _ in events:
                pass
            return events.get_final_message().content[0].text

    def told(self, reply):
        return anthropic.types.Message.model_validate(reply).content[0].text


DIALECTS = pytest.mark.parametrize("dialect", [OpenAi, Anthropic])
WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """A judge that says what it is told to, in a process of its own."""
    judge = Provider(tmp_path_factory.mktemp("judge"))
    yield judge
    judge.kill()


def judged_by(judge, founded, directory, seconds):
    workspace = founded.copy(directory)
    rules = workspace.directory / "agreements" / "judged-rules.md"
    rules.write_text(LIMIT)
    program = workspace.directory / "programs" / f"{PROGRAM}.toml"
    program.write_text(program.read_text().replace('["sample-terms"]', '["sample-terms", "judged-rules"]'))
    signed = workspace.run("sign", rules, "--key", workspace.directory / "keys" / "customer.key")
    assert signed.returncode == 0, signed.stderr
    config = workspace.directory / "carveout.toml"
    config.write_text(
        config.read_text()
        + f'\n[judge]\nprovider = "guardian"\nmodel = "sample-judge"\nprivate = true\nseconds = {seconds}\n'
        + f'\n[[provider]]\nid = "guardian"\ndialect = "openai"\nbase_url = "http://{judge.address}/v1"\n'
    )
    return workspace


@pytest.fixture(scope="module")
def judged(founded, judge, tmp_path_factory):
    return judged_by(judge, founded, tmp_path_factory.mktemp("judged") / "workspace", 60)


@pytest.fixture(scope="module")
def served(judged):
    with judged.serving() as gateway:
        yield gateway


def questions(entries):
    """What was asked, each with its end: no question may be open."""
    asked = {entry["question"]: entry for entry in entries if entry["kind"] == "judge_asked"}
    answered = [entry for entry in entries if entry["kind"] == "judge_answered"]
    assert sorted(asked) == sorted(entry["question"] for entry in answered), "each has one end"
    return [(asked[entry["question"]], entry) for entry in answered]


def assert_sound(workspace):
    verified = workspace.run("ledger", "verify", "--redecide")
    assert verified.returncode == 0 and "0 differ" in verified.stdout, verified.stdout + verified.stderr
    auditor = Auditor(workspace.ledger)
    auditor.audit()
    return auditor.entries()


@DIALECTS
@WAYS
def test_what_the_judge_clears_is_answered(judged, served, dialect, stream):
    assert "How many pallets" in dialect(served, judged).ask(f"How many pallets, {dialect.__name__} {stream}?", stream)


@DIALECTS
@WAYS
def test_a_request_that_the_judge_condemns_is_denied_and_reaches_nobody(judged, served, provider, dialect, stream):
    asking, before = dialect(served, judged), provider.usage_csv()
    with pytest.raises(asking.sdk.PermissionDeniedError) as caught:
        asking.ask(f"Score them, {stream}. [judge request violates]", stream)
    told = carveout_of(caught.value)
    assert (told["ruling"], [cited["clause"] for cited in told["clauses"]]) == ("deny", ["9.1"])
    assert provider.usage_csv() == before


@DIALECTS
@WAYS
def test_a_request_without_a_verdict_is_held(judged, served, provider, dialect, stream):
    asking, before = dialect(served, judged), provider.usage_csv()
    with pytest.raises(asking.sdk.PermissionDeniedError) as caught:
        asking.ask(f"Perhaps, {stream}. [judge request prose]", stream)
    told = carveout_of(caught.value)
    assert (told["ruling"], [cited["clause"] for cited in told["clauses"]]) == ("hold", ["9.1", "9.2"])
    assert told["roles"] == ["customer/release-authority"]
    assert provider.usage_csv() == before


@DIALECTS
@WAYS
@pytest.mark.parametrize("word", ["violates", "prose"])
def test_an_answer_that_the_judge_does_not_clear_is_not_shown(judged, served, dialect, stream, word):
    asking = dialect(served, judged)
    with pytest.raises(asking.sdk.APIError) as caught:
        asking.ask(f"Tell me, {dialect.__name__} {stream}. [judge answer {word}]", stream)
    assert "the answer is withheld" in str(caught.value), str(caught.value)
    assert "9.1" in str(caught.value) and "It was asked" not in str(caught.value)
    if not stream:
        assert isinstance(caught.value, asking.sdk.PermissionDeniedError)


@pytest.fixture(scope="module")
def lifted(founded, judge, tmp_path_factory):
    """The same with an officer who may lift what no judge has cleared."""
    workspace = judged_by(judge, founded, tmp_path_factory.mktemp("lifted") / "workspace", 60)
    directory = workspace.directory
    assert carveout("keygen", "--name", "officer.example/release", "--out", directory / "release.key").returncode == 0
    token = json.loads(carveout("keygen", "--officer", "release", "--json").stdout)
    (directory / "release.token").write_text(token["token"])
    config = directory / "carveout.toml"
    config.write_text(
        config.read_text()
        + '\n[[officer]]\nid = "release"\nroles = ["customer/release-authority"]\n'
        + f'key = "file:release.pub"\ntoken_sha256 = "{token["token_sha256"]}"\n'
    )
    appointed = workspace.run("holds", "appoint", "--key", directory / "keys" / "customer.key")
    assert appointed.returncode == 0, appointed.stderr
    return workspace


@pytest.fixture(scope="module")
def lifting(lifted):
    with lifted.serving() as gateway:
        yield gateway


def officer(workspace, gateway, *arguments):
    """A command of the officer's, at the gateway that runs."""
    place = ["--gateway", f"http://{gateway.address}", "--token", "file:release.token", "--json"]
    done = workspace.run("holds", *arguments, *place)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@DIALECTS
@WAYS
def test_an_answer_without_a_verdict_is_held_and_collected_once_it_is_approved(lifted, lifting, dialect, stream):
    asking = dialect(lifting, lifted)
    with pytest.raises(asking.sdk.APIError) as caught:
        asking.ask(f"Tell me, {dialect.__name__} {stream}. [judge answer prose]", stream)
    assert "It was asked" not in str(caught.value)
    hold = re.search(r"on hold as (hold-[0-9a-f]{32})", str(caught.value))[1]
    path, headers = f"/carveout/v1/holds/{hold}/collect", {"Authorization": f"Bearer {lifted.keys[PROGRAM]}"}
    collect = lambda: request(lifting.address, "POST", path, b"", headers)  # noqa: E731
    status, _, refused = collect()
    assert (status, b"It was asked" in refused) == (403, False), "nobody has approved it"
    shown = officer(lifted, lifting, "show", hold)
    assert [clause["clause"] for clause in shown["clauses"]] == ["9.1", "9.2"]
    assert {one["verdict"] for one in shown["judged"]} == {"none"}, shown["judged"]
    officer(lifted, lifting, "approve", hold, "--key", lifted.directory / "release.key")
    status, head, body = collect()
    assert (status, body.decode()) == (200, shown["body"]), "what the officer saw, byte for byte"
    assert head["content-type"] == ("text/event-stream" if stream else "application/json")
    if not stream:
        assert "It was asked" in asking.told(json.loads(body))
    assert collect()[0] in (403, 404), "once"


def test_no_officer_lifts_an_answer_that_the_judge_condemned(lifted, lifting):
    for dialect in [OpenAi, Anthropic]:
        for stream in [False, True]:
            asking = dialect(lifting, lifted)
            with pytest.raises(asking.sdk.APIError) as caught:
                asking.ask(f"Tell me, {dialect.__name__} {stream}. [judge answer violates]", stream)
            assert "denied by judged-rules 9.1" in str(caught.value) and "hold-" not in str(caught.value)
    assert officer(lifted, lifting, "list")["holds"] == []
    assert_sound(lifted)


def test_a_judge_that_is_late_clears_nothing(founded, judge, provider, tmp_path):
    late = judged_by(judge, founded, tmp_path / "late", 2)
    with late.serving() as gateway:
        for dialect in [OpenAi, Anthropic]:
            for stream in [False, True]:
                asking, before = dialect(gateway, late), provider.usage_csv()
                with pytest.raises(asking.sdk.PermissionDeniedError) as caught:
                    asking.ask("Count. [judge request hangs]", stream)
                assert carveout_of(caught.value)["ruling"] == "hold"
                assert provider.usage_csv() == before, "nothing reached the provider"
        # Half of the answer came, and with it what the judge's provider calls it.
        with pytest.raises(openai.PermissionDeniedError):
            OpenAi(gateway, late).ask("Count. [judge request stalls]", False)
    ends = questions(assert_sound(late))
    assert len(ends) == 10, "each of the five asked about both clauses"
    assert {end["why"] for _, end in ends} == {"it did not answer in time"}
    assert [end.get("provider_request") is not None for _, end in ends] == [False] * 8 + [True] * 2


def test_an_answer_that_waits_for_a_late_judge_is_not_shown(founded, judge, tmp_path):
    late = judged_by(judge, founded, tmp_path / "late", 5)
    with late.serving() as gateway:
        for dialect in [OpenAi, Anthropic]:
            for stream in [False, True]:
                asking = dialect(gateway, late)
                with pytest.raises(asking.sdk.APIError) as caught:
                    asking.ask("Count. [judge answer hangs]", stream)
                assert "It was asked" not in str(caught.value)
    questions(assert_sound(late))


def test_every_question_has_its_end_and_every_ruling_follows(judged, served):
    auditor = Auditor(judged.ledger)

    def closed():
        entries = auditor.entries()
        kinds = [entry["kind"] for entry in entries]
        return entries if kinds.count("judge_asked") == kinds.count("judge_answered") > 0 else None

    ends = questions(until(closed, "every question has its end"))
    assert all(asked["model"] == "sample-judge" for asked, _ in ends)
    assert all(end["provider_request"].startswith("chatcmpl-sample-") for _, end in ends)
    assert_sound(judged)


def test_questions_are_reconciled_with_what_the_judges_provider_says(founded, tmp_path):
    judge = Provider(tmp_path)
    try:
        workspace = judged_by(judge, founded, tmp_path / "workspace", 60)
        with workspace.serving() as gateway:
            for dialect in [OpenAi, Anthropic]:
                dialect(gateway, workspace).ask(f"Count, {dialect.__name__}.", True)
        csv = tmp_path / "usage.csv"

        def reconciled(text, code):
            csv.write_text(text)
            ran = workspace.run("ledger", "reconcile", csv, "--provider", "guardian", "--json")
            assert ran.returncode == code, ran.stdout + ran.stderr
            return json.loads(ran.stdout)

        even = reconciled(judge.usage_csv(), 0)
        assert even["matched"] == even["matched_questions"] > 0
        question = {"model": "sample-judge", "messages": [{"role": "user", "content": "{}"}]}
        head = {"content-type": "application/json"}
        bypass = json.loads(request(judge.address, "POST", "/v1/chat/completions", json.dumps(question), head)[2])["id"]
        [found] = reconciled(judge.usage_csv(), 1)["not_in_ledger"]
        assert found["request_id"] == bypass
        lines = judge.usage_csv().splitlines()[:-1]
        missing = lines.pop(1).split(",")[1]
        [found] = reconciled("\n".join(lines) + "\n", 1)["not_in_usage"]
        assert (found["request_id"], found["of"]) == (missing, "question")
    finally:
        judge.kill()
