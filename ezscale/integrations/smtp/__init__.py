"""Mail: handed to a relay over SMTP, or kept in a folder."""
