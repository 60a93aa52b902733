"""To tell whether two pictures show the same one: encodings, distances, and what is learned from few pictures each."""
