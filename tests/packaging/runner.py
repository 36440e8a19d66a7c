"""Runs the cases of a packaging test. Exits with 77, which ctest shows as skipped, if a case was skipped and none failed."""

import sys
import unittest


def run_cases(arguments):
    result = unittest.main(module="__main__", argv=[sys.argv[0], *arguments], verbosity=2, exit=False).result
    for case, reason in result.skipped:
        print(f"{case}: skipped: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    if result.testsRun == 0:
        sys.exit("no case was run")
    if result.skipped:
        sys.exit(77)
