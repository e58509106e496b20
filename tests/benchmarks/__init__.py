"""How siterounds compares with what people use instead."""
