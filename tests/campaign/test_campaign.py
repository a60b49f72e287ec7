"""The short form of the campaign: a small catalogue, one round, and the faults that cost little time."""

from tests.campaign import catalogue, course

KINDS = {
    "a web process is killed",
    "beat is killed",
    "PostgreSQL is killed",
    "all connections are cut",
    "rows are locked for long",
    "messages are lost",
    "messages come twice",
    "the import command is killed",
    "a brought picture is torn",
    "a stored picture is gone",
}


def test_a_shop_that_is_hurt_while_it_works_loses_nothing(tmp_path_factory):
    plan = course.Plan(
        seed=20,
        faults=6,
        rounds=1,
        longest_fault=0.5,
        pause=0.2,
        visitors=1,
        alone=0,
        limit_of_a_round=30,
        kinds=frozenset(KINDS),
        last_fault="the worker is killed",
    )
    result = course.run(plan, catalogue.drawn(24), tmp_path_factory.mktemp("campaign"))
    assert result.findings == []
    assert result.effective() >= plan.faults
    assert not [answer for answer in result.answers if answer.outcome == "lost"]
