"""Slow twins: the same quantities as the kernels', written as plainly as possible."""
