"""The wire between a driver and a till, with a hand on it: messages are counted and interrupted."""
