"""The documents' code, run."""
