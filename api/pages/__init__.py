"""The pages: a desk for everybody who works in a program. They use what the API uses, and have no right of their own."""
