"""HTTP for programs, vendors, browsers and monitors: requests to use-case calls."""
