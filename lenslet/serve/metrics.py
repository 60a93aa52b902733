"""What is counted, in Prometheus' words; names of people, pictures and addresses of clients are not among it."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

_METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_BATCHES = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """Of one app: two in a process do not meet."""

    def __init__(self) -> None:
        self.registry, self.total = CollectorRegistry(), 0
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        to = self.registry
        self._requests = Counter("lenslet_requests", "Requests answered.", ["route", "method", "status"], registry=to)
        self._seconds = Histogram(
            "lenslet_request_seconds", "From head to end.", ["route"], buckets=_SECONDS, registry=to
        )
        self._waiting = Gauge("lenslet_waiting", "Requests that wait or are worked on.", ["lane"], registry=to)
        self._refused = Counter("lenslet_refused", "Requests sent away because a line was full.", ["lane"], registry=to)
        self._batches = Histogram("lenslet_batch_size", "Pictures together.", ["model"], buckets=_BATCHES, registry=to)
        self._reloads = Counter(
            "lenslet_model_changes", "Files of a model that changed.", ["model", "outcome"], registry=to
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request is over."""
        self.total += 1
        method = method if method in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def waiting(self, lane: str, number: int) -> None:
        """So many are in a line now."""
        self._waiting.labels(lane).set(number)

    def refused(self, lane: str) -> None:
        """One was sent away."""
        self._refused.labels(lane).inc()

    def batch(self, model: str, pictures: int) -> None:
        """So many went through the net together."""
        self._batches.labels(model).observe(pictures)

    def changed(self, model: str, outcome: str) -> None:
        """Files of a model changed, and it was `reloaded`, or they were `refused`."""
        self._reloads.labels(model, outcome).inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
