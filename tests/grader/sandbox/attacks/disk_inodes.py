"""Makes empty files until there is no room for another name.

expect: exception died
seconds: 20
"""

for number in range(1_000_000):
    open(f"empty{number}", "w").close()
print("ESCAPED")
