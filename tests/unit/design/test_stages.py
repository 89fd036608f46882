from stagewright.design.stages import needed, secrets, tag, targets
from stagewright.model.design import StagePlan, Step

MOUNT = "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci"
STAGES = (
    StagePlan("deps", "", "node:22", (Step(MOUNT),)),
    StagePlan("builder", "", "deps", (Step("RUN --mount=id=pip,type=secret pip x"),)),
    StagePlan("tester", "", "node:22", (Step("RUN npm test"),)),
    StagePlan("production", "", "node:22-slim", (Step("COPY --from=builder /app /app"),)),
)


def test_secrets_of_the_stages_below_are_asked_for_too() -> None:
    assert secrets(STAGES, "production") == ("id=npmrc", "id=pip")
    assert secrets(STAGES, "tester") == ()
    production = targets(STAGES, "app", "Dockerfile")[0]
    assert production.command == (
        "docker build --secret id=npmrc --secret id=pip --target production -t app:production ."
    )


def test_what_runs_is_a_target_under_the_users_own_name() -> None:
    (target,) = targets((*STAGES[:2], StagePlan("web", "", "node:22-slim")), "app", "Dockerfile")
    assert target.command == "docker build --target web -t app:web ."
    last = targets((*STAGES[:2], StagePlan("tester", "", "node:22-slim")), "app", "Dockerfile")
    assert [(target.name, target.purpose) for target in last] == [("tester", "what runs")]


def test_stages_that_lead_to_each_other_come_to_an_end() -> None:
    loop = (StagePlan("a", "", "b"), StagePlan("b", "", "a", (Step(MOUNT),)))
    assert secrets(loop, "a") == ("id=npmrc",)
    assert needed(loop, "a") == {"a", "b"}


def test_a_repositorys_name() -> None:
    assert [tag(name) for name in ("My App", "-x.", "ünïcode", "日本")] == ["my-app", "x", "n-code", "app"]
