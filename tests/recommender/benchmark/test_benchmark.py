"""The benchmark on a small shop."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from recommender import registry
from recommender.benchmark import pages, searches
from recommender.benchmark.figures import Section, figure
from recommender.benchmark.machine import machine
from recommender.benchmark.report import Run, lines, write
from recommender.benchmark.searches import Gallery
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.pictures import write_catalogue


@pytest.mark.django_db
def test_searches_are_compared_with_scikit_learn_and_every_kind_of_page_is_visited(tmp_path):
    ProductFactory.create_batch(5, category=CategoryFactory(), base_colour="Red", gender="Women")
    searchable_products(30)
    found = searches.searches(registry.active_encoder())
    by_name = {one.what: one for one in found.figures}
    assert by_name["scikit-learn, brute force"].note == "recall 1.000"
    assert by_name["here, with the products"].note == "recall 1.000"
    assert by_name["here, with the products"].times > 0
    visited = pages.pages()
    assert {"home", "product", "category", "words", "facets", "API: similar"} <= {one.what for one in visited.figures}

    run = Run(machine(), 35, (40, 41), [found, visited])
    write(run, tmp_path)
    assert json.loads((tmp_path / "benchmark.json").read_text())["sections"][0]["figures"][0]["median"] > 0
    assert (tmp_path / "index.html").read_text().count("<svg") == len(found.figures) + len(visited.figures)
    assert "| scikit-learn, brute force |  |" in "\n".join(lines(run))


def test_recall_is_the_share_of_the_nearest_that_was_found_among_what_a_filter_keeps():
    vectors = np.random.default_rng(1).normal(size=(100, 8)).astype(np.float32)
    gallery = Gallery(np.arange(100), vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    queries = gallery.vectors[:60]
    every, odd, none = np.ones(100, bool), np.arange(100) % 2 == 1, np.zeros(100, bool)
    nearest = np.argsort(-queries @ gallery.vectors.T, axis=1)
    assert gallery.recall(queries, nearest[:, :12], every) == 1
    assert gallery.recall(queries, nearest[:, 6:18], every) == pytest.approx(0.5, abs=0.01)
    assert gallery.recall(queries, nearest[:, :12], odd) < 0.9
    assert gallery.recall(queries, [rows[odd[rows]][:12] for rows in nearest], odd) == 1
    assert gallery.recall(queries, nearest[:, :0], none) == 1


def test_a_figure_says_how_many_times_as_fast_it_is():
    one = figure("here", [0.001, 0.002, 0.003], baseline=20)
    assert (one.median, one.times) == (2, 10)


def test_what_takes_a_few_microseconds_takes_longer_than_nothing(tmp_path):
    fast = figure("in memory", [0.000001], baseline=20)
    assert (fast.median, fast.times) == (0.001, 20_000)
    write(Run(machine(), 1, (40, 41), [Section("one", "", figures=[fast, figure("slow", [1])])]), tmp_path)
    assert "<svg" in (tmp_path / "index.html").read_text()


@pytest.mark.django_db
def test_a_shop_with_too_little_in_it_is_not_measured(tmp_path):
    searchable_products(1)
    with pytest.raises(CommandError, match="1 products with a picture are too few"):
        call_command("benchmark", report=tmp_path)
    with pytest.raises(CommandError, match="give --styles with --images"):
        call_command("benchmark", report=tmp_path, styles=tmp_path)
    with pytest.raises(CommandError, match="--products with both"):
        call_command("benchmark", report=tmp_path, products=1000)


@pytest.mark.long
@pytest.mark.django_db
def test_the_whole_of_it(tmp_path):
    searchable_products(100)
    styles, images = write_catalogue(tmp_path, 300)
    call_command("benchmark", report=tmp_path / "report", styles=styles, images=images)
    report = json.loads((tmp_path / "report" / "benchmark.json").read_text())
    titles = [section["title"] for section in report["sections"]]
    assert titles[0] == "A picture's embedding"
    assert titles[-3:] == ["An import", "Eight visitors", "Memory"]
    assert {"a web process, fresh", "beat, fresh", "the embedding worker, fresh"} <= {
        figure["what"] for figure in report["sections"][-1]["figures"]
    }
