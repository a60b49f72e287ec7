"""The whole shop in a folder, and back: its database, and the files that its rows name."""
