"""What a fresh data folder needs before somebody can use it."""

from cli.home import Home


async def first_run(api_url: str, home: Home) -> None:
    """Called each time the API has become ready; does its work once."""
