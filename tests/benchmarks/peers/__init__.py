"""Programs that the benchmarks start: siterounds itself, and what people would write instead."""
