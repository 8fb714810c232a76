"""Copy a GGUF file under another general.name; every other byte of metadata and every weight stays as it is.

    python gguf_name.py SOURCE.gguf TARGET.gguf "Fourfold Pocket"

Written by hand instead of with a GGUF writer so that nothing is re-encoded on the way: only the one string changes,
and the padding after the header is recomputed because tensor data must start on a multiple of 32 bytes.
"""
import struct
import sys

ALIGNMENT = 32
STRING, ARRAY = 8, 9
WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def skip_string(data: bytes, at: int) -> int:
    return at + 8 + struct.unpack_from("<Q", data, at)[0]


def skip_value(data: bytes, at: int, kind: int) -> int:
    if kind == STRING:
        return skip_string(data, at)
    if kind == ARRAY:
        inner, count = struct.unpack_from("<IQ", data, at)
        at += 12
        for _ in range(count):
            at = skip_value(data, at, inner)
        return at
    return at + WIDTHS[kind]


def rename(data: bytes, name: str) -> bytes:
    magic, _version, tensors, pairs = struct.unpack_from("<4sIQQ", data, 0)
    if magic != b"GGUF":
        raise SystemExit("This is not a GGUF file.")
    at, span = 24, None
    for _ in range(pairs):
        key_start = at
        at = skip_string(data, at)
        key = data[key_start + 8 : at]
        (kind,) = struct.unpack_from("<I", data, at)
        value_start = at + 4
        at = skip_value(data, value_start, kind)
        if key == b"general.name":
            span = (value_start, at)
    if span is None:
        raise SystemExit("The file has no general.name to change.")
    for _ in range(tensors):
        at = skip_string(data, at)
        (dimensions,) = struct.unpack_from("<I", data, at)
        at += 4 + 8 * dimensions + 4 + 8
    weights = data[at + -at % ALIGNMENT :]
    encoded = name.encode()
    header = data[: span[0]] + struct.pack("<Q", len(encoded)) + encoded + data[span[1] : at]
    return header + b"\0" * (-len(header) % ALIGNMENT) + weights


if __name__ == "__main__":
    source, target, name = sys.argv[1:4]
    with open(source, "rb") as file:
        renamed = rename(file.read(), name)
    with open(target, "wb") as file:
        file.write(renamed)
