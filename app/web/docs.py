"""`/docs`: Swagger UI from the service's own address, so that reading it tells nobody else who reads."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from fastapi import FastAPI

PAGE = "/docs"
ASSETS = "/docs/assets"
# The page starts itself by a script of its own text; the browser is to ask nobody but the service.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    """Serve the page and the files it loads."""
    page = get_swagger_ui_html(
        openapi_url=str(app.openapi_url),
        title=app.title,
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        # It would send the document's address to a validator elsewhere.
        swagger_ui_parameters={"validatorUrl": None},
    )

    async def read_docs() -> HTMLResponse:
        return HTMLResponse(page.body, headers={"Content-Security-Policy": POLICY})

    app.add_api_route(PAGE, read_docs, include_in_schema=False)
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")))
