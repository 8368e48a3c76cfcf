"""The interruption matrix: one fault at each message between a worker and its till."""
