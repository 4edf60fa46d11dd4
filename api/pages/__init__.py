"""The pages: a desk for everybody who works in a program. A client of the same functions as the API, with no right of its own."""
