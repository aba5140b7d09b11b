"""The pages of latents, neurons and channels on a store that holds whole dossiers."""

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from db.engine import make_engine
from db.schema import Artifact, Measure, SparseAutoencoder, UnitMap
from tests.dashboard.conftest import Open, click, words
from tests.dashboard.dossier import build_dossier_store


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_dossier_store(tmp_path_factory.mktemp("dossier") / "audit")


def metrics(app) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def test_badges_say_what_kind_of_unit_it_is(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1")
    assert app.title[0].value == "Latent 1: “sharp teeth”"
    said = words(app)
    assert "single class · 1.2 classes" in said
    assert "partly stable 0.80" in said
    assert "level 1" in said
    assert "1 other latent carries the same label" in said
    said = words(open_page(dossier, "latents", latent="0"))
    assert "shared attribute · 2.5 classes" in said
    assert "stable over seeds 0.95" in said
    assert "no other latent has this label" in said


def test_scores_bring_interval_floor_and_check(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1")
    found = metrics(app)
    assert found["label's Pearson"] == ("0.60", "0.55 to 0.66, floor 0.20")
    assert found["AUPRC"][0] == "0.50"
    # AUC falls on 40 % of the units with extra labels.
    assert found[":gray[AUC]"] == (":gray[0.80]", "fails its check")
    said = words(app)
    assert "Pearson, AUPRC, F1 passed the label checks" in said
    assert "AUC (falls on 40 % of units with extra labels) failed" in said


def test_candidates_show_method_interval_and_others(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="3")
    table = next(t.value for t in app.dataframe if "text_map" in t.value)
    assert list(table["method"])[:2] == ["both", "direction"]
    assert set(table["interval"]) == {"0.55 – 0.66"}
    assert list(table["others"])[:2] == [1, 1]  # of latents 1 and 4


def test_the_other_bearers_of_a_label_are_listed(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1")
    app.button(key="same_latent_1").click().run()
    assert app.title[0].value == "Latents"
    assert sorted(app.dataframe[0].value["number"]) == [1, 3]
    assert "Only latents with the label “sharp teeth”" in words(app)
    app.button(key="all_latent_labels").click().run()
    assert len(app.dataframe[0].value) == 4


@pytest.mark.parametrize("value", ["", "x", "999", "-1", "9" * 30, "<b>"])
def test_a_label_in_the_address_may_be_nonsense(open_page: Open, dossier: Path, value: str) -> None:
    app = open_page(dossier, "latents", latent_label=value)
    assert app.title[0].value == "Latents"
    assert not app.error


def test_the_list_tells_shared_from_single(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", l_state="alive")
    table = app.dataframe[0].value
    assert set(table["spread"]) == {"shared", "single class"}
    app.selectbox(key="l_spread").set_value("shared").run()
    assert sorted(app.dataframe[0].value["number"]) == [0, 2, 4]
    app.selectbox(key="l_order").set_value("stability").run()
    stability = list(app.dataframe[0].value["stability"])
    assert stability == sorted(stability, reverse=True)


def test_galleries_carry_heat_maps_that_can_be_switched_off(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1")
    said = words(app)
    for title in ("Strongest", "A sample over its range", "Drawn at random"):
        assert f"**{title}**" in said
    assert "activation 0.00" in said  # of the random image
    warm = _urls(app)
    app.toggle(key="latent_heat").set_value(False).run()
    assert len(_urls(app)) == len(warm)
    assert not set(_urls(app)) & set(warm)


def _urls(app) -> list[str]:
    return [image.proto.imgs[0].url for image in app.get("imgs")]


def test_what_it_does_to_any_class_can_be_looked_up(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1")
    app.selectbox(key="latent_effect_on").set_value(3).run()
    # Latent 1 moves class 3 by 1 - 3, which is the least of four.
    assert "**octopus in a cave**: −2.000, 4th of 4 from the top" in words(app)


def test_decisions_and_relations_are_shown(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1")
    said = words(app)
    assert "Decisions it fires for" in said
    charts = "".join(chart.proto.spec for chart in app.get("plotly_chart"))
    assert "70 % · 2 of 3" in charts
    tables = [t.value for t in app.dataframe if "value" in t.value]
    assert [list(t["number"]) for t in tables] == [[3, 2], [3, 2]]
    assert list(tables[0]["label"]) == ["sharp teeth", "(red?)"]
    click(app, "latent_cofiring", 0)
    app.run()
    assert app.query_params["latent"] == "3"


def test_channels_have_a_page_where_there_are_channels(
    open_page: Open, dossier: Path, small: Path
) -> None:
    app = open_page(dossier, "channels", channel="1")
    assert app.title[0].value == "Channel 1"
    assert "has no effect of its own" in words(app)
    assert "This audit holds no channels." in words(open_page(small, "channels"))


def test_neurons_that_decided_are_named(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "images", image="1")
    said = words(app)
    assert "What each of the 4 neurons adds to the logit of **red crab**" in said
    assert "neuron 0" in said


def test_overview_says_how_healthy_the_autoencoder_is(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "overview")
    found = metrics(app)
    assert found["KL"][0] == "0.050"
    assert found["stability"] == ("0.80", "mean of 5 latents")
    said = words(app)
    assert "3 of 5 (60 %) living latents hold a **shared attribute**, 2 stand for" in said
    assert "2 of 4 (50 %) labelled latents share their label" in said
    assert "trained for 300 steps" in said
    assert "over 3 seeds, mean and range: explained variance 0.780 (0.760 to 0.800)" in said
    assert "0.5 as trained, 0.25 as set anew" in said
    seeds = next(t.value for t in app.dataframe if "seed" in t.value)
    assert list(seeds["seed"]) == ["0", "1", "2", "mean", "least", "most"]
    assert list(seeds["explained_variance"].round(2))[3:] == [0.78, 0.76, 0.8]


def test_a_store_made_before_all_this_is_shown_without_it(open_page: Open, small: Path) -> None:
    app = open_page(small, "latents", latent="1")
    said = words(app)
    for absent in ("shared attribute", "single class", "level", "Heat-maps", "Fires together"):
        assert absent not in said
    assert "did not check its metrics" in said
    assert "holds no features" in words(open_page(small, "images", image="1"))
    assert "trained for" not in words(open_page(small, "overview"))
    assert "l_spread" not in [box.key for box in open_page(small, "latents").selectbox]


def test_damaged_extras_are_left_out(open_page: Open, tmp_path: Path) -> None:
    directory = build_dossier_store(tmp_path / "audit")
    engine = make_engine(directory, "rw")
    with engine.begin() as connection:
        connection.execute(update(UnitMap).values(values=b"short"))
        connection.execute(update(SparseAutoencoder).values(seeds=["x", {"seed": 1, "l0": "?"}]))
        connection.execute(update(Measure).values(n=0))
    engine.dispose()
    for file in (directory / "arrays").glob("*.npy"):
        file.write_bytes(b"no array")
    app = open_page(directory, "latents", latent="1")
    assert not app.error
    assert "Classes it moves" in words(app)
    open_page(directory, "overview")
    assert "holds no features" in words(open_page(directory, "images", image="1"))


def test_arrays_of_another_shape_are_not_read(open_page: Open, tmp_path: Path) -> None:
    directory = build_dossier_store(tmp_path / "audit")
    engine = make_engine(directory, "rw")
    with engine.begin() as connection:
        connection.execute(delete(Artifact).where(Artifact.name == "unit_effects.latent"))
        other = update(Artifact).where(Artifact.name == "unit_effects.neuron")
        connection.execute(other.values(name="unit_effects.latent"))  # four rows for six latents
    engine.dispose()
    app = open_page(directory, "latents", latent="1")
    assert "latent_effect_on" not in [box.key for box in app.selectbox]


def test_switches_in_the_address_survive_the_way_to_others(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1", latent_heat="false")
    assert app.toggle(key="latent_heat").value is False
    app.button(key="same_latent_1").click().run()
    assert not app.exception
    assert app.query_params["latent_label"] == "1"
    assert "latent" not in app.query_params
