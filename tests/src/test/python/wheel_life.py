"""Builds the wheel, installs it into a new environment, runs a kernel twice and removes it again; says what it saw."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

sources, java, jar, folder = sys.argv[1:]
folder = pathlib.Path(folder)
build = folder / "build"
environment = folder / "an environment"


def run(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def pip(*words):
    run(sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", *words)


def one_cell(say, options=""):
    specs = KernelSpecManager(kernel_dirs=[str(kernel.parent)])
    manager = KernelManager(kernel_name="nibble", kernel_spec_manager=specs)
    manager.start_kernel(env=dict(os.environ, NIBBLE_JAVA_OPTS=options))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    said = []

    def hook(message):
        content = message["content"]
        said.append(content["data"]["text/plain"] if "data" in content else content.get("text", ""))

    client.execute_interactive("1 + 1", timeout=60, output_hook=hook)
    print(say, "1 + 1 is", *filter(None, said))
    said.clear()
    client.execute_interactive("%kernels", timeout=60, output_hook=hook)
    kernels.append("".join(said))
    return manager


shutil.copytree(sources, build)
version = run(java, "-jar", jar, "kernel", "stage", build / "kernelspec").strip()
os.environ["NIBBLE_VERSION"] = version.replace("-SNAPSHOT", ".dev0")
pip("wheel", "-q", "--no-deps", "-w", folder, build)
run(sys.executable, "-m", "venv", "--without-pip", environment)
before = set(environment.rglob("*"))
(wheel,) = folder.glob("*.whl")
pip("--python", environment, "install", "-q", "--no-deps", "--no-compile", wheel)
kernel = environment / "share" / "jupyter" / "kernels" / "nibble"
archive = kernel / "nibble.aot"
kernels = []
assert archive.stat().st_size == 0

manager = one_cell("", "-Dnibble.archive.wait=0")
end = time.monotonic() + 300
while archive.stat().st_size == 0 and time.monotonic() < end:
    time.sleep(0.2)
time.sleep(0.5)
print("the archive was", "made" if archive.stat().st_size else "not made")
manager.shutdown_kernel()
# A kernel that is told to use the archive or end does not end.
one_cell("with the archive", "-XX:AOTMode=on").shutdown_kernel()
print("computes as before" if kernels[0] == kernels[1] and "kernels" in kernels[0] else kernels)
print("nibble says", run(environment / "bin" / "nibble", "--help", stderr=subprocess.STDOUT).split(maxsplit=1)[0])
pip("--python", environment, "uninstall", "-q", "-y", "nibble-kernel")
left = [str(path.relative_to(environment)) for path in set(environment.rglob("*")) - before]
print("left behind:", [name for name in left if "nibble" in name])
