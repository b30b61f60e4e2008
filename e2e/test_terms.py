"""Terms hold only as they were signed."""

import pytest


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
