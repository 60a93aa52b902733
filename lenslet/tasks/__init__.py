"""What a trained net is for: one folder per task, strangers to each other."""
