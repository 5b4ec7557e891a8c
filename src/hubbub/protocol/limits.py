"""The limits in one table, with units and reasons. Each row has a test in `tests/limits`.

Size limits protect memory and always hold. `HUBBUB_RATE_LIMITS=off` lifts the rows marked “lifted” for load tests:
rates, daily quotas and counts of connections.
"""

from __future__ import annotations


class Limit(int):
    """A whole number with its unit and reason."""

    unit: str
    reason: str

    def __new__(cls, value: int, unit: str, reason: str) -> Limit:
        limit = super().__new__(cls, value)
        limit.unit, limit.reason = unit, reason
        return limit

    def __getnewargs__(self) -> tuple[int, str, str]:  # type: ignore[override]
        return int(self), self.unit, self.reason  # pydantic copies the limits in its schemas


MESSAGE_BYTES = Limit(16 * 1024, "bytes", "text of one message, in UTF-8: a long letter, not a file")
FRAME_BYTES = Limit(64 * 1024, "bytes", "one frame from a client: four times the longest message")
BODY_BYTES = Limit(
    1024 * 1024, "bytes", "body of one HTTP request: sixteen frames; routes for uploads say more"
)
ROOM_NAME_CHARACTERS = Limit(80, "characters", "name of a room: fits a sidebar")
DESCRIPTION_CHARACTERS = Limit(500, "characters", "description of a room, or of a member by themself")
MEMBER_NAME_CHARACTERS = Limit(80, "characters", "name of a member")
DIRECT_MEMBERS = Limit(20, "members", "people in one direct room; larger groups use a room with a name")
MEMBERS_AT_ONCE = Limit(100, "members", "ids in one `member.list` or `room.invite`")
TIMELINE_PAGE = Limit(100, "messages", "one page of history")
DIRECTORY_PAGE = Limit(100, "rows", "one page of the room or member directory")
TOKEN_DAYS = Limit(90, "days", "validity of a token by default, and after each renewal")
SNAPSHOT_MEMBERS = Limit(
    1000, "members", "members in a snapshot; clients ask for others by id when they see their messages"
)
RESUME_ROOMS = Limit(1000, "rooms", "rooms in one `resume`; clients load further rooms again")
RESUME_MESSAGES = Limit(500, "messages", "message states of one room in one resume; more is a `reset`")
RESUME_BYTES = Limit(256 * 1024, "bytes", "message states of one room in one resume; more is a `reset`")
RESUME_TOTAL_BYTES = Limit(
    512 * 1024,
    "bytes",
    "message states of all rooms in one resume: fits into a send buffer; further rooms are a `reset`",
)
GATHERED_BYTES = Limit(
    256 * 1024,
    "bytes",
    "events of a room that wait while earlier ones are written to its listeners; more is a `lag`",
)
OUTBOX_BYTES = Limit(1024 * 1024, "bytes", "buffered for one slow connection before it gets a `lag`")
OUTBOX_FRAMES = Limit(512, "frames", "buffered for one slow connection before it gets a `lag`")
STALLED_SECONDS = Limit(
    10, "seconds", "without progress of a full send buffer before the connection is closed (4008)"
)
TURN_FRAMES = Limit(
    100,
    "frames",
    "read from one connection in one turn of the event loop, which takes some milliseconds",
)
MESSAGE_FRAGMENTS = Limit(
    128,
    "frames",
    "WebSocket fragments of one message: 512 bytes each for the longest message; more is refused (1009)",
)
GOODBYE_BYTES = Limit(
    256 * 1024,
    "bytes",
    "read after a close frame was sent, until the client's arrives; more aborts the connection",
)
WAITING_COMMANDS = Limit(
    64,
    "commands",
    "of one connection that have no reply yet or whose replies are not read; the server reads no more",
)
WRITER_QUEUE = Limit(
    10_000, "commands", "waiting for one process's writer; more are refused as `unavailable`"
)
BATCH_COMMANDS = Limit(256, "commands", "in one transaction")

