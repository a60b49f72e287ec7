"""What shoppers do, counted by day: an app of its own on top of the recommender. Nobody is told apart by it."""
