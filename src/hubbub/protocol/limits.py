"""How much is too much: one table, with units and reasons. Each row has a test in `tests/limits`.

Size limits protect memory and never move. The rows marked “lifted” are rates, daily quotas and counts of connections:
`HUBBUB_RATE_LIMITS=off` lifts them for load tests, and nothing else.
"""

from __future__ import annotations


class Limit(int):
    """A whole number that knows its unit and why it is what it is."""

    unit: str
    reason: str

    def __new__(cls, value: int, unit: str, reason: str) -> Limit:
        limit = super().__new__(cls, value)
        limit.unit, limit.reason = unit, reason
        return limit

    def __getnewargs__(self) -> tuple[int, str, str]:  # type: ignore[override]
        return int(self), self.unit, self.reason  # how to copy it: pydantic copies the schemas it stands in


MESSAGE_BYTES = Limit(16 * 1024, "bytes", "text of one message, in UTF-8: a long letter, not a file")
FRAME_BYTES = Limit(64 * 1024, "bytes", "one frame from a client: four times the longest message")
BODY_BYTES = Limit(
    1024 * 1024, "bytes", "body of one HTTP request: sixteen frames; routes for uploads say more"
)
ROOM_NAME_CHARACTERS = Limit(80, "characters", "name of a room: fits a sidebar")
DESCRIPTION_CHARACTERS = Limit(500, "characters", "what a room is for, or what a member says about themself")
MEMBER_NAME_CHARACTERS = Limit(80, "characters", "name of a member")
DIRECT_MEMBERS = Limit(20, "members", "people in one direct room; more deserve a room with a name")
MEMBERS_AT_ONCE = Limit(100, "members", "ids in one `member.list` or `room.invite`")
TIMELINE_PAGE = Limit(100, "messages", "one page of history")
DIRECTORY_PAGE = Limit(100, "rows", "one page of the room or member directory")
TOKEN_DAYS = Limit(
    90, "days", "a token works unless its maker chooses otherwise, and once more after each renewal"
)
SNAPSHOT_MEMBERS = Limit(
    1000, "members", "people in a snapshot; the rest are asked for by id when they speak"
)
RESUME_ROOMS = Limit(1000, "rooms", "rooms in one `resume`; the rest start anew")
RESUME_MESSAGES = Limit(500, "messages", "states of one room in one resume; more is a `reset`")
RESUME_BYTES = Limit(256 * 1024, "bytes", "states of one room in one resume; more is a `reset`")
RESUME_TOTAL_BYTES = Limit(
    512 * 1024, "bytes", "states of all rooms in one resume: fits into an outbox; further rooms are a `reset`"
)
GATHERED_BYTES = Limit(
    256 * 1024, "bytes", "said in a room while its listeners are still being written to; more is a `lag`"
)
OUTBOX_BYTES = Limit(1024 * 1024, "bytes", "held for one slow connection before it lags")
OUTBOX_FRAMES = Limit(512, "frames", "held for one slow connection before it lags")
STALLED_SECONDS = Limit(
    10, "seconds", "without progress of a full outbox before the connection is closed (4008)"
)
TURN_FRAMES = Limit(
    100,
    "frames",
    "of one connection in one turn of the event loop: some milliseconds, then others have theirs",
)
MESSAGE_FRAGMENTS = Limit(
    128, "frames", "in which one message may come: pieces of 512 bytes of the longest; more is refused (1009)"
)
GOODBYE_BYTES = Limit(
    256 * 1024, "bytes", "read after a close frame was sent, until the peer's comes; more cuts the line"
)
WAITING_COMMANDS = Limit(
    64,
    "commands",
    "of one connection without an answer, or whose answers are not read; more wait in the network",
)
WRITER_QUEUE = Limit(10_000, "commands", "waiting for one process's writer; more are told `unavailable`")
BATCH_COMMANDS = Limit(256, "commands", "in one transaction")

FETCH_URL_CHARACTERS = Limit(
    2048, "characters", "a URL that the server fetches; longer ones carry data, not a place"
)
FETCH_HEADER_BYTES = Limit(32 * 1024, "bytes", "status and headers of an answer that the server fetches")
FETCH_BYTES = Limit(
    1024 * 1024, "bytes", "body of an answer that the server fetches, unless the feature says less or more"
)
FETCH_SECONDS = Limit(10, "seconds", "for one fetch in all: look-up, redirects, body")
FETCH_CONNECT_SECONDS = Limit(3, "seconds", "for one connection of a fetch to be accepted")
FETCH_REDIRECTS = Limit(3, "redirects", "followed in one fetch, each checked like the first address")
FETCHES_AT_ONCE = Limit(
    16, "fetches", "of one process at once: sockets and memory that others can make it use"
)
FETCHES_PER_TARGET = Limit(
    2, "fetches", "of one process at once towards one address: nobody floods others through us"
)
FETCHES_WAITING = Limit(
    256, "fetches", "of one process under way or waiting; more fail at once and may be retried"
)

