"""What hosts and the DNS are asked, and the answers that come back."""
