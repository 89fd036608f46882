"""Proved designs with one thing changed: what `prove` has to notice, and to name."""
