"""What if: changes laid over a network, demand and supply, giving new ones; the base stays."""

from twin.analysis.overlay.apply import Inputs, apply_changes

__all__ = ["Inputs", "apply_changes"]
