"""The web pages, rendered on the server. They use the same functions as the API and have no permissions of their own."""
