"""The kernels room owns what has to be fast: plain functions of arrays, which know nothing of scenarios or facts.

It imports numpy and numba only. `types` and `hourly` need numpy alone and may be imported anywhere; `scheduler`
loads the compiler.
"""
