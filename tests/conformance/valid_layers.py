"""Whether layers are what tests/layers/layer-4.5.schema.json says of MITRE's Navigator.

In: [layer]. Out, in the same order: a list of what is wrong with it.
"""

import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).parent.parent / "layers" / "layer-4.5.schema.json"


def main():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    found = [
        [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(layer)]
        for layer in json.load(sys.stdin)
    ]
    json.dump(found, sys.stdout)


main()
