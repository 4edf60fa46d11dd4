"""Becomes another program, after tying its life to the parent's. Run by path, never imported.

    python -I -S exec_child.py '{"parent": 17, "signal": 9, "user": [65534, 65534] or null, "needs": [...]}' program argument...

This is a program of its own, and not a `preexec_fn`, because Python code between fork and exec can deadlock as soon as the
parent has threads (the Temporal client does). It keeps its process id through `exec`, so the parent's handle stays right.
"""

import ctypes
import json
import os
import sys

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 4
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1 << 1, 1 << 2
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *values: int) -> bool:
    return bool(libc.prctl(option, *[ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]) == 0)


def _set_capabilities(permitted: int, effective: int) -> bool:
    """Capabilities 0 to 31 as bit masks; the inheritable ones follow the effective ones, all others are given up."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(effective, permitted, effective, 0, 0, 0)
    return bool(libc.capset(header, data) == 0)


def _reaches(paths: list[str]) -> bool:
    return all(os.access(path, os.X_OK) for path in paths)


def become(uid: int, gid: int, *, needs: list[str]) -> bool:
    """Give up root, keeping no more than it takes to reach `needs`.

    A clone in a private folder (/root, or what `mktemp -d` makes) can't be entered by another user. Opening that folder to
    everybody would be somebody else's decision, so the server keeps one capability instead: to pass through folders, or,
    where that is not to be had (containers seldom have it) or not enough, to overlook file permissions.
    """
    # Capabilities outlast the change of user, and access(2), by which PostgreSQL looks for its own files, counts them.
    _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    both = CAP_DAC_READ_SEARCH | CAP_DAC_OVERRIDE
    for kept in (0, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        able = any(_set_capabilities(permitted, kept) for permitted in (both, CAP_DAC_OVERRIDE | kept, kept))
        if able and _reaches(needs):
            number = kept.bit_length() - 1
            return _set_capabilities(kept, kept) and (not kept or _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number))
    return False


def main() -> None:
    order, program = json.loads(sys.argv[1]), sys.argv[2:]
    if order["user"] and not become(*order["user"], needs=order["needs"]):
        sys.exit(f"user {order['user'][0]} can't reach {' and '.join(order['needs'])}")
    _prctl(PR_SET_PDEATHSIG, order["signal"])  # after the change of user, which clears it
    if os.getppid() != order["parent"]:
        sys.exit("the parent is gone")  # it died before the line above: no signal will come
    os.execv(program[0], program)  # noqa: S606  no shell is the point


if __name__ == "__main__":
    main()
