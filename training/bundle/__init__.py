"""Bundles: what people download and what Strata serves.

export.py   (heavy) writes the zip and checks it
card.py     the model card
runtime.py  (light) loads a bundle and predicts; copied into every bundle
predict.py  (light) the command line of a bundle; copied too
"""
