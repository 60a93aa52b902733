"""Whether a picture shows one thing, which, and where: a class and one box."""
