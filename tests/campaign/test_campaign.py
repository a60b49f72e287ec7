"""The short form of the campaign: a small catalogue, one round, faults of every kind that is quickly over."""

from tests.campaign import catalogue, course


def test_faults_of_every_kind_lose_nothing(tmp_path_factory):
    plan = course.Plan(
        seed=20,
        faults=12,
        rounds=1,
        longest_fault=0.8,
        pause=0.3,
        alone=0,
        limit_of_a_round=12,
        limit_to_settle=60,
        last_fault="the worker is killed",
    )
    result = course.run(plan, catalogue.drawn(60), tmp_path_factory.mktemp("campaign"))
    assert result.findings == []
    assert result.effective() >= plan.faults
    assert {answer.outcome for answer in result.answers} <= {"answered", "refused", "failed"}
