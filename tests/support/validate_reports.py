#!/usr/bin/python3
"""Check every report of a test run against its JSON Schema.

Usage: validate_reports.py SCHEMA DIRECTORY

Each file *.json in DIRECTORY is one object, for SCHEMA. Each line of a file *.jsonl is an object for
batch-report.schema.json, which is beside SCHEMA. A last line without a newline is of a batch that was killed.
"""

import datetime
import json
import pathlib
import sys

import jsonschema


def checked_formats():
    formats = jsonschema.FormatChecker()

    @formats.checks("date-time", raises=ValueError)
    def is_date_time(value):
        if isinstance(value, str):
            datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        return True

    return formats


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def validator_of(schema, others):
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    resolver = jsonschema.RefResolver.from_schema(schema, store={each["$id"]: each for each in others})
    return kind(schema, format_checker=checked_formats(), resolver=resolver)


def errors_in(text, validator):
    try:
        # Of a choice between schemas, best_match tells which part of the nearest one does not hold.
        errors = map(lambda error: jsonschema.exceptions.best_match([error]), validator.iter_errors(json.loads(text)))
        return [f"{error.json_path}: {error.message}" for error in errors]
    except ValueError as error:
        return [str(error)]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    schema_file, directory = map(pathlib.Path, sys.argv[1:])
    schema = load(schema_file)
    of_object = validator_of(schema, [])

    reports = bad = 0
    for path in sorted(directory.glob("*.json")):
        reports += 1
        errors = errors_in(path.read_text(encoding="utf-8"), of_object)
        bad += bool(errors)
        for error in errors:
            print(f"{path.name}: {error}")
    batches = sorted(directory.glob("*.jsonl"))
    lines = 0
    of_line = validator_of(load(schema_file.with_name("batch-report.schema.json")), [schema]) if batches else None
    for path in batches:
        *whole, _ = path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(whole, 1):
            lines += 1
            errors = errors_in(line, of_line)
            bad += bool(errors)
            for error in errors:
                print(f"{path.name}:{number}: {error}")
    print(f"{reports} reports and {lines} lines of {len(batches)} batches, {bad} of them invalid")
    if not reports and not lines:
        sys.exit("no report was written: nothing has been checked")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
