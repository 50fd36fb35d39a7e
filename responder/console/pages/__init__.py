"""The pages of the console, one a file; each adds its routes through a `Router`."""
