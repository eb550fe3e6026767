"""What is given out. Times are UTC."""
