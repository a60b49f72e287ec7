"""Photo search: from a picture that somebody brings to the products that look like it."""
