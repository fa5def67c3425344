"""A build record said in CycloneDX 1.6, for readers of software bills of materials (PEP 770).

What a wheel was built with is not in the wheel, so it stands under ``formulation``, which is how a component came to
be; ``components`` is left to whoever bundles libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict

if TYPE_CHECKING:
    from typing import Mapping

SBOM_NAME = "sboms/pybuildsync.cdx.json"


def cyclonedx(record: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the CycloneDX document of a valid build record: no serial number, no time, the same every time."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "component": _component(record),
        },
        "formulation": [{"components": [_component(each) for each in record["environment"]]}],
    }


def _component(each: Mapping[str, Any]) -> Dict[str, Any]:
    purl = "pkg:pypi/{name}@{version}".format(**each)
    component = {"type": "library", "bom-ref": purl, "name": each["name"], "version": each["version"], "purl": purl}
    if each.get("sha256"):
        component["hashes"] = [{"alg": "SHA-256", "content": each["sha256"]}]
    return component
