"""The loop: asks the core, obeys it, feeds it facts. The only layer that sees more than one edge."""
