"""A use on hold, by both SDKs: refused with the hold's id, approved by an officer, collected once, also across a kill -9."""

import hashlib
import hmac
import http.server
import json
import threading

import anthropic
import openai
import pytest

from auditor import Auditor
from conftest import anthropic_client, openai_client
from house import carveout, request, until
from test_refusals import LETHAL, carveout_of

PROGRAM = "intelligence-support"
ASK = [{"role": "user", "content": "Which of these comes first?"}]


def ask_openai(gateway, workspace, headers=None):
    client = openai_client(gateway, workspace, PROGRAM, use=LETHAL)
    return client.chat.completions.create(model="chat", messages=ASK, extra_headers=headers)


def ask_anthropic(gateway, workspace, headers=None):
    client = anthropic_client(gateway, workspace, PROGRAM, use=LETHAL)
    return client.messages.create(model="messages", max_tokens=50, messages=ASK, extra_headers=headers)


DIALECTS = pytest.mark.parametrize("sdk, ask", [(openai, ask_openai), (anthropic, ask_anthropic)])


@pytest.fixture
def guarded(copied):
    """A workspace with an officer who may lift what clause 3.5 holds."""
    key, config = copied.directory / "release.key", copied.directory / "carveout.toml"
    made = carveout("keygen", "--name", "officer.example/release", "--out", key)
    assert made.returncode == 0, made.stderr
    token = json.loads(carveout("keygen", "--officer", "release", "--json").stdout)
    (copied.directory / "release.token").write_text(token["token"])
    config.write_text(
        config.read_text()
        + '\n[[officer]]\nid = "release"\nroles = ["customer/release-authority"]\n'
        + f'key = "file:release.pub"\ntoken_sha256 = "{token["token_sha256"]}"\n'
    )
    appointed = copied.run("holds", "appoint", "--key", copied.directory / "keys" / "customer.key")
    assert appointed.returncode == 0, appointed.stderr
    return copied


def officer(workspace, gateway, *arguments):
    """A command of the officer, at the gateway that runs."""
    place = ["--gateway", f"http://{gateway.address}", "--token", "file:release.token", "--json"]
    done = workspace.run("holds", *arguments, *place)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def approve(workspace, gateway, hold):
    return officer(workspace, gateway, "approve", hold, "--key", workspace.directory / "release.key")


def held(sdk, ask, gateway, workspace):
    with pytest.raises(sdk.PermissionDeniedError) as caught:
        ask(gateway, workspace)
    return carveout_of(caught.value)["hold"]


@DIALECTS
def test_what_was_held_is_answered_once_after_an_approval(guarded, provider, sdk, ask):
    with guarded.serving() as gateway:
        hold = held(sdk, ask, gateway, guarded)
        before = provider.usage_csv()
        with pytest.raises(sdk.PermissionDeniedError):
            ask(gateway, guarded, {"Carveout-Hold": hold})
        shown = officer(guarded, gateway, "show", hold)
        assert ASK[0]["content"] in shown["body"]
        approve(guarded, gateway, hold)
        assert provider.usage_csv() == before, "nothing is sent before somebody comes back for it"
        assert ask(gateway, guarded, {"Carveout-Hold": hold}).id
        assert provider.last()["body"] == shown["body"], "what was approved is what was sent"
        with pytest.raises(sdk.PermissionDeniedError):
            ask(gateway, guarded, {"Carveout-Hold": hold})
        assert len(provider.usage_csv().splitlines()) == len(before.splitlines()) + 1
    verified = guarded.run("ledger", "verify", "--redecide")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@DIALECTS
def test_a_client_that_waits_is_answered_when_the_officer_approves(guarded, sdk, ask):
    with guarded.serving() as gateway:
        answers = []
        waiting = threading.Thread(
            target=lambda: answers.append(ask(gateway, guarded, {"Prefer": "wait=15"}))
        )
        waiting.start()
        listed = until(lambda: officer(guarded, gateway, "list")["holds"], "something is on hold")
        approve(guarded, gateway, listed[0]["hold"])
        waiting.join()
        assert answers and answers[0].id


def test_a_gateway_killed_after_an_approval_sends_it_once_and_never_twice(guarded, provider):
    gateway = guarded.serve()
    hold = held(openai, ask_openai, gateway, guarded)
    approve(guarded, gateway, hold)
    gateway.kill()
    before = len(provider.usage_csv().splitlines())

    gateway = guarded.serve()
    assert [one["state"] for one in officer(guarded, gateway, "list")["holds"]] == ["approved"]
    assert ask_openai(gateway, guarded, {"Carveout-Hold": hold}).id
    gateway.kill()

    with guarded.serving() as gateway:
        for _ in range(3):
            path = f"/carveout/v1/holds/{hold}/collect"
            headers = {"Authorization": f"Bearer {guarded.keys[PROGRAM]}"}
            assert request(gateway.address, "POST", path, b"", headers)[0] in (403, 404)
    assert len(provider.usage_csv().splitlines()) == before + 1
    kinds = [entry["kind"] for entry in Auditor(guarded.ledger).entries()]
    assert kinds.count("approved") == kinds.count("erased") == 1
    assert not list((guarded.directory / "held").glob("*.sealed")), "the body is erased"


def test_a_webhook_is_told_with_a_signature_and_without_content(guarded):
    """The receiver of docs/holds.md, word for word what it must check."""
    secret, notices = "0123456789abcdef" * 4, []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fields = dict(field.split("=") for field in self.headers["Carveout-Signature"].split(","))
            signed = fields["t"].encode() + b"." + body
            expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
            notices.append((hmac.compare_digest(fields["v1"], expected), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    (guarded.directory / "hook.secret").write_text(secret)
    config = guarded.directory / "carveout.toml"
    config.write_text(
        config.read_text()
        + f'\n[[webhook]]\nurl = "http://127.0.0.1:{receiver.server_port}/hook"\n'
        + 'secret = "file:hook.secret"\nnews = ["held", "approved"]\ninsecure = true\n'
    )
    with guarded.serving() as gateway:
        hold = held(openai, ask_openai, gateway, guarded)
        approve(guarded, gateway, hold)
        until(lambda: len(notices) == 2, "both are told")
    receiver.shutdown()
    assert all(signed for signed, _ in notices)
    told = [json.loads(body) for _, body in notices]
    assert [(one["news"], one["hold"]) for one in told] == [("held", hold), ("approved", hold)]
    assert not any(ASK[0]["content"].encode() in body for _, body in notices)
