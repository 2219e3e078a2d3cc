#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An attendant that kills the one who asks.

Passes on what is asked to the sandbox's robot, and its answers back, until the ask whose kind and
text are those of QUORATE_KILL ("menu Step 3 "): then SIGKILL to the program that asked.
"""
import json
import os
import signal
import subprocess
import sys

kind, _, words = os.environ.get('QUORATE_KILL', '').partition(' ')
robot = subprocess.Popen(['quorate-robot'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for line in sys.stdin.buffer:
    asked = json.loads(line)
    if kind and asked.get('ask') == kind and words in asked.get('text', ''):
        os.kill(os.getppid(), signal.SIGKILL)
        break
    robot.stdin.write(line)
    robot.stdin.flush()
    if 'ask' in asked:
        sys.stdout.buffer.write(robot.stdout.readline())
        sys.stdout.buffer.flush()
robot.stdin.close()
robot.wait()
