"""What a build backend needs that calls the C compiler: compiling, and packing a wheel."""

import base64
import hashlib
import os
import subprocess
import sysconfig
import zipfile

LONG_AGO = (1980, 1, 1, 0, 0, 0)


def compile_shared(source, output, *arguments):
    """Compile *source* into the shared library *output*."""
    os.makedirs(os.path.dirname(output), exist_ok=True)
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", output, source, *arguments], check=True)


def compile_module(source, output, library):
    """Compile *source* into the extension module *output*, which finds the package *library* beside its own."""
    include = ["-I" + sysconfig.get_paths()["include"], "-I" + library.INCLUDE]
    compile_shared(source, output, *include, library.LIBRARY, "-Wl,-rpath,$ORIGIN/../lib")


def suffix():
    """Return how the names of extension modules end."""
    return sysconfig.get_config_var("EXT_SUFFIX")


def pack(folder, name, version, paths, requires=(), *, tag="py3-none-"):
    """Write a wheel of the files *paths* into *folder*; return its name."""
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    stem, tag = f"{name}-{version}", tag + platform
    metadata = ["Metadata-Version: 2.2", f"Name: {name}", f"Version: {version}", "Dynamic: Requires-Dist"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    wheel = ["Wheel-Version: 1.0", "Generator: cc_backend", "Root-Is-Purelib: false", f"Tag: {tag}"]
    members = {}
    for path in sorted(paths):
        with open(path, "rb") as file:
            members[path] = file.read()
    members[f"{stem}.dist-info/METADATA"] = ("\n".join(metadata) + "\n").encode()
    members[f"{stem}.dist-info/WHEEL"] = ("\n".join(wheel) + "\n").encode()
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in members.items())
    members[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    filename = f"{stem}-{tag}.whl"
    with zipfile.ZipFile(os.path.join(folder, filename), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            member = zipfile.ZipInfo(path, LONG_AGO)
            member.external_attr = 0o100755 << 16 if ".so" in path else 0o100644 << 16
            archive.writestr(member, data)
    return filename


def python_tag():
    """Return the start of the tag of wheels with extension modules."""
    version = "cp" + sysconfig.get_config_var("py_version_nodot")
    return f"{version}-{version}-"


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
