"""The colours, markers and line styles every picture of the course shares.

Of the Okabe-Ito colours only these five reach a contrast of 3:1 on white. Colour never stands
alone: class, series and state differ by marker or line style too, so that a greyscale print works.

Source: Okabe and Ito (2008), Color Universal Design.
"""

from __future__ import annotations

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
BLACK = "#000000"

COLORS = (BLUE, VERMILION, GREEN, PURPLE, BLACK)
MARKERS = ("o", "s", "^", "D", "X")
LINESTYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

# Class 0 (or -1) is a vermilion square, class 1 a blue disc: in every figure and widget.
CLASS_COLORS = (VERMILION, BLUE, GREEN, PURPLE, BLACK)
CLASS_MARKERS = ("s", "o", "^", "D", "X")
