"""Every refusal is the SDK's own typed error, and says what to know without coaching."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import anthropic
import openai
import pytest

from auditor import Auditor
from conftest import USE, anthropic_client, openai_client
from house import request

ASK = [{"role": "user", "content": "Where is it?"}]
BULK = "purpose=intel.commercial_data_analysis, volume=bulk, source=commercially_purchased, subject=us_person"
LETHAL = (
    "purpose=targeting.nominate, weapon_function=prioritise, effect=kinetic_lethal, "
    "volume=targeted, subject=non_us_person"
)
RULED = [
    ("intelligence-support", BULK, "deny", "3.3"),
    ("intelligence-support", LETHAL, "hold", "3.5"),
    (
        "logistics-support",
        "purpose=logistics.supply, subject=us_person, source=commercially_purchased",
        "deny",
        "4.3",
    ),
    ("intelligence-support", "subject=none", "deny", "2.2"),
]


def ask_openai(gateway, workspace, program="logistics-support", use=USE, model="chat", **options):
    client = openai_client(gateway, workspace, program, use=use)
    return client.chat.completions.create(model=model, messages=ASK, **options)


def ask_anthropic(gateway, workspace, program="logistics-support", use=USE, model="messages", **options):
    client = anthropic_client(gateway, workspace, program, use=use)
    return client.messages.create(model=model, max_tokens=50, messages=ASK, **options)


DIALECTS = pytest.mark.parametrize("sdk, ask", [(openai, ask_openai), (anthropic, ask_anthropic)])


def carveout_of(error) -> dict:
    """Our member of the error, where each SDK keeps the error object."""
    return error.body.get("error", error.body)["carveout"]


@DIALECTS
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("program, use, ruling, clause", RULED)
def test_a_ruling_against_the_use_cites_its_clause(
    gateway, workspace, provider, sdk, ask, stream, program, use, ruling, clause
):
    before = provider.usage_csv()
    with pytest.raises(sdk.PermissionDeniedError) as caught:
        ask(gateway, workspace, program, use, stream=stream)
    told = carveout_of(caught.value)
    assert told["ruling"] == ruling
    assert clause in [cited["clause"] for cited in told["clauses"]]
    assert all(cited["heading"] and cited["sentence"] for cited in told["clauses"])
    assert caught.value.response.headers["carveout-ruling"] == ruling
    assert provider.usage_csv() == before, "nothing reached the provider"
    if ruling == "hold":
        assert told["hold"] and told["roles"] == ["customer/release-authority"]


@DIALECTS
def test_a_denial_does_not_say_which_claim_would_pass(gateway, workspace, sdk, ask):
    with pytest.raises(sdk.PermissionDeniedError) as caught:
        ask(gateway, workspace, "intelligence-support", BULK)
    text = json.dumps(caught.value.body)
    assert "volume=targeted" not in text and "intel.foreign" not in text


@DIALECTS
@pytest.mark.parametrize("use, hint", [
    ("purpose=logistics.suply", "logistics.suply"),
    ("porpoise=logistics.supply", "porpoise"),
    ("purpose=logistics.supply, purpose=translation", "purpose"),
    ("maker=sample-maker", "maker"),
    ("purpose=logistics", "logistics"),
    ("purpose=(logistics.supply", ""),
    ("=", ""),
])  # fmt: skip
def test_a_claim_that_cannot_be_read_is_a_bad_request(gateway, workspace, sdk, ask, use, hint):
    with pytest.raises(sdk.BadRequestError) as caught:
        ask(gateway, workspace, use=use)
    assert hint in str(caught.value)


@DIALECTS
def test_a_purpose_outside_the_programs_list_is_refused_undecided(gateway, workspace, auditor, sdk, ask):
    with pytest.raises(sdk.PermissionDeniedError) as caught:
        ask(gateway, workspace, use="purpose=weapons.cbrn")
    assert "carveout" not in caught.value.body.get("error", caught.value.body)


@DIALECTS
@pytest.mark.parametrize("stream", [False, True])
def test_a_bad_key_is_an_authentication_error_and_reaches_neither_provider_nor_ledger(
    copied, provider, sdk, ask, stream
):
    good = copied.keys["logistics-support"]
    bad = [good[:-1] + ("A" if good[-1] != "A" else "B"), "cvo_nobody_" + "A" * 43, "sk-123"]
    before = provider.usage_csv()
    with copied.serving() as gateway:
        for copied.keys["wrong"] in bad:
            with pytest.raises(sdk.AuthenticationError) as caught:
                ask(gateway, copied, "wrong", stream=stream)
            assert "no valid program key" in str(caught.value)
            assert "carveout-receipt" not in caught.value.response.headers
    assert not [key for key in bad if key in gateway.log.read_text()]
    assert provider.usage_csv() == before
    assert {entry["kind"] for entry in Auditor(copied.ledger).entries()} == {"genesis", "terms_adopted"}


@DIALECTS
@pytest.mark.parametrize("stream", [False, True])
def test_an_expired_key_is_an_authentication_error_and_reaches_neither_provider_nor_ledger(
    copied, provider, sdk, ask, stream
):
    program = copied.directory / "programs" / "logistics-support.toml"
    registered = program.read_text()
    now = datetime.now(UTC).replace(microsecond=0)

    program.write_text(f"{registered}expires = {(now - timedelta(seconds=1)).isoformat()}\n")
    before = provider.usage_csv()
    with copied.serving() as gateway:
        with pytest.raises(sdk.AuthenticationError) as caught:
            ask(gateway, copied, stream=stream)
        assert "no valid program key" in str(caught.value)
        assert "carveout-receipt" not in caught.value.response.headers
    assert provider.usage_csv() == before
    assert {entry["kind"] for entry in Auditor(copied.ledger).entries()} == {"genesis", "terms_adopted"}

    program.write_text(f"{registered}expires = {(now + timedelta(days=1)).isoformat()}\n")
    with copied.serving() as gateway:
        assert ask(gateway, copied)


@DIALECTS
def test_an_unknown_model_is_not_found(gateway, workspace, sdk, ask):
    for model in ["gpt-0", "sample-1"]:
        with pytest.raises(sdk.NotFoundError):
            ask(gateway, workspace, model=model)


def test_a_model_of_the_other_dialect_is_not_found(gateway, workspace):
    with pytest.raises(openai.NotFoundError):
        ask_openai(gateway, workspace, model="messages")
    with pytest.raises(anthropic.NotFoundError):
        ask_anthropic(gateway, workspace, model="chat")


GOOD = b'{"model":"chat","messages":[{"role":"user","content":"hi"}]}'


@pytest.mark.parametrize("body, status", [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b'{"model":"chat"}', 400),
    (b'{"model":"chat","model":"chat","messages":[{"role":"user","content":"hi"}]}', 400),
    (b'{"model":"chat","mod\\u0065l":"chat","messages":[{"role":"user","content":"hi"}]}', 400),
    (b'{"model":"chat","Model":"chat","messages":[{"role":"user","content":"hi"}]}', 400),
    (b'\xef\xbb\xbf' + GOOD, 400),
    (GOOD.replace(b"hi", b"\xff"), 400),
    (GOOD.replace(b"hi", b"\\ud800"), 400),
    (GOOD[:-1] + b',"user":' + b"[" * 100 + b"]" * 100 + b"}", 400),
    (GOOD[:-1] + b',"n":9007199254740993}', 400),
    (GOOD.replace(b'"content":"hi"', b'"content":[{"type":"hologram","hologram":"x"}]'), 400),
    (GOOD.replace(b"hi", b"x" * (9 << 20)), 413),
])  # fmt: skip
def test_a_body_that_is_not_beyond_doubt_is_refused(gateway, workspace, provider, body, status):
    headers = {
        "authorization": f"Bearer {workspace.keys['logistics-support']}",
        "content-type": "application/json",
    }
    before = provider.usage_csv()
    answer = request(gateway.address, "POST", "/v1/chat/completions", body, headers)
    assert answer[0] == status
    assert json.loads(answer[2])["error"]["message"]
    assert provider.usage_csv() == before


@pytest.mark.parametrize("headers, status", [
    ({"content-type": "text/plain"}, 415),
    ({"content-type": "application/json; charset=latin-1"}, 415),
    ({"content-type": "application/json", "content-encoding": "br"}, 415),
])  # fmt: skip
def test_a_wrong_content_type_or_coding_is_refused(gateway, workspace, headers, status):
    headers = {"authorization": f"Bearer {workspace.keys['logistics-support']}", **headers}
    assert request(gateway.address, "POST", "/v1/chat/completions", GOOD, headers)[0] == status


def test_a_small_gzip_body_is_taken_and_a_bomb_is_not(gateway, workspace):
    headers = {
        "authorization": f"Bearer {workspace.keys['logistics-support']}",
        "content-type": "application/json",
        "content-encoding": "gzip",
        "carveout-use": USE,
    }
    send = lambda body: request(
        gateway.address, "POST", "/v1/chat/completions", gzip.compress(body), headers
    )[0]
    assert send(GOOD) == 200
    assert send(GOOD.replace(b"hi", b" " * (64 << 20))) in (400, 413)


@pytest.mark.parametrize("method, path", [
    ("POST", "/v1/embeddings"), ("POST", "/v1/responses"), ("GET", "/v1/chat/completions"), ("DELETE", "/v1/models/chat"),
    ("POST", "/v1/chat/completions/"), ("POST", "/v1/messages/batches"), ("GET", "/"),
])  # fmt: skip
def test_an_unknown_route_is_refused(gateway, workspace, method, path):
    headers = {
        "authorization": f"Bearer {workspace.keys['logistics-support']}",
        "content-type": "application/json",
    }
    assert request(gateway.address, method, path, GOOD, headers)[0] in (404, 405)


def test_a_key_in_the_address_is_refused(gateway, workspace):
    path = f"/v1/models?api_key={workspace.keys['logistics-support']}"
    assert request(gateway.address, "GET", path)[0] == 400
    assert workspace.keys["logistics-support"] not in gateway.log.read_text()


@DIALECTS
def test_a_key_claims_what_its_program_registered_for_it(copied, sdk, ask):
    program = copied.directory / "programs" / "logistics-support.toml"
    with copied.serving() as gateway, pytest.raises(sdk.PermissionDeniedError):
        ask(gateway, copied, use="")
    program.write_text(program.read_text() + 'claim = "purpose=logistics.supply, subject=none"\n')
    with copied.serving() as gateway:
        assert ask(gateway, copied, use="")
