"""The page of the API at /docs, with all that it needs from here.

The framework's own page is a script from another host: blank where that can't be reached, and able to read what is typed
there. This one is served with the application, and may talk to nobody else.
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

FILES = "/docs/files"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
)
"""The page starts itself by a script within it; what it asks for, and whom it talks to, is this host alone."""


def install(app: FastAPI) -> None:
    """Serves the page."""
    app.mount(FILES, StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=app.title,
            swagger_js_url=f"{FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{FILES}/swagger-ui.css",
            swagger_favicon_url=f"{FILES}/favicon-32x32.png",
            # A token that is typed here is kept by the browser for this address, until it is taken out again.
            swagger_ui_parameters={
                "persistAuthorization": True,
                "docExpansion": "none",
                "filter": True,
                "operationsSorter": "method",  # reads stand before writes
            },
        )
        page.headers["Content-Security-Policy"] = POLICY
        return page
