"""Build records inside wheels."""
