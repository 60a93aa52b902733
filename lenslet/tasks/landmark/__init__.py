"""Where the named points of a thing are: a map a point, and the place that it means."""
