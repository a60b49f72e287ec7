"""What is counted and timed while the shop works. What a query can tell is no metric here: fashionsite/metrics.py asks.

Labels have few values, all of them written in the code: never words, skus or addresses that somebody sent.
"""

from prometheus_client import Counter, Gauge, Histogram, Summary

from catalog.monitoring.slots import share_counts

share_counts()

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600

REQUESTS = Counter("shop_requests", "Answered requests, by view and class of status.", ["view", "status"])
REQUEST_SECONDS = Histogram(
    "shop_request_seconds",
    "From a request to its answer, by view.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
SEARCH_SECONDS = Histogram(
    "shop_search_seconds",
    "Searches, by kind: similar (the neighbours of a product), photo (what is on a photo is seen and embedded), looks "
    "(the products that look like a vector), words, browse (a page of products without words).",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
EMBEDDED = Counter("shop_embedded_pictures", "Pictures that were embedded.", ["encoder"])
NOT_EMBEDDED = Counter("shop_embedding_failures", "Pictures that could not be embedded.", ["encoder"])
EMBEDDING_SECONDS = Summary(
    "shop_embedding_seconds", "What a batch takes, by step: read (and decode), encode, store.", ["step"]
)
SEARCHABLE_SECONDS = Histogram(
    "shop_searchable_seconds",
    "From a picture's saving until it can be found by its look.",
    buckets=(1, 2, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY),
)
CACHE = Counter("shop_cache", "What was asked of a cache, and whether it was there: hit or miss.", ["cache", "outcome"])
INDEX_RECALL = Gauge(
    "shop_index_recall",
    "The share of the truly nearest embeddings that the index finds, of a random sample of products.",
    multiprocess_mode="mostrecent",
)
INDEX_RECALL_AT = Gauge(
    "shop_index_recall_timestamp_seconds", "When that was measured.", multiprocess_mode="mostrecent"
)


def count_asked(cache: str, *, was_there: bool) -> None:
    CACHE.labels(cache, "hit" if was_there else "miss").inc()
