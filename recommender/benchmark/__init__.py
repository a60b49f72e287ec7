"""How fast the shop is: on the catalogue that it has, beside what others do, and in a second one, just imported."""
