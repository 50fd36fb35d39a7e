"""Real Kafka, Elasticsearch and PostgreSQL for the tests, without Docker.

Used by `tests/conftest.py` and by `scripts/services`, so it needs nothing but Python. A service
is started by whoever asks first, shared by all who ask while it runs, and stopped by the last.
"""
