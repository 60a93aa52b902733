"""Which things a picture shows, and where: YOLO (course 3.4 to 3.8)."""
