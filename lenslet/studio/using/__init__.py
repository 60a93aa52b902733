"""What the page Use asks for: pictures held in memory, models kept open, their answers, people, paintings."""
