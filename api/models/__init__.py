"""What the service answers, as pydantic models: they make the OpenAPI document."""