FETCH_URL_CHARACTERS = Limit(2048, "characters", "a URL that the server fetches; longer ones carry data")
FETCH_HEADER_BYTES = Limit(32 * 1024, "bytes", "status and headers of a response that the server fetches")
FETCH_BYTES = Limit(
    1024 * 1024, "bytes", "body of a response that the server fetches, unless the feature has its own limit"
)
FETCH_SECONDS = Limit(10, "seconds", "for one fetch in all: look-up, redirects, body")
FETCH_CONNECT_SECONDS = Limit(3, "seconds", "to establish one connection of a fetch")
FETCH_REDIRECTS = Limit(3, "redirects", "followed in one fetch, each checked like the first address")
FETCHES_AT_ONCE = Limit(
    16, "fetches", "of one process at once: bounds the sockets and memory that members can make it use"
)
FETCHES_PER_TARGET = Limit(
    2, "fetches", "of one process at once to one address: members cannot flood others through the server"
)
FETCHES_WAITING = Limit(
    256, "fetches", "of one process running or waiting; more fail at once and may be retried"
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
COMMANDS_BURST = Limit(100, "commands", "of one member at once: a tab that wakes up sends many, lifted")
MESSAGES_PER_SECOND = Limit(
    5,
    "per second",
    "messages of one member, and commands that store or send something like a message, lifted",
)
MESSAGES_BURST = Limit(
    30, "messages", "of one member at once: unsent messages after a lost connection, lifted"
)
INCOMING_FRAMES_PER_SECOND = Limit(
    100, "per second", "frames of any kind on all sockets of one member; the server reads no more, lifted"
)
INCOMING_FRAMES_BURST = Limit(500, "frames", "of any kind at once: five times COMMANDS_BURST, lifted")
INCOMING_BYTES_PER_SECOND = Limit(
    256 * 1024, "bytes per second", "on all sockets of one member; the server reads no more, lifted"
)
INCOMING_BYTES_BURST = Limit(
    2 * 1024 * 1024, "bytes", "at once: a burst of the longest messages with escapes, lifted"
)
FLOOD_SECONDS = Limit(
    3,
    "seconds",
    "of sending more than allowed, without a pause, until the connection is closed (4029), lifted",
)
HANDSHAKES_PER_SECOND = Limit(500, "per second", "new sockets of one process, lifted")
HANDSHAKES_BURST = Limit(2000, "sockets", "at once for one process, lifted")
ADDRESS_HANDSHAKES_PER_SECOND = Limit(
    50, "per second", "new sockets of one address (IPv4, or IPv6 /56) that do not sign in, lifted"
)
ADDRESS_HANDSHAKES_BURST = Limit(
    1000, "sockets", "of one address at once: an office behind one address that reconnects, lifted"
)
HANDSHAKE_ADDRESSES = Limit(
    10_000, "addresses", "whose handshakes one process counts; the oldest is evicted first"
)
NETWORK_BITS = Limit(
    56, "bits", "of an IPv6 address that identify a network: what a provider assigns to one home"
)
CONNECTIONS_PER_MEMBER = Limit(30, "connections", "open sockets of one member in one process, lifted")

ROOMS_PER_DAY = Limit(
    100, "rooms", "created by one member in a day: enough to set up a team of 60 channels, lifted"
)
DIRECTS_PER_DAY = Limit(
    200, "rooms", "direct rooms opened by one member in a day; opening one that exists is free, lifted"
)
ADDITIONS_PER_DAY = Limit(
    1000, "people", "added to rooms by one member in a day: 100 to each of ten rooms, lifted"
)
ROOM_CHANGES_PER_DAY = Limit(
    1000,
    "changes",
    "rooms joined, renamed, described, archived by one member in a day: each stores a message, lifted",
)
ADMINS_TIMES = Limit(
    20, "times", "the daily quotas for owners and admins: 5000 people into four rooms, or 2000 rooms, lifted"
)
NEWCOMERS_PART = Limit(
    10, "th part", "of the daily quotas for guests, and for members on their first day, lifted"
)
NEWCOMER_HOURS = Limit(
    24, "hours", "for which the smaller quotas apply to a new member; never to bots and admins"
)
MEMBERSHIPS = Limit(
    5000,
    "rooms",
    "of one member, direct ones included: a bot that writes to everybody in a company; 4 MB of snapshot",
)

HEARTBEAT_SECONDS = Limit(20, "seconds", "between two heartbeats of the server")
SILENCE_SECONDS = Limit(35, "seconds", "without anything received before a socket is closed")
TYPING_SECONDS = Limit(6, "seconds", "that “is typing” is shown without being repeated")


def table() -> dict[str, Limit]:
    """Every limit by name, in reading order."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
