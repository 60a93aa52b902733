"""The only door to weights: model folders, the shipped models, and official weights by name."""

from lenslet.card.card import CARD, FORMAT, WEIGHTS, Card, fingerprint, load, save, software

__all__ = ["CARD", "FORMAT", "WEIGHTS", "Card", "fingerprint", "load", "save", "software"]
