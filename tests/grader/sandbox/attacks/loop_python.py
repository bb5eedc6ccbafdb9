"""An endless loop that catches everything thrown at it.

expect: timeout
seconds: 1
"""

while True:
    try:
        while True:
            pass
    except BaseException:
        pass
