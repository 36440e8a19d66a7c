"""Makes the files of a small release from a build, as `./dev release` names them. Used by the packaging tests."""

import hashlib
import os
import pathlib
import platform
import shutil
import subprocess

SOURCES = pathlib.Path(__file__).resolve().parents[2]


def make_release(cmake, build, folder, version="0.1.0", machine=None):
    """Fill `folder` with a tarball of the build, SHA256SUMS and install.sh. Return the tarball."""
    name = f"netrunner-{version}-linux-{machine or platform.machine()}"
    folder.mkdir(parents=True, exist_ok=True)
    stage = folder / "stage"
    subprocess.run([cmake, "--install", build, "--prefix", f"/{name}", "--strip"], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": str(stage)})
    subprocess.run(["tar", "-C", str(stage), "-czf", str(folder / f"{name}.tar.gz"), name], check=True)
    shutil.rmtree(stage)
    shutil.copy(SOURCES / "packaging" / "install.sh", folder)
    sign(folder)
    return folder / f"{name}.tar.gz"


def sign(folder):
    """Write SHA256SUMS of all tarballs in the folder."""
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(folder.glob("*.tar.gz")))
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
