"""Programs from Debian packages, unpacked into bench/.peers: nothing is installed, and root is not needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench.compiling import CannotMeasure
from bench.machine import BENCH

PEERS = BENCH / ".peers"


def unpacked(package: str) -> Path:
    """A folder like / with the package and those of its dependencies that this machine lacks."""
    place = PEERS / package
    if not version_file(package).exists():
        if not shutil.which("apt-get"):
            raise CannotMeasure(f"{package} is taken from Debian's packages, and there is no apt-get here.")
        shutil.rmtree(place, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as downloads:
            _run("apt-get", "download", *_wanted(package), folder=downloads)
            for archive in Path(downloads).glob("*.deb"):
                _run("dpkg-deb", "-x", archive, place)
            [own] = Path(downloads).glob(f"{package}_*.deb")
            version_file(package).write_text(_run("dpkg-deb", "-f", own, "Version"))
    return place


def libraries(place: Path) -> dict[str, str]:
    """The environment in which unpacked programs find unpacked libraries."""
    folders = sorted({str(file.parent) for file in place.glob("usr/lib/*/lib*.so.*")})
    return {"LD_LIBRARY_PATH": os.pathsep.join(folders)} if folders else {}


def version(package: str) -> dict[str, str]:
    """{package: version}, empty if it has not been unpacked."""
    file = version_file(package)
    return {package: file.read_text().strip()} if file.exists() else {}


def version_file(package: str) -> Path:
    """Written last, so that its existence means that everything is there."""
    return PEERS / package / "version"


def _wanted(package: str) -> list[str]:
    """The package and all packages that apt would install with it."""
    plan = _run("apt-get", "--simulate", "--no-install-recommends", "install", package)
    return sorted({package, *(line.split()[1] for line in plan.splitlines() if line.startswith("Inst "))})


def _run(*command: str | Path, folder: str | None = None) -> str:
    finished = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True)
    if finished.returncode:
        reason = (finished.stderr.strip().splitlines() or ["it did not say why"])[-1]
        raise CannotMeasure(
            f"{' '.join(str(word) for word in command[:3])} failed: {reason} Does apt-get update help?"
        )
    return finished.stdout
