"""Rebuild the shipped models from the data and the labels.

The linear model needs scikit-learn; the encoder needs the `train` extra (torch). Run time needs
neither.
"""
