#!/usr/bin/python3
"""Check that the lines of --events and the replies of --control are as their JSON Schema says.

Usage: events.py PRINT-EVENTS SCHEMA REPORT-SCHEMA

PRINT-EVENTS prints a line for each event and each reply. Each has to be valid, and no longer valid without one of its
required fields. The fields that all lines of a kind have are required, so that a schema that allows anything is found.
"""

import json
import pathlib
import subprocess
import sys

import jsonschema

LONGEST = 4096


def validators(schema, report):
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    store = {each["$id"]: each for each in (schema, report)}
    for part in (schema, {"$ref": schema["$id"] + "#/$defs/reply"}):
        yield kind(part, resolver=jsonschema.RefResolver(schema["$id"], schema, store=store))


def required_in(schema, kind, is_event):
    return set(schema["$defs"][kind].get("required", []) + (schema["required"] if is_event else []))


def failures_of(line, validator, required):
    value = json.loads(line)
    for error in validator.iter_errors(value):
        nearest = jsonschema.exceptions.best_match([error])
        yield f"{nearest.json_path}: {nearest.message}"
    for name in required:
        if validator.is_valid({key: each for key, each in value.items() if key != name}):
            yield f"it is also valid without {name}"
        if validator.is_valid({**value, name: {"wrong": []}}):
            yield f"{name} may be anything"
    if not validator.is_valid({**value, "unknown": 1}):
        yield "an unknown field is refused"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    schema, report = (json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[2:])
    events, replies = validators(schema, report)
    output = subprocess.run([sys.argv[1]], check=True, stdout=subprocess.PIPE).stdout.decode("utf-8")
    *lines, rest = output.split("\n")
    failures = [f"the last line is cut: {rest}"] if rest else []
    always = {}  # by kind: the fields that all of its lines have
    for line in lines:
        value = json.loads(line)
        is_event = "event" in value
        kind = value["event"] if is_event else "ok" if "ok" in value else "refusal"
        if kind not in schema["$defs"]:
            failures.append(f"{kind}: the schema does not have it")
            continue
        always[kind] = always.get(kind, value.keys()) & value.keys()
        validator, other = (events, replies) if is_event else (replies, events)
        found = list(failures_of(line, validator, required_in(schema, kind, is_event)))
        if other.is_valid(value):
            found.append("it is valid as an event and as a reply")
        if kind not in ("end", "ok") and len(line.encode()) + 1 > LONGEST:
            found.append(f"it has more than {LONGEST} bytes")
        failures += [f"{line[:100]}: {failure}" for failure in found]
    for kind, fields in always.items():
        left = fields ^ required_in(schema, kind, "event" in fields)
        failures += [f"{kind}: {name} is required, or always there, but not both" for name in left]
    known = {each["$ref"].rsplit("/", 1)[1] for part in (schema, schema["$defs"]["reply"]) for each in part["oneOf"]}
    failures += [f"no {name} was printed" for name in known - always.keys()]
    for failure in failures:
        print(failure)
    print(f"{len(lines)} lines of {len(always)} kinds: {len(failures)} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
