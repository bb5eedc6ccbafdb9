"""A header of a hundred thousand nested lists.

expect: bad_reply
"""

import os
import struct

head = b'{"id": 1, "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
os.write(3, struct.pack("<II", len(head), 0) + head)
