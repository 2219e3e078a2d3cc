#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Computes the vector of docs/formats/roster.md from the page's words alone.

The signature is drawn anew each time (ECDSA is randomised), so the page keeps the one that is there;
every other line must come out as on the page.
"""
import hashlib
import json

WRITERS = ["5f3a9c1e0b7d4e62a8c1d7f0e4b29a36", "f00dfeedf00dfeedf00dfeedf00dfeed"]
PERSON = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
ROSTER = "c0ffee00112233445566778899aabbcc"
SALT = bytes(range(32))
NAME = "Zoë Ångström".encode()


def event(writer, n, prev, seen, time, kind, body):
    line = json.dumps(
        {"v": 1, "writer": writer, "n": n, "prev": prev, "seen": seen, "time": time,
         "by": PERSON, "type": kind, "body": body},
        sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return line, hashlib.sha256(line.encode()).hexdigest()


content = hashlib.sha256(SALT + NAME).hexdigest()
first, hash_1 = event(WRITERS[0], 1, "0" * 64, [], 1790000000, "roster.found",
                      {"roster": ROSTER, "practice": True, "founder": PERSON})
second, hash_2 = event(WRITERS[0], 2, hash_1, [], 1790000000, "person.add",
                       {"person": PERSON, "name": content,
                        "roles": ["administrator", "custodian"]})
third, hash_3 = event(WRITERS[1], 1, "0" * 64, [f"{WRITERS[0]} 2 {hash_2}"], 1790000060,
                      "policy.set", {"name": "margin", "value": 2, "reason": "two sites",
                                     "people": [PERSON, ROSTER]})
heads = sorted([f"{WRITERS[0]} 2 {hash_2}\n", f"{WRITERS[1]} 1 {hash_3}\n"])
head = hashlib.sha256("".join(heads).encode()).digest()

for name, value in [("event-1", first), ("hash-1", hash_1), ("event-2", second),
                    ("hash-2", hash_2), ("event-3", third), ("hash-3", hash_3),
                    ("content", NAME.hex()), ("salt", SALT.hex()), ("content-hash", content),
                    ("head", head.hex()),
                    ("digest", hashlib.sha256(b"quorate/1 checkpoint" + head).hexdigest())]:
    print(f"{name} = {value}")

# docs/formats/pack.md: a whole pack of the first two events.
def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


pack = [canonical({"pack": 1, "roster": ROSTER, "practice": True, "writer": WRITERS[0],
                   "time": 1790000000, "events": 2, "contents": 1,
                   "heads": [f"{WRITERS[0]} 2 {hash_2}"]}),
        first, second,
        canonical({"bytes": NAME.hex(), "hash": content, "salt": SALT.hex()})]
pack.append(canonical(
    {"sha256": hashlib.sha256("".join(f"{line}\n" for line in pack).encode()).hexdigest()}))
for number, line in enumerate(pack, 1):
    print(f"pack-{number} = {line}")
