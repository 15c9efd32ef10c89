"""The life of a service: build, suspend, resume, terminate."""
