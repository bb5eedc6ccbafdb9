"""Read by the Jupyter server: send each kernel message at once (TCP_NODELAY).

Without it a widget's round trip waits about 40 ms for a delayed acknowledgement, and a slider moves
17 times a second instead of 45. Guarded: on a server that names things differently nothing changes.
"""

try:
    from typing import Any

    from jupyter_server.services.kernels import websocket

    _Handler: Any = websocket.KernelWebsocketHandler
    if not getattr(_Handler, "glia_no_delay", False):
        _open = _Handler.open

        async def _open_no_delay(self, *args, **kwargs):
            self.set_nodelay(True)
            return await _open(self, *args, **kwargs)

        _Handler.open = _open_no_delay
        _Handler.glia_no_delay = True
except Exception:
    import logging

    logging.getLogger(__name__).debug("no-delay setting not applied", exc_info=True)
