"""Files that tell whether they are what was written: a digest behind their end."""

import hashlib

DIGEST_LENGTH = 64


def sealed(content: bytes) -> bytes:
    """A content with its SHA-256 behind it.

    Examples:
        >>> from nvprotocol._sealed import is_whole, sealed
        >>> is_whole(sealed(b"C = 0.5")), is_whole(sealed(b"C = 0.5").replace(b"5", b"6"))
        (True, False)
    """
    return content + hashlib.sha256(content).hexdigest().encode()


def is_whole(raw: bytes) -> bool:
    """Whether a content is followed by its own digest."""
    return sealed(raw[:-DIGEST_LENGTH]) == raw
