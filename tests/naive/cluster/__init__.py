"""The cluster simulation in plain Python, for comparison with the compiled one: it looks at everything anew."""

from naive.cluster.simulate import simulate

__all__ = ["simulate"]
