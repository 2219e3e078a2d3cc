#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Opens sealed shares with the cards themselves, and nothing of Quorate's.

story_reader.py BINDING, with a line "READER PIN" on stdin for each card. OpenSC's opensc-tool
carries the commands of docs/formats/share-on-card.md to the card, which does the ECDH; the rest is
the standard library's and OpenSSL's, with what tests/vectors/share-on-card.py has written from the
specifications. Prints each share's words, then the PINs that the binding's token must have.
"""
import importlib.machinery
import importlib.util
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def load(path):
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader('vector', str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('vector', loader))
    loader.exec_module(module)
    return module


V = load(ROOT / 'tests/vectors/share-on-card.py')


class Card:
    """One visit a call: the PIN is verified first, the last command's answer is given."""

    def __init__(self, reader, pin):
        self.reader, self.pin = reader, pin.encode()

    def send(self, *commands):
        verify = b'\x00\x20\x00\x82' + bytes([len(self.pin)]) + self.pin
        begin = [bytes.fromhex('00A4040C06D27600012401'), verify]
        words = ['opensc-tool', '--reader', self.reader, '--card-driver', 'default']
        for command in begin + list(commands):
            words += ['--send-apdu', command.hex()]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        answers = re.split(r'^Received ', said, flags=re.M)[1:]
        if len(answers) != len(begin) + len(commands):
            sys.exit('not every command was answered:\n' + said)
        for answer in answers:
            if 'SW1=0x90, SW2=0x00' not in answer:
                sys.exit('the card refused a command: ' + answer)
        rows = re.findall(r'^((?:[0-9A-F]{2} )+)', answers[-1], flags=re.M)
        return bytes.fromhex(''.join(row[:48] for row in rows))


def decompress(point):
    x = int.from_bytes(point[1:], 'big')
    y = pow(x**3 - 3 * x + V.B, (V.P + 1) // 4, V.P)
    if y * y % V.P != (x**3 - 3 * x + V.B) % V.P:
        sys.exit('a sealed share begins with no point of P-256')
    return V.octets((x, y if y % 2 == point[0] - 2 else V.P - y))


def header_of(card):
    header = card.send(bytes.fromhex('00CA010100'))
    if header[:8] != b'quorate\x01':
        sys.exit('the card has no header of version 1')
    return header[8] & 1, header[9:25]


def records_of(card):
    records = card.send(bytes.fromhex('00CA010300'))
    if not records or len(records) % 100 != 0:
        sys.exit(f'the card has {len(records)} bytes of records')
    for at in range(0, len(records), 100):
        if records[at:at + 2] != b'\xd1\x62':
            sys.exit('a record does not begin with D1 62')
        yield records[at + 2:at + 100]


def open_share(card):
    practice, quorum_id = header_of(card)
    record, = records_of(card)
    place, enc, sealed = record[:7], decompress(record[7:40]), record[40:]
    point = card.send(bytes.fromhex('0047810002B80000'))[-65:]
    cipher = bytes.fromhex('A6467F49438641') + enc
    shared_x = card.send(b'\x00\x2a\x80\x86' + bytes([len(cipher)]) + cipher + b'\x00')
    info = (b'quorate/1 PRACTICE share' if practice else b'quorate/1 share') + quorum_id + place
    prk = V.labeled_extract(V.KEM, b'', b'eae_prk', shared_x)
    shared = V.labeled_expand(V.KEM, prk, b'shared_secret', enc + point, 32)
    context = b'\x00' + V.labeled_extract(V.SUITE, b'', b'psk_id_hash', b'')
    context += V.labeled_extract(V.SUITE, b'', b'info_hash', info)
    secret = V.labeled_extract(V.SUITE, shared, b'secret', b'')
    key = V.labeled_expand(V.SUITE, secret, b'key', context, 16)
    nonce = V.labeled_expand(V.SUITE, secret, b'base_nonce', context, 12)
    share = V.aes_ctr(key, nonce + b'\x00\x00\x00\x02', sealed[:42])
    if V.gcm(key, nonce, share) != sealed:
        sys.exit('a sealed share does not open: its tag is wrong')
    return quorum_id, place, share


def words_of(share):
    bits = f'{int.from_bytes(share, "big"):0336b}'
    if '1' in bits[330:]:
        sys.exit('a share is padded with something else than zeros')
    return [int(bits[at:at + 10], 2) for at in range(0, 330, 10)]


def value_of(words):
    """A 33-word share's index, set and value; its checksum must hold."""
    if V.rs1024(list(b'shamir_extendable') + words) != 1:
        sys.exit("a share's checksum is wrong")
    bits = ''.join(f'{word:010b}' for word in words)
    if bits[15:32] != '1' + '0000' * 4:
        sys.exit('a share is not of one group, extendable, with exponent 0')
    return int(bits[32:36], 2), int(bits[36:40], 2) + 1, bits[:15], \
        int(bits[40:300], 2).to_bytes(33, 'big')[1:]


def combine(shares):
    values = [value_of(words_of(share)) for share in shares]
    if len({value[1:3] for value in values}) != 1 or len(values) != values[0][1]:
        sys.exit('these are not M shares of one set')
    points = [(index, value) for index, _, _, value in values]
    digest, encrypted = V.interpolate(points, 254), V.interpolate(points, 255)
    if V.mac(digest[4:], encrypted)[:4] != digest[:4]:
        sys.exit("the shares' digest is wrong")
    left, right = encrypted[:16], encrypted[16:]
    for i in reversed(range(4)):
        mask = V.hashlib.pbkdf2_hmac('sha256', bytes([i]), right, 2500, 16)
        left, right = right, bytes(a ^ b for a, b in zip(left, mask))
    return right + left


def main():
    opened = [open_share(Card(*line.split())) for line in sys.stdin]
    quorum_id, = {quorum_id for quorum_id, _, _ in opened}
    with open(ROOT / 'quorum/mnemonic_words.c', encoding='ascii') as words_file:
        wordlist = words_file.read().split('"')[5::2]
    for _, place, share in opened:
        print('share', place.hex(), ' '.join(wordlist[word] for word in words_of(share)))
    prk = V.mac(quorum_id, combine([share for _, _, share in opened]))
    for name in ('user-pin', 'so-pin'):
        print(name, V.base32(V.expand(prk, f'quorate/1 {name} {sys.argv[1]}'.encode(), 20)))


if __name__ == '__main__':
    main()
