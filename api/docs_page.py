"""The API reference page at /docs, served without any external script.

FastAPI's own page loads a script from another host: it is blank where that host can't be reached, and the script could read
tokens that are typed into the page. The content security policy of this page allows its own origin only.
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
"""The page has an inline script that starts it. It may load from and connect to its own origin only."""


def install(app: FastAPI) -> None:
    """Adds the page to an application."""
    app.mount(FILES, StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=app.title,
            swagger_js_url=f"{FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{FILES}/swagger-ui.css",
            swagger_favicon_url=f"{FILES}/favicon-32x32.png",
            # The browser keeps a typed token for this origin until it is removed.
            swagger_ui_parameters={
                "persistAuthorization": True,
                "docExpansion": "none",
                "filter": True,
                "operationsSorter": "method",  # reads stand before writes
            },
        )
        page.headers["Content-Security-Policy"] = POLICY
        return page
