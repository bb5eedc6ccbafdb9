# An endless loop that catches everything thrown at it.
# expect: timeout
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
