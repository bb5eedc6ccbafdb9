"""Writes until the disk is full.

expect: exception died
seconds: 20
"""

size, number = 0, 0
while True:
    with open(f"fill{number}", "wb", buffering=0) as file:
        for _ in range(32):
            file.write(bytes(1 << 20))
            size += 1 << 20
    number += 1
    if size > 4 << 30:
        print("ESCAPED")
        break
