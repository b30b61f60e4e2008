"""A disk that fails when it is told to: the kernel asks us before each write and sync of the gateway.

The gateway is an unchanged binary that runs under a seccomp filter with a user notification (Linux 5.5 or
newer, no privileges needed). What it writes and syncs in one directory, and nothing else, fails with the
error that we answer; so the code that meets a full disk here is the code that meets one in earnest.

As a program, this file puts the filter on itself, sends its notifications to the socket that it was
started with, and becomes the command that is named.
"""

import ctypes
import errno
import fcntl
import os
import platform
import select
import socket
import struct
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

# System call numbers, from the kernel's asm/unistd.h.
CALLS = {
    "x86_64": {"write": 1, "pwrite64": 18, "writev": 20, "fsync": 74, "fdatasync": 75, "seccomp": 317},
    "aarch64": {"write": 64, "pwrite64": 68, "writev": 66, "fsync": 82, "fdatasync": 83, "seccomp": 277},
}[platform.machine()]
WRITES = {CALLS["write"], CALLS["pwrite64"], CALLS["writev"]}
SYNCS = {CALLS["fsync"], CALLS["fdatasync"]}

# From linux/prctl.h, linux/seccomp.h and linux/bpf_common.h.
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER, NEW_LISTENER = 1, 8
RET_ALLOW, RET_USER_NOTIF = 0x7FFF0000, 0x7FC00000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
RECEIVE, SEND, CONTINUE = 0xC0502100, 0xC0182101, 1
NOTIFICATION, ANSWER = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")


class FaultyDisk:
    """Answers for the directory of a ledger, whose disk is sound until it isn't."""

    def __init__(self, directory: Path):
        self._directory = str(directory.resolve()) + "/"
        self._calls, self._error = set(), 0
        self.failed = 0
        """How many calls were made to fail."""
        self._ours, self._theirs = socket.socketpair()

    def full(self):
        """From now on there is no space left."""
        self._error, self._calls = errno.ENOSPC, WRITES

    def unsyncable(self):
        """From now on what is written doesn't become durable."""
        self._error, self._calls = errno.EIO, SYNCS

    def sound(self):
        self._calls = set()

    @contextmanager
    def under(self):
        """What to put before a command, and the file descriptors that it has to inherit."""
        answering = threading.Thread(target=self._answer)
        answering.start()
        try:
            yield [sys.executable, __file__, str(self._theirs.fileno())], [self._theirs.fileno()]
        finally:
            self._theirs.close()
            answering.join()

    def _answer(self):
        """Answers until the command and all of its threads are gone."""
        _, [listener], *_ = socket.recv_fds(self._ours, 1, 1)
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        while waiting.poll()[0][1] & select.POLLIN:
            asked = bytearray(NOTIFICATION.size)
            try:
                fcntl.ioctl(listener, RECEIVE, asked)
                name, thread, _, call, _, _, file, *_ = NOTIFICATION.unpack(asked)
                fails = call in self._calls and self._is_ours(thread, file)
                self.failed += fails
                answer = (name, 0, -self._error, 0) if fails else (name, 0, 0, CONTINUE)
                fcntl.ioctl(listener, SEND, bytearray(ANSWER.pack(*answer)))
            except FileNotFoundError:
                pass  # It was killed before it had its answer.
        os.close(listener)

    def _is_ours(self, thread: int, file: int) -> bool:
        return (os.readlink(f"/proc/{thread}/fd/{file}") + "/").startswith(self._directory)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def become(notices: socket.socket, command: list[str]):
    calls = sorted(WRITES | SYNCS)
    steps = [(LOAD_WORD, 0, 0, 0)]  # The call's number is the first word of what a filter sees.
    steps += [(JUMP_IF_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    steps += [(RETURN, 0, 0, RET_ALLOW), (RETURN, 0, 0, RET_USER_NOTIF)]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    program = _Program(len(steps), code)
    listener = libc.syscall(CALLS["seccomp"], SECCOMP_SET_MODE_FILTER, NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "this kernel has no seccomp user notifications")
    socket.send_fds(notices, [b"\0"], [listener])
    notices.close()
    os.close(listener)
    os.execv(command[0], command)


if __name__ == "__main__":
    become(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
