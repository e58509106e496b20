"""What is to be told outside: rows written with the change they tell of, delivered at least once, seen as once."""
