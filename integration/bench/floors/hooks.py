"""Floor of a build: the backend's own two hooks by hand, in one process. SOURCE TARGET BACKEND."""

import importlib
import os
import sys

source, target, backend = sys.argv[1:]
os.chdir(source)
sys.path.insert(0, source)
module, _, name = backend.partition(":")
hooks = importlib.import_module(module)
hooks = getattr(hooks, name) if name else hooks
hooks.get_requires_for_build_wheel({})
hooks.build_wheel(target, {})
