"""The console duty officers live in: NiceGUI pages on the FastAPI app, all assets local."""
