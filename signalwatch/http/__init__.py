"""The one door to the network: polite, bounded, and closed towards private addresses.

``HttpDoor`` implements ``signalwatch.sdk.Http``. Everything it raises is one of ours (``signalwatch.errors``).
"""

from signalwatch.http.door import HttpDoor
from signalwatch.http.redact import mask_url
from signalwatch.http.response import Response
from signalwatch.http.settings import HostPolicy, HostState, HttpSettings, default_hosts

__all__ = ["HostPolicy", "HostState", "HttpDoor", "HttpSettings", "Response", "default_hosts", "mask_url"]
