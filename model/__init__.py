"""Everything scientific: video, features, networks, methods, training and evaluation.

Knows nothing of the web, of queues or of environment variables.
"""

__version__ = "0.1.0"
