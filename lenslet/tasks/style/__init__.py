"""Style transfer: a picture with the content of one and the style of another, painted pixel by pixel."""