DECODE_SECONDS = Limit(10, "seconds", "for one file in a decoder before its process is killed")
DECODE_CPU_SECONDS = Limit(5, "seconds", "of processor time for one file in a decoder")
DECODE_MEMORY_BYTES = Limit(512 * 1024 * 1024, "bytes", "of address space of a decoder, Python included")
DECODE_FILE_BYTES = Limit(
    32 * 1024 * 1024, "bytes", "that a decoder writes to its temporary directory, in one file or in all"
)
DECODE_OPEN_FILES = Limit(32, "files", "that a decoder has open at once")
DECODE_RESULT_BYTES = Limit(16 * 1024 * 1024, "bytes", "that a decoder may answer with")
DECODERS_AT_ONCE = Limit(
    2, "processes", "that decode at once for one process: they take memory and processors"
)
DECODERS_WAITING = Limit(
    32, "files", "waiting for a decoder of one process; more fail at once and may be retried"
)

COMMANDS_PER_SECOND = Limit(20, "per second", "commands of one member, lifted")
COMMANDS_BURST = Limit(100, "commands", "of one member at once: a tab that wakes up asks for much, lifted")
MESSAGES_PER_SECOND = Limit(
    5, "per second", "messages of one member, and commands that store or announce something like one, lifted"
)
MESSAGES_BURST = Limit(
    30, "messages", "of one member at once: an outbox that comes back from a tunnel, lifted"
)
INCOMING_FRAMES_PER_SECOND = Limit(
    100, "per second", "frames of any kind on all sockets of one member; more wait in the network, lifted"
)
INCOMING_FRAMES_BURST = Limit(
    500, "frames", "of any kind at once: five times the commands that are answered at once, lifted"
)
INCOMING_BYTES_PER_SECOND = Limit(
    256 * 1024, "bytes per second", "on all sockets of one member; more wait in the network, lifted"
)
INCOMING_BYTES_BURST = Limit(
    2 * 1024 * 1024, "bytes", "at once: a burst of the longest messages, each escaped, lifted"
)
FLOOD_SECONDS = Limit(
    3, "seconds", "of more than may come in, without a pause, until the connection is closed (4029), lifted"
)
HANDSHAKES_PER_SECOND = Limit(500, "per second", "new sockets of one process, lifted")
HANDSHAKES_BURST = Limit(2000, "sockets", "at once for one process, lifted")
ADDRESS_HANDSHAKES_PER_SECOND = Limit(
    50, "per second", "new sockets of one address (IPv4, or IPv6 /56) that do not sign in, lifted"
)
ADDRESS_HANDSHAKES_BURST = Limit(
    1000, "sockets", "of one address at once: an office behind one address comes back, lifted"
)
HANDSHAKE_ADDRESSES = Limit(
    10_000, "addresses", "whose handshakes one process remembers; the oldest is forgotten first"
)
NETWORK_BITS = Limit(56, "bits", "of an IPv6 address count as one network: what a provider hands to one home")
CONNECTIONS_PER_MEMBER = Limit(30, "connections", "open sockets of one member in one process, lifted")

ROOMS_PER_DAY = Limit(
    100, "rooms", "made by one member in a day: a team of 60 channels is set up on its first day, lifted"
)
DIRECTS_PER_DAY = Limit(
    200, "rooms", "direct rooms opened by one member in a day; opening one that exists is free, lifted"
)
ADDITIONS_PER_DAY = Limit(
    1000, "people", "brought into rooms by one member in a day: 100 into each of ten rooms, lifted"
)
ROOM_CHANGES_PER_DAY = Limit(
    1000,
    "changes",
    "rooms joined, renamed, described, archived by one member in a day: each stores a message, lifted",
)
ADMINS_TIMES = Limit(
    20, "times", "as much a day for owners and admins: 5000 people into four rooms, or 2000 rooms, lifted"
)
NEWCOMERS_PART = Limit(
    10, "th part", "of it for guests, and for members on their first day: nobody vouches for them yet, lifted"
)
NEWCOMER_HOURS = Limit(24, "hours", "after which a member is no newcomer; bots and admins never are")
MEMBERSHIPS = Limit(
    5000,
    "rooms",
    "of one member, direct ones included: a company's bot that writes to everybody; 4 MB of snapshot",
)

HEARTBEAT_SECONDS = Limit(20, "seconds", "between two heartbeats of the server")
SILENCE_SECONDS = Limit(35, "seconds", "without a sign of life before a socket is given up")
TYPING_SECONDS = Limit(6, "seconds", "that “is typing” stands without being repeated")


def table() -> dict[str, Limit]:
    """Every limit by name, in reading order."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
