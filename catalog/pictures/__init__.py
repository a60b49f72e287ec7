"""Pictures of products: from a hostile file to clean pixels, where they are stored, and their renditions."""
