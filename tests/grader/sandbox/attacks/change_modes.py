"""chmod and chown answer that they worked; nothing may have changed.

expect: None
"""

import os

import numpy

for path in (numpy.__file__, "/dev/null", os.getcwd()):
    before = os.stat(path)
    os.chmod(path, 0o7777)
    os.chown(path, 12, 12)
    after = os.stat(path)
    if (before.st_mode, before.st_uid) != (after.st_mode, after.st_uid):
        print("ESCAPED", path)
