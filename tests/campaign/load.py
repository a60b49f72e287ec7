"""What goes on while the shop is hurt: visitors who look and search, and imports by the command and by the desk."""

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import requests

from tests.campaign.catalogue import Files, Half
from tests.campaign.shop import Shop

LOGIN, PASSWORD = "admin", "of the campaign"
SECONDS_FOR_AN_ANSWER = 30
SECONDS_BETWEEN_REQUESTS = 0.4
SECONDS_BEFORE_NEXT_TRY = 1.0
PHOTO_SHARE = 0.15
WORDS = ("shirt", "blue", "navy shirt", "men", "red dress", "shrit", "casual", "bag", "blue shirts for men")


@dataclass(frozen=True)
class Answer:
    """What a visitor asked for, when (seconds of a monotonic clock), how long it took and what came of it."""

    what: str
    began: float
    seconds: float
    outcome: str
    """answered, refused (503 or 429 with Retry-After), failed (another 5xx, or no connection), lost (no answer)"""
    said: str


def ask(what: str, request: Callable[[], requests.Response]) -> Answer:
    """Asks and judges."""
    began = time.monotonic()
    try:
        response = request()
        outcome, said = _judge(response), str(response.status_code)
    except requests.Timeout as error:
        outcome, said = "lost", type(error).__name__
    except requests.RequestException as error:
        outcome, said = "failed", type(error).__name__
    return Answer(what, began, time.monotonic() - began, outcome, said)


def _judge(response: requests.Response) -> str:
    if response.status_code in (429, 503) and "Retry-After" in response.headers:
        return "refused"
    return "failed" if response.status_code >= 500 else "answered"


class Visitors:
    """Some shoppers, each in a thread; `answers` is what they were answered so far."""

    def __init__(self, shop: Shop, halves: tuple[Half, Half], seed: int, number: int) -> None:
        self.answers: list[Answer] = []
        self._address = shop.address
        self._skus = [sku for half in halves for sku in half.skus]
        self._photos = [content for half in halves for _, content in half.pictures]
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._visit, args=(Random(f"{seed} {n}"),)) for n in range(number)]

    def __enter__(self) -> "Visitors":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _visit(self, random: Random) -> None:
        with requests.Session() as session:
            while not self._ended.wait(SECONDS_BETWEEN_REQUESTS * random.uniform(0.5, 1.5)):
                self.answers.append(self._ask_something(session, random))

    def _ask_something(self, session: requests.Session, random: Random) -> Answer:
        if random.random() < PHOTO_SHARE:
            files = {"photo": ("photo.jpg", random.choice(self._photos))}
            return ask("photo search", lambda: self._send(session, "POST", "/search/photo/", files=files))
        what, path = random.choice(self._pages(random))
        return ask(what, lambda: self._send(session, "GET", path))

    def _pages(self, random: Random) -> list[tuple[str, str]]:
        sku, words = random.choice(self._skus), random.choice(WORDS)
        return [
            ("home page", "/"),
            ("product page", f"/products/{sku}/"),
            ("product page", f"/products/{sku}/"),
            ("list", "/products/?gender=Men"),
            ("word search", f"/products/?q={words}"),
            ("suggestions", f"/suggestions/?q={words[:3]}"),
            ("wall", "/explore/"),
            ("search like a product", f"/search/photo/?like={sku}"),
            ("similar products, API", f"/api/v1/products/{sku}/similar/"),
        ]

    def _send(self, session: requests.Session, method: str, path: str, **body: object) -> requests.Response:
        return session.request(method, self._address + path, timeout=SECONDS_FOR_AN_ANSWER, **body)


class GivenUp(Exception):
    """The campaign does not wait any longer."""


