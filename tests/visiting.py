"""One open page of the map."""

from playwright.sync_api import Browser, ConsoleMessage, Page, Request


class Visit:
    """One open page that keeps what it should not have done."""

    def __init__(self, browser: Browser, base: str, width: int, height: int) -> None:
        self.base = base
        self.outside: list[str] = []
        self.complaints: list[str] = []
        size = {"width": width, "height": height}
        self.context = browser.new_context(viewport=size, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.outside.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def open(self, query: str = "") -> Page:
        """Go to the page and wait until map and projects stand."""
        self.page.goto(f"{self.base}/{query}")
        self.page.wait_for_selector("html[data-map=drawn]")
        self.page.wait_for_selector("#panel-body ul, #panel-body .notice")
        return self.page
