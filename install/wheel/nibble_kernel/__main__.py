"""The command ``nibble``: starts the program that came with the kernel."""

import importlib.metadata
import importlib.util
import os
import sys


def kernel_folder():
    """The kernel's folder, as pip recorded where it put it."""
    for file in importlib.metadata.files("nibble-kernel") or []:
        if file.name == "start.py" and file.parent.name == "nibble":
            return os.path.dirname(os.path.realpath(file.locate()))
    sys.exit("nibble: the kernel's files are not there: install the wheel again")


def main():
    folder = kernel_folder()
    spec = importlib.util.spec_from_file_location("nibble_start", os.path.join(folder, "start.py"))
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
    start.become([start.java(), *quick, "-jar", os.path.join(folder, "nibble.jar"), *sys.argv[1:]])


if __name__ == "__main__":
    main()
