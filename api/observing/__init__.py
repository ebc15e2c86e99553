"""What operators see: metrics, logs, the time a request took; and limits that keep it short."""
