#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An attendant that kills the one who asks.

Passes on what is asked to the sandbox's robot, and its answers back, until the ask whose kind and
text are those of QUORATE_KILL ("menu Step 3 "): then SIGKILL to the program that asked. "cut pin" is
any PIN, and takes the ceremony that runs that program, too, as a power cut would.
"""
import json
import os
import signal
import subprocess
import sys

kind, _, words = os.environ.get('QUORATE_KILL', '').partition(' ')
cut = kind == 'cut'
if cut:
    kind, _, words = words.partition(' ')


def kill():
    parent = os.getppid()
    if cut:
        with open('/proc/%d/stat' % parent) as stat:
            os.kill(int(stat.read().rpartition(')')[2].split()[1]), signal.SIGKILL)
    os.kill(parent, signal.SIGKILL)


robot = subprocess.Popen(['quorate-robot'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for line in sys.stdin.buffer:
    asked = json.loads(line)
    if kind and asked.get('ask') == kind and words in asked.get('text', ''):
        kill()
        break
    robot.stdin.write(line)
    robot.stdin.flush()
    if 'ask' in asked:
        sys.stdout.buffer.write(robot.stdout.readline())
        sys.stdout.buffer.flush()
robot.stdin.close()
robot.wait()
