"""Detection: which things a picture shows, and where."""
