#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Computes the vector in docs/formats/share-on-card.md and the literals in tests/unit/quorum.

Written from SLIP-0039, RFC 9180, RFC 5869 and docs/design.md with Python's standard library alone
(AES comes from `openssl enc`), so that it shares nothing with quorum/. Run it from the source's
root; it prints the page's vector block, then the literals.
"""
import hashlib
import hmac
import subprocess
import sys

WORDS = None


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def expand(prk, info, length):
    out, block, number = b'', b'', 1
    while len(out) < length:
        block = mac(prk, block + info + bytes([number]))
        out, number = out + block, number + 1
    return out[:length]


# P-256, affine, with Python's integers.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return (x, (slope * (a[0] - x) - a[1]) % P)


def times(scalar, point):
    out = None
    for bit in bin(scalar)[2:]:
        out = add(out, out)
        if bit == '1':
            out = add(out, point)
    return out


def octets(point):
    return b'\x04' + point[0].to_bytes(32, 'big') + point[1].to_bytes(32, 'big')


def compressed(point):
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, 'big')


# HPKE, base mode.
KEM = b'KEM\x00\x10'
SUITE = b'HPKE\x00\x10\x00\x01\x00\x01'


def labeled_extract(suite, salt, label, ikm):
    return mac(salt, b'HPKE-v1' + suite + label + ikm)


def labeled_expand(suite, prk, label, info, length):
    return expand(prk, length.to_bytes(2, 'big') + b'HPKE-v1' + suite + label + info, length)


def derive_key_pair(ikm):
    prk = labeled_extract(KEM, b'', b'dkp_prk', ikm)
    for counter in range(256):
        scalar = int.from_bytes(
            labeled_expand(KEM, prk, b'candidate', bytes([counter]), 32), 'big')
        if 0 < scalar < N:
            return scalar, times(scalar, G)
    sys.exit('no key pair')


def aes_ctr(key, counter, data):
    return subprocess.run(['openssl', 'enc', '-aes-128-ctr', '-K', key.hex(), '-iv',
                           counter.hex()], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def gcm(key, nonce, plaintext):
    hash_key = int.from_bytes(aes_ctr(key, bytes(16), bytes(16)), 'big')
    ciphertext = aes_ctr(key, nonce + b'\x00\x00\x00\x02', plaintext)
    blocks = ciphertext + bytes(-len(ciphertext) % 16)
    blocks += (0).to_bytes(8, 'big') + (8 * len(ciphertext)).to_bytes(8, 'big')
    tag = 0
    for at in range(0, len(blocks), 16):
        tag ^= int.from_bytes(blocks[at:at + 16], 'big')
        product, power = 0, tag
        for bit in range(127, -1, -1):
            if hash_key >> bit & 1:
                product ^= power
            power = power >> 1 ^ (0xe1 << 120 if power & 1 else 0)
        tag = product
    mask = aes_ctr(key, nonce + b'\x00\x00\x00\x01', bytes(16))
    return ciphertext + bytes(a ^ b for a, b in zip(tag.to_bytes(16, 'big'), mask))


def seal(recipient, info, plaintext, ikm):
    scalar, enc = derive_key_pair(ikm)
    shared_x = times(scalar, recipient)[0].to_bytes(32, 'big')
    prk = labeled_extract(KEM, b'', b'eae_prk', shared_x)
    shared = labeled_expand(KEM, prk, b'shared_secret', octets(enc) + octets(recipient), 32)
    context = b'\x00' + labeled_extract(SUITE, b'', b'psk_id_hash', b'')
    context += labeled_extract(SUITE, b'', b'info_hash', info)
    secret = labeled_extract(SUITE, shared, b'secret', b'')
    key = labeled_expand(SUITE, secret, b'key', context, 16)
    nonce = labeled_expand(SUITE, secret, b'base_nonce', context, 12)
    return compressed(enc), shared_x, gcm(key, nonce, plaintext)


# SLIP-39: 2-of-3, extendable, exponent 0, no passphrase.
def field_mul(a, b):
    out = 0
    while b:
        if b & 1:
            out ^= a
        a, b = a << 1 ^ (0x11b if a & 0x80 else 0), b >> 1
    return out


def field_inverse(a):
    return next(b for b in range(1, 256) if field_mul(a, b) == 1)


def interpolate(points, x):
    out = bytes(len(points[0][1]))
    for i, (xi, yi) in enumerate(points):
        scale = 1
        for j, (xj, _) in enumerate(points):
            if j != i:
                scale = field_mul(scale, field_mul(x ^ xj, field_inverse(xi ^ xj)))
        out = bytes(o ^ field_mul(scale, y) for o, y in zip(out, yi))
    return out


def slip39_encrypt(master):
    left, right = master[:16], master[16:]
    for i in range(4):
        mask = hashlib.pbkdf2_hmac('sha256', bytes([i]), right, 2500, 16)
        left, right = right, bytes(a ^ b for a, b in zip(left, mask))
    return right + left


def rs1024(values):
    generator = [0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24,
                 0x3090fc48, 0x21b1f890, 0x3f3f120]
    out = 1
    for value in values:
        high = out >> 20
        out = (out & 0xfffff) << 10 ^ value
        for i in range(10):
            if high >> i & 1:
                out ^= generator[i]
    return out


def mnemonic(set_id, index, threshold, value):
    bits = f'{set_id:015b}' + '1' + f'{0:04b}' + f'{0:04b}{0:04b}{0:04b}'
    bits += f'{index:04b}{threshold - 1:04b}' + '0' * (-8 * len(value) % 10)
    bits += ''.join(f'{byte:08b}' for byte in value)
    words = [int(bits[at:at + 10], 2) for at in range(0, len(bits), 10)]
    sum_ = rs1024(list(b'shamir_extendable') + words + [0, 0, 0]) ^ 1
    words += [sum_ >> 20, sum_ >> 10 & 1023, sum_ & 1023]
    packed = ''.join(f'{word:010b}' for word in words)
    packed += '0' * (-len(packed) % 8)
    return words, int(packed, 2).to_bytes(len(packed) // 8, 'big')


def base32(data):
    bits = ''.join(f'{byte:08b}' for byte in data)
    return ''.join('abcdefghijklmnopqrstuvwxyz234567'[int(bits[at:at + 5], 2)]
                   for at in range(0, len(bits), 5))


def digits(data, alphabet, count):
    number, out = int.from_bytes(data, 'big'), ''
    for _ in range(count):
        number, digit = divmod(number, len(alphabet))
        out += alphabet[digit]
    return out


def text(value):
    return bytes([len(value)]) + value


QUORUM_ID = bytes.fromhex('a0a1a2a3a4a5a6a7a8a9aaabacadaeaf')
SECRET = bytes.fromhex('00') + sha256(b'an example of a quorum secret')[1:]
GENERATION, INDEX, M, SIZE, SET_ID = 1, 1, 2, 3, 0x5a5a


def make_shares():
    encrypted = slip39_encrypt(SECRET)
    digest_key = sha256(b'an example of a digest key')[:28]
    digest = mac(digest_key, encrypted)[:4] + digest_key
    points = [(254, digest), (255, encrypted)]
    return [mnemonic(SET_ID, i, M, interpolate(points, i)) for i in range(SIZE)]


def show(name, value):
    print(f'{name} = {value.hex() if isinstance(value, bytes) else value}')


def vector():
    shares = make_shares()
    card, card_point = derive_key_pair(sha256(b'an example of a card'))
    ephemeral = sha256(b'an example of an ephemeral')
    place = QUORUM_ID + GENERATION.to_bytes(4, 'big') + bytes([INDEX, M, SIZE])
    info = b'quorate/1 share' + place
    enc, shared_x, sealed = seal(card_point, info, shares[INDEX][1], ephemeral)
    record = place[16:] + enc + sealed
    header = b'quorate\x01' + b'\x00' + QUORUM_ID + (7).to_bytes(4, 'big')
    header += sha256(b'an example of a head')[:8] + text(b'root/2') + text(b'root')
    header += b'\x01' + place[16:] + b'\x01' + text(b'root-ca')
    prk = mac(QUORUM_ID, SECRET)
    escrow, escrow_point = derive_key_pair(expand(prk, b'quorate/1 escrow', 32))

    print('```vector')
    show('quorum-id', QUORUM_ID)
    show('secret', SECRET)
    for i, share in enumerate(shares):
        show(f'share-{i}', share[1])
    show('words-1', ' '.join(WORDS[word] for word in shares[INDEX][0]))
    show('commitment-1', sha256(b'quorate/1 commitment' + shares[INDEX][1]))
    show('card-key', card.to_bytes(32, 'big'))
    show('card-point', octets(card_point))
    show('ephemeral', ephemeral)
    show('info', info)
    show('shared-x', shared_x)
    show('record', record)
    show('object', b'\xd1\x62' + record)
    show('header', header)
    show('prk', prk)
    show('user-pin', base32(expand(prk, b'quorate/1 user-pin root-ca', 20)))
    show('so-pin', base32(expand(prk, b'quorate/1 so-pin root-ca', 20)))
    show('check', expand(prk, b'quorate/1 check', 16))
    show('escrow-key', escrow.to_bytes(32, 'big'))
    show('escrow-point', octets(escrow_point))
    print('```')
    return prk, card_point, shares[INDEX][1], ephemeral, place, escrow_point


def literals(prk, card_point, share, ephemeral, place, escrow_point):
    _, _, practice = seal(card_point, b'quorate/1 PRACTICE share' + place, share, ephemeral)
    show('practice-sealed', practice)
    user = expand(prk, b'quorate/1 user-pin root-ca', 64)
    so_pin = expand(prk, b'quorate/1 so-pin backup', 64)
    show('digits-16', digits(user, '0123456789', 20))
    show('hex-16', digits(so_pin, '0123456789abcdef', 16))
    show('binary-384', digits(user, '10', 384))
    show('all-58', digits(user, ''.join(chr(c) for c in range(33, 127)), 58))
    subject = QUORUM_ID + (2).to_bytes(4, 'big')
    show('escrow-admin', b''.join(seal(
        escrow_point, b'quorate/1 escrow' + subject + b'\x01' + sha256(b'an example of a card'),
        b'12345678', ephemeral)[::2]))
    show('escrow-older', b''.join(seal(
        escrow_point,
        b'quorate/1 PRACTICE escrow' + subject + b'\x02' + (1).to_bytes(32, 'big'),
        SECRET, ephemeral)[::2]))
    seed = mac(sha256(b'salt'), b'first' + b'second source')
    show('seed', seed)
    show('seed-secret-0', expand(seed, b'quorate/1 seed quorum secret' + bytes(4), 32))
    number = expand(seed, b'quorate/1 seed admin pin' + (258).to_bytes(4, 'big'), 64)
    show('admin-pin-258', digits(number, '0123456789', 8))


if __name__ == '__main__':
    with open('quorum/mnemonic_words.c', encoding='ascii') as words_file:
        WORDS = words_file.read().split('"')[5::2]
    assert len(WORDS) == 1024, len(WORDS)
    literals(*vector())
