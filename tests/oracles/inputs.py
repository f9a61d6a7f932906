"""Weights to quantize: seeded, float32, chosen to reach the rules that number formats differ in."""

import numpy as np


def bell(rng, rows, cols):
    """What most weights look like."""
    return rng.normal(0, 0.02, (rows, cols))


def heavy(rng, rows, cols):
    """Heavy tails: Student's t with three degrees of freedom."""
    return rng.standard_t(3, (rows, cols)) * 0.01


def outliers(rng, rows, cols):
    """A few loud columns."""
    x = rng.normal(0, 0.02, (rows, cols))
    x[:, rng.choice(cols, max(1, cols // 64), replace=False)] *= 40
    return x


def ranges(rng, rows, cols):
    """Each row of its own magnitude, from those that float16 scales lose to loud ones; not centred."""
    return (rng.normal(0.3, 1, (rows, cols))) * 2.0 ** rng.integers(-24, 6, (rows, 1))


def bfloat(rng, rows, cols):
    """Weights that were stored as bfloat16, as most checkpoints are: equal magnitudes and exact ties are common."""
    bits = rng.normal(0, 0.02, (rows, cols)).astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)


def half(rng, rows, cols):
    """Weights that float16 holds, for what takes nothing else."""
    return rng.normal(0, 0.02, (rows, cols)).astype(np.float16)


def ties(rng, rows, cols):
    """Halves and quarters of a power of two, whose largest magnitude is a code: nearly every weight is a tie."""
    top = rng.choice([4, 5, 6, 7, 7.5, 8, 15, 15.5, 31.5, 63.5, 127, 127.5], (rows, 1))
    x = np.round(rng.uniform(-1, 1, (rows, cols)) * top * 4) / 4
    x[:, ::32] = top * rng.choice([-1, 1], (rows, x[:, ::32].shape[1]))
    return x * 2.0 ** rng.integers(-9, 3, (rows, 1))


def specials(rng, rows, cols):
    """Runs of 16 to 64 weights that are zero, constant, one-sided, subnormal, a single spike, just below a power of two."""
    x = rng.normal(0, 0.02, rows * cols).astype(np.float32)
    at = 0
    while at < x.size:
        n = int(rng.choice([16, 32, 64]))
        run = x[at : at + n]
        kind = rng.integers(0, 14)
        if kind == 0:
            run[:] = 0
        elif kind == 1:
            run[:] = -0.0
        elif kind == 2:
            run[:] = rng.choice([1, -1, 0.3, -0.7, 1e-3])
        elif kind == 3:
            run[:] = np.abs(run)
        elif kind == 4:
            run[:] = -np.abs(run)
        elif kind == 5:
            run[:] = rng.choice([1, -1], run.size) * 0.5
        elif kind == 6:
            run[:] = run * 1e-38
        elif kind == 7:
            run[:] = run * 1e-7
        elif kind == 8:
            run[:] = 0
            run[rng.integers(0, run.size)] = rng.choice([3, -3, 1e-5])
        elif kind == 9:
            run[:] = np.nextafter(np.float32(2.0 ** rng.integers(-6, 4)), np.float32(0)) * rng.choice([1, -1], run.size)
        elif kind == 10:
            run[:] = 2.0 ** rng.integers(-12, 3, run.size) * rng.choice([1, -1], run.size)
        elif kind == 11:
            run[::2] = -0.0
        elif kind == 12:
            run[:] = 0.25 + run * 0.01
        at += n
    return x.reshape(rows, cols)


ALL = [bell, heavy, outliers, ranges, bfloat, ties, specials]


def make(kind, seed, rows, cols):
    """A matrix of one kind: float32, finite."""
    x = np.ascontiguousarray(kind(np.random.default_rng(seed), rows, cols).astype(np.float32))
    assert np.isfinite(x).all()
    return x


def importance(seed, cols):
    """Mean squares of activations: positive, a few columns far above the rest, some zero."""
    rng = np.random.default_rng(seed)
    w = rng.standard_t(3, cols) ** 2
    w[rng.choice(cols, max(1, cols // 50), replace=False)] *= 100
    w[rng.choice(cols, max(1, cols // 50), replace=False)] = 0
    return w.astype(np.float32)
