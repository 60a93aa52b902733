"""What a user asks for: one verb, one file, one function.

A verb's signature is the single source from which every door makes its control: the flag of the command line, the
field of a request, the widget of a page. `lenslet.verbs.signature` reads it. A verb returns a value and prints
nothing; the heavy imports (NumPy, torch) stand inside the function, so that a door can list its verbs without them.

This package imports none of its verbs: `from lenslet.verbs.train import train`, or `lenslet.train`.
"""
