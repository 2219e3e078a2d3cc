#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Computes the vector of docs/formats/roll-call.md from the page's words alone.

The arithmetic is that of share-on-card.py beside it, which shares no code with Quorate. The
signature's k follows from a text, so every line comes out as on the page each time.
"""
import hashlib
import importlib.util
import json
import pathlib

there = pathlib.Path(__file__).with_name('share-on-card.py')
spec = importlib.util.spec_from_file_location('share_on_card', there)
sums = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sums)


def line(value):
    return json.dumps(value, sort_keys=True, separators=(',', ':'))


def number(value):
    """A DER INTEGER."""
    octets = value.to_bytes(value.bit_length() // 8 + 1, 'big')
    return b'\x02' + bytes([len(octets)]) + octets


def sign(scalar, message):
    digest = int.from_bytes(hashlib.sha256(message).digest(), 'big')
    k = int.from_bytes(hashlib.sha256(b'an example of a k').digest(), 'big')
    r = sums.times(k, sums.G)[0] % sums.N
    s = pow(k, -1, sums.N) * (digest + r * scalar) % sums.N
    both = number(r) + number(s)
    return b'\x30' + bytes([len(both)]) + both


dec, dec_point = sums.derive_key_pair(sums.sha256(b'an example of a card'))
sig, sig_point = sums.derive_key_pair(sums.sha256(b'an example of a signing key'))
fingerprint = sums.sha256(sums.octets(dec_point) + sums.octets(sig_point))
nonce = sums.sha256(b'an example of a nonce')
record = sums.sha256(b'an example of a record')
info = (b'quorate/1 roll-call' + sums.QUORUM_ID + (1).to_bytes(4, 'big') + fingerprint)
enc, shared_x, sealed = sums.seal(dec_point, info, nonce, sums.sha256(b'an example of an ephemeral'))

subject = {
    'v': 1, 'practice': False, 'quorum-id': sums.QUORUM_ID.hex(), 'generation': 1,
    'card': 'root/2', 'serial': 'FFFE:00000002', 'fingerprint': fingerprint.hex(),
    'records': [{'generation': 1, 'hash': record.hex()}],
}
request = line(subject | {
    'kind': 'roll-call request', 'quorum': 'root', 'custodian': 'bob', 'made': 1790000000,
    'expires': 1791209600, 'enc': enc.hex(), 'sealed': sealed.hex(),
})
statement = line(subject | {
    'kind': 'roll-call statement', 'nonce': nonce.hex(), 'tries': 3,
    'firmware': 'OpenPGP card 3.4', 'time': 1790086400, 'checkpoint': 7,
    'checkpoint-head': '430d19d72075e398',
})
signature = sign(sig, b'quorate/1 roll-call statement' + statement.encode())

for name, value in [
        ('dec-key', dec.to_bytes(32, 'big')), ('dec-point', sums.octets(dec_point)),
        ('sig-point', sums.octets(sig_point)), ('nonce', nonce),
        ('nonce-hash', sums.sha256(nonce)), ('info', info), ('shared-x', shared_x),
        ('request', request), ('statement', statement), ('signature', signature),
        ('file', line({'signature': signature.hex(), 'statement': json.loads(statement)}))]:
    sums.show(name, value)
