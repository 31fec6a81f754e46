"""A second verifier of exported audit logs, written from RFC 6962 and FIPS 186 alone, with Python's standard library.

It knows nothing of the service: python3 audit_verify.py LOG HEADS KEYS prints what audit_verify prints, and exits alike.
"""

import base64
import hashlib
import json
import sys

# NIST P-384, FIPS 186-5 / SP 800-186.
P = 2**384 - 2**128 - 2**96 + 2**32 - 1
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
B = 0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF
G = (
    0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
)
NOTHING = "sha256:" + "0" * 64


class Broken(Exception):
    def __init__(self, index, why):
        super().__init__(f"{why} at index {index}")


def add(one, other):
    if one is None:
        return other
    if other is None:
        return one
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(factor, point):
    result = None
    while factor:
        if factor & 1:
            result = add(result, point)
        point = add(point, point)
        factor >>= 1
    return result


def signed_by(point, message, signature):
    """ECDSA over P-384 with SHA-384, the signature as two numbers of 48 bytes."""
    if len(signature) != 96:
        return False
    x, y = point
    if (y * y - (x * x * x - 3 * x + B)) % P != 0:
        return False
    r, s = int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    digest = int.from_bytes(hashlib.sha384(message).digest(), "big")
    inverse = pow(s, -1, N)
    found = add(times(digest * inverse % N, G), times(r * inverse % N, point))
    return found is not None and found[0] % N == r


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_keys(text):
    keys = json.loads(text)
    found = {}
    for key in keys if isinstance(keys, list) else [keys]:
        point = bytes.fromhex(key["point"])
        found[key["kid"]] = (int.from_bytes(point[1:49], "big"), int.from_bytes(point[49:97], "big"))
    return found


def read_head(line, index, keys):
    try:
        header, payload, signature = line.split(".")
        told = json.loads(decoded(header))
        fits = told["alg"] == "ES384" and told["typ"] == "audit-head+jws"
        if not fits or not signed_by(keys[told["kid"]], f"{header}.{payload}".encode(), decoded(signature)):
            raise Broken(index, "head-forged")
        return json.loads(decoded(payload))
    except (ValueError, KeyError, TypeError):
        raise Broken(index, "head-forged") from None


def read_heads(text, keys):
    heads = [read_head(line, index, keys) for index, line in enumerate(text.splitlines())]
    before = None
    for index, head in enumerate(heads):
        if before is None:
            fits = head["previous"] == NOTHING
        else:
            fits = (
                head["previous"] == digest(canonical(before))
                and head["log"] == before["log"]
                and head["size"] > before["size"]
                and head["at"] >= before["at"]
            )
        if not fits:
            raise Broken(index, "head-misplaced")
        before = head
    return heads


def raw(text):
    return bytes.fromhex(text.removeprefix("sha256:"))


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Edge:
    """The complete subtrees along the right edge, each with its size."""

    def __init__(self):
        self.parts = []

    def push(self, leaf):
        size = 1
        while self.parts and self.parts[-1][0] == size:
            leaf = node(self.parts.pop()[1], leaf)
            size *= 2
        self.parts.append((size, leaf))

    def root(self):
        if not self.parts:
            return hashlib.sha256(b"").digest()
        root = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            root = node(left, root)
        return root


def unaccountable(event):
    found = event["match"]
    if found is not None and found["tier"] == "approved-review" and (event["approver"] is None or event["rule"] is None):
        return True
    return event["approver"] is not None and event["approver"] == event["actor"]["id"]


def verify(lines, heads):
    edge, heads = Edge(), list(heads)
    last, suspect, signed, removed, size = NOTHING, None, 0, 0, 0
    removals = {}

    def settle(linked):
        if suspect is not None:
            raise Broken(suspect if linked else suspect + 1, "edited")

    for index, line in enumerate(lines):
        try:
            entry = json.loads(line)
            leaf = entry["leaf"]
            record = entry.get("record")
            seq = entry["seq"] if record is None else record["seq"]
        except (ValueError, KeyError, TypeError):
            raise Broken(index, "malformed") from None
        if record is None:
            settle(True)
            if seq != index + 1:
                raise Broken(index, "misplaced")
            by = entry["removed_by"]
            if by <= seq:
                raise Broken(index, "removed-without-event")
            first, taken = removals.setdefault(by, (index, hashlib.sha256()))
            taken.update(f"{seq} {leaf}\n".encode())
            removed += 1
        else:
            linked = record["previous"] == last
            settle(linked)
            if seq != index + 1:
                raise Broken(index, "misplaced")
            if digest(b"\x00" + canonical(record)) != leaf:
                raise Broken(index, "edited")
            event = record["event"]
            if unaccountable(event):
                raise Broken(index, "unaccountable")
            if not linked:
                suspect = index - 1
            if seq in removals:
                first, taken = removals.pop(seq)
                if event["action"] != "record-removed" or event["correlation_id"] != taken.hexdigest():
                    raise Broken(first, "removed-without-event")
        last = leaf
        edge.push(raw(leaf))
        size = index + 1
        if heads and heads[0]["size"] == size:
            if raw(heads.pop(0)["root"]) != edge.root():
                raise Broken(signed if suspect is None else suspect, "root-differs")
            signed = size
    settle(True)
    if removals:
        raise Broken(min(first for first, _ in removals.values()), "removed-without-event")
    if heads:
        raise Broken(size, "truncated")
    return size, signed, removed, "sha256:" + edge.root().hex()


def main():
    log, heads, keys = (open(path, encoding="utf-8").read() for path in sys.argv[1:4])
    try:
        size, signed, removed, root = verify(log.splitlines(), read_heads(heads, read_keys(keys)))
    except Broken as broken:
        print(f"no-go: {broken}")
        return 1
    told = f"{size} records, {signed} signed, {removed} removed, root {root}"
    if size == 0:
        print("empty: no record and no head")
        return 4
    if signed != size:
        print(f"undecided: {told}")
        return 3
    print(f"go: {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
