#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Types at a terminal what people would: story_typist.py COMMAND... with "SHOWN > TYPED" lines.

Each line of stdin waits until the command's terminal shows SHOWN, behind what was waited for before,
and types TYPED, with "SHOWN ># TYPED" once nothing is echoed any more. What the terminal showed is printed; the exit status is the command's.
"""
import os
import pty
import select
import sys
import termios
import time

PATIENCE = 30  # seconds without a word

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])


def read():
    if not select.select([terminal], [], [], PATIENCE)[0]:
        return b''
    try:
        return os.read(terminal, 4096)
    except OSError:  # its last process ended
        return b''


shown = b''
for line in sys.stdin.buffer:
    unseen = b' ># ' in line
    words, typed = line.rstrip(b'\n').rsplit(b' ># ' if unseen else b' > ', 1)
    while words not in shown:
        more = read()
        if not more:
            sys.exit('never shown: %s' % words.decode())
        sys.stdout.buffer.write(more)
        sys.stdout.buffer.flush()
        shown = (shown + more).replace(b'\r', b'')
    shown = shown[shown.index(words) + len(words):]
    while unseen and termios.tcgetattr(terminal)[3] & termios.ECHO:
        time.sleep(0.01)
    os.write(terminal, typed + b'\n')
while more := read():
    sys.stdout.buffer.write(more)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
