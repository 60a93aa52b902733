"""Detecting: which things a picture shows, and where each of them is."""
