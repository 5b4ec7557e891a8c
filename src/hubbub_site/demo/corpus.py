"""Time, id and text of demo message i. All are deterministic, so that two databases can be compared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

BEGIN = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
STEP = timedelta(seconds=29)

# Odd, so that multiplying by it modulo a power of two maps different numbers to different numbers.
SPREAD = 0x2545F4914F6CDD1D_9E3779B9


def time_of(number: int) -> datetime:
    """The time of message `number` (1, 2, 3 …)."""
    return BEGIN + number * STEP


def id_of(number: int) -> UUID:
    """A UUIDv7 of that time, so that later messages sort later, like ids made by clients."""
    milliseconds = int(time_of(number).timestamp() * 1000)
    spread = number * SPREAD % (1 << 74)
    high, low = spread >> 62, spread & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def text_of(number: int) -> str:
    chance = Random(number)  # noqa: S311
    templates = chance.choices(LANGUAGES, WEIGHTS)[0]
    # Sometimes two or three templates in a row: the length of real messages varies more than that of single sentences.
    count = chance.choices((1, 2, 3), (70, 22, 8))[0]
    sentences = [_sentence(chance.choice(templates), chance) for _ in range(count)]
    # A list, a quotation or a block of code needs separate lines.
    return ("\n\n" if any("\n" in sentence for sentence in sentences) else " ").join(sentences)


def _sentence(template: str, chance: Random) -> str:
    if "{" not in template:
        return template
    return template.format_map(_Words(chance))


class _Words(dict[str, str]):
    """Values for the blanks of a template: a word of the blank's list, or a number."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self.chance = chance

    def __missing__(self, blank: str) -> str:
        if blank == "n":
            return str(self.chance.randrange(2, 900))
        return self.chance.choice(WORDS[blank])


WORDS = {
    "thing": (
        "release", "invoice", "backup", "login page", "search index", "mail queue", "poster", "budget", "timetable",
        "boat", "kitchen rota", "translation", "dashboard", "migration", "sensor", "contract", "newsletter",
    ),
    "state": (
        "done", "almost done", "stuck", "faster than before", "on staging", "with the printer", "waiting for review",
        "broken again", "much nicer now", "where we left it", "in the shared folder",
    ),
    "when": (
        "today", "tomorrow", "on Monday", "after lunch", "next week", "at ten", "before the demo", "in an hour",
        "by the end of the month",
    ),
    "who": ("@member1", "@member2", "@member3", "the team", "support", "our neighbours", "everybody", "nobody"),
    "where": ("office", "harbour", "library", "server room", "café", "garden", "workshop"),
    "path": ("app/models.py", "deploy/nginx.conf", "src/main.ts", "docs/index.md", "tests/test_login.py"),
    "ar": ("المشروع", "التقرير", "الاجتماع", "الخادم", "الترجمة", "الميزانية", "النسخة الجديدة", "المكتبة"),
    "ar_when": ("اليوم", "غدًا", "بعد الظهر", "الأسبوع القادم", "قبل الاجتماع", "الآن"),
    "zh": ("项目", "报告", "会议", "服务器", "翻译", "预算", "新版本", "数据库", "文档"),
    "zh_when": ("今天", "明天", "下午", "下周", "会议之前", "现在"),
}  # fmt: skip

ENGLISH = (
    "The {thing} is {state}.",
    "Can somebody look at the {thing} {when}?",
    "I moved the {thing} to the {where}; tell {who} please.",
    "{who} asked about the {thing}, again.",
    "Who is in the {where} {when}?",
    "Good morning!",
    "Thanks, that works.",
    "+1",
    "👍",
    "No hurry, {when} is fine.",
    "We have **{n}** open questions about the {thing}, {n} of them old.",
    "Let us meet {when} in the {where}, it will take *{n} minutes* at most.",
    "> The {thing} is {state}.\nReally? It was not {when}.",
    "Notes from the call:\n- the {thing} is {state}\n- {who} takes care of the {where}\n- next call {when}",
    "See https://example.org/{n}/notes for the details about the {thing}.",
    "Ticket #{n} is about the {thing}; I would close it {when}.",
)
CODE = (
    "It fails in `{path}`, line {n}.",
    "```python\ndef total(rows):\n    return sum(row.amount for row in rows if row.id != {n})\n```",
    "```\n$ systemctl status hubbub\nactive (running), {n} connections\n```",
    "```sql\nSELECT count(*) FROM orders WHERE customer = {n};\n```",
    "`{path}` needs a test before we merge it.",
    "```ts\nconst limit = {n}\nif (waiting.length > limit) drop(waiting)\n```",
)
ARABIC = (
    "صباح الخير جميعًا!",
    "هل انتهى العمل على {ar}؟",
    "سأرسل {ar} {ar_when} إن شاء الله.",
    "شكرًا لكم، {ar} يعمل الآن بشكل جيد.",
    "نلتقي {ar_when} لمناقشة {ar}.",
    "عندنا {n} أسئلة حول {ar}.",
    "من يستطيع مراجعة {ar} {ar_when}؟",
)
CHINESE = (
    "大家早上好！",
    "{zh}完成了吗？",
    "{zh_when}我们开会讨论{zh}。",
    "谢谢，{zh}现在可以用了。",
    "关于{zh}还有{n}个问题。",
    "谁{zh_when}有空看一下{zh}？",
    "我已经把{zh}放到共享文件夹里了。",
)
LANGUAGES = (ENGLISH, CODE, ARABIC, CHINESE)
WEIGHTS = (60, 12, 14, 14)
