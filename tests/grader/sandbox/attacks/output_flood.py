"""Sixty megabytes of text and a thousand displays.

expect: None
seconds: 10
"""

import sys

from IPython.display import HTML, display

for _ in range(60):
    print("x" * (1 << 20))
for _ in range(1000):
    display(HTML("<b>" * 10000))
sys.stderr.write("y" * (60 << 20))
