"""The drawn sample: what a new shop shows until it has products of its own."""

SKU = "sample-{:04}"
"""No merchant's table has such skus, so that an import never writes over the sample's products, nor they over its."""
SKUS = r"^sample-[0-9]{4}$"
"""The same, as a regular expression."""
