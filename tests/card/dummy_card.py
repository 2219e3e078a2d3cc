#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A card that is no OpenPGP card: dummy_card.py PORT serves it to that virtual reader.

It has an ATR and answers every command with 6A82 (no such application), until the reader goes.
"""
import socket
import sys

ATR = bytes.fromhex('3B8580015155415249')
GIVE_ATR = b'\x04'


def main():
    link = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
    stream = link.makefile('rwb')
    while True:
        length = stream.read(2)
        if len(length) < 2:
            return
        message = stream.read(int.from_bytes(length, 'big'))
        if len(message) == 1 and message != GIVE_ATR:
            continue  # power on, power off, reset
        answer = ATR if message == GIVE_ATR else b'\x6a\x82'
        stream.write(len(answer).to_bytes(2, 'big') + answer)
        stream.flush()


if __name__ == '__main__':
    main()
