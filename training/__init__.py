"""Strata's engine: from a file to a trained network and its bundle, with no web in it.

One thing flows through this package, in one direction, one room a step:

    table -> encode -> network -> build -> fit -> events -> evaluate -> bundle

Modules are *light* (standard library, numpy, polars, pydantic: the web process may import
them) or *heavy* (torch: imported by ``python -m training`` and by one-shot child processes).
docs/architecture.md says which is which; tests/training/test_light.py holds it.
"""
