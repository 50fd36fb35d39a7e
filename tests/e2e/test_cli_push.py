"""`yuqing push test` and `yuqing watchdog` against real servers."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.command_line import assert_told, run, started
from tests.phones import Mail, Webhook, serving

OK = b'{"errcode":0}'


def put_channels(place: Path, urls: list[str]) -> None:
    """Give 政府总值班室 of the template's jurisdiction these channels."""
    (file,) = (place / "config" / "jurisdictions").glob("*.yaml")
    text = file.read_text(encoding="utf-8")
    channels = ", ".join(f'"{url}"' for url in urls)
    old = "- {name: 政府总值班室, role: 值班员, channels: []}"
    assert old in text
    new = f"- {{name: 政府总值班室, role: 值班员, channels: [{channels}]}}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_each_channel_of_a_contact_says_what_it_answered(tmp_path: Path) -> None:
    assert run(tmp_path, "init").returncode == 0
    with serving(Webhook(200, OK)) as chat, serving(Mail()) as mail, serving(Webhook(500)) as sick:
        good = [f"wecombot://KEY?server={chat.address}", mail.url]
        put_channels(tmp_path, good)
        done = run(tmp_path, "push", "test", "政府总值班室")
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout.decode().splitlines() == [
            "政府总值班室\twecombot\tok (企业微信)",
            "政府总值班室\tmailto\tok (邮件)",
        ]
        assert len(chat.posted) == len(mail.letters) == 1
        done = run(tmp_path, "push", "test", f"webhook://127.0.0.1:{sick.server_port}/")
        assert (done.returncode, "HTTP 500" in done.stdout.decode()) == (1, True)
    assert_told(run(tmp_path, "push", "test", "nobody"), 2, "no contact")
    assert_told(run(tmp_path, "push", "test", "housing"), 1, "has no channel")


def test_a_watchdog_tells_of_a_service_that_is_behind_or_gone(tmp_path: Path) -> None:
    with serving(Webhook(200)) as phone:
        tell = f"webhook://127.0.0.1:{phone.server_port}/"
        gone = "http://127.0.0.1:9"
        words = ("watchdog", gone, "--every", "0.05", "--timeout", "1", "--tell", tell)
        with started(tmp_path, *words) as process:
            assert phone.came.wait(60)
            process.terminate()
            assert process.wait(30) == 0
        assert phone.posted[0]["title"] == f"舆情系统异常：{gone}"
    done = run(tmp_path, "watchdog", gone, "--once")
    assert (done.returncode, "无法连接" in done.stdout.decode()) == (1, True)
    assert_told(run(tmp_path, "watchdog", gone), 2, "YUQING_HEARTBEAT_URLS")
