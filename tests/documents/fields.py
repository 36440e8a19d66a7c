#!/usr/bin/python3
"""Check that the schema of the report and its manual page have the same fields with the same words as values.

Usage: fields.py SCHEMA MANUAL
"""

import json
import pathlib
import re
import sys


def fields_of(schema, node, prefix=""):
    """Yield each field's dotted name and the words that it may hold, through arrays and alternatives."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    words = [word for word in node.get("enum", []) if isinstance(word, str)]
    if prefix:
        yield prefix, set(words)
    for part in ([node["items"]] if "items" in node else []) + node.get("anyOf", []):
        yield from fields_of(schema, part, prefix)
    for name, value in node.get("properties", {}).items():
        yield from fields_of(schema, value, f"{prefix}.{name}" if prefix else name)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    manual = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")

    written, words = {}, {}
    for name, found in fields_of(schema, schema):
        words.setdefault(name, set()).update(found)
    # A field's text ends at the next field; several fields in a row share the text of the last.
    waiting = []
    for part in re.split(r"^(?=\.It Va )", manual, flags=re.M)[1:]:
        name, text = re.match(r"\.It Va (\S+)\n(.*)", part, re.S).groups()
        waiting.append(name)
        if text.strip():
            written.update((each, text) for each in waiting)
            waiting = []
    # The manual need not name an object that only groups its fields.
    around = {name for name in words if any(other.startswith(name + ".") for other in words)}

    failures = [f"the manual does not have {name}" for name in words.keys() - written.keys() - around]
    failures += [f"the schema does not have {name}" for name in written.keys() - words.keys()]
    for name in words.keys() & written.keys():
        text = written[name]
        said = {word for word in words[name] if re.search(rf"(?<![\w-]){word}(?![\w-])", text)}
        failures += [f"the manual does not say that {name} may be {word}" for word in words[name] - said]
    for failure in sorted(failures):
        print(failure)
    if len(words) < 50:
        sys.exit("the schema has fewer fields than it had")
    print(f"{len(words)} fields, {sum(map(len, words.values()))} words: {len(failures)} differences")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
