"""One family in one process: ``python -m integration.fuzz.harness FAMILY`` and libFuzzer's own options.

Our modules, and ``packaging``, which reads for us, are instrumented while they are imported. An input that breaks the
law ends the process, and libFuzzer writes it to a file.
"""

import os
import sys
import warnings


def main(family: str, options: list[str]) -> None:
    """Run *family* until libFuzzer's *options* say that it is enough, or an input breaks the law."""
    import atheris

    os.environ["PIP_CONFIG_FILE"] = os.devnull
    warnings.simplefilter("ignore")  # what the standard library finds odd in odd archives
    with atheris.instrument_imports(include=["pybuildsync", "pybuildsync_hooks", "packaging"]):
        from fuzzing.families import COMMANDS, FAMILIES
        from fuzzing.law import examine

    chosen = {**FAMILIES, **COMMANDS}[family]

    def examine_one(data: bytes) -> None:
        examine(chosen, data)

    atheris.Setup([sys.argv[0], *options], examine_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
