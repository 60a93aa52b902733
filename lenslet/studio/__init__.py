"""The studio: pages in a browser on one's own computer, over the same verbs as the command line.

A project is a folder of the user's; everything that is made here lies in it as files that the command line reads.
"""
