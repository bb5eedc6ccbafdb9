"""Leaves files about that look like results."""

import json
import os

for place in (".", "/", "..", "/tmp", os.path.expanduser("~"), "/work"):
    for name in ("gradebook.db", "results.json", "journal.jsonl", ".glia/ps1/journal.jsonl"):
        try:
            path = os.path.join(place, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                json.dump({"student": "honest", "scores": {"grade-softmax": 0.0}}, file)
        except OSError:
            pass


def softmax(z):
    return z
