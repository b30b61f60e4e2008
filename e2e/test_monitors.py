"""Terms that are only monitored block nobody, through the official SDKs, and the report says what they would have done."""

import json

import anthropic
import openai
import pytest

from auditor import Auditor
from conftest import anthropic_client, openai_client
from house import receipt

ASK = [{"role": "user", "content": "Which depots are short of parts?"}]
# Denied by clause 3.4 of the sample terms and by nothing else.
BOUGHT = "purpose=intel.foreign, volume=targeted, source=commercially_purchased, subject=us_person"
SUPPLY = "purpose=logistics.supply, subject=us_person"
LETHAL = f"{BOUGHT}, effect=kinetic_lethal"

NO_SUPPLY = """
### 3.8 No supply

The Model shall not be used for supply.

```cedar
@silent("clause 2.2 forbids every use that states no purpose")
forbid (principal, action, resource)
when { context.purpose == Purpose::"logistics.supply" };
```

## 4 """


def ask_openai(gateway, workspace, program, use, stream):
    create = openai_client(gateway, workspace, program, use=use).chat.completions.with_raw_response.create
    answer = create(model="chat", messages=ASK, stream=stream)
    if stream:
        said = "".join(event.choices[0].delta.content or "" for event in answer.parse() if event.choices)
    else:
        said = answer.parse().choices[0].message.content
    assert said, "it was answered"
    return receipt(answer.headers)


def ask_anthropic(gateway, workspace, program, use, stream):
    client = anthropic_client(gateway, workspace, program, use=use)
    answer = client.messages.with_raw_response.create(
        model="messages", max_tokens=50, messages=ASK, stream=stream
    )
    if stream:
        said = "".join(
            event.delta.text
            for event in answer.parse()
            if event.type == "content_block_delta" and event.delta.type == "text_delta"
        )
    else:
        said = answer.parse().content[0].text
    assert said, "it was answered"
    return receipt(answer.headers)


FORMS = [(openai, ask_openai), (anthropic, ask_anthropic)]


def run(workspace, *arguments):
    ran = workspace.run(*arguments)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def report(workspace):
    return json.loads(run(workspace, "report", "--json"))


def configure(workspace, monitor: str):
    config = workspace.directory / "carveout.toml"
    config.write_text(config.read_text() + f"\n[[monitor]]\n{monitor}\n")


def assert_sound(workspace, acknowledged):
    assert "0 differ" in run(workspace, "ledger", "verify", "--redecide")
    auditor = Auditor(workspace.ledger)
    auditor.audit()
    for index, leaf in acknowledged:
        assert auditor.leaf(index) == leaf


def test_a_draft_blocks_nobody_and_the_report_says_what_it_would_have_done(copied):
    terms = (copied.directory / "agreements/sample-terms.md").read_text()
    draft = terms.replace('version = "1"', 'version = "2"', 1).replace("\n## 4 ", NO_SUPPLY, 1)
    assert draft.count("No supply") == 1
    (copied.directory / "drafts").mkdir()
    (copied.directory / "drafts/next.md").write_text(draft)
    configure(copied, 'id = "next"\ndraft = "drafts/next.md"')
    with copied.serving() as gateway:
        acknowledged = [
            ask(gateway, copied, "logistics-support", SUPPLY, stream)
            for _, ask in FORMS
            for stream in [False, True]
        ]
        # What both versions deny is denied, by the version in force.
        for sdk, ask in FORMS:
            with pytest.raises(sdk.PermissionDeniedError):
                ask(gateway, copied, "intelligence-support", BOUGHT, False)

    found = report(copied)
    [next_terms] = found["monitors"]
    assert found["decisions"] == 6
    assert (next_terms["monitor"], next_terms["kind"]) == ("next", "draft")
    assert next_terms["uses"] == {"decided": 6, "would_deny": 4, "would_hold": 0, "would_permit": 0}
    [clause] = next_terms["clauses"]
    assert (clause["clause"], clause["would_deny"]) == ("3.8", 4)
    assert clause["entries"] == sorted(index for index, _ in acknowledged), "each is told by its entry"
    assert {(one["ruling"], one["would_be"]) for one in next_terms["changes"]} == {("permit", "deny")}
    assert "sample-terms 3.8: would deny 4" in run(copied, "report")
    assert_sound(copied, acknowledged)


