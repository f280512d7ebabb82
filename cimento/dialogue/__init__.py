"""What a message means after those before it: follow-up questions, points, the last alarm."""
