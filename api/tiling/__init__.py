"""The tile path: a small ASGI application in front of FastAPI, ready-made answers, events."""
