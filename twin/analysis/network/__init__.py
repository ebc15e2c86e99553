"""From streets to a network: where they meet, who may use them, and how fast."""
