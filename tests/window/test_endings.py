"""Jobs that end without a model, as the artist sees them."""

from __future__ import annotations

from simulator.process import SimulatorProcess

from .conftest import Play


def test_cancelled_by_a_click_and_fetched_after_all(play: Play, simulator: SimulatorProcess) -> None:
    simulator.options(seconds=20)  # the button is looked for meanwhile, all over the sidebar

    notes = play("endings", how="cancelled")

    assert "Cancelled" in notes["words"]
    assert "tripo.cancel" not in notes["words"]
    assert "dahlia" not in notes["objects"]
    assert "done" in notes["fetched"]
    assert len(simulator.creates()) == 1, "what was paid for is fetched, not ordered again"


def test_refused_for_the_key_and_for_want_of_credit(play: Play, simulator: SimulatorProcess) -> None:
    simulator.play([{"on": "create", "do": "status", "status": 403, "body": {"code": 2010, "message": "no credit"}}])

    notes = play("endings", how="refused")

    assert notes["kinds"] == ["key_refused", "no_credit"]
    for sentence in notes["sentences"]:
        assert sentence in notes["words"], "the whole sentence is in the panel"
    assert notes["clipped"] == []


def test_an_answer_is_lost(play: Play, simulator: SimulatorProcess) -> None:
    lost = {"on": "create", "do": "lost"}
    simulator.play([lost, {**lost, "after": 2}])

    notes = play("endings", how="uncertain")

    assert "tripo.send_again" in notes["words"]
    assert "Discard" in notes["words"]
    assert notes["clipped"] == []
    assert notes["still"] == ["uncertain"], "nothing is bought twice without a word from the artist"
    assert notes["sent again"] == ["done"]
    assert notes["given up"] == ["done", "cancelled"]
    assert len(simulator.creates()) == 3
