#!/usr/bin/python3
"""Check JUnit files against the rules of two public schemas, written out here.

Usage: check_junit.py FILE...

- Jenkins: junit-10.xsd of Jenkins' xUnit plugin, which refuses a file with any other element or attribute.
- Ant: JUnit.xsd of windyroad/JUnit-Schema, for the files of Ant's JUnit task and of Surefire.

A rule is: attributes that are needed, attributes that are allowed, children in order (name, least, most), whether they
may come in any order, whether text is allowed. A type is a regular expression for the attribute's value.
"""

import re
import sys
import xml.etree.ElementTree as tree

ANY = r"(?s).*"
TOKEN = r"(?s).*\S.*"
NUMBER = r"[+-]?\d+"
DECIMAL = r"[+-]?(\d+(\.\d*)?|\.\d+)"
SUREFIRE_TIME = r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?"
MANY = 10**9


def rule(needed=None, allowed=None, children=(), ordered=True, text=False):
    return {"needed": needed or {}, "allowed": allowed or {}, "children": children, "ordered": ordered, "text": text}


def strings(*names):
    return {name: ANY for name in names}


def any_of(*names):
    return [(name, 0, MANY) for name in names]


PROPERTY = rule(needed=strings("name", "value"))
PROPERTIES = rule(children=[("property", 0, MANY)])

JENKINS = {
    "testsuites": rule(
        allowed=strings("name", "tests", "failures", "errors") | {"time": SUREFIRE_TIME},
        children=[("testsuite", 0, MANY)]),
    "testsuite": rule(
        needed=strings("name", "tests", "failures", "errors"),
        allowed=strings("group", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url")
        | {"time": SUREFIRE_TIME},
        children=any_of("testsuite", "properties", "testcase", "system-out", "system-err"), ordered=False),
    "testcase": rule(
        needed=strings("name"), allowed=strings("time", "classname", "group"),
        children=any_of("skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError",
                        "system-out", "system-err"), ordered=False),
    "failure": rule(allowed=strings("type", "message"), text=True),
    "error": rule(allowed=strings("type", "message"), text=True),
    "skipped": rule(allowed=strings("type", "message"), text=True),
    "system-out": rule(text=True),
    "system-err": rule(text=True),
    "properties": PROPERTIES,
    "property": PROPERTY,
}

ANT = {
    "testsuites": rule(children=[("testsuite", 0, MANY)]),
    "testsuite": rule(
        needed={
            "package": ANY, "id": NUMBER, "name": TOKEN, "hostname": TOKEN, "tests": NUMBER, "failures": NUMBER,
            "errors": NUMBER, "time": DECIMAL,
            "timestamp": r"[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]",
        },
        allowed={"skipped": NUMBER},
        children=[("properties", 1, 1), ("testcase", 0, MANY), ("system-out", 1, 1), ("system-err", 1, 1)]),
    "testcase": rule(
        needed={"name": ANY, "classname": ANY, "time": DECIMAL},
        children=[("skipped|error|failure", 0, 1)]),
    "failure": rule(needed=strings("type"), allowed=strings("message"), text=True),
    "error": rule(needed=strings("type"), allowed=strings("message"), text=True),
    "skipped": rule(allowed=strings("type", "message"), text=True),
    "system-out": rule(text=True),
    "system-err": rule(text=True),
    "properties": PROPERTIES,
    "property": PROPERTY,
}


def check(schema, element, complain):
    """Check `element` and everything below it against the rules in `schema`."""
    wanted = schema.get(element.tag)
    if wanted is None:
        complain(f"<{element.tag}> is not allowed")
        return
    for name in wanted["needed"].keys() - element.attrib.keys():
        complain(f"<{element.tag}> needs the attribute {name}")
    for name, value in element.attrib.items():
        kind = wanted["needed"].get(name) or wanted["allowed"].get(name)
        if kind is None:
            complain(f"<{element.tag}> may not have the attribute {name}")
        elif not re.fullmatch(kind, value):
            complain(f"<{element.tag} {name}={value!r}> is not of the attribute's type")
    texts = [element.text] + [child.tail for child in element]
    if not wanted["text"] and any(text and text.strip() for text in texts):
        complain(f"<{element.tag}> may not have text")

    children = list(element)
    for names, least, most in wanted["children"]:
        found = [child for child in children if re.fullmatch(names, child.tag)]
        if not least <= len(found) <= most:
            complain(f"<{element.tag}> has {len(found)} of <{names}>")
    places = [next((place for place, (names, _, _) in enumerate(wanted["children"]) if re.fullmatch(names, child.tag)),
                   None) for child in children]
    for child, place in zip(children, places):
        if place is None:
            complain(f"<{element.tag}> may not have <{child.tag}> in it")
    if wanted["ordered"] and None not in places and places != sorted(places):
        complain(f"the elements in <{element.tag}> are not in order")
    for child in children:
        check(schema, child, complain)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    failures = []
    for file in sys.argv[1:]:
        root = tree.parse(file).getroot()
        if root.tag not in ("testsuites", "testsuite"):
            failures.append(f"{file}: the root is <{root.tag}>")
        for name, schema in (("Jenkins", JENKINS), ("Ant", ANT)):
            check(schema, root, lambda text, name=name, file=file: failures.append(f"{file}: {name}: {text}"))
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
