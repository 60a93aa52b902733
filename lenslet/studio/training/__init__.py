"""Training beside the page: a process for each run, a queue, and what both say in the files of the run's folder."""
