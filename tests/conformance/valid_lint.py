"""Whether what the linter writes fits the published schemas in tests/lint, and whether values fit schemas of ours.

In: {"sarif": [object], "junit": [text], "schemas": [{"schema": object, "values": [value]}]}. Out: the same shape, for each a
list of what is wrong with it.
"""

import io
import json
import pathlib
import sys

import jsonschema
import xmlschema

FOLDER = pathlib.Path(__file__).parent.parent / "lint"


def wrong(validator, value):
    return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)]


def of_schema(question):
    jsonschema.Draft202012Validator.check_schema(question["schema"])
    validator = jsonschema.Draft202012Validator(question["schema"])
    return [wrong(validator, value) for value in question["values"]]


def main():
    question = json.load(sys.stdin)
    sarif = jsonschema.Draft4Validator(json.loads((FOLDER / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")))
    junit = xmlschema.XMLSchema(str(FOLDER / "junit-10.xsd"))
    answer = {
        "sarif": [wrong(sarif, log) for log in question.get("sarif", [])],
        "junit": [
            [f"{error.path}: {error.reason}"[:300] for error in junit.iter_errors(io.StringIO(text))]
            for text in question.get("junit", [])
        ],
        "schemas": [of_schema(one) for one in question.get("schemas", [])],
    }
    json.dump(answer, sys.stdout)


main()
