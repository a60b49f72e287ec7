"""The two elements and the frame in a page of another origin, whose policy allows nothing but what the docs name."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.models import Product
from catalog.terms import Availability
from fashionsite.api.models import Key
from recommender.statistics.models import Happening
from recommender.statistics.tally import TALLY
from tests.browser.axe import expect_nothing_found
from tests.browser.conftest import DESK, PHONE
from tests.browser.shop import look_of, photo

pytestmark = pytest.mark.django_db(transaction=True)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src {shop}; connect-src {asked}; img-src {shop}; frame-src {shop}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!DOCTYPE html><html lang="de-AT"><head><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Another shop</title><link rel="stylesheet" href="/shop.css">
<script type="module" src="{shop}/widget.js" data-key="{key}"></script></head>
<body><main><h1>Another shop</h1>{body}</main></body></html>"""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
STYLE = "body { background: light-dark(#fff, #121316) }"
FRAME = '<iframe src="{shop}/embed/similar/{sku}/?key={key}" title="Similar" width="100%" height="430"></iframe>'
FURTHER_DOWN = '<div><svg width="10" height="5000"></svg></div>'


class Merchant:
    """A site of somebody else's, of one page."""

    def __init__(self, shop: str) -> None:
        self.shop, self.page, self.policy = shop, "", ""
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_style = self.path == "/shop.css"
                self.send_response(200)
                self.send_header("Content-Type", "text/css" if is_style else "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", merchant.policy)
                self.end_headers()
                self.wfile.write((STYLE if is_style else merchant.page).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def show(self, body: str, key: str, asked: str | None = None) -> None:
        self.page = PAGE.format(shop=self.shop, key=key, body=body)
        self.policy = POLICY.format(shop=self.shop, asked=asked or self.shop)


@contextmanager
def running(merchant: Merchant):
    thread = Thread(target=merchant.server.serve_forever, args=(0.05,))
    thread.start()
    yield merchant
    merchant.server.shutdown()
    thread.join()
    merchant.server.server_close()


@pytest.fixture
def merchant(live_server):
    with running(Merchant(live_server.url)) as merchant:
        yield merchant


@pytest.fixture
def key(merchant) -> str:
    return Key.make(name="a page", origins=[merchant.origin])[1]


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def visitor(request, browser: Browser):
    """A page in a browser of nobody's that fails its test where its policy is broken or a script fails."""
    context = browser.new_context(viewport=request.param, user_agent=BROWSER)
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    assert context.cookies() == []
    context.close()
    assert problems == []


@pytest.fixture
def stranger(browser: Browser):
    """A page whose console may say what is refused."""
    context = browser.new_context(viewport=DESK)
    yield context.new_page()
    context.close()


def happenings(page: Page, clicks: int) -> dict:
    """Of places in other sites, times by (kind, place, position), once so many clicks have come."""
    there = Happening.objects.filter(place__endswith="elsewhere")
    for _ in range(200):
        TALLY.write()
        if there.filter(kind=Happening.Kind.CLICKED).total() >= clicks:
            break
        # The page that told of them is left, and hears no answer.
        page.wait_for_timeout(50)
    return there.by("kind", "place", "position")


def links(page: Page) -> list[str]:
    return [link.get_attribute("href") for link in page.locator("visual-search-similar a").all()]


def test_what_looks_like_a_product_stands_in_another_shop(visitor, merchant, key, products):
    one, *others = products
    one.sku = "A/12~"
    one.save()
    for other in others[::2]:
        other.link = f"https://www.example.com/{other.sku}"
        other.price, other.sale_price, other.currency = "1299.5", "49.9", "EUR"
        other.save()
    for other in others[6:]:
        other.availability = Availability.OUT_OF_STOCK
        other.save()
    merchant.show('<visual-search-similar sku="A/12~"></visual-search-similar>', key)
    visitor.goto(merchant.origin)
    shown = visitor.locator("visual-search-similar")
    expect(shown.get_by_role("listitem")).to_have_count(12)
    expect(shown.get_by_role("heading", name="Sieht ähnlich aus")).to_be_visible()
    expected = {other.link or f"{merchant.shop}{other.get_absolute_url()}" for other in others}
    assert set(links(visitor)) <= expected
    assert any(link.startswith("https://www.example.com/") for link in links(visitor))
    expect(shown.locator("s").first).to_have_text("vorher € 1.299,50")
    expect(shown.locator("strong").first).to_have_text("jetzt € 49,90")
    expect(shown.get_by_text("Ausverkauft").first).to_be_attached()
    assert visitor.locator("visual-search-similar img").first.evaluate("(image) => image.decode()") is None
    expect_nothing_found(visitor)


def test_it_asks_when_it_comes_near_the_screen_and_again_for_another_product(visitor, merchant, key, products):
    asked = []
    visitor.on("request", lambda request: asked.append(request.url))
    merchant.show(f'{FURTHER_DOWN}<visual-search-similar sku="{products[0].sku}"></visual-search-similar>', key)
    visitor.goto(merchant.origin, wait_until="networkidle")
    assert not any("similar" in address for address in asked)
    visitor.mouse.wheel(0, 9000)
    expect(visitor.locator("visual-search-similar").get_by_role("listitem")).to_have_count(12)
    first = links(visitor)
    with visitor.expect_response(lambda response: f"/{products[1].sku}/similar/" in response.url):
        visitor.evaluate(f"document.querySelector('visual-search-similar').setAttribute('sku', '{products[1].sku}')")
    expect(visitor.locator(f'visual-search-similar a[href$="/{products[1].sku}/"]')).to_have_count(0)
    assert links(visitor) != first


def test_a_photo_is_searched_with_in_another_shop(visitor, merchant, key, products):
    merchant.show("<visual-search-photo></visual-search-photo>", key)
    visitor.goto(merchant.origin)
    element = visitor.locator("visual-search-photo")
    field = element.get_by_label("Mit einem Foto suchen")
    expect_nothing_found(visitor)
    field.set_input_files(photo(look_of(products[0])))
    expect(element.get_by_role("status")).to_contain_text("Produkte, die wie das Foto aussehen: 12")
    expect(element.get_by_role("listitem").first.get_by_role("link")).to_have_attribute(
        "href", f"{merchant.shop}{products[0].get_absolute_url()}"
    )
    expect(element.get_by_role("progressbar")).to_be_hidden()
    expect_nothing_found(visitor)


def test_clicks_are_counted_of_whoever_does_not_mind(visitor, browser, merchant, key, products, counting):
    # Where they are bought is a page without cookies.
    Product.objects.update(link=f"{merchant.origin}/shop.css")
    merchant.show(f'<visual-search-similar sku="{products[0].sku}"></visual-search-similar>', key)
    visitor.goto(merchant.origin)
    cards = visitor.locator("visual-search-similar").get_by_role("listitem")
    with visitor.expect_response(f"{merchant.shop}/api/v1/clicks/") as told:
        cards.nth(2).get_by_role("link").click(button="middle")
    assert told.value.status == 204
    # It is told though the page is left by it.
    cards.nth(1).get_by_role("link").click()
    visitor.wait_for_url("**/shop.css")
    assert happenings(visitor, clicks=2) == {
        ("shown", "similar-elsewhere", 0): 1,
        ("clicked", "similar-elsewhere", 2): 1,
        ("clicked", "similar-elsewhere", 3): 1,
        ("followed", "similar-elsewhere", 0): 1,
    }
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    private = context.new_page()
    told = []
    private.on("request", lambda request: told.append(request.url))
    private.goto(merchant.origin)
    private.locator("visual-search-similar").get_by_role("link").first.click()
    private.wait_for_url("**/shop.css")
    context.close()
    assert any("/similar/" in address for address in told)
    assert not any("/clicks/" in address for address in told)


def test_clicks_in_the_frame_are_counted(visitor, merchant, key, products, counting):
    # Where they are bought is a page without cookies.
    Product.objects.update(link=f"{merchant.origin}/shop.css")
    merchant.show(FRAME.format(shop=merchant.shop, sku=products[0].sku, key=key), key)
    visitor.goto(merchant.origin)
    visitor.frame_locator("iframe").locator(".card a").nth(3).click()
    visitor.wait_for_url("**/shop.css")
    assert happenings(visitor, clicks=1)["clicked", "similar-elsewhere", 4] == 1


def test_photos_are_pasted_and_problems_are_said(stranger, merchant, key, products):
    merchant.show("<visual-search-photo></visual-search-photo>", key)
    stranger.goto(merchant.origin)
    element = stranger.locator("visual-search-photo")
    element.get_by_label("Mit einem Foto suchen").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )
    expect(element.get_by_role("alert")).to_contain_text("picture")
    stranger.evaluate(
        """(bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], "photo.jpg", { type: "image/jpeg" }));
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        list(photo(look_of(products[0]))["buffer"]),
    )
    expect(element.get_by_role("listitem")).to_have_count(12)
    expect(element.get_by_role("alert")).to_be_empty()
    stranger.route("**/api/v1/**", lambda route: route.abort())
    element.get_by_label("Mit einem Foto suchen").set_input_files(photo(look_of(products[1])))
    expect(element.get_by_role("alert")).to_contain_text("antwortet gerade nicht")
    expect(element.get_by_role("listitem")).to_have_count(0)


def test_pages_of_other_origins_are_refused(stranger, merchant, key, products):
    """The same site at another name is another origin."""
    sku = products[0].sku
    body = f'<visual-search-similar sku="{sku}"></visual-search-similar>' + FRAME.format(
        shop=merchant.shop, sku=sku, key=key
    )
    merchant.show(body, key)
    elsewhere = merchant.origin.replace("127.0.0.1", "localhost")
    with (
        stranger.expect_response(f"{merchant.shop}/api/**") as asked,
        stranger.expect_console_message(lambda message: "frame-ancestors" in message.text),
    ):
        stranger.goto(elsewhere)
    assert asked.value.status == 401
    expect(stranger.locator("visual-search-similar").get_by_role("listitem")).to_have_count(0)
    assert not any(frame.locator(".card").count() for frame in stranger.frames)
    merchant.show(body, Key.make(name="a server")[1])
    with stranger.expect_response(f"{merchant.shop}/api/**") as asked:
        stranger.goto(merchant.origin)
    assert asked.value.status == 401


def test_pages_without_scripts_frame_what_looks_like_a_product(visitor, merchant, key, products):
    products[1].link = "https://www.example.com/1"
    products[1].save()
    merchant.show(FRAME.format(shop=merchant.shop, sku=products[0].sku, key=key), key)
    visitor.goto(merchant.origin)
    framed = visitor.frame_locator("iframe")
    expect(framed.locator(".card")).to_have_count(12)
    assert framed.locator("base").get_attribute("target") == "_top"
    expect_nothing_found(visitor)


def test_a_page_that_forbids_to_ask_shows_the_frame(stranger, merchant, key, products):
    merchant.show(f'<visual-search-similar sku="{products[0].sku}"></visual-search-similar>', key, asked="'none'")
    stranger.goto(merchant.origin)
    expect(stranger.frame_locator("iframe").locator(".card")).to_have_count(12)
