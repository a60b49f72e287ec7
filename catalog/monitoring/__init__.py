"""What whoever runs the shop sees of it: figures for Prometheus, and lines of a log that know their request."""
