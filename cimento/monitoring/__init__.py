"""What is seen from outside: whether each part works, and figures that name nobody."""
