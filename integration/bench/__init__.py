"""Measures pybuildsync, pip and uv side by side on a recorded loopback index. See README.md beside this file."""
