"""Linux: forbid a process the network, other processes and most files. Needs no privilege and cannot be undone.

Landlock (kernel 5.13) restricts files; a seccomp filter restricts system calls. Where the kernel, the processor or the
system supports neither, `confine` does nothing, and only the limits of `child.py` apply.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
import sysconfig

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_SIGKILL = 9


def die_with(parent: int) -> bool:
    """Have the kernel kill this process when its parent ends. False if the parent has ended already."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    return os.getppid() == parent


def confine(directory: str) -> bool:
    """Restrict the process to reading the Python library, and to reading and writing `directory`.

    Returns whether new processes and the network are blocked, which only Linux supports.
    """
    if sys.platform != "linux" or _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    _take_files(directory)
    return _take_calls()


def can_take_files() -> bool:
    return sys.platform == "linux" and bool(_libc().syscall(_LANDLOCK_CREATE, None, 0, 1) > 0)


def can_take_calls() -> bool:
    return (
        sys.platform == "linux"
        and platform.machine() in _MACHINES
        and os.path.exists("/proc/sys/kernel/seccomp")
    )


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


# ── files ───────────────────────────────────────────────────────────────────────────────────────

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_PATH_BENEATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_REGULAR = 1 << 1, 1 << 2, 1 << 3, 1 << 5, 1 << 8
_TRUNCATE = 1 << 14
_EVERYTHING_OF_VERSION_1 = (1 << 13) - 1


def _take_files(directory: str) -> None:
    libc = _libc()
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version <= 0:
        return
    handled = _EVERYTHING_OF_VERSION_1 | (1 << 13 if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    rules = libc.syscall(_LANDLOCK_CREATE, struct.pack("Q", handled), 8, 0)
    if rules < 0:
        return
    library = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    for place in (*library, "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo"):
        _allow(rules, place, _READ_FILE | _READ_DIR)
    own = _READ_FILE | _READ_DIR | _WRITE_FILE | _REMOVE_FILE | _MAKE_REGULAR | _TRUNCATE
    _allow(rules, directory, own & handled)
    for device in ("/dev/null", "/dev/urandom"):
        _allow(rules, device, _READ_FILE)
    libc.syscall(_LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)


def _allow(rules: int, place: str, access: int) -> None:
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    _libc().syscall(_LANDLOCK_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", access, opened), 0)
    os.close(opened)


# ── system calls ────────────────────────────────────────────────────────────────────────────────

_ALLOW, _DENY, _UNKNOWN = 0x7FFF_0000, 0x0005_0000 | 1, 0x0005_0000 | 38  # EPERM, ENOSYS
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD = 0x0001_0000

# name: (x86_64, aarch64); None where the architecture lacks the call
_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_PRLIMIT = (302, 261)
_MACHINES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}


def _take_calls() -> bool:
    if platform.machine() not in _MACHINES:
        return False
    program = _program(*_MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, and where they are.
    described = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code))
    return bool(_libc().prctl(_PR_SET_SECCOMP, 2, described, 0, 0) == 0)


def _program(column: int, architecture: int) -> bytes:
    """The filter as BPF: each instruction is (code, jump if true, jump if false, operand)."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    if column == 0:  # the x32 calls of x86_64 have other numbers
        steps += [(_AT_LEAST, 0, 1, 0x4000_0000), (_RETURN, 0, 0, _DENY)]
    for numbers in _FORBIDDEN.values():
        if (number := numbers[column]) is not None:
            steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _DENY)]
    # A filter cannot read the flags of clone3; libc falls back to clone. Threads are allowed, processes are not.
    steps += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _UNKNOWN)]
    steps += [
        (_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    # The process may read its own limits, but not those of other processes of the same user.
    steps += [
        (_EQUAL, 0, 4, _PRLIMIT[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)
