"""Presidio's pattern recognisers on the labelled set and on the texts of the throughput bench.

Reads the labelled set as JSON lines from standard input and prints a Markdown table. No language model is loaded: what
is compared is patterns with patterns, so names, places and organisations are left out on both sides.
"""

import collections
import importlib.metadata
import json
import sys
import time

import presidio_analyzer.predefined_recognizers as predefined
import tldextract
from presidio_analyzer import PatternRecognizer

# The list of domains that comes with it, instead of a download.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())

# What they call the things that both look for. Recognisers of other things are not run.
NAMES = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "IBAN_CODE": "iban", "US_SSN": "ssn",
    "US_ITIN": "ssn", "US_PASSPORT": "passport", "UK_PASSPORT": "passport", "DE_PASSPORT": "passport",
    "ES_PASSPORT": "passport", "IT_PASSPORT": "passport", "IP_ADDRESS": "ip", "MAC_ADDRESS": "mac", "UUID": "device_id",
    "UK_VEHICLE_REGISTRATION": "plate", "DE_KFZ": "plate", "DE_TAX_ID": "de_tax_id", "ES_NIF": "es_dni",
    "ES_NIE": "es_dni", "IT_FISCAL_CODE": "it_cf", "UK_NHS": "gb_nhs", "SE_PERSONNUMMER": "se_pnr",
    "PL_PESEL": "pl_pesel", "IN_AADHAAR": "in_aadhaar",
}
THRESHOLD = 0.4


def recognisers():
    """Those of patterns and of telephones, each with what it finds of the names above."""
    for name in sorted(dir(predefined)):
        kind = getattr(predefined, name)
        is_ours = name == "PhoneRecognizer" or (
            isinstance(kind, type) and issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer
        )
        if not is_ours:
            continue
        try:
            one = kind()
        except Exception as error:  # Some need services or data that are not installed.
            print(f"{name} can't be made: {error}", file=sys.stderr)
            continue
        entities = [entity for entity in one.supported_entities if entity in NAMES]
        if entities:
            yield one, entities


def scan(text, chosen):
    for one, entities in chosen:
        for result in one.analyze(text, entities, None) or []:
            yield NAMES[result.entity_type], result.start, result.end, result.score


def scores(documents, chosen, threshold):
    marked, found, wrong = collections.Counter(), collections.Counter(), collections.Counter()
    for document in documents:
        text = document["text"]
        # Their places are characters, ours are bytes.
        byte = lambda place: len(text[:place].encode())
        results = [
            (name, byte(start), byte(end)) for name, start, end, score in scan(text, chosen) if score >= threshold
        ]
        meets = lambda result, label: result[0] == label[0] and result[1] < label[2] and label[1] < result[2]
        for label in document["labels"]:
            marked[label[0]] += 1
            found[label[0]] += any(meets(result, label) for result in results)
        for result in set(results):
            if not any(meets(result, label) for label in document["labels"]):
                wrong[result[0]] += 1
    return marked, found, wrong


def megabytes_per_second(text, chosen):
    start = time.process_time()
    for _ in scan(text, chosen):
        pass
    return len(text.encode()) / (time.process_time() - start) / 1e6


def main():
    documents = [json.loads(line) for line in sys.stdin]
    test = [document for document in documents if document["half"] == "test"]
    chosen = list(recognisers())
    version = importlib.metadata.version("presidio_analyzer")
    known = {NAMES[entity] for _, entities in chosen for entity in entities}
    print(f"Presidio {version}, {len(chosen)} recognisers, on the same test half:\n")
    print(f"| recogniser | marked | recall, any score | precision | recall, score from {THRESHOLD} | precision |")
    print("|---|---|---|---|---|---|")
    runs = [scores(test, chosen, threshold) for threshold in (0.0, THRESHOLD)]
    sums = [collections.Counter(), collections.Counter()]
    for name in sorted(runs[0][0]):
        if name not in known:
            print(f"| {name} | {runs[0][0][name]} | none | | | |")
            continue
        row = f"| {name} | {runs[0][0][name]} |"
        for (marked, found, wrong), total in zip(runs, sums):
            all_found = found[name] + wrong[name]
            row += f" {found[name] / marked[name]:.3f} | {found[name] / all_found if all_found else 1:.3f} |"
            total.update(marked=marked[name], found=found[name], wrong=wrong[name])
        print(row)
    row = f"| **all that it has** | {sums[0]['marked']} |"
    for total in sums:
        row += f" {total['found'] / total['marked']:.3f} | {total['found'] / (total['found'] + total['wrong']):.3f} |"
    print(row)
    prose = [document["text"] for document in documents if document["free"]]
    records = [document["text"] for document in documents if not document["free"]]
    print("\n| text | Presidio MB/s |\n|---|---|")
    print(f"| free text of the set | {megabytes_per_second(' '.join(prose), chosen):.3f} |")
    print(f"| templates of the set | {megabytes_per_second(' '.join(records), chosen):.3f} |")

    print("\nPresidio counts an address of documentation or of a private network as a finding, and we don't mark those.")


main()
