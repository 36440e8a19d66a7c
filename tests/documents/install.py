#!/usr/bin/python3
"""Check which files `cmake --install` installs below DESTDIR, and that the program works from there.

Usage: install.py CMAKE BUILD SOURCES
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

EXPECTED = """
bin/netrunner 755
libexec/netrunner/netrunner-shepherd 755
share/bash-completion/completions/netrunner 644
share/doc/netrunner/CHANGELOG.md 644
share/doc/netrunner/LICENSE 644
share/doc/netrunner/README.md 644
share/doc/netrunner/glossary.md 644
share/doc/netrunner/live.md 644
share/doc/netrunner/messages.md 644
share/doc/netrunner/recipes.md 644
share/fish/vendor_completions.d/netrunner.fish 644
share/man/man1/netrunner-batch.1 644
share/man/man1/netrunner.1 644
share/man/man5/netrunner-report.5 644
share/man/man7/netrunner-live.7 644
share/man/man8/netrunner-shepherd.8 644
share/netrunner/batch-report.schema.json 644
share/netrunner/doctor.schema.json 644
share/netrunner/events.schema.json 644
share/netrunner/ps.schema.json 644
share/netrunner/report.schema.json 644
share/netrunner/trace.schema.json 644
share/zsh/{zsh}/_netrunner 644
"""


def installed(cmake, build, stage, prefix):
    subprocess.run([cmake, "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": stage})
    files = [path for path in pathlib.Path(stage).rglob("*") if not path.is_dir()]
    return {str(path.relative_to(stage + prefix)): f"{path.stat().st_mode & 0o7777:o}" for path in files}


def broken_links(folder):
    """Links of the installed documents to files that are not installed."""
    for document in folder.glob("*.md"):
        for target in re.findall(r"\]\(([^)]*)\)", document.read_text(encoding="utf-8")):
            if not re.match("https?:", target) and not (folder / target.split("#")[0]).exists():
                yield f"{document.name} links to {target}, which is not installed"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    cmake, build, sources = sys.argv[1:]
    failures = []
    for prefix in ("/usr/local", "/usr", "/opt/net runner"):
        debian = prefix == "/usr" and os.path.exists("/etc/debian_version")
        wanted = dict(line.format(zsh="vendor-completions" if debian else "site-functions").split()
                      for line in EXPECTED.strip().splitlines())
        with tempfile.TemporaryDirectory() as stage:
            found = installed(cmake, build, stage, prefix)
            failures += [f"{prefix}: {name} is {found.get(name, 'missing')}, not {wanted.get(name, 'to be there')}"
                         for name in sorted(found.keys() | wanted.keys()) if found.get(name) != wanted.get(name)]
            failures += broken_links(pathlib.Path(f"{stage}{prefix}/share/doc/netrunner"))
            said = subprocess.run([f"{stage}{prefix}/bin/netrunner", "run", "--", "echo", "hello"], check=False, text=True,
                                  stdout=subprocess.PIPE, env={"PATH": "/usr/bin:/bin"}).stdout
            if said != "hello\n":
                failures.append(f"{prefix}: it does not find its shepherd")
    pages = {page.name for page in (pathlib.Path(sources) / "man").iterdir()}
    failures += [f"{page} is not installed" for page in pages if f"/{page} " not in EXPECTED]
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
