"""Stagewright: a Dockerfile in, a proved multi-stage Dockerfile out."""

__version__ = "0.1.0"
