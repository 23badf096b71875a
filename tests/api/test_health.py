"""The site says whether it works, and says so too when the database is away."""

from pathlib import Path

from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings


def test_healthy(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["postgis"].startswith("3.")


def test_a_lost_database_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    nowhere = Settings(database_url=f"postgresql://nobody@/none?host={tmp_path}", files=tmp_path)
    with TestClient(create_app(nowhere), raise_server_exceptions=False) as lost:
        answer = lost.get("/health")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "数据库连不上" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text


def test_every_answer_carries_the_policy(client: TestClient) -> None:
    for address in ("/health", "/maps/coverage/610199", "/nope", "/static/tokens.css"):
        policy = client.get(address).headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
