"""Reads its own memory from end to end: nothing of the judge may be in what it was forked from.

expect: None exception
seconds: 30
"""

import ctypes

PLANT = "a plant in the garden"
# Every letter moved by one, like the memory that is searched: so the search cannot find itself.
SHIFT = bytes((c + 1) & 255 for c in range(256))
ROOT = b"b!qmbou!jo!uif!hbsefo"
WORDS = [b"uif!tnbmmftu!dbtf!uibu!tujmm!gbjmt", b"Opuijoh!xsjuufo!ifsf!zfu;!sfqmbdf"]
with open("/proc/self/maps") as maps:
    lines = maps.read().splitlines()
seen = False
for line in lines:
    span, mode, _, _, inode, *name = line.split(maxsplit=5)
    start, end = (int(x, 16) for x in span.split("-"))
    if mode.startswith("rw") and inode == "0" and "[v" not in str(name) and end - start < 1 << 29:
        text = ctypes.string_at(start, end - start).translate(SHIFT)
        seen = seen or ROOT in text
        for word in WORDS:
            if word in text:
                print("ESCAPED", word)
if not seen:
    print("ESCAPED: the walk is blind")
