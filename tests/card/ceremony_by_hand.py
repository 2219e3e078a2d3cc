#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the evidence of a tiny ceremony up to its last step, from the pages of its formats alone.

ceremony_by_hand.py FOLDER ROSTER-ID MEDIUM... -- PERSON=ROLE... [previous=HEAD]
"""
import hashlib
import json
import os
import sys
import time


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Chain:
    def __init__(self):
        self.n, self.prev, self.lines = 0, "0" * 64, []

    def add(self, kind, **members):
        self.n += 1
        members.update(v=1, n=self.n, prev=self.prev, time=int(time.time()), kind=kind)
        line = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self.prev = sha256(line.encode())
        self.lines.append(line + "\n")


def main():
    folder, roster = sys.argv[1:3]
    cut = sys.argv.index("--")
    media = sys.argv[3:cut]
    people = [word.split("=") for word in sys.argv[cut + 1:]]
    previous = dict(people).get("previous")
    people = [pair for pair in people if pair[0] != "previous"]
    roles = sorted({role for _, role in people})
    script = "quorate-script: 1\nname: tiny\ntitle: A tiny ceremony\npurpose: To be closed\nkind: other\nroles:\n"
    for role in roles:
        script += "  - {name: %s, duty: signs, most: 9}\n" % role
    script += "phases:\n  - title: One\n    steps:\n"
    script += "      - {id: greet, title: Greet, instruction: Say hello., command: echo hello}\n"
    script += "sign_off: [%s]\n" % ", ".join(roles)
    sheet = "quorate-sheet: 1\nceremony: tiny\ndate: 2027-03-01\nplace: Room 4\npeople:\n"
    for role in roles:
        sheet += "  %s: [%s]\n" % (role, ", ".join(p for p, r in people if r == role))
    sheet += "media:\n"
    for number, medium in enumerate(media):
        sheet += "  usb-%d: {path: %s, label: M%d, copy: true}\n" % (number, medium, number)
    out = "hello\n"
    files = {"script.yaml": script, "sheet.yaml": sheet, "outputs/001-1.out": out,
             "outputs/001-1.err": "", "files/made.txt": "made\n"}
    chain = Chain()
    chain.add("open", mode="run", name="tiny", title="A tiny ceremony",
              script=sha256(script.encode()), sheet=sha256(sheet.encode()),
              roster={"id": roster, "head": "0" * 64, "practice": True}, build="1", programs=[],
              host={}, previous={"head": previous} if previous else None, by="ann")
    for person, role in people:
        chain.add("person", person=person, role=role, **{"in": True, "deputy": False})
    chain.add("begin", step=1, id="greet", title="Greet", attempt=1, command=["echo", "hello"],
              practice=False)
    chain.add("end", step=1, attempt=1, status=0, seconds=0, checks=[], matches=True,
              out={"file": "outputs/001-1.out", "sha256": sha256(out.encode()), "bytes": len(out)},
              err={"file": "outputs/001-1.err", "sha256": sha256(b""), "bytes": 0})
    if "unfinished" not in os.environ.get("CEREMONY", ""):
        chain.add("done", step=1, result="as-written")
    files["record.jsonl"] = "".join(chain.lines)
    for name, text in files.items():
        path = os.path.join(folder, "evidence", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as to:
            to.write(text)


main()
