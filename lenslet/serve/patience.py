"""Connections that are slow on purpose: whoever sends half a request head, or takes no answer, is not waited for."""

import asyncio
from typing import Any

__all__ = ["patient"]


def patient(protocol: type[Any], *, idle: float | int) -> type[Any]:
    """A protocol of uvicorn that gives up on such connections.

    uvicorn bounds the time between requests; between the first byte of a head and its last, and while an answer is not
    taken, it waits for ever. How long a body may take is `bodies`'.

    Args:
        protocol: uvicorn's, for HTTP/1.1.
        idle: seconds.
    """
    return type("Patient", (_Patient, protocol), {"idle": float(idle)})


class _Patient:
    """Stands before a protocol of uvicorn; `loop`, `cycle` and `transport` are that one's."""

    idle: float
    loop: asyncio.AbstractEventLoop
    transport: Any  # asyncio's or uvloop's, which share no class
    cycle: Any
    _head: Any = None
    _taking: Any = None

    def connection_made(self, transport: Any) -> None:
        """From now on a head is awaited."""
        super().connection_made(transport)  # type: ignore[misc]
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Either that was the end of a head, or some of it."""
        super().data_received(data)  # type: ignore[misc]
        if self._idle():
            self._wait_for_head()
        elif self._head is not None:
            self._head.cancel()
            self._head = None

    def pause_writing(self) -> None:
        """The client takes nothing."""
        super().pause_writing()  # type: ignore[misc]
        if self._taking is None:
            self._taking = self.loop.call_later(self.idle, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()  # type: ignore[misc]
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        for timer in (self._head, self._taking):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)  # type: ignore[misc]

    def _idle(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _wait_for_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(self.idle, self._late)

    def _late(self) -> None:
        self._head = None
        if self._idle():
            self.transport.abort()
