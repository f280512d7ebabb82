"""The trained model as something that is made in one place and installed in another."""
