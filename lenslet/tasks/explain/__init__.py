"""What a net has learned, and why it says what it says (course 4.8): any net, and scores that others hand over."""
