"""How well an encoder sees, and how well the shop that uses it does."""
