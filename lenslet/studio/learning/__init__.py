"""Learn: the course as things to touch. A file a lesson: what its page fetches, computed by the rooms below.

course       the items of the course, what each says, and the page of the studio where it lives
lesson       a page: where its controls are put, and the items that it shows
photos       pictures that arrive with the install, and those of the project
encode       arrays as text that a page reads
the others   a lesson each
"""
