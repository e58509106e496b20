"""Collection: the questions that hosts and the DNS are asked, and their answers."""
