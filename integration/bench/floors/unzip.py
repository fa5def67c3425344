"""Floor of an installation from a cold cache: every wheel unzipped, by two processes. TARGET WHEEL..."""

import os
import sys
import zipfile

target, *wheels = sys.argv[1:]
wheels.sort(key=os.path.getsize)
child = os.fork()
for wheel in wheels[0 if child else 1 :: 2]:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(os.path.join(target, os.path.basename(wheel)))
if not child:
    os._exit(0)
os.waitpid(child, 0)
