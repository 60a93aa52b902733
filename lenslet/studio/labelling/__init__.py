"""What the page Label asks the server for: pictures and labels, a model's suggestions, other forms in and out."""
