"""One folder for each vendor: client.py speaks theirs, adapter.py speaks ours."""
