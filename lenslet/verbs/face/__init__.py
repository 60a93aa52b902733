"""What `lenslet face` does, one file each; in Python the same are methods of `lenslet.Gallery`."""
