"""Executes another program with a parent-death signal. Run by path, never imported.

    python -I -S child_launcher.py '{"parent": 17, "signal": 9, "user": [65534, 65534] or null, "needs": [...]}' program ...

This is a separate program and not a `preexec_fn`, because Python code between fork and exec can deadlock when the parent has
threads (the Temporal client does). `exec` keeps the process id, so the parent's handle stays valid.
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
    """Sets capabilities 0 to 31, as bit masks. Inheritable ones follow the effective ones; all others are dropped."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(effective, permitted, effective, 0, 0, 0)
    return bool(libc.capset(header, data) == 0)


def _reaches(paths: list[str]) -> bool:
    return all(os.access(path, os.X_OK) for path in paths)


def become(uid: int, gid: int, *, needs: list[str]) -> bool:
    """Drops root, keeping only the capability that is necessary to reach `needs`.

    A clone in a private folder (/root, or what `mktemp -d` makes) can't be entered by another user. Its permissions are not
    ours to change, so the server keeps one capability instead: to search directories, or, where that is unavailable (as in
    most containers) or insufficient, to bypass file permissions.
    """
    # Capabilities are kept across setuid. access(2), with which PostgreSQL finds its files, respects them.
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
    _prctl(PR_SET_PDEATHSIG, order["signal"])  # after setuid, which clears it
    if os.getppid() != order["parent"]:
        sys.exit("the parent is gone")  # the parent died before prctl: there will be no signal
    os.execv(program[0], program)  # noqa: S606  no shell is the point


if __name__ == "__main__":
    main()
