"""Rebuild the shipped linear model from the data and the labels: deterministic, minutes, one core.

`train` is what `yuqing train` runs. It needs scikit-learn, which run time does not.
"""

from classifier.train.build import train

__all__ = ["train"]
