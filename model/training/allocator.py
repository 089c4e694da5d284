"""What a step of a training frees, kept for the next one."""

import ctypes

# Options of mallopt(3), from glibc's malloc.h, and the largest value that it takes.
M_TRIM_THRESHOLD, M_MMAP_MAX, MOST = -1, -4, 2**31 - 1


def keep_freed() -> None:
    """From here on this process gives no freed memory back before it ends.

    Left alone, glibc returns large blocks to the kernel at once, and every step takes its
    activations and gradients anew, page by page: of `train arch` on a CPU `perf record` saw 42 % of
    the time there. With other C libraries nothing changes.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(M_MMAP_MAX, 0)
    mallopt(M_TRIM_THRESHOLD, MOST)
