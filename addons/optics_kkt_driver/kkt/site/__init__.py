"""What a shop's server tells its head office, and how it gets there."""
