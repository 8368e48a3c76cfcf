"""What tills say, and how they are asked: one contract, a driver for each kind of device."""
