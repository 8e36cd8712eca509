"""The sealed protocol's handshake and frames by another library: Python's cryptography.

Written from PROTOCOL.md alone. Reads a JSON object a line, answers with one; keeps one conversation, as either end.
Bytes are base64url without padding.
"""

import base64
import hashlib
import json
import os
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(secret, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info.encode()).derive(secret)


def seal(key, plain, bound):
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key, sealed, bound):
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], bound)


class Peer:
    def offer(self, case):
        self.own = x25519.X25519PrivateKey.generate()
        self.versions = case["versions"]
        self.client = (self.own.public_key().public_bytes(*RAW), os.urandom(32))
        return {"ephemeral": b64(self.client[0]), "nonce": b64(self.client[1])}

    def agree(self, case):
        """The client's half: the server's reply and its sealed proof have come."""
        server = (unb64(case["ephemeral"]), unb64(case["nonce"]))
        self._agreed(server, case["version"], server[0])
        sealed = unb64(case["sealed"])
        proof = unseal(self.proof_key, sealed, self.transcript)
        self._session(sealed)
        return {**self._known(), "proof": b64(proof)}

    def answer(self, case):
        """The server's half."""
        self.own = x25519.X25519PrivateKey.generate()
        self.versions = case["versions"]
        self.client = (unb64(case["ephemeral"]), unb64(case["nonce"]))
        server = (self.own.public_key().public_bytes(*RAW), os.urandom(32))
        self._agreed(server, 1, self.client[0])
        sealed = seal(self.proof_key, unb64(case["proof"]), self.transcript)
        self._session(sealed)
        return {
            **self._known(),
            "version": 1,
            "ephemeral": b64(server[0]),
            "nonce": b64(server[1]),
            "sealed": b64(sealed),
        }

    def _agreed(self, server, version, other):
        self.shared = self.own.exchange(x25519.X25519PublicKey.from_public_bytes(other))
        said = b"remotes handshake v1\n"
        said += bytes([len(self.versions)]) + bytes(self.versions) + self.client[0] + self.client[1]
        said += bytes([version]) + server[0] + server[1]
        self.transcript = hashlib.sha256(said).digest()
        self.proof_key = hkdf(self.shared, self.transcript, "remotes handshake v1 server proof")

    def _session(self, sealed):
        self.whole = hashlib.sha256(self.transcript + sealed).digest()
        self.secret = hkdf(self.shared, self.whole, "remotes handshake v1 session")

    def _known(self):
        return {"transcript1": b64(self.transcript), "transcript2": b64(self.whole), "secret": b64(self.secret)}

    def request(self, case):
        """A whole frame."""
        head = self._head(case)
        return {"frame": b64(head + seal(self._key(case, "to server"), unb64(case["plain"]), head))}

    def open_request(self, case):
        frame = unb64(case["frame"])
        (length,) = struct.unpack(">H", frame[25:27])
        head, sealed = frame[: 27 + length], frame[27 + length :]
        case = {**case, "instance": b64(frame[1:17])}
        return {
            "version": frame[0],
            "counter": struct.unpack(">Q", frame[17:25])[0],
            "instance": case["instance"],
            "ticket": b64(frame[27 : 27 + length]),
            "plain": b64(unseal(self._key(case, "to server"), sealed, head)),
        }

    def answer_request(self, case):
        return {"sealed": b64(seal(self._key(case, "to host"), unb64(case["plain"]), self._head(case)))}

    def open_answer(self, case):
        return {"plain": b64(unseal(self._key(case, "to host"), unb64(case["sealed"]), self._head(case)))}

    def _key(self, case, direction):
        return hkdf(unb64(case["secret"]), unb64(case["instance"]), "remotes session v1 " + direction)

    def _head(self, case):
        ticket = unb64(case["ticket"])
        head = b"\x01" + unb64(case["instance"]) + struct.pack(">QH", case["counter"], len(ticket))
        return head + ticket

    def sign(self, case):
        key = ed25519.Ed25519PrivateKey.generate()
        data = b"remotes " + case["purpose"].encode() + b" v1\n" + unb64(case["data"])
        return {"key": b64(key.public_key().public_bytes(*RAW)), "signature": b64(key.sign(data))}

    def verify(self, case):
        key = ed25519.Ed25519PublicKey.from_public_bytes(unb64(case["key"]))
        key.verify(unb64(case["signature"]), b"remotes " + case["purpose"].encode() + b" v1\n" + unb64(case["data"]))
        return {"good": True}

    def merkle(self, case):
        """RFC 6962, section 2.1, word for word."""

        def mth(leaves):
            if not leaves:
                return hashlib.sha256(b"").digest()
            if len(leaves) == 1:
                return hashlib.sha256(b"\x00" + leaves[0]).digest()
            k = 1 << (len(leaves) - 1).bit_length() - 1
            return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()

        def path(m, leaves):
            if len(leaves) == 1:
                return []
            k = 1 << (len(leaves) - 1).bit_length() - 1
            if m < k:
                return path(m, leaves[:k]) + [mth(leaves[k:])]
            return path(m - k, leaves[k:]) + [mth(leaves[:k])]

        leaves = [unb64(leaf) for leaf in case["leaves"]]
        return {"root": b64(mth(leaves)), "paths": [[b64(h) for h in path(m, leaves)] for m in range(len(leaves))]}


peer = Peer()
for line in sys.stdin:
    asked = json.loads(line)
    try:
        said = getattr(peer, asked["do"])(asked)
    except Exception as error:  # what it was is what the test looks at
        said = {"refused": type(error).__name__}
    print(json.dumps(said), flush=True)
