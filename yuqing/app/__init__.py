"""The roof: settings, wiring, the command line and the demo world."""
