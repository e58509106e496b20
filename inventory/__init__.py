"""WHO is looked after: clients, contracts, hosts and sites, loaded from the inventory and validated."""
