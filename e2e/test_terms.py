"""Terms hold only as they were signed."""

import pytest

from auditor import Auditor
from conftest import openai_client


def edit(workspace, old, new):
    agreement = workspace.directory / "agreements" / "sample-terms.md"
    text = agreement.read_text()
    assert text.count(old) >= 1
    agreement.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("old, new", [
    ("Routine purpose", "Routine  purpose"),
    ("context.unlisted_fields > 8", "context.unlisted_fields > 9"),
])  # fmt: skip
def test_an_agreement_edited_after_signing_is_refused(copied, old, new):
    assert copied.run("check", copied.directory / "agreements" / "sample-terms.md").returncode == 0
    edit(copied, old, new)
    served = copied.run("serve", "--listen", "127.0.0.1:0", timeout=20)
    assert served.returncode in (1, 2)
    assert "sample-terms" in served.stderr and "sign" in served.stderr


def test_an_agreement_without_one_partys_signature_is_refused(copied):
    signatures = copied.directory / "agreements" / "sample-terms.md.sig"
    signatures.unlink()
    served = copied.run("serve", "--listen", "127.0.0.1:0", timeout=20)
    assert served.returncode in (1, 2)
    assert "sample-terms" in served.stderr and "sign" in served.stderr


def sign(workspace, party, key=None):
    key = key or workspace.directory / "keys" / f"{party}.key"
    signed = workspace.run("sign", workspace.directory / "agreements" / "sample-terms.md", "--key", key)
    assert signed.returncode == 0, signed.stderr


def answers(workspace) -> bool:
    ask = [{"role": "user", "content": "Where is it?"}]
    with workspace.serving() as gateway:
        client = openai_client(gateway, workspace)
        return bool(client.chat.completions.create(model="chat", messages=ask).choices)


def test_an_amendment_is_adopted_once_both_parties_have_signed_it(copied):
    assert answers(copied)
    edit(copied, "context.unlisted_fields > 8", "context.unlisted_fields > 9")
    sign(copied, "vendor")
    assert copied.run("serve", "--listen", "127.0.0.1:0", timeout=20).returncode == 2
    sign(copied, "customer")
    assert answers(copied)
    adopted = [entry for entry in Auditor(copied.ledger).entries() if entry["kind"] == "terms_adopted"]
    terms = [agreement for entry in adopted for agreement in entry["agreements"]]
    digests = {agreement["digest"] for agreement in terms if agreement["agreement"] == "sample-terms"}
    assert len(digests) == 2
    assert all(
        sorted(agreement["signers"]) == ["customer", "vendor"]
        for agreement in terms
        if len(agreement["signers"]) > 1
    )
    assert copied.run("ledger", "verify", "--redecide").returncode == 0


def test_a_key_is_replaced_only_by_the_word_of_the_old_one(copied):
    assert answers(copied)
    keys = copied.directory / "keys"
    new = keys / "vendor-2.key"
    assert copied.run("keygen", "--name", "sample.carveout.example/vendor-2", "--out", new).returncode == 0
    config = copied.directory / "carveout.toml"
    config.write_text(config.read_text().replace("file:keys/vendor.pub", "file:keys/vendor-2.pub"))
    sign(copied, "vendor", new)
    assert copied.run("serve", "--listen", "127.0.0.1:0", timeout=20).returncode == 2
    rotate = ["ledger", "rotate", "--party", "vendor", "--new", new.with_suffix(".pub"), "--old"]
    assert copied.run(*rotate, keys / "customer.key").returncode == 2
    rotated = copied.run(*rotate, keys / "vendor.key")
    assert rotated.returncode == 0, rotated.stderr
    assert answers(copied)
    assert copied.run("ledger", "verify", "--redecide").returncode == 0
