"""A check and a platform of one's own for siterounds."""
