"""Floor of an installation from a warm cache: one pass of mkdir, then os.link of every file. MANIFEST SOURCE TARGET."""

import marshal
import os
import sys

manifest, source, target = sys.argv[1:]
with open(manifest, "rb") as file:
    folders, files = marshal.load(file)
os.mkdir(target)
for folder in folders:
    os.mkdir(f"{target}/{folder}")
here, there = os.open(source, os.O_RDONLY), os.open(target, os.O_RDONLY)
for name in files:
    os.link(name, name, src_dir_fd=here, dst_dir_fd=there)
