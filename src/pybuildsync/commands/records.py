"""Build records in words (docs/matching.md, "Build records"): what a wheel was built from, with, and against."""

from collections.abc import Mapping
from typing import Any

_TIMES = {
    "latest": "",
    "source": "with build tools of the source's time, {}, as was asked for",
    "date": "with build tools of {}, as was asked for",
    "retry": "with build tools of {}, since a build with later ones had failed",
}


def describe_record(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return *record* as sentences without a period; what is missing or of an unknown form is left out."""
    sentences = [_origin(record)]
    matches = [_match(one) for one in _objects(record, "matches")]
    sentences += [f"against {match}" for match in matches] or ["against nothing that it must match"]
    sentences += [
        f"{one.get('module')} needs {one.get('library')} of {one.get('distribution')}"
        for one in _objects(record, "links")
    ]
    matched = {one.get("name") for one in _objects(record, "matches")}
    others = [_pair(one) for one in _objects(record, "environment") if one.get("name") not in matched]
    if others:
        sentences.append(f"with {', '.join(others)}")
    for key, label in (("config_settings", "settings"), ("variables", "variables")):
        values = record.get(key)
        if isinstance(values, Mapping) and values:
            sentences.append(f"{label}: " + ", ".join(f"{name}={_value(value)}" for name, value in values.items()))
    time = record.get("build_time")
    if isinstance(time, Mapping):
        words = _TIMES.get(str(time.get("policy")), "").format(str(time.get("as_of", ""))[:10])
        sentences += [words] if words else []
    if record.get("build_key"):
        sentences.append(f"build key {str(record['build_key'])[:16]}")
    return tuple(sentence for sentence in sentences if sentence)


def _origin(record: Mapping[str, Any]) -> str:
    source, interpreter = record.get("source"), record.get("interpreter")
    words = []
    if isinstance(source, Mapping):
        commit = f" at {str(source['commit'])[:12]}" if source.get("commit") else ""
        words.append(f"from {source.get('filename') or source.get('kind')}{commit}")
    if record.get("backend"):
        words.append(f"by {record['backend']}")
    if isinstance(interpreter, Mapping):
        words.append("for {} {} on {}".format(*(interpreter.get(key, "?") for key in _INTERPRETER)))
    return " ".join(words)


def _match(match: Mapping[str, Any]) -> str:
    evidence, policy = str(match.get("evidence")), str(match.get("policy"))
    # What is baked is kept by the wheel's own requirement, which the reason tells, and by no policy beside it.
    runs = "" if evidence == "baked" else f": {_POLICIES.get(policy, policy)}"
    words = [evidence + runs, str(match.get("reason") or "")]
    return f"{_pair(match)} ({'; '.join(filter(None, words))})"


def _pair(one: Mapping[str, Any]) -> str:
    return f"{one.get('name')} {one.get('version')}"


def _value(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _objects(record: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    values = record.get(key)
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []


_INTERPRETER = ("implementation", "version", "platform")
_POLICIES = {
    "exact": "runs with this version only",
    "micro": "runs with the same X.Y",
    "minor": "runs with the same major version",
    "at-least": "runs with this version or a later one",
    "any": "runs with any version",
}
