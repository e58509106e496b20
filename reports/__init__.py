"""HOW it is shown: values in, text out."""
