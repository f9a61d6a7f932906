"""Nibble, installed by pip: the kernel lies where Jupyter looks for kernels, and here is the command ``nibble``."""
