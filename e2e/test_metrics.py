"""What a gateway counts is read by the parser that monitors use."""

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from conftest import openai_client
from house import free_address, request

QUESTION = [{"role": "user", "content": "How many pallets?"}]


def test_an_outside_parser_reads_what_is_counted(copied):
    address = free_address()
    config = copied.directory / "carveout.toml"
    config.write_text(config.read_text() + f'\n[metrics]\nlisten = "{address}"\n')
    with copied.serving() as gateway:
        client = openai_client(gateway, copied)
        for _ in range(2):
            client.chat.completions.create(model="chat", messages=QUESTION)
        status, headers, body = request(address, "GET", "/metrics")
    assert status == 200
    assert headers["content-type"].startswith("application/openmetrics-text")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    permitted = {"program": "logistics-support", "ruling": "permit"}
    [count] = [sample.value for sample in families["carveout_rulings"].samples if sample.labels == permitted]
    assert count == 2
    assert families["carveout_rulings"].type == "counter"
    [ready] = families["carveout_ready"].samples
    assert ready.value == 1
    assert copied.keys["logistics-support"] not in body.decode()


def test_what_is_counted_is_not_shown_to_other_machines(copied):
    config = copied.directory / "carveout.toml"
    config.write_text(config.read_text() + '\n[metrics]\nlisten = "0.0.0.0:0"\n')
    served = copied.run("serve", "--listen", "127.0.0.1:0", timeout=60)
    assert served.returncode == 2
    assert "could be read from other machines" in served.stderr
