# SPDX-License-Identifier: MIT
# Validates JSON documents: a line "SCHEMA DOCUMENT" in, a line "ok" or what is wrong out.
#
# usage: validate.py FOLDER    SCHEMA is FOLDER/SCHEMA.schema.json, or "2020-12", that of schemas
import json
import pathlib
import sys

from jsonschema import Draft202012Validator, RefResolver


def validators(folder):
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.schema.json")}
    found = {"2020-12": Draft202012Validator(Draft202012Validator.META_SCHEMA)}
    for name, schema in schemas.items():
        resolver = RefResolver(base_uri=name, referrer=schema, store=schemas)
        found[name.removesuffix(".schema.json")] = Draft202012Validator(schema, resolver=resolver)
    return found


def wrong_with(document, validator):
    errors = [f"{error.json_path}: {error.message[:500]}" for error in validator.iter_errors(document)]
    return "; ".join(errors[:5])


def main():
    by_name = validators(pathlib.Path(sys.argv[1]))
    for line in sys.stdin:
        name, document = line.split(" ", 1)
        if name in by_name:
            answer = wrong_with(json.loads(document), by_name[name])
        else:
            answer = f"there is no schema '{name}'"
        print(ascii(answer) if answer else "ok", flush=True)


main()
