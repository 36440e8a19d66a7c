#!/usr/bin/python3
"""Check every report of a test run against the JSON Schema. Usage: validate_reports.py SCHEMA DIRECTORY"""

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


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema, format_checker=checked_formats())

    reports = sorted(pathlib.Path(sys.argv[2]).glob("*.json"))
    bad = 0
    for path in reports:
        try:
            errors = [f"{error.json_path}: {error.message}" for error in
                      validator.iter_errors(json.loads(path.read_text(encoding="utf-8")))]
        except ValueError as error:
            errors = [str(error)]
        bad += bool(errors)
        for error in errors:
            print(f"{path.name}: {error}")
    print(f"{len(reports)} reports, {bad} of them invalid")
    if not reports:
        sys.exit("no report was written: nothing has been checked")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
