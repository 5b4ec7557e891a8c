"""The reference and the client's types say what the protocol is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hubbub.protocol import commands, events, limits
from hubbub.protocol.closing import Close
from hubbub.protocol.generate import __main__ as generate
from hubbub.protocol.generate import reference, refusals, typescript

ROOT = Path(__file__).resolve().parents[2]


def test_the_files_in_the_checkout_are_fresh():
    assert generate.main(["--check"]) == 0


def test_a_stale_file_is_named(tmp_path, capsys):
    for name in generate.FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "docs/protocol.md").write_text("old")
    assert generate.main(["--check", "--root", str(tmp_path)]) == 1
    assert "docs/protocol.md" in capsys.readouterr().err
    assert generate.main(["--root", str(tmp_path)]) == 0
    assert generate.main(["--check", "--root", str(tmp_path)]) == 0


def test_it_runs_without_django():
    program = "import sys; sys.argv[1:] = ['--check']; import runpy\n"
    program += "try: runpy.run_module('hubbub.protocol.generate', run_name='__main__')\n"
    program += "except SystemExit as end: sys.exit(end.code or 'django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_every_command_lists_its_refusals():
    assert set(refusals.OF) == set(commands.BY_TYPE)


@pytest.mark.parametrize(
    "name", [*commands.BY_TYPE, *(kind.model_fields["type"].default for kind in events.ALL)]
)
def test_every_command_and_event_is_in_both_files(name):
    assert f"`{name}`\n" in reference.document()
    assert f'type: "{name}"' in typescript.document()


def test_every_close_code_and_limit_is_in_the_reference():
    document = reference.document()
    assert all(f"| {int(code)} |" in document for code in Close)
    assert all(f"| `{name}` |" in document for name in limits.table())


def test_links_in_the_reference_lead_somewhere():
    document = reference.document()
    headings = re.findall(r"^#+ (.+)$", document, re.M)
    anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", document)) <= set(anchors)