def test_a_monitored_clause_blocks_nobody_for_its_time_and_never_where_a_use_may_kill(copied):
    configure(
        copied, 'id = "bought"\nagreement = "sample-terms"\nclause = "3.4"\nuntil = 2099-01-31T00:00:00Z'
    )
    for party in ["customer", "vendor"]:
        run(copied, "monitor", "sign", "bought", "--key", copied.directory / f"keys/{party}.key")
    with copied.serving() as gateway:
        acknowledged = [
            ask(gateway, copied, "intelligence-support", BOUGHT, stream)
            for _, ask in FORMS
            for stream in [False, True]
        ]
        for sdk, ask in FORMS:
            with pytest.raises(sdk.PermissionDeniedError) as caught:
                ask(gateway, copied, "intelligence-support", LETHAL, True)
            assert "3.4" in str(caught.value), "the whole terms decide"

    [bought] = report(copied)["monitors"]
    assert (bought["kind"], bought["clause"]) == ("clause", "3.4")
    assert bought["uses"] == {"decided": 6, "would_deny": 4, "would_hold": 0, "would_permit": 0}
    [clause] = bought["clauses"]
    assert clause["entries"] == sorted(index for index, _ in acknowledged)
    assert_sound(copied, acknowledged)

    # Without the monitor it is enforced again.
    config = copied.directory / "carveout.toml"
    config.write_text(config.read_text().split("\n[[monitor]]\n")[0] + "\n")
    with copied.serving() as gateway:
        for sdk, ask in FORMS:
            with pytest.raises(sdk.PermissionDeniedError):
                ask(gateway, copied, "intelligence-support", BOUGHT, True)
    assert "0 differ" in run(copied, "ledger", "verify", "--redecide")


NO_PLATES = """
### 3.8 Licence plates

Texts with licence plates shall not be put to the Model.

```cedar
@silent("the gateway always says what it recognised")
forbid (principal, action, resource)
when { context.identifiers.contains(Identifier::"plate") };
```

## 4 """

PLATE = "Where is the truck with the licence plate 7KLM482?"


def said(dialect, client, stream):
    """What the model says about a plate, put together by the SDK. The sample provider repeats it in its answer."""
    ask = [{"role": "user", "content": PLATE}]
    if dialect is openai:
        answer = client.chat.completions.create(model="chat", messages=ask, stream=stream)
        if stream:
            return "".join(event.choices[0].delta.content or "" for event in answer if event.choices)
        return answer.choices[0].message.content
    if stream:
        with client.messages.stream(model="messages", max_tokens=200, messages=ask) as events:
            return events.get_final_text()
    return client.messages.create(model="messages", max_tokens=200, messages=ask).content[0].text


def test_a_monitored_detector_blocks_nobody_for_its_time_and_the_record_holds_what_it_found(copied):
    terms = copied.directory / "agreements/sample-terms.md"
    terms.write_text(terms.read_text().replace("\n## 4 ", NO_PLATES, 1))
    parties = ["customer", "vendor"]
    for party in parties:
        run(copied, "sign", terms, "--key", copied.directory / f"keys/{party}.key")
    configure(copied, 'id = "plates"\ndetector = "identifiers.plate"\nuntil = 2099-01-31T00:00:00Z')
    for party in parties:
        run(copied, "monitor", "sign", "plates", "--key", copied.directory / f"keys/{party}.key")
    clients = [(openai, openai_client), (anthropic, anthropic_client)]
    with copied.serving() as gateway:
        for dialect, client in clients:
            for stream in [False, True]:
                assert "7KLM482" in said(dialect, client(gateway, copied, use=SUPPLY), stream)

    [plates] = report(copied)["monitors"]
    assert (plates["kind"], plates["detector"]) == ("detector", "identifiers.plate")
    assert plates["clauses"][0]["clause"] == "3.8" and plates["uses"]["would_deny"] >= 4
    assert_sound(copied, [])
    found = [entry for entry in Auditor(copied.ledger).entries() if entry["kind"] == "decided"]
    assert all("plate" in one["found"]["gateway"] and "plate" not in one["facts"]["gateway"] for one in found)

    # Without the monitor it decides.
    config = copied.directory / "carveout.toml"
    config.write_text(config.read_text().split("\n[[monitor]]\n")[0] + "\n")
    with copied.serving() as gateway:
        for dialect, client in clients:
            with pytest.raises(dialect.PermissionDeniedError) as caught:
                said(dialect, client(gateway, copied, use=SUPPLY), False)
            assert "3.8" in str(caught.value)
    assert "0 differ" in run(copied, "ledger", "verify", "--redecide")
