"""Predicting millions of files into a folder: stopped at any moment, it goes on, and every file has exactly one row.

listing  the files that the call names -> one sorted list, each once
answers  the folder: manifest, list, model, numbered parts; what is in it and what is missing
work     one part: its files through the model, its rows written whole or not at all
on_ray   the same work, spread over the cores of a machine or of many
run      the whole of it, and what is said at the end
"""

from lenslet.verbs.bulk.run import Bulk, bulk

__all__ = ["Bulk", "bulk"]
