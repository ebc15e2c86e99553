"""The register of projects: its records, where they lie, its checks, and its way in and out."""
