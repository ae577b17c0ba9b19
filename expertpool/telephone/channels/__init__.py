"""What carries a voice: a line, what is said over it, and what is kept of it."""
