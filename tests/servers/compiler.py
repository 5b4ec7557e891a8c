"""The C compiler for a library that a test preloads: the machine's own, else the one in the ziglang package."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.servers.process import NotFound


def find_compiler() -> list[str]:
    """The command to compile C with: cc, gcc or clang on PATH, else the one in the ziglang package."""
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return [found]
    return compiler_of_package()


def compiler_of_package() -> list[str]:
    if find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    raise NotFound("no cc, gcc or clang on PATH, and the Python package ziglang is not installed")


def compile_library(source: Path, library: Path) -> None:
    """Compile one C file into a shared library. RuntimeError with the compiler's messages if it does not compile."""
    command = [*find_compiler(), "-shared", "-fPIC", "-O2", "-Wall", "-o", str(library), str(source), "-ldl"]
    done = subprocess.run([*command, "-lpthread"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{source.name} does not compile:\n{done.stderr[-3000:]}")
