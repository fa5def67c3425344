"""The pure core: decides, never acts. No file, no socket, no process, no clock, no environment variable."""
