#!/usr/bin/env python3
"""Check docs/torture.md against the tests: every case is listed once, and every test that it names exists.

usage: check_table.py SOURCE_DIR
"""

import pathlib
import re
import sys

CASES = [f"T{n}" for n in range(1, 105)] + [str(n) for n in range(1, 113)] + [f"B{n}" for n in range(1, 27)]
CASE = re.compile(r"CASE(?:_FIXTURE)?\(\s*(?:\w+,\s*)?((?:\"(?:[^\"\\]|\\.)*\"\s*)+)")
REASONS = ("not run:", "not so:", "version 2:")


def names_in(folder):
    """Map each suite to the names of its tests."""
    found = {}
    for file in folder.glob("*.cpp"):
        text = file.read_text()
        suite = re.search(r'TEST_SUITE_BEGIN\("(\w+)"', text)
        if not suite:
            continue
        names = found.setdefault(suite[1], [])
        for case in CASE.finditer(text):
            parts = re.findall(r'"((?:[^"\\]|\\.)*)"', case[1])
            names.append("".join(parts).replace('\\"', '"'))
    return found


def main():
    top = pathlib.Path(sys.argv[1])
    system = names_in(top / "tests/system") | names_in(top / "tests/torture")
    unit = names_in(top / "tests/unit")
    guest = {
        script.stem: re.findall(r"^test_(\w+)\(\)", script.read_text(), re.M)
        for folder in ("guest", "systemd")
        for script in (top / "tests/vm" / folder).glob("*.sh")
    }
    complaints = []
    seen = []
    for line in (top / "docs/torture.md").read_text().splitlines():
        row = re.match(r"\| ((?:[TB]?\d+)(?:, [TB]?\d+)*)\b[^|]* \| (.*) \|$", line)
        if not row:
            continue
        cases = row[1].split(", ")
        seen += cases
        held = 0
        for unit_mark, suite, words in re.findall(r'(unit/)?\b(\w+): "([^"]+)"', row[2]):
            held += 1
            names = (unit if unit_mark else system).get(suite, [])
            if not any(words in name for name in names):
                complaints.append(f'{row[1]}: no test of {unit_mark}{suite} has "{words}" in its name')
        for suite, name in re.findall(r"vm/(\w+): (\w+)", row[2]):
            held += 1
            if name not in guest.get(suite, []):
                complaints.append(f"{row[1]}: the guest has no {suite}.{name}")
        if held == 0 and not row[2].startswith(REASONS):
            complaints.append(f"{row[1]}: neither a test nor a reason")
    for case in CASES:
        if seen.count(case) != 1:
            complaints.append(f"{case} is listed {seen.count(case)} times")
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
