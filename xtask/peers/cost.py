"""Runs one program and says what it cost: `cost.py SECONDS PROGRAM ARGUMENT...`.

Prints one line of JSON: seconds of CPU (user and system, its own children included), seconds of wall time, the peak of
resident memory in KiB, the exit code, and the end of what it printed. A program that takes longer is ended: no exit code.
"""

import json
import os
import signal
import sys
import tempfile
import time

limit, command = int(sys.argv[1]), sys.argv[2:]
late = False


def end(*_):
    global late
    late = True
    os.kill(child, signal.SIGKILL)


with tempfile.TemporaryFile() as heard:
    actions = [
        (os.POSIX_SPAWN_DUP2, heard.fileno(), 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    signal.signal(signal.SIGALRM, end)
    began = time.monotonic()
    try:
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    except OSError:
        print(json.dumps({"cpu": 0, "wall": 0, "peak": 0, "code": 127, "said": ""}))
        sys.exit()
    signal.alarm(limit)
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - began
    signal.alarm(0)
    heard.seek(max(0, heard.seek(0, os.SEEK_END) - 4096))
    said = heard.read().decode(errors="replace")

code = None if late else os.waitstatus_to_exitcode(status)
cost = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak": used.ru_maxrss, "code": code, "said": said}
print(json.dumps(cost))
