"""Search by words: one way of reading text, what a shopper means by it, and how the index is asked for that."""
