"""The HTTP API: machines and the browser at the same door as the console."""
