"""What a trained net is for: one folder per task, strangers to each other; beside them, what every model has."""
