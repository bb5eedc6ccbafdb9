"""Announces a reply of four gigabytes.

expect: bad_reply
"""

import os
import struct

os.write(3, struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF))
