"""Sentences of comments, docstrings and documents, each with its place.

`python -m tests.prose src/hubbub/actions` lists the riddles of a folder.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Where prose is, by area. Generated files are checked where their text comes from.
AREAS = {
    "src": ("src/**/*.py",),
    "client/src": ("client/src/**/*.ts", "client/src/**/*.svelte", "client/src/**/*.css"),
    "docs": ("docs/**/*.md",),
    "README.md": ("README.md",),
    "CHANGELOG.md": ("CHANGELOG.md",),
}
GENERATED = {"client/src/protocol/types.ts"}

# "Who comes back stays", "What is old is dropped", "Whatever is sent …": a relative clause as the subject.
RELATIVE_SUBJECT = re.compile(
    r"(?:Who(?:ever|m|mever|se)?|What(?:ever)?|That which|(?:He|Those|Nobody|Somebody) who)\b"
)
# "How much a member may send:", "Whether it may wait:": half a question as a title.
HALF_A_QUESTION = re.compile(r"(?:How (?:much|many|long|often|far)|Whether)\b[^.?]*:$")

END_OF_SENTENCE = re.compile(r"(?<=[.!?])[\"”)*_]*\s+(?=[^a-z])|(?<=:)\s+(?=[A-Z])")
MARKS_BEFORE_A_SENTENCE = re.compile(r"^(?:[-*+#|]+\s+|\d+[.)]\s+|\[[ x]\]\s+|[*_(]+)+")

Lines = list[tuple[int, str]]  # one paragraph: line number and text of each line


@dataclass(frozen=True)
class Sentence:
    name: str  # of the file, relative to the root
    line: int
    text: str

    def is_riddle(self) -> bool:
        if self.text.endswith("?"):
            return False
        return bool(RELATIVE_SUBJECT.match(self.text) or HALF_A_QUESTION.match(self.text))

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.text}"


def riddles_in(area: str) -> list[Sentence]:
    return [sentence for name in files_of(area) for sentence in sentences_of(name) if sentence.is_riddle()]


def files_of(area: str) -> list[str]:
    found = {path.relative_to(ROOT).as_posix() for pattern in AREAS[area] for path in ROOT.glob(pattern)}
    return sorted(found - GENERATED)


def sentences_of(name: str) -> Iterator[Sentence]:
    text = (ROOT / name).read_text(encoding="utf-8")
    for paragraph in paragraphs_of(name, text):
        for line, sentence in split_into_sentences(paragraph):
            yield Sentence(name, line, sentence)


def paragraphs_of(name: str, text: str) -> Iterator[Lines]:
    if name.endswith(".py"):
        yield from paragraphs_in_python(text)
    elif name.endswith(".md"):
        yield from paragraphs_in_markdown(text)
    else:
        yield from paragraphs_in_scripts(text)


def split_into_sentences(paragraph: Lines) -> Iterator[tuple[int, str]]:
    """The sentences of one paragraph, each with the number of the line on which it begins."""
    text, starts = "", []
    for number, line in paragraph:
        starts.append((len(text), number))
        text += line.strip() + " "
    position = 0
    for end in [*(match.end() for match in END_OF_SENTENCE.finditer(text)), len(text)]:
        sentence = text[position:end]
        number = max(number for start, number in starts if start <= position)
        if stripped := MARKS_BEFORE_A_SENTENCE.sub("", sentence.strip()):
            yield number, stripped.rstrip("*_ ")
        position = end


# ── Python ──────────────────────────────────────────────────────────────────────────────────────


def paragraphs_in_python(text: str) -> Iterator[Lines]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(docstring))):
                yield from paragraphs_in_plain_text(list(enumerate(docstring.splitlines(), node.lineno)))
    yield from paragraphs_in_plain_text(python_comments(text))


def python_comments(text: str) -> Lines:
    """Every comment; a comment behind code is a paragraph of its own, as is each block of them."""
    lines: Lines = []
    before = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            number, alone = token.start[0], not token.line[: token.start[1]].strip()
            if not alone or number != before + 1:
                lines.append((number, ""))
            lines.append((number, token.string.lstrip("#:! ")))
            before = number if alone else 0
    return lines


def paragraphs_in_plain_text(lines: Lines) -> Iterator[Lines]:
    paragraph: Lines = []
    for number, line in lines:
        if re.match(r"\s*([-*]\s|\d+[.)]\s|$)", line):
            if paragraph:
                yield paragraph
            paragraph = []
        if line.strip():
            paragraph.append((number, line))
    if paragraph:
        yield paragraph


# ── TypeScript, Svelte, CSS ─────────────────────────────────────────────────────────────────────

COMMENT_LINE = re.compile(r"^\s*//+(.*)")
COMMENT_BEHIND_CODE = re.compile(r"\s//\s(.*)$")
COMMENT_OPENS = re.compile(r"(?:^|\s)(?:/\*+|<!--)(.*)")
COMMENT_CLOSES = re.compile(r"\*/|-->")


def paragraphs_in_scripts(text: str) -> Iterator[Lines]:
    yield from paragraphs_in_plain_text(script_comments(text))


def script_comments(text: str) -> Lines:
    lines: Lines = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        opened = None if inside else COMMENT_OPENS.search(line)
        if inside or opened:
            inner = opened.group(1) if opened else line
            inside = not COMMENT_CLOSES.search(inner)
            lines.append((number, COMMENT_CLOSES.split(inner)[0].strip().removeprefix("*")))
        elif alone := COMMENT_LINE.match(line):
            lines.append((number, alone.group(1)))
        else:
            lines.append((number, ""))
            if behind := COMMENT_BEHIND_CODE.search(line):
                lines += [(number, behind.group(1)), (number, "")]
    return lines


# ── Markdown ────────────────────────────────────────────────────────────────────────────────────


def paragraphs_in_markdown(text: str) -> Iterator[Lines]:
    """Paragraphs, items, headings and cells; blocks of code and quotations are left out."""
    lines: Lines = []
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        fence = line.strip().startswith(("```", "~~~"))
        in_code ^= fence
        quoted = line.startswith(("    ", ">")) and not (
            lines and lines[-1][1].strip() and line.startswith(" ")
        )
        if fence or in_code or quoted:
            lines.append((number, ""))
        elif line.lstrip().startswith("|"):
            lines += [row for cell in re.split(r"(?<!\\)\|", line) for row in ((number, ""), (number, cell))]
            lines.append((number, ""))
        elif line.startswith("#"):
            lines += [(number, ""), (number, line), (number, "")]
        else:
            lines.append((number, line))
    yield from paragraphs_in_plain_text(lines)


if __name__ == "__main__":
    folders = tuple(sys.argv[1:]) or tuple(AREAS)
    for found in (riddle for area in AREAS for riddle in riddles_in(area)):
        if found.name.startswith(folders):
            print(found)