class Desk:
    """Somebody of staff at the import desk, who presses again what did not work, until `given_up`."""

    def __init__(self, shop: Shop) -> None:
        self.given_up = threading.Event()
        self.accepted: list[str] = []
        """Addresses of the imports that the desk took"""
        self.resumed = 0
        """How often an import had failed and was told to go on"""
        self._shop = shop
        self._session = requests.Session()

    def import_(self, styles: Path, images: Path) -> None:
        """Uploads, confirms and waits for the end. Raises GivenUp."""
        address = self._until_it_works(lambda: self._upload(styles, images))
        self.accepted.append(address)
        while self._until_it_works(lambda: self._go_on(address)) != "done":
            time.sleep(SECONDS_BEFORE_NEXT_TRY / 2)

    def page(self, path: str) -> str:
        """A page of the administration. Raises requests.RequestException."""
        response = self._session.get(self._shop.address + path, timeout=SECONDS_FOR_AN_ANSWER)
        response.raise_for_status()
        return response.text

    def discard_unconfirmed(self) -> None:
        """Deletes imports whose upload was answered to nobody, as their files wait for somebody. Raises likewise."""
        unconfirmed = self._shop.ask("SELECT id FROM importing_importjob WHERE state = 'ready'")
        for (number,) in unconfirmed:
            self._post(f"/admin/importing/importjob/{number}/delete/", data={"post": "yes"})

    def log_in(self) -> None:
        """Raises GivenUp."""
        self._until_it_works(self._log_in)

    def _log_in(self) -> str:
        form = {"username": LOGIN, "password": PASSWORD}
        return self._post("/admin/login/?next=/admin/", data=form).url

    def _upload(self, styles: Path, images: Path) -> str:
        with styles.open("rb") as table, images.open("rb") as pictures:
            response = self._post("/admin/importing/importjob/add/", files={"styles": table, "pictures": pictures})
        if not (number := re.search(r"/importjob/(\d+)/change/", response.url)):
            raise requests.RequestException(f"the desk did not take the files: {response.url}")
        return f"/admin/importing/importjob/{number[1]}/change/"

    def _go_on(self, address: str) -> str:
        """The state of the import, after doing what a person would do about it."""
        if not (found := re.search(r'data-state="(\w+)"', self.page(address))):
            raise requests.RequestException(f"{address} does not say how far the import is")
        state = found[1]
        if state == "ready":
            self._post(address, data={"action": "confirm", "repair": "on"})
        elif state == "failed":
            self.resumed += 1
            self._post(address, data={"action": "resume"})
        return state

    def _post(self, path: str, data: dict | None = None, **body: object) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page(path))
        form = {**(data or {}), "csrfmiddlewaretoken": token[1] if token else ""}
        response = self._session.post(self._shop.address + path, data=form, timeout=SECONDS_FOR_AN_ANSWER, **body)
        response.raise_for_status()
        return response

    def _until_it_works(self, action: Callable[[], str]) -> str:
        while not self.given_up.is_set():
            try:
                return action()
            except requests.RequestException:
                time.sleep(SECONDS_BEFORE_NEXT_TRY)
        raise GivenUp


class Imports:
    """Generations of both halves, one after the other, until `end` lets those be the last that are being imported."""

    def __init__(self, shop: Shop, halves: tuple[Half, Half], desk: Desk) -> None:
        self.runs_of_the_command = 0
        self.last = [0, 0]
        """The generation of each half that was imported last"""
        self._shop, self._halves, self._desk = shop, halves, desk
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._ended.clear()
        self._threads = [threading.Thread(target=work) for work in (self._by_command, self._by_desk)]
        for thread in self._threads:
            thread.start()

    def end(self, seconds: float) -> str:
        """Waits for the imports that are going on; what is still going on then, "" where nothing is."""
        self._ended.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        left = [thread for thread in self._threads if thread.is_alive()]
        if left:
            self._desk.given_up.set()
            if command := self._shop.command:
                command.kill()
        for thread in left:
            thread.join()
        return f"{len(left)} imports" if left else ""

    def files(self, half: int) -> Files:
        """Those that were imported last, or are being imported."""
        return self._files(half, self.last[half])

    def _files(self, half: int, generation: int) -> Files:
        folder = self._shop.folder / f"generation-{'AB'[half]}{generation}"
        if folder.exists():
            return Files(folder / "styles.csv", folder / ("images.zip" if half else "images"))
        return self._halves[half].write(folder, generation, zipped=bool(half))

    def _by_command(self) -> None:
        while not self._ended.is_set():
            self.last[0] += 1
            self.import_by_command()

    def import_by_command(self) -> None:
        """Runs the command until it ends well, as whoever it was killed under would."""
        files = self.files(0)
        while not self._desk.given_up.is_set():
            self.runs_of_the_command += 1
            if self._shop.import_by_command(*files) == 0:
                return
            time.sleep(SECONDS_BEFORE_NEXT_TRY)

    def _by_desk(self) -> None:
        with suppress(GivenUp):
            while not self._ended.is_set():
                self.last[1] += 1
                self._desk.import_(*self.files(1))
