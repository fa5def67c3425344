"""What an index may do wrong, each a number of times."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Fault:
    """The next *times* requests whose path holds *path* go wrong.

    ``status`` answers with that status and ``headers``; ``cut`` breaks the connection after that many bytes of the
    body; ``delay`` waits that many seconds first; ``body`` is sent instead of the right one; ``drop`` closes the
    connection without an answer. What isn't given stays right. Negative *times* means always. The first *after*
    requests go right.
    """

    path: str = ""
    times: int = 1
    after: int = 0
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = -1
    delay: float = 0.0
    body: bytes | None = None
    drop: bool = False

    def strikes(self, path: str) -> bool:
        """Tell whether the fault is due for a request of *path*, and count it."""
        if not self.times or self.path not in path:
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True
