"""Starts the kernel with a JDK of this machine.

kernel.json calls it with the JVM's arguments, in which {resource_dir} has become this folder. Needs no package.
"""

import glob
import os
import re
import shlex
import subprocess
import sys

NEEDED = 25
FOLDERS = [
    "/usr/lib/jvm/*",
    "/usr/lib64/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/*jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
    "~/.local/share/mise/installs/java/*",
    "~/.asdf/installs/java/*",
    "C:/Program Files/*/jdk-*",
]


def feature(home):
    """The version of the JDK in a folder, such as 25; 0 if there is none."""
    name = "javac.exe" if os.name == "nt" else "javac"
    try:
        if not os.access(os.path.join(home, "bin", name), os.X_OK):
            return 0
        with open(os.path.join(home, "release"), encoding="utf-8", errors="replace") as release:
            found = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release.read(), re.MULTILINE)
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def candidates():
    if os.environ.get("JAVA_HOME"):
        yield os.environ["JAVA_HOME"]
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        java = os.path.join(folder, "java.exe" if os.name == "nt" else "java")
        if folder and os.access(java, os.X_OK):
            yield os.path.dirname(os.path.dirname(os.path.realpath(java)))
    cache = os.environ.get("NIBBLE_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "nibble"
    )
    for pattern in FOLDERS + [os.path.join(cache, "jdk", "*"), os.path.join(cache, "jdk", "*", "Contents", "Home")]:
        found = [(feature(home), home) for home in glob.glob(os.path.expanduser(pattern))]
        # The version that Nibble is tested with, else the newest.
        for _, home in sorted(found, key=lambda one: (one[0] != NEEDED, -one[0], one[1])):
            yield home


def java():
    """The launcher of a JDK that is new enough; ends the program if there is none."""
    for home in candidates():
        if feature(home) >= NEEDED:
            return os.path.join(home, "bin", "java.exe" if os.name == "nt" else "java")
    sys.exit(
        f"nibble: needs a JDK {NEEDED} or newer, and none was found in JAVA_HOME, on the PATH or in the usual folders."
        f" Install one (https://adoptium.net, sdk install java {NEEDED}-tem, brew install --cask temurin@{NEEDED})"
        " and set JAVA_HOME to its folder."
    )


def become(command):
    """Runs a program in this one's place."""
    sys.stdout.flush()
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def main(arguments):
    folder = os.path.dirname(os.path.abspath(__file__))
    archive = os.path.join(folder, "nibble.aot")
    options = ["-Dnibble.archive=true"]
    # The wheel brings an empty one; the kernel fills it when it first runs.
    if os.path.exists(archive) and os.path.getsize(archive) > 0:
        options.append("-XX:AOTCache=" + archive)
    else:
        options.append("--add-modules=jdk.incubator.vector")
    asked = os.environ.get("NIBBLE_JAVA_OPTS", "")
    options += shlex.split(asked)
    # A JVM that is asked for a small heap does not start with a larger one.
    if re.search(r"-Xmx(\d{1,2}[mM]|\d+[kK]|\d{1,9}(?!\w))|HeapSize|RAMPercentage", asked):
        arguments = [word for word in arguments if not word.startswith("-Xms")]
    # Before the kernel's own arguments come the JVM's: what a person asks for goes after what we ask for.
    at = arguments.index("-cp")
    become([java(), *arguments[:at], *options, *arguments[at:]])


if __name__ == "__main__":
    main(sys.argv[1:])
