#!/usr/bin/python3
"""Check that the schemas of the reports and their manual page have the same fields with the same words as values.

Usage: fields.py SCHEMA BATCH-SCHEMA MANUAL
"""

import json
import pathlib
import re
import sys


def fields_of(schema, node, prefix=""):
    """Yield each field's dotted name and the words that it may hold, through arrays and alternatives."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    words = [word for word in [*node.get("enum", []), node.get("const")] if isinstance(word, str)]
    if prefix:
        yield prefix, set(words)
    for part in ([node["items"]] if "items" in node else []) + node.get("anyOf", []):
        yield from fields_of(schema, part, prefix)
    for name, value in node.get("properties", {}).items():
        yield from fields_of(schema, value, f"{prefix}.{name}" if prefix else name)


def written_fields(text):
    """Map each field of the manual to its text, which ends at the next field; several fields in a row share one text."""
    written, waiting = {}, []
    for part in re.split(r"^(?=\.It Va )", text, flags=re.M)[1:]:
        name, said = re.match(r"\.It Va (\S+)\n(.*)", part, re.S).groups()
        waiting.append(name)
        if said.strip():
            written.update((each, said) for each in waiting)
            waiting = []
    return written


def compare(what, schema, node, text):
    """Return the fields of `node`, and the differences."""
    written, words = written_fields(text), {}
    for name, found in fields_of(schema, node):
        words.setdefault(name, set()).update(found)
    # The manual need not name an object that only groups its fields.
    around = {name for name in words if any(other.startswith(name + ".") for other in words)}
    failures = [f"{what}: the manual does not have {name}" for name in words.keys() - written.keys() - around]
    failures += [f"{what}: the schema does not have {name}" for name in written.keys() - words.keys()]
    for name in words.keys() & written.keys():
        said = {word for word in words[name] if re.search(rf"(?<![\w-]){word}(?![\w-])", written[name])}
        failures += [f"{what}: the manual does not say that {name} may be {word}" for word in words[name] - said]
    return words, failures


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    schema, batch = (json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    manual = pathlib.Path(sys.argv[3]).read_text(encoding="utf-8")
    of_run, of_batch = re.split(r"^\.Sh THE REPORT OF A BATCH$", manual, flags=re.M)
    of_batch = of_batch[:of_batch.index("\n.Sh ")]
    words, failures = compare("run", schema, schema, of_run)
    count = len(words)
    if count < 50:
        sys.exit("the schema has fewer fields than it had")
    for heading, name in [("The header", "header"), ("A job", "job"), ("The trailer", "trailer")]:
        section = re.search(rf"^\.Ss {heading}$(.*?)(?=^\.Ss |\Z)", of_batch, re.S | re.M)[1]
        of_line, differences = compare(name, batch, batch["$defs"][name], section)
        count += len(of_line)
        failures += differences
    for failure in sorted(failures):
        print(failure)
    print(f"{count} fields: {len(failures)} differences")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
