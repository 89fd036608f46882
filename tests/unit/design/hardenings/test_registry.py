from stagewright.design.hardenings import REGISTRY, harden
from stagewright.design.template import from_recipe
from stagewright.model.design import HARDENINGS
from tests.unit.design.hardenings.designs import CONTEXT, TEMPLATE, entry, restaged, steps
from tests.unit.design.recipes import BUN, BUN_PROJECT

FILE = ("WORKDIR /app", "COPY --from=builder /app/dist /app/dist", 'CMD ["node", "dist/index.js"]')


def test_every_named_hardening_has_its_file() -> None:
    assert sorted(kind.name for kind in REGISTRY) == sorted(HARDENINGS)


def test_what_is_not_asked_for_is_open_and_changes_nothing() -> None:
    design = restaged(*FILE)
    hardened = harden(design, frozenset(), CONTEXT)
    assert hardened.dockerfile == design.dockerfile
    user = entry(hardened, "user")
    assert user is not None and not user.on and user.needs == "--harden user" and user.allows == ()


def test_only_the_named_one_is_made() -> None:
    hardened = harden(restaged(*FILE), frozenset({"health"}), CONTEXT)
    assert [item.name for item in hardened.hardenings if item.on] == ["health"]


def test_all_on_a_project_without_a_dockerfile() -> None:
    hardened = harden(from_recipe(BUN, BUN_PROJECT, scanner="audit"), "all", TEMPLATE)
    assert {item.name for item in hardened.hardenings if item.on} == set(HARDENINGS) - {"server"}
    texts = steps(hardened)
    order = [text.split()[0] for text in texts]
    assert order == ["ENV", "WORKDIR", "RUN", *["COPY"] * 5, "EXPOSE", "USER", "HEALTHCHECK", "CMD"]


def test_hardening_twice_changes_nothing_more() -> None:
    once = harden(restaged(*FILE), "all", CONTEXT)
    assert harden(once, "all", CONTEXT) == once


def test_an_offer_is_taken_up_later() -> None:
    offered = harden(restaged(*FILE), frozenset(), CONTEXT)
    taken = harden(offered, frozenset({"user"}), CONTEXT)
    assert [item.on for item in taken.hardenings if item.name == "user"] == [True]
