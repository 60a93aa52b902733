"""Lenslet: convolutional vision from your own folder of images."""
