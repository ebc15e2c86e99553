"""The entry of the `twin` command.

Nothing is imported before it is called: each worker process of the service imports this module
again, and must not pay for the whole command line.
"""

from importlib import import_module


def main() -> None:
    """Run the command line."""
    import_module("api.commands.app").run()
