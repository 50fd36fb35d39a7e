"""What the console, the API and the reports show: frozen values, phone and ID numbers masked.

`*_zh` fields are ready to show. Times are aware, UTC; the jurisdiction's zone is the shower's
business. Nothing here decides anything.
"""
