"""One YAML file a government; data only."""
