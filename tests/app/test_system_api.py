"""The platform and its checkpoints over REST."""

import pytest

from tests.checkpoints import write_checkpoint


def test_the_system_says_what_there_is_and_no_secret(serve):
    site = serve(token="open sesame")
    assert site.http.get("/api/v1/system").status_code == 401
    response = site.http.get("/api/v1/system", headers={"Authorization": "Bearer open sesame"})
    assert response.status_code == 200
    assert "sesame" not in response.text
    found = response.json()
    assert found["workers"] == found["work"] == found["failures"] == []
    assert found["queue"]["oldest_at"] is None
    assert found["backends"]["database"] == "sqlite"
    assert found["backends"]["broker_messages"] is None
    token = next(s for s in found["settings"] if s["name"] == "KAIROSCOPE_TOKEN")
    assert token == {**token, "value": None, "is_set": True, "is_secret": True}


def test_models_are_all_that_is_there_with_what_they_learned(site):
    write_checkpoint(site.settings.data_dir / "weights" / "mine.safetensors", sigma=2.5)
    found = {model["name"]: model for model in site.http.get("/api/v1/models").json()}
    assert list(found) == ["attention", "compact", "mine"]
    assert [model["in_use"] for model in found.values()] == [True, True, False]
    assert [model["curves"] for model in found.values()] == [False, True, False]
    assert found["mine"]["learned"] == {"sigma": pytest.approx(2.5)}
    assert set(found["compact"]["learned"]) == {"sigma", "w_f"}


def test_an_analysis_names_its_checkpoint(site, clip):
    write_checkpoint(site.settings.data_dir / "weights" / "mine.safetensors")
    site.upload(clip(7))
    [newest] = site.service.list_videos(0, 1)
    wanted = {"video_id": newest.id, "attention": "mine"}
    job = site.http.post("/api/v1/analyses", json=wanted)
    assert (job.status_code, job.json()["attention"]) == (202, "mine")
    usual = site.http.post("/api/v1/analyses", json={**wanted, "attention": "attention"}).json()
    assert (usual["attention"], usual["id"] != job.json()["id"]) == (None, True)
    refused = site.http.post("/api/v1/analyses", json={**wanted, "attention": "compact"})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["errors"][0]["pointer"] == "/attention"
    assert problem["hint"] == "Known: attention, mine."
