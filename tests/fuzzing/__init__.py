"""Whatever comes from outside, by family: sound samples, and the law that each reader obeys.

Shared by the laws in ``tests/property`` (hypothesis) and the coverage-guided runs in ``integration/fuzz`` (atheris).
"""
