"""report_skips.py SUITE FILE: the ctest entry for what a suite has skipped.

FILE has a line `CASE: REASON` for each skip. Prints them and exits with 77 (ctest: skipped), or with 0 if there are
none. If NETRUNNER_TEST_EXPECTED_SKIPS names a file of regular expressions, one a line, each `SUITE: CASE: REASON` has to
match one of them completely; otherwise the exit status is 1.
"""
import os
import pathlib
import re
import sys

SKIPPED = 77


def expectations():
    file = os.environ.get("NETRUNNER_TEST_EXPECTED_SKIPS")
    if not file:
        return None
    lines = pathlib.Path(file).read_text(encoding="utf-8").splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def main():
    suite, file = sys.argv[1], pathlib.Path(sys.argv[2])
    skips = sorted(set(file.read_text(encoding="utf-8").splitlines())) if file.exists() else []
    expected = expectations()
    status = SKIPPED if skips else 0
    for skip in (f"{suite}: {line}" for line in skips):
        unexpected = expected is not None and not any(pattern.fullmatch(skip) for pattern in expected)
        print(("unexpected: " if unexpected else "") + skip)
        if unexpected:
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
